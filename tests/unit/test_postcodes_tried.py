"""Who says a name may not try a list of postcodes for it in one message."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from assistant.shop.schema import CustomerRow
from assistant.store.database import Database
from tests.unit.orders_shop import order_shop, talk


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    db = order_shop(tmp_path / "orders.db")
    yield db
    db.close()


def codes(first: int, num: int) -> str:
    return " ".join(str(n) for n in range(first, first + num))


@pytest.mark.parametrize("zip_code", ["28236", "T12 AB34"])
@pytest.mark.parametrize(
    "said",
    [
        f"Mia Byrne {codes(28230, 10)}",
        f"Mia Byrne, my zip is one of {codes(28200, 58)}",
        f"I'm Mia Byrne. {codes(28233, 4).replace(' ', ', ')}",
        f"Byrne, Mia. {' or '.join(f'28 {n}' for n in range(232, 239))}",
        "Mia Byrne, T12AB31 T12AB32 T12AB33 T12AB34",
        "Mia Byrne, T12 AB31, T12 AB32, T12 AB33, T12 AB34 or T12 AB35",
    ],
)
def test_one_message_tries_no_list_of_postcodes(db: Database, said: str, zip_code: str) -> None:
    with db.write() as session:
        session.get_one(CustomerRow, "mia").postcode = zip_code
    records = talk(db, "track my order please", said)
    assert "TR123456789" not in records[-1].reply and "couldn't find an account" in records[-1].reply
    with db.read() as session:
        assert session.scalar(text("SELECT count(*) FROM identity_failure")), "it counts as a try"


@pytest.mark.parametrize(
    ("said", "zip_code"),
    [
        ("Mia Byrne, 28236", "28236"),
        ("Mia Byrne, it was 28235 and is 28236 now", "28236"),
        ("Mia Byrne, T12 AB34, phone 085 123 4567, I bought 2 mugs and 3 lamps on 24/11/2026", "T12 AB34"),
        ("My name is Mia Byrne, zip code 28236, and I have 2 lamps in size 42, 43 or 44", "28236"),
    ],
)
def test_other_figures_beside_the_postcode_do_no_harm(db: Database, said: str, zip_code: str) -> None:
    with db.write() as session:
        session.get_one(CustomerRow, "mia").postcode = zip_code
    assert "TR123456789" in talk(db, "track my order please", said)[-1].reply
