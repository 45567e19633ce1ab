"""Words that a reader of order talk looks for in a clause: all, the whole order, except, together with, only, maybe.

Knows English and no shop. Everything here works on folded text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.understand.orders.wording import actions
from assistant.understand.pointing import UNIT

EVERY = re.compile(
    r"\b(?:everything(?! else| stays| the same)|every (?:single )?(?:item|thing)|all (?:of )?(?:them|"
    r"the (?:items|things|stuff)|my (?:items|stuff|things|orders)|(?:the )?(?:pending|delivered|open) orders|"
    r"i (?:ordered|bought|received|got)|orders|items|possible orders)|all\W*$|all(?= (?:(?:that )?back|but|except)\b)|"
    r"all the pending ones|all "
    r"(?:\w+ ){0,2}orders|any (?:of my )?orders?|(?:both|all|every) (?:of )?(?:my )?orders?|whatever is possible|"
    r"(?:every(?: single)?|each) (?:one|item|thing)|all (?:\w+ ){0,3}(?:items|things|articles|stuff|products|pieces)|"
    r"(?:whatever|anything)(?: that)?(?:'s| is| hasn't| has not| isn't)\b[^.,?!]*)\b"
)
"""All that there is of a kind, in whatever orders."""
ENTIRE = re.compile(
    r"\b(?:(?:whole|entire|complete|full) (?:thing|order|lot|package|parcel)|all of (?:it|that)|all (?:it|"
    r"that)\b(?! i)|it(?:'s| has| is)? all (?:got|has|needs?|must|should|is)\b|"
    r"(?:it|that|this) all(?= (?:then|now|please|off|back)\b|\W*$)|"
    r"(?:the|a) lot|completely|in full|entirely|altogether(?= *[.!]?$)|nothing in (?:it|that|this|the|#)\S*[^.?!]*|"
    r"(?:all of|the rest of|every\w* (?:in|from|of)) (?:order )?#?\w*\d{4,}"
    r"(?!\w| (?:is|are|was|were|stays?|remains?|i keep|i'm keeping|can stay)\b))\b"
)
"""All of one order."""
WHOLE = re.compile(
    r"\b(?:(?:whole|entire|complete|full|all of the) order|the order|(?:my|these|those|all|both|pending) (?:\w+ "
    r"){0,2}orders?|that order|this order|order #?\w*\d{4,})\b"
)
KEEP = re.compile(
    r"\b(?:except(?:ing)?(?: for)?|excluding|barring|bar(?= (?:the|my|that|this|those|these)\b)|minus|not counting|"
    r"apart from|other than|besides|but not|everything but|all but|but|"
    r"keep(?:ing)?|leave(?: out)?|forget(?: about)?|skip(?:ping)?|never mind|ignore|not including|"
    r"without|not|don't want(?: to)? (?:return|cancel|exchange)|save for)\s+(?:the |my |those |these |that |any |"
    r"for )*(?:\w+ ){0,2}$"
)
KEEP_AFTER = re.compile(
    r"^,? (?:(?:is|are) )?(?:excepted|excluded|exempt(?:ed)?|aside|not included)\b|"
    r"^ (?:that |which )?i(?:'ll| will|'d like to| would like to| want to)? keep\b(?! (?:the|my|that|these|those)\b)|"
    r"^[^.,;]{0,20}\b(?:stays?(?! (?:the same|in|a|as(?! (?:is|it is|they are|it was)\b))\b)|"
    r"(?:should |must |can )?(?:stay|be kept|remain)(?! (?:the "
    r"same|in|a|as|size))|out of it|as (?:it is|they are)|(?:is|are) (?:lovely|in use|a keeper|keepers)|"
    r"(?:is|are|be) left (?:alone|in peace|as|where|out|untouched|be)|'ll keep)\b"
)
NEAR = re.compile(
    r"\b(?:(?:came|come|ordered|bought|received|got|together|arrived|was|is|were|"
    r"delivered|sent|order|orders|purchase|parcel|package|delivery|shipment|one|that) "
    r"(?:\w+ ){0,3}?(?:with|as|containing|contains|including|had|has)|"
    r"order (?:of|for)|where(?: i (?:bought|ordered|got))?) (?:the|my|a|an|both|two|it)? ?(?:[\w-]+ ){0,1}$"
)
SPOKEN_OF = re.compile(
    r"\b(?:orders?|one(?! of\b)|purchase|parcel|delivery|package|box)\b(?! (?:more|less)\b)[^.?!;:]{0,60}?"
    r"\b(?:with|containing|contains|including|of|for|that has|which has|has|holds|"
    r"where(?:'s| is| are| there(?:'s| is| are))?)\W+(?:(?:the|my|a|an|both|two|that|just)\W+)?(?:[\w-]+ )?$"
)
"""Before an item that only says which order is meant: "the one that hasn't come yet, with an air purifier"."""
AND_THE = re.compile(r"\W*(?:,|and|&|plus|as well as|,\s*and)?\W*(?:(?:the|my|a|an|some|two|that)\W+)?(?:[\w-]+ )?$")
"""Between two items that are named in one breath."""
KEEPING = re.compile(
    r"^(?!.*\b(?:rest|everything|others?|remaining|the same|all else)\b)"
    r".*\b(?:keep|keeping|keeps|stays?(?! (?:in|as|a|at|with|size|exactly))|(?:hang|hold) on ?to)\b"
)
"""Says of what is named that it stays with the customer."""
HOLD = re.compile(
    r"\b(?:stays?|keep|same|must|remain|like mine|as (?:now|before|it is|mine)|(?:has|have|need|needs) to be)\b"
)
TOPIC = re.compile(
    r"\b(?:everything|all)\b[^.?!]*\b(?:nothing to do with|(?:not|n't|unrelated) "
    r"(?:\w+ ){0,3}?(?:related|for|about|to do)|related to|to do with)\b"
)
EXCEPT_SOME = re.compile(
    r"\b(?:except|but|apart from|other than|besides)(?: for)? (?:a (?:couple|few)|some|2|3|one|two)\b"
)
REFERENCE = re.compile(
    r"\b(?:(?:same|type|kind|style)\b[^,.;]{0,20}\b(?:as|of|like)|(?<!would )(?<!'d )(?<!i )like) (?:the|my|"
    r"that)? ?(?:other |pending )?$"
)
CONNECT = re.compile(
    r"\s(?:for|to|into|with|->|→|instead(?! of)|changed to|be|becomes?)\s"
    r"(?!(?:me|it|the order|my (?:order|address|card|gift|paypal|"
    r"credit|kid|mother|child|account|collection)|be|return|exchange|have|get|see|cancel|do|change|make|keep)\b)|"
    r"\bi(?:'d)? (?:want|like|need)\b|\bwould (?:like|need|want|prefer|love)\b|\bin exchange for\b|^\s*:\s"
)
BOTH = re.compile(
    r"\b(?:both|all|every|each|two|three|2|3|4|all of)\W+(?:of )?(?:the |my |those |these )?(?:\w+ ){0,2}$"
)
COUNT = re.compile(
    r"\b([2-9]|[1-9]\d)\s+(?:x\s|of (?:the |my |those |these )?)?(?:\w+ ){0,1}$|"
    r"\b(one|1) (?:(?:of (?:the |my |those |these )?)(?:\w+ ){0,1})?$"
)
ONE_OF = re.compile(r"\b(?:one|1) of (?:them|those|these|the two|the 2)\b")
ONLY = re.compile(
    r"(?<!\bhas )(?<!\bhave )(?<!\bhad )(?<!'ve )(?<!'s )\b(?:only|just|"
    r"nothing else(?! (?:\w+ ){0,3}(?:different|chang\w+|alter\w*)))\b"
    r"(?! (?:ordered|bought|placed|received|got|arrived|wondering|created|want(?:ed)? "
    r"to (?:know|ask)|to be sure|use|make|like))"
)
_JUST_THE = re.compile(r"\b(?:just|only|nothing but)\W+(?:(?:the|my|that|those|these) )(?:[\w-]+ )?$")
FINE = re.compile(
    r"(?:\W?\s*(?:is|are)|'s)(?: (?:still|just|totally|perfectly|really|very|quite))* "
    r"(?:fine|ok(?:ay)?|good|great|perfect|right)"
    r"(?=\W*(?:$|[,;.]|and\b|but\b|so\b))"
)
"""Behind an item that is as it should be."""
_MINE = re.compile(r"\b(?:the|my|that|those|these)\s+(?:[\w-]+ )?$")
_TOO = re.compile(r"\s*(?:also|too|as well)?\W*$")
ALSO = re.compile(
    r"\b(?:also|too|as well|one more|in addition|another thing|and then|next|additionally|before (?:you|that))\b"
)
HAVE = re.compile(
    r"^\W*(?:(?:so|and|also|ok|hi|hello|hey)\W+)*(?:i(?:'ve| have)? )?(?:got|received|have|ordered|bought) "
)
"""A sentence that tells what somebody has, for what the next one asks."""
MAKE = re.compile(
    r"\bmak(?:e|ing) (?:it|them|this|that|mine|(?:the|my) (?:[\w-]+ ){0,3}[\w-]+)\b|"
    r"\b(?:should|must|is to|are to|ought to) (?:be|become)\b|"
    r"\b(?:give|get|send) me\b[^.?!]*\binstead\b|\bi(?:'d| would) rather have\b|\b(?:want|like|need|have|get)\b[^.?!]*"
    r"\b(?:instead of|rather than|in place of|in (?:an)?other|in a different)\b|\binstead\W*$"
)
"""Says what an item should be, without a word for changing it."""
BARE = re.compile(
    r"\b(?:exchange|swap|change|switch|replace|trade|return|cancel|refund|modify)"
    r"(?: please)?\W*(?:$|(?:for|to|into|with|please)\b)"
)
"""An action without its object, which was named before."""
MAYBE = re.compile(
    r"\b(?:would i be able to|(?:could|can) i still|am i able to|(?:is|would) it (?:be )?possible to|"
    r"i only want to know|just checking|not sure yet|"
    r"don't process|do not process|whether i could)\b|"
    r"^\W*(?:\w+\W+){0,3}?if (?:it|they|he|she|(?:the|my|one|any) [\w-]+|something|1)\b"
    r"(?![^,]*(?:n't|\bnot|still|possible|ok|late|allowed|available|stock|need))"
    r"[^.?!,]*,\W*(?:then )?(?:can|could|may|am|do) i\b[^.!]*\?"
)
FALLBACK = re.compile(
    r"\W*(?:(?:and|but|or|so|well|ok|then)\W+)*(?:(?:if|in case|should) (?:that|this|it|you|we|there|one|neither|none|"
    r"the \w+)\b[^,;.]*?(?:\bcan't\b|\bcannot\b|n't (?:possible|allowed|an option|available|work|let|allow|do|have|"
    r"take|offer|go|be)\b|\bnot (?:possible|allowed|available|an option|doable|work|be)\b|\b(?:impossible|unavailable|"
    r"refused?|fails?|unable|no longer|sold out|out of stock)\b|(?<!not )(?<!n't )\b(?:too late|already)\b)|"
    r"if not\b(?! (?:already|too)\b)|otherwise\b|or else\b|failing that\b)"
)
"""Opens what is only wanted where the request before can't be done."""
NO_ACTION = re.compile(
    r"\bdon't (?:process|do) (?:anything|it)|\bnot sure yet\b|\bonly want to know\b|\bjust checking\b"
)


_OUT_OF_IT = re.compile(r"^\W*out of (?:it|that|there)\b")
"""Behind an item: of "take the laptop out of it" it goes, of "leave the laptop out of it" it stays."""
_SO_MANY = re.compile(rf"\b(?:these|those|the) ([2-9]|[1-9]\d)\b(?!\W?{UNIT}\b(?<!s)|\W?(?:lbs|inches|w|v|of)\b| ?%)")
"""No size ("the 4 slice toaster"); a unit in the plural is goods ("these 2 cups")."""


_BUT = re.compile(r"but (?!not\b)")
_OF_ALL = re.compile(
    r"\b(?:all|every\w*|any\w*|whole|entire|complete|both|each|none|nothing|no \w+|rest|lot|whatever|order\w*|them|it|"
    r"#?\w*\d{3,})\b"
)
"""What something can be taken out of by a mere "but"."""


def so_many(clause: str) -> int | None:
    """How many are pointed at: "can I send these 2 back"."""
    found = _SO_MANY.search(clause)
    return int(found[1]) if found else None


def only_these(clause: str, spans: Sequence[tuple[int, int]]) -> set[tuple[int, int]]:
    """Which of the items at `spans` are said to be the only ones: "just the vacuum, the kettle is great"; with those
    that are named in one breath with them. Empty where none is."""
    out: set[tuple[int, int]] = set()
    end = -1
    for span in spans:
        between = clause[end : span[0]] if end >= 0 else ""
        listed = _LISTED.fullmatch(between) and _GOES_ON.match(clause[span[1] :])
        if _JUST_THE.search(clause[: span[0]]) or _AND.fullmatch(between) or listed:
            out.add(span)
            end = span[1]
        else:
            end = -1
    return out


_AND = re.compile(r"\s*,?\s*(?:and|&|plus)\s+(?:(?:the|my|that) )?(?:[\w-]+ )?")
_LISTED = re.compile(r"\s*,\s*(?:the|my) (?:[\w-]+ )?")
_GOES_ON = re.compile(r"\s*(?:,|and\b|&)")


def is_fine(clause: str, spans: Sequence[tuple[int, int]]) -> set[tuple[int, int]]:
    """Which of the items at `spans` are said to be as they should: "the mug is fine, and the small lamp also"."""
    out: set[tuple[int, int]] = set()
    end = -1
    for span in spans:
        own = _MINE.search(clause[: span[0]])
        again = end >= 0 and own and _TOO.match(clause[span[1] :])
        behind = span[1] - 2 * clause[: span[1]].endswith("'s")  # "the small set's perfect"
        again = again and re.fullmatch(rf"{FINE.pattern}\W*(?:and|,)\W*(?:the|my) (?:[\w-]+ )?", clause[end : span[0]])
        if own and (again or FINE.match(clause[behind:])):
            out.add(span)
        end = span[1] if span in out else -1
    return out


def kept(clause: str, spans: Sequence[tuple[int, int]]) -> set[tuple[int, int]]:
    """Which of the items that stand at `spans` are to be left alone: "but the tablet and the grill", not "but change
    the earbuds"."""
    out: set[tuple[int, int]] = set()
    run = -1  # where the last one that is kept by a word before it ends
    for start, end in spans:
        before = KEEP.search(clause[:start])
        if before is not None and _BUT.match(before[0]) and not _OF_ALL.search(clause[: before.start()]):
            before = None  # "fine. But the bottle, can that go back?"
        named_first = before is not None and not actions(clause[before.start() : start])
        run = end if named_first or (run >= 0 and AND_THE.fullmatch(clause[run:start])) else -1
        taken_out = _OUT_OF_IT.search(clause[end:]) and actions(clause[:start] + clause[start:])
        if run >= 0 or (KEEP_AFTER.search(clause[end:]) and not taken_out):
            out.add((start, end))
    return out
