"""Needs in customers' own words among the products of the shop that they were told in, from finetune/data.

Authored shops: lines_products.txt and, with more needs for these and shops of its own, lines_products_needs.txt. Every
fifth shop is held out, as a whole. Knows no torch.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from finetune.authored_lines import DATA, Shop, Text, read

FILES = (DATA / "lines_products.txt", DATA / "lines_products_needs.txt")
_LONGEST = 300
HELD = 5
"""One shop in this many is held out, counted in each file by itself."""


@dataclass(frozen=True)
class Shelf:
    """A shop: what is read of each of its products, and each need with the place of what meets it (None: nothing)."""

    name: str
    products: tuple[str, ...]
    needs: tuple[tuple[str, int | None], ...]


def shelves(paths: Iterable[Path] = FILES) -> tuple[list[Shelf], list[Shelf]]:
    """The shops to train on, and those held out. Raises ValueError for a need that names no product of its shop."""
    shops: dict[str, Shop] = {}
    held: set[str] = set()
    for path in paths:
        new = 0
        for shop in read(path, products=True):
            if shop.name in shops:
                shops[shop.name].needs += shop.needs
                continue
            shops[shop.name] = shop
            new += 1
            held |= {shop.name} if new % HELD == 0 else set()
    made = [(name in held, _shelf(shop)) for name, shop in shops.items()]
    return [s for out, s in made if not out], [s for out, s in made if out]


def _shelf(shop: Shop) -> Shelf:
    places = {text.title: place for place, text in enumerate(shop.texts)}
    if unknown := {title for _, title in shop.needs if title and title not in places}:
        raise ValueError(f"{shop.name}: needs for what it doesn't sell: {', '.join(sorted(unknown))}")
    needs = tuple((need, places[title] if title else None) for need, title in shop.needs)
    return Shelf(shop.name, tuple(_told(text) for text in shop.texts), needs)


def told_of(name: str, said: Iterable[str], values: Iterable[tuple[str, str]]) -> str:
    """What is read of a product: its name, what is said of it, then its attributes, as far as they are read at all."""
    parts = [name, *(s.rstrip(".") for s in said), *(f"{n.replace('_', ' ')}: {v}" for n, v in values)]
    return ". ".join(parts)[:_LONGEST]


def _told(text: Text) -> str:
    said = [line.text for line in text.lines if not line.name]
    return told_of(text.title, said, [(line.name, line.text) for line in text.lines if line.name])
