"""What an order is paid with after its payment was changed: that is what is said, and where the money goes back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.shop.order_payments import paid_by
from assistant.shop.schema import OrderRow, PaymentMethodRow, PaymentRow
from assistant.store.database import Database
from tests.unit.orders_shop import balance, order, order_shop, talk

CHANGED = ("Pay order #W1000001 with my gift card instead", "yes")
BACK = ("I want to return the lamp from order #W1000001",)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """A shop whose customer Mia has enough on her gift card for an order."""
    db = order_shop(tmp_path / "orders.db")
    with db.write() as session:
        session.get_one(PaymentMethodRow, "gift_1").balance_minor = 20000
    yield db
    db.close()


@pytest.mark.parametrize(
    ("rows", "now"),
    [
        ([], None),
        ([(500, "card")], "card"),
        ([(500, "card"), (500, "gift"), (-500, "card")], "gift"),
        ([(500, "card"), (500, "gift"), (-500, "card"), (-500, "gift")], "gift"),
        ([(500, "card"), (-500, "card")], "card"),
        ([(500, "card"), (100, "gift")], "card"),
        ([(500, "card"), (-200, "gift")], "card"),
        ([(500, None)], None),
    ],
)
def test_the_way_that_holds_the_money(rows: list[tuple[int, str | None]], now: str | None) -> None:
    payments = [
        PaymentRow(kind="payment" if amount > 0 else "refund", amount_minor=abs(amount), payment_method_id=method)
        for amount, method in rows
    ]
    assert paid_by(payments) == now


def test_a_cancelled_order_gives_back_to_what_pays_now(db: Database) -> None:
    records = talk(db, *CHANGED, "cancel order #W1000001, I no longer need it", "yes", customer="mia")
    assert records[1].writes and balance(db, "gift_1") == 20000
    assert "gift card" in records[2].reply and "Visa" not in records[2].reply


def test_it_is_said_with_what_an_order_is_paid(db: Database) -> None:
    reply = talk(db, *CHANGED, "which card did I use for order #W1000001?", customer="mia")[-1].reply
    assert "gift card" in reply and "Visa" not in reply


def test_a_return_pays_what_paid_last(db: Database) -> None:
    """The Visa holds nothing any more: only the gift card can be paid back."""
    talk(db, *CHANGED, customer="mia")
    with db.write() as session:
        session.get_one(OrderRow, "#W1000001").status = "delivered"
    records = talk(db, *BACK, "yes", customer="mia", conversation="later")
    assert [w["payment_method_id"] for w in records[-1].writes] == ["gift_1"]
    assert order(db, "#W1000001")["extra"]["return_payment_method_id"] == "gift_1"


def test_a_return_pays_the_card_that_an_order_was_moved_to(db: Database) -> None:
    with db.write() as session:
        row = session.get_one(OrderRow, "#W1000001")
        row.payments[0].payment_method_id = "gift_1"
    talk(db, "Pay order #W1000001 with my Visa instead", "yes", customer="mia")
    with db.write() as session:
        session.get_one(OrderRow, "#W1000001").status = "delivered"
    records = talk(db, *BACK, "to the Visa", "yes", customer="mia", conversation="later")
    assert [w["payment_method_id"] for w in records[-1].writes] == ["card_1"]
