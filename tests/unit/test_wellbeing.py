"""Somebody hurt is told to call for help; a question of health gets the shop's own words on what is in the product."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.types import Record

Talk = Callable[..., Record]


@pytest.mark.parametrize(
    "said",
    [
        "my kid swallowed a piece",
        "help, my baby is choking on one of the blocks",
        "he drank some of the fuel!",
        "my son is having an allergic reaction to the tea",
        "my daughter, who is 2, has just swallowed a magnet",
        "one of my kids is choking on it",
        "my husband collapsed after the soup",
        "my baby isn't breathing",
        "my finger is bleeding from the knife",
    ],
)
def test_somebody_hurt_is_told_to_call_for_help(talk: Talk, said: str) -> None:
    record = talk(said)
    assert record.reply.startswith("Please call a doctor or the emergency services at once")
    assert record.handoff


@pytest.mark.parametrize(
    "said",
    [
        "my chair collapsed, i want to return it",
        "our shelf collapsed after a week",
        "the chair i bought for my son collapsed",
        "my son's chair collapsed",
        "my jacket isn't breathable, can i send it back?",
        "my feet can't breathe in these shoes",
        "my new red shirt is bleeding colour in the wash",
        "i'm bleeding money here",
        "i was burned by your shop before",
        "my vacuum swallowed a sock",
        "my torch ate the batteries in a day",
    ],
)
def test_what_happens_to_a_thing_is_no_emergency(talk: Talk, said: str) -> None:
    assert "emergency" not in talk(said).reply


@pytest.mark.parametrize("said", ["could a child swallow the blocks?", "what if my dog ate the tea", "is the tent in?"])
def test_a_question_is_no_emergency(talk: Talk, said: str) -> None:
    record = talk(said)
    assert "emergency" not in record.reply
    assert not record.handoff


def test_a_question_of_health_gets_the_label_and_no_price(talk: Talk) -> None:
    reply = talk("i have a nut allergy, is the hot chocolate safe").reply
    assert "may contain nuts" in reply
    assert "doctor" in reply
    assert "£" not in reply
    assert not reply.startswith("Yes")


def test_an_allergy_told_before_counts_when_a_product_is_asked_about(talk: Talk) -> None:
    for told, asked in (
        ("Do you sell nuts? I have a nut allergy", "Is the hot chocolate safe for me?"),
        ("I have a nut allergy", "Can my son eat the hot chocolate?"),
    ):
        reply = talk(told, asked).reply
        assert "may contain nuts" in reply and "names nuts in the Hearth Hot Chocolate" in reply and "doctor" in reply
    reply = talk("My son has a milk allergy.", "Is the hot chocolate ok for him?").reply
    assert "Contains milk" in reply or "allergens: milk" in reply
    assert "names milk in the Hearth Hot Chocolate" in reply


def test_an_allergy_told_in_the_sentence_before_is_noted_and_answered(talk: Talk) -> None:
    reply = talk("I'm allergic to wool. Is the Bodo beanie ok?").reply
    assert reply.startswith("Noted: avoids wool") and "Norwegian wool" in reply and "doctor" in reply


def test_whatever_else_is_asked_it_is_said_that_it_has_what_is_avoided(talk: Talk) -> None:
    reply = talk("I have a nut allergy", "how much is the hearth hot chocolate").reply
    assert "£9.25" in reply and "names nuts in the Hearth Hot Chocolate" in reply
    reply = talk("I'm vegan", "is the hearth hot chocolate in stock").reply
    assert reply.startswith("Yes") and "may not suit who is vegan" in reply
    assert "Please note" not in talk("I have a nut allergy", "how much is the ember kettle").reply
    assert "Please note" not in talk("I hate gyms", "how much is the hearth hot chocolate").reply


@pytest.mark.parametrize("asked", ["is the jacket ok for rain", "is friday ok", "can i have the trail runner in 42"])
def test_another_question_stays_what_it_is(talk: Talk, asked: str) -> None:
    assert "doctor" not in talk("I have a nut allergy", asked).reply


def test_what_is_avoided_is_not_shown_instead_of_nothing(talk: Talk) -> None:
    reply = talk("I can't have nuts.", "What chocolate do you have?").reply
    assert "has no nuts" in reply and "£" not in reply


def test_an_allergy_by_itself_is_noted(talk: Talk) -> None:
    assert "Noted" in talk("i'm allergic to wool").reply


def test_opening_hours_come_with_their_exception(talk: Talk) -> None:
    for asked in ("are you open this sunday", "do you open on sundays", "are you open tomorrow"):
        reply = talk(asked).reply
        assert "closed on Sundays" in reply or "On Sundays and bank holidays we are closed" in reply
        assert "four Sundays before Christmas" in reply
    assert "Opening hours" not in talk("what are your phone hours?").reply


def test_who_asks_for_their_data_hears_the_page(talk: Talk) -> None:
    record = talk("what do you store about me")
    assert "call a colleague" in record.reply
    assert any(r.kind == "policy" for r in record.receipts)
