"""Orders of shops that write their numbers in other ways, state no time for refunds, or are paid "by card"."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from orders_shop import order, order_shop, talk

from assistant.shop import order_rules
from assistant.shop.accounts import Account
from assistant.shop.identify import number_form
from assistant.shop.schema import OrderLineRow, OrderRow
from assistant.store.database import Database
from assistant.understand.orders.refs import address_in, order_ids
from assistant.understand.orders.wording import says_no


@pytest.fixture(params=["88014", "KF-2101", "2026/0012"])
def numbered(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[tuple[Database, str]]:
    db = order_shop(tmp_path / "numbers.db", order_rules.text("default"))
    with db.write() as session:
        session.add(OrderRow(order_id=request.param, customer_id="tom", status="shipped", paid_with="Visa ending 4411"))
        session.flush()
        line = {"line_no": 1, "sku": "M", "product_id": "mug", "name": "Camp Mug", "quantity": 1}
        session.add(OrderLineRow(order_id=request.param, unit_price_minor=1250, **line))
    yield db, request.param
    db.close()


def test_a_number_as_this_shop_writes_it_says_who_asks(numbered: tuple[Database, str]) -> None:
    db, number = numbered
    at_once = talk(db, f"where is my order {number}? tom@example.com", conversation="a")[0].reply
    assert "shipped" in at_once and "first need" not in at_once
    after = talk(db, f"where is my order {number}", "tom@example.com", conversation="b")
    assert "who you are" in after[0].reply and "shipped" in after[1].reply
    wrong = talk(db, f"where is my order {number}? mia@example.com", conversation="c")[0].reply
    assert "couldn't find" in wrong and "shipped" not in wrong


def test_the_form_of_a_number_tells_no_number() -> None:
    assert number_form("KF-2101") == number_form("ab 9876") == "aa9999" and number_form("#88014") == "99999"


def test_a_question_for_the_shop_is_answered_while_it_is_not_known_who_asks(tmp_path: Path) -> None:
    db = order_shop(tmp_path / "s.db", order_rules.text("default"))
    records = talk(db, "where is my order", "how much is the camp mug", "what offers do you have", "W1000003")
    assert "€12.50" in records[1].reply
    assert "offer" in records[2].reply and "who you are" not in records[2].reply
    db.close()


def test_no_time_for_a_refund_is_told_that_the_shop_did_not_state(tmp_path: Path) -> None:
    db = order_shop(tmp_path / "s.db", order_rules.text("default"))
    records = talk(db, "cancel W1000003", "no longer needed", "yes go ahead", customer="tom")
    assert "days" not in records[0].reply and "PayPal account. Shall I" in records[0].reply
    assert order(db, "#W1000003")["status"] == "cancelled"
    db.close()


def test_a_card_that_an_order_only_names_is_not_called_a_credit_card(numbered: tuple[Database, str]) -> None:
    from assistant.act.orders.phrases import method
    from assistant.shop.accounts import load_account

    db, number = numbered
    with db.read() as session:
        account = load_account(session, "tom")
    assert isinstance(account, Account)
    found = account.order(number)
    assert found is not None and method(found.method) == "your Visa card ending in 4411"
    assert order_ids(f"what about {number.lower()} then", account)[0] == [number]


def test_the_code_of_a_state_is_no_part_of_the_town() -> None:
    said = "12 Pine St, Leadville CO 80461"
    found = address_in(said.lower(), said)
    assert (found["city"], found["state"], found["postcode"]) == ("Leadville", "CO", "80461")


def test_no_longer_is_a_reason_and_just_leave_it_is_a_no() -> None:
    assert not says_no("no longer needed") and not says_no("no longer want it")
    assert says_no("actually just leave it") and says_no("no thanks")
