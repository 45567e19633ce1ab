"""For whom something is, what is counted inside a thing, in which unit, and what a thing must be."""

from __future__ import annotations

import pytest

from assistant.measures import asked_dimension, dimensions
from assistant.understand.cues import certain
from assistant.understand.options import match_options
from assistant.understand.receivers import for_another
from assistant.understand.sizes import relative

_SCENTS = {"gender": ["men", "women", "unisex"], "size": ["30ml", "50ml"]}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("some perfume for the missus", "women"),
        ("50ml for my little brother", "men"),
        ("is it good for her", "women"),
        ("my wife said it is strong", None),
        ("one for me", None),
    ],
)
def test_for_whom_it_is_chooses_the_version(text: str, value: str | None) -> None:
    named = {w.name: w.value for w in match_options(text, _SCENTS)}
    assert named.get("gender") == value


def test_one_for_oneself_lets_go_of_somebody_else() -> None:
    assert for_another("ok and one for me", "gender", _SCENTS["gender"])
    assert not for_another("ok and one for me", "size", _SCENTS["size"])


def test_a_verb_names_what_does_it() -> None:
    named = match_options("a machine that grinds the beans", {"features": ["timer", "built-in grinder"]})
    assert [w.value for w in named] == ["built-in grinder"]


def test_small_bags_are_the_smallest_pack() -> None:
    assert [w.value for w in relative("2 small bags please", {"pack": ["1 kg", "250 g"]})] == ["250 g"]


@pytest.mark.parametrize(
    ("text", "dimension"),
    [
        ("how many watts is it", "power"),
        ("how many litres", "volume"),
        ("how many in stock", ""),
        ("how many left", ""),
    ],
)
def test_the_unit_that_is_counted_in(text: str, dimension: str) -> None:
    assert asked_dimension(text) == dimension


def test_a_line_has_the_dimensions_of_its_numbers() -> None:
    assert dimensions("20 hours") == {"time"}
    assert dimensions("holds 1.5 l and weighs 300 g") == {"volume", "mass"}
    assert dimensions("2", "warranty_years") == {"time"}


@pytest.mark.parametrize(
    ("text", "sure"),
    [
        ("how many are in it", True),
        ("what's the least i can order of them", True),
        ("how many are in the shop", False),
        ("how many in stock", False),
        ("what's the least i can pay", False),
    ],
)
def test_what_is_inside_and_the_least_of_an_order_are_no_stock(text: str, sure: bool) -> None:
    assert (certain(text, {"stock": 0.9}) == {"details": 1.0}) is sure
