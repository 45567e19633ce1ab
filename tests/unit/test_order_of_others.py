"""What strangers' words of their orders taught: values that shall not be, guesses, the bigger of two, what stays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.shop.schema import OrderRow
from assistant.store.database import Database
from assistant.understand.orders import patterns
from assistant.understand.orders.refs import reason
from assistant.understand.orders.wishes import read_wish
from assistant.understand.orders.wording import mend
from tests.unit.orders_shop import add_order, order, order_shop, talk

_MAT = {"material": ["natural rubber", "PVC", "TPE"], "thickness": ["4mm", "6mm"]}
_KEYBOARD = {"backlight": ["none", "RGB", "white"], "switch": ["clicky", "tactile"]}


@pytest.mark.parametrize(
    "said",
    [
        "one without PVC, 6mm", "one that isn't PVC, 6mm", "a 6mm one not made of PVC", "anything but PVC, 6mm please",
        "a PVC-free one, 6mm", "6mm and free of PVC", "6mm, but it can't have any PVC in it",
    ],
)  # fmt: skip
def test_a_value_that_is_not_wanted_is_left_out(said: str) -> None:
    wish = read_wish(mend(said), _MAT)
    assert wish.exclude == {"material": ["PVC"]}
    assert wish.want == {"thickness": ["6mm"]}


@pytest.mark.parametrize("said", ["a PVC one", "in PVC, not rubber", "PVC please, I don't mind the thickness"])
def test_a_value_that_is_wanted_stays_wanted(said: str) -> None:
    assert read_wish(mend(said), _MAT).want["material"] == ["PVC"]


def test_without_something_may_be_a_value_of_its_own() -> None:
    assert read_wish(mend("clicky, without backlight"), _KEYBOARD).want == {"backlight": ["none"], "switch": ["clicky"]}


@pytest.mark.parametrize(
    "said",
    ["6mm, the cheaper one if there's two", "6mm. cheaper one if there are several", "6mm, the cheaper if you've 2"],
)
def test_of_several_that_fit_the_cheaper_one(said: str) -> None:
    wish = read_wish(mend(said), _MAT)
    assert wish.extreme == [["price", -1]] and not wish.cheaper


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("I want give back the more big.", "the bigger one"), ("the more heavy one", "the heavier one"),
        ("send back the bigger", "the bigger one"), ("the cheaper, please", "the cheaper one"),
        ("a bigger lamp", "a bigger lamp"), ("the most cheap", "the cheapest one"),
    ],
)  # fmt: skip
def test_degrees_in_broken_english(said: str, means: str) -> None:
    assert means in mend(said)


@pytest.mark.parametrize("said", ["i don't want to swap it, just cancel that order", "i won't need to exchange it"])
def test_what_is_not_to_be_done_is_no_reason(said: str) -> None:
    assert reason(said, ("no longer needed", "ordered by mistake")) is None


def test_what_is_not_wanted_any_more_is_one() -> None:
    assert reason("i don't want it any more", ("no longer needed", "ordered by mistake")) == "no longer needed"


@pytest.mark.parametrize("behind", [" stays as is.", " stays as it is, please", " stays put", " stays with me"])
def test_what_stays_is_kept(behind: str) -> None:
    clause = "the pet bed" + behind
    assert patterns.kept(clause, [(4, 11)]) == {(4, 11)}


@pytest.mark.parametrize("behind", [" stays the same size but in red", " stays as large but red", " stays a large one"])
def test_what_stays_in_part_is_not(behind: str) -> None:
    clause = "the pet bed" + behind
    assert not patterns.kept(clause, [(4, 11)])


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """Mia has ordered a white and a black lamp in one order, beside what the shop of the tests has."""
    db = order_shop(tmp_path / "orders.db")
    with db.write() as session:
        add_order(session, "#W1000004", "mia", "pending", "card_1", [("L-white-high", 1), ("L-black-low", 1)])
    yield db
    db.close()


def test_the_one_of_an_order_that_was_only_told_of(db: Database) -> None:
    """ "An order with two lamps. The black one ...": the lamps tell the order, and then one of them is meant."""
    talk(
        db, "Next, an order with two desk lamps, #W1000004. The black one looks sad. Make it white. Visa.", "yes",
        customer="mia",
    )  # fmt: skip
    assert order(db, "#W1000004")["skus"] == ["L-white-high", "L-white-low"]


@pytest.mark.parametrize(
    "same", ["identical to the other lamp", "the same as the other one", "just like the other one"]
)
def test_one_becomes_what_the_other_is(db: Database, same: str) -> None:
    talk(db, f"In order #W1000004, please change the black lamp, make it {same}. Visa.", "yes", customer="mia")
    assert order(db, "#W1000004")["skus"] == ["L-white-high", "L-white-high"]


@pytest.mark.parametrize("leave", ["Leave it.", "The mug is in use already. Leave it out.", "keep the mug"])
def test_of_a_proposal_one_thing_is_left_out(db: Database, leave: str) -> None:
    said = leave if "mug" in leave else f"Oh, my wife is so fond of that mug. {leave}"
    first = "I want to return the lamp and the mug of #W1000002, refund to the Visa"
    talk(db, first, said, "yes", customer="mia")
    assert order(db, "#W1000002")["extra"].get("return_items") == ["L-white-low"]


def test_no_order_is_cancelled_by_a_guess_beside_a_plain_wish(db: Database) -> None:
    replies = talk(
        db, "I turn to a second chapter: a pending order with two lamps. The black lamp should be white.",
        customer="mia",
    )  # fmt: skip
    assert "cancel" not in replies[-1].reply


def _going_to(db: Database, order_id: str, city: str, street: str) -> None:
    with db.write() as session:
        row = session.get_one(OrderRow, order_id)
        row.address = {"address1": street, "city": city, "postcode": "T12 AB35", "country": "Ireland"}


@pytest.mark.parametrize(
    "yes", ["The one bound for Galway. Yes, go ahead.", "Galway parcel, same as before. Yes, do it!"]
)
def test_where_it_goes_now_is_not_where_it_shall_go(db: Database, yes: str) -> None:
    """Beside a proposal that an order goes to Cork, its town of today tells which order is meant."""
    _going_to(db, "#W1000004", "Galway", "5 Main Street")
    talk(db, "Send order #W1000004 to my home address, the one in Cork.", yes, customer="mia")
    assert order(db, "#W1000004")["address"]["city"] == "Cork"


def test_another_order_goes_there_too(db: Database) -> None:
    _going_to(db, "#W1000004", "Galway", "5 Main Street")
    _going_to(db, "#W1000001", "Sligo", "7 High Street")
    replies = talk(
        db, "Send order #W1000004 to my home address, the one in Cork.", "yes",
        "The order with the boots goes there too, not to Sligo.", customer="mia",
    )  # fmt: skip
    assert "cancel" not in replies[-1].reply
    assert "1 Mill Lane" in replies[-1].reply


@pytest.mark.parametrize(
    "asked",
    [
        "And what am I getting back on the lamp and the mug, combined?",
        "how much do i get back for the two",
        "what comes back to me for the lamp?",
    ],
)
def test_what_comes_back_gives_nothing_more_back(db: Database, asked: str) -> None:
    first = "I want to return the lamp and the mug of #W1000002, refund to the Visa"
    reply = talk(db, first, "yes", asked, customer="mia")[-1].reply
    assert "Which item" not in reply and "Shall I go ahead" not in reply
    assert "55.00" in reply or "30.00" in reply
