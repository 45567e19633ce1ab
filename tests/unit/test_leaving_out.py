"""What is looked for beside things that are named only to be left out."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import cast

import pytest

from assistant.types import Record
from assistant.understand.clause import Clause
from assistant.understand.excepted import excepted
from assistant.understand.mentions import Mention

Talk = Callable[..., Record]


def no_link(tail: str) -> tuple[Clause, list[Mention]]:
    raise AssertionError(f"{tail!r} was read as what is left out")


@pytest.mark.parametrize(
    "asked",
    [
        "what's the cheapest tent other than the tarn 2",
        "which is the cheapest tent but not the tarn 2?",
        "lightest tent that isn't the tarn 2 please",
        "apart from the tarn 2, what tents do you have?",
        "do you have any tents besides the tarn 2",
    ],
)
def test_what_is_left_out_is_no_answer(talk: Talk, asked: str) -> None:
    reply = talk(asked).reply
    assert "Tarn 2" not in reply
    assert "Tarn 3" in reply


def test_what_is_pointed_at_can_be_left_out(talk: Talk) -> None:
    said = talk("how much is the tarn 2 tent", "ok and anything other than that one?").reply
    assert "Tarn 3" in said
    assert "Tarn 2" not in said
    assert "Tarn 2" not in talk("tell me about the tarn 2", "and the lightest tent besides this one?").reply


def test_two_things_and_a_whole_kind_can_be_left_out(talk: Talk) -> None:
    reply = talk("whats the dearest tent excluding basecamp 6 and tarn 3?").reply
    assert "most expensive of our tents is the Tarn 2" in reply
    assert "Tent " not in talk("do you have anything for camping besides tents?").reply


def test_a_recommendation_leaves_out_what_it_is_told_to(talk: Talk) -> None:
    reply = talk("recommend me a tent, anything but the basecamp").reply
    assert "Tarn" in reply
    assert "Basecamp" not in reply


@pytest.mark.parametrize(
    "asked", ["do you have any kettles besides the ember?", "cheapest kettle except the ember kettle"]
)
def test_the_only_one_of_its_kind_has_no_others(talk: Talk, asked: str) -> None:
    reply = talk(asked).reply
    assert "apart from that we have nothing" in reply
    assert "£" not in reply


def test_when_a_thing_is_back_is_not_answered_with_that_it_is_gone(talk: Talk) -> None:
    record = talk("is the tarn 2 in sand in stock", "when will it be back?")
    assert [a.act for a in record.acts] == ["details"]
    assert not record.reply.startswith("No,")


@pytest.mark.parametrize(
    "asked", ["is there anything beside the tarn 2?", "what else do you have beside the tarn 2 tent"]
)
def test_beside_can_mean_besides(talk: Talk, asked: str) -> None:
    reply = talk(asked).reply
    assert "Tarn 3" in reply and "Tarn 2" not in reply


@pytest.mark.parametrize(
    "asked",
    [
        "is there a lamp beside the Glow Lantern?",
        "I need a table to put beside the Oslo Sofa",
        "a lantern to hang beside the tarn 2 please",
        "Something to stand beside this one",
    ],
)
def test_a_place_leaves_nothing_out(asked: str) -> None:
    assert excepted(asked, no_link, ("tarn-2",), {}) == (asked, ())


def test_what_the_shop_no_longer_has_is_pointed_at_in_vain() -> None:
    links = SimpleNamespace(tokens=[], subcategories=[], categories=[], brands=[])
    nothing = cast(Clause, SimpleNamespace(links=links, text="this one"))
    asked = "anything besides this one?"
    assert excepted(asked, lambda _: (nothing, []), ("gone",), {}) == (asked, ())


@pytest.mark.parametrize(
    "turns",
    [
        ("do you have any tents besides the tarn 2", "under 500?"),
        ("cheapest tent other than the tarn 2", "and under 300?"),
        ("what tents are there apart from the tarn 2", "anything under 400?"),
    ],
)
def test_what_was_left_out_stays_out(talk: Talk, turns: tuple[str, ...]) -> None:
    reply = talk(*turns).reply
    assert "Tarn 3" in reply and "Tarn 2" not in reply
    assert "Tarn 2" in talk(*turns, "and how much is the tarn 2?").reply
    assert "Tarn 2" in talk(*turns, "show me all tents under 300").reply


def test_what_comes_on_top_is_not_left_out(talk: Talk) -> None:
    assert "Tarn 2" in talk("how much is the tarn 2, not counting delivery?").reply
    assert "Beam" in talk("besides the tarn 2 i need a head torch").reply


@pytest.mark.parametrize(
    ("turns", "there", "gone"),
    [
        (("earrings not green",), "Tropical Earring", "Green"),
        (("a phone under 300 that isnt an iphone",), "Oppo", "iPhone"),
        (("phones under 300, not the iphones please",), "Oppo", "iPhone"),
        (("phone under 300?", "best stars out of those not apple ones under 300"), "Oppo K1", "iPhone"),
        (
            ("What fruit do you do for under three dollars?", "not the apple, he won't eat that. what's left?"),
            "Kiwi",
            "Ap",
        ),
    ],
)
def test_what_is_denied_is_left_out_in_another_shop(
    turns: tuple[str, ...],
    there: str,
    gone: str,
    say: Talk,
) -> None:
    reply = say("dummyjson", *turns).reply
    assert there in reply and gone not in reply


@pytest.mark.parametrize(
    ("turns", "there", "gone"),
    [
        (("headphones wireless not in ear cheapest u got",), "over-ear", "in-ear"),
        (("headphones that aren't wired, over ear, cheapest?",), "wireless", "wired)"),
        (("t-shirt in M but not v-neck, not black",), "crew neck", "v-neck"),
        (("Office chair. High back. Not the grey leather one.",), "blue", "gray"),
    ],
)
def test_a_value_that_is_denied_leaves_the_others(
    turns: tuple[str, ...],
    there: str,
    gone: str,
    say: Talk,
) -> None:
    reply = say("tau2", *turns).reply
    assert there in reply and gone not in reply


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("a tent for three, not the tarn 3", "Basecamp 6"),
        ("rain jacket not the lite, in stock?", "Squall Rain Jacket"),
        ("hut slipper, not red, size M", "Grey"),
    ],
)
def test_what_is_denied_is_left_out(asked: str, said: str, talk: Talk) -> None:
    assert said in talk(asked).reply


@pytest.mark.parametrize("asked", ["is the beam 400 not in black?", "why isn't the beam 400 in orange there?"])
def test_who_asks_whether_it_is_so_denies_nothing(asked: str, talk: Talk) -> None:
    assert "Beam 400" in talk(asked).reply
