"""Which row of a table on a page is meant: the one whose range the amount in the question falls into.

    outside("standard shipping if i spend about 250", "Merchandise total : Up to $200; STANDARD : $16") -> True

Knows no pages and no products.
"""

from __future__ import annotations

import re

_NUMBER = r"\d[\d,]*(?:\.\d+)?"
_AMOUNT = re.compile(
    rf"[$€£]\s?(?P<signed>{_NUMBER})|(?P<worded>{_NUMBER})\s?(?:dollars?|bucks|quid|pounds?|euros?|usd|gbp|eur)\b"
    rf"|\b(?:spend\w*|worth|comes? to|total\w*|order\w*) (?:\w+ ){{0,3}}?(?P<spent>{_NUMBER})\b(?! ?(?:days?|pm|am|:))",
    re.IGNORECASE,
)
_BETWEEN = re.compile(rf"[$€£]\s?({_NUMBER})\s*(?:—|–|-|to)\s*[$€£]?\s?({_NUMBER})")
_UP_TO = re.compile(rf"\b(?:up to|under|below|less than)\s+[$€£]\s?({_NUMBER})", re.IGNORECASE)
_OVER = re.compile(rf"\b(?:over|above|more than|from)\s+[$€£]\s?({_NUMBER})", re.IGNORECASE)


def outside(question: str, line: str) -> bool:
    """Whether `line` is a table's row for amounts other than the one that the question gives."""
    asked = _AMOUNT.search(question)
    label, marked, _ = line.partition(";")
    if asked is None or not marked or ":" not in label:
        return False
    amount = _value(next(filter(None, asked.groups())))
    if match := _BETWEEN.search(label):
        return not _value(match[1]) <= amount <= _value(match[2])
    if match := _UP_TO.search(label):
        return amount > _value(match[1])
    match = _OVER.search(label)
    return match is not None and amount <= _value(match[1])


def _value(number: str) -> float:
    return float(number.replace(",", ""))
