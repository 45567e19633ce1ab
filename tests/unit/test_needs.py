"""A need that is told finds what answers it, and what stays unsold is never confirmed; the words around it bind right.

The demo shop in code's own words.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.act.needs import is_told, said_words
from assistant.act.people import asked_for
from assistant.types import Record
from assistant.understand.beside import against
from assistant.understand.carry import same_as_told
from assistant.understand.siblings import kind_words
from assistant.understand.vocabulary import canonical

Reply = Callable[..., str]


@pytest.fixture
def said(talk: Callable[..., Record]) -> Reply:
    """Says the turns of one new conversation, and gives the words of the last answer."""
    return lambda *turns: talk(*turns).reply


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("do you have something that keeps coffee hot for a long drive", "Beck Vacuum Flask"),
        ("have you got a teddy that's safe for a newborn", "Barnaby Bear"),
        ("sick. gloves that work w my phone", "Frost Gloves"),
    ],
)
def test_a_told_need_finds_what_answers_it(said: Reply, asked: str, found: str) -> None:
    assert found in said(asked)


@pytest.mark.parametrize("asked", ["do you sell umbrellas", "the hyperdrive 3000, got it?"])
def test_what_is_not_sold_is_not_found(said: Reply, asked: str) -> None:
    assert "couldn't find" in said("do you have a rain jacket", asked)


def test_a_thing_put_to_what_is_talked_about_leaves_the_talk_there(said: Reply) -> None:
    assert "Pump 15" in said(
        "Looking at the Pump 15. How much is it?", "How tall a mug fits under it?", "black in stock"
    )


def test_a_value_tells_which_of_two_is_meant(said: Reply) -> None:
    reply = said("do you have a rain jacket", "i want the 20000 mm kind. navy L?")
    assert "Squall Lite" not in reply and reply.startswith("No")


def test_a_number_goes_to_the_product_that_has_it(said: Reply) -> None:
    assert "Isobutane Canister (size 450 g)" in said("is the 450 gas in")


def test_people_are_added_up(said: Reply) -> None:
    assert asked_for("tent for 2 adults and 3 children") == 5 and asked_for("for 2 adults and a child") == 3
    reply = said("Tent for two adults and three children, we go by car")
    assert "Basecamp 6" in reply and "Tarn" not in reply


def test_a_thing_for_another_is_not_the_other(said: Reply) -> None:
    reply = said("a light for the tent table that i can charge off usb")
    assert "Glow Lantern" in reply and "Tarn" not in reply


def test_words_of_a_need() -> None:
    assert said_words("need a bottle for the gym, please") == ["bottle", "gym"]
    assert is_told("something to keep my soup hot") and not is_told("umbrellas?")


def test_small_words_that_bind() -> None:
    assert against("how much more is it than the tcl") and not against("how much is the tcl")
    assert same_as_told("is that thickness there in pink", "thickness") and not same_as_told(
        "which thickness", "thickness"
    )
    assert kind_words("i want the 20000 mm kind") == ["20000", "mm"] and kind_words("what kind is it") == []
    assert canonical("wooden") == canonical("Wood")
