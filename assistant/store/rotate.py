"""A new key for a database, without a moment in which a crash would lock anybody out.

The copy under the new key is made and checked beside the old database. Then: the new key is written to
`<path>.key.next`, the copy takes the database's name, and the new key file takes the old one's. Whoever opens the
database after a crash in between finds the key that fits: `Database.open` tries `.key.next` and finishes the renaming.
With the key in the environment there is no key file; the operator changes the variable. Nobody may have it open.
"""

from __future__ import annotations

import os
import secrets
from contextlib import closing
from pathlib import Path

from assistant.errors import DatabaseError, UsageError
from assistant.store import audit_anchor
from assistant.store.audit import HEAD_WRITTEN, audit, set_head
from assistant.store.audit_verify import verify
from assistant.store.connections import connect
from assistant.store.database import BUSY_TIMEOUT_S, FOREIGN, Database
from assistant.store.exclusive import sole_user
from assistant.store.failures import translate
from assistant.store.keys import KEY_VARIABLE, cipher_key, key_file, next_key_file, write_key
from assistant.store.snapshot import copy_from

NEW_KEY_VARIABLE = "BACKROOM_DB_NEW_KEY"


def rotate_key(path: Path, *, actor: str = "system:command") -> None:
    """Encrypt the database at `path` with a new key: a random one, or what BACKROOM_DB_NEW_KEY holds.

    Raises UsageError when the old key is in the environment and no new one is, DatabaseError when the database is in
    use, its audit log fails the check, or the disk is full; the old key and the old database stay then.
    """
    path = Path(path)
    given = os.environ.get(NEW_KEY_VARIABLE, "").strip()
    in_environment = bool(os.environ.get(KEY_VARIABLE))
    if in_environment and not given:
        raise UsageError(f"the key comes from {KEY_VARIABLE}: put the new one into {NEW_KEY_VARIABLE} and try again")
    new_key = given or secrets.token_hex(32)
    with Database.open(path, create=False) as db:
        verdict = verify(db)
        if not verdict.ok:
            raise DatabaseError(f"{path}: the audit log fails its check ({verdict.problems[0]}); look into that first")
        old_secret = db.secret
    draft = path.with_name(f"{path.name}.rotating")
    try:
        with sole_user(path, old_secret, "change the key") as guard:
            _remove(draft)
            copy_from(guard, old_secret, draft)
            _rekey(draft, old_secret, new_key)
            head = _seal_anew(draft, new_key, verdict.head, actor)
            if not in_environment:
                next_key_file(path).unlink(missing_ok=True)
                write_key(next_key_file(path), new_key)
            _put_in_place(draft, path)
        audit_anchor.write(path, head, replace=True)
        if not in_environment:
            next_key_file(path).replace(key_file(path))
    except (OSError, *FOREIGN) as error:
        raise translate(error, path) from error
    finally:
        _remove(draft)


def _rekey(file: Path, old_secret: str, new_key: str) -> None:
    new_secret = cipher_key(new_key, Path(os.devnull))
    with closing(connect(file, old_secret, BUSY_TIMEOUT_S)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute(f'PRAGMA rekey = "{new_secret}"')
    with closing(connect(file, cipher_key(new_key, file), BUSY_TIMEOUT_S)) as connection:
        if found := connection.execute("PRAGMA cipher_integrity_check").fetchall():
            raise DatabaseError(f"{file} came out damaged ({found[0][0]}); nothing was changed")


def _seal_anew(file: Path, new_key: str, head: str, actor: str) -> audit_anchor.Head:
    """The audit log's head under the new key's seal, with an entry that says so; the head for the copy outside."""
    count, digest = head.split(":")
    with closing(Database(file, cipher_key(new_key, file), BUSY_TIMEOUT_S)) as db, db.write() as session:
        if int(count):
            set_head(session, int(count), digest)
        audit(session, actor, "key.rotate", "system:database", "rotation")
        noted: audit_anchor.Head = session.info[HEAD_WRITTEN]
    with closing(connect(file, cipher_key(new_key, file), BUSY_TIMEOUT_S)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    return noted


def _put_in_place(draft: Path, path: Path) -> None:
    with draft.open("rb+") as out:
        os.fsync(out.fileno())
    draft.replace(path)


def _remove(draft: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal", ".audit"):
        draft.with_name(draft.name + suffix).unlink(missing_ok=True)
