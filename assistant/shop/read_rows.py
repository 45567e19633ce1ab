"""Products, variants and promotions made of rows as the driver gives them: for what every turn reads.

The object mapper's bookkeeping cost ten times what the database itself does. Statements name their columns, so that a
row is what is unpacked here. Knows no transaction and no cache.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from itertools import groupby
from typing import Any

from assistant.errors import DatabaseError
from assistant.shop.schema import PromotionRow
from assistant.types import Money, Product, Variant

Row = tuple[Any, ...]

FACTS = "SELECT key, value FROM shop_info"
PAGES = "SELECT policy_id, title, text FROM policy ORDER BY position, policy_id"
KINDS = "SELECT DISTINCT category, subcategory FROM product WHERE active"
PRODUCTS = (
    "SELECT product_id, name, category, subcategory, brand, description, rating, attributes, specs, active, "
    "replaced_by, image, url FROM product"
)
_VARIANTS = (
    "SELECT sku, product_id, options, price_minor, compare_at_minor, stock, available, active, image, gtin FROM variant"
)
_PROMOTION = (
    "promotion_id", "name", "type", "percent", "value_minor", "buy", "free", "applies_to", "min_subtotal_minor", "code",
    "members_only", "starts", "ends", "combinable", "description",
)  # fmt: skip
_PROMOTIONS = f"SELECT {', '.join(_PROMOTION)} FROM promotion ORDER BY promotion_id"
NO_SHOP = "the database holds no shop yet; import one with: backroom import"


def among(column: str, values: Sequence[str]) -> str:
    """The condition that `column` is one of `values`, which are the statement's parameters."""
    return f" WHERE {column} IN ({','.join('?' * len(values))})"


def products_of(raw: Any, rows: Sequence[Row]) -> list[Product]:
    """The products of rows of `PRODUCTS`, with their variants. Raises DatabaseError for a database without a shop."""
    if not rows:
        return []
    currency = currency_of(raw)
    ids = [str(row[0]) for row in rows]
    ordered = f"{_VARIANTS}{among('product_id', ids)} ORDER BY product_id, position, sku"
    found = {key: list(group) for key, group in groupby(raw.execute(ordered, ids), lambda row: row[1])}
    return [_product(row, found.get(row[0], ()), currency) for row in rows]


def variant_of(raw: Any, sku: str) -> Variant | None:
    """The variant with this SKU, None when there is none. Raises DatabaseError for a database without a shop."""
    row = raw.execute(f"{_VARIANTS} WHERE sku = ?", (sku,)).fetchone()
    if row is None:
        return None
    (active,) = raw.execute("SELECT active FROM product WHERE product_id = ?", (row[1],)).fetchone()
    return _variant(row, currency_of(raw), bool(active))


def promotions_of(raw: Any) -> list[PromotionRow]:
    """All promotions in the order of their ids, not attached to the database. Not to be changed: they are kept."""
    return [_promotion(row) for row in raw.execute(_PROMOTIONS)]


def currency_of(raw: Any) -> str:
    """ISO 4217. Raises DatabaseError for a database that holds no shop."""
    row = raw.execute("SELECT value FROM shop_info WHERE key = 'currency'").fetchone()
    if row is None:
        raise DatabaseError(NO_SHOP)
    return str(row[0])


def is_available(active: bool, stock: int | None, available: bool | None) -> bool | None:
    """The one rule about "can I have it": never when inactive, by the count where there is one, else as the shop says
    (None: it doesn't)."""
    if not active:
        return False
    return stock > 0 if stock is not None else available


def _product(row: Row, variants: Sequence[Row], currency: str) -> Product:
    (
        product_id, name, category, subcategory, brand, description, rating, attributes, specs, active, replaced_by,
        image, url,
    ) = row  # fmt: skip
    return Product(
        product_id=product_id,
        name=name,
        category=category,
        subcategory=subcategory,
        brand=brand,
        description=description,
        rating=rating,
        attributes=json.loads(attributes),
        specs=json.loads(specs),
        active=bool(active),
        replaced_by=replaced_by,
        image=image,
        url=url,
        variants=tuple(_variant(variant, currency, bool(active)) for variant in variants),
    )


def _variant(row: Row, currency: str, product_active: bool) -> Variant:
    sku, product_id, options, price, compare_at, stock, available, active, image, gtin = row
    said = None if available is None else bool(available)
    return Variant(
        sku=sku,
        product_id=product_id,
        options=json.loads(options),
        price=Money(price, currency),
        compare_at=None if compare_at is None else Money(compare_at, currency),
        stock=stock,
        available=is_available(bool(active) and product_active, stock, said),
        active=bool(active),
        image=image,
        gtin=gtin,
    )


@lru_cache(maxsize=1024)
def _promotion(row: Row) -> PromotionRow:
    """The promotion of a row; the same row again is the same promotion."""
    values = dict(zip(_PROMOTION, row, strict=True))
    days = {name: values[name] and date.fromisoformat(values[name]) for name in ("starts", "ends")}
    flags = {name: bool(values[name]) for name in ("members_only", "combinable")}
    return PromotionRow(**values | days | flags)
