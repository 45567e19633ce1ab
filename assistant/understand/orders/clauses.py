"""Cuts sentences so that every piece asks for one kind of thing, and pieces so that every part is about one item.

Knows English and no shop.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from assistant.understand.orders import wording
from assistant.understand.orders.items import Mention

_CUT = re.compile(r"(?:,\s*|\s+)(?:and|but|then|also|plus|or)\s+(?:then\s+|also\s+|please\s+)*|[,;:]\s*|\s-\s")


def clauses(sentence: str) -> list[str]:
    """A sentence cut so that every piece asks for one kind of thing."""
    cuts: list[int] = []
    places = [at for _, at, _ in wording.actions(sentence)]
    for first, second in pairwise(places):
        between = list(_CUT.finditer(sentence, first, second))
        if between and not re.fullmatch(r"\W*(?:\w+ing|\w+)\W*(?:or|and|/)\W*", sentence[first:second]):
            cuts.append(between[-1].start())
    out, start = [], 0
    for cut in cuts:
        out.append(sentence[start:cut])
        start = cut
    return [c.strip(" ,;") for c in [*out, sentence[start:]] if c.strip(" ,;.")]


def chunk(clause: str, found: Sequence[Mention], n: int, kind: str) -> tuple[int, int]:
    """What is said of one of several items: from the joint before it to the joint before the next."""
    start = _joint(clause, found[n - 1].end, found[n].start) if n else 0
    end = _joint(clause, found[n].end, found[n + 1].start) if n + 1 < len(found) else len(clause)
    return start, end


def _joint(clause: str, after: int, before: int) -> int:
    """Where between two mentions the second one begins: at the last comma or "and" before it."""
    joints = [
        m.end() for m in re.finditer(r",\s*(?:and\s+)?|;\s*|\.\s*|\band\s+|\bbut\s+|\bor\s+", clause[after:before])
    ]
    return after + joints[-1] if joints else after
