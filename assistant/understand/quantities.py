"""Amounts, limits, orders and places in a list, out of a customer's words. Knows English, no shop and no dialogue."""

from __future__ import annotations

import re
from decimal import Decimal

from assistant.language import STOP_WORDS, fold, words_to_numbers
from assistant.request import Bounds

_AMOUNT = (
    r"(?:[$€£¥]\s?|usd\s?|eur\s?|gbp\s?)?(\d+(?:[.,]\d{3})*(?:[.,]\d{1,2})?)(\s?k\b)?\s?(?:[$€£¥]|dollars?|bucks|"
    r"euros?|pounds?|quid|usd|eur|gbp)?"
)
_MONEY = r"(?:[$€£¥]\s?\d|\d[\d.,]*\s?(?:[$€£¥]|dollars?\b|bucks\b|euros?\b|pounds\b|quid\b|usd\b|eur\b|gbp\b))"
_BETWEEN = re.compile(
    rf"(?:between|from)\s+{_AMOUNT}\s+(?:and|to|-)\s+{_AMOUNT}|{_AMOUNT}\s?-\s?{_AMOUNT}(?=\s?(?:dollars?|euros?|"
    rf"bucks|[$€£]))"
)
_MAX = re.compile(
    r"(?:under|below|less than|cheaper than|up to|at most|no more than|not more than|not over|max(?:imum|\.)?(?: of)?|"
    r"within|"
    r"budget(?: is| of)?(?: about| around)?|(?:can|could|want to|willing to|like to|got|"
    r"have)(?: only)? spend(?: up to| about| around)?|"
    r"afford|for less than|lower than|beneath|south of|limit(?: is| of)?|i(?:'ve| have)(?: only)? got(?= ?[$€£\d])|"
    rf"(?:only|just) (?:have|got)(?= ?{_MONEY})|(?:have|got) (?:only|just)(?= ?{_MONEY})|"
    rf"not (?:cost|costing) more than|(?:doesn't|does not|don't) cost more than|spend)\s+(?:about |around |"
    rf"like )?{_AMOUNT}"
)
_OR_LESS = re.compile(rf"{_AMOUNT}\s+(?:or less|or under|or below|max(?:imum)?|tops|at most|budget|or cheaper)\b")
_MIN = re.compile(
    rf"(?:over|above|more than|at least|from|starting at|min(?:imum)?(?: of)?|no less than|upwards of)\s+{_AMOUNT}"
)
_SO_MANY = re.compile(
    r"\b(?:take|buy|order|get|need|want|have)(?: (?:to|any|me|us))* (?:more than|at least|over|from) \d{1,2}$"
)
"""How many pieces: "do I have to take more than 1"."""
_NOTHING = re.compile(r"\b(?:nothing|not|no|none|never|without|\w+n't|dont|cant|wont|avoid)\b(?: [\w']+){0,3} *$")
"""Before a lower limit: "nothing over 120" is an upper one."""
_NOT_LESS = re.compile(
    r"(?:\b(?:not|no|never)(?: be| cost| go)?|\bnothing|"
    r"(?:n't|\bdont) (?:want|need|like)(?: (?:to \w+|anything|something|one|it))?) $"
)
_LESS = re.compile(r"(?:under|below|less than|cheaper than|lower than|beneath|for less than)\b")
"""Behind a word of denying these are lower limits: "not under 100"."""
_TO_SPEND = re.compile(rf"{_AMOUNT}(?: or so)? to (?:spend|play with|blow|work with)\b")
_SLANG = {"fiver": 5, "tenner": 10, "grand": 1000}
_OF_SLANG = re.compile(r"\b(?:(\d+(?:\.\d+)?)|an?)\s(fiver|tenner|grand)s?\b")
_OR_MORE = re.compile(rf"{_AMOUNT}\s+(?:or more|or above|and up|upwards|minimum)\b")
_AROUND = re.compile(rf"(?:around|about|roughly|approximately|circa)\s+{_AMOUNT}")
_FOR = re.compile(rf"\bfor\s+(?={_MONEY}|\d{{2,5}}\W*$){_AMOUNT}")
_RATING = re.compile(
    r"(\d(?:\.\d)?)\s*(?:\+|or more|or better|and up)?\s*stars?|rated\s+(?:at least|above|over)\s+(\d(?:\.\d)?)"
)
_NOT_MONEY_AFTER = re.compile(
    r"\s*(?:%|percent|-?\s?inch(?:es)?\b|\"|gb|tb|mb|ml\b|l\b|kg\b|g\b|cm\b|mm\b|m\b|ft\b|feet|w\b|watts?|v\b|volts?|"
    r"mah|hz|stars?|years?|"
    r"months?|weeks?|days?|hours?|minutes?|people|persons?|pieces|pcs|units|of (?:them|those|these|the|your)|left|"
    r"items?|in stock|"
    r"litres?|liters?|oz|lbs?|"
    r"dpi|lumens?|season|man\b|person|kids|times|cups?|°|degrees?\b|celsius\b|fahrenheit\b|kilos?\b|grams?\b|kilomet\w+|"
    r"met(?:re|er)s?\b|miles?\b|(?:working|business) days?\b|stone\b|tons?\b|tonnes?\b|thread count\b)"
)
_SIGN = re.compile(r"(?:[$€£¥]|\b(?:usd|eur|gbp))\s?$")
_MONEY_WORD = re.compile(
    r"(?:\s?k\b)?\s?(?:[$€£¥]|(?:dollars?|bucks|euros?|pounds?|quid|usd|eur|gbp|chf|yen|francs?|rupees?|kron\w+|pence|p|"
    r"cents?)\b)"
)
_UNIT = re.compile(r"\s([a-z]{2,3}|[a-z]{3,}s)\b")
"""What stands behind a number and looks like what it counts: "500 lm", "3 pockets"."""
_NO_UNIT = re.compile(
    r"(?:please|pls|plz|pl[sz]|max|tops|thanks|thx|ta|all|per|ish|bro|mate|red|tan|new|big|mens?|womens)$|.*(?:ss|ous)$"
)
_SHORT = 3
_FEW = 20
"""So many of a thing may well be meant; 50 of them are its price: "under 50 shoes"."""

_SPENDING = re.compile(
    rf"(?:^\W*|[,.;:(-]\s*|\b(?:for|spend|spending|budget|want to pay) )(?:(?:around|about|roughly|approx\w*|circa|say|"
    rf"like|max(?:imum)?|up to|under)\s+{_AMOUNT}(?: or so| ish|ish)?|{_AMOUNT}(?: or so| ish|ish| max| tops))\W*$"
)
"""What a gift may cost, said without a currency: ", about 50"."""


def _minor(number: str, thousands: str | None, digits: int) -> int:
    number = re.sub(r"[.,](?=\d{3}(?:\D|$))", "", number).replace(",", ".")
    value = int(Decimal(number).scaleb(digits).to_integral_value())
    return value * 1000 if thousands and thousands.strip() else value


def price_bounds(text: str, digits: int = 2) -> Bounds:
    """The price limits that `text` names: "between 20 and 40", "under fifty bucks", "80 or less", "around 30" (+-20%).

    `digits` is how many minor digits the currency has. Numbers followed by another unit (16 GB, 4 stars) are no prices.
    """
    text = _in_figures(fold(words_to_numbers(text)))

    def find(pattern: re.Pattern[str], at: int = 1) -> re.Match[str] | None:
        for match in pattern.finditer(text):
            if _is_money(text, match, at):
                return match
        return None

    if match := find(_BETWEEN, 3):
        g = list(match.groups())
        low, high = (g[0:2], g[2:4]) if g[0] else (g[4:6], g[6:8])
        a, b = _minor(low[0], low[1], digits), _minor(high[0], high[1], digits)
        return Bounds(min(a, b), max(a, b))
    high_match = find(_MAX) or find(_OR_LESS) or find(_TO_SPEND) or find(_FOR)
    low_match = find(_MIN) or find(_OR_MORE)
    if low_match and _SO_MANY.search(text[: low_match.end(1)]) and not re.search(_MONEY, text[low_match.start() :]):
        low_match = None
    denied = high_match and _LESS.match(high_match[0]) and _NOT_LESS.search(text[: high_match.start()])
    if denied and high_match and "?" not in text[high_match.end() :]:  # "you have nothing under 20?" asks for that
        low_match, high_match = low_match or high_match, None
    elif low_match and not high_match and _NOTHING.search(text[: low_match.start()]):
        low_match, high_match = None, low_match
    if low_match and high_match and low_match.start(1) == high_match.start(1):
        low_match = None
    if not low_match and not high_match and (match := find(_AROUND)) and re.search(_MONEY, text):
        middle = _minor(match[1], match[2], digits)
        return Bounds(round(middle * 0.8), round(middle * 1.2))
    return Bounds(
        _minor(low_match[1], low_match[2], digits) if low_match else None,
        _minor(high_match[1], high_match[2], digits) if high_match else None,
    )


def _is_money(text: str, match: re.Match[str], at: int) -> bool:
    """Whether the amount in group `at` is one of money, and no number of something else: "over 500 lm"."""
    end = match.end(at)
    if _NOT_MONEY_AFTER.match(text, match.end()) or _NOT_MONEY_AFTER.match(text, end):
        return False
    unit = _UNIT.match(text, end)
    named = _SIGN.search(text[: match.start(at)]) or _MONEY_WORD.match(text, end)
    if named or not unit or unit[1] in STOP_WORDS or _NO_UNIT.match(unit[1]):
        return True
    few = len(unit[1]) <= _SHORT or bool(_MIN.match(match[0])) or float(match[at].replace(",", "")) < _FEW
    return not few


def _in_figures(text: str) -> str:
    """Amounts in slang as figures: "a tenner" -> "10 pounds"."""
    return _OF_SLANG.sub(lambda m: f"{float(m[1] or 1) * _SLANG[m[2]]:g} pounds", text)


def bound_spans(text: str) -> list[tuple[int, int]]:
    """Where the price limits stand in `text`, so that their numbers are not taken for sizes."""
    folded = fold(text)
    spans = []
    for pattern in (_BETWEEN, _MAX, _OR_LESS, _TO_SPEND, _FOR, _MIN, _OR_MORE, _AROUND):
        if pattern is _AROUND and not re.search(_MONEY, folded):
            continue  # "what about 44" is no price
        for match in pattern.finditer(folded):
            if not _NOT_MONEY_AFTER.match(folded, match.end()):
                spans.append(match.span())
    spans += [match.span() for match in _OF_SLANG.finditer(folded)]
    return spans + [match.span() for match in _SO_MUCH_OFF.finditer(folded)]


_SO_MUCH_OFF = re.compile(r"[$€£]?\d+(?:\.\d+)?\s?(?:%|percent|pounds?|quid|euros?|dollars?|bucks)?\s?off\b(?!-)")


def says_so_much_off(text: str) -> bool:
    """Whether an amount is said to be taken off: "so that's 30 off?"."""
    return bool(_SO_MUCH_OFF.search(fold(text)))


def min_rating(text: str) -> float | None:
    """ "at least 4 stars" -> 4.0."""
    match = _RATING.search(fold(words_to_numbers(text)))
    return float(match[1] or match[2]) if match else None


_ORDINALS = {"first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "4th": 3, "fifth": 4,
             "5th": 4, "last": -1, "former": 0, "latter": -1}  # fmt: skip
_ORDINAL = re.compile(
    r"(?:\b(first|1st|second|2nd|third|3rd|fourth|4th|fifth|5th|former|latter)"
    r"|(?:^|[^\w\s]\s*|\b(?:the|that|this|very|and|or|about|number) )(last))\b"
    r"(?!\s+(?:time|week|month|year|day|name|order|night|things?|thoughts?|of all|i|we|long|for)\b)"
)
"""Things are also said first and thought of a second time, and what lasts isn't the last."""
_NUMBER_ONE = re.compile(r"\b(?:number|no\.?|option|#)\s*([1-5]|one)\b")


def ordinals(text: str) -> list[int]:
    """Places in a list that are pointed at: "the second one" -> [1], "the last" -> [-1], "the first two" -> [0, 1]."""
    folded = fold(text)
    if match := re.search(r"\bfirst (two|2|three|3)\b", folded):
        return list(range(2 if match[1] in ("two", "2") else 3))
    found = [_ORDINALS[m[1] or m[2]] for m in _ORDINAL.finditer(folded)]
    return found or [(0 if m[1] == "one" else int(m[1]) - 1) for m in _NUMBER_ONE.finditer(words_to_numbers(folded))]


_COMPARATIVES = {
    "cheaper": re.compile(
        r"\b(?:the )?(?:cheaper|less expensive|more affordable)(?: one| of (?:the|those) two| model| option)?\b"
    ),
    "dearer": re.compile(r"\b(?:more expensive|pricier|dearer)(?: one| of the two)?\b"),
    "better_rated": re.compile(r"\b(?:better|higher|best)[ -]rated(?: one)?\b"),
    "other": re.compile(r"\bthe other(?: one| model| two)?\b"),
}


def comparative(text: str) -> str | None:
    """ "the cheaper one" -> "cheaper"; also "dearer", "better_rated", "other". None when nothing is compared."""
    folded = fold(text)
    return next((name for name, pattern in _COMPARATIVES.items() if pattern.search(folded)), None)


_QUANTITY = re.compile(
    r"\b(\d{1,5})\s+(?:of\s+(?:them|those|these|it|the)|pieces|pcs|units|pairs|left|in stock|available|people)\b|"
    r"\b(?:need|want|order|buy|get|have|take)\s+(\d{1,5})\b"
)


def quantity(text: str) -> int | None:
    """How many the customer speaks of: "I need 30 of them" -> 30."""
    match = _QUANTITY.search(fold(words_to_numbers(text)))
    return int(match[1] or match[2]) if match else None


def spending(text: str, digits: int = 2) -> Bounds:
    """How much a gift may cost where no currency is named: "gift for a runner, about 50" (up to a fifth more)."""
    text = _in_figures(fold(words_to_numbers(text)))
    match = _SPENDING.search(text)
    if not match:
        return Bounds()
    number, thousands = (match[1], match[2]) if match[1] else (match[3], match[4])
    about = re.search(r"\b(?:around|about|roughly|approx\w*|circa|say|like|so|ish)\b", match[0])
    return Bounds(None, round(_minor(number, thousands, digits) * (1.2 if about else 1)))
