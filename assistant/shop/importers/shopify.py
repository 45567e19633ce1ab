"""Shopify's product CSV, as the admin exports it: the classic columns ("Handle", "Variant Price") and the renamed ones
of newer exports ("URL handle", "Price").

Rows of one handle are one product; its first row carries title, text and option names, further rows variants or only
images. What the columns mean here:
- No tracker: Shopify doesn't count the variant, it can always be bought. A policy "continue" sells beyond zero: a
  variant at zero or less is then available with an unknown count. Otherwise a negative quantity (oversold) is zero.
- A product that is a draft, archived, unlisted or not published in the online store is not active.
- A compare-at price that isn't above the price is no reduction and is left out, as Shopify's storefront does.
- A variant without an SKU gets one of handle and options, "gift-box-blue": the same at every import. Options in
  another script than Latin are told apart by a short hash.
- "Cost per item" is what the shop pays. It is nobody's business here and is never read; nor are prices for other
  markets ("Price / International"), SEO texts and tax settings.
The file doesn't say its currency. Streaming: one product is held at a time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from assistant.shop.importers import values
from assistant.shop.importers.base import ShopWriter
from assistant.shop.importers.html_text import html_to_line, html_to_text
from assistant.shop.importers.readers import read_csv
from assistant.shop.importers.report import BadValue, Place
from assistant.shop.importers.sources import id_of_name, settle_currency, slug, web_address, without_empty

Cells = dict[str, str]
Lines = list[tuple[Place, Cells]]
_NEW_NAMES = {
    "handle": "url handle",
    "body (html)": "description",
    "published": "published on online store",
    "variant sku": "sku",
    "variant barcode": "barcode",
    "variant price": "price",
    "variant compare at price": "compare-at price",
    "compare at price": "compare-at price",
    "variant inventory tracker": "inventory tracker",
    "variant inventory qty": "inventory quantity",
    "variant inventory policy": "continue selling when out of stock",
    "variant grams": "weight value (grams)",
    "image src": "product image url",
    "variant image": "variant image url",
}
_FROM_GOOGLE = {
    "google shopping / gender": "gender",
    "google shopping / age group": "age group",
    "google shopping / condition": "condition",
}
_METAFIELD = re.compile(r"(.+?) \(product\.metafields\.[^)]+\)\Z")
_STATUSES = ("active", "draft", "archived", "unlisted")
_VARIANT_COLUMNS = ("option1 value", "option2 value", "option3 value", "sku", "price")


def load(path: Path, writer: ShopWriter) -> None:
    """Take in one product CSV."""
    if path.is_dir():
        raise writer.fatal(Place(path.name, 1), "path", str(path), "is a folder", "give the products CSV itself")
    _Export(path, writer).load()


class _Export:
    """One file. Rows are read by the newer column names in lower case; problems name the column as the file does."""

    def __init__(self, path: Path, writer: ShopWriter) -> None:
        self._path = path
        self._writer = writer
        self._columns: dict[str, str] = {}
        self._handles: set[str] = set()

    def load(self) -> None:
        settle_currency(self._writer, Place(self._path.name, 1))
        for handle, group in groupby(self._rows(), key=lambda row: _handle(row[1])):
            lines = list(group)
            try:
                self._take_product(handle, lines)
            except BadValue as bad:
                self._reject(lines[0][0], bad)
                continue
            self._take_variants(handle, lines)

    def _rows(self) -> Iterator[tuple[Place, Cells]]:
        for place, cells in read_csv(self._path, self._writer):
            if not self._columns:
                self._columns = {_NEW_NAMES.get(name.lower(), name.lower()): name for name in cells}
                self._check_columns()
            yield place, {name: cells[column].strip() for name, column in self._columns.items()}

    def _check_columns(self) -> None:
        for name in ("title", "price"):
            if name not in self._columns:
                problem = f"the column {name} is missing"
                raise self._writer.fatal(Place(self._path.name, 1), name, "", problem, "give a Shopify product export")

    def _reject(self, place: Place, bad: BadValue) -> None:
        column = self._columns.get(bad.column, bad.column)
        self._writer.reject(place, BadValue(column, bad.value, bad.problem, bad.remedy))

    def _take_product(self, handle: str, lines: Lines) -> None:
        if not handle:
            raise BadValue("url handle", "", "is empty", "every row needs its handle")
        if handle in self._handles and not lines[0][1]["title"]:
            return  # a handle that comes again further down only adds variants
        self._writer.product(_product(handle, lines), lines[0][0])
        self._handles.add(handle)

    def _take_variants(self, handle: str, lines: Lines) -> None:
        columns = [f"option{number} name" for number in (1, 2, 3)]
        names = [next((row[column] for _, row in lines if row.get(column)), "") for column in columns]
        met: list[dict[str, str]] = []
        for place, row in lines:
            if not _is_variant(row):
                continue
            try:
                options = _options(names, row)
                if options in met:
                    self._writer.warn(
                        f"{place.file}: line {place.line}: {handle} has a variant with these options already"
                    )
                met.append(options)
                self._writer.variant(_variant(handle, options, row, self._writer), place)
            except BadValue as bad:
                self._reject(place, bad)


def _handle(row: Cells) -> str:
    """The handle; Shopify makes it of the title where it is missing."""
    return row.get("url handle", "") or slug(row.get("title", ""))


def _product(handle: str, lines: Lines) -> dict[str, object]:
    row = lines[0][1]
    status = row.get("status", "").lower()
    if status and status not in _STATUSES:
        raise BadValue("status", status, "is not a status", f"use one of {', '.join(_STATUSES)}")
    published = values.yes_no(row.get("published on online store", ""), "published on online store", True)
    category, subcategory = _category(row)
    return {
        "product_id": handle,
        "name": html_to_line(values.required(row["title"], "title")),
        "category": category,
        "subcategory": subcategory,
        "brand": row.get("vendor") or None,
        "description": html_to_text(row.get("description", "")),
        "active": status in ("", "active") and published,
        "image": next((row["product image url"] for _, row in lines if row.get("product image url")), None),
        "attributes": _attributes(lines),
    }


def _category(row: Cells) -> tuple[str, str | None]:
    """The shop's own type; without one the ends of Shopify's taxonomy path ("Apparel > Clothing > Shirts")."""
    if row.get("type"):
        return row["type"], None
    path = [part.strip() for part in row.get("product category", "").split(">") if part.strip()]
    return (path[0] if path else "", path[-1] if len(path) > 1 else None)


def _attributes(lines: Lines) -> dict[str, str]:
    first = lines[0][1]
    weights = {row.get("weight value (grams)", "") for _, row in lines if _is_variant(row)}
    weight = weights.pop() if len(weights) == 1 else ""
    named = {
        "tags": "; ".join(tag.strip() for tag in first.get("tags", "").split(",") if tag.strip()),
        "product category": first.get("product category", "") if first.get("type") else "",
        "weight": f"{weight} g" if weight.strip("0.") else "",
    }
    named |= {ours: first.get(theirs, "").lower() for theirs, ours in _FROM_GOOGLE.items()}
    for column, cell in first.items():
        if match := _METAFIELD.match(column):
            named[match[1]] = html_to_line(cell)
    return without_empty(named)


def _is_variant(row: Cells) -> bool:
    """Further rows of a product may hold an image and nothing else."""
    return any(row.get(column) for column in _VARIANT_COLUMNS)


def _variant(handle: str, options: dict[str, str], row: Cells, writer: ShopWriter) -> dict[str, object]:
    price = writer.money(row["price"], "price")
    compare_at = writer.money_or_none(row.get("compare-at price"), "compare-at price")
    stock, available = _stock(row)
    return {
        "sku": row.get("sku") or id_of_name(slug(handle, *options.values()), *options.values()),
        "product_id": handle,
        "price_minor": price,
        "compare_at_minor": compare_at if compare_at is not None and compare_at > price else None,
        "stock": stock,
        "available": available,
        # Spreadsheets keep long numbers as text with a leading apostrophe.
        "gtin": row.get("barcode", "").lstrip("'") or None,
        "image": web_address(row.get("variant image url", "")),
        "options": options,
    }


def _options(names: list[str], row: Cells) -> dict[str, str]:
    options: dict[str, str] = {}
    for number, name in enumerate(names, 1):
        cell = row.get(f"option{number} value", "")
        if cell and not name:
            remedy = "name it in the product's first row"
            raise BadValue(f"option{number} value", cell, "belongs to an option without a name", remedy)
        if cell and (name.lower(), cell.lower()) != ("title", "default title"):
            options[name.lower()] = cell
    return options


def _stock(row: Cells) -> tuple[int | None, bool | None]:
    """The count and, where nothing is counted, whether it can be bought."""
    if row.get("inventory tracker") == "":  # the column is there and says: not tracked
        return None, True
    text = row.get("inventory quantity", "")
    if not text:
        return None, None
    stock = values.count(text.removeprefix("-"), "inventory quantity") * (-1 if text[0] == "-" else 1)
    if stock <= 0 and row.get("continue selling when out of stock", "").lower() in ("continue", "true", "yes"):
        return None, True
    return max(0, stock), None
