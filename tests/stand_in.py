"""A small shop and an assistant that answers it in fixed words: for tests of everything around the pipeline.

The stand-in keeps its conversations as the real assistant does, so that servers, replay and the desk can be tested
without a model. It answers "price" from the database, so that isolation and feeds show; everything else is an echo.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from assistant.engine.request import EngineStatus
from assistant.errors import BusyError, EngineError, InputError
from assistant.shop.schema import CustomerRow, OrderLineRow, OrderRow, ProductRow, ShopInfo, VariantRow
from assistant.store.conversations import STOPPED, Conversations
from assistant.store.database import Database
from assistant.types import Act, CustomerRef, Delta, Done, Event, Receipt, Record

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
FACTS = {"name": "Corner Shop", "currency": "EUR", "locale": "en_IE", "timezone": "UTC", "now": NOW.isoformat()}


def small_shop(path: Path, key: str = "test key") -> Database:
    """Two products with three variants, two customers, one order."""
    db = Database.open(path, key=key)
    with db.write() as session:
        session.add_all([ShopInfo(key=name, value=value) for name, value in FACTS.items()])
        session.add_all(
            [
                ProductRow(product_id="boot", name="Trail Boot", category="Shoes", position=0),
                ProductRow(product_id="mug", name="Camp Mug", category="Kitchen", position=1),
            ]
        )
        session.flush()
        session.add_all(
            [
                VariantRow(sku="B-42", product_id="boot", price_minor=8900, stock=3, options={"size": "42"}),
                VariantRow(sku="B-43", product_id="boot", price_minor=8900, stock=0, options={"size": "43"}),
                VariantRow(sku="MUG", product_id="mug", price_minor=1250, stock=40, options={}),
                CustomerRow(customer_id="mia", email="mia@example.com", first_name="Mia"),
                CustomerRow(customer_id="tom", email="Tom@Example.com", first_name="Tom"),
            ]
        )
        session.flush()
        session.add(OrderRow(order_id="W1", customer_id="mia", status="pending", ordered_at=NOW))
        session.flush()
        session.add(OrderLineRow(order_id="W1", line_no=1, sku="MUG", quantity=2, unit_price_minor=1250))
    return db


def ready_status() -> EngineStatus:
    return EngineStatus(ready=True, model="stand-in", context=2048, slots=4)


class StandIn:
    """Answers: "price SKU", "cancel ORDER", "who am I", "slow", "deep"; fails: "busy", "dead", "boom", in mid-answer
    "half", "bang"; else it is an echo."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.conversations = Conversations(db)
        self.closed = threading.Event()
        self.given_up = threading.Event()

    def give_up(self, conversation_id: str) -> None:
        """What the engine is told when a customer is gone: "deep" waits for it."""
        self.given_up.set()

    def greeting(self) -> str:
        return "Hello, I am the shop's AI assistant."

    def examples(self) -> list[str]:
        return ["price MUG"]

    def turn(
        self,
        conversation_id: str,
        text: str,
        *,
        customer: CustomerRef | None = None,
        now: datetime | None = None,
        introduced: bool = False,
        silent: bool = False,
        done_before: bool = False,
        waiting: str | None = None,
    ) -> Iterator[Event]:
        at, whose = now or NOW, customer.customer_id if customer else None
        message = self.conversations.begin_turn(conversation_id, text, at, whose, waiting=waiting)
        state = self.conversations.state(conversation_id)
        state = {"turns": state.get("turns", 0) + 1}
        record = Record(model="stand-in", tokens={"prompt": 7, "cached": 2, "completion": 3}, own_words=1.0)
        ended = False
        try:
            for sentence in self._sentences(text, customer, record, at, state["turns"]):
                record.reply += sentence
                yield Delta(sentence)
            ended = True
            self.conversations.finish_turn(message, record, state, at)
            yield Done(record)
        finally:
            if not ended:
                self.closed.set()
                if record.reply:
                    self.conversations.finish_turn(message, record, state, at, STOPPED)

    def _sentences(
        self, text: str, customer: CustomerRef | None, record: Record, at: datetime, number: int
    ) -> Iterator[str]:
        word, _, rest = text.partition(" ")
        if word == "price":
            record.acts.append(Act("price", {"skus": [rest]}))
            with self.db.read() as session:
                row = session.get(VariantRow, rest)
            if row is None:
                raise InputError(f"There is no {rest}.")
            record.receipts.append(Receipt("sku", rest, "price", f"{row.price_minor / 100:.2f}", at))
            yield f"{rest} costs {row.price_minor / 100:.2f}."
        elif word == "cancel":
            with self.db.write() as session:
                session.get_one(OrderRow, rest).status = "cancelled"
            record.writes.append({"action": "cancel_pending_order", "order_id": rest})
            yield f"Order {rest} is cancelled."
        elif word == "slow":
            for part in range(200):
                time.sleep(0.05)
                yield f"Part {part}. "
        elif word == "deep":
            yield "Thinking. "
            self.given_up.wait(20)
            yield "Thought for nobody. "
        elif word == "who":
            yield f"You are {customer.customer_id if customer else 'nobody I know'}."
        elif word == "busy":
            raise BusyError("Too many at once.", 3.0)
        elif word in ("dead", "half"):
            if word == "half":
                yield "Half of it."
            raise EngineError("the engine died twice")
        elif word in ("boom", "bang"):
            if word == "bang":
                yield "Half of it."
            raise RuntimeError("a bug with a secret in it")
        else:
            yield f"Turn {number}. "
            yield f"You said: {text}"
