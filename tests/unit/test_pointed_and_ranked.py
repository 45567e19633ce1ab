"""Two superlatives in one breath, what points at a place or a size further on, praise, a bare yes: by mechanism."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.types import Record
from assistant.understand.clauses import split
from assistant.understand.pointing import with_what_points
from assistant.understand.sizes import step, stepped
from assistant.understand.state import State

Talk = Callable[..., Record]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("the dearest and the cheapest kettle", ["the dearest kettle", "the cheapest kettle"]),
        ("your most expensive and least expensive rug?", ["your most expensive rug?", "the least expensive rug?"]),
        ("show me the lightest, and the biggest tent", ["show me the lightest tent", "show me the biggest tent"]),
        ("the nearest forest and the guest house", ["the nearest forest and the guest house"]),
    ],
)
def test_two_superlatives_are_two_questions(text: str, parts: list[str]) -> None:
    assert [" ".join(p.split()) for p in split(text)] == parts


def test_a_clause_that_only_points_goes_with_the_next() -> None:
    listed = State(focus=["a", "b"], listed=[{"product": "a", "sku": None}, {"product": "b", "sku": None}], list_turn=0)
    assert with_what_points(["the last one", "how many left?"], listed) == ["the last one, how many left?"]
    assert with_what_points(["the last order", "how many left?"], listed) == ["the last order", "how many left?"]
    assert with_what_points(["the last one", "how many left?"], State()) == ["the last one", "how many left?"]


def test_sizes_further_on() -> None:
    values = {"size": ["41", "42", "43", "44"], "colour": ["Black", "Blue"]}
    assert step("in a size up please") == ("a size up", 1.0) and step("two of the bigger bags") is None
    assert stepped("one size bigger", values, {"size": "43"})[0].value == "44"
    assert stepped("the same but smaller", values, {"size": "43"})[0].value == "42"
    assert stepped("next size up?", values, {"size": "44"})[0].value is None
    assert stepped("half a size down", values, {"size": "43"})[0].value is None
    assert stepped("one size bigger", values, {"colour": "Blue"}) == []


def test_both_ends_are_told(talk: Talk) -> None:
    reply = talk("the smallest and biggest tent please").reply
    assert "Tarn 2 Tent has the lowest" in reply and "Basecamp 6 Family Tent has the highest" in reply


def test_the_last_of_the_list_by_itself(talk: Talk) -> None:
    reply = talk("show me your tents", "the last one, how many left?").reply
    assert "Basecamp" in reply and "Tarn" not in reply


def test_the_cheapest_of_those_compared_and_one_of_two_by_name(talk: Talk) -> None:
    reply = talk("compare the beam 400, beam 800 and glow lantern", "and the cheapest one?").reply
    assert "cheapest" in reply and "Beam 400" in reply and "Glow" not in reply
    reply = talk("is the squall waterproof and how heavy is it", "what about the lite").reply
    assert "Squall Lite" in reply and "couldn't find" not in reply


def test_one_size_bigger(talk: Talk) -> None:
    assert "size 44" in talk("tell me about the trail runner gtx in 43", "one size bigger").reply


def test_half_a_dozen_is_six(talk: Talk) -> None:
    reply = talk("I want a dozen everyday socks what's the total", "half a dozen then").reply
    assert "6 ×" in reply and "12 ×" not in reply


@pytest.mark.parametrize("text", ["the tent is brilliant, thank you so much", "the tarn 2 I got is brilliant, thanks!"])
def test_praise_asks_for_nothing(talk: Talk, text: str) -> None:
    assert [a.act for a in talk(text).acts] == ["feedback"]


def test_a_bare_yes_answers_nothing_that_was_not_asked(talk: Talk) -> None:
    assert talk("what's your address", "yes").reply.startswith("Alright.")
    assert [a.act for a in talk("I wear 42", "yes please").acts] == ["recommend"]


def test_how_long_a_person_takes(talk: Talk) -> None:
    record = talk("I'd like to speak to a human", "how long will that take")
    assert "already" in record.reply and "Express" not in record.reply


@pytest.mark.parametrize(
    "asked", ["when do they answer", "what happens now", "ok and how long will it take", "how long am i waiting"]
)
def test_what_is_asked_of_the_call_is_answered_of_it(talk: Talk, asked: str) -> None:
    assert [a.act for a in talk("how much is the ember kettle", "I'd like to speak to a human", asked).acts] == [
        "human"
    ]


@pytest.mark.parametrize(
    "asked",
    ["how long does it last?", "how fast does it boil", "will it keep my drink warm", "how long is it", "is it heavy"],
)
def test_behind_a_call_the_thing_may_still_be_asked_about(talk: Talk, asked: str) -> None:
    record = talk("how much is the ember kettle", "I'd like to speak to a human", asked)
    assert "human" not in [a.act for a in record.acts]


@pytest.mark.parametrize("words", ["the second one", "number two please", "ok the 2nd"])
def test_a_place_alone_asks_for_the_thing_itself(talk: Talk, words: str) -> None:
    """It was told that the tent has two poles, since "second" is a two."""
    reply = talk("show me your tents", words).reply
    assert "Tarn 3 Tent costs" in reply and "Poles" not in reply


@pytest.mark.parametrize(
    ("asked", "words", "left", "gone"),
    [
        ("show me your tents", "not the family one", "Tarn 2 Tent", "Basecamp"),
        ("what jackets do you have", "anything but the down kind", "Squall Rain Jacket", "Snowdrift"),
        ("show me your tents", "not a family tent please", "Tarn 2 Tent", "Basecamp"),
        ("what jackets do you have", "hm not a rain jacket", "Snowdrift", "Squall"),
    ],
)
def test_what_is_not_wanted_is_left_out(talk: Talk, asked: str, words: str, left: str, gone: str) -> None:
    reply = talk(asked, words).reply
    assert left in reply and gone not in reply


@pytest.mark.parametrize("asked", ["show me your tents", "how much is the tarn 2 tent"])
@pytest.mark.parametrize(
    "words",
    [
        "not a member though",
        "no, not a student",
        "not an expert though",
        "ok not a big deal",
        "not a fan",
        "not a chance",
        "not an issue",
    ],
)
def test_what_is_no_trait_of_the_goods_leaves_none_out(talk: Talk, asked: str, words: str) -> None:
    record = talk(asked, words)
    assert [a.act for a in record.acts] != ["search"] and not record.cards


def test_what_is_taken_out_of_a_sum_is_no_diet(talk: Talk) -> None:
    turns = (
        "a burr grinder, two hot chocolates and a crepe pan, what's that altogether",
        "no hot chocolate after all",
    )
    assert "Hot Chocolate" in talk(turns[0]).reply
    reply = talk(*turns).reply
    assert "Chocolate at" not in reply and "Crêpe Pan at" in reply
    assert "avoid" not in talk(*turns, "what do you know about me").reply


@pytest.mark.parametrize("text", ["and without the crepe pan?", "ok, minus the pan", "no crepe pan after all"])
def test_a_sum_is_told_again_without_what_is_taken_out(talk: Talk, text: str) -> None:
    reply = talk("price of 2 30 cm oak chopping boards and a crepe pan together?", text).reply
    assert "£56.00" in reply and "Crêpe Pan" not in reply


@pytest.mark.parametrize("text", ["tent lamp", "lamp for my tent"])
def test_a_kind_in_the_name_of_another_thing_is_not_what_is_sought(talk: Talk, text: str) -> None:
    reply = talk(text).reply
    assert "12 V Tent Lamp" in reply and "Tarn" not in reply


@pytest.mark.parametrize(
    "turns",
    [
        ("a rain jacket that isn't red",),
        ("rain jacket, not red",),
        ("the squall rain jacket, anything but red?",),
        ("the squall rain jacket in any colour other than red",),
    ],
)
def test_a_value_that_is_left_out_is_not_the_one_that_is_offered(talk: Talk, turns: tuple[str, ...]) -> None:
    reply = talk(*turns).reply
    assert "Squall Rain Jacket" in reply and "Jacket (Red)" not in reply.split("Last red Squalls")[0]


def test_who_goes_back_to_a_thing_means_the_version_of_then(talk: Talk) -> None:
    turns = (
        "the hut slipper in red, size M",
        "how much is the ember kettle",
        "back to the hut slipper, what did it cost?",
    )
    assert "Hut Slipper (Red, size M)" in talk(*turns).reply
    afresh = talk(*turns[:2], "what does the hut slipper cost?").reply
    assert "Hut Slipper (Red" not in afresh
