"""Whether an amount is right as a price after a promotion that the sentence names, or is an option's own value (£10).

Works the arithmetic out anew from the shop's promotions file; knows no assistant.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from .world import Product, Variant, World, minor


def after_promotion(world: World, text: str, amount: int, products: Sequence[Product]) -> bool:
    """Whether `amount` is what one of the products comes to with a promotion whose name stands in `text`."""
    named = [p for p in world.promotions if p.get("name") and p["name"].lower() in text.lower()]
    return any(
        amount == _price(promotion, variant)
        for promotion in named
        for product in products
        for variant in product.live
        if _applies(promotion.get("applies_to", "all"), product, variant)
    )


def _price(promotion: dict[str, str], variant: Variant) -> int | None:
    kind, value = promotion.get("type", ""), promotion.get("value") or "0"
    if promotion.get("min_subtotal") and variant.price < minor(promotion["min_subtotal"]):
        return None
    if kind == "percent":
        left = Decimal(variant.price) * (100 - Decimal(value)) / 100
        return int(left.quantize(Decimal(1), ROUND_HALF_UP))
    return {"fixed": variant.price - minor(value), "member_price": minor(value)}.get(kind)


def _applies(scope: str, product: Product, variant: Variant) -> bool:
    for part in re.split(r"\s*;\s*", scope):
        kind, _, name = part.partition(":")
        have = {
            "all": name,
            "category": product.category,
            "subcategory": product.facts.get("subcategory", ""),
            "brand": product.facts.get("brand", ""),
            "product": product.pid if name == product.pid else product.name,
            "sku": variant.sku,
        }.get(kind)
        if have is not None and have.lower() == name.lower():
            return True
    return False


def is_option_value(amount: int, products: Sequence[Product]) -> bool:
    """Whether the amount is the name of a version ("Gift Card: £10, £25"), told apart by it."""
    values = {x for p in products for v in p.live for x in v.options.values()}
    return any(re.fullmatch(rf"[$€£]{amount / 100:g}(?:\.00)?", value) for value in values)
