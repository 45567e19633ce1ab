"""Puts a word right that has one slip of the fingers in it: "differnce", "availible", "reufnd", "delievry".

Three kinds of words can be meant. What customers of shops write all the time (data/customer_words.txt: the words of the
act head's training texts), the words of the shop's catalogue and those of its pages are believed after any single
slip; of other English only a vowel, a double letter, or two letters that changed places. Knows no dialogue.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from rapidfuzz import process
from rapidfuzz.distance import OSA

from assistant.understand.vocabulary import english_words

_SHORT, _LONG = 5, 7
"""A word of fewer letters than the first has too many neighbours one slip away, in all of English than the second."""
_CUSTOMERS = Path(__file__).parent / "data" / "customer_words.txt"

Words = dict[str, list[str]]
"""Words by their first letter."""


def spelled(word: str, own: Words | None = None, *, form: bool = False) -> str | None:
    """The word that `word` (folded, no word itself) stands for, or None where there is none.

    `own` are the shop's words (see `by_start`). The first letter is taken for right, unless it changed places with the
    second. In English at large another consonant makes another word ("resoling" is no "resolving"), and so does an
    ending ("vacuums"). `form`: it reads as a form of an English word ("chaper", of "chap"), so that only customers' own
    words are believed, and only where a letter is missing or two changed places.
    """
    if len(word) < _SHORT or not word.isascii():
        return None
    books = (_customers(),) if form or own is None else (own, _customers())
    close = {w for words in books for first in word[:2] for w in _near(word, words.get(first, []))}
    meant = [w for w in close if _may_be(word, w) and (not form or len(w) > len(word) or sorted(w) == sorted(word))]
    if meant:
        sound = _consonants(word)  # "deliverey" is "delivery" sooner than "delivered"
        return min(meant, key=lambda w: (sorted(w) != sorted(word), _consonants(w) != sound, len(w) < len(word), w))
    if len(word) < _LONG - 1 or form:
        return None
    near = _near(word, _english().get(word[0], []))
    said = _consonants(word) if len(word) >= _LONG else ""
    alike = [w for w in near if sorted(w) == sorted(word) or (said and _consonants(w) == said)]
    return next((w for w in alike if not w.startswith(word) and not word.startswith(w)), None)


def by_start(words: Iterable[str]) -> Words:
    """`words` that are long enough to be known by their letters, by the first of them."""
    starts: Words = defaultdict(list)
    for word in sorted(set(words)):
        if len(word) >= _SHORT - 1 and word.isascii():
            starts[word[0]].append(word)
    return dict(starts)


def _near(word: str, words: list[str]) -> list[str]:
    return [w for w, _, _ in process.extract(word, words, scorer=OSA.distance, score_cutoff=1, limit=6)]


def _may_be(word: str, meant: str) -> bool:
    """Whether one slip makes `word` of `meant`: no other form of it ("colours" is no slip of "colour"), and what begins
    with another letter has its first two the other way round."""
    if word[0] != meant[0]:
        return sorted(word) == sorted(meant)
    if word.startswith(meant) or meant.startswith(word):
        return False
    if len(word) == len(meant) and sorted(word) != sorted(meant):  # another letter: "tubs" is no "tabs"
        return len(word) > _LONG or _consonants(word) == _consonants(meant)
    return True


def _consonants(word: str) -> str:
    """A word without its vowels, double letters counted once."""
    return re.sub(r"(.)\1", r"\1", re.sub(r"[aeiouy]", "", word))


@cache
def _english() -> Words:
    starts: Words = defaultdict(list)
    for word in sorted(english_words()):
        if len(word) >= _LONG - 1:
            starts[word[0]].append(word)
    return starts


@cache
def _customers() -> Words:
    return by_start(_CUSTOMERS.read_text(encoding="utf-8").split())
