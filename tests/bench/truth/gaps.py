"""Whether a figure is by how much two products of a reply differ in a value that the source gives of both."""

from __future__ import annotations

import re
from itertools import combinations

from .world import Product

_CLOSE = 1e-6


def is_difference(sentence: str, reply: str, value: str, unit: str, products: list[Product]) -> bool:
    """Whether `sentence` speaks of a difference and `value` is one between two products that `reply` names by their
    whole names: of the same fact, in the same unit."""
    if not re.search(r"\bdifference\b", sentence, re.I) or not unit:
        return False
    named = [p for p in products if p.name in reply]
    return any(
        abs(abs(a.get(name, 0.0) - b[name]) - float(value)) < _CLOSE
        for a, b in combinations([_values(p, unit) for p in named], 2)
        for name in b
        if name in a
    )


def _values(product: Product, unit: str) -> dict[str, float]:
    """Fact -> its first figure, where that has this unit."""
    first = {name: re.search(r"(\d+(?:\.\d+)?)\s*([a-zA-Z]+)", text) for name, text in product.facts.items()}
    return {name: float(m[1]) for name, m in first.items() if m and m[2].lower() == unit.lower()}
