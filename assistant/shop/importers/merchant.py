"""A Google Merchant feed to products: `id` is the SKU, items that share an `item_group_id` are one product's variants.

What the attributes mean here:
- `availability`: in_stock is available, out_of_stock is not. preorder and backorder are neither (one can order, but not
  have it): `available` stays unknown and the attribute "availability" says what the feed says. Nobody counts.
- `sale_price` is the price while its `sale_price_effective_date` lasts (always, without one), and `price` what to
  compare it with. The moment of the import decides; a sale that begins or ends later is warned of.
- A grouped item's name is its title without its own option values: "T-Shirt - Green - L" is variant Green, L of
  "T-Shirt". The first item of a group speaks for the product.
- `cost_of_goods_sold` is never read; nor are shipping, tax, labels and campaign settings.
All prices must be in one currency, which becomes the shop's. Streaming; of groups only the ids are kept.
"""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

from assistant.shop.importers import values
from assistant.shop.importers.base import ShopWriter
from assistant.shop.importers.html_text import html_to_line, html_to_text
from assistant.shop.importers.merchant_feed import Item, read_feed
from assistant.shop.importers.report import BadValue, Place
from assistant.shop.importers.sources import (
    changes_later,
    effective_price,
    in_force,
    limit,
    timed_prices,
    without_empty,
)

_OPTIONS = ("color", "size", "material", "pattern")
_ATTRIBUTES = ("gender", "age_group", "condition", "availability_date", "expiration_date", "energy_efficiency_class",
               "size_system", "size_type", "multipack", "is_bundle", "mpn", "unit_pricing_measure", "shipping_weight",
               "product_weight", "product_length", "product_width", "product_height", "return_policy_label",
               "certification")  # fmt: skip
_AVAILABLE = {
    "in_stock": True,
    "limited_availability": True,
    "out_of_stock": False,
    "preorder": None,
    "backorder": None,
}
_PRICE = re.compile(r"(-?[0-9][0-9.,]*) ?([A-Za-z]{3})\Z")
_SEPARATORS = " \t-–—,/|:;(["


def load(path: Path, writer: ShopWriter) -> None:
    """Take in one feed file, TSV, CSV or XML."""
    if path.is_dir():
        raise writer.fatal(Place(path.name, 1), "path", str(path), "is a folder", "give the feed file itself")
    taker = _Taker(writer)
    for place, item in read_feed(path, writer):
        try:
            taker.take(item, place)
        except BadValue as bad:
            writer.reject(place, bad)
    if taker.num_timed:
        writer.warn(timed_prices(path.name, "sale prices", taker.num_timed))


class _Taker:
    """Takes items one by one; remembers the feed's currency and which groups have their product already."""

    def __init__(self, writer: ShopWriter) -> None:
        self._writer = writer
        self._currency: str | None = None
        self._groups: set[str] = set()
        self.num_timed = 0

    def take(self, item: Item, place: Place) -> None:
        """Write an item's product, if its group doesn't have one yet, and its variant. Raises BadValue."""
        sku = values.required(item.get("id"), "id")
        product_id = item.get("item_group_id") or sku
        variant = {"sku": sku, "product_id": product_id} | self._variant(item, place)
        if product_id not in self._groups:
            self._writer.product({"product_id": product_id} | _product(item), place)
            if item.get("item_group_id"):
                self._groups.add(product_id)
        self._writer.variant(variant, place)

    def _variant(self, item: Item, place: Place) -> dict[str, object]:
        price = self._money(values.required(item.get("price"), "price"), "price", place)
        sale = self._money(item["sale_price"], "sale_price", place) if item.get("sale_price") else None
        starts, ends = self._period(item.get("sale_price_effective_date", ""))
        self.num_timed += sale is not None and changes_later(starts, ends)
        now, compare_at = effective_price(price, sale if in_force(starts, ends) else None)
        return {
            "price_minor": now,
            "compare_at_minor": compare_at,
            "stock": None,
            "available": _available(item),
            "active": item.get("pause", "").lower() not in ("ads", "all", "true", "yes"),
            "gtin": item.get("gtin") or None,
            "image": item.get("image_link") or None,
            "options": _options(item),
        }

    def _money(self, cell: str, column: str, place: Place) -> int:
        match = _PRICE.match(cell)
        if match is None:
            raise BadValue(column, cell, "is not an amount with its currency", "write it as 15.00 USD")
        currency = values.currency_code(match[2], column)
        if self._currency is None:
            self._writer.shop({"currency": currency}, place)
            self._currency = currency
        elif currency != self._currency:
            remedy = "import each currency's feed into a shop of its own"
            raise BadValue(column, cell, f"is not in {self._currency}, as the rest of the feed", remedy)
        return self._writer.money(match[1], column)

    def _period(self, cell: str) -> tuple[datetime | None, datetime | None]:
        starts, _, ends = cell.partition("/")
        column = "sale_price_effective_date"
        return limit(starts, self._writer, column), limit(ends, self._writer, column, end=True)


def _product(item: Item) -> dict[str, object]:
    category, subcategory = _category(item)
    return {
        "name": _name(item),
        "category": category,
        "subcategory": subcategory,
        "brand": item.get("brand") or None,
        "description": html_to_text(item.get("description", "")),
        "image": item.get("image_link") or None,
        "url": item.get("link") or None,
        "specs": _specs(item.get("product_detail", "")),
        "attributes": _attributes(item),
    }


def _name(item: Item) -> str:
    title = html_to_line(values.required(item.get("title"), "title"))
    if not item.get("item_group_id"):
        return title
    options = _options(item).items()
    own = [ending.lower() for name, cell in options for ending in (f"{name}: {cell}", f"{name} {cell}", cell)]
    name, shorter = "", title
    while shorter and shorter != name:
        name = shorter
        shorter = _without_ending(name, own)
    return name


def _without_ending(name: str, endings: list[str]) -> str:
    """The name without the first ending that stands at its end as a part of its own ("Tee (Green)" -> "Tee")."""
    bare = name.rstrip(_SEPARATORS + ")]")
    for ending in endings:
        rest = bare[: -len(ending)]
        if bare.lower().endswith(ending) and rest[-1:] in tuple(_SEPARATORS) and rest.rstrip(_SEPARATORS):
            return rest.rstrip(_SEPARATORS)
    return name


def _category(item: Item) -> tuple[str, str | None]:
    """The ends of the shop's own path ("Apparel > Tops > T-Shirts"), or else of Google's where it is given in words."""
    google = item.get("google_product_category", "")
    path = [part.strip() for part in (item.get("product_type") or google).split(">") if part.strip()]
    if not path or (path == [google] and google.isdigit()):
        return "", None
    return path[0], path[-1] if len(path) > 1 else None


def _options(item: Item) -> dict[str, str]:
    """What tells variants apart. An item by itself keeps only colour and size as options."""
    names = _OPTIONS if item.get("item_group_id") else _OPTIONS[:2]
    return {name: item[name] for name in names if item.get(name)}


def _attributes(item: Item) -> dict[str, str]:
    found = {name.replace("_", " "): item.get(name, "") for name in _ATTRIBUTES}
    if not item.get("item_group_id"):
        found |= {name: item.get(name, "") for name in _OPTIONS[2:]}
        if _available(item) is None:
            found["availability"] = item.get("availability", "").replace("_", " ")
    else:
        found.pop("availability date")
    found["highlights"] = item.get("product_highlight", "")
    return without_empty({name: html_to_line(cell) for name, cell in found.items()})


def _specs(cell: str) -> dict[str, str]:
    """`section:name:value` parts, separated by commas (by line ends as merchant_feed reads XML), as a dict of names.
    A part of another shape is left out."""
    parts = (part.split(":", 2) for part in cell.split("\n" if "\n" in cell else ","))
    return without_empty({part[1].strip(): part[2].strip() for part in parts if len(part) == 3 and part[1].strip()})


def _available(item: Item) -> bool | None:
    cell = item.get("availability", "")
    found = cell.lower().strip().replace(" ", "_").replace("-", "_")
    found = {"available_for_order": "in_stock", "pre_order": "preorder", "back_order": "backorder"}.get(found, found)
    if not found:
        return None
    if found not in _AVAILABLE:
        raise BadValue("availability", cell, "is not an availability", f"use one of {', '.join(_AVAILABLE)}")
    return _AVAILABLE[found]
