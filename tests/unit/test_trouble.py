"""Something went wrong with what somebody bought, and questions that only sound like an order's: what the pages say."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.types import Record

Talk = Callable[..., Record]


@pytest.mark.parametrize(
    "said", ["my boots are falling apart after 3 weeks", "the kettle you sold us is faulty, useless!"]
)
def test_a_complaint_about_goods_is_helped_by_the_pages_and_offers_a_person(talk: Talk, said: str) -> None:
    record = talk(said)
    assert "repair first, replace second" in record.reply and "Shall I call a colleague" in record.reply
    assert talk(said, "yes please").handoff


def test_what_arrived_broken_has_its_own_rule(talk: Talk) -> None:
    assert "within 14 days with a photo" in talk("i got a mug from you and the handle came off").reply


def test_a_complaint_about_the_service_gets_no_page(talk: Talk) -> None:
    reply = talk("this is ridiculous, you people never get it right").reply
    assert "warranty" not in reply and "Shall I call a colleague" in reply


@pytest.mark.parametrize(
    "said",
    [
        "How fast would I see the refund if I'd paid by card?",
        "Can I swap something I got delivered for a different kind of thing?",
        "how many days have i got to return the mug",
    ],
)
def test_a_question_about_the_rules_asks_nobody_who_they_are(talk: Talk, said: str) -> None:
    assert "who you are" not in talk(said).reply


def test_what_it_is_is_told_in_the_middle_of_order_talk(talk: Talk) -> None:
    assert "who you are" in talk("where is my order").reply
    assert "I'm an AI" in talk("where is my order", "are you a chatbot?").reply
    assert "who you are" not in talk("where is my order", "are you a chatbot?").reply


def test_delivery_is_told_before_it_is_clear_which_thing_is_meant(talk: Talk) -> None:
    asked = ["show me your head torches", "ok 2 of them please, what will that be", "do u do free delivery"]
    assert "£60.00" in talk(*asked).reply


def test_what_members_pay_is_no_question_for_the_cheapest(talk: Talk) -> None:
    assert "£54.90" in talk("how much is the Alder Chef's Knife", "do members get it cheaper").reply


def test_anger_about_ones_own_things_is_a_matter_of_orders(talk: Talk) -> None:
    asked = "this is the third time im asking where my stuff is!!"
    assert "who you are" in talk(asked).reply and "e-mail address of that order" in talk(asked, "FH-20584").reply


def test_letters_that_changed_places_in_a_question_word(talk: Talk) -> None:
    assert "£59.00" in talk("how mcuh is the ember ketle").reply
