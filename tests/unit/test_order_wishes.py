"""Customers of several wishes: what is left out, put in another's place, added, and what it all comes to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.language import spelt_out
from assistant.shop.accounts import Line
from assistant.store.database import Database
from assistant.understand.orders import patterns
from assistant.understand.orders.clauses import clauses
from assistant.understand.orders.items import described
from assistant.understand.orders.questions import asks_figure
from tests.unit.orders_shop import add_order, order, order_shop, talk


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """Mia also has #W1000004 (delivered: two lamps, boots) and #W1000005 (pending: a mug)."""
    db = order_shop(tmp_path / "orders.db")
    with db.write() as session:
        lines = [("L-white-high", 1), ("L-black-low", 1), ("B-43", 1)]
        add_order(session, "#W1000004", "mia", "delivered", "card_1", lines)
        add_order(session, "#W1000005", "mia", "pending", "card_1", [("M", 1)])
    yield db
    db.close()


@pytest.mark.parametrize("words", ["boots excepted", "the boots aside", "all but the boots", "minus the boots"])
def test_what_is_excepted_is_not_sent_back(db: Database, words: str) -> None:
    talk(db, f"Everything in order #W1000004 goes back, {words}. Refund to the Visa.", "yes", customer="mia")
    assert sorted(order(db, "#W1000004")["extra"].get("return_items", [])) == ["L-black-low", "L-white-high"]


def test_all_but_one_order_are_cancelled(db: Database) -> None:
    said = "Whatever hasn't been posted should be cancelled, apart from the order with the boots. I don't need it."
    talk(db, said, "yes", customer="mia")
    assert order(db, "#W1000005")["status"].startswith("cancel")
    assert order(db, "#W1000001")["status"] == "pending"


def test_instead_puts_another_of_the_same_kind_in_its_place(db: Database) -> None:
    said = [
        "I'll send the white bright lamp of #W1000004 back, to the Visa",
        "Hold it. I'll send the black one back instead",
    ]
    records = talk(db, *said, "yes", customer="mia")
    assert "black" in records[1].reply and "white" not in records[1].reply
    assert order(db, "#W1000004")["extra"]["return_items"] == ["L-black-low"]


def test_items_named_again_are_all_that_is_sent_back(db: Database) -> None:
    said = ["Return everything in order #W1000004, to the Visa", "Just to be sure: the white lamp and the boots."]
    talk(db, *said, "yes", customer="mia")
    assert sorted(order(db, "#W1000004")["extra"]["return_items"]) == ["B-43", "L-white-high"]


def test_has_just_is_not_only() -> None:
    assert not patterns.ONLY.search("my wife has just raised a point")
    assert patterns.ONLY.search("just the lamp")


@pytest.mark.parametrize(
    ("words", "sku"),
    [("the laptop with the bigger screen", "B"), ("whichever has the smaller screen", "A"), ("a bigger laptop", "")],
)
def test_of_two_the_one_that_has_more(words: str, sku: str) -> None:
    lines = [
        Line("#1", n, s, "p", "Laptop", {"screen size": v}, 1, 100)
        for n, (s, v) in enumerate((("A", "13-inch"), ("B", "17-inch")), 1)
    ]
    found = described(lines, words)
    assert [x.sku for x in found] == ([sku] if sku else ["A", "B"])


@pytest.mark.parametrize(
    ("words", "asks"),
    [
        ("what sum returns to me for the pair?", True),
        ("state the refund for #w1000004.", True),
        ("so how much hits the visa?", True),
        ("what about a refund for the lamp?", False),
        ("i want a refund for the lamp", False),
    ],
)
def test_who_asks_for_a_figure_wants_nothing_done(words: str, asks: bool) -> None:
    assert asks_figure(words) is asks


def test_what_it_came_to_is_told_whatever_it_is_called(db: Database) -> None:
    said = ["Return the boots of order #W1000004 to the Visa", "yes", "And what sum returns to me for those?"]
    more = ["Cancel order #W1000005, no longer needed", "yes", "So how many euros are coming, all told?"]
    records = talk(db, *said, *more, customer="mia")
    assert "€90.00" in records[2].reply and "#W1000004" in records[2].reply
    assert "€12.50" in records[5].reply and "€102.50" in records[5].reply


@pytest.mark.parametrize(
    "money", ["half on the Visa, half on the gift card", "split between the Visa and the gift card"]
)
def test_money_goes_one_way(db: Database, money: str) -> None:
    records = talk(db, f"Return the boots of order #W1000004, refund {money}", "the Visa then", "yes", customer="mia")
    assert "can't be split" in records[0].reply and not records[0].writes
    assert order(db, "#W1000004")["extra"]["return_payment_method_id"] == "card_1"


def test_a_number_that_is_not_theirs_is_asked_about_once(db: Database) -> None:
    said = ["Cancel order #W1000003 of my mother's, she no longer needs it", "#W1000003", "Then cancel order #W1000005"]
    records = talk(db, *said, customer="mia")
    assert "check the order number" in records[0].reply
    assert "one of your orders" in records[1].reply and "?" in records[1].reply
    assert "#W1000005" in records[2].reply and "#W1000003" not in records[2].reply


def test_but_takes_out_only_of_what_is_all(db: Database) -> None:
    talk(db, "OK. But the boots that came with two lamps, those I'd return. Refund: Visa.", "yes", customer="mia")
    assert order(db, "#W1000004")["extra"]["return_items"] == ["B-43"]


def test_all_of_it_but_a_thing_is_of_the_order_that_the_thing_is_in(db: Database) -> None:
    talk(db, "I'd like to send all of it back except the mug. Refund: Visa.", "yes", customer="mia")
    assert order(db, "#W1000002")["extra"]["return_items"] == ["L-white-low"]
    assert order(db, "#W1000004")["status"] == "delivered"


def test_scrap_that_is_no_order(db: Database) -> None:
    records = talk(db, "Cancel order #W1000005, no longer needed", "no, scrap that", customer="mia")
    assert "leave that" in records[1].reply and order(db, "#W1000005")["status"] == "pending"


@pytest.mark.parametrize(
    ("words", "wants"),
    [
        ("I am returning the boots, they are too small.", True),
        ("It should come out of my PayPal instead. The watch order, I mean.", True),
        ("one of my two lamps should be the brightest you've got", True),
        ("I want a tent that sleeps four", False),
        ("is there a smaller version of the bag", False),
        ("does returning something cost anything", False),
    ],
)
def test_what_wants_something_done_before_it_is_known_who_asks(db: Database, words: str, wants: bool) -> None:
    asks = "first need to know who you are" in talk(db, words)[0].reply
    assert asks is wants


@pytest.mark.parametrize(
    "limit", ["if it's no more than 2 euros extra", "as long as the difference isn't over 2 euros"]
)
def test_what_costs_more_extra_than_is_wanted_is_not_changed(db: Database, limit: str) -> None:
    said = f"Change the lamp in order #W1000001 to high brightness, {limit}."
    records = talk(db, said, "yes", customer="mia")
    assert "€5.00 more" in records[0].reply and "€2.00" in records[0].reply
    assert not any(r.writes for r in records)


def test_up_to_a_surcharge_is_proposed(db: Database) -> None:
    said = "Change the lamp in order #W1000001 to high brightness, only if it's at most 10 euros more. Visa."
    records = talk(db, said, "yes", customer="mia")
    assert records[1].writes[0]["new_item_ids"] == ["L-white-high"]


def test_of_two_the_one_that_is_described_is_changed(db: Database) -> None:
    said = "Of the two lamps in order #W1000004 I'd exchange the black one for a white low one. Visa."
    records = talk(db, said, "yes", customer="mia")
    assert records[1].writes[0]["item_ids"] == ["L-black-low"]


def test_short_forms_of_helping_words() -> None:
    assert spelt_out("it shld go w my card n paypal") == "it should go with my card and paypal"
    assert spelt_out("45 n main street") == "45 n main street"


@pytest.mark.parametrize(
    ("said", "clauses_"),
    [
        ("cancel the lamp order and send the mug to my office", 2),
        ("return the lamp and tell me what my balance is", 2),
        ("my lamp order should go to my new place, and pay it with paypal", 2),
        ("change the order to my new home and make it my default address", 1),
        ("return the lamp and put the money on my card", 1),
    ],
)
def test_a_sentence_of_two_kinds_of_request_is_cut(said: str, clauses_: int) -> None:
    assert len(clauses(said)) == clauses_


def test_what_is_only_wanted_instead_waits(db: Database) -> None:
    said = "Cancel order #W1000005, I don't need it. If that isn't possible, cancel #W1000001."
    talk(db, said, "yes", "yes", customer="mia")
    assert order(db, "#W1000005")["status"].startswith("cancel")
    assert order(db, "#W1000001")["status"] == "pending"


def test_what_was_refused_opens_the_way_for_what_is_wanted_instead(db: Database) -> None:
    said = "Cancel the boots in order #W1000001. If you can't take out one item, change them to size 44. Visa."
    records = talk(db, said, "yes", customer="mia")
    assert "single items" in records[0].reply
    assert records[1].writes[0]["new_item_ids"] == ["B-44"]


def test_a_condition_that_stands_alone_is_that_of_the_request_behind_it(db: Database) -> None:
    said = "Return the boots of order #W1000004 to the Visa. If you don't take them back, exchange them for size 44."
    records = talk(db, said, "yes", customer="mia")
    assert records[1].writes[0]["action"] == "return_delivered_order_items"


def test_the_address_of_an_order_is_changed_not_taken(db: Database) -> None:
    records = talk(db, "Change the address of the boots order to 7 Quay Street, Galway, H91 AB12", customer="mia")
    assert "#W1000001" in records[0].reply and "7 Quay Street" in records[0].reply


def test_what_somebody_owns_already_is_no_basket(db: Database) -> None:
    said = "Somehow I own two of your lamps now. One of them has to go back, the one that cost less."
    assert "first need to know who you are" in talk(db, said)[0].reply
