"""How a query is understood: content words, compounds, typos, synonyms and the head noun."""

from __future__ import annotations

import pytest

from assistant.shop.search_terms import Vocabulary, parse
from assistant.shop.search_words import parse_synonyms, stem, stems, tokens, unstemmed

WORDS = "laptop sleeve shoe run red sunglasses backpack kettl jacket waterproof smartphon iphon 13 pro".split()
NAMES = frozenset(stem(word) for word in WORDS)
VOCABULARY = Vocabulary(
    num_docs=100,
    counts={**dict.fromkeys(NAMES, 5), stem("breathable"): 2},
    naming=NAMES,
    options={"blue": frozenset({7}), "red": frozenset({8})},
)


@pytest.mark.parametrize(
    ("query", "words", "head"),
    [
        ("do you have a laptop?", ["laptop"], "laptop"),
        ("red shoes for running", ["red", "shoes", "running"], "shoes"),
        ("laptop sleeve", ["laptop", "sleeve"], "sleeve"),
        ("cheapest waterproof jacket under $80", ["waterproof", "jacket"], "jacket"),
        ("jackets between 50 and 80 euros", ["jackets"], "jackets"),
        ("a jacket, breathable", ["jacket", "breathable"], "jacket"),
        ("sun glasses", ["sunglasses"], "sunglasses"),
        ("back pack in blue", ["backpack", "blue"], "backpack"),
        ("iphone 13 pro", ["iphone", "13", "pro"], "pro"),
        ("what can you recommend?", [], None),
        ("unicycle", ["unicycle"], "unicycle"),
    ],
)
def test_words_and_head(query: str, words: list[str], head: str | None) -> None:
    parsed = parse(query, VOCABULARY, {})
    assert [word.text for word in parsed.words] == words
    assert (parsed.head.text if parsed.head else None) == head


@pytest.mark.parametrize(
    ("misspelt", "meant"),
    [("labtop", "laptop"), ("waterprof", "waterproof"), ("jackte", "jacket"), ("ketle", "kettl"), ("sleave", "sleev")],
)
def test_typos_are_put_right(misspelt: str, meant: str) -> None:
    word = parse(misspelt, VOCABULARY, {}).words[0]
    assert word.corrected and word.known and meant in word.forms


@pytest.mark.parametrize("word", ["packet", "racket", "settle", "x13", "lap"])
def test_real_words_and_numbers_are_no_typos(word: str) -> None:
    assert not any(each.corrected for each in parse(word, VOCABULARY, {}).words)


def test_synonyms_of_one_and_of_two_words() -> None:
    synonyms = parse_synonyms("smartphone = cell phone, mobile; backpack, rucksack", ";")
    assert "backpack" in parse("rucksack", VOCABULARY, synonyms).words[0].forms
    phone = parse("a new cell phone", VOCABULARY, synonyms)
    assert phone.head is not None and phone.head.text == "cell phone" and "smartphon" in phone.head.forms


def test_option_words_know_their_options() -> None:
    words = {word.text: word.option_ids for word in parse("red shoes or blue", VOCABULARY, {}).words}
    assert words["blue"] == {7} and words["red"] == {8} and not words["shoes"]


def test_folding() -> None:
    assert tokens("Crêpe-Pan, Chef’s 12 V") == ["crepe", "pan", "chefs", "12", "v"]
    assert stem("Women's".replace("'", "")) == stem("women")
    assert "tshirt" in stems("T-Shirt")


@pytest.mark.parametrize("word", "coffee cheese suede volleyball guarantee noise pillowcases boots kettle".split())
def test_a_stem_is_asked_for_by_a_word_that_has_it(word: str) -> None:
    """The index stems what it is asked: the stem of "coffee" as such would look for "coff"."""
    assert stem(unstemmed(stem(word))) == stem(word)
