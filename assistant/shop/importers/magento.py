"""Magento's product CSV: the official export and the form of Magento's sample data, as a file or a whole folder.

The official export ("sku, store_view_code, product_type, categories, ..., configurable_variations"): a configurable
product and the simple ones that it names are one product with variants; rows of a store view (translations), bundles
and grouped products (they have no price of their own) are left out, with a warning. The sample form ("category, name,
sku, price, qty, ...", lists inside a cell one below the other): every row is a product with one variant, except that
rows that aren't visible by themselves and share a name are one product's variants.

A folder's files are told apart by their columns: besides products there may be category trees, reviews, price rules
(magento_rules), CMS pages (policies) and customers. What has no counterpart here is left out with a warning that says
why, never guessed. The files don't say their currency. Products are read in passes, so a file is never held whole; of
configurable products the list of children is.
"""

from __future__ import annotations

import csv
from pathlib import Path

from assistant.shop.importers.base import ShopWriter
from assistant.shop.importers.magento_extras import (
    average_ratings,
    take_categories,
    take_customers,
    take_pages,
    take_reviews,
    take_rules,
    warn_of,
)
from assistant.shop.importers.magento_products import ProductFiles
from assistant.shop.importers.report import Place
from assistant.shop.importers.sources import settle_currency

_KINDS: tuple[tuple[str, frozenset[str]], ...] = (
    ("reviews", frozenset({"sku", "rating_value", "review"})),
    ("rules", frozenset({"name", "simple_action", "discount_amount"})),
    ("pages", frozenset({"title", "identifier", "content", "is_active"})),
    ("blocks", frozenset({"title", "identifier", "content"})),
    ("customers", frozenset({"firstname", "lastname", "email"})),
    ("categories", frozenset({"name", "url_key", "path"})),
    ("links", frozenset({"sku", "linked_sku"})),
    ("orders", frozenset({"customer_email", "product"})),
    ("suggested prices", frozenset({"sku", "msrp"})),
    ("products", frozenset({"sku", "name", "price"})),
    ("images", frozenset({"sku", "image"})),
)
"""What a file holds, by columns that it has; the first that fits counts."""


def load(path: Path, writer: ShopWriter) -> None:
    """Take in one product CSV, or every CSV file of a folder."""
    files = sorted(path.glob("*.csv")) if path.is_dir() else [path]
    found: dict[str, list[Path]] = {}
    for file in files:
        found.setdefault(_kind(file), []).append(file)
    if not found.get("products"):
        problem = "holds no product file" if path.is_dir() else "is no product file"
        raise writer.fatal(Place(path.name, 1), "header", "", problem, "its columns are at least sku, name and price")
    settle_currency(writer, Place(found["products"][0].name, 1))
    tree = take_categories(found.get("categories", []), writer)
    products = ProductFiles(found["products"], tree, writer)
    reviews = found.get("reviews", [])
    products.write(average_ratings(reviews, writer))
    take_reviews(reviews, writer, products.product_of)
    take_rules(found.get("rules", []), tree, writer)
    take_pages(found.get("pages", []), writer)
    take_customers(found.get("customers", []), writer)
    warn_of(found, writer)


def _kind(path: Path) -> str:
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        try:
            header = {name.strip() for name in next(csv.reader(file), [])}
        except csv.Error:
            return "unknown"
    return next((kind for kind, columns in _KINDS if columns <= header), "unknown")
