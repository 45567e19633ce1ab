"""Two questions in one breath: where a message is cut, where it isn't, and that both are answered."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.types import Record
from assistant.understand.clauses import split


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("price & rating", ["price", "rating"]),
        ("lead time and guarantee", ["lead time", "guarantee"]),
        ("Its price, and the stars people give it", ["Its price", "the stars people give it"]),
        ("price, weight and material of the beam", ["price", "weight", "material of the beam"]),
        ("price, and does a case come", ["price", "does a case come"]),
        ("warranty & return on it", ["warranty", "return"]),
    ],
)
def test_it_is_cut_where_the_next_thing_is_asked_for(text: str, parts: list[str]) -> None:
    assert [part.removeprefix("and ") for part in split(text)] == parts


@pytest.mark.parametrize(
    "text",
    [
        "how much with delivery",
        "tents with stars on",
        "the jacket in size M and colour red",
        "do you have red and blue colours",
        "which brands and colours are there",
        "do you have it with the warranty",
    ],
)
def test_it_stays_whole_where_nothing_more_is_asked(text: str) -> None:
    assert split(text) == [text]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("price & weight", ("£69.99", "115 g")),
        ("weight, and its price", ("£69.99", "115 g")),
        ("what does it cost, and the warranty?", ("£69.99", "3 years")),
    ],
)
def test_both_are_answered(talk: Callable[..., Record], said: str, told: tuple[str, ...]) -> None:
    reply = talk("do you have the Beam 800 head torch?", said).reply
    assert all(part in reply for part in told), reply
