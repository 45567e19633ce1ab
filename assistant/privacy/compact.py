"""Rewriting the database's file, so that no page keeps a copy of a cell that was moved away and later deleted.

SQLite's `secure_delete` overwrites what is deleted where it lies. Before that, the tree's rebalancing may have moved it
and left the old bytes behind in unused space of a page: measured, 7 remains in 22 MB. An erasure finds these by itself
(clean.py); after retention, rewriting the file (VACUUM) and cutting the log leaves none, and gives the room back. It
takes as long as the file is large: about 2 s of one core for 100 MB.
"""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy.orm import Session

from assistant.errors import DatabaseError
from assistant.privacy.schema import StateRow
from assistant.store.database import Database

SMALL_BYTES = 100 * 1024 * 1024
"""Up to this size the command for retention rewrites the file at once; beyond it, the server at night does."""
WAIT_S = 2.0
_DUE = "compact_due"


def compact_due(session: Session, due: bool) -> None:
    """Note that the file is to be rewritten when there is time, or that it has been."""
    row = session.get(StateRow, _DUE)
    if due and row is None:
        session.add(StateRow(name=_DUE, value="1"))
    elif not due and row is not None:
        session.delete(row)


def is_compact_due(session: Session) -> bool:
    """Whether something was deleted since the file was last rewritten."""
    return session.get(StateRow, _DUE) is not None


def size_of(db: Database) -> int:
    """The size of the database's file in bytes."""
    with suppress(OSError):
        return db.path.stat().st_size
    return 0


def compact(db: Database, wait_s: float = WAIT_S) -> bool:
    """Rewrite the file and cut the log; False when a writer or a long reader didn't let it within about `wait_s`.

    What was deleted stays deleted then: only the rewriting is still to do.
    """
    try:
        db.vacuum()
    except DatabaseError as error:
        if "locked" in str(error):
            return False
        raise
    return db.checkpoint(wait_s)
