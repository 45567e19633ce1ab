"""Finds what a customer's words name: products, categories, brands, option values.

A product is named by any part of its name that tells it apart, misspelt or written as one word; several products that
the same words fit make a group. Works on a Vocabulary alone: knows no prices, no dialogue and no intents.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from itertools import accumulate, pairwise

from rapidfuzz import fuzz, process

from assistant.language import STOP_WORDS, Tok, stem, stems, tokenize
from assistant.measures import adjective
from assistant.understand.inflection import is_form
from assistant.understand.vocabulary import COLOURS, Vocabulary, canonical, is_unit

_JOINED = (
    88  # how alike (0 to 100) a word must be to two of the shop's written as one: "cordless" is no "corded bagless"
)
_MAX_GAP = 2  # words that may stand between two words of one product's name
_GROUP_LIMIT = 400
_MAX_MENTIONS = 5
_CONNECTORS = frozenset("vs versus than or and with".split())
_MIN_COVERAGE = 0.3
_FEW = 3  # products that share words which are still a name for each of them


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
    corrected: dict[int, str] = field(default_factory=dict)


def link(text: str, vocabulary: Vocabulary) -> Links:
    """Everything of the shop that `text` names."""
    tokens = tokenize(text)
    links = Links(tokens)
    forms = _forms(tokens, vocabulary, links.corrected)
    links.options = _options(tokens, vocabulary)
    plain = [
        () if adjective(tok.text) or _is_letter(at, tokens) or _is_particle(at, tokens) else form
        for at, (tok, form) in enumerate(zip(tokens, forms, strict=True))
    ]  # no "lightest" lamps
    links.categories = _phrases(plain, vocabulary.categories)
    links.subcategories = _phrases(plain, vocabulary.subcategories)
    links.brands = _phrases(forms, vocabulary.brands)
    if not links.categories and not links.subcategories:
        links.categories = _shelves(tokens, plain, vocabulary)
    option_only = frozenset().union(*(o.positions for o in links.options)) if links.options else frozenset()
    links.mentions = _mentions(tokens, plain, vocabulary, option_only, _listed(text, tokens))
    return links


def _forms(tokens: Sequence[Tok], vocabulary: Vocabulary, corrected: dict[int, str]) -> list[tuple[str, ...]]:
    """For every token the stems it stands for: its own, those it joins ("tshirt"), or the one it misspells."""
    out: list[tuple[str, ...]] = []
    for index, tok in enumerate(tokens):
        if tok.stem in vocabulary.known_stems or tok.stem in vocabulary.by_stem:
            out.append((tok.stem,))
        elif tok.text in vocabulary.joined:
            out.append(vocabulary.joined[tok.text])
        elif tok.text.removesuffix("s") in vocabulary.joined:
            out.append(vocabulary.joined[tok.text.removesuffix("s")])
        else:
            right = _spelling(tok.text, vocabulary)
            if right:
                corrected[index] = right
                out.append((stem(right),) if right in vocabulary.known else vocabulary.joined[right])
            else:
                out.append((tok.stem,))
    for index in range(len(tokens) - 1):
        both = tokens[index].text + tokens[index + 1].text
        both = both if both in vocabulary.known else both.removesuffix("s")
        if both in vocabulary.known and vocabulary.known[both] in vocabulary.by_stem:
            joined = vocabulary.known[both]
            out[index] = (*out[index], joined)
            out[index + 1] = (*out[index + 1], joined)
    return out


def _spelling(word: str, vocabulary: Vocabulary) -> str | None:
    """The shop's word that `word` misspells, or None: ordinary English words are never corrected."""
    if len(word) < 4 or word in STOP_WORDS or word in vocabulary.english or not word.isalpha():
        return None
    if is_form(word, vocabulary.english):
        return None
    cutoff = 75 if len(word) >= 6 else 80
    best = process.extractOne(word, (*vocabulary.known, *vocabulary.joined), scorer=fuzz.ratio, score_cutoff=cutoff)
    if best and best[0] not in vocabulary.known and best[1] < _JOINED:
        best = process.extractOne(word, vocabulary.known.keys(), scorer=fuzz.ratio, score_cutoff=cutoff)
    return str(best[0]) if (best and best[0][0] == word[0]) or (best and best[1] >= 85) else None


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
        if tokens[at].text in SHELF_WORDS:
            meant = [name for phrase, name in vocabulary.categories.items() if set(forms[at - 1]) & set(phrase)]
            if len(meant) == 1:
                return [(frozenset({at - 1, at}), meant[0])]
    return []


SHELF_WORDS = frozenset("section department aisle category".split())


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


_OF_SEVERAL = re.compile(
    r"\b(?:which|cheapest|dearest|best|out of|between|of the (?:two|three|2|3)|compare|each|all)\b"
)


def _listed(text: str, tokens: Sequence[Tok]) -> frozenset[int]:
    """Where the next of several things begins behind a comma: "out of quest, harmony, tone band"; no name goes on."""
    if text.count(",") < _MANY_COMMAS or not _OF_SEVERAL.search(text.lower()):
        return frozenset()
    return frozenset(at for at in range(1, len(tokens)) if "," in text[tokens[at - 1].end : tokens[at].start])


_MANY_COMMAS = 2
_IN_LIST = 0.15
"""The share of a name that is enough of it where several are listed."""


def _mentions(
    tokens: Sequence[Tok],
    forms: Sequence[tuple[str, ...]],
    vocabulary: Vocabulary,
    option_only: frozenset[int],
    begins: frozenset[int],
) -> list[Mention]:
    """Greedy: the best-fitting product takes its words, then the next, until nothing telling is left."""
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
        coverage = max(_share(named, name, vocabulary), _share(named, called, vocabulary))
        whole = named >= called
        evidence = [p for p in telling if matched[p] & name and _tells(p, tokens, positions, option_only)]
        if (whole and telling) or evidence:
            share = 1.0 if whole else min(coverage, 0.99)
            weight *= 1.25 if named & set(stems(vocabulary.products[product_id].brand or "")) else 1.0
            scored.append((weight * (0.6 + 0.4 * coverage), share, positions, product_id))
            if (
                whole
                or coverage >= (_IN_LIST if begins else _MIN_COVERAGE)
                or _rare(evidence, tokens, matched, vocabulary)
                or _together(product_id, positions, tokens, matched, vocabulary)
            ):
                strong.add(positions)
    scored = [s for s in scored if s[2] in strong]
    if not scored:
        return None
    return _group(scored, vocabulary)


def _share(named: Set[str], name: Set[str], vocabulary: Vocabulary) -> float:
    """How much of a name was said, weighed by how much each word of it tells."""
    return sum(map(vocabulary.idf, named & name)) / (sum(map(vocabulary.idf, name)) or 1.0)


def _tells(position: int, tokens: Sequence[Tok], positions: frozenset[int], option_only: frozenset[int]) -> bool:
    """Whether a matched word is evidence of a product: no colour, no option value, no number that stands alone."""
    word = tokens[position].text
    if position in option_only or word in COLOURS:
        return False
    return (word[0].isalpha() and len(word) > 1) or (
        word[0].isdigit() and position - 1 in positions and len(positions) > 1
    )


def _hits(forms: Sequence[tuple[str, ...]], vocabulary: Vocabulary, free: set[int]) -> dict[str, dict[int, set[str]]]:
    """Product -> {position: the stems that it matches there}, by its name or by its category and brand."""
    hits: dict[str, dict[int, set[str]]] = defaultdict(dict)
    for position in sorted(free):
        for form in forms[position]:
            for index in (vocabulary.by_stem, vocabulary.by_kind):
                for product_id in index.get(form, ()):
                    hits[product_id].setdefault(position, set()).add(form)
    return hits


def _rare(evidence: Sequence[int], tokens: Sequence[Tok], matched: dict[int, set[str]], vocabulary: Vocabulary) -> bool:
    """Whether one of the words is the shop's own name for very few things ("macbook"): that is enough of a name."""
    return any(
        min(len(vocabulary.by_stem.get(s, ())) or 99 for s in matched[p]) <= _FEW
        and tokens[p].text.isalpha()
        and tokens[p].text not in vocabulary.english
        for p in evidence
    )


def _together(
    product_id: str,
    positions: frozenset[int],
    tokens: Sequence[Tok],
    matched: dict[int, set[str]],
    vocabulary: Vocabulary,
) -> bool:
    """Whether words that many names have are together in very few of them: "the tcl 32", "Q800T"."""
    entry = vocabulary.products[product_id]
    makers = {entry.stems[0], *stems(entry.brand or "")}
    own = [p for p in positions if tokens[p].text.isdigit() or tokens[p].text not in vocabulary.english | STOP_WORDS]
    own += [p for p in positions if p not in own and matched[p] & makers]
    named = any(len(tokens[p].text) > 1 and tokens[p].text.isalpha() for p in own) or _is_code(sorted(own), tokens)
    if len(own) == 1 and _beside_number(own[0], positions, tokens):  # "the 512 air"
        each = [set().union(*(vocabulary.by_stem.get(s, ()) for s in matched[p])) for p in positions]
        return len(set.intersection(*each)) == 1
    if len(own) < 2 or not named:
        return False
    having = (set().union(*(vocabulary.by_stem.get(s, ()) for s in matched[p])) for p in own)
    return 0 < len(set.intersection(*having)) <= _FEW


def _beside_number(at: int, positions: frozenset[int], tokens: Sequence[Tok]) -> bool:
    """Whether a number of several figures stands right beside a word, and both are all that was said of a name."""
    number = tokens[at].text
    words = [p for p in positions if p != at]
    beside = len(words) == 1 and abs(words[0] - at) == 1 and tokens[words[0]].text.isalpha()
    beside = beside and tokens[words[0]].text not in STOP_WORDS
    return beside and number.isdigit() and len(number) > 1 and not is_unit(tokens[words[0]].text)


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


def _is_code(positions: Sequence[int], tokens: Sequence[Tok]) -> bool:
    """Whether the tokens are pieces of one model's number, written without a gap ("qn900a"; no "55in")."""
    joined = all(tokens[a].end == tokens[b].start for a, b in pairwise(positions))
    units = any(is_unit(tokens[p].text) for p in positions)
    return joined and not units and any(len(tokens[p].text) > 1 and tokens[p].text.isdigit() for p in positions)


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
