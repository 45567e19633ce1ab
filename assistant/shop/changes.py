"""Changes to a running shop, one at a time: a price, a stock level, a variant switched on or off, a promotion.

What replay's `feed` and live feeds apply, inside the caller's transaction. Knows no file and opens no database.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from assistant.errors import UsageError
from assistant.shop.catalogue import shop_currency
from assistant.shop.importers import values
from assistant.shop.importers.report import BadValue
from assistant.shop.promotions_format import COLUMNS, parse_promotion
from assistant.shop.schema import PromotionRow, VariantRow
from assistant.types import Json

FIELDS = ("price", "compare_at_price", "stock", "available", "active")


def apply_change(session: Session, change: Json, *, currency: str | None = None) -> Json:
    """Apply one change and return it as it was applied (`{"sku": "S1", "price": Decimal("19.99")}`).

    `{"sku": S, "price" | "compare_at_price" | "stock" | "available" | "active": value, ...}`: prices in major units;
    stock null means that the shop no longer counts; `available` is for variants that it doesn't count.
    `{"promotion": {...}}`: SHOP_FORMAT's columns, as a new promotion or in place of the one with that id.
    `currency` saves looking it up. Raises UsageError for an unknown SKU, field or a value that doesn't fit; then
    nothing of this change was applied.
    """
    if not isinstance(change, dict):
        raise UsageError(f'a change is not an object: {str(change)[:80]!r}; write {{"sku": ..., "price": ...}}')
    try:
        if "promotion" in change:
            return _promotion(session, change, currency)
        return _variant(session, change, currency)
    except BadValue as bad:
        raise UsageError(f"change {str(change)[:80]}: {bad}") from None


def _variant(session: Session, change: Json, currency: str | None) -> Json:
    sku = values.required(change.get("sku"), "sku")
    wanted = {name: value for name, value in change.items() if name != "sku"}
    for name in wanted:
        if name not in FIELDS:
            raise BadValue(name, wanted[name], "is not a field that can change", f"use one of {', '.join(FIELDS)}")
    if not wanted:
        raise BadValue("sku", sku, "nothing is said to change", f"add one of {', '.join(FIELDS)}")
    row = session.get(VariantRow, sku)
    if row is None:
        raise BadValue("sku", sku, "no variant has this SKU", "correct it, or import the variant first")
    new = {_COLUMN[name]: _value(name, value, currency or shop_currency(session)) for name, value in wanted.items()}
    if new.get("available") is not None and new.get("stock", row.stock) is not None:
        raise BadValue("available", wanted["available"], "the shop counts this variant's stock", "change stock instead")
    if new.get("stock") is not None:
        new["available"] = None  # a count says it from now on
    for column, value in new.items():
        setattr(row, column, value)
    session.flush()
    return {"sku": sku, **wanted}


_COLUMN = {
    "price": "price_minor", "compare_at_price": "compare_at_minor", "stock": "stock", "available": "available",
    "active": "active",
}  # fmt: skip


def _value(name: str, value: Any, currency: str) -> Any:
    if name == "price":
        return values.money(value, currency, name)
    if name == "compare_at_price":
        return values.money_or_none(value, currency, name)
    if name == "stock":
        return values.count_or_none(value, name)
    if name == "available" and values.text(value) == "":
        return None
    if values.text(value) == "":
        raise BadValue(name, value, "is empty", "write true or false")
    return values.yes_no(value, name, True)


def _promotion(session: Session, change: Json, currency: str | None) -> Json:
    cells = change["promotion"]
    if not isinstance(cells, dict) or len(change) > 1:
        raise BadValue("promotion", cells, "is not an object on its own", "give the columns of promotions.csv")
    for name, value in cells.items():
        if name not in COLUMNS:
            raise BadValue(name, value, "is not a column of promotions.csv", f"use {', '.join(COLUMNS)}")
    session.merge(PromotionRow(**parse_promotion(cells, currency or shop_currency(session))))
    session.flush()
    return {"promotion": dict(cells)}
