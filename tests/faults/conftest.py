"""Writes the table of results when `FAULTS_OUT` names a file: `make test-faults` does."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.faults.harness import ROWS


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    out = os.environ.get("FAULTS_OUT")
    if not out or not ROWS:
        return
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    report = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit,
        "hardware": {
            "num_cpus": os.cpu_count(),
            "load_1m": round(os.getloadavg()[0], 2),
            "machine": platform.machine(),
        },
        "all_passed": exitstatus == 0,
        "faults": ROWS,
    }
    Path(out).write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
