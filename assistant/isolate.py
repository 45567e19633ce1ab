"""A shop of its own for every conversation: copies of the database, made on first use and bounded in number.

For evaluation (`serve --isolate`, `replay`): whatever one conversation writes, no other sees. Copies live in a
temporary folder that goes with `close()`. Knows no HTTP; what is built on a copy is the caller's business.
"""

from __future__ import annotations

import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from assistant.store.database import Database

T = TypeVar("T")


@dataclass
class _Copy(Generic[T]):
    db: Database
    value: T
    num_users: int = 0


class IsolatedShops(Generic[T]):
    """What `build` makes of a copy of `db`, one for each name. Thread-safe.

    At most `limit` copies are kept besides those in use; the least recently used goes first, with all that was written
    to it, so that its conversation would begin anew.
    """

    def __init__(self, db: Database, build: Callable[[Database], T], limit: int = 64) -> None:
        self._db = db
        self._build = build
        self._limit = limit
        self._folder = tempfile.TemporaryDirectory(prefix="backroom-isolated-", ignore_cleanup_errors=True)
        self._copies: OrderedDict[str, _Copy[T]] = OrderedDict()
        self._guard = threading.Lock()
        self._num_made = 0

    @contextmanager
    def lend(self, name: str) -> Iterator[T]:
        """The value for `name`, kept at least until the block ends. Raises DatabaseError when no copy can be made."""
        with self._guard:
            copy = self._copies.get(name) or self._make(name)
            self._copies.move_to_end(name)
            copy.num_users += 1
            self._evict()
        try:
            yield copy.value
        finally:
            with self._guard:
                copy.num_users -= 1

    @property
    def num_copies(self) -> int:
        return len(self._copies)

    def drop_idle(self) -> None:
        """Drop every copy that nobody uses now: somebody was erased from the original."""
        with self._guard:
            for name in [name for name, copy in self._copies.items() if copy.num_users == 0]:
                self._copies.pop(name).db.delete()

    def close(self) -> None:
        """Drop all copies and their folder. Nothing may be lent any more."""
        with self._guard:
            while self._copies:
                self._copies.popitem()[1].db.delete()
        self._folder.cleanup()

    def _make(self, name: str) -> _Copy[T]:
        self._num_made += 1
        db = self._db.copy_to(Path(self._folder.name) / f"{self._num_made}.db")
        copy = self._copies[name] = _Copy(db, self._build(db))
        return copy

    def _evict(self) -> None:
        idle = [name for name, copy in self._copies.items() if copy.num_users == 0]
        for name in idle[: max(0, len(self._copies) - self._limit)]:
            self._copies.pop(name).db.delete()
