"""An import beside a shop that is open: it is made in a copy of the database, and what it changed is brought over.

Reading a large source and comparing it with what is there takes long, and the database has one writer: customers would
wait for its end. So it is done in a copy, which triggers watch: they note every row that comes, goes, or is another in
some column. All of that is put into the shop's database in one short transaction; what customers changed in the
meantime stays, unless the import changed that very value. Knows no file format.
"""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import Table, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from assistant.errors import DatabaseError
from assistant.shop import schema
from assistant.store.database import Database

log = logging.getLogger("backroom.import")

_MODELS = (
    schema.ShopInfo, schema.ProductRow, schema.VariantRow, schema.CustomerRow, schema.PaymentMethodRow, schema.OrderRow,
    schema.OrderLineRow, schema.PaymentRow, schema.BrowsingRow, schema.ReviewRow, schema.PromotionRow, schema.PolicyRow,
)  # fmt: skip
TABLES: tuple[Table, ...] = tuple(model.metadata.tables[model.__tablename__] for model in _MODELS)
"""What an import may write, parents first."""
_NEW, _GONE = "+", "-"
_PREFIX = ".import-"
_JUST_MADE_S = 60.0


def is_open(db: Database) -> bool:
    """Whether anybody has talked to this shop, and the disk has room for a copy beside it."""
    with db.read() as session:
        used = session.execute(text("SELECT 1 FROM conversation LIMIT 1")).first() is not None
    return used and shutil.disk_usage(db.path.parent).free > 2 * db.path.stat().st_size


def import_aside(db: Database, work: Callable[[Session], bool]) -> None:
    """Run `work` on a copy of `db`; when it returns True, bring what it changed into `db`, all or nothing.

    Whatever `work` raises leaves `db` as it was. Raises DatabaseError when the copy can't be made, or when what was
    changed no longer fits (a customer with a new order was erased meanwhile): the import can be run again.
    """
    remove_left(db.path.parent)
    with _folder(db.path.parent) as folder:
        copy = db.copy_to(folder / "copy.db")
        try:
            with copy.write(bulk=True) as session:
                _watch(session)
                wanted = work(session)
            copy.checkpoint()
        finally:
            copy.close()
        if wanted:
            try:
                _bring_over(db, copy)
            except DatabaseError as error:
                if not isinstance(error.__cause__, IntegrityError):
                    raise
                raise DatabaseError(
                    "what was imported no longer fits: something that it belongs to was erased meanwhile; "
                    "nothing was changed, run the import again"
                ) from error


def remove_left(place: Path) -> int:
    """Remove the copies that imports left here which were killed; how many there were. Each is the whole shop with
    everybody in it, and no erasure reaches it. One that is at work has its folder locked, or made it just now."""
    num = 0
    for folder in place.glob(f"{_PREFIX}*"):
        with suppress(OSError), _locked(folder, fcntl.LOCK_EX | fcntl.LOCK_NB):
            if time.time() - folder.stat().st_mtime > _JUST_MADE_S:
                shutil.rmtree(folder)
                log.warning("removed the copy of the shop that a killed import had left: %s", folder)
                num += 1
    return num


@contextmanager
def _folder(place: Path) -> Iterator[Path]:
    """A folder for the copy, which goes at the end, and is known as left by its lock when this process is killed."""
    with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=place) as name, _locked(Path(name), fcntl.LOCK_EX):
        yield Path(name)


@contextmanager
def _locked(folder: Path, how: int) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, how)
        yield
    finally:
        os.close(descriptor)


def _watch(session: Session) -> None:
    """In the copy: nothing that keeps indexes for customers, but a note of every change."""
    found = session.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'search%'"))
    for name in found.scalars().all():
        session.execute(text(f'DROP TRIGGER "{name}"'))
    for table in TABLES:
        keys = _keys(table)
        columns = ", ".join(f'"{key}"' for key in keys)
        notes = f'"note_{table.name}"'
        session.execute(text(f"CREATE TABLE {notes}({columns}, what, UNIQUE(what, {columns}))"))

        def note(row: str, what: str, into: str = notes, keys: tuple[str, ...] = keys) -> str:
            values = ", ".join(f'{row}."{key}"' for key in keys)
            return f"BEGIN INSERT OR IGNORE INTO {into} VALUES ({values}, '{what}'); END"

        name = f'"{table.name}"'
        session.execute(text(f"CREATE TRIGGER note_new_{table.name} AFTER INSERT ON {name} {note('new', _NEW)}"))
        session.execute(text(f"CREATE TRIGGER note_gone_{table.name} AFTER DELETE ON {name} {note('old', _GONE)}"))
        for column in _others(table):
            session.execute(
                text(
                    f'CREATE TRIGGER "note_{table.name}_{column}" AFTER UPDATE OF "{column}" ON {name} '
                    f'WHEN old."{column}" IS NOT new."{column}" {note("new", column)}'
                )
            )


def _bring_over(db: Database, copy: Database) -> None:
    with db.write(bulk=True, aside=copy.path) as session:
        for table in reversed(TABLES):
            _delete(session, table)
        for table in TABLES:
            _insert(session, table)
            _update(session, table)


def _delete(session: Session, table: Table) -> None:
    keys = ", ".join(f'"{key}"' for key in _keys(table))
    session.execute(
        text(
            f"""DELETE FROM main."{table.name}" WHERE ({keys}) IN (
            SELECT {keys} FROM aside."note_{table.name}" WHERE what = '{_GONE}'
            EXCEPT SELECT {keys} FROM aside."{table.name}")"""
        )
    )


def _insert(session: Session, table: Table) -> None:
    keys = ", ".join(f'"{key}"' for key in _keys(table))
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    others = ", ".join(f'"{column}" = excluded."{column}"' for column in _others(table))
    then = f"DO UPDATE SET {others}" if others else "DO NOTHING"
    session.execute(
        text(
            f"""INSERT INTO main."{table.name}"({columns}) SELECT {columns} FROM aside."{table.name}"
            WHERE ({keys}) IN (SELECT {keys} FROM aside."note_{table.name}" WHERE what = '{_NEW}')
            ORDER BY rowid ON CONFLICT({keys}) {then}"""
        )
    )


def _update(session: Session, table: Table) -> None:
    same = " AND ".join(f'main."{table.name}"."{key}" = n."{key}" AND c."{key}" = n."{key}"' for key in _keys(table))
    changed = session.execute(text(f'SELECT DISTINCT what FROM aside."note_{table.name}"')).scalars().all()
    for column in changed:
        if column not in (_NEW, _GONE):
            session.execute(
                text(
                    f"""UPDATE main."{table.name}" SET "{column}" = c."{column}"
                    FROM aside."note_{table.name}" n, aside."{table.name}" c WHERE n.what = :what AND {same}"""
                ),
                {"what": column},
            )


def _keys(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.primary_key.columns)


def _others(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.columns if not column.primary_key)
