"""What the shop's own systems have to know of: every write to an order, in the same transaction as the write itself.

A row stays until a sender has delivered it; without one (the default) the shop reads the table or asks for it. The key
makes a write that is repeated visible as the same one. Knows no order and no rules.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from assistant.store.base import Base
from assistant.store.database import Database
from assistant.types import Json


class OutboxRow(Base):
    """One message for the shop's systems. `body` is the write as the RECORD shows it; `sent_at` NULL: not delivered."""

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


def waiting(db: Database, limit: int = 100) -> list[OutboxRow]:
    """The messages not delivered yet, oldest first."""
    with db.read() as session:
        rows = session.scalars(
            select(OutboxRow).where(OutboxRow.sent_at.is_(None)).order_by(OutboxRow.outbox_id).limit(limit)
        )
        return list(rows)


def webhook(url: str, timeout_s: float = 10.0) -> Callable[[Json], str | None]:
    """A sender for `deliver` that posts each message as JSON to `url`; any answer but 2xx counts as a failure."""
    import httpx

    def send(message: Json) -> str | None:
        try:
            answer = httpx.post(url, json=message, timeout=timeout_s, headers={"Idempotency-Key": str(message["key"])})
        except httpx.HTTPError as error:
            return f"{url}: {type(error).__name__}"
        return None if answer.is_success else f"{url}: answered {answer.status_code}"

    return send


def deliver(db: Database, send: Callable[[Json], str | None], now: datetime, limit: int = 100) -> tuple[int, int]:
    """Hand waiting messages to `send`, oldest first, until one fails: (delivered, still waiting).

    `send` returns None, or what went wrong. A message may be sent again when the machine stops in between: the
    receiver tells by its `key`.
    """
    delivered = 0
    rows = waiting(db, limit)
    for row in rows:
        problem = send({"key": row.key, "at": row.at.isoformat(), "customer_id": row.customer_id, **row.body})
        with db.write() as session:
            kept = session.get(OutboxRow, row.outbox_id)
            if kept is None:
                continue
            kept.num_tries += 1
            kept.problem = problem
            if problem is None:
                kept.sent_at = now
        if problem is not None:
            break
        delivered += 1
    return delivered, len(rows) - delivered
