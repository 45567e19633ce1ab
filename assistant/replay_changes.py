"""What a conversation wrote to the shop's data, seen in the data itself: the rows of orders and customers, compared.

Feeds change products and promotions, conversations change orders, payments and customers; so only these are compared.
Knows no case and no assistant.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from assistant.shop.schema import CustomerRow, OrderLineRow, OrderRow, PaymentMethodRow, PaymentRow
from assistant.store.base import Base
from assistant.store.database import Database
from assistant.types import Json

WRITTEN: tuple[type[Base], ...] = (OrderRow, OrderLineRow, PaymentRow, CustomerRow, PaymentMethodRow)
Rows = dict[tuple[str, tuple[Any, ...]], Json]


def written_rows(db: Database) -> Rows:
    """Every row that a conversation may write, by table and primary key."""
    rows: Rows = {}
    with db.read() as session:
        for kind in WRITTEN:
            table = Base.metadata.tables[kind.__tablename__]
            keys = [column.name for column in table.primary_key.columns.values()]
            for row in session.execute(select(table)).mappings():
                rows[table.name, tuple(row[key] for key in keys)] = dict(row)
    return rows


def changed_rows(before: Rows, after: Rows) -> list[Json]:
    """The differences: `{"table", "change": "inserted"|"updated"|"deleted", "key", "values"}`.

    `values` are all of an inserted row's, the changed ones of an updated row, none of a deleted one.
    """
    changes: list[Json] = []
    for place in sorted({*before, *after}, key=str):
        old, new = before.get(place), after.get(place)
        if old == new:
            continue
        kind = "inserted" if old is None else "deleted" if new is None else "updated"
        values = {name: value for name, value in (new or {}).items() if old is None or old[name] != value}
        changes.append({"table": place[0], "change": kind, "key": list(place[1]), "values": values})
    return changes
