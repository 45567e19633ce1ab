"""A shop whose customers have left traces everywhere that data can lie, for the tests of the data-protection room."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from assistant.privacy.schema import ConsentRow
from assistant.shop.schema import (
    BrowsingRow,
    CustomerRow,
    OrderLineRow,
    OrderRow,
    PaymentMethodRow,
    PaymentRow,
    ReviewRow,
)
from assistant.store.audit import audit
from assistant.store.conversations import Conversations
from assistant.store.database import Database
from assistant.store.handoffs import Handoffs
from assistant.types import Receipt, Record
from tests.stand_in import small_shop

AT = datetime(2026, 2, 1, 12, 0, tzinfo=UTC)
TARGET = "cust-wilhelmina"
STRINGS = (
    TARGET, "wilhelmina.okonkwo@example.com", "Wilhelmina", "Okonkwo", "+44 20 7946 0958", "77 Quarrystone Lane",
    "Nethergate", "QX9 4ZZ", "paymeth-wil-1", "web-wil-1", "web-wil-2", "I am allergic to rhubarb", "tracking-wil-1",
    "call me after six please", "pref-wil-teal",
)  # fmt: skip
"""What points to the target person, and must be nowhere once they are erased."""


def busy_shop(path: Path, key: str, num_customers: int = 40, num_turns: int = 300) -> Database:
    """The small shop with the target and others whose rows lie between theirs on every page."""
    db = small_shop(path, key)
    others = [f"cust-other-{number:03d}" for number in range(num_customers)]
    with db.write() as session:
        _profile(session, TARGET, "Wilhelmina", "Okonkwo", "wilhelmina.okonkwo@example.com")
        for other in others:
            _profile(session, other, "Other", f"Person{other[-3:]}", f"{other}@example.org")
        session.flush()
        _orders(session)
    _conversations(db, others, num_turns)
    _around(db)
    return db


def _profile(session: Session, key: str, first: str, last: str, email: str) -> None:
    theirs = key == TARGET
    session.add(
        CustomerRow(
            customer_id=key,
            email=email,
            first_name=first,
            last_name=last,
            phone="+44 20 7946 0958" if theirs else None,
            address1="77 Quarrystone Lane" if theirs else "1 Any Road",
            city="Nethergate" if theirs else "Anytown",
            postcode="QX9 4ZZ" if theirs else "AA1 1AA",
            preferences={"colour": "pref-wil-teal"} if theirs else {},
        )
    )


def _orders(session: Session) -> None:
    session.add(PaymentMethodRow(payment_method_id="paymeth-wil-1", customer_id=TARGET, source="paypal"))
    session.add(BrowsingRow(customer_id=TARGET, product_id="boot", viewed_at=AT))
    for number, day in ((1, datetime.now(UTC) - timedelta(days=30)), (2, datetime(2010, 1, 1, tzinfo=UTC))):
        order = f"W-wil-{number}"
        session.add(
            OrderRow(
                order_id=order,
                customer_id=TARGET,
                ordered_at=day,
                status="delivered",
                tracking=["tracking-wil-1"],
                total_minor=1250,
                paid_with="paymeth-wil-1",
                address={"name": "Wilhelmina Okonkwo", "address1": "77 Quarrystone Lane", "postcode": "QX9 4ZZ"},
            )
        )
        session.flush()
        session.add(OrderLineRow(order_id=order, line_no=1, sku="MUG", name="Camp Mug", unit_price_minor=1250))
        session.add(
            PaymentRow(
                order_id=order, payment_no=1, kind="payment", amount_minor=1250, payment_method_id="paymeth-wil-1"
            )
        )


def _conversations(db: Database, others: list[str], num_turns: int) -> None:
    """Turns of everybody, mixed; the records grow when the answers come, so that rows move between pages."""
    conversations = Conversations(db)
    chance = random.Random(7)
    people = [TARGET, *others]
    for number in range(num_turns):
        who = people[number % len(people)] if number % 7 else TARGET
        name = f"web-wil-{chance.choice((1, 2))}" if who == TARGET else f"web-{who}-{chance.randrange(3)}"
        said = "I am allergic to rhubarb " if who == TARGET else "How much is the mug? "
        message = conversations.begin_turn(name, said * chance.randrange(1, 12), AT, who)
        record = Record(reply="The mug, Wilhelmina Okonkwo" if who == TARGET else "The mug costs EUR 12.50.")
        record.receipts = [Receipt("sku", "MUG", "price", "12.50", AT)] * chance.randrange(1, 9)
        state = {"about": who, "pad": "x" * chance.randrange(400)}
        answer = conversations.finish_turn(message, record, state, AT)
        if who == TARGET:
            conversations.feedback(answer, 1, "call me after six please")


def _around(db: Database) -> None:
    """A hand-over, a consent, audit entries, a review in their name, and their address in a stranger's conversation."""
    Handoffs(db).call("web-wil-1", "asked", {"facts": ["Wilhelmina Okonkwo asked"]}, AT, TARGET)
    conversations = Conversations(db)
    message = conversations.begin_turn("web-stranger", "My login is WILHELMINA.OKONKWO@example.com, help", AT)
    conversations.finish_turn(message, Record(reply="I can't see that."), {}, AT)
    with db.write() as session:
        session.add(ConsentRow(customer_id=TARGET, purpose="personalisation", at=AT, given=True, source="chat"))
        session.add(ReviewRow(product_id="mug", review_no=1, author="Wilhelmina Okonkwo", text="Nice mug."))
        audit(session, f"customer:{TARGET}", "order.cancel", "order:W-wil-1", "customer_request")
        audit(session, "staff:anna", "profile.show", f"customer:{TARGET}", "support")
        if session.scalar(text("SELECT 1 FROM sqlite_master WHERE name = 'outbox'")):
            session.execute(
                text("""INSERT INTO outbox(key, customer_id, at, body, num_tries)
                VALUES ('k1', :who, '2026-02-01 12:00:00', '{"order_id": "W-wil-1"}', 0)"""),
                {"who": TARGET},
            )
