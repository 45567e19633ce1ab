"""What items and orders in a clause are named for: to be acted on, to tell which order is meant, or named again.

Knows English and no account.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.understand.orders import patterns
from assistant.understand.orders.items import Mention
from assistant.understand.orders.refs import ORDER_ID

_TOGETHER = re.compile(r"\W*(?:together|along) with (?:(?:the|my|a|an) )?(?:[\w-]+ )?")


_AN_ORDER = re.compile(r"(?:'s)? orders?\b(?! (?:number|no|id|as)\b)")
"""Behind an item that stands for the order it is in: "the lamp order"."""


def _stands_for_order(found: Sequence[Mention], clause: str) -> bool:
    """Whether the first of these is, or is named in one breath with, one that stands for its order."""
    for n, mention in enumerate(found):
        if _AN_ORDER.match(clause[mention.end :]):
            return True
        if n + 1 == len(found) or not patterns.AND_THE.fullmatch(clause[mention.end : found[n + 1].start]):
            return False
    return False


def only_tell_orders(found: Sequence[Mention], clause: str, kind: str) -> list[Mention]:
    """The items of a clause that only say which order is meant: "the order with the lamp and the kettle"."""
    out: list[Mention] = []
    for n, mention in enumerate(found):
        before = clause[: mention.start]
        if kind in ("cancel", "") and _stands_for_order(found[n:], clause):
            out.append(mention)
            continue
        if n and _TOGETHER.fullmatch(clause[found[n - 1].end : mention.start]) and found[n - 1] not in out:
            continue
        one = clause[mention.start : mention.end] in ("one", "ones")  # "the order with two kettles, the glass one"
        run = (
            n
            and not one
            and found[n - 1] in out
            and patterns.AND_THE.fullmatch(clause[found[n - 1].end : mention.start])
        )
        by_content = kind in ("cancel", "") or patterns.ENTIRE.search(clause) or patterns.EVERY.search(clause)
        if patterns.NEAR.search(before) or run or (by_content and patterns.SPOKEN_OF.search(before)):
            out.append(mention)
    return out


def named_again(mention: Mention, found: Sequence[Mention], at: int) -> bool:
    """ "I got the boots and I'd like to swap the boots for ...": what counts is said after the action (at `at`)."""
    return mention.start < at and any(o.start > at and set(o.names) & set(mention.names) for o in found)


def numbered_whole(clause: str) -> bool:
    """Whether a number in a clause names an order itself, and not where something is: "stop W4250290"."""
    return any(not _INSIDE.search(clause[: m.start()]) for m in ORDER_ID.finditer(clause))


_INSIDE = re.compile(r"\b(?:in|from|of|off|on|with|into|inside|out of)\s+(?:my |the )?(?:order )?$")


def means_whole(clause: str) -> bool:
    """Whether a clause means whole orders; "the boots in my order" doesn't."""
    return any(
        not re.search(r"\b(?:in|from|of|off|on|with|into|inside)\s+$", clause[: m.start()])
        or re.match(r"whole|entire|complete", m[0])
        for m in patterns.WHOLE.finditer(clause)
    )
