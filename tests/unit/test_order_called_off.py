"""What is cancelled: orders and goods in them. A newsletter, an account or a message is none of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.shop.order_rules import text
from assistant.store.database import Database
from assistant.understand.orders import wording
from assistant.understand.orders.called_off import is_order
from assistant.understand.orders.items import mentions
from tests.unit.orders_shop import order_shop, talk


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """A shop that asks for no reason: an order to be cancelled is proposed at once."""
    db = order_shop(tmp_path / "orders.db", text("default"))
    yield db
    db.close()


def calls_off(words: str) -> bool:
    clause = wording.mend(words)
    at = next(at for kind, at, _ in wording.actions(clause) if kind == "cancel")
    values = {"white", "low", "color", "bright"}
    return is_order(clause, at, mentions(clause, ["Desk Lamp", "Trail Boots"], frozenset(values)), values)


@pytest.mark.parametrize(
    "words",
    [
        "cancel",
        "please cancel asap because I found it cheaper",
        "I'd like to cancel it please",
        "cancel W1000001, I no longer need it",
        "cancel everything that hasn't shipped",
        "cancel whatever is still possible",
        "cancel both of them",
        "cancel the latest",
        "cancel my pre-order",
        "cancel the delivery of my parcel",
        "cancel the lamp and the boots",
        "cancel the white one",
        "cancel what I ordered yesterday",
        "cancel me the lamp order",
        "cancel my newsletter and my order",
        "cancel the rest of my order",
        "cancel that",
        "call the whole thing off",
        "call off my order",
        "delete my order from your system",
        "remove everything from order #W1000001",
        "remove the white one from my order",
        "take it off order #W1000001",
        "take the lamp off my order",
        "get it out of the order",
        "void the transaction",
        "please get my order cancelled",
    ],
)
def test_orders_and_goods_are_called_off(words: str) -> None:
    assert calls_off(words)


@pytest.mark.parametrize(
    "words",
    [
        "cancel my newsletter subscription",
        "cancel that subscription",
        "I want to cancel my membership",
        "cancel the appointment",
        "cancel our table reservation",
        "cancel the gift wrapping of my order",
        "cancel the insurance on order #W1000001",
        "I would like to cancel the express shipping for order #W1000001",
        "cancel part of my order",
        "please remove me from your mailing list",
        "take me off the list",
        "can you withdraw my complaint",
        "delete all my data please",
        "take the gift message off order #W1000001",
        "please remove my phone number from order #W1000001",
        "remove something from order #W1000001",
        "can you take 10 euros off order #W1000001",
        "knock 10 off the order",
        "drop the surcharge from my order",
    ],
)
def test_what_is_no_order_is_not_called_off(words: str) -> None:
    assert not calls_off(words)


@pytest.mark.parametrize(
    "words",
    [
        "cancel my newsletter subscription",
        "please remove me from your mailing list",
        "please remove my phone number from order #W1000001",
        "can you take 10 euros off order #W1000001",
    ],
)
def test_no_order_is_proposed_for_something_else(db: Database, words: str) -> None:
    records = talk(db, words, "yes please", customer="mia")
    assert "I will cancel" not in records[0].reply and not records[1].writes


def test_something_else_beside_a_request_is_told_and_not_done(db: Database) -> None:
    reply = talk(db, "cancel order #W1000001 and cancel my newsletter", customer="mia")[0].reply
    assert "newsletter" in reply and "Shall I go ahead" not in reply


def test_the_order_itself_is_proposed(db: Database) -> None:
    for n, words in enumerate(("cancel my order", "take the lamp and the boots off my order")):
        assert "I will cancel" in talk(db, words, customer="mia", conversation=f"c{n}")[0].reply
