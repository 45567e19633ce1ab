"""A question for a page as a whole gets how its sections begin; a sentence that leans on another isn't told alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.types import Record

Talk = Callable[..., Record]


@pytest.mark.parametrize("said", ["what is your return policy?", "whats ur returns policy", "how do returns work"])
def test_a_page_asked_for_as_a_whole_begins_at_its_beginning(talk: Talk, said: str) -> None:
    reply = talk(said).reply
    assert "within 30 days of delivery" in reply and "Returns from the United Kingdom are free" in reply
    assert "We replace it at once" not in reply


def test_a_question_for_a_part_of_a_page_still_gets_that_part(talk: Talk) -> None:
    assert "30 days" in talk("how long do i have to return something?").reply
    assert "worn outside" in talk("can I return shoes I wore outside?").reply


def test_a_sentence_that_leans_on_another_is_told_with_it(talk: Talk) -> None:
    reply = talk("my parcel came with the wrong thing in it, what does your shop do then?").reply
    assert "We replace it at once" not in reply or "within 14 days with a photo" in reply


def test_a_bare_number_asks_for_no_fact_of_the_shop(talk: Talk) -> None:
    assert "Phone" not in talk("FH-20584").reply


def test_an_exception_is_told_after_the_rule(talk: Talk) -> None:
    reply = talk("trail runner gtx in 43?", "can i bring them back if they dont fit").reply
    assert "You may return anything within 30 days" in reply


def test_a_question_for_the_rules_is_no_order(talk: Talk) -> None:
    assert "30 days" in talk("If he doesn't like it, how long have I got to send it back to you?").reply
    assert "first need to know who you are" in talk("I want to return the boots I got").reply
    assert "first need to know who you are" in talk("can you cancel my order?").reply


def test_where_the_shop_is_can_be_asked_in_other_words(talk: Talk) -> None:
    assert "Tarn Street" in talk("where are you?").reply


def test_a_product_that_does_not_know_leaves_the_question_to_the_pages(talk: Talk) -> None:
    reply = talk("how much are the Nightfall sleeping bags?", "which days does the workshop take stuff in").reply
    assert "Tuesday and Friday" in reply


def test_a_part_is_not_answered_by_a_yes_or_no_about_something_else(talk: Talk) -> None:
    assert "not waterproof." not in talk("Trail Runner", "does it have a rain cover?").reply.split("“")[0]
    assert "is not waterproof" in talk("Trail Runner", "is it waterproof?").reply


def test_what_is_only_dearer_is_said_not_to_fit_the_limit(talk: Talk) -> None:
    reply = talk("im after waterproof boots, nothing over 120").reply
    assert "nothing of that kind fits these limits" in reply and ("Boot" in reply or "Fellwalker Mid" in reply)


def test_a_word_behind_a_kind_says_what_is_asked_for(talk: Talk) -> None:
    reply = talk("do you sell tent pegs?").reply
    assert not reply.startswith(("We have", "Yes"))
