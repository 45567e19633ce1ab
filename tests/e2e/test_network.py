"""No connection leaves the machine: proven in a network namespace with only loopback, by the kernel's own counters."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

INSIDE = Path(__file__).with_name("inside_namespace.py")
UNSHARE = ["unshare", "--map-root-user", "--net", "--mount"]
pytestmark = [pytest.mark.netns, pytest.mark.model, pytest.mark.timeout(600)]


def inside(*arguments: str) -> Any:
    """Runs the day's work in a namespace of its own; skips where the system doesn't let us make one."""
    try:
        may = subprocess.run([*UNSHARE, "mount", "--bind", "/etc/resolv.conf", "/etc/resolv.conf"], capture_output=True)
    except FileNotFoundError:
        pytest.skip("making a network namespace needs util-linux's `unshare`")
    if may.returncode != 0:
        pytest.skip(f"this system doesn't allow network namespaces: {may.stderr.decode().strip()}")
    done = subprocess.run([*UNSHARE, sys.executable, str(INSIDE), *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_nothing_tries_to_leave_the_machine() -> None:
    result = inside()
    assert result["attempts"] == 0
    assert "£129.00" in result["reply"]
    assert set(result["pages"].values()) == {200}, result["pages"]
    assert result["exit"] == 0


def test_an_attempt_would_be_noticed() -> None:
    assert inside("--attempt")["attempts"] >= 3
