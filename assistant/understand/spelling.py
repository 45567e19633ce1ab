"""Puts a long English word right that has one slip of the fingers in it: "differnce", "availible".

Knows the words of an English vocabulary and nothing of the shop: ask the shop's own words first.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from assistant.understand.vocabulary import english_words

_LONG = 7
"""Shorter words have too many neighbours one letter away."""


def spelled(word: str) -> str | None:
    """The English word that `word` (folded, no word itself) stands for but for a vowel, a double letter, or two letters
    that changed places; None where there is none.

    The first letter is taken for right. Another consonant makes another word ("resoling" is no "resolving"), and so
    does an ending ("vacuums").
    """
    if len(word) < _LONG or not word.isascii():
        return None
    near = process.extract(word, _by_start()[word[0]], scorer=OSA.distance, score_cutoff=1, limit=5)
    said = _consonants(word)
    alike = [w for w, _, _ in near if _consonants(w) == said or sorted(w) == sorted(word)]
    return next((w for w in alike if not w.startswith(word) and not word.startswith(w)), None)


def _consonants(word: str) -> str:
    """A word without its vowels, double letters counted once."""
    return re.sub(r"(.)\1", r"\1", re.sub(r"[aeiouy]", "", word))


@cache
def _by_start() -> dict[str, list[str]]:
    starts: dict[str, list[str]] = defaultdict(list)
    for word in sorted(english_words()):
        if len(word) >= _LONG - 1:
            starts[word[0]].append(word)
    return starts
