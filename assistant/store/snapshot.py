"""Copies of a database file, quick enough to make one for every test case or conversation.

The first copy goes through SQLite's backup (readers and writers may go on beside it); its bytes, encrypted as they are,
are kept while nobody changes the database, so that the next copies only write a file. Knows no table.
"""

from __future__ import annotations

import threading
from contextlib import closing
from pathlib import Path
from typing import Any

from assistant.store.connections import connect

BUSY_TIMEOUT_S = 5.0
MAX_KEPT_BYTES = 64 * 1024 * 1024


class Snapshots:
    """Makes copies of one database. Thread-safe."""

    def __init__(self, path: Path, secret: str, busy_timeout_s: float) -> None:
        self._path = path
        self._secret = secret
        self._busy_timeout_s = busy_timeout_s
        self._lock = threading.Lock()
        self._source: Any = None
        self._version: int | None = None
        self._bytes: bytes | None = None

    def write(self, path: Path) -> None:
        """Put a copy of the database as it is now at `path`. Raises the driver's errors and OSError."""
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        with self._lock:
            if self._source is None:
                self._source = connect(self._path, self._secret, self._busy_timeout_s)
            version = self._data_version()
            kept = self._bytes if version == self._version else None
            if kept is None:
                self._bytes = self._version = None
                self._back_up(path)
                if path.stat().st_size <= MAX_KEPT_BYTES and self._data_version() == version:
                    self._bytes, self._version = path.read_bytes(), version
                return
        path.touch(mode=0o600)
        path.write_bytes(kept)

    def _data_version(self) -> int:
        """A number that changes whenever another connection, of any process, has changed the database."""
        version: int = self._source.execute("PRAGMA data_version").fetchone()[0]
        return version

    def _back_up(self, path: Path) -> None:
        copy_from(self._source, self._secret, path)

    def close(self) -> None:
        with self._lock:
            if self._source is not None:
                self._source.close()
            self._source = self._bytes = self._version = None


def copy_database(source: Path, secret: str, path: Path) -> None:
    """A copy of a database file, made at once and consistent, at `path` (which is replaced), under the same key.

    Raises the driver's errors and OSError.
    """
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    with closing(connect(source, secret, BUSY_TIMEOUT_S)) as connection:
        copy_from(connection, secret, path)


def copy_from(source: Any, secret: str, path: Path) -> None:
    """What the connection `source` sees, as a file at `path` under the key `secret`, which must be the source's."""
    path.touch(mode=0o600)
    with closing(connect(path, secret, BUSY_TIMEOUT_S)) as target:
        target.execute("PRAGMA journal_mode = OFF")
        target.execute("PRAGMA synchronous = OFF")
        source.backup(target)
