"""A slip of the fingers in a long word is put right; another word is left alone."""

from __future__ import annotations

import pytest

from assistant.understand.spelling import spelled


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("differnce", "difference"), ("availible", "available"), ("recomend", "recommend"),
        ("guarentee", "guarantee"), ("delivary", "delivery"), ("recieved", "received"),
    ],
)  # fmt: skip
def test_slips(slip: str, meant: str) -> None:
    assert spelled(slip) == meant


@pytest.mark.parametrize("word", ["resoling", "bagless", "netflix", "vacuums", "nanocell", "vacum", "größere"])
def test_other_words_stay(word: str) -> None:
    assert spelled(word) is None
