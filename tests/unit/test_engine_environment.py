"""What the engine's process is started with: blocks that it frees are given back to the system."""

from __future__ import annotations

import subprocess
import sys

import pytest

from assistant.engine.launch import engine_environment

COMES_AND_GOES = """
import numpy as np, psutil, random
chance, own, kept, total, worst = random.Random(1), psutil.Process(), [], 0, 0
base = own.memory_info().rss
for _ in range(200):
    saved = np.empty(chance.randint(200_000, 9_000_000), dtype=np.uint8)
    saved[::4096] = 1
    small = [bytearray(chance.randint(100, 100_000)) for _ in range(20)]
    while total + len(saved) > 60_000_000:
        total -= len(kept.pop(0))
    kept.append(saved)
    total += len(saved)
    worst = max(worst, own.memory_info().rss - base - total)
print(worst)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="it is the C library's setting")
def test_memory_that_comes_and_goes_stays_within_its_budget() -> None:
    command = [sys.executable, "-c", COMES_AND_GOES]
    done = subprocess.run(command, env=engine_environment(), capture_output=True, text=True, check=True)
    assert int(done.stdout) < 12_000_000
