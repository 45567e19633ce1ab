"""Backups: a consistent, encrypted copy of a database made while it serves, proven by opening it and reading it all.

A backup is one file (SQLCipher, the database's own key) with a manifest beside it: `shop-2026.db` and
`shop-2026.db.json` with size, SHA-256, schema, rows of every table and the audit log's head. The key is not in it.
Knows the tables only by name.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import ExitStack, closing, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assistant.errors import DatabaseError, WrongKeyError
from assistant.store import audit_anchor
from assistant.store.audit import seal_key
from assistant.store.audit_verify import verify_file
from assistant.store.connections import connect
from assistant.store.database import BUSY_TIMEOUT_S, FOREIGN, Database
from assistant.store.exclusive import sole_user
from assistant.store.failures import translate
from assistant.store.keys import KEY_VARIABLE, cipher_key, key_file, next_key_file, read_key, write_key
from assistant.store.snapshot import copy_from

_BLOCK = 1024 * 1024


@dataclass(frozen=True)
class Manifest:
    """What a backup holds. `rows` is by table; `audit_head` is "count:digest"."""

    made_at: str
    size: int
    sha256: str
    schema: str
    rows: dict[str, int]
    audit_head: str


def back_up(db: Database, out: Path) -> Manifest:
    """Write a backup of the database as it is now to `out` (which must not be there yet) and check it.

    Readers and writers go on meanwhile. Raises DatabaseError, with nothing left at `out`.
    """
    out = Path(out)
    if out.exists():
        raise DatabaseError(f"{out} is there already; give a new file, so that no backup is lost")
    if not out.parent.is_dir():
        raise DatabaseError(f"the folder {out.parent} isn't there; make it first")
    draft = out.with_name(f"{out.name}.part")
    try:
        draft.unlink(missing_ok=True)
        db.snapshot(draft)
        _leave_log(draft, db.secret)
        manifest = _examine(draft, db.secret)
        _write_manifest(manifest_file(out), manifest)
        _sync_file(draft)
        draft.replace(out)
        _sync_folder(out.parent)
    except (OSError, *FOREIGN) as error:
        raise translate(error, out) from error
    finally:
        _remove(draft)
    return manifest


def check(file: Path, key: str | None = None) -> Manifest:
    """Read a whole backup: its hash against the manifest, every page, every table, the audit log. Gives what it holds.

    Raises WrongKeyError or DatabaseError that says what is wrong with it.
    """
    file = Path(file)
    secret = key_of(file, key)
    noted = _read_manifest(file)
    if noted is not None and _sha256(file) != noted.sha256:
        raise DatabaseError(
            f"{file} is not as it was made (its SHA-256 differs from the manifest's); use another backup"
        )
    try:
        found = _examine(file, cipher_key(secret, file))
    except FOREIGN as error:
        raise translate(error, file) from error
    if noted is not None and found.rows != noted.rows:
        raise DatabaseError(f"{file} holds other rows than its manifest says; use another backup")
    return found


def restore(file: Path, path: Path, *, key: str | None = None) -> Manifest:
    """Put a checked backup in the place of the database at `path`; what was there stays as `<path>.replaced`.

    Nobody may have the database open. All or nothing: until the last rename the old database is in place.
    Raises DatabaseError when the backup isn't sound or the database is in use.
    """
    file, path = Path(file), Path(path)
    key = key_of(file, key, path)
    manifest = check(file, key)
    secret = cipher_key(key, file)
    draft = path.with_name(f"{path.name}.restoring")
    try:
        with closing(connect(file, secret, BUSY_TIMEOUT_S, read_only=True)) as source:
            copy_from(source, secret, draft)
            head: audit_anchor.Head | None = source.execute("SELECT count, digest, seal FROM audit_head").fetchone()
        _leave_log(draft, secret)
        key_changes = not os.environ.get(KEY_VARIABLE) and (
            not key_file(path).exists() or read_key(key_file(path)) != key
        )
        if key_changes:
            next_key_file(path).unlink(missing_ok=True)
            write_key(next_key_file(path), key)
        _sync_file(draft)
        with ExitStack() as alone:
            if path.exists():
                _keep_others_out(alone, path)
                _keep_as_replaced(path)
            draft.replace(path)
        _sync_folder(path.parent)
        if head is not None:
            audit_anchor.write(path, head, replace=True)
        if key_changes:
            next_key_file(path).replace(key_file(path))
    except (OSError, *FOREIGN) as error:
        raise translate(error, path) from error
    finally:
        _remove(draft)
    return manifest


def key_of(file: Path, key: str | None = None, path: Path | None = None) -> str:
    """The key that opens a backup: the one given, else the environment's, else that of the key file beside it, else
    that of the database at `path`, which it may be of. Raises WrongKeyError when there is none, DatabaseError when
    there is no backup."""
    if not file.is_file():
        raise DatabaseError(f"{file} isn't there; give the file of a backup")
    found = key or os.environ.get(KEY_VARIABLE)
    for place in (file, path):
        if not found and place is not None and key_file(place).exists():
            found = read_key(key_file(place))
    if not found:
        raise WrongKeyError(f"{file} needs its key: put it at {key_file(file)}, set {KEY_VARIABLE}, or give --key-file")
    return found.strip()


def replaced_file(path: Path) -> Path:
    """`shop.db.replaced` beside `shop.db`: what a restore took the place of."""
    return path.with_name(f"{path.name}.replaced")


def manifest_file(file: Path) -> Path:
    """`shop-2026.db.json` beside `shop-2026.db`."""
    return file.with_name(f"{file.name}.json")


def _examine(file: Path, secret: str) -> Manifest:
    """Read everything in a database file, without changing a byte of it."""
    with closing(connect(file, secret, BUSY_TIMEOUT_S, read_only=True)) as connection:
        for pragma, fine in (("cipher_integrity_check", []), ("integrity_check", [("ok",)])):
            found = connection.execute(f"PRAGMA {pragma}").fetchall()
            if found != fine:
                raise DatabaseError(f"{file} is damaged: {found[0][0]}; use another backup")
        rows = {
            name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in _tables(connection)
        }
        schema = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
        verdict = verify_file(connection, seal_key(secret))
    if not verdict.ok:
        raise DatabaseError(f"the audit log in {file} fails its check: {verdict.problems[0]}")
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return Manifest(now, file.stat().st_size, _sha256(file), schema, rows, verdict.head)


def _leave_log(file: Path, secret: str) -> None:
    """Out of write-ahead mode: the file is whole by itself then, and can be read from where nothing can be written."""
    with closing(connect(file, secret, BUSY_TIMEOUT_S)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")


def _tables(connection: Any) -> list[str]:
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%' ORDER BY name"
    return [name for (name,) in connection.execute(query)]


def _keep_others_out(alone: ExitStack, path: Path) -> None:
    """Nobody has the old database open from here on; one that its key doesn't open, or is damaged, nobody can have.

    Raises DatabaseError when it is in use.
    """
    try:
        alone.enter_context(sole_user(path, cipher_key(key_of(path), path), "restore"))
    except WrongKeyError:
        pass
    except FOREIGN as error:
        problem = translate(error, path)
        if not (isinstance(problem, WrongKeyError) or "damaged" in str(problem)):
            raise


def _keep_as_replaced(path: Path) -> None:
    """Give the old database's file a second name; it keeps the first until the new one takes that over."""
    aside = replaced_file(path)
    for suffix in ("", "-wal", "-shm"):
        aside.with_name(aside.name + suffix).unlink(missing_ok=True)
    os.link(path, aside)
    path.with_name(path.name + "-shm").unlink(missing_ok=True)
    log = path.with_name(path.name + "-wal")  # of a database that couldn't be opened: the new one must not read it
    if log.exists():
        log.replace(aside.with_name(aside.name + "-wal"))


def _sha256(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as data:
        while block := data.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _write_manifest(file: Path, manifest: Manifest) -> None:
    file.touch(mode=0o600)
    file.write_text(json.dumps(asdict(manifest), indent=2) + "\n", encoding="utf-8")


def _read_manifest(file: Path) -> Manifest | None:
    try:
        return Manifest(**json.loads(manifest_file(file).read_text("utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        raise DatabaseError(f"{manifest_file(file)} is no manifest ({error}); put it back or remove it") from None


def _sync_file(draft: Path) -> None:
    """What takes a file's name must be on the disk by then, or a power cut leaves the name to half a file."""
    with draft.open("rb+") as file:
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """A rename lasts through a power cut once the folder is on the disk."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _remove(draft: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        with suppress(OSError):
            draft.with_name(draft.name + suffix).unlink(missing_ok=True)
