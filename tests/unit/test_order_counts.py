"""How many, which of several, and of which days: "one of the kettles", "these two", "the second", "in October"."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from assistant.runtime import DEMO_SHOP
from assistant.shop.importers import import_shop
from assistant.store.database import Database
from assistant.types import Record
from assistant.understand.orders import periods, wording
from assistant.understand.orders.items import mentions
from assistant.understand.orders.refs import address_in
from tests.unit.orders_shop import add_order, order_shop, talk
from tests.unit.shop_folder import fresh_database

TODAY = date(2026, 11, 21)


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Database]:
    db = fresh_database(tmp_path / "shop.db")
    import_shop(db, "shop", DEMO_SHOP)
    yield db
    db.close()


def said(db: Database, customer: str, *turns: str) -> Record:
    return talk(db, *turns, customer=customer, conversation=uuid.uuid4().hex)[-1]


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("how much did i spend in october?", date(2026, 10, 1), date(2026, 10, 31)),
        ("what have i bought since the summer", date(2026, 6, 1), TODAY),
        ("my orders from last month", date(2026, 10, 1), date(2026, 10, 31)),
        ("in december", date(2025, 12, 1), date(2025, 12, 31)),
        ("what did i order in 2025", date(2025, 1, 1), date(2025, 12, 31)),
        ("this year", date(2026, 1, 1), TODAY),
        ("what i bought yesterday", date(2026, 11, 20), date(2026, 11, 20)),
        ("last winter", date(2025, 12, 1), date(2026, 2, 28)),
    ],
)
def test_days_in_words(words: str, first: date, last: date) -> None:
    assert periods.span(periods.named(words), TODAY) == (first, last)


def test_what_names_no_days() -> None:
    assert periods.named("may i return it, and how much was the last order") == ""


def test_an_item_in_another_form_of_a_word_is_not_named() -> None:
    assert mentions("i wore the boots on one hike", ["Merino Hiking Socks"]) == []
    assert mentions("the merino one", ["Merino Hiking Socks"])


def test_an_address_without_commas() -> None:
    text = "change it to 10 Main St apt 4 Houston TX 77002"
    found = address_in(text.lower(), text)
    assert (found["address1"], found["address2"], found["city"], found["state"]) == (
        "10 Main St",
        "apt 4",
        "Houston",
        "TX",
    )


def test_two_of_twelve(demo: Database) -> None:
    record = said(demo, "C1024", "one of the 12 lamps flickers and another is dead, can I send these two back", "yes")
    assert record.writes[0]["item_ids"] == ["TL12", "TL12"]


def test_what_was_ordered_in_some_days(demo: Database) -> None:
    reply = said(demo, "C1010", "how much did I spend in october?").reply
    assert "FH-20525" in reply and "FH-20461" not in reply and "FH-20600" not in reply
    assert "no order of yours from that time" in said(demo, "C1010", "what did I buy in 2025?").reply
    assert "Everyday Socks" in said(demo, "C1010", "did I already buy socks?").reply


def test_open_orders(demo: Database) -> None:
    reply = said(demo, "C1003", "which of my orders are still open?").reply
    assert "FH-20598" in reply and "FH-20411" not in reply


def test_what_was_done_is_said_to_be_done(tmp_path: Path) -> None:
    with order_shop(tmp_path / "orders.db") as db:
        record = said(db, "mia", "cancel my order #W1000001", "no longer needed", "yes", "actually don't")
        assert "done already" in record.reply and not record.writes
    assert wording.takes_back("oh no, undo that please") and not wording.takes_back("no thanks")


def test_one_of_several_is_not_all_of_them(tmp_path: Path) -> None:
    with order_shop(tmp_path / "orders.db") as db:
        reply = said(db, "mia", "please send one of my mugs back to you", "the visa").reply
        assert "the Camp Mug from order #W1000002" in reply and "2 ×" not in reply


def test_what_is_taken_out_of_an_order_is_not_kept_in_it(tmp_path: Path) -> None:
    with order_shop(tmp_path / "orders.db") as db:
        turns = ("what's in my order #W1000001", "take the lamp out of it")
        assert "only the whole order: #W1000001 also has Trail Boots" in said(db, "mia", *turns).reply
        record = said(db, "mia", *turns, "no, the whole order then")
        assert "cancel order #W1000001" in record.reply


def test_who_says_a_name_first_is_known_in_the_next_message(tmp_path: Path) -> None:
    with order_shop(tmp_path / "orders.db") as db:
        turns = ("Hello! Mia Byrne here, T12 AB34. do you sell lamps?", "and where is my parcel")
        assert "#W1000001" in talk(db, *turns, conversation="first")[-1].reply
        turns = ("Hello! Mia Byrne here, T12 AB34. what's happening with my boots",)
        assert "#W1000001" in talk(db, *turns, conversation="second")[-1].reply
        assert "first need to know" in talk(db, "where is my parcel", conversation="third")[-1].reply


def test_a_refund_that_is_asked_after_is_none_that_is_asked_for(tmp_path: Path) -> None:
    with order_shop(tmp_path / "orders.db") as db:
        reply = said(db, "mia", "where's my refund for the mugs?").reply
        assert "Which item" not in reply and "I will return" not in reply


def test_an_address_is_put_on_file_too(tmp_path: Path) -> None:
    """It was said that the order goes there already: the account's own address had been taken for the new one."""
    with order_shop(tmp_path / "orders.db") as db:
        turns = ("send my order #W1000001 to 9 Quay Street, Galway, H91 AB12", "also use that for my account", "yes")
        actions = [w["action"] for w in said(db, "mia", *turns).writes]
        assert actions == ["modify_pending_order_address", "modify_user_address"]
        turns = (
            "send my order #W1000003 to 9 Quay Street, Galway, H91 AB12",
            "it's still D02 XY76 in my account",
            "yes",
        )
        assert [w["action"] for w in said(db, "tom", *turns).writes] == ["modify_pending_order_address"]


def test_what_was_refused_of_one_is_asked_of_another(tmp_path: Path) -> None:
    with order_shop(tmp_path / "orders.db") as db:
        reply = said(db, "mia", "cancel order #W1000002", "ok then the one with the boots").reply
        assert "#W1000001" in reply and "Which product" not in reply


def test_a_yes_with_another_way_for_the_money_agrees_to_nothing(tmp_path: Path) -> None:
    """It was carried out as proposed, and the wish passed over."""
    with order_shop(tmp_path / "orders.db") as db:
        turns = ("return one of my mugs from #W1000002", "the visa", "yes but to my bank account")
        record = said(db, "mia", *turns)
        assert not record.writes and "Shall I go ahead" in record.reply
        assert said(db, "mia", *turns[:2], "yeahh, to my visa").writes


def test_another_version_answers_what_can_be_done(tmp_path: Path) -> None:
    with order_shop(tmp_path / "orders.db") as db:
        reply = said(db, "mia", "my lamp #W1000002 arrived broken", "a different model is fine").reply
        assert "Desk Lamp" in reply and "I couldn't find" not in reply


@pytest.fixture
def lamps(tmp_path: Path) -> Iterator[Database]:
    """Two more delivered orders of Mia's: three white lamps in each; in the second a black one too."""
    with order_shop(tmp_path / "orders.db") as db:
        with db.write() as session:
            add_order(session, "#W1000005", "mia", "delivered", "card_1", [("L-white-low", 3)])
            add_order(session, "#W1000007", "mia", "delivered", "card_1", [("L-white-low", 3), ("L-black-low", 1)])
        yield db


def returned(db: Database, *turns: str) -> dict[str, list[str]]:
    return {w["order_id"]: w["item_ids"] for w in said(db, "mia", *turns, "to the visa", "yes").writes}


def test_a_count_is_of_pieces_and_not_of_lines(lamps: Database) -> None:
    """Two of each line found were proposed, four in all."""
    reply = said(lamps, "mia", "return 2 lamps from #W1000007 and #W1000005, to the visa").reply
    assert "Which item" in reply and "Shall I go ahead" not in reply
    turns = ("return 2 white lamps from #W1000007 and #W1000005", "the ones of #W1000005")
    assert returned(lamps, *turns) == {"#W1000005": ["L-white-low"] * 2}


def test_a_count_that_only_one_order_has_is_of_that(lamps: Database) -> None:
    assert "Which item" in said(lamps, "mia", "return 3 white lamps").reply
    assert returned(lamps, "return 4 lamps") == {"#W1000007": ["L-white-low"] * 3 + ["L-black-low"]}


def test_as_many_as_there_are_of_several_lines_are_all(lamps: Database) -> None:
    assert returned(lamps, "return all 4 lamps from #W1000007") == {"#W1000007": ["L-white-low"] * 3 + ["L-black-low"]}


def test_as_many_as_there_are_in_several_orders_are_all(lamps: Database) -> None:
    assert returned(lamps, "return 6 white lamps from #W1000007 and #W1000005") == {
        n: ["L-white-low"] * 3 for n in ("#W1000005", "#W1000007")
    }


def test_a_count_of_one_line_is_of_its_pieces(lamps: Database) -> None:
    assert returned(lamps, "return 2 lamps from #W1000005") == {"#W1000005": ["L-white-low"] * 2}


def test_a_count_is_gone_through_line_by_line(tmp_path: Path) -> None:
    """The same thing stands twice in an order: three pieces are the two of one line and one of the other."""
    with order_shop(tmp_path / "orders.db") as db:
        with db.write() as session:
            add_order(session, "#W1000005", "mia", "delivered", "card_1", [("L-white-low", 2), ("L-white-low", 2)])
        assert returned(db, "return 3 lamps from #W1000005") == {"#W1000005": ["L-white-low"] * 3}
