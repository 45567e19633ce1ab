"""Being the only one who has a database open: for putting another file in its place.

Knows no table.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from assistant.errors import DatabaseError
from assistant.store.connections import DriverError, connect
from assistant.store.failures import translate

WAIT_S = 1.0


@contextmanager
def sole_user(path: Path, secret: str, purpose: str) -> Iterator[Any]:
    """A driver connection that nobody else is beside and that nobody can come beside while the block lasts.

    The write-ahead log is in the file then and gone. Raises DatabaseError when the database is in use.
    """
    with closing(connect(path, secret, WAIT_S)) as connection:
        try:
            connection.execute("PRAGMA journal_mode = DELETE")  # works only when nobody else has it open
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("COMMIT")  # the lock stays; a backup can't read inside the transaction
        except DriverError as error:
            problem = translate(error, path)
            if "locked" not in str(problem):
                raise problem from error
            raise DatabaseError(f"{path} is in use; stop the server, then {purpose}") from error
        yield connection
