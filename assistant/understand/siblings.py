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
    re.compile(r"\b(?:the|that|this|your|a|an) ((?:[\w.+-]+ ){1,3}?)(?:one|ones|version|model|edition|series)\b"),
    re.compile(r"^\W*(?:(?:and|ok|no|so|but|actually|sorry|dang|hm+|oh)\W+)*((?:[\w.+-]+ ){1,2}?)(?:one|ones)\b"),
    re.compile(
        r"\b(?:the|that) ([-+]?\d[\w.]*(?:[ -]?(?:inch(?:es)?|gb|tb|litres?|liters?|person|man)\b)?)"
        r"(?=\W*$|\W*[,.?!]| (?:how|in|please|then|cost|is|have|has|come|what)\b)"
    ),
    re.compile(r"^\W*(?:(?:and|ok|okay|no|so|then)\W+)*([\w.+-]+ )it is\b"),
)
_BARE = re.compile(r"^\W*(?:(?:and|ok|so|or|what about|how about)\W+)*(\d[\w.]+)(?: (?:then|please|instead))*\W*$")
"""A number as the whole message: "512?"."""
_SMALLER = re.compile(r"\bthe (?:smaller|smallest|shorter|lower|little)\b")
_BIGGER = re.compile(r"\bthe (?:bigger|biggest|larger|largest|longer|higher)\b")
_PLAIN = re.compile(r"\b(?:plain|normal|regular|ordinary|standard|basic|usual|original)\b")
_ALIKE = 0.7
"""The share of two names' words that must be the same for one to be the other in another size."""


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
    return _WORD.findall(bare[1]) if (bare := _BARE.match(folded)) else []


def kind_words(text: str) -> list[str]:
    """The words that say which of several is meant: "the 20000 mm kind", "the merino one"."""
    match = _KIND.search(fold(text))
    return [w for w in _WORD.findall(match[1]) if w not in STOP_WORDS or w[-1].isdigit()] if match else []


_KIND = re.compile(r"\b(?:the|that|a) ((?:[\w.,+-]+ ){1,3}?)(?:ones?|kinds?|types?|sorts?|versions?|models?)\b")


def points_beside(text: str) -> bool:
    """Whether a message may point at a product beside the one under discussion: by a word, a size or what it lacks."""
    folded = fold(text)
    return bool(pointed_words(text) or _SMALLER.search(folded) or _BIGGER.search(folded) or _PLAIN.search(folded)) or (
        bool(_LACKING.search(folded))
    )


_LACKING = re.compile(r"\b(?:without|not|no|minus)(?: the| a| an)? ([a-z0-9]+)\b")


def sibling(text: str, focus: Sequence[ProductName], kin: Iterable[ProductName], own: set[str]) -> tuple[str, ...]:
    """The products of `kin` that `text` points at instead of `focus`; empty where it points at none of them.

    `own` are words that say something of the focus itself (its options' values): they point nowhere else.
    """
    if not focus:
        return ()
    known = own.union(*(name_words(entry.name) for entry in focus))
    here = {entry.product_id for entry in focus}
    others = [e for e in kin if e.active and e.product_id not in here]
    if plainer := _lacking(text, focus[0], others):
        return plainer
    if sized := _sized(text, focus[0], others):
        return sized
    words = [w for w in pointed_words(text) if w not in known]
    if not words:
        return ()
    about = name_words(focus[0].name)
    if _BARE.match(fold(text)):
        others = [e for e in others if _alike(about, name_words(e.name))]
    scored = [
        (sum(w in name_words(e.name) for w in words), len(about & name_words(e.name)), e.product_id) for e in others
    ]
    best = max((s[:2] for s in scored if s[0]), default=None)
    return tuple(p for told, shared, p in scored if best is not None and (told, shared) == best)[:6]


def _alike(about: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two names are the same but for numbers and a word or two."""
    a, b = ({w for w in words if not w[-1].isdigit()} for words in (about, other))
    return len(a & b) >= _ALIKE * max(len(a), len(b), 1)


def _sized(text: str, entry: ProductName, others: Sequence[ProductName]) -> tuple[str, ...]:
    """ "The smaller Insignia" of a name with 50 in it: the names alike with the next lower number in its place."""
    folded = fold(text)
    way = -1 if _SMALLER.search(folded) else 1 if _BIGGER.search(folded) else 0
    about = name_words(entry.name)
    said = {w for w in _WORD.findall(folded) if w in about}
    numbers = _numbers(entry.name)
    apart: list[tuple[float, str]] = []
    for other in others if way and numbers else ():
        theirs = _numbers(other.name)
        differing = [(a, b) for a, b in zip(numbers, theirs, strict=False) if a != b]
        if len(theirs) != len(numbers) or not differing or not said <= name_words(other.name):
            continue
        distance = (differing[0][1] - differing[0][0]) * way
        if len(differing) == 1 and distance > 0 and _alike(about, name_words(other.name)):
            apart.append((distance, other.product_id))
    nearest = min((d for d, _ in apart), default=0.0)
    return tuple(p for d, p in apart if d == nearest)


def _numbers(name: str) -> list[float]:
    return [float(w) for w in _WORD.findall(fold(name)) if w[-1].isdigit()]


def _lacking(text: str, entry: ProductName, others: Sequence[ProductName]) -> tuple[str, ...]:
    """ "The one without GTX", "the normal one": the product that is called the same without that word."""
    folded, about = fold(text), name_words(entry.name)
    denied = {m[1] for m in _LACKING.finditer(folded)} & about
    if not denied and not (_PLAIN.search(folded) and re.search(r"\b(?:ones?|version|model)\b", folded)):
        return ()
    rest = about - denied
    plainer = [(len(name_words(e.name)), e.product_id) for e in others if name_words(e.name) <= rest]
    plainer = [p for p in plainer if p[0] >= _LEFT * len(rest)]
    most = max((n for n, _ in plainer), default=0)
    return tuple(p for n, p in plainer if n == most)


_LEFT = 0.5
"""The share of a name that must be left for it to be the plainer one of two."""
