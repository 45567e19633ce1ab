"""What a number counts: the thing whose name it stands before, or so many of the one thing that is meant.

A number says how many only by what it governs ("2 of those low chairs", "3 of them") or by what governs it ("I'll take
3", "how much for 3"); an age, a day, a limit or a price in another clause multiplies nothing. Knows words only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.language import STOP_WORDS, Tok, stem
from assistant.understand.vocabulary import is_unit

PIECES = frozenset(
    stem(w)
    for w in """piece pack packet pair set unit item one cup box bag tin can jar bottle tube roll sheet bar pot
    small smaller little big bigger large larger medium plain same""".split()
)
"""What things are counted in beside their own names."""
_NO_COUNT = re.compile(
    r"\s?[$€£¥%]|[.,/:-]\d|\s?(?:pounds?|quid|euros?|dollars?|bucks|off|gbp|eur|usd|percent)\b|'?s\b|\s?(?:-|to) ?\d"
    r"|[.!?]\s+\w"
)
"""Behind a number that counts nothing: money, a range, a number that is a sentence of its own."""
_MONEY_BEFORE = re.compile(r"[$€£¥]\s?$|[\d][.,/x×-]$|\w$")
_OF_THEM = re.compile(r"(?: more)? of (?:the|those|these|them|this|that|it|each|your)\b")
_LED = re.compile(
    r"(?:^|[,;:?!–—-]\s*)(?:(?:and|so|then|ok(?:ay)?|plus|or|just|maybe|also|hm+|right|now)\s+)*$"
    r"|\b(?:t[ao]k(?:e|ing)|want(?:ing|ed)?|need(?:ing)?|buy(?:ing)?|bought|get(?:ting)?|got|order(?:ing)?|pay for|say"
    r"|times|make it|(?:can|could|may|if) (?:i|we) have|(?:i|we)'ll have)(?: (?:just|only|about|like|maybe))? $"
    r"|\b(?:how much|what|(?:price|cost|total|sum|come to)(?= (?:of|for)))"
    r"(?:'s|'re| is| are| would| will| do| does| be| it| that| they| cost| come to| about| if| of| for)* $"
)
"""Before a number that stands for so many of something: who takes, wants or buys it, or what so many would cost."""
_DETERMINERS = frozenset("the those these your that this my our a an some any both all".split())
_OF_COUNTING = frozenset("of more extra other".split())


def is_free(tokens: Sequence[Tok], at: int, said: str) -> bool:
    """Whether the number at a place of a text in small letters is neither money nor part of a figure or a code."""
    return not (_MONEY_BEFORE.search(said[: tokens[at].start]) or _NO_COUNT.match(said[tokens[at].end :]))


def governs(tokens: Sequence[Tok], at: int, thing: int, said: str) -> bool:
    """Whether the number at one place counts the thing at another: between them stands only what belongs to the thing,
    "2 of those low chairs" and "3 packs of the blue socks", not "my 2 kids want the chair"."""
    if tokens[thing].text == "one" or re.search(r"[.!?;]\s", said[tokens[at].end : tokens[thing].start]):
        return False  # "the 3 person one" is a single one
    before = ""
    for tok in tokens[at + 1 : thing]:
        if tok.text in _DETERMINERS:
            if before not in ("", *_OF_COUNTING):
                return False
        elif tok.text in STOP_WORDS and tok.text not in _OF_COUNTING and tok.stem not in PIECES:
            return False
        before = "" if tok.stem in PIECES else tok.text
    return True


def stands_alone(tokens: Sequence[Tok], at: int, said: str) -> bool:
    """Whether the number at a place says by itself how many of something are meant: "3 of them", "I'll take 3"."""
    before = said[: tokens[at].start]
    if _OF_THEM.match(said[tokens[at].end :]):
        return not before.endswith("all ")  # "all 4 of them" are no four of one
    if not _LED.search(before):
        return False
    if at + 1 == len(tokens) or re.search(r"[^\w\s]", said[tokens[at].end : tokens[at + 1].start]):
        return True
    after = tokens[at + 1].text
    return after != "of" and not is_unit(after) and (after in STOP_WORDS or not after.isalpha())
