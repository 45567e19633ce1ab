"""What is said in anger or grief in the middle of a talk of goods: it looks for nothing, and a person is offered."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.types import Record
from assistant.understand.quantities import ordinals

Talk = Callable[..., Record]
_ABOUT = "how much is the ember kettle"


@pytest.mark.parametrize(
    "said",
    [
        "this is the third time im asking. useless shop!!",
        "so you people never answer anything properly, i am fed up",
        "what a joke of a shop",
        "it's too expensive, disgusting prices",
        "you lot are hopeless",
    ],
)
def test_a_person_is_offered_and_no_goods(talk: Talk, said: str) -> None:
    record = talk(_ABOUT, said)
    assert "colleague" in record.reply and not record.cards and "£" not in record.reply


@pytest.mark.parametrize("said", ["ugh my old mug broke, do you have mugs?", "scared of flying, neck pillow?"])
def test_who_asks_with_feeling_is_still_answered(talk: Talk, said: str) -> None:
    assert talk(_ABOUT, said).cards


@pytest.mark.parametrize("asked", ["ok and if it rips after 3 months?", "will it last 3 months", "there'll be 3 of us"])
def test_a_number_that_counts_points_at_no_other_thing(talk: Talk, asked: str) -> None:
    assert "Tarn 3" not in talk("whats the lightest tent", asked).reply


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("will it last", []),
        ("how long do they last", []),
        ("on second thoughts, the stove", []),
        ("first of all, is it wool", []),
        ("the last one", [-1]),
        ("last one please", [-1]),
        ("ok, last", [-1]),
        ("and the second?", [1]),
    ],
)
def test_what_lasts_is_not_the_last(text: str, places: list[int]) -> None:
    assert ordinals(text) == places


def test_who_is_in_despair_is_still_told_of_help(talk: Talk) -> None:
    assert "helpline" in talk(_ABOUT, "everything is hopeless, i can't go on").reply
