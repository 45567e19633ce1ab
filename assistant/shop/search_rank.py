"""How well a product fits a query: which of the words it has where, how near it is in meaning, and one score of both.

The numbers were fitted on the development queries of tests/bench/queries. Knows no database.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from math import exp
from typing import NamedTuple

from assistant.shop.search_index import Doc
from assistant.shop.search_terms import Query, Word
from assistant.shop.search_words import fold, stem, stems, tokens

CONFIDENT = 0.5
IN_NAME, IN_KIND, IN_BRAND, IN_OPTION, IN_FACTS, IN_DESCRIPTION = 1.0, 0.95, 0.95, 0.8, 0.65, 0.5
GUESSED = 0.8
_OTHER_FORM = 0.92
_MEANT = 0.36
_GUESSED_NEARNESS = 0.6
_GENERIC = frozenset(
    stem(word)
    for word in """
    accessory bag ball board bottle box cable case cleaner cover device equipment gear glass holder item kit machine
    maker mat pack paper part rack set stand stick supplies system tool tray unit
    """.split()
)
_LABEL_PARTS = re.compile(r"[,/&>]| and ")
_NAME_ENDS = re.compile(r"\s(?:with|for|by|in|of|from|and)\s|[,(:|–—]|\s-\s")


class Fit(NamedTuple):
    """How a product fits a query; all numbers from 0 to 1."""

    doc: Doc
    score: float
    similarity: float
    coverage: float
    """Share of the query's words that the product has, by weight and by where it has them."""
    head: float
    """1: it is the thing asked for by its name or kind; 0.5: its name has the word; 0: neither."""
    confidence: float
    """How sure it is that this is what was asked for; from `CONFIDENT` on it may be said."""
    matched: frozenset[str]
    """The query's words that are in the name, the category or the brand."""
    missing: frozenset[str]
    """The query's words that the product has nowhere."""


class Judge:
    """Judges products for one query: what is the same for all of them is made once."""

    def __init__(self, query: Query) -> None:
        self._query = query
        self._total = sum(word.weight for word in query.words)
        self._asked = {form for word in query.words for form in word.forms}

    def fit(self, doc: Doc, options: Collection[int], similarity: float | None) -> Fit:
        """Judge one product. `options` are those of the query's option values that the product has.

        `similarity` None: it has no vector yet; then it is taken to be as near as its words suggest.
        """
        query, coverage = self._query, 0.0
        matched, missing = set(), set()
        places = _places(doc.name, doc.category, doc.subcategory, doc.brand)
        for word in query.words:
            strength = _strength(word, doc, places, options)
            coverage += word.weight * strength * (GUESSED if word.corrected else 1.0)
            if strength > IN_OPTION:
                matched.add(word.text)
            elif not strength:
                missing.add(word.text)
        coverage = coverage / self._total if self._total else 0.0
        head = head_match(query.head, doc) if query.head is not None else 0.0
        if query.head is not None and _is_half_said(query, query.head, missing):
            head = 0.0
        similarity = _GUESSED_NEARNESS * coverage if similarity is None else max(similarity, 0.0)
        score = similarity + 0.2 * coverage + 0.05 * head + 0.08 * self._precision(doc)
        confidence = self._confidence(similarity, coverage, head, missing, said=bool(matched or options))
        return Fit(doc, score, similarity, coverage, head, confidence, frozenset(matched), frozenset(missing))

    def _confidence(
        self, similarity: float, coverage: float, head: float, missing: Collection[str], *, said: bool
    ) -> float:
        """A logistic regression fitted on queries for what a shop has and for what it hasn't."""
        if not said and similarity < _MEANT:
            return 0.0  # only texts mention it: a backpack with room for a laptop is no laptop
        words, total = self._query.words, self._total
        lost = sum(word.weight for word in words if word.text in missing) / total if total else 1.0
        strange = (word.weight for word in words if word.text in missing and not word.known)
        unknown = sum(strange) / total if total else 0.0
        return 1 / (1 + exp(-(2.1 * similarity + 1.5 * coverage + 2.65 * head - 1.5 * lost - 2.3 * unknown - 0.74)))

    def _precision(self, doc: Doc) -> float:
        """Share of the name's words that were asked for: "water" means Water rather than Water Bottle."""
        name = _single_stems(doc.name)
        return len(name & self._asked) / len(name) if name else 0.0


def _is_half_said(query: Query, head: Word, missing: Collection[str]) -> bool:
    """Whether the head alone says little ("machine") and the word before it ("washing") is missing."""
    at = query.words.index(head)
    return at > 0 and not _GENERIC.isdisjoint(head.forms) and query.words[at - 1].text in missing


def _strength(word: Word, doc: Doc, places: Mapping[str, float], options: Collection[int]) -> float:
    best, share = 0.0, 1.0
    for form in word.forms:
        place = places.get(form)
        if place is None:
            place = _place(form, doc) if " " in form else 0.0
        best = max(best, share * place)
        if best == IN_NAME:
            return best
        share = _OTHER_FORM
    if not word.option_ids.isdisjoint(options):
        best = max(best, IN_OPTION)
    if best >= IN_OPTION * _OTHER_FORM:
        return best
    facts, denied = _facts(doc.facts)
    if not denied.isdisjoint(word.forms):
        return 0.0  # "waterproof: no" outweighs whatever the description says of water
    pattern = _pattern(word.forms)
    if pattern.search(facts):
        return IN_FACTS
    return IN_DESCRIPTION if pattern.search(_folded(doc.description)) else best


def _place(form: str, doc: Doc) -> float:
    """The strongest place that has all words of a form of several."""
    parts = form.split()
    for text_stems, strength in (
        (stems(doc.name), IN_NAME),
        (kind_stems(doc), IN_KIND),
        (stems(doc.brand), IN_BRAND),
    ):
        if all(part in text_stems for part in parts):
            return strength
    return 0.0


@lru_cache(maxsize=16384)
def _places(name: str, category: str, subcategory: str, brand: str) -> dict[str, float]:
    """Each stem of a product's name, kind and brand with the strength of the strongest place that it is in."""
    kind = dict.fromkeys(_kind_stems(category, subcategory), IN_KIND)
    return dict.fromkeys(stems(brand), IN_BRAND) | kind | dict.fromkeys(stems(name), IN_NAME)


@lru_cache(maxsize=16384)
def _facts(stored: str) -> tuple[str, frozenset[str]]:
    """What a product's attributes and specs say, as text, and the stems of what they say no to."""
    said: list[str] = []
    denied: set[str] = set()
    for part in stored.split("\n"):
        for name, value in json.loads(part or "{}").items():
            if str(value).casefold() in ("no", "false", "0", "none"):
                denied.update(stems(name.replace("_", " ")))
            else:
                said.append(f"{name.replace('_', ' ')} {value}")
    return fold(" ".join(said)), frozenset(denied)


@lru_cache(maxsize=4096)
def _pattern(forms: tuple[str, ...]) -> re.Pattern[str]:
    """Finds words that begin with a stem: quicker than stemming a whole description, and near enough there."""
    either = []
    for form in forms:
        starts = [re.escape(part[:-1] if part.endswith("i") and len(part) > 3 else part) for part in form.split()]
        either.append(r"\w*\W+".join(rf"\b{start}" + (r"\b" if len(start) < 4 else "") for start in starts))
    return re.compile("|".join(either))


def kind_stems(doc: Doc) -> frozenset[str]:
    """The stems of a product's category and subcategory."""
    return _kind_stems(doc.category, doc.subcategory)


@lru_cache(maxsize=8192)
def _kind_stems(category: str, subcategory: str) -> frozenset[str]:
    return frozenset((*stems(category), *stems(subcategory)))


def head_match(head: Word, doc: Doc) -> float:
    """1 when the product is such a thing, 0.5 when its name or kind only mentions it, 0 otherwise."""
    if not _label_heads(doc.category, doc.subcategory).isdisjoint(head.forms):
        return 1.0
    mentioned = _mentioned(doc.name, doc.category, doc.subcategory)
    heads = _heads(doc.name, doc.category, doc.subcategory)
    best = 0.0
    for form in head.forms:
        if all(part in mentioned for part in form.split()):
            best = max(best, 1.0 if form.split()[-1] in heads else 0.5)
    return best


@lru_cache(maxsize=65536)
def _mentioned(name: str, category: str, subcategory: str) -> frozenset[str]:
    return frozenset(stems(name)) | _kind_stems(category, subcategory)


@lru_cache(maxsize=8192)
def _label_heads(category: str, subcategory: str) -> frozenset[str]:
    """What all products under labels for a single thing are, whatever their names."""
    labels = [label for label in (category, subcategory) if len(_LABEL_PARTS.split(label)) == 1]
    return frozenset().union(*(_last_stems(label) for label in labels))


@lru_cache(maxsize=65536)
def _heads(name: str, category: str, subcategory: str) -> frozenset[str]:
    """The stems of the nouns that say what a product is: "Laptop Sleeve with Zip" is a sleeve.

    Of a label for several things ("Hats & Gloves") only the one counts that the name has, if it has one.
    """
    heads = set(_last_stems(_NAME_ENDS.split(name)[0]))
    for label in (category, subcategory):
        parts = [_last_stems(part) for part in _LABEL_PARTS.split(label)]
        named = [part for part in parts if not part.isdisjoint(stems(name))]
        heads.update(*(named or parts))
    return frozenset(heads)


def _last_stems(phrase: str) -> frozenset[str]:
    """The stem of the last word, and of the last two as one: "Sun Glasses" is both "glasses" and "sunglasses"."""
    words = tokens(phrase)
    while len(words) > 1 and words[-1].isdigit():  # "Base Layer 150"
        words.pop()
    return frozenset((stem(words[-1]), *stems(" ".join(words[-2:]))[-1:])) if words else frozenset()


@lru_cache(maxsize=65536)
def _single_stems(name: str) -> frozenset[str]:
    return frozenset(stem(word) for word in tokens(name))


@lru_cache(maxsize=4096)
def _folded(text: str) -> str:
    return fold(text)
