"""Texts typed in haste stay themselves: the same dice give the same text, short words stay, one slip a word."""

from __future__ import annotations

import random

import pytest
from rapidfuzz.distance import DamerauLevenshtein

from finetune.slips import hurried, slip


@pytest.mark.parametrize("word", ["sneakers", "perfume", "delivery", "whistle", "jacket"])
def test_a_slip_is_one_slip(word: str) -> None:
    for seed in range(30):
        assert DamerauLevenshtein.distance(word, slip(word, random.Random(seed))) <= 2


def test_short_words_have_no_slips() -> None:
    assert slip("red", random.Random(1)) == "red"


def test_haste_is_repeatable_and_leaves_something() -> None:
    text = "I'm looking for a jacket, please!"
    assert hurried(text, random.Random(3)) == hurried(text, random.Random(3))
    assert all(hurried(text, random.Random(seed)) for seed in range(50))
    assert len({hurried(text, random.Random(seed)) for seed in range(50)}) > 10
