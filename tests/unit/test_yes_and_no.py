"""A yes or no stands before a value only where the question is for that very value: else it may say the opposite."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.act.conditions import asks_just
from assistant.types import Product, Record

TENT = Product("t", "Tarn Tent", "Camping", "Tents", "Corrick", "", None, {}, {}, True, None, None, None, ())


@pytest.mark.parametrize(
    "text",
    [
        "is it waterproof?",
        "waterproof?",
        "and is the corrick tarn tent really waterproof",
        "so it's waterproof?",
        "can you tell me if they're waterproof please",
    ],
)
def test_a_question_for_nothing_else_is_answered_by_it(text: str) -> None:
    assert asks_just(text, "waterproof", TENT)


@pytest.mark.parametrize(
    "text",
    [
        "will i get wet in it?",
        "does water get in?",
        "isn't it waterproof?",
        "is it not waterproof?",
        "does it need waterproofing?",
        "how waterproof is it?",
        "is it waterproof enough for a storm?",
        "is it waterproof or just showerproof",
        "is it less waterproof than the other one",
        "what if it isnt waterproof",
    ],
)
def test_any_other_question_gets_the_statement_alone(text: str) -> None:
    assert not asks_just(text, "waterproof", TENT)


@pytest.mark.parametrize(
    ("text", "just"),
    [
        ("are batteries included", True),
        ("does it come with a battery?", True),
        ("do i need to buy batteries?", False),
        ("does it work without batteries", False),
    ],
)
def test_what_is_in_the_box_is_asked_for_by_its_own_word(text: str, just: bool) -> None:
    assert asks_just(text, "battery_included", TENT) is just


@pytest.mark.parametrize(
    ("turns", "reply"),
    [
        (("squall rain jacket price", "is it waterproof?"), "Yes, the Squall Rain Jacket is waterproof."),
        (("squall rain jacket price", "will i get wet in it?"), "The Squall Rain Jacket is waterproof."),
        (("trail runner price", "waterproof?"), "No, the Trail Runner is not waterproof."),
        (("trail runner price", "do they leak in the rain?"), "The Trail Runner is not waterproof."),
        (("drift pillow price", "does it contain any animal products?"), "The Drift Pillow is vegan."),
        (
            ("reading table lamp price", "do i need to buy batteries?"),
            "The Reading Table Lamp comes without battery.",
        ),
    ],
)
def test_the_word_before_the_value_is_never_untrue(
    turns: tuple[str, ...], reply: str, talk: Callable[..., Record]
) -> None:
    assert talk(*turns).reply.startswith(reply)
