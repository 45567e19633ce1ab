"""Batches of rows into one table: what is new is inserted, what differs is updated, what is the same is left alone.

SQLAlchemy Core with executemany, inside the caller's transaction. Memory stays flat: what an import has already met is
kept as one bit per row that was there before, and rows added since are told by their SQLite rowid.
Knows no file format and none of the shop's rules.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Integer, Table, bindparam, column, func, insert, literal_column, select, text, update

from assistant.shop.importers.report import BadValue, Counts, Place

Row = dict[str, Any]
Rejecter = Callable[[Place, BadValue], None]


@dataclass(frozen=True)
class Parent:
    """A column that names a row of another table, which must be there."""

    column: str
    table: Table
    what: str


class TableWriter:
    """Writes rows of one table. Rows are dicts of its columns; columns that are left out keep what the database has."""

    def __init__(
        self, connection: Connection, table: Table, counts: Counts, reject: Rejecter, parents: Sequence[Parent] = (),
        position: bool = False,
    ) -> None:  # fmt: skip
        self._connection = connection
        self._table = table
        self._counts = counts
        self._reject = reject
        self._parents = parents
        self._key = tuple(key.name for key in table.primary_key.columns)
        self._columns = tuple(table.columns)
        self._pending: list[tuple[Place, Row]] = []
        self.first_new_rowid = 1 + (self._max("rowid") or 0)
        self._seen = bytearray(self.first_new_rowid // 8 + 1)
        highest = self._max("position") if position else None
        self._next_position = None if not position else 0 if highest is None else highest + 1
        self._defaults = {item.name: _default_of(item) for item in self._columns}
        self._by_key = self._select_by_first_key()
        self.leaves: Callable[[str], bool] = lambda key: False
        """Whether rows of a first key are left as they are, whatever the source has; asked where they would differ."""

    def _max(self, name: str) -> int | None:
        found: int | None = self._connection.scalar(select(func.max(literal_column(name))).select_from(self._table))
        return found

    def _select_by_first_key(self) -> Any:
        wanted = func.json_each(bindparam("keys")).table_valued(column("value"))
        first = self._table.columns[self._key[0]]
        return select(literal_column("rowid", Integer), *self._columns).where(first.in_(select(wanted.c.value)))

    @property
    def num_queued(self) -> int:
        """Rows that the next `flush` writes."""
        return len(self._pending)

    def add(self, place: Place, row: Row) -> None:
        """Queue a row for the next `flush`."""
        self._pending.append((place, row))

    def flush(self) -> None:
        """Write what is queued. Rows without their parent and rows met before are rejected."""
        pending, self._pending = self._pending, []
        if not pending:
            return
        for parent in self._parents:
            pending = self._with_parent(pending, parent)
        existing = self._existing(pending)
        new: dict[tuple[Any, ...], Row] = {}
        changed: defaultdict[tuple[str, ...], list[Row]] = defaultdict(list)
        for place, row in pending:
            key = tuple([row[name] for name in self._key])
            found = existing.get(key)
            if key in new or (found is not None and self._met(found["rowid"])):
                self._reject(place, self._duplicate(row))
            elif found is None:
                if not self.leaves(key[0]):
                    new[key] = self._complete(row)
            elif (differing := self._differing(found, row)) and not self.leaves(key[0]):
                changed[differing].append({f"_{name}": row[name] for name in (*self._key, *differing)})
            else:
                self._counts.unchanged += 1
        self._insert(list(new.values()))
        self._update(changed)

    def _with_parent(self, pending: list[tuple[Place, Row]], parent: Parent) -> list[tuple[Place, Row]]:
        there = known_keys(self._connection, parent.table, {row[parent.column] for _, row in pending})
        if all(row[parent.column] in there for _, row in pending):
            return pending
        kept = []
        for place, row in pending:
            if row[parent.column] in there:
                kept.append((place, row))
            else:
                self._reject(place, missing_parent(parent.column, row[parent.column], parent.what))
        return kept

    def _existing(self, pending: Iterable[tuple[Place, Row]]) -> Mapping[tuple[Any, ...], Mapping[str, Any]]:
        keys = json.dumps(list({row[self._key[0]] for _, row in pending}))
        found: Any = self._connection.execute(self._by_key, {"keys": keys}).mappings()
        return {tuple([row[name] for name in self._key]): row for row in found}

    def _met(self, rowid: int) -> bool:
        """Whether this import has met the row already; from now on it has."""
        if rowid >= self.first_new_rowid:
            return True
        place, bit = rowid >> 3, 1 << (rowid & 7)
        met = bool(self._seen[place] & bit)
        self._seen[place] |= bit
        return met

    def _differing(self, found: Mapping[str, Any], row: Row) -> tuple[str, ...]:
        return tuple([name for name, value in row.items() if found[name] != value])

    def _duplicate(self, row: Row) -> BadValue:
        name = self._key[-1] if len(self._key) == 1 else "+".join(self._key)
        shown = " + ".join(str(row[part]) for part in self._key)
        return BadValue(name, shown, "is there twice", f"keep one row for each {name}")

    def _complete(self, row: Row) -> Row:
        full = self._defaults | row
        if self._next_position is not None:
            full["position"] = self._next_position
            self._next_position += 1
        return full

    def _insert(self, rows: list[Row]) -> None:
        if rows:
            self._connection.execute(insert(self._table), rows)
            self._counts.inserted += len(rows)

    def _update(self, changed: Mapping[tuple[str, ...], list[Row]]) -> None:
        for names, rows in changed.items():
            statement = update(self._table).values({name: bindparam(f"_{name}") for name in names})
            for name in self._key:
                statement = statement.where(self._table.columns[name] == bindparam(f"_{name}"))
            self._connection.execute(statement, rows)
            self._counts.changed += len(rows)


def known_keys(connection: Connection, table: Table, keys: Iterable[str]) -> dict[str, int]:
    """Which of `keys` are there as single-column primary keys of `table`, with their rowids."""
    key = table.primary_key.columns[0].name
    name = connection.dialect.identifier_preparer.quote(table.name)
    statement = text(f"SELECT {key}, rowid FROM {name} WHERE {key} IN (SELECT value FROM json_each(:keys))")
    return {row[0]: row[1] for row in connection.execute(statement, {"keys": json.dumps(list(keys))})}


def missing_parent(column_name: str, value: str, what: str) -> BadValue:
    """The problem of a row that names something that isn't there."""
    return BadValue(
        column_name, value, f"no {what} has this {column_name}", f"add the {what} or correct the {column_name}"
    )


def _default_of(item: Any) -> Any:
    default = item.default
    if default is None:
        return None
    return default.arg(None) if default.is_callable else default.arg
