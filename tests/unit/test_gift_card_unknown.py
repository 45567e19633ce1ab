"""A gift card of which nobody knows what it holds is no way to pay, and gets no balance by a refund."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.shop.order_writes import OrderDesk, Write, WriteRefused
from assistant.shop.schema import PaymentMethodRow
from assistant.store.database import Database
from tests.unit.orders_shop import NOW, balance, order, order_shop, talk

ONE = "#W1000001"
DEARER = f"Change the lamp in order {ONE} to the white one with high brightness"


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    db = order_shop(tmp_path / "orders.db")
    with db.write() as session:
        session.get_one(PaymentMethodRow, "gift_1").balance_minor = None
    yield db
    db.close()


def swap(db: Database, new: str, money: int) -> None:
    arguments = {"order_id": ONE, "item_ids": ["L-white-low"], "new_item_ids": [new], "payment_method_id": "gift_1"}
    OrderDesk(db).carry_out("mia", [Write("modify_pending_order_items", arguments, money)], key=new, now=NOW)


def test_it_is_no_choice_for_a_difference(db: Database) -> None:
    """Only the Visa is left: nothing is asked."""
    records = talk(db, DEARER, "yes", customer="mia")
    assert "€5.00 with your Visa" in records[0].reply and "gift card" not in records[0].reply
    assert order(db, ONE)["payments"][1] == ("payment", 500, "card_1")


def test_whoever_names_it_is_told_why_not(db: Database) -> None:
    reply = talk(db, f"{DEARER}, and pay the difference with my gift card", customer="mia")[0].reply
    assert "can't see what is left on your gift card" in reply and "€0.00" not in reply


def test_a_whole_order_is_not_moved_to_it(db: Database) -> None:
    reply = talk(db, f"Pay order {ONE} with my gift card instead", customer="mia")[0].reply
    assert "can't see what is left on your gift card" in reply and "€0.00" not in reply


def test_nothing_is_charged_to_it(db: Database) -> None:
    with pytest.raises(WriteRefused, match="isn't known"):
        swap(db, "L-white-high", 500)
    assert balance(db, "gift_1") is None


def test_a_refund_leaves_it_unknown(db: Database) -> None:
    swap(db, "L-black-low", -100)
    assert order(db, ONE)["payments"][1] == ("refund", 100, "gift_1") and balance(db, "gift_1") is None


def test_asked_what_is_on_it_that_is_said(db: Database) -> None:
    assert "can't see what is left" in talk(db, "What is the balance on my gift card?", customer="mia")[0].reply
