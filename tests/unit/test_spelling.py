"""A slip of the fingers in a long word is put right; another word is left alone."""

from __future__ import annotations

import pytest

from assistant.understand.cues import mend
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


@pytest.mark.parametrize("word", ["resoling", "bagless", "netflix", "vacuums", "nanocell", "größere"])
def test_other_words_stay(word: str) -> None:
    assert spelled(word) is None


def test_the_plural_of_a_word_of_the_shop_is_no_slip() -> None:
    assert mend("How many tennis rackets?", {"racket", "tennis", "many"}.__contains__) == "How many tennis rackets?"
    assert mend("whats the differnce", {"whats"}.__contains__) == "whats the difference"


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("reufnd", "refund"),
        ("delievry", "delivery"),
        ("deliverey", "delivery"),
        ("wieghs", "weighs"),
        ("repais", "repairs"),
        ("chaper", "cheaper"),
    ],
)
def test_what_customers_write_is_known_after_any_slip(slip: str, meant: str) -> None:
    assert mend(f"is it {slip}", {"is"}.__contains__) == f"is it {meant}"
