"""What somebody wants cancelled or removed: an order of theirs or goods in it, or something else, such as a newsletter,
an account or a message on a card.

Knows English and no shop; which words name the customer's goods is told by the caller.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from assistant.language import STOP_WORDS, stem
from assistant.understand.orders.items import Mention
from assistant.understand.orders.refs import statuses
from assistant.understand.orders.wording import VERBS

_ORDER = re.compile(
    r"\b(?:[\w-]*order\w*|purchases?|purchased|bought|parcels?|packages?|shipments?|deliver(?:y|ies)|goods|items?|"
    r"products?|articles?|baskets?|transactions?)\b|#?\w*\d{4,}\w*"
)
"""Words for an order or for what is in one; and numbers that may be of either."""
_ENDS = re.compile(
    r"[.;:!?(]|\s-\s|\b(?:from|off|out|for|on|in|at|with|to|because|since|due|as|if|unless|until|when|while|before|"
    r"after|which|who|where|but|so|it's|i|i'm|i've|we)\b|(?<=\w )that\b"
)
_FROM = re.compile(r"\W*(?:from|off|out of)\b")
_ALL = re.compile(
    r"\b(?:it|them|this|that|these|those|everything|all|whole|entire|both|[\w-]*orders?|purchases?|parcels?|packages?|"
    r"deliver(?:y|ies)|the (?:items|goods|products|articles|things))\b|#?\w*\d{4,}\w*"
)
"""What can be taken off an order and be the whole of it."""
_ME = re.compile(r"\W*(?:me|us|myself|ourselves)\b(?=\W*\w|(\W*))")
_LOOSE = frozenset(
    "first second third fourth last latest newest oldest recent previous pending open current rest remaining whole "
    "entire complete new old stuff lot asap today now instead again pls plz thx thanks too first straight away soon "
    "ahead after afterwards kindly whatever possible yet".split()
)
"""Say which, when or how: no thing by themselves."""


def is_order(clause: str, at: int, found: Sequence[Mention], values: Collection[str]) -> bool:
    """Whether the verb for cancelling at `at` of a (mended) clause is about orders or goods in them: it has an object
    that is one, or that points at what was spoken of, or none. `found` are the customer's items in the clause, `values`
    the stems of words by which these are told apart."""
    verb = VERBS["cancel"].match(clause, at)
    if verb is None:
        return True
    start, end = _object(clause, verb)
    if any(m.start < end and start < m.end for m in found):
        return True
    what, off = clause[start:end], bool(_FROM.match(clause[end:]))
    if me := _ME.match(what):
        if me[1] is not None:  # "remove me from your list"
            return False
        what = what[me.end() :]  # "cancel me the lamp order"
    first, *more = re.split(r",|&|\b(?:and|or|plus)\b", what)
    if any(_ORDER.search(part) for part in more):
        return True
    head = first.split(" of ")[0]
    part = head if _things(head, values) else first
    if off and not _ALL.search(part) and not any(stem(t) in values for t in part.split()):
        return bool(found) and not part.strip()  # "remove something from my order", "remove from it the lamp"
    return bool(_ORDER.search(part) or statuses(part)) or not _things(part, values)


def _object(clause: str, verb: re.Match[str]) -> tuple[int, int]:
    """Where the object of a verb stands: in it ("take the lamp off"), or behind it to where its phrase ends."""
    inside = re.fullmatch(r"\w+ (.+?) (?:out of|out|off)", verb[0])
    if inside:
        return verb.start() + inside.start(1), verb.start() + inside.end(1)
    ends = _ENDS.search(clause[verb.end() :])
    return verb.end(), verb.end() + ends.start() if ends else len(clause)


def _things(part: str, values: Collection[str]) -> list[str]:
    """The words of a phrase that name something which isn't the customer's goods."""
    words = re.findall(r"[a-z][a-z'-]*|\d+", part)
    return [
        w for w in words if w not in STOP_WORDS | _LOOSE and stem(w) not in values and not re.fullmatch(r"\w{3,}ly", w)
    ]
