"""What goes back is what was paid: orders without payment rows, with a discount, paid in two ways."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assistant.shop.accounts import Order, load_account
from assistant.shop.order_writes import OrderDesk, Write, WriteRefused
from assistant.shop.schema import OrderRow, PaymentMethodRow, PaymentRow, VariantRow
from assistant.shop.shares import costs_more, refund_of
from assistant.store.database import Database
from tests.unit.orders_shop import NOW, order, order_shop, talk

ONE = "#W1000001"
"""A lamp at 30.00 and boots at 90.00."""
VISA = "Visa ending 4242"


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    db = order_shop(tmp_path / "orders.db")
    with db.write() as session:
        session.add(
            VariantRow(sku="B-40", product_id="boot", price_minor=4000, stock=3, options={"size": "40"}),
        )
    yield db
    db.close()


def change(db: Database, **values: Any) -> None:
    with db.write() as session:
        row = session.get_one(OrderRow, ONE)
        for name, value in values.items():
            setattr(row, name, value)


def without_rows(db: Database, **values: Any) -> None:
    """As a shop folder leaves an order: only what it says of its payment."""
    with db.write() as session:
        for row in session.get_one(OrderRow, ONE).payments:
            session.delete(row)
    change(db, paid_with=VISA, **values)


def now(db: Database) -> Order:
    with db.read() as session:
        account = load_account(session, "mia")
    assert account is not None
    found = account.order(ONE)
    assert found is not None
    return found


def swap(db: Database, old: str, new: str, money: int, method: str = "card_1") -> None:
    arguments = {"order_id": ONE, "item_ids": [old], "new_item_ids": [new], "payment_method_id": method}
    OrderDesk(db).carry_out("mia", [Write("modify_pending_order_items", arguments, money)], key=new, now=NOW)


@pytest.mark.parametrize("total", [12000, None])
def test_after_a_dearer_version_all_that_was_paid_goes_back(db: Database, total: int | None) -> None:
    without_rows(db, total_minor=total)
    swap(db, "L-white-low", "L-white-high", 500, VISA)
    assert now(db).paid == now(db).total == 12500
    change(db, status="pending")
    record = talk(db, f"cancel order {ONE}, I no longer need it", customer="mia")[0]
    assert "€125.00 goes back to your Visa card ending in 4242" in record.reply
    OrderDesk(db).carry_out(
        "mia",
        [Write("cancel_pending_order", {"order_id": ONE, "reason": "no longer needed"}, -12500)],
        key="cancel",
        now=NOW,
    )
    assert order(db, ONE)["payments"] == [("payment", 12000, VISA), ("payment", 500, VISA), ("refund", 12500, VISA)]


def test_after_a_cheaper_version_a_return_gives_back_what_was_paid(db: Database) -> None:
    without_rows(db, total_minor=12000)
    swap(db, "L-white-low", "L-black-low", -100, VISA)
    found = now(db)
    assert found.paid == 11900
    assert refund_of(found, [x for x in found.lines if x.sku == "B-42"]) == 9000


def discounted(db: Database, *, noted: bool) -> None:
    change(db, total_minor=3000, discount_minor=9000 if noted else None)
    with db.write() as session:
        session.get_one(OrderRow, ONE).payments[0].amount_minor = 3000


@pytest.mark.parametrize("noted", [True, False])
def test_of_a_difference_comes_back_what_was_paid_of_it(db: Database, noted: bool) -> None:
    """Boots at 90.00 for which 22.50 was paid, now at 40.00: a quarter of the 50.00 that they are cheaper."""
    discounted(db, noted=noted)
    records = talk(db, f"Change the boots in order {ONE} to size 40, on the credit card", "yes", customer="mia")
    assert "€12.50 back" in records[0].reply and "after the discount" in records[0].reply
    assert "total is now €17.50" in records[1].reply
    found = now(db)
    assert (found.paid, found.total, found.discount) == (1750, 1750, 5250)
    assert refund_of(found, found.lines) == 1750


@pytest.mark.parametrize(("price", "more"), [(9000, 0), (9500, 500), (4000, -1250)])
def test_what_another_version_of_discounted_boots_costs(db: Database, price: int, more: int) -> None:
    discounted(db, noted=True)
    found = now(db)
    boots = next(x for x in found.lines if x.sku == "B-42")
    assert costs_more(found, boots, price) == more
    assert costs_more(replace(found, discount=0), boots, price) == price - 9000


def test_no_swap_gives_back_more_than_was_paid(db: Database) -> None:
    with db.write() as session:
        session.get_one(OrderRow, ONE).payments[0].amount_minor = 3000
    with pytest.raises(WriteRefused, match="More would go back"):
        swap(db, "B-42", "B-40", -5000)
    record = talk(db, f"Change the boots in order {ONE} to size 40, on the credit card", customer="mia")[0]
    assert "More would go back" in record.reply and "€50.00 back" not in record.reply
    assert order(db, ONE)["payments"] == [("payment", 3000, "card_1")]


def test_delivery_is_no_discount_where_no_total_is_noted(db: Database) -> None:
    change(db, total_minor=None, shipping_cost_minor=495)
    found = now(db)
    assert (found.discount, found.total, refund_of(found, found.lines)) == (0, 12495, 12000)


def test_a_noted_discount_is_off_a_total_that_is_not(db: Database) -> None:
    without_rows(db, discount_minor=1000)
    assert (now(db).total, now(db).paid, now(db).discount) == (11000, 11000, 1000)


def test_an_order_paid_in_two_ways_says_what_goes_where(db: Database) -> None:
    with db.write() as session:
        session.get_one(PaymentMethodRow, "gift_1").balance_minor = 2000
    swap(db, "L-white-low", "L-white-high", 500, "gift_1")
    change(db, status="pending")
    told = (
        "€120.00 goes back to your Visa credit card ending in 4242 within 5 to 7 business days and €5.00 to your gift"
    )
    records = talk(
        db,
        f"cancel order {ONE}, I no longer need it",
        "yes",
        f"how much do I get back for order {ONE}?",
        customer="mia",
    )
    assert told in records[0].reply
    assert "€125.00 back" in records[2].reply and told in records[2].reply
    assert [p for p in order(db, ONE)["payments"] if p[0] == "refund"] == [
        ("refund", 12000, "card_1"),
        ("refund", 500, "gift_1"),
    ]
    later = talk(db, f"how much do I get back for order {ONE}?", customer="mia", conversation="later")[0]
    assert "of its total of €125.00" in later.reply and told in later.reply


def test_what_was_given_back_otherwise_is_no_share_of_a_cancelled_order(db: Database) -> None:
    """A cheaper lamp first: only what came back for the cancelled order is told of it."""
    with db.write() as session:
        for number, amount in ((2, 100), (3, 11900)):
            session.add(
                PaymentRow(
                    order_id=ONE, payment_no=number, kind="refund", amount_minor=amount, payment_method_id="card_1"
                )
            )
    change(db, status="cancelled", total_minor=11900)
    assert [amount for _, amount in now(db).ways] == [11900]
