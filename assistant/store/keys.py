"""The key of an encrypted database: where it comes from, how it is kept, how SQLCipher is told.

A key is 64 hexadecimal digits (256 bits, used as they are, so that opening is quick) or a passphrase (stretched once by
SQLCipher's own PBKDF2, so that its command line opens the file too). It is taken from the caller, else the environment
variable BACKROOM_DB_KEY, else the key file beside the database (mode 600, made at first creation). Opens no database.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import stat
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from assistant.errors import DatabaseError, WrongKeyError

KEY_VARIABLE = "BACKROOM_DB_KEY"
_RAW = re.compile(r"[0-9a-fA-F]{64}\Z")
_PBKDF2_ROUNDS = 256_000
_SALT_BYTES = 16


def key_file(path: Path) -> Path:
    """The key file of a database: `shop.db.key` beside `shop.db`."""
    return path.with_name(path.name + ".key")


def next_key_file(path: Path) -> Path:
    """Where a new key lies while it takes the old one's place (see rotate.py): `shop.db.key.next`."""
    return path.with_name(path.name + ".key.next")


def find_key(path: Path, key: str | None, exists: bool) -> str:
    """The key of the database at `path`; one that doesn't exist yet gets a new key file when nothing else gives a key.

    Raises WrongKeyError when an existing database has no key anywhere, DatabaseError when the key file is readable by
    others, is empty or can't be read or made.
    """
    given = key if key is not None else os.environ.get(KEY_VARIABLE)
    if given is not None:
        if not given.strip():
            raise WrongKeyError(
                f"the key given for {path} is empty; give 64 hexadecimal digits or unset {KEY_VARIABLE}"
            )
        return given.strip()
    file = key_file(path)
    try:
        if not file.exists():
            if exists:
                raise WrongKeyError(
                    f"{path} is there, but its key isn't; put its key file back at {file} or set {KEY_VARIABLE}"
                )
            write_key(file, secrets.token_hex(32))
        return read_key(file)
    except OSError as error:
        raise DatabaseError(
            f"the key file {file} can't be used: {error.strerror}; check the folder's rights"
        ) from error


def write_key(file: Path, key: str) -> None:
    """Write a key file whole or not at all; one that somebody else made at the same moment is left alone."""
    draft = file.with_name(f"{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            out.write(key + "\n")
            out.flush()
            os.fsync(out.fileno())
        with suppress(FileExistsError):
            os.link(draft, file)
    finally:
        draft.unlink()


def read_key(file: Path) -> str:
    """The key that a key file holds. Raises DatabaseError when others can read it or it is empty, OSError."""
    mode = stat.S_IMODE(file.stat().st_mode)
    if mode & 0o077:
        raise DatabaseError(f"the key file {file} can be read by others (mode {mode:o}); run: chmod 600 {file}")
    found = file.read_text(encoding="utf-8", errors="replace").strip()
    if not found:
        raise DatabaseError(f"the key file {file} is empty; put the database's key into it")
    return found


def cipher_key(key: str, path: Path) -> str:
    """What `PRAGMA key` is given: the raw key, or the stretched passphrase with the salt of the file at `path`
    (a new salt where there is no file yet)."""
    if _RAW.match(key):
        return f"x'{key.lower()}'"
    salt = b""
    with suppress(OSError), path.open("rb") as file:
        salt = file.read(_SALT_BYTES)
    if len(salt) < _SALT_BYTES:
        salt = secrets.token_bytes(_SALT_BYTES)
    return f"x'{_stretch(key, salt)}{salt.hex()}'"


@lru_cache(maxsize=16)
def _stretch(key: str, salt: bytes) -> str:
    return hashlib.pbkdf2_hmac("sha512", key.encode("utf-8"), salt, _PBKDF2_ROUNDS).hex()[:64]
