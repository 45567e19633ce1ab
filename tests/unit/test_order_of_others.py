"""What strangers' words of their orders taught: values that shall not be, guesses, the bigger of two, what stays."""

from __future__ import annotations

import pytest

from assistant.understand.orders import patterns
from assistant.understand.orders.refs import reason
from assistant.understand.orders.wishes import read_wish
from assistant.understand.orders.wording import mend

_MAT = {"material": ["natural rubber", "PVC", "TPE"], "thickness": ["4mm", "6mm"]}
_KEYBOARD = {"backlight": ["none", "RGB", "white"], "switch": ["clicky", "tactile"]}


@pytest.mark.parametrize(
    "said",
    [
        "one without PVC, 6mm", "one that isn't PVC, 6mm", "a 6mm one not made of PVC", "anything but PVC, 6mm please",
        "a PVC-free one, 6mm", "6mm and free of PVC", "6mm, but it can't have any PVC in it",
    ],
)  # fmt: skip
def test_a_value_that_is_not_wanted_is_left_out(said: str) -> None:
    wish = read_wish(mend(said), _MAT)
    assert wish.exclude == {"material": ["PVC"]}
    assert wish.want == {"thickness": ["6mm"]}


@pytest.mark.parametrize("said", ["a PVC one", "in PVC, not rubber", "PVC please, I don't mind the thickness"])
def test_a_value_that_is_wanted_stays_wanted(said: str) -> None:
    assert read_wish(mend(said), _MAT).want["material"] == ["PVC"]


def test_without_something_may_be_a_value_of_its_own() -> None:
    assert read_wish(mend("clicky, without backlight"), _KEYBOARD).want == {"backlight": ["none"], "switch": ["clicky"]}


@pytest.mark.parametrize(
    "said",
    ["6mm, the cheaper one if there's two", "6mm. cheaper one if there are several", "6mm, the cheaper if you've 2"],
)
def test_of_several_that_fit_the_cheaper_one(said: str) -> None:
    wish = read_wish(mend(said), _MAT)
    assert wish.extreme == [["price", -1]] and not wish.cheaper


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("I want give back the more big.", "the bigger one"), ("the more heavy one", "the heavier one"),
        ("send back the bigger", "the bigger one"), ("the cheaper, please", "the cheaper one"),
        ("a bigger lamp", "a bigger lamp"), ("the most cheap", "the cheapest one"),
    ],
)  # fmt: skip
def test_degrees_in_broken_english(said: str, means: str) -> None:
    assert means in mend(said)


@pytest.mark.parametrize("said", ["i don't want to swap it, just cancel that order", "i won't need to exchange it"])
def test_what_is_not_to_be_done_is_no_reason(said: str) -> None:
    assert reason(said, ("no longer needed", "ordered by mistake")) is None


def test_what_is_not_wanted_any_more_is_one() -> None:
    assert reason("i don't want it any more", ("no longer needed", "ordered by mistake")) == "no longer needed"


@pytest.mark.parametrize("behind", [" stays as is.", " stays as it is, please", " stays put", " stays with me"])
def test_what_stays_is_kept(behind: str) -> None:
    clause = "the pet bed" + behind
    assert patterns.kept(clause, [(4, 11)]) == {(4, 11)}


@pytest.mark.parametrize("behind", [" stays the same size but in red", " stays as large but red", " stays a large one"])
def test_what_stays_in_part_is_not(behind: str) -> None:
    clause = "the pet bed" + behind
    assert not patterns.kept(clause, [(4, 11)])
