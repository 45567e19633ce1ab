"""What is set beside what: "which is dearer again", "is that cheaper?", "vs the Quest band", "how much more".

Works on the clause's words, the products that it names and what was talked about before; knows no prices.
"""

from __future__ import annotations

import re
from typing import Any

from assistant.language import fold
from assistant.understand.pointing import the_two
from assistant.understand.state import State

_WAYS = r"(?:cheaper|dearer|pricier|(?:more|less) expensive|more affordable|better value)"
_RATED = r"(?:better|higher|more) (?:rated|ratings?|reviewed|reviews|stars?)"
_WHICH = re.compile(rf"\bwhich\b(?!.*\b(?:in|under|from|with)\b).{{0,24}}\b(?:{_WAYS}|{_RATED}|costs? (?:more|less))\b")
_IS_IT = re.compile(
    rf"^\W*(?:(?:and|but|so|ok|oh)\W+)*(?:is|are) (?:it|that|this|that one|this one|they|those|these)"
    rf" (?:any |much |even |a (?:bit|lot) |really )?{_WAYS}(?: then)?\W*$"
)
_AGAINST = re.compile(
    rf"\b(?:vs|versus|compared (?:to|with))\b|\bhow much (?:more|less|dearer|cheaper)\b|\b{_WAYS} by(?: how much)?\W*$"
    rf"|\b{_WAYS} than\b"
    rf"|\b(?:more|less) than (?:the|that|your)\b|\b(?:price )?(?:diff|difference)\b.*\b(?:to|from|with|than)\b"
    rf"|^\W*(?:and |so |but )*(?:is|are) (?:the|your|that) [^?]{{3,60}} {_WAYS}\W*$"
    rf"|\bwhich\b.*\b(?:that|it|this)(?: one)?,? or (?:the|your)\b|\bwhich\b.*\bor (?:that|it|this)(?: one)?\W*$"
)
_AND_WHICH = re.compile(
    rf"^\W*(?:(?:and|ok|so|yeah|yes|right|thought so|but|then|which|what|ones?|is|are|'s)\W+)*"
    rf"(?:{_WAYS}|{_RATED})\W*$"
)
"""No more than in what two things are to be compared now: "and cheaper?"."""


_HOW_MUCH = rf"how much (?:more|less|dearer|cheaper|pricier|{_WAYS})"
_GAP = re.compile(
    r"^\W*(?:(?:and|so|ok|but|hm+|then)\W+)*(?:(?:that(?:['’]?s| is| was)?|it(?:['’]?s| is)?|this(?: is)?) )?"
    rf"{_HOW_MUCH}"
    r"(?: (?:is|was|does|do|would|will) (?:that|it|this)(?: one)?(?: cost| be)?)?(?: in (?:money|\w+))?(?: then)?\W*$"
    r"|^\W*(?:(?:and|so|ok|but)\W+)*by how much(?: (?:more|less))?\W*$"
    r"|\b(?:gap|difference|diff) (?:between|of) (?:those|these|them|the (?:two|2))(?: two)?\W*$"
)
"""No more than by how much two things differ: of the last two that is asked."""
_SAVED = re.compile(
    r"\b(?:what|how much)(?: money)? (?:do|would|will|could|can|did) (?:i|we) save "
    r"(?:with|w|by|on|if i (?:take|get|buy)) "
    r"(?!.*\b(?:code|coupon|voucher|offers?|discounts?|deals?|sale|members?\w*|delivery|shipping|today|now|bundle|set)\b)"
    r"(?:that|this|it|the|those|these)\b"
)
"""What one thing costs less than another: "how much do i save with that one"."""


def saves(text: str) -> bool:
    """Whether a clause asks what is saved by taking one thing for another."""
    return bool(_SAVED.search(fold(text)))


def against(text: str) -> bool:
    """Whether a clause sets something beside what is talked about: "how much more is it than the other brand"."""
    return bool(_AGAINST.search(fold(text)))


def weighs_versions(text: str) -> bool:
    """Whether a clause asks if another version is cheaper or dearer: "if i go 28 is it cheaper"."""
    folded = fold(text)
    return bool(_MORE_OR_LESS.search(folded)) and not _AMONG.search(folded)


_MORE_OR_LESS = re.compile(rf"\b{_WAYS}\b")
_AMONG = re.compile(
    r"\b(?:anything|something|any|which|other|others|another|ones) \b|\bor\b|\bthe (?:cheaper|dearer)\b"
)


def set_beside(text: str, named: tuple[str, ...], state: State) -> list[dict[str, Any]]:
    """The things that a clause compares, as [{"product", "sku"}], where it names one of them or none; else empty."""
    folded, focus = fold(text), state.focus
    saved = bool(_SAVED.search(folded))
    if len(named) == 1 and len(focus) == 1 and named[0] != focus[0] and (saved or _AGAINST.search(folded)):
        return [{"product": p, "sku": None} for p in (focus[0], named[0])]
    if not named and state.act == "compare" and len(state.listed) > 1 and _AND_WHICH.search(folded):
        return list(state.listed)
    if saved and len(focus) == 1 and named in ((), tuple(focus)):
        return _this_and_the_one_before(state)
    if _GAP.search(folded) and not named:
        return _this_and_the_one_before(state) if len(focus) == 1 else the_two(state, text)[:2]
    if named or len(focus) != 1 or " or " in folded:  # "wired or wireless" are versions of the one
        return []
    if _IS_IT.search(folded):
        return _this_and_the_one_before(state)
    return the_two(state, text) if _WHICH.search(folded) else []


def _this_and_the_one_before(state: State) -> list[dict[str, Any]]:
    """The one thing under discussion and what was talked about before it."""
    before = [t for t in state.topics if t["product"] not in state.focus]
    return (
        []
        if not before
        else [{"product": before[-1]["product"], "sku": None}, {"product": state.focus[0], "sku": None}]
    )
