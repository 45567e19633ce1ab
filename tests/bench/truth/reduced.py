"""Prices after an offer: true when the sentence names the offer, it names the product, and the amount is worked out
right.

Knows offers on one piece (a percentage, an amount off, a price for members); the days on which they run are the other
bench's matter (bench_pricing.py). Percentages are rounded once, halves for the customer.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

from .context import Sentence
from .world import Product, Variant, minor


def is_reduced(sentence: Sentence, amount: int, products: list[Product]) -> bool:
    """Whether `amount` is what a version of these products costs under an offer that the sentence quotes, or what that
    offer is said to take off."""
    quoted = {q.lower() for q in re.findall(r"[“\"]([^”\"]+)[”\"]", sentence.text)}
    offers = [p for p in sentence.turn.world.promotions if p["name"].lower() in quoted]
    taken_off = bool(re.search(rf"\b(?:takes?|saves?)(?: you)?(?: off)? {_sign(amount)}", sentence.text, re.IGNORECASE))
    return any(
        amount == (variant.price - after if taken_off else after)
        for offer in offers
        for product in products
        for variant in product.live
        if _applies(offer, product, variant) and (after := _after(variant.price, offer)) is not None
    )


def _sign(amount: int) -> str:
    """The amount as a sentence writes it, as a pattern."""
    return rf"[$€£]{amount // 100:,}(?:\.{amount % 100:02d}\b|(?![.,\d]))"


def _after(price: int, offer: dict[str, str]) -> int | None:
    """The price of one piece under the offer, None where the offer isn't about one piece."""
    if price < minor(offer.get("min_subtotal") or 0):
        return None
    value = offer.get("value") or "0"
    if offer["type"] == "percent":
        off = (Decimal(price) * Decimal(value) / 100).quantize(Decimal(1), ROUND_HALF_UP)
        return price - int(off)
    if offer["type"] == "fixed":
        return max(0, price - minor(value))
    return minor(value) if offer["type"] == "member_price" else None


def _applies(offer: dict[str, str], product: Product, variant: Variant) -> bool:
    for target in (offer.get("applies_to") or "all").split(";"):
        kind, _, name = target.strip().partition(":")
        own = {
            "product": (product.name, product.pid),
            "category": (product.category,),
            "subcategory": (product.facts.get("subcategory", ""),),
            "brand": (product.facts.get("brand", ""),),
            "sku": (variant.sku,),
        }.get(kind, ())
        if kind == "all" or name.strip().lower() in {x.lower() for x in own}:
            return True
    return False
