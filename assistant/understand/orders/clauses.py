"""Cuts sentences so that every piece asks for one kind of thing, and pieces so that every part is about one item.

Knows English and no shop.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from assistant.understand.orders import wording
from assistant.understand.orders.items import Mention
from assistant.understand.orders.refs import gives_reason

_CUT = re.compile(r"(?:,\s*|\s+)(?:and|but|then|also|plus|or)\s+(?:then\s+|also\s+|please\s+)*|[,;:]\s*|\s-\s")


def clauses(sentence: str) -> list[str]:
    """A sentence cut so that every piece asks for one kind of thing."""
    cuts: list[int] = []
    places = [at for _, at, _ in wording.actions(sentence)]
    for first, second in pairwise(places):
        between = list(_CUT.finditer(sentence, first, second))
        if between and not re.fullmatch(r"\W*(?:\w+ing|\w+)\W*(?:or|and|/)\W*", sentence[first:second]):
            cuts.append(between[-1].start())
    cuts = sorted({*cuts, *_numbered(sentence, places), *(m.start() for m in _EACH_ONE.finditer(sentence))})
    out, start = [], 0
    for cut in cuts:
        out.append(sentence[start:cut])
        start = cut
    return [c.strip(" ,;") for c in [*out, sentence[start:]] if c.strip(" ,;.")]


_EACH_ONE = re.compile(
    r"(?:,\s*|\s)(?:and|but|while) (?=(?:the|my) [\w-]+ ones? (?:should|must|needs?|has to|is to|can|to be)\b)"
)
"""Before what is to become of another of several: "the glass one must go and the wooden one should be black"."""


def _numbered(sentence: str, actions: Sequence[int]) -> list[int]:
    """Where each of several orders has its own said of it, behind its number: "#W1, no longer needed, and #W2, which
    was a mistake", "#W1 cancelled because ..., #W2 sent to ..."."""
    ids = [m.start() for m in re.finditer(r"#\s?[a-z]{0,3}-?\d{3,}", sentence)]
    parts = [sentence[a:b] for a, b in pairwise([*ids, len(sentence)])]
    behind = all(at > ids[0] for at in actions) if ids else False
    told = [bool(gives_reason(p) or (behind and (wording.actions(p) or _SENT.search(p)))) for p in parts]
    alone = behind or not any(ids[0] < at for at in actions) if ids else False
    if len(ids) < 2 or not all(told) or not alone:
        return []
    return [m.start() if (m := _BEFORE_NUMBER.search(sentence[:at])) else at for at in ids[1:]]


_SENT = re.compile(r"\b(?:sent|delivered|shipped|to go|goes|redirected) (?:\w+ ){0,2}to\b")
_BEFORE_NUMBER = re.compile(r"[,;]?\s*(?:\b(?:and|also|plus|then)\s+)?(?:(?:my|the|order|number)\s+)*$")


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
