"""What a customer's words mean to the index: content words, their stems, typos, compounds and the head noun.

    parse("cheapest waterprof trail shoes under $80", vocabulary, {})
      -> words waterprof (-> waterproof), trail, shoes; head: shoes

Prices, sort words and small talk are left out: filters and sorting are the caller's. English. Knows no database.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rapidfuzz import process
from rapidfuzz.distance import OSA

from assistant.shop.search_words import STOP_WORDS, english_words, stem, tokens

_AMOUNT = r"\d[\d.,]*"
_LIMIT = (
    r"\b(?:under|below|over|above|less than|more than|cheaper than|up to|at most|around|about|between|max|maximum)\s+"
)
_PRICE = re.compile(
    rf"(?:{_LIMIT})?(?:[$€£]\s?{_AMOUNT}|\b{_AMOUNT}\s?(?:[$€£]|(?:dollars?|bucks|euros?|eur|usd|gbp|pounds)\b))"
    rf"|{_LIMIT}{_AMOUNT}(?:\s+and\s+{_AMOUNT})?"
)
_WEAK = frozenset(
    """
    big bring carrying cool fit fits gift gifts goes helps hold holding holds idea ideas keep keeping keeps large
    little made make makes making new old play playing present quality small stay staying stays takes taking uses
    similar wear wearing wears work working works
    """.split()
)
"""Words that tell what somebody does with a thing rather than which thing it is."""
_BREAKS = frozenset("for with in of that to under from which made without by on who when while like as at".split())


@dataclass(frozen=True)
class Word:
    """A word of a query: the `forms` of it that count as a match, and how telling it is (inverse frequency).

    A form is a stem, or several with a space between them that must all be there. The first is the word itself, the
    others are synonyms or corrections.
    """

    text: str
    forms: tuple[str, ...]
    weight: float
    known: bool
    """Does the shop's vocabulary have it (perhaps after a correction)?"""
    option_ids: frozenset[int] = frozenset()
    """The option values that have it."""
    weak: bool = False
    """Does it only say what is done with the thing?"""
    corrected: bool = False
    """Are the forms a guess at what a misspelt word means?"""


@dataclass(frozen=True)
class Vocabulary:
    """The shop's own words: in how many products each stem occurs, and which of them name things."""

    num_docs: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    naming: frozenset[str] = frozenset()
    """Stems that occur in a name, category, subcategory or brand."""
    options: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """Stem -> the option values that have it."""

    def has(self, form: str) -> bool:
        """Does the shop use this form anywhere?"""
        return all(part in self.counts or part in self.options for part in form.split())

    def names(self, form: str) -> bool:
        """Does it occur in a name, category or brand?"""
        return all(part in self.naming for part in form.split())

    def count(self, form: str) -> int:
        """In about how many products it occurs."""
        return min(self.counts.get(part, 0) for part in form.split())

    def options_with(self, form: str) -> frozenset[int]:
        """The option values that have it."""
        return frozenset.intersection(*(self.options.get(part, frozenset()) for part in form.split()))


@dataclass(frozen=True)
class Query:
    """A query, understood. `head` is the thing itself ("shoes" in "red shoes for running"), None when not named."""

    text: str
    words: tuple[Word, ...]
    head: Word | None

    @property
    def empty(self) -> bool:
        """Does it name nothing at all, so that everything is meant?"""
        return not self.words


def parse(text: str, vocabulary: Vocabulary, synonyms: Mapping[str, Sequence[str]]) -> Query:
    """Understand a query. `synonyms` maps a form to others for the same thing."""
    kept = _join([t for t in _segments(text) if t not in STOP_WORDS or t == "t"], vocabulary)
    kept = _merge([t for t in kept if len(t) > 1 or t.isdigit() or t == "|"], vocabulary, synonyms)
    words: list[Word | None] = []
    for token in kept:
        if token == "|":
            words.append(None)
        elif token not in {word.text for word in words if word is not None}:
            words += _resolve(token, vocabulary, synonyms)
    return Query(_clean(text), tuple(word for word in words if word is not None), _head(words, vocabulary))


def _clean(text: str) -> str:
    """The query for the embedder: without prices, which mean nothing to it."""
    return " ".join(_PRICE.sub(" ", text.lower()).split())[:300] or text[:300]


def _segments(text: str) -> list[str]:
    """Tokens, with "|" where a noun phrase ends."""
    out: list[str] = []
    for part in re.split(r"[,;:.!?()](?!\d)|\s-\s", _PRICE.sub(" | ", text.lower())):
        for token in (piece for chunk in part.split("|") for piece in (*tokens(chunk), "|")):
            out.append("|") if token in _BREAKS else out.append(token)
    return out


def _join(words: list[str], vocabulary: Vocabulary) -> list[str]:
    """Put together what the shop writes as one word: ["sun", "glasses"] -> ["sunglasses"]."""
    out: list[str] = []
    skip = False
    for word, after in zip(words, [*words[1:], "|"], strict=True):
        if skip:
            skip = False
            continue
        joined = word + after
        rare = len(word) == 1 or not (vocabulary.has(stem(word)) and vocabulary.has(stem(after)))
        if after != "|" and word != "|" and rare and vocabulary.has(stem(joined)):
            out.append(joined)
            skip = True
        else:
            out.append(word)
    return out


def _merge(words: list[str], vocabulary: Vocabulary, synonyms: Mapping[str, Sequence[str]]) -> list[str]:
    """Put together what another word of the shop stands for: ["cell", "phone"] where the shop says "smartphone"."""
    out: list[str] = []
    at = 0
    while at < len(words):
        phrase = words[at : at + 2]
        form = " ".join(stem(word) for word in phrase)
        others = synonyms.get(form, ()) if len(phrase) == 2 and not vocabulary.names(form) else ()
        if any(vocabulary.has(other) for other in others):
            out.append(" ".join(phrase))
            at += 2
        else:
            out.append(words[at])
            at += 1
    return out


def _resolve(token: str, vocabulary: Vocabulary, synonyms: Mapping[str, Sequence[str]]) -> list[Word]:
    """A token as words of the shop: itself and its synonyms, split in two, or put right."""
    base = " ".join(stem(part) for part in token.split())
    forms = [base, *(other for other in synonyms.get(base, ()) if vocabulary.has(other))]
    if any(vocabulary.has(form) for form in forms) or " " in token:
        return [_word(token, forms, vocabulary)]
    for cut in range(3, len(token) - 2):
        left, right = stem(token[:cut]), stem(token[cut:])
        if right in vocabulary.naming and vocabulary.has(left):
            return [_word(token[:cut], [left], vocabulary), _word(token[cut:], [right], vocabulary)]
    guesses = [] if token in english_words() else _correct(base, vocabulary)
    forms += [form for found in guesses for form in (found, *synonyms.get(found, ())) if vocabulary.has(form)]
    return [_word(token, forms, vocabulary, corrected=bool(guesses))]


def _word(token: str, forms: Sequence[str], vocabulary: Vocabulary, *, corrected: bool = False) -> Word:
    known = [form for form in forms if vocabulary.has(form)]
    count = max((vocabulary.count(form) for form in known), default=0)
    # an unknown word is as telling as one that only one product has
    weight = (1.0 - 0.7 * (max(count, 1) / (vocabulary.num_docs + 1)) ** 0.5) * (
        0.3 if (weak := token in _WEAK) else 1.0
    )
    options = frozenset(option for form in known for option in vocabulary.options_with(form))
    return Word(token, tuple(dict.fromkeys(forms)), weight, bool(known), options, weak, corrected)


def _correct(base: str, vocabulary: Vocabulary) -> list[str]:
    """The shop's words that a misspelt stem probably means: as near as can be, preferring those that name things."""
    if len(base) < 4 or any(char.isdigit() for char in base):
        return []
    allowed = 1 if len(base) < 6 else 2
    near = process.extract(
        base, _spellings(vocabulary), scorer=OSA.distance, score_cutoff=allowed, limit=12, processor=None
    )
    ranked = sorted(
        (
            distance + (word[0] != base[0]) * 0.8 - (word in vocabulary.naming) * 0.6,
            -vocabulary.counts.get(word, 1),
            word,
        )
        for word, distance, _ in near
        if len(word) > 2 and not word.isdigit() and not (word[0] != base[0] and (allowed == 1 or distance > 1))
    )
    return [word for cost, _, word in ranked[:2] if cost <= ranked[0][0] + 0.3]


_spelling_cache: dict[int, tuple[Vocabulary, list[str]]] = {}


def _spellings(vocabulary: Vocabulary) -> list[str]:
    kept = _spelling_cache.get(id(vocabulary))
    if kept is None or kept[0] is not vocabulary:
        if len(_spelling_cache) > 16:
            _spelling_cache.clear()
        words = [word for word in (*vocabulary.counts, *vocabulary.options) if not word.isdigit()]
        kept = _spelling_cache[id(vocabulary)] = (vocabulary, words)
    return kept[1]


def _head(words: Sequence[Word | None], vocabulary: Vocabulary) -> Word | None:
    """The last word that names something before the first preposition or comma after one."""
    head = None
    for word in words:
        if word is None:
            if head is not None:
                return head
            continue
        names = any(vocabulary.names(form) for form in word.forms)
        if names or not word.known:
            head = word
    return head
