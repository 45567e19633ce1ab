"""Whether a product suits a customer, and in which version: their size, what they avoid, their colour, their budget.

A pick is active, in stock, within the limits, in the customer's size where it comes in sizes, and without what they
avoid. Knows where no candidate came from (candidates.py).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from assistant.act.avoid import has
from assistant.act.context import Context
from assistant.act.wishes import Wish, values
from assistant.language import stems
from assistant.request import Bounds, Wanted
from assistant.types import Product, Receipt, Variant

Reason = tuple[str, tuple[Receipt, ...]]
"""Why something is recommended, in words, and the rows that say so."""


@dataclass
class Pick:
    """A product with the variant to recommend, how well it fits, and why."""

    product: Product
    variant: Variant
    score: float
    reasons: list[Reason] = field(default_factory=list)
    alike: list[Variant] = field(default_factory=list)
    """The versions that fit as well as `variant`: what tells them apart isn't named."""


def fit(
    pick: Pick, known: Sequence[Wish], price: Bounds, context: Context, named: Sequence[Wanted] = ()
) -> Pick | None:
    """The pick with the variant that fits best, None when the customer can't or wouldn't have it. `named` options
    ("for 20 people") decide where a version has them."""
    product = pick.product
    if not product.active or any(has(product, w.value) for w in known if w.name in ("avoids", "diet")):
        return None
    variants = [v for v in product.variants if v.active and v.available is not False and _within(v, price)]
    asked = {w.name: w.value for w in named if w.name}
    variants = [v for v in variants if all(v.options.get(n) == x for n, x in asked.items())] or variants
    size = _size_for(product, known)
    if size is not None:
        name, wish = size
        variants = [v for v in variants if v.options.get(name, "").upper() == wish.value.upper()]
    if not variants:
        return None
    colours = {w.value.lower() for w in values(known, "colour")}
    liked = [v for v in variants if colours & {x.lower() for x in v.options.values()}]
    pick.variant = min(liked or variants, key=lambda v: v.price)
    pick.alike = [v for v in liked or variants if v.price == pick.variant.price]
    _personal_reasons(pick, size, bool(liked), known, context)
    pick.score += (product.rating or 3.0) / 20
    return pick


def _within(variant: Variant, price: Bounds) -> bool:
    return (price.low is None or variant.price.minor >= price.low) and (
        price.high is None or variant.price.minor <= price.high
    )


def _size_for(product: Product, known: Sequence[Wish]) -> tuple[str, Wish] | None:
    """The option that is a size of this product, and the customer's size for it: one that the product comes in sizes
    like."""
    for name in {n for v in product.variants for n in v.options if "size" in n.lower()}:
        offered = {v.options.get(name, "").upper() for v in product.variants}
        for wish in values(known, "size"):
            alike = [o for o in offered if o and o.isalpha() == wish.value.isalpha() and _near(o, wish.value)]
            about = set(stems(wish.about)) - {"cloth"}
            kind = set(stems(f"{product.name} {product.category} {product.subcategory or ''} {product.description}"))
            if alike and (
                not about or about & kind or (wish.about == "shoe" and kind & {"footwear", "boot", "sandal", "shoe"})
            ):
                return name, wish
    return None


def _near(offered: str, own: str) -> bool:
    """Whether two sizes are of one scale: letters, or numbers not far apart (42 says nothing of a waist of 32)."""
    if own.isalpha():
        return bool(re.fullmatch(r"X{0,4}[SML]", offered))
    try:
        return abs(float(offered) - float(own)) <= 8
    except ValueError:
        return False


def _personal_reasons(
    pick: Pick, size: tuple[str, Wish] | None, liked: bool, known: Sequence[Wish], context: Context
) -> None:
    product, variant = pick.product, pick.variant
    for wish in values(known, "diet"):
        says = next((v for k, v in product.attributes.items() if k.lower() == wish.value), "")
        if says.lower() in ("yes", "true"):
            receipt = Receipt("product", product.product_id, wish.value, says, context.as_of)
            pick.reasons.append((f"it is {wish.value}", (receipt, *wish.receipt(context))))
            pick.score += 0.5
    if size is not None:
        receipt = Receipt("sku", variant.sku, size[0], variant.options.get(size[0]), context.as_of)
        pick.reasons.append((f"it comes in your size {size[1].value}", (receipt, *size[1].receipt(context))))
    if liked:
        wish = values(known, "colour")[0]
        receipt = Receipt("sku", variant.sku, "options", dict(variant.options), context.as_of)
        pick.reasons.append((f"it comes in {wish.value}, your colour", (receipt, *wish.receipt(context))))
        pick.score += 0.3
    for wish in values(known, "avoids")[:1]:
        pick.reasons.append((f"our catalogue names no {wish.value} in it", wish.receipt(context)))
