"""For somebody of which age something is: a puzzle from 6 years is no present for who turns 2.

Reads the age from the message, and from a product what it says of ages ("age from: 3", "from 18 months"). Knows no
kinds of goods.
"""

from __future__ import annotations

import re

from assistant.language import fold, stems, words_to_numbers
from assistant.types import Product

_N = r"(\d{1,2}(?:\.5)?)"
_AGED = re.compile(
    rf"\b{_N}[ -]?(?:years?|yrs?|y)[ -]?(?P<o>old|o)\b|\b{_N}[ -](?P<m>months?)[ -]old\b|"
    rf"\b(?:turns|turning|aged|age) {_N}\b"
)
_FROM = re.compile(rf"\b(?:from|ages?|over|above) {_N} ?\+? ?(?P<m>months?)?|\b{_N} ?\+? ?(?P<n>months?)?")
_FROM_TEXT = re.compile(rf"\b(?:from|over|above) (?:the age of )?{_N} (?P<m>months?|years?)\b")
_MONTHS = 12
GROWN = 18


def age_in(text: str) -> float | None:
    """How old somebody in the message is who is still a child; None where it isn't said."""
    match = _AGED.search(words_to_numbers(fold(text)))
    if match is None:
        return None
    age = float(next(g for g in (match[1], match[3], match[5]) if g)) / (_MONTHS if match["m"] else 1)
    return age if age < GROWN else None


def age_from(product: Product) -> float | None:
    """From which age on the product says it is for; None where it says nothing of that."""
    for name, value in {**product.attributes, **product.specs}.items():
        if "age" in stems(name.replace("_", " ")) and (match := _FROM.search(fold(str(value)))):
            months = match["m"] or match["n"] or "month" in name
            return float(match[1] or match[3]) / (_MONTHS if months else 1)
    match = _FROM_TEXT.search(fold(product.description))
    return float(match[1]) / (_MONTHS if match["m"].startswith("month") else 1) if match else None
