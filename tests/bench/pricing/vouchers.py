"""shoppingbench: price limits and vouchers read out of requests, and the vouchers' arithmetic.

The data give the price after the voucher, not the products' prices. So the arithmetic is checked backwards: there must
be an undiscounted total, allowed by the voucher's minimum, that the pricing reduces to exactly the given price.
"""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from assistant.shop.pricing import Buyer, Line, best
from assistant.understand.quantities import price_bounds
from assistant.understand.vouchers import voucher
from tests.bench.pricing.sources import SHARED

FOLDER = SHARED / "shoppingbench"
_DAY = date(2026, 11, 27)


def measure() -> dict[str, Any]:
    """How many are right of how many; empty where the data set isn't there."""
    if not FOLDER.is_dir():
        return {}
    rows = [json.loads(line) for line in (FOLDER / "voucher_dev.jsonl").read_text("utf-8").splitlines()]
    asked = [json.loads(line) for line in (FOLDER / "product_dev.jsonl").read_text("utf-8").splitlines()]
    return {
        "vouchers": len(rows),
        "terms_read": sum(_terms_right(row) for row in rows),
        "arithmetic_exact": sum(_exact(row) for row in rows),
        "requests": len(asked),
        "price_limits_read": sum(_limits_right(row) for row in asked),
    }


def _terms_right(row: dict[str, Any]) -> bool:
    found, given = voucher(row["query"], digits=2), row["voucher"]
    if found is None:
        return False
    share = Fraction(str(given["discount"])) if given["discount"] else Fraction(0)
    return (found.minimum, found.share, found.value, found.cap) == (
        given["threshold"] * 100 + 1,
        share,
        (given["face_value"] or 0) * 100,
        given["cap"] * 100 if given["cap"] else None,
    )


def _exact(row: dict[str, Any]) -> bool:
    """Whether some total above the minimum comes to the given price to the cent."""
    terms, given = voucher(row["query"], digits=2), row["voucher"]
    if terms is None:
        return False
    after = int(Decimal(str(given["price_after_voucher"])).scaleb(2).to_integral_value())
    guesses = {after + terms.value, after + (terms.cap or 0)}
    guesses |= {int(after / (1 - terms.share)) + step for step in range(-2, 3)}
    buyer = Buyer()
    return any(
        best([Line("X", total)], [terms], buyer, _DAY).goods == after for total in guesses if total >= terms.minimum
    )


def _limits_right(row: dict[str, Any]) -> bool:
    """Whether the price limits of a request are read as its target says: "greater than", "less than", "between"."""
    bounds = price_bounds(row["query"], 0)
    low: int | None = None
    high: int | None = None
    for limit in row["reward"].get("price", ()):
        for value in limit.values():
            low = value[0] if value[0] is not None else low
            high = value[1] if value[1] is not None else high
    return (bounds.low, bounds.high) == (low, high)
