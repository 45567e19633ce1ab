"""What words are about: the one item of an order, the order told by what is in it, the money of which order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.shop.schema import OrderRow
from assistant.store.database import Database
from assistant.understand.orders import patterns, wording
from assistant.understand.orders.questions import questions
from assistant.understand.orders.wishes import read_wish
from tests.unit.orders_shop import add_order, order, order_shop, talk


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    db = order_shop(tmp_path / "orders.db")
    yield db
    db.close()


@pytest.mark.parametrize(
    "words",
    [
        "The lamp that I got goes back, the one with the mug, just the lamp, mug is a beauty. Refund to the Visa.",
        "I want to return the lamp, the order with the mugs, only the lamp. The refund to my Visa please.",
        "I return just the lamp, the mug is great. Visa.",
    ],
)
def test_just_one_of_an_order_goes_back(db: Database, words: str) -> None:
    talk(db, words, "yes", customer="mia")
    assert order(db, "#W1000002")["extra"].get("return_items") == ["L-white-low"]


@pytest.mark.parametrize("thing", ["parcel", "package", "delivery", "order"])
def test_what_lay_in_the_same_parcel_only_says_which(db: Database, thing: str) -> None:
    """ "The parcel with the luggage set." behind what goes back sent the luggage set back too."""
    talk(db, f"I return the lamp. The {thing} with the mug. Refund to the Visa.", "yes", customer="mia")
    assert order(db, "#W1000002")["extra"].get("return_items") == ["L-white-low"]


@pytest.mark.parametrize(
    ("clause", "only"),
    [
        ("just the mug, the lamp is great", {"mug"}),
        ("only the mug and the lamp, not the boots", {"mug", "lamp"}),
        ("i just want to return the mug and the lamp", set()),
    ],
)
def test_only_these(clause: str, only: set[str]) -> None:
    spans = [(at, at + len(w)) for w in ("mug", "lamp", "boots") if (at := clause.find(w)) >= 0]
    assert {clause[a:b] for a, b in patterns.only_these(clause, sorted(spans))} == only


@pytest.mark.parametrize(
    ("clause", "fine"),
    [
        ("the mug is fine, and the small lamp also", {"mug", "lamp"}),
        ("the mug and the lamp. my boots are perfect", {"boots"}),
        ("a black mug is fine", set()),
        ("the mug is fine for tea but the lamp broke", set()),
    ],
)
def test_what_is_fine_is_left_out(clause: str, fine: set[str]) -> None:
    spans = [(at, at + len(w)) for w in ("mug", "lamp", "boots") if (at := clause.find(w)) >= 0]
    assert {clause[a:b] for a, b in patterns.is_fine(clause, sorted(spans))} == fine


def test_a_way_to_pay_counts_for_the_things_it_was_named_for(db: Database) -> None:
    said = [
        "Exchange the lamp of #W1000002 for a black one, low brightness. In my pending order #W1000001, boots in 43 "
        "rather than 42.",
        "The Visa for the lamp.",
    ]
    records = talk(db, *said, "the gift card", "yes", customer="mia")
    assert "#W1000001" in records[1].reply and "?" in records[1].reply and not records[1].writes
    paid = {w["order_id"]: w["payment_method_id"] for w in records[-1].writes}
    assert paid == {"#W1000002": "card_1", "#W1000001": "gift_1"}


@pytest.mark.parametrize(
    "words",
    [
        "The order with the boots must come at my home in Cork, not Dublin. My home address, the one in my account.",
        "My order with the boots, it is going to Dublin. It should be sent to my home in Cork.",
    ],
)
def test_an_order_comes_to_the_address_of_the_account(db: Database, words: str) -> None:
    with db.write() as session:
        dublin = {"address1": "9 Quay", "city": "Dublin", "postcode": "D02 XY76", "country": "Ireland"}
        session.get_one(OrderRow, "#W1000001").address = dublin
    records = talk(db, words, "yes", customer="mia")
    assert "#W1000001" in records[0].reply and "already" not in records[0].reply
    assert order(db, "#W1000001")["address"]["address1"] == "1 Mill Lane"


@pytest.mark.parametrize(
    "asks", ["How much do I get for the lamp?", "And what does the lamp come to?", "What's that come to, the lamp?"]
)
def test_what_comes_back_for_one_of_the_things_sent_back(db: Database, asks: str) -> None:
    said = ["Return the lamp and both mugs of #W1000002, to the Visa", "yes"]
    reply = talk(db, *said, asks, customer="mia")[-1].reply
    assert "30.00" in reply and "55.00" not in reply


def test_the_difference_of_one_of_the_things_to_be_exchanged(db: Database) -> None:
    with db.write() as session:
        lines = [("L-white-low", 1), ("L-black-low", 1), ("B-43", 1)]
        add_order(session, "#W1000004", "mia", "delivered", "card_1", lines)
    said = "In #W1000004, exchange the black lamp for a white bright one and the boots for size 42, with the Visa"
    reply = talk(db, said, "What would be the price difference for the boots alone?", customer="mia")[-1].reply
    assert "Trail Boots" in reply and "0.00" in reply


@pytest.mark.parametrize("words", ["black, same size and all", "in black, the same size", "same size, black"])
def test_the_size_of_what_has_but_one_measure_stays(words: str) -> None:
    values = {"color": ["black", "brown"], "height": ["4 ft", "6 ft"], "material": ["metal", "wood"]}
    wish = read_wish(words, values, current={"color": "brown", "height": "6 ft", "material": "metal"})
    assert wish.want == {"color": ["black"]} and wish.same == ["height"]


def test_the_total_of_an_order_told_by_what_is_in_it(db: Database) -> None:
    with db.write() as session:
        add_order(session, "#W1000004", "mia", "delivered", "card_1", [("L-black-low", 1), ("B-43", 1), ("M", 1)])
    reply = talk(db, "The order with the boots and the mug, how much is it in total?", customer="mia")[-1].reply
    assert "131.50" in reply


def test_what_answers_a_question_about_an_item_is_about_it(db: Database) -> None:
    said = ["The lamp that arrived hurts my eyes. Do you have it in black?", "Black, low brightness."]
    talk(db, *said, "the Visa", "yes", customer="mia")
    assert order(db, "#W1000001")["skus"] == ["B-42", "L-white-low"]


@pytest.mark.parametrize("words", ["Change the boots in #W1000001 to size 51", "the boots of #W1000001 in a 51 please"])
def test_a_value_that_there_is_none_of_is_never_passed_over(db: Database, words: str) -> None:
    assert "I will" not in talk(db, words, customer="mia")[0].reply


@pytest.mark.parametrize(
    ("words", "mended"),
    [
        ("swap it 4 teh same one", "swap it for the same one"),
        ("the most cheap you have", "the cheapest you have"),
        ("4 mugs for 4 people", "4 mugs for 4 people"),
        ("make it a size 4 the next time", "make it a size 4 the next time"),
        ("what do i get 4 it", "what do i get for it"),
    ],
)
def test_words_put_right(words: str, mended: str) -> None:
    assert wording.mend(words) == mended


@pytest.mark.parametrize("words", ["I return on this: the lamp", "let me return to my question about the lamp"])
def test_who_comes_back_to_something_sends_nothing_back(words: str) -> None:
    assert not wording.actions(words.lower())


def test_how_much_one_gets_is_a_refund(db: Database) -> None:
    from assistant.shop.accounts import load_account

    with db.read() as session:
        account = load_account(session, "mia")
    assert account is not None
    assert [q["ask"] for q in questions("how much do i get for the lamp", account, lambda text: [])] == ["refund"]
    assert not questions("how much do i get it for", account, lambda text: [])
