"""Magento's product rows to products and variants, in both forms; see magento.py for what the forms are.

What the columns mean here:
- `special_price` is the price while its dates last (the moment of the import decides; one that begins or ends later is
  warned of), if it is lower; `price` is then what to compare it with.
- `product_online` 2 is switched off. Columns that aren't known here are taken only in the sample form, which has its
  attributes as columns; `cost` is never read.
Names lose entities and tags, descriptions become plain text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from assistant.shop.importers import values
from assistant.shop.importers.base import ShopWriter
from assistant.shop.importers.html_text import html_to_line, html_to_text
from assistant.shop.importers.magento_categories import CategoryTree, Placement
from assistant.shop.importers.magento_cells import attribute_pairs, lines_of, option_labels, stock_of, variations
from assistant.shop.importers.readers import read_csv
from assistant.shop.importers.report import BadValue, Place
from assistant.shop.importers.sources import (
    SilentWriter,
    changes_later,
    effective_price,
    in_force,
    limit,
    slug,
    timed_prices,
    without_empty,
)

Cells = Mapping[str, str]
_SOLD_ALONE = frozenset({"simple", "virtual", "downloadable", "giftcard"})
_SAMPLE_ATTRIBUTES = {
    "features_bags": "features",
    "strap_bags": "strap",
    "style_bags": "style",
    "category_gear": "use",
    "style_general": "style",
}
_NOT_ATTRIBUTES = frozenset(
    "category name sku price qty description short_description meta_description special_price attribute_set visibility "
    "url_key samples_title links_title links_purchased_separately size color cost is_in_stock "
    # A flag of the shop window: what is reduced and by how much stands in special_price.
    "sale".split()
)
_FLAGS = frozenset({"eco_collection", "performance_fabric", "erin_recommends", "new"})


class _Child(NamedTuple):
    """A row that is a variant of another product: the product's id and the child's options."""

    product_id: str
    options: dict[str, str]


class ProductFiles:
    """Reads product files in passes: which rows are children, then the products, then the children as variants."""

    def __init__(self, files: Sequence[Path], tree: CategoryTree, writer: ShopWriter) -> None:
        self._files = files
        self._tree = tree
        self._writer = writer
        self._children: dict[str, _Child] = {}
        self._option_sets: dict[tuple[tuple[str, str], ...], dict[str, str]] = {}
        self._products: set[str] = set()
        self._left_out: Counter[str] = Counter()
        self._num_timed = 0

    def product_of(self, sku: str) -> str | None:
        """The id of the product that an SKU belongs to; None for one that isn't in the files."""
        child = self._children.get(sku)
        product_id = child.product_id if child else sku
        return product_id if product_id in self._products else None

    def write(self, ratings: Mapping[str, float]) -> None:
        """Write all products and variants. `ratings` are averages by SKU."""
        for path in self._files:
            self._find_children(path)
        for is_child in (False, True):
            for path in self._files:
                for place, row in self._rows(path, first=not is_child):
                    if (row["sku"] in self._children) is not is_child:
                        continue
                    if not is_child and row.get("visibility", "").strip().lower() == "not visible individually":
                        self._left_out["they are not sold by themselves, and no configurable product names them"] += 1
                    else:
                        self._take(row, place, ratings, is_child)
        for reason, number in self._left_out.items():
            rows = "1 product row is" if number == 1 else f"{number} product rows are"
            self._writer.warn(f"{rows} left out: {reason}")
        if self._num_timed:
            self._writer.warn(timed_prices(self._files[0].name, "special prices", self._num_timed))

    def _rows(self, path: Path, first: bool) -> Iterator[tuple[Place, Cells]]:
        """The rows worth reading. Only the first pass counts what is left out, and reports what can't be read."""
        writer = self._writer if first else SilentWriter(self._writer)
        for place, row in read_csv(path, writer, required=("sku", "name")):
            reason = _reason_to_leave_out(row)
            if reason is None:
                yield place, {**row, "sku": row["sku"].strip()}
            elif first:
                self._left_out[reason] += 1

    def _find_children(self, path: Path) -> None:
        names: Counter[str] = Counter()
        for _, row in self._rows(path, first=False):
            if row.get("configurable_variations"):
                labels = option_labels(row.get("configurable_variation_labels", ""))
                for sku, options in variations(row["configurable_variations"]):
                    named = {labels.get(name, name.replace("_", " ")).lower(): cell for name, cell in options.items()}
                    # Children by the hundred thousand have few different sets of options: each is kept once.
                    shared = self._option_sets.setdefault(tuple(named.items()), named)
                    self._children[sku] = _Child(row["sku"], shared)
            elif _hidden_in_sample(row):
                names[row["name"]] += 1
        if not any(number > 1 for number in names.values()):
            return
        for _, row in self._rows(path, first=False):
            if _hidden_in_sample(row) and names[row["name"]] > 1:
                self._children[row["sku"]] = _Child(slug(html_to_line(row["name"])), _sample_options(row))

    def _take(self, row: Cells, place: Place, ratings: Mapping[str, float], is_child: bool) -> None:
        try:
            if is_child:
                self._take_child(row, place, ratings)
            else:
                self._take_product(row, place, ratings)
        except BadValue as bad:
            self._writer.reject(place, bad)

    def _take_product(self, row: Cells, place: Place, ratings: Mapping[str, float]) -> None:
        sku = values.required(row["sku"], "sku")
        variant = None if row.get("product_type") == "configurable" else self._variant(row, sku, _sample_options(row))
        self._product(row, sku, place, ratings)
        if variant is not None:
            self._writer.variant(variant, place)

    def _take_child(self, row: Cells, place: Place, ratings: Mapping[str, float]) -> None:
        child = self._children[row["sku"]]
        variant = self._variant(row, child.product_id, child.options)
        if child.product_id not in self._products:
            if not _hidden_in_sample(row):
                remedy = "keep the configurable product's own row in the file"
                raise BadValue("sku", row["sku"], f"its product {child.product_id} couldn't be taken", remedy)
            self._product(row, child.product_id, place, ratings)
        self._writer.variant(variant, place)

    def _product(self, row: Cells, product_id: str, place: Place, ratings: Mapping[str, float]) -> None:
        placement = self._placement(row)
        attributes = _attributes(row)
        brand = attributes.pop("brand", None) or attributes.pop("manufacturer", None)
        if len(placement.paths) > 1 or any(path.count(" > ") > 1 for path in placement.paths):
            attributes["categories"] = "; ".join(placement.paths)
        if placement.collections:
            attributes["collections"] = "; ".join(placement.collections)
        self._writer.product(
            {
                "product_id": product_id,
                "name": html_to_line(values.required(row["name"], "name")),
                "category": placement.category,
                "subcategory": placement.subcategory,
                "brand": brand,
                "description": html_to_text(row.get("description", "") or row.get("short_description", "")),
                "active": row.get("product_online", "").strip() != "2",
                "attributes": attributes,
                "rating": ratings.get(row["sku"]),
            },
            place,
        )
        self._products.add(product_id)

    def _placement(self, row: Cells) -> Placement:
        if "category" in row:
            return self._tree.place_names(lines_of(row["category"]))
        paths = (path.split("/") for path in re.split(r"[|,]", row.get("categories", "")) if path.strip())
        # The first name is the root of the store's catalogue ("Default Category"), which no shopper sees.
        return self._tree.place_paths(tuple(name.strip() for name in path[1:]) for path in paths)

    def _variant(self, row: Cells, product_id: str, options: dict[str, str]) -> dict[str, object]:
        writer = self._writer
        price = writer.money(row.get("price", ""), "price")
        special = writer.money_or_none(row.get("special_price", ""), "special_price")
        first, last = "special_price_from_date", "special_price_to_date"
        starts = limit(_either(row, first, "special_from_date"), writer, first)
        ends = limit(_either(row, last, "special_to_date"), writer, last, end=True)
        self._num_timed += special is not None and changes_later(starts, ends)
        now, compare_at = effective_price(price, special if in_force(starts, ends) else None)
        stock, available = stock_of(row)
        return {
            "sku": values.required(row["sku"], "sku"),
            "product_id": product_id,
            "price_minor": now,
            "compare_at_minor": compare_at,
            "stock": stock,
            "available": available,
            "active": row.get("product_online", "").strip() != "2",
            "options": options,
        }


def _reason_to_leave_out(row: Cells) -> str | None:
    if row.get("store_view_code", "").strip():
        return "they translate a product for a store view"
    kind = row.get("product_type", "").strip().lower()
    if kind and kind != "configurable" and kind not in _SOLD_ALONE:
        return f"a {kind} product has no price of its own"
    if row.get("links_purchased_separately", "").strip() == "1":
        return "their parts are bought separately, at prices that are not in the file"
    return None


def _hidden_in_sample(row: Cells) -> bool:
    """A row of the sample form that isn't visible by itself: a choice within another product."""
    return "product_type" not in row and row.get("visibility", "").strip() == "1"


def _sample_options(row: Cells) -> dict[str, str]:
    if "product_type" in row:
        return {}
    return without_empty({name: html_to_line(row.get(name, "")) for name in ("size", "color")})


def _attributes(row: Cells) -> dict[str, str]:
    if "product_type" in row:
        found = {name.replace("_", " "): cell for name, cell in attribute_pairs(row.get("additional_attributes", ""))}
        found["country of manufacture"] = row.get("country_of_manufacture", "")
        cells = {name: html_to_line(cell) for name, cell in found.items()}
        return without_empty({name: cell for name, cell in cells.items() if cell.lower() != "use config"})
    named: dict[str, str] = {}
    for column, cell in row.items():
        name = _SAMPLE_ATTRIBUTES.get(column, column.replace("_", " "))
        if column in _FLAGS:
            named[name] = "yes" if cell.strip() == "1" else ""
        elif column not in _NOT_ATTRIBUTES:
            named[name] = "; ".join(html_to_line(line) for line in lines_of(cell))
    return without_empty(named)


def _either(row: Cells, *columns: str) -> str:
    return next((row[column] for column in columns if row.get(column)), "")
