"""What the shop's own systems have to know of: every write to an order, in the same transaction as the write itself.

A row waits until a sender (outbox_sender.py) has delivered it; without one (the default) the shop reads the table or
asks for it. The key makes a write that is repeated visible as the same one. Knows no order and no rules.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from assistant.store.base import Base
from assistant.store.database import Database
from assistant.types import Json


class OutboxRow(Base):
    """One message for the shop's systems. `body` is the write as the RECORD shows it, with what the customer was told
    that it costs (`money_minor`; negative: gives back) and the `currency`; `sent_at` NULL: not delivered."""

    __tablename__ = "outbox"
    outbox_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    key: Mapped[str] = mapped_column(unique=True)
    customer_id: Mapped[str] = mapped_column(index=True)
    at: Mapped[datetime]
    body: Mapped[dict[str, Any]]
    sent_at: Mapped[datetime | None] = mapped_column(index=True)
    num_tries: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str | None]


def put(session: Session, key: str, body: Json, customer_id: str, at: datetime) -> None:
    """Add a message; part of the caller's transaction."""
    session.add(OutboxRow(key=key, customer_id=customer_id, at=at, body=body))
    session.flush()


def waiting(db: Database, limit: int = 100, without: Collection[str] = ()) -> list[OutboxRow]:
    """The messages not delivered yet, oldest first; none to the customers `without`, whose turn it isn't."""
    others = func.json_each(json.dumps(sorted(without))).table_valued("value")
    with db.read() as session:
        rows = session.scalars(
            select(OutboxRow)
            .where(OutboxRow.sent_at.is_(None), OutboxRow.customer_id.not_in(select(others.c.value)))
            .order_by(OutboxRow.outbox_id)
            .limit(limit)
        )
        return list(rows)


def num_waiting(db: Database) -> int:
    """How many messages aren't delivered yet."""
    with db.read() as session:
        return session.scalar(select(func.count()).select_from(OutboxRow).where(OutboxRow.sent_at.is_(None))) or 0


def waiting_of(session: Session, customer_ids: Collection[str]) -> list[OutboxRow]:
    """The messages about these customers that aren't delivered yet, oldest first."""
    theirs = (OutboxRow.sent_at.is_(None), OutboxRow.customer_id.in_(customer_ids))
    return list(session.scalars(select(OutboxRow).where(*theirs).order_by(OutboxRow.outbox_id)))


def mark(db: Database, row: OutboxRow, problem: str | None, now: datetime) -> None:
    """Note how a delivery went: `problem` None means that it arrived."""
    with db.write() as session:
        kept = session.get(OutboxRow, row.outbox_id)
        if kept is not None:
            kept.num_tries += 1
            kept.problem = problem
            kept.sent_at = now if problem is None else None


def message(row: OutboxRow) -> Json:
    """A row as the shop's systems get it."""
    return {"key": row.key, "at": row.at.isoformat(), "customer_id": row.customer_id, **row.body}
