"""What a clause wants done with an order where no verb of wording.py says so: "the boots need to go", "undo that one".

A linear head on sentence embeddings, trained by finetune/deeds_head.py; it sees items as "item" and numbers of orders
as "order 1", so that one head serves every shop. Knows no items, no dialogue and no rules.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from assistant.linear import Encode, LinearHead
from assistant.understand.orders.items import Find, Mention
from assistant.understand.orders.refs import ORDER_ID
from assistant.understand.orders.signals import speaks_of_own
from assistant.understand.orders.wording import sentences
from assistant.understand.orders.words import LIKELY

_HEAD = Path(__file__).parents[1] / "data" / "deeds.json"
DEEDS = frozenset({"cancel", "return", "swap", "address", "payment"})


_CERTAIN, _LIKELY = 0.85, 0.5
_WONT = re.compile(
    r"(?<!why )\b(?:not|never|\w+n't|dont|wont)\s+(?:(?:going to|gonna|about to|want to|ever|just|simply|be)\s+)*"
    r"(?:throw|chuck|bin|ditch|dump|los|giv|scrap|send|cancel|return|kill|drop|toss|wast|part|swap|trad|exchang|"
    r"replac|chang|get(?=(?:ting)? rid))(?:[pntd]?ing|e)?\b"
)
"""What somebody refuses to do: "I am not throwing the whole order away over a notebook"."""
_WH = re.compile(r"^\W*(?:(?:and|so|but|ok)\W+)*(?:how|what|when|where|which|who|why|do you|does|is there|are there)\b")
_NUMBER = re.compile(r"(?<![\w.-])#?[a-z]{1,2}-?\d{6,}\b")


@lru_cache(maxsize=1)
def default_head() -> LinearHead:
    """The head that ships with the package, loaded once."""
    return LinearHead.load(_HEAD)


_BACK_TO = re.compile(
    r"^\W*(?:(?:ok|so|and|but|now|right)\W+)*(?:(?:going|go|coming|returning|turning|let's go|can we go) )?"
    r"back to (?!you\b)[^,.?!]*"
)
"""What the talk goes back to ("going back to the keyboard, ..."): nobody sends that back."""


_CHANGES = re.compile(
    r"\b(?:swap|exchang|chang|replac|switch|trad|convert|modif|instead|rather|back\b|return|wrong|bought|have|got\b|"
    r"order|receiv|arriv|came\b|my\b|should be|not the\b)"
)
"""Without one of these, wanting a thing in a version is buying it, and no exchange: "the blue one in large please"."""


def wants_deed(low: str, encode: Encode, *, known: bool = True) -> bool:
    """Whether a sentence of a (mended) message wants something done with an order; more readily where the message
    speaks of what its writer has, or gives a number like an order's. `known`: whose orders they would be is known."""
    low = _BACK_TO.sub("", low)
    own = speaks_of_own(low) or bool(_NUMBER.search(low))
    for sentence in (part for s in sentences(low) for part in dict.fromkeys([s, *_parts(s)])):
        if _WH.match(sentence):
            continue
        kind, share = deed(sentence, encode)
        if kind == "swap" and not (known or own or _CHANGES.search(sentence)):
            continue
        if kind in DEEDS and share >= (_LIKELY if own else _CERTAIN):
            return True
    return False


def wants_with(low: str, encode: Encode, find: Find) -> bool:
    """Whether a sentence of a (mended) message names something that its writer has bought, and wants a deed done with
    it. `find`: where a text names items of the customer's."""
    for sentence in sentences(low):
        items = [] if _WH.match(sentence) else find(sentence)
        if items:
            kind, share = deed(sentence, encode, items)
            if kind in DEEDS and share >= LIKELY:
                return True
    return False


def _parts(sentence: str) -> list[str]:
    """The pieces of a sentence between commas that are long enough to say something: "it has to go, how do I ..."."""
    return [p for p in re.split(r"[,;:]\s+|\s[-–]\s", sentence) if len(p.split()) > 3]


def deed(clause: str, encode: Encode, items: Sequence[Mention] = ()) -> tuple[str, float]:
    """What a (mended) clause wants done: one of DEEDS, "ask" or "none"; and how likely that is."""
    if _WONT.search(clause):
        return "none", 1.0
    for mention in sorted(items, key=lambda m: -m.start):
        clause = f"{clause[: mention.start]}item{clause[mention.end :]}"
    shown = ORDER_ID.sub(" order 1", clause).strip()
    shares = default_head().probabilities(encode([shown])[0], shown)
    best = max(shares, key=lambda label: shares[label])
    return best, shares[best]
