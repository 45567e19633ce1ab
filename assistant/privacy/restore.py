"""Restoring a backup without bringing back whom somebody erased since it was made.

The list of erasures (keyed digests) is carried from the database in place to the restored one, which is then swept.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from assistant.errors import DatabaseError
from assistant.privacy.erase import erase_again
from assistant.privacy.schema import ErasureRow, StateRow
from assistant.store.audit import audit
from assistant.store.backup import Manifest, key_of, restore
from assistant.store.database import Database


def restore_backup(
    file: Path, path: Path, *, keep_orders_days: int, key: str | None = None, actor: str = "system:command"
) -> tuple[Manifest, int]:
    """Restore a backup over the database at `path`; what it holds, and how many persons were erased again.
    `keep_orders_days`: how long their orders stay (see `erase`).

    Raises DatabaseError and WrongKeyError, with the old database in place.
    """
    done, digest_key = _erasures(path)
    key = key_of(file, key, path)
    manifest = restore(file, path, key=key)
    with Database.open(path, key=key, create=False) as db:
        with db.write() as session:
            if digest_key is not None:
                session.merge(StateRow(name="erasure", value=digest_key))
            for digest, at in done:
                session.merge(ErasureRow(digest=digest, at=at))
            audit(session, actor, "backup.restore", "system:database", "restore", {"made_at": manifest.made_at})
        return manifest, erase_again(db, keep_orders_days=keep_orders_days)


def _erasures(path: Path) -> tuple[list[tuple[str, datetime]], str | None]:
    """What the database in place knows of erasures; nothing when it is gone or broken, which is why one restores."""
    try:
        with Database.open(path, create=False) as db, db.read() as session:
            done = [(row.digest, row.at) for row in session.scalars(select(ErasureRow))]
            state = session.get(StateRow, "erasure")
            return list(done), state.value if state else None
    except DatabaseError:
        return [], None
