"""Carries out what a customer confirmed: every write of one confirmation in one transaction, audited, in the outbox.

    OrderDesk(db).carry_out(customer_id, [Write("cancel_pending_order", {...})], key=..., now=...)

Action names and arguments are those of tau2-bench's retail tools; ids, statuses and rows are the shop's. Everything is
checked again here against the rows as they are at that moment (ownership first), so that nothing that was true when it
was proposed is taken on trust. The same `key` twice is carried out once. Knows no dialogue.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assistant.errors import BackroomError
from assistant.shop import order_effects as effects
from assistant.shop.order_rules import OrderRules
from assistant.shop.outbox import OutboxRow, put
from assistant.shop.schema import CustomerRow, ShopInfo
from assistant.store.audit import Value, audit
from assistant.store.database import Database
from assistant.types import Json


class WriteRefused(BackroomError):
    """What was confirmed can't be done (any more); nothing at all was changed. The message is for the customer."""


@dataclass(frozen=True)
class Write:
    """One change. `money` is what the customer was told that it costs (negative: gives back), in minor units."""

    action: str
    arguments: Json = field(default_factory=dict)
    money: int = 0

    def as_json(self) -> Json:
        return {"action": self.action, **self.arguments}


class OrderDesk:
    """Writes to the orders of one database. Thread-safe."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def state_of(self, city: str) -> str:
        """The state in which the shop's customers have a town of this name, when they all agree; else ""."""
        same = func.lower(CustomerRow.city) == city.strip().lower()
        with self._db.read() as session:
            found = session.scalars(select(CustomerRow.state).where(same).distinct().limit(3)).all()
        return str(found[0] or "") if len(found) == 1 else ""

    def carry_out(
        self, customer_id: str, writes: Sequence[Write], *, key: str, now: datetime, actor: str | None = None
    ) -> bool:
        """Do all of it or nothing, in the name of `actor` (None: the customer).

        False when this `key` was carried out before: nothing is done again.
        Raises WriteRefused, and DatabaseError when the database can't be written.
        """
        with self._db.write() as session:
            if session.scalar(select(OutboxRow.outbox_id).where(OutboxRow.key == f"{key}/0")) is not None:
                return False
            customer = session.get(CustomerRow, customer_id)
            if customer is None:
                raise WriteRefused("This account is no longer there.")
            facts = {r.key: r.value for r in session.scalars(select(ShopInfo))}
            rules = OrderRules.of(facts)
            for number, write in enumerate(writes):
                effect = effects.EFFECTS.get(write.action)
                if effect is None:
                    raise WriteRefused(f"There is no such change as {write.action}.")
                try:
                    effect(effects.Change(session, customer, rules, now, write.arguments, write.money))
                except effects.Refused as refused:
                    raise WriteRefused(str(refused)) from None
                session.flush()
                told = {"money_minor": write.money, "currency": facts.get("currency", "USD")}
                put(session, f"{key}/{number}", {**write.as_json(), **told}, customer_id, now)
                _note(session, write, customer_id, actor or f"customer:{customer_id}", now)
        return True


def _note(session: Session, write: Write, customer_id: str, actor: str, now: datetime) -> None:
    """The entry in the audit log: which order, which action, how many items and how much money; no address."""
    order = write.arguments.get("order_id")
    subject = f"order:{'_'.join(str(order).split())}" if order else f"customer:{customer_id}"
    details: dict[str, Value] = {"items": len(write.arguments.get("item_ids") or []), "money_minor": write.money}
    audit(session, actor, f"order.{write.action}", subject, "customer_request", details, now)
