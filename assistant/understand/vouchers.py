"""A voucher that a customer describes: "10 off above 50", "32% off, at most 115, when it comes to more than 291".

Only reads the terms; whether there is such a voucher, the shop knows, not the customer.
"""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

from assistant.language import fold, words_to_numbers
from assistant.shop.pricing.terms import Target, Terms

_VOUCHER = re.compile(r"\b(?:voucher|coupon|discount code|promo code|gift certificate)\b")
_NUMBER = r"[`'\"]?(?:[$€£]\s?)?(\d+(?:[.,]\d+)*)[`'\"]?"
_PERCENT = re.compile(r"[`'\"]?(\d+(?:\.\d+)?)\s?(?:%|percent)")
_CAP = re.compile(
    rf"\b(?:cap(?:ped)?|maximum|max|at most|up to|no more than|limit(?:ed)?)\b(?: discount)?(?: of| at| to)? {_NUMBER}"
)
_FIXED = re.compile(
    rf"\b(?:fixed discount of|discount of|worth|takes? (?:off )?|gives? me|for|saves?) {_NUMBER}(?! ?(?:%|percent))"
    rf"|{_NUMBER}(?: ?(?:off|discount)\b)"
)
_ABOVE = re.compile(rf"\b(?:exceeds?|more than|over|above|greater than)\b {_NUMBER}")
_FROM = re.compile(rf"\b(?:from|at least|minimum(?: spend)?(?: of)?|of at least|or more than|starting at)\b {_NUMBER}")


def voucher(text: str, digits: int) -> Terms | None:
    """The terms that a customer gives of a voucher, None when none is described. `digits` of the currency's minor unit.

    A minimum that must be exceeded is one minor unit more than the amount.
    """
    folded = fold(words_to_numbers(text))
    if not (start := _VOUCHER.search(folded)):
        return None
    rules = folded[start.start() :]
    above, least = _ABOVE.search(rules), _FROM.search(rules)
    minimum = _minor(above[1], digits) + 1 if above else _minor(least[1], digits) if least else 0
    if share := _PERCENT.search(rules):
        cap = _CAP.search(rules, share.end())
        return _terms("percent", minimum, share=Fraction(share[1]) / 100, cap=_minor(cap[1], digits) if cap else None)
    if (fixed := _FIXED.search(rules)) and (amount := fixed[1] or fixed[2]):
        return _terms("fixed", minimum, value=_minor(amount, digits))
    return None


def _terms(kind: str, minimum: int, *, share: Fraction = Fraction(0), value: int = 0, cap: int | None = None) -> Terms:
    parts = ((Target("all"),),)
    return Terms("voucher", "voucher", kind, parts, share, value, cap=cap, minimum=minimum)  # type: ignore[arg-type]


def _minor(text: str, digits: int) -> int:
    number = re.sub(r"[.,](?=\d{3}(?:\D|$))", "", text).replace(",", ".")
    return int(Decimal(number).scaleb(digits).to_integral_value())
