"""Another product meant by what tells it from the one under discussion: "the 512 one", "colours on the 75".

Looks among products of the same kind for one whose name has the word; the nearest in name to what is talked about
wins. Works on names alone; knows no prices and no stock.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from assistant.language import STOP_WORDS, fold
from assistant.understand.vocabulary import ProductName

_SIGNED = re.compile(r"\b(minus|plus) (?=\d)")
_WORD = re.compile(r"(?<![\w])[-+]\d+(?:\.\d+)?|\d+(?:\.\d+)?|[^\W\d_]+")
_POINTED = (
    re.compile(r"\b(?:the|that|this|your|a|an) ((?:[\w.+-]+ ){1,3}?)(?:one|ones|version|model|edition)\b"),
    re.compile(r"^\W*(?:(?:and|ok|no|so|but|actually|sorry|dang|hm+|oh)\W+)*((?:[\w.+-]+ ){1,2}?)(?:one|ones)\b"),
    re.compile(
        r"\b(?:the|that) ([-+]?\d[\w.]*)(?=\W*$|\W*[,.?!]| (?:how|in|please|then|cost|is|have|has|come|what)\b)"
    ),
    re.compile(r"^\W*(?:(?:and|ok|okay|no|so|then)\W+)*([\w.+-]+ )it is\b"),
)


@lru_cache(maxsize=8192)
def name_words(name: str) -> frozenset[str]:
    """The words and numbers of a name: "Air - 256GB" -> {"air", "256", "gb"}; "-5" keeps its sign."""
    return frozenset(_WORD.findall(fold(name)))


def pointed_words(text: str) -> list[str]:
    """The words with which a message points at one of several: "the 3 person one" -> ["3", "person"]."""
    folded = _SIGNED.sub(lambda m: "-" if m[1] == "minus" else "+", fold(text))
    for pattern in _POINTED:
        if match := pattern.search(folded):
            words = [w for w in _WORD.findall(match[1]) if w not in STOP_WORDS or w[-1].isdigit()]
            if words:
                return words
    return []


def sibling(text: str, focus: Sequence[ProductName], kin: Iterable[ProductName], own: set[str]) -> tuple[str, ...]:
    """The products of `kin` that `text` points at instead of `focus`; empty where it points at none of them.

    `own` are words that say something of the focus itself (its options' values): they point nowhere else.
    """
    known = own.union(*(name_words(entry.name) for entry in focus))
    words = [w for w in pointed_words(text) if w not in known]
    if not words or not focus:
        return ()
    here = {entry.product_id for entry in focus}
    about = name_words(focus[0].name)
    scored = [
        (sum(w in name_words(e.name) for w in words), len(about & name_words(e.name)), e.product_id)
        for e in kin
        if e.active and e.product_id not in here
    ]
    best = max((s[:2] for s in scored if s[0]), default=None)
    return tuple(p for told, shared, p in scored if best is not None and (told, shared) == best)[:6]
