"""What kind of attribute a question asks for ("what do people think of it" -> rating): a trained head, for any shop.

A concept fits the attributes whose names have one of its words. Knows no products; aspects.py weighs it against the
words and the meaning that question and attribute share.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from assistant.linear import Encode, LinearHead

_HEAD = Path(__file__).parent / "data" / "concepts.json"

NAMES: dict[str, tuple[str, ...]] = {
    "warranty": ("warranty", "guarantee"),
    "return": ("return", "refund"),
    "shipping": ("shipping", "delivery", "dispatch"),
    "material": ("material", "fabric", "composition", "ingredient"),
    "weight": ("weight",),
    "dimension": ("dimension", "measure", "height", "width", "length", "diameter", "packed size"),
    "rating": ("rating",),
    "suitable": ("suitable", "compatib", "activity", "category gear", "use", "style"),
    "duration": ("burn time", "battery life", "keeps", "lifetime", "duration"),
    "brand": ("brand", "manufacturer", "maker"),
    "care": ("care", "washing", "clean"),
    "dishwasher": ("dishwasher",),
    "origin": ("origin", "country"),
    "age": ("age",),
    "allergen": ("allergen", "ingredient", "contains"),
    "temperature": ("temperature",),
    "power": ("power", "voltage", "battery", "wattage"),
    "capacity": ("capacity", "volume"),
    "waterproof": ("waterproof", "water resistance", "water resistant"),
    "vegan": ("vegan",),
    "certification": ("certification", "certificate", "label"),
    "gender": ("gender",),
    "features": ("feature",),
    "repair": ("repair",),
    "discount": ("discount",),
    "minimum": ("minimum",),
}
"""Concept -> words of which one is in the names of its attributes."""


@lru_cache(maxsize=1)
def _head() -> LinearHead:
    return LinearHead.load(_HEAD)


def concepts(question: str, encode: Encode) -> dict[str, float]:
    """Concept -> probability that the question asks for it; what is left of 1 is none of them."""
    found = _head().probabilities(encode([question])[0], question)
    return {name: p for name, p in found.items() if name in NAMES}


def fits(concept: str, attribute: str) -> bool:
    """Whether an attribute of this name is of the concept."""
    name = f" {attribute.replace('_', ' ').lower()}"
    return any(f" {word}" in name for word in NAMES.get(concept, ()))
