"""For whom something is, what is counted inside a thing, in which unit, and what a thing must be."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant import measures
from assistant.act.conditions import is_so
from assistant.measures import Measure, Value, asked, asked_dimension, dimensions
from assistant.types import Record
from assistant.understand.beside import against, set_beside
from assistant.understand.cues import certain
from assistant.understand.options import match_options
from assistant.understand.plain import plain
from assistant.understand.receivers import for_another
from assistant.understand.sizes import relative
from assistant.understand.state import State

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
        ("how many left in that", False),
        ("how many stay in the stock", False),
        ("what's the least i can pay", False),
    ],
)
def test_what_is_inside_and_the_least_of_an_order_are_no_stock(text: str, sure: bool) -> None:
    assert (certain(text, {"stock": 0.9}) == {"details": 1.0}) is sure


def test_how_many_in_a_version_asks_for_its_stock() -> None:
    for said in ("how many in the navy?", "how many pairs in the long one"):
        at = said.index("the ") + 4
        assert certain(said, {"stock": 0.9}, {at}) == {"stock": 0.9}
        assert certain(said, {"stock": 0.9}) == {"details": 1.0}
    assert certain("how many in it in navy", {"stock": 0.9}, {18}) == {"details": 1.0}


def test_a_difference_asks_for_a_measure_and_is_told_in_its_unit() -> None:
    found = asked("what's the weight difference")
    assert found is not None and found.names == ("weight",)
    assert asked("what's the price difference") is None
    values = [Value("weight", "2.9 kg", Measure(2900, "mass")), Value("weight", "2.2 kg", Measure(2200, "mass"))]
    assert measures.gap(*values) == "0.7 kg"


def test_and_cheaper_is_of_the_two_that_were_compared() -> None:
    listed: list[dict[str, str | None]] = [{"product": "a", "sku": None}, {"product": "b", "sku": None}]
    state = State(focus=["a"], listed=listed, act="compare", list_turn=1, num_turns=2)
    assert [r["product"] for r in set_beside("and cheaper?", (), state)] == ["a", "b"]
    assert set_beside("anything cheaper?", (), state) == []


def test_that_or_the_other_sets_beside() -> None:
    assert against("which is cheaper, that or the body wash")
    assert not against("is that the body wash")


@pytest.mark.parametrize(
    ("fields", "text", "marks"),
    [
        ({"waterproof": "no, water-repellent only"}, "a proper waterproof coat", [-1]),
        ({"waterproof": "yes"}, "a proper waterproof coat", [1]),
        ({"waterproof": "yes"}, "a coat that is not waterproof", [-1]),
        ({"waterproof": "yes"}, "which jackets aren't waterproof", [-1]),
        ({"waterproof": "no"}, "which jackets arent waterproof", [1]),
        ({"waterproof": "yes"}, "aren't your jackets waterproof", [1]),
        ({"waterproof": "yes"}, "I want a waterproof coat", [1]),
        ({"dishwasher_safe": "no"}, "a dishwasher-safe pan", [-1]),
        ({"dishwasher_safe": "no"}, "a pan", []),
    ],
)
def test_what_is_wanted_is_held_against_the_yes_and_no(fields: dict[str, str], text: str, marks: list[int]) -> None:
    assert is_so(fields, text) == marks


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("cheapest speaker full stop, dont care about water", "cheapest speaker full stop"),
        ("i'm not bothered about colour. longest battery please", "longest battery"),
        ("do you care about privacy?", "do you care about privacy?"),
        ("i don't care about colour", "i don't care about colour"),
    ],
)
def test_what_is_all_the_same_is_not_looked_for(text: str, left: str) -> None:
    assert plain(text).rstrip(".") == left


def test_what_is_said_of_a_thing_names_no_other(talk: Callable[..., Record]) -> None:
    assert "Duvet" not in talk("Which boots aren't vegan?").reply
    assert "Fellwalker" in talk("Which boots are not vegan?").reply
    assert "Vegan Duvet" in talk("how much is the vegan duvet").reply
