"""A tiny shop with two customers' orders, an assistant without a model, and what the database holds afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from assistant.config import Settings
from assistant.engine.request import EngineEvent, EngineStatus, GenerateRequest
from assistant.engine.scripted import ByteTokenizer
from assistant.errors import EngineError
from assistant.pipeline import Assistant
from assistant.shop import order_rules
from assistant.shop.outbox import OutboxRow
from assistant.shop.schema import (
    CustomerRow,
    OrderLineRow,
    OrderRow,
    PaymentMethodRow,
    PaymentRow,
    ProductRow,
    ShopInfo,
    VariantRow,
)
from assistant.store.audit_schema import AuditRow
from assistant.store.database import Database
from assistant.types import CustomerRef, Record

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
RULES = order_rules.text("tau2")


class Silent:
    """An engine that says nothing: answers come in code's own words."""

    def generate(self, request: GenerateRequest) -> Iterator[EngineEvent]:
        raise EngineError("no model")

    def status(self) -> EngineStatus:
        return EngineStatus(ready=True, model="none", context=2048, slots=1)

    def close(self) -> None:
        return None


def order_shop(path: Path, rules: str = RULES, key: str = "orders test") -> Database:
    """Mia: W1000001 pending (lamp, boots), W1000002 delivered (lamp, mug); Tom: W1000003 pending (mug)."""
    db = Database.open(path, key=key)
    facts = {
        "name": "Corner Shop", "currency": "EUR", "locale": "en_IE", "timezone": "UTC", "now": NOW.isoformat(),
        order_rules.FACT: rules,
    }  # fmt: skip
    with db.write() as session:
        session.add_all([ShopInfo(key=name, value=value) for name, value in facts.items()])
        session.add_all(
            [
                ProductRow(product_id="lamp", name="Desk Lamp", position=0),
                ProductRow(product_id="boot", name="Trail Boots", position=1),
                ProductRow(product_id="mug", name="Camp Mug", position=2),
            ]
        )
        session.flush()
        lamps = [
            ("white", "low", 3000, 2),
            ("white", "high", 3500, 1),
            ("black", "high", 3600, 0),
            ("black", "low", 2900, 5),
        ]
        session.add_all(
            VariantRow(
                sku=f"L-{c}-{b}", product_id="lamp", price_minor=p, stock=n, options={"color": c, "brightness": b}
            )
            for c, b, p, n in lamps
        )
        session.add_all(
            VariantRow(sku=f"B-{size}", product_id="boot", price_minor=9000, stock=3, options={"size": size})
            for size in ("42", "43", "44")
        )
        session.add(VariantRow(sku="M", product_id="mug", price_minor=1250, stock=9, options={}))
        home = {"address1": "1 Mill Lane", "city": "Cork", "postcode": "T12 AB34", "country": "Ireland"}
        session.add(
            CustomerRow(customer_id="mia", email="mia@example.com", first_name="Mia", last_name="Byrne", **home)
        )
        session.add(
            CustomerRow(
                customer_id="tom", email="tom@example.com", first_name="Tom", last_name="Daly", postcode="D02 XY76"
            )
        )
        session.flush()
        session.add_all(
            [
                PaymentMethodRow(
                    payment_method_id="card_1", customer_id="mia", source="credit_card", brand="visa", last_four="4242"
                ),
                PaymentMethodRow(payment_method_id="gift_1", customer_id="mia", source="gift_card", balance_minor=200),
                PaymentMethodRow(payment_method_id="pal_2", customer_id="tom", source="paypal"),
            ]
        )
        for order_id, customer, status, method, lines in (
            ("#W1000001", "mia", "pending", "card_1", [("L-white-low", 1), ("B-42", 1)]),
            ("#W1000002", "mia", "delivered", "card_1", [("L-white-low", 1), ("M", 2)]),
            ("#W1000003", "tom", "pending", "pal_2", [("M", 1)]),
        ):
            add_order(session, order_id, customer, status, method, lines)
    return db


def add_order(
    session: Any, order_id: str, customer: str, status: str, method: str, lines: list[tuple[str, int]]
) -> None:
    session.add(
        OrderRow(
            order_id=order_id, customer_id=customer, status=status, ordered_at=NOW,
            tracking=["TR123456789"] if status == "delivered" else [],
            address={}, extra={},
        )
    )  # fmt: skip
    session.flush()
    total = 0
    for number, (sku, quantity) in enumerate(lines, start=1):
        variant = session.get(VariantRow, sku)
        total += variant.price_minor * quantity
        session.add(
            OrderLineRow(
                order_id=order_id, line_no=number, sku=sku, product_id=variant.product_id, name=variant.product.name,
                options=dict(variant.options), quantity=quantity, unit_price_minor=variant.price_minor,
            )
        )  # fmt: skip
    session.add(
        PaymentRow(order_id=order_id, payment_no=1, kind="payment", amount_minor=total, payment_method_id=method)
    )


def assistant(db: Database) -> Assistant:
    return Assistant(db, Silent(), ByteTokenizer(), Settings())


def talk(db: Database, *texts: str, customer: str | None = None, conversation: str = "c") -> list[Record]:
    """What the assistant answered to these messages of one conversation."""
    who = CustomerRef(customer) if customer else None
    one = assistant(db)
    return [one.reply(conversation, text, customer=who) for text in texts]


def order(db: Database, order_id: str) -> dict[str, Any]:
    """An order as the database has it: status, SKUs, payments, address."""
    with db.read() as session:
        row = session.get_one(OrderRow, order_id)
        return {
            "status": row.status,
            "skus": sorted(x.sku for x in row.lines for _ in range(x.quantity)),
            "payments": [(p.kind, p.amount_minor, p.payment_method_id) for p in row.payments],
            "address": dict(row.address),
            "extra": dict(row.extra),
        }


def counts(db: Database) -> tuple[int, int]:
    """How many messages lie in the outbox, and how many entries about orders in the audit log."""
    with db.read() as session:
        rows = session.scalars(select(OutboxRow)).all()
        entries = session.scalars(select(AuditRow.action)).all()
        return len(rows), len([a for a in entries if a.startswith("order.")])


def stock(db: Database, sku: str) -> int | None:
    with db.read() as session:
        return session.get_one(VariantRow, sku).stock


def balance(db: Database, method_id: str) -> int | None:
    with db.read() as session:
        return session.get_one(PaymentMethodRow, method_id).balance_minor
