"""Tells a process that hangs from one that only gets no processor time: on a crowded machine the second is the rule.

Knows no engine and no model.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import psutil

_STARVED = 0.5  # share of a core below which a process that wants to run is kept from it


class HangWatch:
    """Counts how long a process has made no progress although it could have.

    Time in which it wanted to run and got less than half a core isn't counted. A process that waits for something, or
    computes in circles, gets what it asks for. `clock` is for tests.
    """

    def __init__(self, pid: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._process = psutil.Process(pid) if psutil.pid_exists(pid) else None
        self._clock = clock
        self._at, self._used = clock(), self._cpu_s()
        self.stuck_s = 0.0

    def progressed(self) -> None:
        """It has shown a sign of life, or has nothing to do."""
        self._at, self._used = self._clock(), self._cpu_s()
        self.stuck_s = 0.0

    def look(self) -> float:
        """Count the time since the last look, and return what has come together without progress, in seconds."""
        now, used = self._clock(), self._cpu_s()
        passed = now - self._at
        if not (self._wants_to_run() and used - self._used < _STARVED * passed):
            self.stuck_s += passed
        self._at, self._used = now, used
        return self.stuck_s

    def _cpu_s(self) -> float:
        try:
            return float(sum(self._process.cpu_times()[:2])) if self._process else 0.0
        except psutil.Error:
            return 0.0

    def _wants_to_run(self) -> bool:
        try:
            return bool(self._process and self._process.status() == psutil.STATUS_RUNNING)
        except psutil.Error:
            return False
