"""Which products have a measure that a message names: "a 55 inch tv", "a litre" of a bottle that holds 1000 ml.

Reads numbers with units from the message, and from a product's name, options and attributes. Knows no prices.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from assistant.language import fold, words_to_numbers
from assistant.measures import Measure, measure
from assistant.shop.search import Hit
from assistant.types import Product, Variant

_MEASURE = re.compile(r"(?<![\w.,$€£])\d+(?:[.,]\d+)?\s*-?\s*(?:[\"”″]|'')|(?<![\w.,$€£])\d+(?:[.,]\d+)?[ -]?°?[a-z]+")
_INCHES = re.compile(r"[\"”″]|''")
_ONE = re.compile(r"\ban? (?=(?:litre|liter|kilo|metre|meter|pint|foot|inch)\b)")
_TWO_IN_ONE = re.compile(r"\b\d+[ -]in[ -]\d+\b")
_SPOKEN = frozenset({"length", "volume", "mass", "data", "power", "light", "charge", "tog"})
"""What things are asked for by; times and temperatures are said of other matters as well."""
_SAME = 0.03
"""How far apart two measures may be that are called the same: a 17 inch screen has 17.3 inches."""


def measures_in(text: str) -> list[Measure]:
    """Every measure that a text names."""
    folded = _TWO_IN_ONE.sub(" ", _ONE.sub("1 ", words_to_numbers(fold(text))))
    found = (measure(_INCHES.sub(" inch", m[0])) for m in _MEASURE.finditer(folded))
    return [m for m in found if m is not None and m.dimension in _SPOKEN]


def has(wanted: Measure, texts: Iterable[str]) -> bool:
    """Whether one of the texts names the measure."""
    return any(
        m.dimension == wanted.dimension and abs(m.value - wanted.value) <= _SAME * wanted.value
        for text in texts
        for m in measures_in(text)
    )


def with_measures(hits: list[Hit], products: Sequence[Product], text: str) -> list[Hit]:
    """Of what was found, what has the measures that the text names; a measure that nothing of it has counts for
    nothing."""
    known = {p.product_id: list(_texts(p)) for p in products}
    for wanted in measures_in(text):
        having = [h for h in hits if has(wanted, known.get(h.product_id, ()))]
        hits = having or hits
    return hits


def versions(variants: list[Variant], text: str) -> list[Variant]:
    """Of a product's versions, those whose options have the measures that the text names; all where none has."""
    for wanted in measures_in(text):
        having = [v for v in variants if has(wanted, v.options.values())]
        variants = having or variants
    return variants


def _texts(product: Product) -> Iterable[str]:
    yield product.name
    yield from map(str, product.attributes.values())
    yield from map(str, product.specs.values())
    for variant in product.variants:
        if variant.active:
            yield from variant.options.values()
