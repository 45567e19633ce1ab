"""Finds the products that words name: the best-fitting takes its words, then the next, until nothing telling is left.

Several products that the same words fit make a group. Works on a Vocabulary alone: knows no dialogue and no intents.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from assistant.language import STOP_WORDS, Tok, stems
from assistant.understand.telling import rare, share_of, tells, together
from assistant.understand.vocabulary import Vocabulary

_MAX_GAP = 2  # words that may stand between two words of one product's name
_GROUP_LIMIT = 400
_MAX_MENTIONS = 12
_MIN_COVERAGE = 0.3
"""The share of a name that is enough of it."""
_IN_LIST = 0.15
"""The share of a name that is enough of it where several are listed."""
_CONNECTORS = frozenset("vs versus than or and with plus".split())


@dataclass(frozen=True)
class Mention:
    """Words that name one product (or, as a group, several that fit equally well).

    `coverage` is the share of the name that the words make up, weighed by how much each tells; 1 is the whole name.
    """

    positions: frozenset[int]
    product_ids: tuple[str, ...]
    coverage: float
    weight: float

    @property
    def specific(self) -> bool:
        return len(self.product_ids) == 1


_OF_SEVERAL = re.compile(
    r"\b(?:which|cheapest|dearest|best|out of|between|of the (?:two|three|2|3)|compare|each|all)\b"
)


def _listed(text: str, tokens: Sequence[Tok]) -> frozenset[int]:
    """Where the next of several things begins behind a comma: "out of quest, harmony, tone band"; no name goes on."""
    if text.count(",") < _MANY_COMMAS or not _OF_SEVERAL.search(text.lower()):
        return frozenset()
    return frozenset(at for at in range(1, len(tokens)) if "," in text[tokens[at - 1].end : tokens[at].start])


_MANY_COMMAS = 2


def mentions(
    text: str,
    tokens: Sequence[Tok],
    forms: Sequence[tuple[str, ...]],
    vocabulary: Vocabulary,
    option_only: frozenset[int],
) -> list[Mention]:
    """The products that `text` names, in its order: the best-fitting takes its words first.

    `forms` are what each of the `tokens` stands for; the places of `option_only` are option values and name nothing.
    """
    begins = _listed(text, tokens)
    free = set(range(len(tokens)))
    found: list[Mention] = []
    while len(found) < _MAX_MENTIONS:
        best = _best(tokens, forms, vocabulary, free, option_only, begins)
        if best is None:
            break
        free -= best.positions
        if all(best.product_ids != other.product_ids for other in found):
            found.append(best)
    return sorted(found, key=lambda m: min(m.positions))


def _best(
    tokens: Sequence[Tok],
    forms: Sequence[tuple[str, ...]],
    vocabulary: Vocabulary,
    free: set[int],
    option_only: frozenset[int],
    begins: frozenset[int],
) -> Mention | None:
    """The product, or the group, that fits the words at the free places best; None where none is named."""
    hits = _hits(forms, vocabulary, free)
    connectors = frozenset(i for i, t in enumerate(tokens) if t.text in _CONNECTORS)
    telling_before = [0, *accumulate(int(t.text not in STOP_WORDS) for t in tokens)]
    scored: list[tuple[float, float, frozenset[int], str]] = []
    strong: set[frozenset[int]] = set()
    for product_id, matched in hits.items():
        name = set(vocabulary.products[product_id].stems)
        if not name.intersection(*[set().union(*matched.values())]):
            continue
        positions = _cluster(matched, vocabulary, connectors, telling_before, begins)
        telling = [p for p in positions if tokens[p].text not in STOP_WORDS]
        named = set().union(*(matched[p] for p in positions)) & name
        weight = sum(max(map(vocabulary.idf, matched[p])) for p in positions)
        called = vocabulary.called.get(product_id) or frozenset(name)
        coverage = max(share_of(named, name, vocabulary), share_of(named, called, vocabulary))
        whole = named >= called
        evidence = [p for p in telling if matched[p] & name and tells(p, tokens, positions, option_only)]
        if (whole and telling) or evidence:
            share = 1.0 if whole else min(coverage, 0.99)
            weight *= 1.25 if named & set(stems(vocabulary.products[product_id].brand or "")) else 1.0
            scored.append((weight * (0.6 + 0.4 * coverage), share, positions, product_id))
            if (
                whole
                or coverage >= (_IN_LIST if begins else _MIN_COVERAGE)
                or rare(evidence, tokens, matched, vocabulary)
                or together(product_id, positions, tokens, matched, vocabulary)
            ):
                strong.add(positions)
    scored = [s for s in scored if s[2] in strong]
    if not scored:
        return None
    return _group(scored, vocabulary)


def _hits(forms: Sequence[tuple[str, ...]], vocabulary: Vocabulary, free: set[int]) -> dict[str, dict[int, set[str]]]:
    """Product -> {position: the stems that it matches there}, by its name or by its category and brand."""
    hits: dict[str, dict[int, set[str]]] = defaultdict(dict)
    for position in sorted(free):
        for form in forms[position]:
            for index in (vocabulary.by_stem, vocabulary.by_kind):
                for product_id in index.get(form, ()):
                    hits[product_id].setdefault(position, set()).add(form)
    return hits


def _group(scored: list[tuple[float, float, frozenset[int], str]], vocabulary: Vocabulary) -> Mention:
    """The best product alone when its name is complete or nothing else fits as many telling words; else all that do."""
    top_score, coverage, positions, product_id = max(scored, key=lambda s: (s[0], s[1]))
    same = [s for s in scored if s[2] == positions]
    whole = [s for s in same if s[1] >= 0.999]
    if whole:
        same = whole
    wider = [s for s in scored if s[2] > positions and s not in same]
    if wider and not whole:
        same += wider
    active = [s for s in same if vocabulary.products[s[3]].active]
    same = _of_one_kind(active or same, vocabulary)
    chosen = sorted(same, key=lambda s: (-s[0], s[3]))[:_GROUP_LIMIT]
    return Mention(
        positions, tuple(s[3] for s in chosen), coverage if chosen[0][3] == product_id else chosen[0][1], top_score
    )


def _of_one_kind(
    group: list[tuple[float, float, frozenset[int], str]], vocabulary: Vocabulary
) -> list[tuple[float, float, frozenset[int], str]]:
    """Of a group, those whose names begin with the shared word, of their main category."""
    if len(group) < 3:
        return group
    shared = set.intersection(*(set(vocabulary.products[g[3]].stems) for g in group))
    first = [g for g in group if vocabulary.products[g[3]].stems[0] in shared]
    if len(first) < 2 or len(first) == len(group):
        return group
    kinds = [vocabulary.products[g[3]].category for g in first]
    main = max(set(kinds), key=kinds.count)
    return (
        [g for g in first if vocabulary.products[g[3]].category == main]
        if kinds.count(main) > len(first) / 2
        else first
    )


def _cluster(
    matched: dict[int, set[str]],
    vocabulary: Vocabulary,
    connectors: frozenset[int],
    telling_before: Sequence[int],
    begins: frozenset[int],
) -> frozenset[int]:
    """The heaviest run of matched positions without long gaps, each stem of the name counted once.

    `telling_before[p]` is how many words before place p are more than stop words: only those make a gap.
    """
    ordered = sorted(matched)
    barriers = connectors - set(matched)
    best: tuple[float, int, tuple[int, ...]] = (-1.0, 0, ())
    for start, first in enumerate(ordered):
        kept: list[int] = []
        counted: set[str] = set()
        for position in ordered[start:]:
            gap = telling_before[position] - telling_before[kept[-1] + 1] if kept else 0
            if kept and begins & set(range(kept[-1] + 1, position + 1)):
                break
            if kept and (gap > _MAX_GAP or barriers & set(range(kept[-1] + 1, position))):
                break
            if not matched[position] <= counted:
                kept.append(position)
                counted |= matched[position]
        candidate = (sum(map(vocabulary.idf, counted)), first - kept[-1], tuple(kept))
        best = max(best, candidate)
    return frozenset(best[2])
