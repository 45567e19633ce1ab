"""Sentences that only say what somebody doesn't want, or has already, beside others that ask: "I don't need socks, I
need gloves", "he has a pan already. What else for a cook?".

Such a sentence asks for nothing. What it names is left out of what the others look for, where it names a thing; a
material or kind of stuff is avoided. Knows English and no shop.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.language import fold, spelt_out
from assistant.request import Request
from assistant.understand.clause import Clause
from assistant.understand.excepted import FINDS, leaving_out
from assistant.understand.preferences import stated
from assistant.understand.state import State
from assistant.understand.vocabulary import ProductName

_BEFORE = r"^\W*(?:(?:no|well|but|and|so|ok|okay|sorry|actually|also|thanks|please)\W+)*"
_DENIES = (
    r"(?:(?:i|we) (?:really |actually |just )?(?:don't|do not|dont) (?:really )?(?:want|need)"
    r"|(?:i'm|i am|im|we're|we are) not (?:really |actually )?(?:looking for|after|interested in))"
)
_HAS = r"(?:i|we|he|she|they|(?:my|our) [a-z]+)(?:'ve|'s|'d)? (?:(?:has|have|had|already|both|all|got|owns?|bought) )+"
_OF_MINE = re.compile(r"\b(?:it|that|this|them|these|those|order|to|return|refund|any ?more|anymore)\b")
"""Words of a wish about what somebody has ordered, or of what is talked of."""
_ALREADY = re.compile(rf"{_BEFORE}{_HAS}(?!questions?\b)")
_UNWANTED = re.compile(rf"{_BEFORE}{_DENIES} \w")
_TWO = re.compile(
    rf"({_BEFORE}{_DENIES} [^,;.?!]{{2,40}})[,;]\s*(?:but |just |only )*"
    r"(?=(?:i|we)(?:'d|'m| am| are|'re)? (?!don't|do not|dont|not)|what|which|do you|have you|show|any\b|got\b|only\b)",
    re.IGNORECASE,
)
_OTHERS = re.compile(r"\b(?:others?|else)\b")
_NAMED_ENOUGH = 0.5
_SHORT = 8
_A_THING = re.compile(r"\b(?:an?|the|one|another|more)\b")


def parted(clause: str) -> list[str]:
    """A clause in two where it says what isn't wanted and goes on with what is."""
    match = _TWO.match(clause)
    return [match[1], clause[match.end() :]] if match else [clause]


def set_aside(clauses: Sequence[Clause], told: Sequence[Clause]) -> tuple[list[Clause], list[Clause]]:
    """Of the `clauses` that may ask something those that do, and of all that the message `told` what only says what
    isn't wanted or is there already; all are kept where nothing else asks."""
    kept = [c for c in clauses if not _says_no_more(c)]
    return (kept, [c for c in told if _says_no_more(c)]) if kept else (list(clauses), [])


def only_denies(clause: Clause) -> bool:
    """Whether a clause says that a thing isn't wanted, and nothing else: "I don't need a bag, thanks"."""
    text = spelt_out(fold(clause.text))
    return _says_no_more(clause) and bool(_UNWANTED.match(text)) and len(text.split()) <= _SHORT


def _says_no_more(clause: Clause) -> bool:
    text = spelt_out(fold(clause.text))
    if "?" in text or _OF_MINE.search(text):
        return False
    already = _ALREADY.match(text) and re.search(r"\balready\b", text)
    return bool(already or _UNWANTED.match(text))


def leaving_aside(request: Request, aside: Sequence[Clause], entries: dict[str, ProductName]) -> Request:
    """The request without the things that `aside` names, and with the stuff in it avoided."""
    if not aside:
        return request
    request = replace(request, extra=request.extra | {"aside": True})
    if request.act == "options" and _OTHERS.search(fold(request.text)):
        request = replace(request, act="search")  # "which other shoes do you have?"
    if request.act not in FINDS and request.products:
        return request
    named = [m for c in aside for m in c.links.mentions if m.coverage >= _NAMED_ENOUGH or m.specific]
    ids = [p for m in named for p in m.product_ids]
    if ids:
        request = leaving_out(request, tuple(dict.fromkeys(ids)), entries)
    stuff = [v for c in aside for v in _stuff(c)]
    extra = {"avoided": (*request.extra.get("avoided", ()), *stuff), "plainly": True} if stuff else {}
    return replace(request, extra=request.extra | extra)


def _stuff(clause: Clause) -> list[str]:
    """What a clause says isn't wanted in anything, rather than a thing by itself: "leather", no "a down jacket"."""
    if _A_THING.search(fold(clause.text)) or clause.links.subcategories or clause.links.categories:
        return []
    return [t.value for t in stated(clause.text, "prefer", clause, State()) if t.name == "avoids"]
