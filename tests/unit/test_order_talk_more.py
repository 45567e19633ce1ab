"""What made-up customers taught: each case is a wording that once led to a wrong write, or to none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.act.orders.choose import choose
from assistant.order_talk import Wish
from assistant.shop.accounts import Line
from assistant.store.database import Database
from assistant.types import Money, Product, Variant
from assistant.understand.orders import wording
from assistant.understand.orders.refs import address_in, without_address
from assistant.understand.orders.wishes import read_wish
from tests.unit.orders_shop import counts, order_shop, talk

EARBUDS = {"color": ["black", "blue"], "water resistance": ["IPX4", "not resistant"]}


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    db = order_shop(tmp_path / "orders.db")
    yield db
    db.close()


def test_a_value_that_begins_with_not_is_wanted() -> None:
    assert read_wish("black and not resistant", EARBUDS).want == {
        "color": ["black"],
        "water resistance": ["not resistant"],
    }


def test_everything_else_is_no_second_choice() -> None:
    wish = read_wish("black, everything else the same", EARBUDS)
    assert wish.rest_same and not wish.instead and wish.want == {"color": ["black"]}


def test_a_condition_in_its_own_sentence_is_a_second_choice() -> None:
    second = read_wish("if that's not available, a blue one", EARBUDS)
    both = second.over(Wish(want={"color": ["black"]}))
    assert second.second and both.want == {"color": ["black"]} and both.instead[0]["want"] == {"color": ["blue"]}


def test_a_second_choice_changes_the_first_before_it_stands_alone() -> None:
    options = [("black", "IPX4"), ("blue", "IPX4"), ("blue", "not resistant")]
    versions = tuple(
        Variant(f"V{n}", "p", {"color": c, "water resistance": w}, Money(1000 + n, "EUR"), None, 1, True, True)
        for n, (c, w) in enumerate(options)
    )
    product = Product("p", "Earbuds", "audio", None, None, "", None, {}, {}, True, None, None, None, versions)
    line = Line("#1", 1, "V0", "p", "Earbuds", {"color": "black", "water resistance": "IPX4"}, 1, 1000)
    wish = Wish(
        want={"color": ["black"], "water resistance": ["not resistant"]},
        instead=[Wish(want={"color": ["blue"]}).as_json()],
    )
    chosen = choose(product, line, wish).variant
    assert chosen is not None and chosen.sku == "V2"


@pytest.mark.parametrize(
    "text",
    ["No idea what the number is, sorry.", "Don't know it.", "I don't remember the number"],
)
def test_not_knowing_is_no_no(text: str) -> None:
    assert not wording.says_no(wording.mend(text))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("I wish to have the lamp removed from my order", "cancel"),
        ("the boots are to be exchanged for size 43", "swap"),
        ("can I ship it back", "return"),
    ],
)
def test_more_ways_to_ask(text: str, kind: str) -> None:
    assert [k for k, _, wanted in wording.actions(text) if wanted] == [kind]


def test_another_way_to_pay_is_a_request_and_where_a_refund_goes_is_none() -> None:
    assert wording.charges("put the lamp order on my paypal instead")
    assert not wording.charges("return the lamp order and put the refund on my card instead")


def test_a_word_behind_the_postcode_is_no_country() -> None:
    text = "send it to 3 Old Quarry Road, Portland, OR 97205 instead"
    assert "country" not in address_in(text.lower(), text)


def test_an_address_does_not_say_who_is_asking() -> None:
    assert "97205" not in without_address("I'm moving: 3 Old Quarry Road, Portland, OR 97205")


def test_the_entire_thing_is_the_order_spoken_of(db: Database) -> None:
    """ "Everything" was all pending orders once, after one item of one order."""
    records = talk(
        db,
        "Can you take just the boots out of my order?",
        "Then cancel the entire thing.",
        "by mistake",
        customer="mia",
    )
    assert "#W1000001" in records[-1].reply and "#W1000002" not in records[-1].reply
    assert not any(r.writes for r in records) and counts(db) == (0, 0)


def test_either_a_return_or_an_exchange_is_chosen_by_naming_it(db: Database) -> None:
    asked, chosen = talk(
        db, "Return the mug from order #W1000002 and exchange the lamp in it for a black one of low brightness.",
        "Then return the mug, to my visa card. Forget the exchange.", customer="mia",
    )  # fmt: skip
    assert "not both" in asked.reply and "Shall I go ahead" in chosen.reply
    assert "Camp Mug" in chosen.reply and "Desk Lamp" not in chosen.reply and counts(db) == (0, 0)


def test_one_wish_for_two_items(db: Database) -> None:
    first, second = talk(
        db,
        "Change the boots and the lamp in order #W1000001 to their cheapest versions.",
        "my visa card",
        customer="mia",
    )
    assert "Trail Boots (size 42) is already" in first.reply
    assert "Desk Lamp for black" in second.reply and not second.writes


@pytest.mark.parametrize("question", ["tracking # for the boots order?", "tracking # for boots"])
def test_what_is_only_asked_about_is_not_changed(db: Database, question: str) -> None:
    record = talk(db, f"change the lamp in order #W1000001 to the cheapest. {question}", customer="mia")[-1]
    assert "Which option would you like instead of your Trail Boots" not in record.reply
    assert "tracking number" in record.reply and counts(db) == (0, 0)
    proposed = talk(
        db, f"change the lamp in order #W1000001 to the cheapest. {question}", "my visa card", customer="mia"
    )
    assert "Desk Lamp" in proposed[-1].reply and "Boots" not in proposed[-1].reply


def test_an_address_that_is_to_stand_in_the_account_moves_no_order(db: Database) -> None:
    texts = ["I live now at 5 Quay Street, Galway, H91 CD56. Please change this in my account.", "yes"]
    replies = talk(db, *texts, customer="mia")
    assert "default address" in replies[0].reply and "W1000001" not in replies[0].reply
    assert [w["action"] for w in replies[1].writes] == ["modify_user_address"]


def test_what_a_bar_keeps_is_not_returned(db: Database) -> None:
    said = "The parcel W1000002 came. It's all got to go back, bar the mug, that's lovely."
    reply = talk(db, said, "the visa card", customer="mia")[-1].reply.lower()
    assert "return the" in reply and "lamp" in reply and "mug" not in reply


def test_who_turns_to_the_shop_in_the_middle_is_answered_by_the_shop(db: Database) -> None:
    texts = ["can you change the delivery address of W1000003? i've moved", "how much is the lamp?", "thanks, bye"]
    asked, price, bye = talk(db, *texts, customer="tom")
    assert "address" in asked.reply
    assert "What is the new address" not in price.reply + bye.reply and price.cards


def test_a_yes_after_turning_to_the_shop_confirms_no_order(db: Database) -> None:
    texts = ["please cancel W1000003, i ordered it by mistake", "how much is the lamp?", "yes"]
    proposed, _, yes = talk(db, *texts, customer="tom")
    assert "Shall I go ahead" in " ".join(proposed.reply.split())
    assert not yes.writes and counts(db)[0] == 0


def test_instead_takes_back_what_was_asked_for_first(db: Database) -> None:
    texts = [
        "could you change the delivery address of W1000001? i've moved",
        "actually can i cancel it instead, no longer needed",
        "yes",
        "what is the status of W1000001?",
    ]
    *_, done, after = talk(db, *texts, customer="mia")
    assert [w["action"] for w in done.writes] == ["cancel_pending_order"]
    assert "new address" not in done.reply + after.reply
