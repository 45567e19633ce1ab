"""Finds what a customer's words name: products, categories, brands, option values.

A product is named by any part of its name that tells it apart, misspelt or written as one word; several products that
the same words fit make a group (mentions.py). Works on a Vocabulary alone: knows no prices, no dialogue and no intents.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from assistant.language import STOP_WORDS, Tok, tokenize
from assistant.measures import adjective
from assistant.understand.mentions import Mention, mentions
from assistant.understand.value_places import negated
from assistant.understand.vocabulary import COLOURS, Vocabulary, canonical
from assistant.understand.word_forms import word_forms


@dataclass(frozen=True)
class OptionMention:
    """Words that name an option's value: `pairs` are the shop's (option, value) readings of them."""

    positions: frozenset[int]
    asked: str
    pairs: frozenset[tuple[str, str]]


@dataclass
class Links:
    """All that was found in one message. `mentions` are in the order of the text."""

    tokens: tuple[Tok, ...]
    mentions: list[Mention] = field(default_factory=list)
    categories: list[tuple[frozenset[int], str]] = field(default_factory=list)
    subcategories: list[tuple[frozenset[int], str]] = field(default_factory=list)
    brands: list[tuple[frozenset[int], str]] = field(default_factory=list)
    options: list[OptionMention] = field(default_factory=list)
    denied: frozenset[int] = frozenset()
    """Where option values stand that are not wanted: the red of "not in red"."""
    corrected: dict[int, str] = field(default_factory=dict)


def link(text: str, vocabulary: Vocabulary) -> Links:
    """Everything of the shop that `text` names."""
    tokens = tokenize(text)
    links = Links(tokens)
    forms = word_forms(tokens, vocabulary, links.corrected)
    named = _options(tokens, vocabulary)
    links.options = [o for o in named if not negated(tokens, min(o.positions))]
    links.denied = frozenset[int]().union(*(o.positions for o in named if o not in links.options))
    plain = [
        () if adjective(tok.text) or _names_nothing(at, tokens, vocabulary) else form
        for at, (tok, form) in enumerate(zip(tokens, forms, strict=True))
    ]  # no "lightest" lamps
    links.categories = _phrases(plain, vocabulary.categories)
    links.subcategories = _phrases(plain, vocabulary.subcategories)
    links.brands = _phrases(forms, vocabulary.brands)
    if not links.categories and not links.subcategories:
        links.categories = _shelves(tokens, plain, vocabulary)
    option_only = frozenset[int]().union(*(o.positions for o in named))
    links.mentions = mentions(text, tokens, plain, vocabulary, option_only)
    return links


def _phrases(forms: Sequence[tuple[str, ...]], phrases: dict[tuple[str, ...], str]) -> list[tuple[frozenset[int], str]]:
    """Where a whole phrase (a category's name, a brand's) stands in the text, longest first, without overlaps."""
    found: list[tuple[frozenset[int], str]] = []
    taken: set[int] = set()
    present = {word for form in forms for word in form}
    for phrase in sorted((p for p in phrases if p and p[0] in present), key=len, reverse=True):
        for start in range(len(forms) - len(phrase) + 1):
            span = frozenset(range(start, start + len(phrase)))
            if not span & taken and all(p in forms[start + i] for i, p in enumerate(phrase)):
                found.append((span, phrases[phrase]))
                taken |= span
    return found


def _shelves(
    tokens: Sequence[Tok], forms: Sequence[tuple[str, ...]], vocabulary: Vocabulary
) -> list[tuple[frozenset[int], str]]:
    """Categories that are called by a part of their name: "your whole kitchen section"."""
    for at in range(1, len(tokens)):
        if tokens[at].text in _SHELF_WORDS:
            meant = [name for phrase, name in vocabulary.categories.items() if set(forms[at - 1]) & set(phrase)]
            if len(meant) == 1:
                return [(frozenset({at - 1, at}), meant[0])]
    return []


_SHELF_WORDS = frozenset("section department aisle category".split())


def _options(tokens: Sequence[Tok], vocabulary: Vocabulary) -> list[OptionMention]:
    """Option values of this shop, and colours and sizes of any shop, longest first."""
    found: list[OptionMention] = []
    taken: set[int] = set()
    for length in (5, 4, 3, 2, 1):
        for start in range(len(tokens) - length + 1):
            span = frozenset(range(start, start + length))
            if span & taken:
                continue
            words = [t.text for t in tokens[start : start + length]]
            pairs = _option_pairs(words, vocabulary)
            if pairs is not None:
                found.append(OptionMention(span, " ".join(words), pairs))
                taken |= span
    return sorted(found, key=lambda o: min(o.positions))


def _option_pairs(words: Sequence[str], vocabulary: Vocabulary) -> frozenset[tuple[str, str]] | None:
    """The readings of `words` as an option value; an empty set for a colour that this shop has nowhere; else None."""
    pairs = frozenset(vocabulary.option_values.get(canonical("".join(words)), ()))
    if pairs:
        weak = len(words) == 1 and (words[0] in STOP_WORDS or (words[0].isdigit() and len(words[0]) < 2))
        return None if weak else pairs
    if len(words) == 1 and words[0] in COLOURS:
        return frozenset()
    return None


def _names_nothing(at: int, tokens: Sequence[Tok], vocabulary: Vocabulary) -> bool:
    """Whether a token is no part of a name, whatever is called so."""
    return _is_letter(at, tokens) or _is_particle(at, tokens) or _is_said_of(at, tokens, vocabulary)


def _is_said_of(at: int, tokens: Sequence[Tok], vocabulary: Vocabulary) -> bool:
    """Whether a token says of something how it is: "which boots aren't vegan" names no Vegan Duvet."""
    if tokens[at].text not in vocabulary.attribute_names:
        return False
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    back = at - 1
    while back > 0 and tokens[back].text in _DEGREES:
        back -= 1
    ends = following is None or following.text in STOP_WORDS or tokens[at].end + 1 < following.start
    return ends and back > 0 and tokens[back].text in _BE


_DEGREES = frozenset("not all also really actually fully completely truly certified".split())
_BE = frozenset("is are isn't aren't isnt arent be".split())


def _is_letter(at: int, tokens: Sequence[Tok]) -> bool:
    """Whether a token is "I" or "a", and no piece of a model's number ("i7")."""
    glued = at + 1 < len(tokens) and tokens[at].end == tokens[at + 1].start
    return tokens[at].text in ("i", "a") and not glued


_PARTICLES = frozenset("down up out off over in on away back through round around".split())
_OBJECTS = frozenset("it them him her me us you everything".split())


def _is_particle(at: int, tokens: Sequence[Tok]) -> bool:
    """Whether a token is the end of a verb: the down of "it will chuck it down" is no down jacket."""
    if not at or tokens[at].text not in _PARTICLES:
        return False
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    ends = following is None or following.text in STOP_WORDS or tokens[at].end + 1 < following.start
    return ends and (tokens[at - 1].text in _OBJECTS or tokens[at - 1].text.endswith(("ing", "ed")))
