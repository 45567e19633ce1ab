"""Counts failed attempts at guessing a password or a key, by address.

    with attempts.one(address) as attempt:     # a password, which takes a while to check; raises TooMany
        ...
        attempt.failed()

    attempts.check(address, is_good)           # a key, which is known at once; raises TooMany

A password's attempt counts from its beginning: were it counted when it has failed, forty at once would all be let
through before the first is counted. A key's counts only when it has failed, in the moment in which it is let through or
not: any number of requests at once may carry a good key. Thread-safe. Knows no password and no HTTP.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from assistant.errors import BackroomError

WINDOW_S = 60.0
_MOST_ADDRESSES = 10_000


class TooMany(BackroomError):
    """Too many failed attempts from an address, or too many at once."""


class Attempt:
    """One attempt under way; good unless it says otherwise."""

    def __init__(self) -> None:
        self.is_good = True

    def failed(self) -> None:
        """Count it."""
        self.is_good = False


class Attempts:
    """Lets at most `per_minute` attempts of an address fail within a minute, those under way included."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._lock = threading.Lock()
        self._failures: dict[str, deque[float]] = {}
        self._under_way: dict[str, int] = {}

    @contextmanager
    def one(self, address: str) -> Iterator[Attempt]:
        """An attempt of this address while the block lasts. Raises TooMany before it."""
        with self._lock:
            if self._num_failed(address) + self._under_way.get(address, 0) >= self._per_minute:
                raise TooMany("Too many attempts. Please wait a minute.")
            self._under_way[address] = self._under_way.get(address, 0) + 1
        attempt = Attempt()
        try:
            yield attempt
        finally:
            with self._lock:
                self._under_way[address] -= 1
                if not self._under_way[address]:
                    del self._under_way[address]
                if not attempt.is_good:
                    self._note(address)

    def check(self, address: str, is_good: bool) -> None:
        """Count an attempt of this address that is over already. Raises TooMany when too many others failed: a right
        guess after many wrong ones isn't believed either."""
        with self._lock:
            if self._num_failed(address) >= self._per_minute:
                raise TooMany("Too many attempts. Please wait a minute.")
            if not is_good:
                self._note(address)

    def _num_failed(self, address: str) -> int:
        failures = self._failures.get(address)
        while failures and failures[0] <= self._clock() - WINDOW_S:
            failures.popleft()
        if failures is not None and not failures:
            del self._failures[address]
        return len(failures or ())

    def _note(self, address: str) -> None:
        if address not in self._failures and len(self._failures) >= _MOST_ADDRESSES:
            self._failures.pop(next(iter(self._failures)))
        self._failures.setdefault(address, deque()).append(self._clock())
