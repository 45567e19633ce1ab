"""Questions and complaints beside order requests: each case once changed the request, or found nobody listening."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.order_talk import Item, Wish, merge_items
from assistant.shop.accounts import shape_of
from assistant.store.database import Database
from assistant.understand.orders import patterns, wording
from assistant.understand.orders.named_for import numbered_whole
from assistant.understand.orders.wishes import read_wish
from tests.unit.orders_shop import order, order_shop, talk


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    db = order_shop(tmp_path / "orders.db")
    yield db
    db.close()


def test_a_question_about_something_else_that_they_bought_leaves_the_request_as_it_is(db: Database) -> None:
    records = talk(
        db, "Cancel order #W1000001, I no longer need it", "how much is the mug?", "yes", customer="mia",
        conversation="q",
    )  # fmt: skip
    assert "paid" not in records[1].reply and "can't be cancelled" not in records[1].reply
    assert order(db, "#W1000001")["status"] == "pending"  # a yes behind the shop's answer confirms nothing
    assert talk(db, "yes, cancel it please", customer="mia", conversation="q")[0].reply


@pytest.mark.parametrize(
    ("clause", "asked"),
    [
        ("my order why was it cancelled?", []),
        ("has the order been cancelled?", []),
        ("i want it cancelled", ["cancel"]),
        ("please have the order cancelled", ["cancel"]),
        ("it's all got to go back to you", ["return"]),
    ],
)
def test_what_became_of_an_order_is_no_request(clause: str, asked: list[str]) -> None:
    assert [kind for kind, _, wanted in wording.actions(clause) if wanted] == asked


@pytest.mark.parametrize(
    ("words", "sign"),
    [("the one with the biggest price tag", 1), ("the one what costs the most", 1), ("the lowest price", -1)],
)
def test_the_dearest_in_other_words_is_no_size(words: str, sign: int) -> None:
    wish = read_wish(words, {"size": ["small", "large"]})
    assert wish.extreme == [["price", sign]]


def test_a_number_is_a_whole_order_unless_something_is_in_it() -> None:
    assert numbered_whole("stop w4250290") and not numbered_whole("cancel the lamp in w4250290")


def test_order_numbers_are_known_by_their_shape() -> None:
    assert shape_of("#W1000001") == shape_of("w9999999") == "w0000000"
    assert shape_of("FN-5002") != shape_of("W1000001")


def test_a_wish_that_is_said_again_is_counted() -> None:
    items = [Item([("1", 1)], wish=Wish(want={"color": ["red"]}))]
    merge_items(items, [Item([("1", 1)], wish=Wish(want={"color": ["red"]}))])
    assert items[0].times == 1


def test_the_rest_of_an_order_that_is_fine_is_not_all_of_it() -> None:
    assert not patterns.ENTIRE.search("they're going back, the rest of w7190291 is ok i guess")
    assert patterns.ENTIRE.search("cancel the rest of w7190291")
