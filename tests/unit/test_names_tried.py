"""Whose account it is isn't found out by a list of names in one message, nor by trying addresses for one order."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

from assistant.shop.identify import Claim, identify
from assistant.shop.order_rules import Identify
from assistant.store.database import Database
from tests.unit.orders_shop import NOW, order_shop

RULES = Identify(by=("name_postcode",))
FIRST = "Anna Bob Carl Dora Emil Fred Gwen Hugo Iris Jack Kate Liam Mia Noah Olga Paul Rosa Sean Tina Vera".split()
LAST = "Adams Brown Byrne Clark Daly Evans Flynn Green Hall Irwin Jones Keane Lynch Moore Nolan Quinn Ryan".split()
REQUEST = "I bought a desk lamp and trail boots last month, the boots arrived damaged, please exchange both of them."


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Mia Byrne, T12 AB34, is a customer."""
    db = order_shop(Path(tmp_path_factory.mktemp("names")) / "orders.db")
    yield db
    db.close()


def found(db: Database, said: str, *before: str) -> str | None:
    return identify(db, Claim(name=" ".join((said, *before)), postcode=said), RULES, NOW)


@pytest.mark.parametrize(
    "said",
    [
        f"{' '.join(FIRST)} {' '.join(LAST)} T12 AB34",
        f"T12 AB34 {' '.join(chain.from_iterable(zip(FIRST, reversed(LAST), strict=False)))}",
        " ".join(f"T12 AB34 {first} Byrne" for first in FIRST),
        " ".join(f"I'm {first} Byrne." for first in FIRST) + " T12 AB34",
        " and ".join(f"my name is {first} Byrne" for first in reversed(FIRST)) + " zip T12 AB34",
        "Mia Daly and Tom Byrne, T12 AB34",
        "Byrne, T12 AB34, for Anna, Tom, Mia",
        "Mia, T12 AB34",
    ],
)
def test_a_list_of_names_names_nobody(db: Database, said: str) -> None:
    assert found(db, said) is None


@pytest.mark.parametrize(
    ("said", "before"),
    [
        ("Mia Byrne, T12 AB34", ""),
        ("Byrne, Mia. t12ab34", ""),
        ("Where is my parcel? Mia Byrne, T12 AB34", ""),
        ("my name is Mia Byrne and my zip is T12 AB34", ""),
        ("My first name is Mia, my last name is Byrne and my postcode is T12 AB34.", ""),
        ("Mia K. Byrne, T12 AB34", ""),
        ("Mia Katharina Byrne. Cork, T12 AB34", ""),
        ("T12 AB34", "My name is Mia Byrne"),
        ("Byrne, T12 AB34", "I'm Mia"),
        ("T12 AB34", "Byrne Mia"),
        (f"Mia Byrne, Cork, T12 AB34. {REQUEST}", ""),
        (f"{REQUEST} My name is Mia Byrne and my zip is T12 AB34", ""),
        (f"Hi, my name is Mia Byrne. {REQUEST} My postcode is T12 AB34.", ""),
        ("T12 AB34", f"Hello, I'm Mia Byrne. {REQUEST}"),
    ],
)
def test_who_says_their_name_is_named(db: Database, said: str, before: str) -> None:
    assert found(db, said, before) == "mia"


def test_what_is_around_a_name_hides_no_try(db: Database) -> None:
    rules = Identify(by=("name_postcode",), attempts_per_hour=3)
    for number in range(3):
        said = f"{REQUEST} My name is Mia Byrne, {number}0000. {REQUEST}"
        assert identify(db, Claim(name=said, postcode=said), rules, NOW) is None
    right = "Mia Byrne, T12 AB34"
    assert identify(db, Claim(name=right, postcode=right), rules, NOW) is None


def test_addresses_tried_for_one_order_are_counted(db: Database) -> None:
    """Whoever has the label of a parcel knows its number."""
    rules = Identify(by=("order_email",), attempts_per_hour=3)
    for number in range(3):
        claim = Claim(email=f"mia{number}@example.com", order_id=("#W1000001", "w1000001", "W-1000001")[number])
        assert identify(db, claim, rules, NOW) is None
    assert identify(db, Claim(email="mia@example.com", order_id="#W1000001"), rules, NOW) is None
    assert identify(db, Claim(email="mia@example.com", order_id="#W1000002"), rules, NOW) == "mia"
