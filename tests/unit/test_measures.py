"""Numbers of attributes, what an adjective asks for, and what the dialogue state keeps of several topics."""

from __future__ import annotations

import pytest

from assistant import measures
from assistant.act.concepts import concepts, of_attribute
from assistant.measures import Value, asked, comparable, is_superlative, measure, winners
from assistant.shop.embed import default_embedder
from assistant.understand.options import match_options
from assistant.understand.state import State


@pytest.mark.parametrize(
    ("text", "value", "dimension"),
    [
        ("2.2 kg", 2200, "mass"),
        ("330 g (one shoe, size 42)", 330, "mass"),
        ("-5 °C comfort, -11 °C limit", -5, "temperature"),
        ("10,000 mAh", 10000, "charge"),
        ("3", 3, ""),
    ],
)
def test_a_measure_is_the_first_number_in_its_units_base(text: str, value: float, dimension: str) -> None:
    found = measure(text)
    assert found is not None
    assert (found.value, found.dimension) == (value, dimension)


def test_sides_and_words_are_no_measure() -> None:
    assert measure("45 x 15 cm") is None
    assert measure("light and small") is None


@pytest.mark.parametrize(
    ("text", "more", "name"),
    [
        ("which is the lightest", False, "weight"),
        ("what weighs the most?", True, "weight"),
        ("the one with the longest warranty", True, "warranty"),
        ("most pockets", True, "pockets"),
        ("which is less bright", False, "brightness"),
    ],
)
def test_an_adjective_says_what_is_asked_and_which_way(text: str, more: bool, name: str) -> None:
    found = asked(text)
    assert found is not None
    assert (found.more, found.names[0]) == (more, name)


def test_a_plain_question_asks_for_no_superlative() -> None:
    assert not is_superlative("how much is the tent in blue")
    assert not is_superlative("is it lighter")  # a comparison, not a superlative
    assert asked("the biggest tent", kind=("tent",)) is not None


def test_only_values_of_one_name_and_dimension_are_compared() -> None:
    kilo, gram, inch = (measure(t) for t in ("1 kg", "900 g", "5 inch"))
    assert kilo and gram and inch
    values = {
        "a": [Value("weight", "1 kg", kilo)],
        "b": [Value("weight", "900 g", gram)],
        "c": [Value("weight", "5 inch", inch)],
    }
    wanted = asked("lightest")
    assert wanted is not None
    best = comparable(values, wanted)
    assert set(best) == {"a", "b"}
    assert winners(best, wanted) == ("b",)


def test_the_warmer_of_two_for_the_cold_is_the_lower_temperature() -> None:
    cold, mild = measure("-5 °C"), measure("5 °C")
    assert cold and mild
    wanted = asked("which is warmer")
    assert wanted is not None
    best = {"a": Value("Comfort temperature", "-5 °C", cold), "b": Value("Comfort temperature", "5 °C", mild)}
    assert winners(best, wanted) == ("a",)
    told = measures.predicate(wanted, best["a"], "comfort temperature", several=False)
    assert told == "has the lower comfort temperature"


def test_the_concept_head_knows_what_is_asked_in_other_words() -> None:
    encode = default_embedder().encode
    asks = concepts("so what are buyers saying about it?", encode)
    assert max(asks, key=lambda name: asks[name]) == "rating"
    assert "warranty" in of_attribute("warranty_years")
    assert "age" not in of_attribute("packaging")


def test_a_denial_ends_at_a_comma_and_what_is_there_is_never_missing() -> None:
    values = {"colour": ["Red", "Grey"]}
    assert [(w.value) for w in match_options("not that, red please", values)] == ["Red"]
    assert [w.value for w in match_options("not red but grey", values)] == ["Grey"]


def test_topics_are_kept_in_order_and_a_list_stays_until_two_new_ones_come() -> None:
    state = State()
    state.show_list([{"product": "a", "sku": None}, {"product": "b", "sku": None}])
    state.num_turns = 1
    state.show("b", None, [{"asked": "red", "name": "colour", "value": "Red"}])
    assert [i["product"] for i in state.listed] == ["a", "b"]
    assert state.earlier("b")[0]["value"] == "Red"
    state.num_turns = 2
    state.show("c", None, [])
    assert [i["product"] for i in state.listed] == ["a", "b"]
    state.num_turns = 3
    state.show("d", None, [])
    assert [i["product"] for i in state.listed][-2:] == ["c", "d"]
    assert State.from_json(state.as_json()) == state
