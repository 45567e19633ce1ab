"""What kind of attribute a question asks for ("what do people think of it" -> rating): a trained head, for any shop.

A concept fits the attributes whose names have one of its words. Knows no products; aspects.py weighs it against the
words and the meaning that question and attribute share.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from assistant.linear import Encode, LinearHead
from assistant.turn_encoder import once

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
    """Concept -> probability that the question asks for it; what is left of 1 is none of them. Not to be changed."""
    return once(encode, ("concepts", question), lambda: _concepts(question, encode))


def _concepts(question: str, encode: Encode) -> dict[str, float]:
    found = _head().probabilities(encode([question])[0], question)
    return {name: p for name, p in found.items() if name in NAMES}


@lru_cache(maxsize=4096)
def of_attribute(attribute: str) -> tuple[str, ...]:
    """The concepts that an attribute of this name is of."""
    name = f" {attribute.replace('_', ' ').lower()}"
    return tuple(concept for concept, words in NAMES.items() if any(f" {word}" in name for word in words))


def likeliest(meant: Mapping[str, float], attribute: str) -> float:
    """The probability of the likeliest concept that an attribute of this name is of; 0 where it is of none."""
    return max((meant[concept] for concept in of_attribute(attribute) if concept in meant), default=0.0)
