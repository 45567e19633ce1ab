"""One connection to an encrypted SQLite file: keyed, with WAL, foreign keys, a busy timeout, FTS5 and sqlite-vec.

Durability: `synchronous=NORMAL` with a write-ahead log. What was committed survives the death of the process (kill -9
included), because it is in the operating system's hands by then; only a power cut can take back the last commits, and
it can't damage the file. Knows no schema.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import sqlite_vec
from sqlalchemy import URL, Connection, Dialect, Engine, create_engine, event
from sqlalchemy.pool import QueuePool
from sqlalchemy.util import LRUCache
from sqlcipher3 import dbapi2

CACHE_KIB = 16 * 1024
BULK_CACHE_KIB = 64 * 1024
POOL_SIZE = 8
MAX_OVERFLOW = 32
BEGIN_OPTION = "backroom_begin"
compact_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""JSON as the database keeps it: no spaces, no escapes for letters."""
DriverError: type[Exception] = dbapi2.Error


def connect(path: Path, cipher_key: str, busy_timeout_s: float, create: bool = False, read_only: bool = False) -> Any:
    """A keyed DB-API connection in autocommit mode (transactions are begun by hand). Raises the driver's errors.

    `read_only` is for a file that nobody writes, such as a backup: not a byte of it changes.
    """
    mode = "rwc" if create else "ro" if read_only else "rw"
    connection = dbapi2.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=busy_timeout_s,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        _prepare(connection, cipher_key, busy_timeout_s, read_only)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: Any, cipher_key: str, busy_timeout_s: float, read_only: bool) -> None:
    execute = connection.execute
    _unlock(connection, cipher_key)
    execute(f"PRAGMA busy_timeout = {int(busy_timeout_s * 1000)}")
    execute("SELECT count(*) FROM sqlite_master")
    if not read_only and execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        execute("PRAGMA journal_mode = WAL")
    execute("PRAGMA synchronous = NORMAL")
    execute("PRAGMA foreign_keys = ON")
    execute("PRAGMA secure_delete = ON")
    execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    connection.enable_load_extension(True)
    sqlite_vec.load(connection)
    connection.enable_load_extension(False)


def _unlock(connection: Any, cipher_key: str) -> None:
    connection.execute("PRAGMA cipher_log_level = NONE")
    connection.execute(f'PRAGMA key = "{cipher_key}"')


def set_cache(connection: Connection, kib: int) -> None:
    """The size of a connection's page cache, whatever transaction it is in."""
    driver = connection.connection.driver_connection
    if driver is not None:
        driver.execute(f"PRAGMA cache_size = -{kib}")


@contextmanager
def attached(connection: Connection, path: Path, cipher_key: str, name: str) -> Iterator[None]:
    """Another database file under the same key, as `name` on this connection while the block lasts.

    Outside a transaction. Raises the driver's errors.
    """
    driver: Any = connection.connection.driver_connection
    driver.execute(f"ATTACH DATABASE ? AS {name} KEY ?", (str(path), cipher_key))
    try:
        yield
    finally:
        driver.execute(f"DETACH DATABASE {name}")


def make_engine(path: Path, cipher_key: str, busy_timeout_s: float) -> Engine:
    """An engine over `connect`. Transactions begin with BEGIN, or as the execution option `BEGIN_OPTION` says.

    All engines of the process share one dialect and one cache of compiled statements: a copy of a database, made for
    one conversation, answers its first query as quickly as the original.
    """
    dialect, url, compiled_cache = _shared()
    pool = QueuePool(
        lambda: connect(path, cipher_key, busy_timeout_s),
        pool_size=POOL_SIZE,
        max_overflow=MAX_OVERFLOW,
        timeout=30.0,
        use_lifo=True,
        dialect=dialect,
    )
    # What an error tells may come into a log: never the values of a statement, for they are customers' words.
    engine = Engine(pool, dialect, url, execution_options={"compiled_cache": compiled_cache}, hide_parameters=True)

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get(BEGIN_OPTION, "BEGIN"))

    return engine


@lru_cache(maxsize=1)
def _shared() -> tuple[Dialect, URL, LRUCache[Any, Any]]:
    template = create_engine("sqlite://", module=dbapi2, json_serializer=compact_json)
    with template.connect():
        pass  # the first connection tells the dialect what the driver can do
    template.dispose()
    return template.dialect, template.url, LRUCache(1000)
