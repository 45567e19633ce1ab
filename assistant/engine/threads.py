"""How many threads to compute with while the machine has other work, too.

llama.cpp's threads wait for each other by spinning: when another program takes a core, two threads on two cores can be
ten times slower than one. What this process got of the CPU time that it asked for tells, in containers as well.
Knows no llama.cpp and no request.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable

_WINDOW_S = 0.05  # shorter measurements are added up first
_CROWDED = 0.8  # share of the CPU time asked for, below which there are too many threads
_FIRST_PAUSE_S = 2.0
_LAST_PAUSE_S = 16.0


def is_crowded() -> bool:
    """Whether the machine had as much to do in the last minute as it has processors for; False where it doesn't say."""
    try:
        return os.getloadavg()[0] >= (os.cpu_count() or 1)
    except (AttributeError, OSError):
        return False


class ThreadGovernor:
    """Gives up a thread when the threads don't get their time, and tries one more now and then.

    After a failed try the next one comes twice as late, and none while the machine is `crowded`, since a single step
    with too many threads may take seconds then: it begins with one thread in that case. `clock` is for tests.
    """

    def __init__(
        self,
        max_threads: int,
        clock: Callable[[], float] = time.monotonic,
        crowded: Callable[[], bool] = lambda: False,
    ) -> None:
        self._max_threads = max_threads
        self._clock = clock
        self._crowded = crowded
        self._pause_s = _FIRST_PAUSE_S
        self.threads = 1 if crowded() else max_threads
        self._try_at = clock() + _FIRST_PAUSE_S if self.threads < max_threads else 0.0
        self._wall_s = self._cpu_s = 0.0

    def record(self, wall_s: float, cpu_s: float) -> int:
        """Take note of a step that took `wall_s` and used `cpu_s` on all threads; the threads for the next step."""
        self._wall_s += wall_s
        self._cpu_s += cpu_s
        if self._max_threads == 1 or self._wall_s < _WINDOW_S:
            return self.threads
        share = self._cpu_s / (self._wall_s * self.threads)
        self._wall_s = self._cpu_s = 0.0
        now = self._clock()
        if share < _CROWDED and self.threads > 1:
            self.threads -= 1
            self._try_at = now + self._pause_s
            self._pause_s = min(_LAST_PAUSE_S, 2 * self._pause_s)
        elif self.threads < self._max_threads and now >= self._try_at:
            self.threads += not self._crowded()
            self._try_at = now + _FIRST_PAUSE_S
        elif self.threads == self._max_threads and now >= self._try_at:
            self._pause_s = _FIRST_PAUSE_S  # it has gone well for a while
        return self.threads
