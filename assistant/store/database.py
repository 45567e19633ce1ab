"""The shop's database: opening it, reading and writing in transactions, and copying it in a moment.

    db = Database.open(Path("shop.db"))
    with db.write() as session: ...
    with db.read() as session: ...

Encrypted (SQLCipher), in write-ahead mode: readers never wait, writers wait for one another. Thread-safe: every `read`
and `write` has a connection and a session of its own. Foreign errors leave as DatabaseError. Knows no table.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from assistant.errors import DatabaseError, WrongKeyError
from assistant.store import audit_anchor
from assistant.store.audit import HEAD_WRITTEN, IS_FIRST, SEAL_KEY, holds, seal_key
from assistant.store.connections import (
    BEGIN_OPTION,
    BULK_CACHE_KIB,
    CACHE_KIB,
    DriverError,
    attached,
    connect,
    make_engine,
    set_cache,
)
from assistant.store.failures import is_full, translate
from assistant.store.keys import cipher_key, find_key, key_file, next_key_file, read_key
from assistant.store.migrate import upgrade
from assistant.store.snapshot import Snapshots, copy_database

BUSY_TIMEOUT_S = 5.0
FOREIGN = (SQLAlchemyError, DriverError)
_TRIES = 4


def driver(session: Session) -> Any:
    """The driver's own connection of a session, in its transaction: for SQL that the mapper knows nothing of."""
    return session.connection().connection.driver_connection


class Database:
    """An open database. Make one with `Database.open` or `copy_to`."""

    def __init__(self, path: Path, secret: str, busy_timeout_s: float) -> None:
        self.path = path
        self.secret = secret
        """The cipher key, for those who copy the file: never to be shown or written anywhere."""
        self._busy_timeout_s = busy_timeout_s
        self._engine: Engine = make_engine(path, secret, busy_timeout_s)
        self._immediate = self._engine.execution_options(**{BEGIN_OPTION: "BEGIN IMMEDIATE"})
        self._write_lock = threading.Lock()
        self._writer: int | None = None
        self._trouble: str | None = None
        self._snapshots = Snapshots(path, secret, busy_timeout_s)
        self.audit_seal_key = seal_key(secret)

    @classmethod
    def open(
        cls, path: Path, *, key: str | None = None, create: bool = True, busy_timeout_s: float = BUSY_TIMEOUT_S
    ) -> Database:
        """Open the database at `path`, made when missing (unless `create` is False), and bring its schema up to date.

        The key is `key`, else BACKROOM_DB_KEY, else what the key file `<path>.key` holds; a new database without any
        gets a new key file. Raises WrongKeyError when the key doesn't fit, DatabaseError when the file is missing with
        `create=False`, is no database of ours, is locked for longer than `busy_timeout_s`, or can't be written.
        """
        path = Path(path)
        try:
            exists = path.exists() and path.stat().st_size > 0
            if not exists and not create:
                raise DatabaseError(f"{path} isn't there; check the path, or make a shop with: backroom import")
            if path.exists() and not path.is_file():
                kind = "folder" if path.is_dir() else "device"
                raise DatabaseError(f"{path} is a {kind}; give the path of a database file")
            if not path.parent.is_dir():
                raise DatabaseError(f"the folder {path.parent} isn't there; make it first")
            secret = cipher_key(find_key(path, key, exists), path)
            if not exists:
                _make_file(path)
            secret = _secret_that_fits(path, secret, busy_timeout_s)
        except (OSError, *FOREIGN) as error:
            raise translate(error, path) from error
        db = cls(path, secret, busy_timeout_s)
        try:
            upgrade(db._engine, path, BEGIN_OPTION)
        except BaseException as error:
            db.close()
            if isinstance(error, FOREIGN):
                raise translate(error, path) from error
            raise
        return db

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that sees one consistent state of the database, as of its first query. What it changes is lost."""
        session = Session(self._engine, expire_on_commit=False, autoflush=False)
        try:
            yield session
        except FOREIGN as error:
            raise translate(error, self.path) from error
        finally:
            session.close()

    @contextmanager
    def look(self) -> Iterator[Any]:
        """The driver's own connection in a read transaction, which sees one state as `read` does: for the statements
        of every turn, which cost a third that way. Rows come as the database keeps them. Raises DatabaseError."""
        try:
            with closing(self._engine.raw_connection()) as connection:
                raw: Any = connection.driver_connection
                raw.execute("BEGIN")
                yield raw
        except FOREIGN as error:
            raise translate(error, self.path) from error

    @contextmanager
    def write(self, *, bulk: bool = False, aside: Path | None = None) -> Iterator[Session]:
        """A session that holds the write lock from the start; committed at the end, rolled back on any error.

        `bulk` gives it a page cache for millions of rows; `aside` is a copy of this database, whose tables are called
        `aside.name` in it. Raises DatabaseError when another process holds the lock for
        longer than the busy timeout. Writers of this process wait for one another without a limit of their own.
        """
        with (
            self._sole_writer(),
            self._connection_for_writing(bulk, aside) as connection,
            Session(connection, expire_on_commit=False, info={SEAL_KEY: self.audit_seal_key}) as session,
        ):
            try:
                session.connection()
                yield session
                head = session.info.get(HEAD_WRITTEN)
                is_noted = head is not None and audit_anchor.may_go_on(
                    self.path, session.info[IS_FIRST], partial(holds, session)
                )
                session.commit()
                self._trouble = None
                if head is not None and is_noted:
                    audit_anchor.write(self.path, head)
            except FOREIGN as error:
                problem = translate(error, self.path)
                self._trouble = str(problem)
                with suppress(*FOREIGN):  # a full disk can refuse the rollback too; closing the connection does it then
                    session.rollback()
                raise problem from error
            except BaseException:
                session.rollback()
                raise

    def trouble(self) -> str | None:
        """What keeps the database from being written, if something does: for /readyz.

        Asks the database only after a write has failed, by writing a number into its header.
        """
        if self._trouble is None:
            return None
        try:
            with self.write() as session:
                session.execute(text("PRAGMA user_version = 1"))
        except DatabaseError as error:
            return str(error)
        return None

    @contextmanager
    def _connection_for_writing(self, bulk: bool, aside: Path | None) -> Iterator[Connection]:
        try:
            connection = self._immediate.connect()
        except FOREIGN as error:
            raise translate(error, self.path) from error
        with connection:
            try:
                if bulk:
                    set_cache(connection, BULK_CACHE_KIB)
                if aside is None:
                    yield connection
                else:
                    with attached(connection, aside, self.secret, "aside"):
                        yield connection
            finally:
                if bulk:
                    set_cache(connection, CACHE_KIB)

    @contextmanager
    def _sole_writer(self) -> Iterator[None]:
        if self._writer == threading.get_ident():
            raise DatabaseError(f"{self.path}: a write inside a write; hand the first one's session on")
        with self._write_lock:
            self._writer = threading.get_ident()
            try:
                yield
            finally:
                self._writer = None

    def copy_to(self, path: Path) -> Database:
        """A copy of the database as it is now, at `path` (replaced when there), open, with the same key.

        Some milliseconds for a shop of some megabytes; writers aren't held up. Raises DatabaseError.
        """
        path = Path(path)
        try:
            noted = audit_anchor.content(self.path)  # first: it may be behind the copy, never ahead of it
            anchor = audit_anchor.anchor_file(path)
            anchor.unlink(missing_ok=True)
            self._snapshots.write(path)
            if noted is not None:
                anchor.touch(mode=0o600)
                anchor.write_bytes(noted)
        except (OSError, *FOREIGN) as error:
            raise translate(error, path) from error
        return Database(path, self.secret, self._busy_timeout_s)

    def snapshot(self, path: Path) -> None:
        """A consistent copy of the file at `path`, not opened: for backups. Raises DatabaseError."""
        try:
            copy_database(self.path, self.secret, path)
        except (OSError, *FOREIGN) as error:
            raise translate(error, path if is_full(error) else self.path) from error

    def checkpoint(self, wait_s: float | None = None) -> bool:
        """Bring the write-ahead log into the file and cut it: after a large import, after an erasure. False when
        readers or writers kept it, for `wait_s` (None: the busy timeout)."""
        with suppress(*FOREIGN), self._engine.connect() as connection:
            raw = connection.connection.driver_connection
            if raw is not None:
                wait_s = self._busy_timeout_s if wait_s is None else wait_s
                raw.execute(f"PRAGMA busy_timeout = {int(wait_s * 1000)}")
                try:
                    busy = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
                finally:
                    raw.execute(f"PRAGMA busy_timeout = {int(self._busy_timeout_s * 1000)}")
                return not busy
        return False

    @contextmanager
    def frozen(self, wait_s: float = 2.0) -> Iterator[bool]:
        """While it lasts, the file's bytes hold one state of the database and don't change; what is written goes into
        the log, from its first frame on. False when readers or writers didn't let it within `wait_s`.

        Raises DatabaseError.
        """
        try:
            with closing(connect(self.path, self.secret, self._busy_timeout_s)) as connection:
                is_frozen = False
                for _ in range(_TRIES):
                    self.checkpoint(wait_s / _TRIES)
                    connection.execute("BEGIN")
                    connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
                    # A reader of an empty log keeps everybody from bringing the log into the file.
                    is_frozen = not (self.log_file.exists() and self.log_file.stat().st_size)
                    if is_frozen:
                        break
                    connection.execute("ROLLBACK")
                yield is_frozen
        except (OSError, *FOREIGN) as error:
            raise translate(error, self.path) from error

    @contextmanager
    def driver_write(self) -> Iterator[Any]:
        """A driver connection within a write transaction, for what SQLAlchemy doesn't know. Committed at the end,
        rolled back on any error. Raises DatabaseError."""
        with self._sole_writer():
            try:
                with closing(connect(self.path, self.secret, self._busy_timeout_s)) as connection:
                    connection.execute("BEGIN IMMEDIATE")
                    yield connection
                    connection.execute("COMMIT")
            except FOREIGN as error:
                raise translate(error, self.path) from error

    @property
    def log_file(self) -> Path:
        """SQLite's write-ahead log beside the file."""
        return self.path.with_name(self.path.name + "-wal")

    def vacuum(self) -> None:
        """Write the file anew, without what was deleted. Raises DatabaseError, also when another process writes."""
        with self._sole_writer():
            try:
                with closing(connect(self.path, self.secret, self._busy_timeout_s)) as connection:
                    connection.execute("VACUUM")
            except FOREIGN as error:
                raise translate(error, self.path) from error

    def close(self) -> None:
        """Close all connections. The database can't be used afterwards; closing twice does no harm."""
        self._snapshots.close()
        self._engine.dispose()

    def delete(self) -> None:
        """Close and remove the files: for copies. The key file, where there is one, stays."""
        self.close()
        for suffix in ("", "-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
        audit_anchor.anchor_file(self.path).unlink(missing_ok=True)

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _secret_that_fits(path: Path, secret: str, busy_timeout_s: float) -> str:
    """The cipher key that opens the file: the one found, or the next one where a change of key was cut off."""
    try:
        connect(path, secret, busy_timeout_s).close()
    except FOREIGN as error:
        coming = next_key_file(path)
        if not coming.exists() or not isinstance(translate(error, path), WrongKeyError):
            raise
        secret = cipher_key(read_key(coming), path)
        with closing(connect(path, secret, busy_timeout_s)) as connection:
            head = connection.execute("SELECT count, digest, seal FROM audit_head").fetchone()
        audit_anchor.write(path, head, replace=True)
        coming.replace(key_file(path))
    return secret


def _make_file(path: Path) -> None:
    """An empty file that only its owner can read; the log files take over its rights."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
