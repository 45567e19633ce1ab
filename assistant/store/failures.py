"""Foreign database errors in our words: one line that says what is wrong with which file and what to do.

The border of the store: above it nobody names SQLAlchemy's or SQLite's exceptions. Opens no database.
"""

from __future__ import annotations

import errno
from pathlib import Path

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from assistant.errors import DatabaseError, WrongKeyError

_PLAIN_HEADER = b"SQLite format 3\0"
_PAGE = 512
_FULL = 13
# By primary result code (https://www.sqlite.org/rescode.html): what is wrong, what to do.
_BY_CODE = {
    5: ("is locked by another process", "wait until it is done, or stop it, and try again"),
    6: ("is locked by another connection", "try again"),
    8: ("can't be written (read-only)", "give this user the right to write the file and its folder"),
    10: ("can't be read or written (I/O error)", "check the disk"),
    11: ("is damaged", "put a backup in its place"),
    _FULL: ("can't grow: the disk is full", "free some space and try again; nothing was changed"),
    14: ("can't be opened", "check that its folder exists and that this user may write there"),
    23: ("can't be opened: access denied", "check the file's rights"),
}


def translate(error: BaseException, path: Path) -> DatabaseError:
    """The DatabaseError for an error of SQLAlchemy, SQLite or the operating system about the database at `path`."""
    if isinstance(error, DatabaseError):
        return error
    if isinstance(error, PoolTimeoutError):
        return DatabaseError(f"{path} has no free connection; too many requests hold one, try again")
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    if isinstance(cause, OSError):
        return DatabaseError(f"{path} can't be used: {cause.strerror}; check the path, its rights and the disk")
    primary = _primary(cause)
    if primary == 26:
        return _not_readable(path)
    if primary in _BY_CODE:
        problem, remedy = _BY_CODE[primary]
        return DatabaseError(f"{path} {problem}; {remedy}")
    lines = str(cause).strip().splitlines() or [type(cause).__name__]
    kind = "SQLAlchemy" if isinstance(error, SQLAlchemyError) and cause is error else "the database"
    return DatabaseError(f"{path}: {kind} refused: {lines[0]}; nothing was changed")


def is_full(error: BaseException) -> bool:
    """Whether it is the disk that is full, so that what was being written is to be named."""
    if isinstance(error, OSError):
        return error.errno == errno.ENOSPC
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    return _primary(cause) == _FULL


def _primary(cause: BaseException) -> int | None:
    code = getattr(cause, "sqlite_errorcode", None)
    return code & 0xFF if isinstance(code, int) else _code_of(str(cause))


def _code_of(message: str) -> int | None:
    """The result code by its text, for errors that carry none."""
    known = {
        "database is locked": 5, "database table is locked": 6, "attempt to write a readonly database": 8,
        "disk I/O error": 10, "database disk image is malformed": 11, "database or disk is full": 13,
        "unable to open database file": 14, "file is not a database": 26,
    }  # fmt: skip
    return next((code for text, code in known.items() if text in message), None)


def _not_readable(path: Path) -> DatabaseError:
    """The key doesn't fit or the file never was a database: as far as its bytes tell."""
    try:
        with path.open("rb") as file:
            head = file.read(4096)
        size = path.stat().st_size
    except OSError as error:
        return DatabaseError(f"{path} can't be read: {error.strerror}; check its rights")
    if head.startswith(_PLAIN_HEADER):
        return DatabaseError(f"{path} is an unencrypted SQLite database, not one of Backroom; give another path")
    if size % _PAGE or _is_text(head):
        return DatabaseError(f"{path} is not a Backroom database (or it was cut off); give another path or a backup")
    return WrongKeyError(f"the key doesn't open {path}; use the key that it was made with")


def _is_text(head: bytes) -> bool:
    try:
        return b"\0" not in head and head.decode("utf-8").isprintable()
    except UnicodeDecodeError:
        return False
