"""Whether a message asks if something can be there by a day: "by next friday?", "can you do it by the 5th".

Such a question is one about how long delivery takes, whatever else its words seem to be. Knows no shop and no calendar.
"""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.language import fold
from assistant.request import Request

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*"
_DAY = (
    r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?|today|tonight|tomorrow|tmrw|"
    r"the weekend|weekend|christmas(?: eve)?|xmas|easter|new year\w*|week|month|(?:the )?end of (?:the )?"
    r"(?:week|month)|(?:my|his|her|our) (?:birthday|wedding|holiday|trip)|"
    r"(?:the )?\d{1,2}(?:st|nd|rd|th)(?: (?:of )?" + _MONTH + r")?|"
    r"\d{1,2} (?:of )?" + _MONTH + r"|" + _MONTH + r" \d{1,2}(?:st|nd|rd|th)?)"
)
_BY = re.compile(rf"\b(?:by|before|in time for|for) (?:this |next |the (?=weekend|end)|coming )?{_DAY}\b")
_ONLY = re.compile(rf"^\W*(?:(?:and|ok|so|but|even|what about|how about|also)\W+)*{_BY.pattern}\W*$")
_COMES = re.compile(
    r"\b(?:get|gets|here|arrive\w*|deliver\w*|ship\w*|come|comes|make it|do it|have it|receive|reach|send|sent|"
    r"be there|possible|need it|with me|manage)\b"
)
_OTHER = re.compile(
    r"\b(?:open\w*|clos\w*|offers?|sales?|discounts?|codes?|return\w*|send(?:ing)? (?:it|them|this|that) back|"
    r"refund\w*|exchang\w*|pay|paid|my order|my parcel|parcel|package|book|hire|rent|cancel\w*)\b"
)
_ACTS = frozenset("details policy availability search none price stock options newest compare yes".split())
_ASKED = "when would it arrive if I order today"


def by_a_day(request: Request) -> Request:
    """The request as the question about delivery that it is, where it asks for something by a day."""
    folded = fold(request.text)
    named = _BY.search(folded)
    if not named or request.act not in _ACTS or _OTHER.search(folded) or "basket" in request.extra:
        return request
    if not _ONLY.match(folded) and not _COMES.search(folded):
        return request
    slots = request.extra.get("slots", {}) | {"by": named[0]}
    return replace(
        request, act="policy", text=_ASKED, query="arrive order delivery", wanted=(),
        extra=request.extra | {"slots": slots, "by": named[0]},
    )  # fmt: skip
