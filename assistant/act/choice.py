"""Which variants of a product the customer's words leave: the ones asked for, or why there are none.

Knows availability as the shop's rows say it; words nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.request import Wanted
from assistant.types import Product, Variant


@dataclass(frozen=True)
class Choice:
    """A product seen through what was asked of it.

    `asked` are the options that select; `missing` those that the product doesn't come in. `exact` holds every variant
    that fits, also those no longer sold; `sold` those on sale. Both are empty when the combination doesn't exist.
    """

    product: Product
    asked: dict[str, tuple[str, ...]]
    missing: tuple[Wanted, ...]
    exact: tuple[Variant, ...]

    @property
    def sold(self) -> tuple[Variant, ...]:
        return tuple(v for v in self.exact if v.active) if self.product.active else ()

    @property
    def available(self) -> tuple[Variant, ...]:
        return tuple(v for v in self.sold if v.available)

    @property
    def unknown(self) -> tuple[Variant, ...]:
        """Variants on sale of which the shop doesn't know whether they are there."""
        return tuple(v for v in self.sold if v.available is None)

    @property
    def label_options(self) -> dict[str, str]:
        """The options to name: those asked for, or all that several variants left in common."""
        return {n: " or ".join(vs) for n, vs in self.asked.items()}


def choose(product: Product, wanted: Sequence[Wanted], skus: Sequence[str] = ()) -> Choice:
    """The variants of `product` that fit `wanted`. Options pinned by an earlier answer give way if nothing is left."""
    pointed = tuple(v for v in product.variants if v.sku in skus)
    if pointed:
        options = {n: tuple(dict.fromkeys(v.options.get(n, "") for v in pointed)) for n in pointed[0].options}
        return Choice(product, options, (), pointed)
    missing = tuple(w for w in wanted if w.value is None and (w.name is not None or _is_dimension(w, product)))
    missing = tuple(w for w in missing if w.asked.lower() not in product.name.lower().split())  # its own name's word
    if missing:
        wanted = [w for w in wanted if not w.pinned]
    choice = _select(product, [w for w in wanted if w.value is not None], missing)
    if not choice.exact and any(w.pinned for w in wanted):
        choice = _select(product, [w for w in wanted if w.value is not None and not w.pinned], missing)
    return choice


def _is_dimension(wanted: Wanted, product: Product) -> bool:
    """A value of no option of this product still counts as asked for unless the product's own texts say it. A number
    that is a whole value says it of that value alone: a minimum order of 9 is no size 9."""
    asked = wanted.asked.lower()
    told = {**product.attributes, **product.specs}
    values = [v for n, v in told.items() if v.strip().lower() != asked or not asked.isdigit() or "size" in n.lower()]
    text = " ".join((product.name, product.description, *values)).lower()
    return not re.search(rf"(?<!\w)(?<!\d[.,]){re.escape(asked)}(?!\w|[.,]\d)", text)


def _select(product: Product, wanted: Sequence[Wanted], missing: tuple[Wanted, ...]) -> Choice:
    names = {n for v in product.variants for n in v.options}
    asked: dict[str, tuple[str, ...]] = {}
    for w in wanted:
        if w.name in names and w.value is not None:
            asked[w.name] = (*asked.get(w.name, ()), w.value)
    exact = tuple(v for v in product.variants if all(v.options.get(n) in values for n, values in asked.items()))
    return Choice(product, asked, missing, exact)


def nearest(choice: Choice, limit: int = 3) -> list[Variant]:
    """Available variants that miss the fewest of the asked options, at most `limit`, cheapest first among equals."""
    candidates = [v for v in choice.product.variants if v.available and v.active] if choice.product.active else []

    def misses(variant: Variant) -> int:
        return sum(variant.options.get(n) not in values for n, values in choice.asked.items())

    if not candidates:
        return []
    fewest = min(map(misses, candidates))
    return sorted((v for v in candidates if misses(v) == fewest), key=lambda v: (v.price, v.sku))[:limit]
