"""For how many people something is: asked in many ways, and said by products in many ways."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.act.people import asked_for
from assistant.types import Record


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("do you have a tent that fits four people and isnt too heavy", 4), ("a tent for two", 2),
        ("something for the 5 of us", 5), ("a 3 person tent", 3), ("sleeps six?", 6), ("room for 4?", 4),
        ("a tent for 200 pounds", None), ("anything for 30?", None), ("a present for my dad", None),
        ("in size 4", None), ("fits 4mm screws", None),
    ],
)  # fmt: skip
def test_asked_for(text: str, number: int | None) -> None:
    assert asked_for(text) == number


def test_a_tent_for_four_is_none_for_two(talk: Callable[..., Record]) -> None:
    reply = talk("do you have a tent that fits four people and isnt too heavy").reply
    assert "Basecamp 6" in reply
    assert "Tarn" not in reply
