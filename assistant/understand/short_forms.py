"""Short forms of chats written out: "can i swap em", "wats in it", "one w a cord", "red n black", "whn", "hve".

Only of little words that name nothing: what they stand for is what the heads and the cues know. A word of the shop
stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_FORMS = {
    "em": "them", "dem": "them", "dis": "this", "dat": "that", "da": "the", "n": "and", "w": "with", "abt": "about",
    "wat": "what", "wot": "what", "wats": "what's", "wots": "what's", "hw": "how",
    "dose": "does", "cuz": "because", "bc": "because", "wich": "which", "hav": "have",
    "u": "you", "ur": "your", "pls": "please", "plz": "please",
    "pressie": "present", "prezzie": "present", "pressy": "present",
}  # fmt: skip
_LITTLE = tuple(
    "have what whats when where which many much price does there with about will could would should".split()
)
"""Words that are known without some of their vowels, too: "hve", "whn", "mch"."""
_VOWELS, _FEW = frozenset("aeiou"), 3
_WORD = re.compile(r"(?<![\w'/&.-])'?(?P<word>[A-Za-z][A-Za-z0-9']*)(?![\w/&-])")
_LEADING = re.compile(r"^\W*n (?=\w)")
"""At the beginning it only goes on: "n its stars" asks for its stars."""
_ARE = re.compile(r"\br (?=(?:they|these|those|there|you|u|ur|we|your)\b)", re.IGNORECASE)
"""Elsewhere it is a letter: "the r value"."""
_SLASHED = re.compile(r"(?<![\w/])w/(o)?(?=\s)", re.IGNORECASE)
_COUNTED = re.compile(r"\d\s*$")
"""A letter behind a number is its unit: "8 w"."""


def written_out(text: str, is_own: Callable[[str], bool]) -> str:
    """`text` with its short forms written out; `is_own` says whether a folded word is one of the shop's."""

    def full(match: re.Match[str]) -> str:
        word = match["word"].lower()
        stands_for = _FORMS.get(word) or _with_vowels(word)
        if stands_for is None or (len(word) > 1 and is_own(word)) or _COUNTED.search(text[: match.start()]):
            return match[0]
        if len(word) == 1 and match["word"].isupper():
            return match[0]
        return stands_for

    text = _SLASHED.sub(lambda m: "without" if m[1] else "with", text)
    return _WORD.sub(full, _ARE.sub("are ", _LEADING.sub("", text)))


def _with_vowels(word: str) -> str | None:
    """The little word that this is without some of its vowels; None where it is none, or more than one."""
    if len(word) < _FEW or not word.isalpha():
        return None
    meant = [w for w in _LITTLE if len(w) > len(word) and w[0] == word[0] and _lacks_vowels(word, w)]
    return meant[0] if len(meant) == 1 else None


def _lacks_vowels(word: str, whole: str) -> bool:
    at = 0
    for letter in whole:
        if at < len(word) and word[at] == letter:
            at += 1
        elif letter not in _VOWELS:
            return False
    return at == len(word)
