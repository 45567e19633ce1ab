"""Which of the customer's own items words name: "the lamp", "both tablets", "the more expensive speaker", "evrything".

A few orders are a small world, so a part of a name is enough there; what the shop sells besides plays no part.
Knows no actions and no rules.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from assistant.language import STOP_WORDS, Tok, stem, tokenize
from assistant.order_talk import LineKey
from assistant.scales import adjective, option_named, rank
from assistant.shop.accounts import Account, Line
from assistant.shop.search_words import common_synonyms
from assistant.shop.search_words import stem as index_stem
from assistant.understand.vocabulary import canonical

_SETS = frozenset("set kit mat maker machine pair pack".split())
_WEAK = frozenset("smart digital electric wireless portable mechanical action new water desk light air office".split())


@dataclass(frozen=True)
class Mention:
    """Words that name items: `start`/`end` in the text, and the product names (of the customer's own) they fit.
    `lines`: those of them that are meant, where it is known; empty for all."""

    start: int
    end: int
    names: tuple[str, ...]
    plural: bool
    lines: tuple[LineKey, ...] = ()


Find = Callable[[str], list[Mention]]
"""Where a text names items of the customer's."""


def mentions(text: str, names: Iterable[str], options: Iterable[str] = ()) -> list[Mention]:
    """Where `text` names any of these products, in order; `options` are words that rather tell an option."""
    tokens = tokenize(text)
    taken: set[int] = set()
    found: list[Mention] = []
    scored = sorted(
        (hit for name in dict.fromkeys(names) for hit in _hits(tokens, name, frozenset(options))), key=lambda h: -h[0]
    )
    for score, span, _ in scored:
        if taken & set(span):
            continue
        same = tuple(n for s, sp, n in scored if sp[-1] == span[-1] and s >= score - 1e-6)
        taken |= set(span)
        last = tokens[span[-1]]
        plural = last.text.endswith("s") and not last.text.endswith("ss") and not _always_plural(same, last.text)
        found.append(Mention(tokens[span[0]].start, last.end, same, plural))
    return sorted(found, key=lambda m: m.start)


def _always_plural(names: Sequence[str], word: str) -> bool:
    """ "boots" of "Hiking Boots" says nothing about how many."""
    return any(n.lower().split()[-1].endswith("s") for n in names)


def _hits(tokens: Sequence[Tok], name: str, options: frozenset[str]) -> list[tuple[float, tuple[int, ...], str]]:
    """Every run of tokens that may stand for this name, scored: whole name 3, head 2, another telling word 1."""
    words = tokenize(name)
    head = len(words) - 1
    if words[head].text in _SETS and head:
        head -= 1
    fits = [[_fits(t, w) for w in words] for t in tokens]
    joined = "".join(w.text for w in words)
    out: list[tuple[float, tuple[int, ...], str]] = []
    at = 0
    while at < len(tokens):
        span = [at]
        while span[-1] + 1 < len(tokens) and any(fits[span[-1] + 1]) and any(fits[at]):
            span.append(span[-1] + 1)
        hit = {i for s in span for i, ok in enumerate(fits[s]) if ok}
        exact = {i for s in span for i, w in enumerate(words) if tokens[s].stem == w.stem}
        if tokens[at].text.removesuffix("s") == joined.removesuffix("s") and len(words) > 1:
            out.append((3.0, (at,), name))
        elif hit:
            out.extend(_score(hit, exact, head, words, tokens, tuple(span), name, options))
        at = span[-1] + 1 if hit else at + 1
    return out + _synonym_hits(tokens, name)


def _score(
    hit: set[int],
    exact: set[int],
    head: int,
    words: Sequence[Tok],
    tokens: Sequence[Tok],
    span: tuple[int, ...],
    name: str,
    options: frozenset[str],
) -> list[tuple[float, tuple[int, ...], str]]:
    if len(hit) == len(words) and (len(words) > 1 or exact):
        return [(3.0 + 0.1 * len(words), span, name)]
    if head in hit:
        return [(2.1, span, name)]
    word = tokens[span[0]].text
    if not any(_same_word(tokens[s], words[i]) for s in span for i in hit):
        return []  # a part of a name, said in another form, is no name: "on one hike" of Hiking Socks
    if word in _WEAK or word in STOP_WORDS or word in options or stem(word) in options or len(word) < 3:
        return []
    return [(1.0, span, name)]


def _fits(tok: Tok, word: Tok) -> bool:
    if tok.text in STOP_WORDS and tok.text != word.text:
        return False
    if tok.stem == word.stem or (tok.text.endswith("ves") and word.text.startswith(tok.text[:-3])):
        return True
    if len(tok.text) >= 4 and len(word.text) > len(tok.text) and word.text.endswith(tok.text.removesuffix("s")):
        return len(tok.text) >= 5 or word.text.endswith(tok.text)
    return len(tok.text) >= 5 and tok.text[0] == word.text[0] and fuzz.ratio(tok.text, word.text) >= 86


def _same_word(tok: Tok, word: Tok) -> bool:
    """Whether a token is this very word, be it in the plural, misspelt or the end of a longer one."""
    return tok.stem != word.stem or tok.text.removesuffix("s") == word.text.removesuffix("s")


def _synonym_hits(tokens: Sequence[Tok], name: str) -> list[tuple[float, tuple[int, ...], str]]:
    """ "bike" for a bicycle, "wristwatch" for a watch: the synonyms that search knows too."""
    key = " ".join(index_stem(t.text) for t in tokenize(name))
    forms = common_synonyms().get(key, ())
    out = []
    for form in forms:
        words = form.split()
        for at in range(len(tokens) - len(words) + 1):
            if [index_stem(t.text) for t in tokens[at : at + len(words)]] == words:
                out.append((1.8, tuple(range(at, at + len(words))), name))
    return out


def option_words(account: Account) -> set[str]:
    """The words of the options of what the customer has: "water" of "water resistance" is no bottle."""
    return {
        t.stem
        for order in account.orders
        for line in order.lines
        for text in (*line.options, *line.options.values())
        for t in tokenize(str(text))
    }


def described(lines: Sequence[Line], text: str) -> list[Line]:
    """Of several lines of one product, those that the words describe by their options or price ("the 15-inch one")."""
    if len(lines) < 2:
        return list(lines)
    low = text.lower()
    if re.search(r"\b(?:more|most) expensive|pricier|priciest|dearer|overpriced", low):
        top = max(x.price for x in lines)
        lines = [x for x in lines if x.price == top] if len({x.price for x in lines}) > 1 else lines
    elif re.search(r"\bcheap(?:er|est)\b|less expensive", low) and not re.search(r"\b(?:for|to)\b.*cheap", low):
        least = min(x.price for x in lines)
        lines = [x for x in lines if x.price == least] if len({x.price for x in lines}) > 1 else lines
    if (most_of := _by_degree(lines, low)) is not None:
        lines = most_of
    words = grams(text)
    scores = [(sum(_names(value, name, words, low) for name, value in x.options.items()), x) for x in lines]
    most = max(s for s, _ in scores)
    return [x for s, x in scores if s == most] if most > 0 else list(lines)


_DEGREE = re.compile(
    r"\b(?:the|my|whichever|what(?:ever)?|which) (?:[\w-]+ ){0,4}?"
    r"(?:([a-z]+?e?(?:r|st))\b(?: ([\w-]+))?|([a-z]+) (?=$|ones?\b))"
)


def _by_degree(lines: Sequence[Line], low: str) -> list[Line] | None:
    """ "The laptop with the bigger screen", "whichever kettle is smaller": those of these that have most of
    it, or least; None where no degree of theirs is named, or all have the same."""
    options: dict[str, list[str]] = {}
    for line in lines:
        for name, value in line.options.items():
            options[name] = list(dict.fromkeys([*options.get(name, []), value]))
    for match in _DEGREE.finditer(low):
        word = match[1] or match[3]
        found = adjective(word, options)
        plain = next((way for words, way in _PLAIN if word in words), 0)
        option = option_named(match[2] or "", options) if found or plain else None
        option, sign = option or (found[0] if found else ""), found[1] if found else plain
        order = rank(options.get(option, []))
        if not order or len(options[option]) < 2 or not all(x.options.get(option) in order for x in lines):
            continue
        best = max(sign * order[x.options[option]] for x in lines)
        return [x for x in lines if sign * order[x.options[option]] == best]
    return None


_PLAIN = (
    (frozenset("bigger biggest larger largest higher highest greater greatest".split()), 1),
    (frozenset("smaller smallest lower lowest lesser least".split()), -1),
)
"""Say of an option by name that there is more or less of it: "the bigger screen"."""


def grams(text: str) -> set[str]:
    """The words of a text and its runs of two and three, as options are compared."""
    tokens = [t.text for t in tokenize(text)]
    return {canonical("".join(tokens[i : i + n])) for n in (1, 2, 3) for i in range(len(tokens) - n + 1)}


def _names(value: str, option: str, words: set[str], text: str) -> int:
    """+1 when the words name this value of a line; -1 when they deny it ("not water resistant" of one that is)."""
    low = value.lower()
    if low in ("yes", "no", "none", "true", "false"):
        first = stem(tokenize(option)[0].text) if tokenize(option) else option
        at = next((t for t in tokenize(text) if t.stem == first), None)
        if at is None:
            return 0
        denied = bool(re.search(r"(?:\bnot|n't|\bno|\bwithout|\bnon)\W+(?:\w+\W+)?$", text[: at.start]))
        return 1 if denied == (low in ("no", "none", "false")) else -1
    if canonical(value) in words:
        return 1
    if (span := re.match(r"(\d+)-(\d+)\b", value)) and re.search(
        rf"(?<![\w.]){span[1]} ?(?:-|–|to|and) ?{span[2]}(?![\w.])", text
    ):
        return 1  # "the 55 to 75 pounds one"
    number = re.match(r"(\d{3,})\D", value)
    if number and re.search(rf"(?<![\w.]){number[1]}(?![\w.])", text):
        return 1  # "the one with the 512 drive"
    if any(c.isdigit() for c in value):
        return 0  # "inch" tells no 13-inch from a 17-inch
    telling = [t.text for t in tokenize(value) if t.text not in STOP_WORDS and len(t.text) > 3 and t.text.isalpha()]
    return 1 if telling and any(t in text for t in telling) else 0


def key(line: Line) -> LineKey:
    return (line.order_id, line.number)


def told_apart_by(lines: Sequence[Line]) -> list[Line]:
    """The lines that a customer can tell apart: of the same thing twice in one order, the first. In this order they are
    listed where one is to be chosen, so that "the second" points at what was shown."""
    return list({(x.order_id, x.sku): x for x in reversed(lines)}.values())[::-1]
