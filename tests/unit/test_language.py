"""Words out of text: folding, stems, squashing, numbers in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.language import fold, squash, stems, tokenize, words_to_numbers


@pytest.mark.parametrize(
    ("text", "folded"),
    [("Café’s", "cafe's"), ("CRÊPE", "crepe"), ("ﬁve", "five"), ("a–b", "a-b"), ("Ｂｏｏｔ", "boot")],
)
def test_folding_takes_accents_and_case_off(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_tokens_know_where_they_stand() -> None:
    text = "A 1.5L T-Shirt, please"
    assert [t.text for t in tokenize(text)] == ["a", "1.5", "l", "t", "shirt", "please"]
    assert [text[t.start : t.end].lower() for t in tokenize(text)] == [t.text for t in tokenize(text)]


def test_stems_join_forms_of_a_word() -> None:
    assert stems("jackets") == stems("Jacket") == stems("jacket's")
    assert stems("4.5") == ("4.5",)


@pytest.mark.parametrize(("one", "other"), [("T-Shirt", "t shirt"), ("1.5 L", "1.5l"), ("USB–C", "usb c")])
def test_squashing_forgets_how_words_are_joined(one: str, other: str) -> None:
    assert squash(one) == squash(other)


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("under fifty-five euros", "under 55 euros"),
        ("two hundred", "200"),
        ("two thousand five hundred", "2500"),
        ("twenty one", "21"),
        ("three or four", "3 or 4"),
        ("the blue one", "the blue one"),
        ("Twelve!", "12!"),
        ("two, three", "2, 3"),
        ("often", "often"),
        ("a hundred pounds", "100 pounds"),
        ("a grand piano", "a grand piano"),
        ("two hundred and fifty euros", "250 euros"),
        ("between one hundred and fifty", "between 100 and 50"),
        ("one hundred and two hundred", "100 and 200"),
        ("twenty and thirty", "20 and 30"),
        ("", ""),
    ],
)
def test_numbers_in_words_become_digits(text: str, digits: str) -> None:
    assert words_to_numbers(text) == digits


@given(st.text(max_size=60))
def test_no_text_breaks_them(text: str) -> None:
    for tok in tokenize(text):
        assert tok.text and tok.start < tok.end
    assert squash(squash(text)) == squash(text)
    words_to_numbers(text)
