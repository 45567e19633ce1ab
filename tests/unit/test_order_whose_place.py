"""A town names a known address only where no other street is named; where the customer lives, nobody else does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from assistant.store.database import Database
from assistant.understand.orders.places import known_address
from tests.unit.orders_shop import order, order_shop, talk

HOME = {"address1": "1 Mill Lane", "city": "Cork", "postcode": "T12 AB34", "country": "Ireland"}
OFFICE = {"address1": "12 Elm Road", "city": "Dallas", "state": "TX", "postcode": "75001", "country": "USA"}
ACCOUNT: Any = SimpleNamespace(
    address=HOME, orders=[SimpleNamespace(address=dict(HOME)), SimpleNamespace(address=OFFICE)]
)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    db = order_shop(tmp_path / "orders.db")
    yield db
    db.close()


@pytest.mark.parametrize(
    "clause",
    [
        "send it to cork",
        "send it to my cork address",
        "change the address of #w1000001 to my place in cork",
        "my order with the kettle should go to cork",
        "for now i'm staying in cork. can it be sent there",
        "to the one that's in cork",
        "send order 10345 to my home in cork",
        "please send #w1000001 to 1 mill lane, cork",
        "send it to mill lane in cork",
        "can it be delivered to me in cork",
        "i want it to be delivered in cork",
        "send it to cork t12 ab34",
        "to my usual address in downtown cork",
        "to my account's address in cork",
        "my wife and i live in cork, send it to us",
        "to cork, to my usual address please",
    ],
)
def test_own_town(clause: str) -> None:
    assert known_address(clause, ACCOUNT) == HOME


@pytest.mark.parametrize(
    "clause", ["to my texas address", "to my place in dallas, texas", "to dallas, tx", "send it to my office in dallas"]
)
def test_own_state_and_office(clause: str) -> None:
    assert known_address(clause, ACCOUNT) == OFFICE


@pytest.mark.parametrize(
    "clause",
    [
        "send order #w1000001 to my neighbour in cork",
        "please send order #w1000001 to my sister in cork, 5 main street",
        "send it to anna in cork",
        "send it to my parents' house in cork",
        "send it to my sister's in cork",
        "to the house of my daughter in cork",
        "to cork, to my sister",
        "to cork where my sister lives",
        "my sister lives in cork. can it be sent there?",
        "send it to a friend who lives in cork",
        "send it to a hotel in cork",
        "send it to my office in cork",
        "send it to 5 main street in cork",
        "send it to cork, 5 main street",
        "send it to cork, hauptstr. 5",
        "to someone else in cork",
        "deliver it to him in cork",
    ],
)
def test_somebody_elses_place(clause: str) -> None:
    assert known_address(clause, ACCOUNT) == {}


@pytest.mark.parametrize(
    "clause", ["to my daughter's address in dallas", "the office in dallas, where that order was sent"]
)
def test_somebody_may_live_where_an_order_was_sent(clause: str) -> None:
    assert known_address(clause, ACCOUNT) == OFFICE
    assert known_address(clause.replace("dallas", "dallas, 5 oak street"), ACCOUNT) == {}


@pytest.mark.parametrize(
    "words",
    [
        "Please send order #W1000001 to my sister in Cork, 5 Main Street",
        "send order #W1000001 to my neighbour in Cork",
        "send order #W1000001 to Anna in Cork",
    ],
)
def test_the_address_is_asked_for(db: Database, words: str) -> None:
    """It was said that the order goes there already, and the wish was lost."""
    turns = (words, "5 Main Street, Cork, T12 XY99", "yes")
    records = talk(db, *turns, customer="mia")
    assert "already" not in records[0].reply and "address" in records[0].reply
    assert order(db, "#W1000001")["address"]["address1"] == "5 Main Street"
