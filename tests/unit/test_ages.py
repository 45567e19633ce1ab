"""For somebody of which age something is, and what a told budget limits."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.act.ages import age_from, age_in
from assistant.types import Product, Record

Talk = Callable[..., Record]


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("my nephew is turning 2, what could I get him?", 2),
        ("a present for my three year old", 3),
        ("for a 3yo", 3),
        ("she is 18 months old", 1.5),
        ("toys for a boy aged 7", 7),
        ("my dad is 60 years old", None),
        ("a 10 year warranty", None),
        ("size 12", None),
    ],
)
def test_how_old_a_child_in_a_message_is(text: str, age: float | None) -> None:
    assert age_in(text) == age


@pytest.mark.parametrize(
    ("fields", "description", "age"),
    [
        ({"age_from": "1.5"}, "", 1.5),
        ({"age": "3+ years"}, "", 3),
        ({"recommended_age": "from 18 months"}, "", 1.5),
        ({}, "A puzzle from 6 years.", 6),
        ({"package": "5 pieces"}, "With a guarantee of 2 years.", None),
    ],
)
def test_from_which_age_a_product_is_for(fields: dict[str, str], description: str, age: float | None) -> None:
    product = Product("p", "Thing", "Kind", None, None, description, None, fields, {}, True, None, None, None, ())
    assert age_from(product) == age


def test_a_present_suits_the_age_of_who_gets_it(talk: Talk) -> None:
    for said in ("my nephew is turning 2, what could I get him?", "present for my 2 year old nephew under 30"):
        reply = talk(said).reply
        assert "Barnaby Bear" in reply and "turning" not in reply
        assert not {"Puzzle", "Kite", "Board"} & set(reply.split())


def test_a_budget_told_before_limits_what_is_listed_and_it_is_said(talk: Talk) -> None:
    reply = talk("My budget is 300 pounds. What tents do you have?").reply
    assert "Tarn 3" in reply and "Basecamp" not in reply and "I went by the budget" in reply
    reply = talk("My budget is 100 pounds", "what jackets do you have?").reply
    assert "Squall Lite" in reply and "£129" not in reply and "I went by the budget" in reply


def test_a_budget_limits_nothing_that_is_named_and_no_service(talk: Talk) -> None:
    assert "£219.00" in talk("My budget is 100 pounds", "do you have the tarn 2 tent").reply
    assert "sharpen" in talk("My budget is 100 pounds", "do you sharpen knives?").reply
