"""What a message wants added up and isn't: "the pan and the knife together" where nobody knows which pan.

A sum without it would be no answer to what was asked, so that it is said. Works on the words and on what was found in
them; knows no products.
"""

from __future__ import annotations

from collections.abc import Sequence

from assistant.language import STOP_WORDS, Tok
from assistant.understand.clause import Clause, kind_positions
from assistant.understand.kinds import COSTS, OFF, SHIPPING, TOGETHER
from assistant.understand.mentions import Mention

_JOINTS = frozenset("and plus with or".split())
_OPENS = frozenset("the a an my your another one some".split())
_MOST_WORDS, _MANY = 4, 2


def unsummed(clause: Clause, mentions: Sequence[Mention]) -> tuple[str, ...]:
    """The words for things that are listed beside the `mentions` that make the sum, as they were written."""
    tokens = clause.links.tokens
    summed = {p for m in mentions for p in m.positions}
    named = {p for m in clause.links.mentions for p in m.positions} | kind_positions(clause)
    values = {p for o in clause.links.options for p in o.positions}
    found = []
    for first, last in _parts(clause):
        if summed & set(range(first, last)) or not (words := _thing(tokens, first, last, named, values)):
            continue
        if not {tokens[p].stem for p in words} & {tokens[p].stem for p in summed}:
            found.append(" ".join(tokens[p].text for p in words))
    return tuple(found)


def _parts(clause: Clause) -> list[tuple[int, int]]:
    """Where the parts of a list begin and end; nothing where it is no list."""
    tokens, text = clause.links.tokens, clause.text
    cuts = [0]
    for at in range(1, len(tokens)):
        between = text[tokens[at - 1].end : tokens[at].start]
        if tokens[at].text in _JOINTS or any(mark in between for mark in ",+&;"):
            cuts.append(at)
    return list(zip(cuts, [*cuts[1:], len(tokens)], strict=True)) if len(cuts) > 1 else []


def _thing(tokens: Sequence[Tok], first: int, last: int, named: set[int], values: set[int]) -> list[int]:
    """Where a part of a list names, with an article or a number before it, what the shop sells or so many are wanted
    of; empty where it names no such thing."""
    for at in range(first, last - 1):
        many = tokens[at].text.isdigit() and int(tokens[at].text) >= _MANY
        if not many and tokens[at].text not in _OPENS:
            continue
        words = []
        for place in range(at + 1, min(last, at + 1 + _MOST_WORDS)):
            word = tokens[place].text
            if word in STOP_WORDS or not word.isalpha() or COSTS.search(word) or TOGETHER.search(word):
                break
            words.append(place)
        of_money = any(p.search(tokens[w].text) for w in words for p in (OFF, SHIPPING))
        if words and not of_money and (named & set(words) or (many and not set(words) <= values)):
            return words
    return []
