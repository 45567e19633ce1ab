"""Calls somebody when a deadline passes during a step. Knows no step and no request."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import TracebackType

_SOON_S = 2.0  # longer than a step takes; a later deadline is looked at between steps
_LATE_S = 0.002  # so that it has passed for whoever looks


class Alarm:
    """While it is entered, `ring` is called once `deadline` (of `time.monotonic`) has passed, from another thread.

    Costs a thread only where the deadline is near.
    """

    def __init__(self, deadline: float, ring: Callable[[], None]) -> None:
        left = deadline - time.monotonic()
        self._timer = threading.Timer(max(0.0, left) + _LATE_S, ring) if left < _SOON_S else None

    def __enter__(self) -> None:
        if self._timer:
            self._timer.daemon = True
            self._timer.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._timer:
            self._timer.cancel()
