"""Rows that have no id of their own: lines and payments of an order, reviews of a product.

They are numbered within their parent in the order in which they come; when an import is over, rows behind the last
number that it brought for a parent are gone. A row that was rejected leaves a gap: what is stored under its number
stays, and so does all behind. Knows no file format.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Table, delete, func, literal_column, select

from assistant.shop.importers.report import Counts, Place
from assistant.shop.importers.tables import Parent, Rejecter, Row, TableWriter, known_keys, missing_parent
from assistant.shop.schema import OrderLineRow, ProductRow, VariantRow

_BATCH = 5000


class NumberedWriter(TableWriter):
    """A `TableWriter` whose last key column counts within the parent, from 1. Two bytes of memory for each parent."""

    def __init__(self, connection: Connection, table: Table, counts: Counts, reject: Rejecter, parent: Parent) -> None:
        super().__init__(connection, table, counts, reject)
        self._parent = parent
        self._number = self._key[-1]
        self._used = array("H")
        self._with_gaps: set[int] = set()

    def add_gap(self, place: Place, parent: str) -> None:
        """A row of this parent was rejected: the next one keeps the number that it would have."""
        self.add(place, {self._parent.column: parent})

    def _is_gap(self, row: Row) -> bool:
        return len(row) == 1

    def flush(self) -> None:
        """Number what is queued, then write it."""
        pending, self._pending = self._pending, []
        there = known_keys(self._connection, self._parent.table, {row[self._parent.column] for _, row in pending})
        for place, row in pending:
            name = row[self._parent.column]
            if name in there:
                number = self._next(there[name])
                if self._is_gap(row):
                    self._with_gaps.add(there[name])
                else:
                    self._pending.append((place, {**row, self._number: number}))
            elif not self._is_gap(row):
                self._reject(place, missing_parent(self._parent.column, name, self._parent.what))
        super().flush()

    def _next(self, parent_rowid: int) -> int:
        if parent_rowid >= len(self._used):
            self._used.frombytes(bytes(2 * (parent_rowid + 1 - len(self._used))))
        self._used[parent_rowid] += 1
        return self._used[parent_rowid]

    def finish(self) -> None:
        """Delete the rows that were there before and that this import has outgrown."""
        if self.first_new_rowid == 1:
            return
        parent, child = self._parent.table, self._table
        key = parent.primary_key.columns[0]
        highest = func.max(child.columns[self._number])
        statement = (
            select(literal_column(f'"{parent.name}".rowid'), key, highest)
            .join(child, child.columns[self._parent.column] == key)
            .group_by(key)
        )
        stale = [
            (name, self._used[rowid])
            for rowid, name, number in self._connection.execute(statement)
            if rowid < len(self._used)
            and 0 < self._used[rowid] < number
            and rowid not in self._with_gaps
            and not self.leaves(name)
        ]
        for name, number in stale:
            gone = delete(child).where(child.columns[self._parent.column] == name, child.columns[self._number] > number)
            self._counts.deleted += self._connection.execute(gone).rowcount


class OrderLineWriter(NumberedWriter):
    """Order lines. A row without `name` takes name, product and options from the catalogue, when the line is new or its
    SKU differs; lines that are there keep what was sold."""

    def __init__(self, connection: Connection, counts: Counts, reject: Rejecter, parent: Parent) -> None:
        super().__init__(connection, _table(OrderLineRow), counts, reject, parent)
        self._catalogue: dict[str, Row] = {}

    def flush(self) -> None:
        wanted = {row["sku"] for _, row in self._pending if "name" not in row and not self._is_gap(row)}
        self._catalogue = self._load(wanted)
        kept: list[tuple[Place, Row]] = []
        for place, row in self._pending:
            if self._is_gap(row) or "name" in row or row["sku"] in self._catalogue:
                kept.append((place, row))
            else:
                self._reject(place, missing_parent("sku", row["sku"], "variant"))
                kept.append((place, {self._parent.column: row[self._parent.column]}))
        self._pending = kept
        super().flush()

    def _load(self, skus: set[str]) -> dict[str, Row]:
        columns = (VariantRow.sku, VariantRow.product_id, ProductRow.name, VariantRow.options)
        found: dict[str, Row] = {}
        statement = select(*columns).join(ProductRow, ProductRow.product_id == VariantRow.product_id)
        names = sorted(skus)
        for start in range(0, len(names), _BATCH):
            chunk = statement.where(VariantRow.sku.in_(names[start : start + _BATCH]))
            for sku, product_id, name, options in self._connection.execute(chunk):
                found[sku] = {"product_id": product_id, "name": name, "options": options}
        return found

    def _complete(self, row: Row) -> Row:
        return super()._complete(row if "name" in row else {**row, **self._catalogue[row["sku"]]})

    def _differing(self, found: Mapping[str, Any], row: Row) -> tuple[str, ...]:
        if "name" not in row and found["sku"] != row["sku"]:
            row.update(self._catalogue[row["sku"]])
        return super()._differing(found, row)


def _table(model: Any) -> Table:
    table: Table = model.__table__
    return table
