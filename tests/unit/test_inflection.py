"""Forms of known words are no misspellings of others."""

from __future__ import annotations

import pytest

from assistant.understand.inflection import is_form

KNOWN = {"price", "cheap", "return", "big", "warm", "heavy", "stove", "kettle", "ten"}


@pytest.mark.parametrize("word", ["priciest", "cheaper", "returned", "warmest", "heavier", "stoves", "returning"])
def test_forms(word: str) -> None:
    assert is_form(word, KNOWN)


@pytest.mark.parametrize("word", ["princess", "kettel", "stoev", "warnest", "jakets", "price", "tenns"])
def test_other_words(word: str) -> None:
    assert not is_form(word, KNOWN)
