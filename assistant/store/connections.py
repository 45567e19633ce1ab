"""One connection to an encrypted SQLite file: keyed, with WAL, foreign keys, a busy timeout, FTS5 and sqlite-vec.

Durability: `synchronous=NORMAL` with a write-ahead log. What was committed survives the death of the process (kill -9
included), because it is in the operating system's hands by then; only a power cut can take back the last commits, and
it can't damage the file. Knows no schema.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlite_vec
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.pool import QueuePool
from sqlcipher3 import dbapi2

CACHE_KIB = 16 * 1024
POOL_SIZE = 8
MAX_OVERFLOW = 32
BEGIN_OPTION = "backroom_begin"
DriverError: type[Exception] = dbapi2.Error


def connect(path: Path, cipher_key: str, busy_timeout_s: float, create: bool = False) -> Any:
    """A keyed DB-API connection in autocommit mode (transactions are begun by hand). Raises the driver's errors."""
    mode = "rwc" if create else "rw"
    connection = dbapi2.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=busy_timeout_s,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        _prepare(connection, cipher_key, busy_timeout_s)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: Any, cipher_key: str, busy_timeout_s: float) -> None:
    execute = connection.execute
    execute("PRAGMA cipher_log_level = NONE")
    execute(f'PRAGMA key = "{cipher_key}"')
    execute(f"PRAGMA busy_timeout = {int(busy_timeout_s * 1000)}")
    execute("SELECT count(*) FROM sqlite_master")
    if execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        execute("PRAGMA journal_mode = WAL")
    execute("PRAGMA synchronous = NORMAL")
    execute("PRAGMA foreign_keys = ON")
    execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    connection.enable_load_extension(True)
    sqlite_vec.load(connection)
    connection.enable_load_extension(False)


def make_engine(path: Path, cipher_key: str, busy_timeout_s: float, json_serializer: Any) -> Engine:
    """An engine over `connect`. Transactions begin with BEGIN, or as the execution option `BEGIN_OPTION` says."""
    engine = create_engine(
        "sqlite://",
        module=dbapi2,
        creator=lambda: connect(path, cipher_key, busy_timeout_s),
        poolclass=QueuePool,
        pool_size=POOL_SIZE,
        max_overflow=MAX_OVERFLOW,
        pool_timeout=30.0,
        pool_use_lifo=True,
        json_serializer=json_serializer,
    )

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get(BEGIN_OPTION, "BEGIN"))

    return engine
