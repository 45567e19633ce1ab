"""Shopify's product CSV, as the admin exports it: the classic columns ("Handle", "Variant Price") and the renamed ones
of newer exports ("URL handle", "Price").

Rows of one handle are one product; its first row carries title, text and option names, further rows variants or only
images. What the columns mean here:
- No tracker: Shopify doesn't count the variant, it can always be bought. A policy "continue" sells beyond zero: a
  variant at zero or less is then available with an unknown count. Otherwise a negative quantity (oversold) is zero.
- A product that is a draft, archived, unlisted or not published in the online store is not active.
- A compare-at price that isn't above the price is no reduction and is left out, as Shopify's storefront does.
- A variant without an SKU gets one of handle and options, "gift-box-blue": the same at every import.
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
from assistant.shop.importers.sources import settle_currency, slug, web_address, without_empty

Cells = dict[str, str]
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
    rows = _rows(path, writer)
    settle_currency(writer, Place(path.name, 1))
    written: set[str] = set()
    for handle, group in groupby(rows, key=lambda row: _handle(row[1])):
        lines = list(group)
        if not handle:
            for place, _ in lines:
                writer.reject(place, BadValue("Handle", "", "is empty", "every row needs its Handle"))
            continue
        try:
            _product(handle, lines, writer, handle in written)
            written.add(handle)
        except BadValue as bad:
            writer.reject(lines[0][0], bad)
            continue
        _variants(handle, lines, writer)


def _rows(path: Path, writer: ShopWriter) -> Iterator[tuple[Place, Cells]]:
    checked = False
    for place, cells in read_csv(path, writer):
        row = {_NEW_NAMES.get(name.lower(), name.lower()): cell.strip() for name, cell in cells.items()}
        if not checked:
            for column in ("title", "price"):
                if column not in row:
                    problem = f"the column {column} is missing"
                    raise writer.fatal(Place(path.name, 1), column, "", problem, "give a Shopify product export")
            checked = True
        yield place, row


def _handle(row: Cells) -> str:
    """The handle; Shopify makes it of the title where it is missing."""
    return row.get("url handle", "") or slug(row.get("title", ""))


def _product(handle: str, lines: list[tuple[Place, Cells]], writer: ShopWriter, known: bool) -> None:
    place, row = lines[0]
    if known and not row["title"]:
        return  # a handle that comes again further down only adds variants
    status, published = row.get("status", "").lower(), row.get("published on online store", "")
    if status and status not in _STATUSES:
        raise BadValue("Status", status, "is not a status", f"use one of {', '.join(_STATUSES)}")
    category, subcategory = _category(row)
    writer.product(
        {
            "product_id": handle,
            "name": html_to_line(values.required(row["title"], "Title")),
            "category": category,
            "subcategory": subcategory,
            "brand": row.get("vendor") or None,
            "description": html_to_text(row.get("description", "")),
            "active": status in ("", "active") and values.yes_no(published, "Published", True),
            "image": next((row["product image url"] for _, row in lines if row.get("product image url")), None),
            "attributes": _attributes(lines),
        },
        place,
    )


def _category(row: Cells) -> tuple[str, str | None]:
    """The shop's own type; without one the ends of Shopify's taxonomy path ("Apparel > Clothing > Shirts")."""
    if row.get("type"):
        return row["type"], None
    path = [part.strip() for part in row.get("product category", "").split(">") if part.strip()]
    return (path[0] if path else "", path[-1] if len(path) > 1 else None)


def _attributes(lines: list[tuple[Place, Cells]]) -> dict[str, str]:
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


def _variants(handle: str, lines: list[tuple[Place, Cells]], writer: ShopWriter) -> None:
    columns = [f"option{number} name" for number in (1, 2, 3)]
    names = [next((row[column] for _, row in lines if row.get(column)), "") for column in columns]
    for place, row in lines:
        if not _is_variant(row):
            continue
        try:
            _variant(handle, names, row, place, writer)
        except BadValue as bad:
            writer.reject(place, bad)


def _is_variant(row: Cells) -> bool:
    """Further rows of a product may hold an image and nothing else."""
    return any(row.get(column) for column in _VARIANT_COLUMNS)


def _variant(handle: str, names: list[str], row: Cells, place: Place, writer: ShopWriter) -> None:
    options = _options(names, row)
    price = writer.money(row["price"], "Price")
    compare_at = writer.money_or_none(row.get("compare-at price"), "Compare-at price")
    stock, available = _stock(row)
    writer.variant(
        {
            "sku": row.get("sku") or slug(handle, *options.values()),
            "product_id": handle,
            "price_minor": price,
            "compare_at_minor": compare_at if compare_at is not None and compare_at > price else None,
            "stock": stock,
            "available": available,
            # Spreadsheets keep long numbers as text with a leading apostrophe.
            "gtin": row.get("barcode", "").lstrip("'") or None,
            "image": web_address(row.get("variant image url", "")),
            "options": options,
        },
        place,
    )


def _options(names: list[str], row: Cells) -> dict[str, str]:
    options: dict[str, str] = {}
    for number, name in enumerate(names, 1):
        cell = row.get(f"option{number} value", "")
        if cell and not name:
            remedy = "name it in the product's first row"
            raise BadValue(f"Option{number} value", cell, "belongs to an option without a name", remedy)
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
    stock = values.count(text.removeprefix("-"), "Inventory quantity") * (-1 if text[0] == "-" else 1)
    if stock <= 0 and row.get("continue selling when out of stock", "").lower() in ("continue", "true", "yes"):
        return None, True
    return max(0, stock), None
