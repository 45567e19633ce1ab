"""Promotions as SHOP_FORMAT writes them (one row of `promotions.csv`, or a change's `promotion`) to rows and back.

Checks every value; prices nothing: what a promotion does to a basket is decided elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from assistant.shop.importers import values
from assistant.shop.importers.report import BadValue
from assistant.shop.schema import PromotionRow
from assistant.types import Money

COLUMNS = (
    "id", "name", "type", "value", "applies_to", "min_subtotal", "code", "members_only", "starts", "ends", "combinable",
    "description",
)  # fmt: skip
MONEY_TYPES = ("fixed", "member_price", "bundle")
TYPES = ("percent", *MONEY_TYPES, "free_shipping")
_BUY_GET = re.compile(r"buy_([1-9][0-9]{0,2})_get_([1-9][0-9]{0,2})\Z")
_TARGET = re.compile(r"(?:all|(?:category|subcategory|brand|product|sku):.*\S.*)\Z")


def parse_promotion(cells: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """The columns of a `PromotionRow` from SHOP_FORMAT's columns. Raises BadValue; unknown columns are left out.

    `type` is kept as written ("buy_2_get_1" with `buy` 2 and `free` 1); `percent` is plain decimal text ("12.5").
    """
    kind = values.required(cells.get("type"), "type")
    row: dict[str, Any] = {
        "promotion_id": values.required(cells.get("id"), "id"),
        "name": values.required(cells.get("name"), "name"),
        "type": kind,
        **_value(kind, cells.get("value"), currency),
        "applies_to": _applies_to(values.text(cells.get("applies_to")) or "all", kind),
        "min_subtotal_minor": values.money_or_none(cells.get("min_subtotal"), currency, "min_subtotal"),
        "code": values.text_or_none(cells.get("code")),
        "members_only": values.yes_no(cells.get("members_only"), "members_only", False),
        "starts": values.day_or_none(cells.get("starts"), "starts"),
        "ends": values.day_or_none(cells.get("ends"), "ends"),
        "combinable": values.yes_no(cells.get("combinable"), "combinable", False),
        "description": values.text(cells.get("description")),
    }
    if row["starts"] and row["ends"] and row["ends"] < row["starts"]:
        raise BadValue("ends", cells.get("ends"), "is before it starts", "correct one of the two days")
    return row


def format_promotion(row: PromotionRow, currency: str) -> dict[str, str]:
    """A promotion in SHOP_FORMAT's columns."""

    def amount(minor: int | None) -> str:
        return "" if minor is None else str(Money(minor, currency).decimal)

    return {
        "id": row.promotion_id,
        "name": row.name,
        "type": row.type,
        "value": row.percent or amount(row.value_minor),
        "applies_to": row.applies_to,
        "min_subtotal": amount(row.min_subtotal_minor),
        "code": row.code or "",
        "members_only": "yes" if row.members_only else "no",
        "starts": row.starts.isoformat() if row.starts else "",
        "ends": row.ends.isoformat() if row.ends else "",
        "combinable": "yes" if row.combinable else "no",
        "description": row.description,
    }


def _value(kind: str, cell: Any, currency: str) -> dict[str, Any]:
    found: dict[str, Any] = {"percent": None, "value_minor": None, "buy": None, "free": None}
    if kind == "percent":
        found["percent"] = _percent(values.text(cell))
    elif kind in MONEY_TYPES:
        found["value_minor"] = values.money(cell, currency, "value")
    elif match := _BUY_GET.match(kind):
        found["buy"], found["free"] = int(match[1]), int(match[2])
    elif kind not in TYPES:
        raise BadValue(
            "type",
            kind,
            "is not a type of promotion",
            f"use one of {', '.join(TYPES)}, buy_N_get_M with numbers (buy_2_get_1)",
        )
    return found


def _percent(text: str) -> str:
    try:
        share = Decimal(text.removesuffix("%").strip())
    except InvalidOperation:
        raise BadValue("value", text, "is not a percentage", "write a number such as 12.5") from None
    if not share.is_finite() or not 0 < share <= 100:
        raise BadValue("value", text, "is not a percentage", "it must be above 0 and at most 100")
    plain = format(share, "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _applies_to(text: str, kind: str) -> str:
    parts = text.split(" + ") if kind == "bundle" else text.split(";")
    for part in parts:
        if not _TARGET.match(part.strip()):
            remedy = (
                "use all, category:X, subcategory:X, brand:X, product:NAME or id, sku:X; alternatives separated by ;"
            )
            raise BadValue("applies_to", text, f"can't be read at {part.strip()!r}", remedy)
    if kind == "bundle" and len(parts) < 2:
        raise BadValue("applies_to", text, "is not a bundle", "name two or more products, separated by ' + '")
    return text
