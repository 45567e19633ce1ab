"""What a result was measured on: processor, memory, commit. Knows no bench."""

from __future__ import annotations

import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from assistant import __version__
from assistant.engine.profile import cpu_flags

_WANTED = ("amx_int8", "avx512f", "avx512_vnni", "avx512_bf16", "avx2")


def machine() -> dict[str, Any]:
    """Processor, its features that matter to llama.cpp, cores, memory, time and commit."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.is_file() else []
    name = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.processor())
    flags = cpu_flags()
    return {
        "cpu": name,
        "cores": psutil.cpu_count(logical=False),
        "features": [flag for flag in _WANTED if flag in flags],
        "memory_gb": round(psutil.virtual_memory().total / 1e9),
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "version": __version__,
        "commit": _commit(),
    }


def _commit() -> str | None:
    """The commit of the working tree that this runs from; None for an installed package."""
    command = ["git", "-C", str(Path(__file__).parent), "rev-parse", "--short", "HEAD"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None
