"""Cuts sentences so that every piece asks for one kind of thing, and pieces so that every part is about one item.

Knows English and no shop.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from assistant.understand.orders import wording
from assistant.understand.orders.items import Mention
from assistant.understand.orders.refs import gives_reason
from assistant.understand.orders.words import GOES, SENDS_TO

_CUT = re.compile(r"(?:,\s*|\s+)(?:and|but|then|also|plus|or)\s+(?:then\s+|also\s+|please\s+)*|[,;:]\s*|\s-\s")


def clauses(sentence: str) -> list[str]:
    """A sentence cut so that every piece asks for one kind of thing."""
    cuts: list[int] = []
    places = [at for _, at, _ in wording.actions(sentence)]
    for first, second in pairwise(places):
        between = list(_CUT.finditer(sentence, first, second))
        if between and not re.fullmatch(r"\W*(?:\w+ing|\w+)\W*(?:or|and|/)\W*", sentence[first:second]):
            cuts.append(between[-1].start())
    cuts += [
        *_numbered(sentence, places),
        *_of_other_kinds(sentence),
        *(m.start() for m in _EACH_ONE.finditer(sentence)),
    ]
    cuts = sorted(set(cuts))
    out, start = [], 0
    for cut in cuts:
        out.append(sentence[start:cut])
        start = cut
    return [c.strip(" ,;") for c in [*out, sentence[start:]] if c.strip(" ,;.")]


_AND = re.compile(r"(?:,\s*|\s+)(?:and|but|then|also|plus)\s+|;\s*|,\s+(?=(?:please|then|also)\b)")
_AGAIN = re.compile(
    r"(?:(?:then|also|please|kindly|just|could you|can you|would you|i'd like(?: you)? to|i want(?: you)? to)\s+)*"
)
_SENDS = re.compile(r"(?:send|ship|deliver|redirect|reroute|forward|change|update|set|have)\b")
_PAYS = re.compile(r"(?:pay|charge|bill|put|switch|change|update|move|have)\b")
_DOES = re.compile(
    r"(?:cancel|return|exchange|swap|change|replace|switch|modify|upgrade|make|send (?:\S+ ){1,4}back)\b"
)
_ASKS = re.compile(
    r"(?:tell me|let me know|show me|what(?:'s| is| are| was| do| did| will)|how (?:much|many)|"
    r"when(?:'s| will| is| was| do| does)|where(?:'s| is| are| will))\b"
)


def _kind(part: str) -> str:
    """What a part of a sentence begins to ask for, if it begins with a verb for it."""
    part = part[_AGAIN.match(part).end() :]  # type: ignore[union-attr]
    if _ASKS.match(part):
        return "ask"
    if _PAYS.match(part) and (wording.about_paying(part) or wording.charges(part)):
        return "payment"
    if SENDS_TO.match(part) or (_SENDS.match(part) and wording.about_address(part)):
        return "address"
    return "action" if _DOES.match(part) and not wording.about_address(_AND.split(part, 1)[0]) else ""


def _of_other_kinds(sentence: str) -> list[int]:
    """Where, behind a request, another of another kind begins: "cancel the lamp order and send the mug to my office",
    "return the lamp and tell me my balance"."""
    cuts: list[int] = []
    start = 0
    for joint in _AND.finditer(sentence):
        kind = _kind(sentence[joint.end() : joint.end() + wording.NEAR])
        before = sentence[max(start, joint.start() - wording.NEAR) : joint.start()]
        if any(asks_for(before) for other, asks_for in _ASKED_BEFORE.items() if kind and other != kind):
            cuts.append(joint.start())
            start = joint.end()
    return cuts


_ASKED_BEFORE: dict[str, Callable[[str], bool]] = {
    "address": lambda before: wording.about_address(before) or bool(GOES.search(before) or SENDS_TO.search(before)),
    "payment": lambda before: wording.about_paying(before) or wording.charges(before),
    "action": lambda before: any(wanted for _, _, wanted in wording.actions(before)),
}


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
    begins = (_BEFORE_NUMBER.search(sentence, max(0, at - wording.NEAR), at) for at in ids[1:])
    return [m.start() if m else at for m, at in zip(begins, ids[1:], strict=True)]


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
