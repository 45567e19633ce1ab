"""What Magento's cells say: lists (`additional_attributes`, `configurable_variations`, their labels, lines) and stock.

The official export separates pairs by commas and values of one attribute by "|", and quotes a pair that holds a comma;
older ones don't quote, and then a part without "=" belongs to the value before it. Knows no products.

`qty` is the count where stock is managed. `is_in_stock` 0 means it can't be bought, whatever the count: it is not
available, the count unknown. Backorders allowed and nothing left: available, count unknown. Stock not managed:
available.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation

from assistant.shop.importers.report import BadValue


def attribute_pairs(cell: str) -> Iterator[tuple[str, str]]:
    """`color=Red,"material=Cotton, organic|Wool"` as ("color", "Red"), ("material", "Cotton, organic; Wool")."""
    for name, value in _pairs(_split(cell)):
        yield name, "; ".join(part.strip() for part in value.split("|") if part.strip())


def variations(cell: str) -> Iterator[tuple[str, dict[str, str]]]:
    """`sku=A-S,size=S|sku=A-M,size=M` as ("A-S", {"size": "S"}), ("A-M", {"size": "M"}). A part without SKU is left
    out."""
    for part in cell.split("|"):
        options = dict(_pairs(_split(part)))
        sku = options.pop("sku", "")
        if sku:
            yield sku, options


def option_labels(cell: str) -> dict[str, str]:
    """`size=Size,color=Colour` as a dict: what the shop calls its options."""
    return dict(_pairs(_split(cell)))


def lines_of(cell: str) -> list[str]:
    """The values of a cell of the sample form, one below the other, without empty lines."""
    return [line.strip() for line in cell.splitlines() if line.strip()]


def stock_of(row: Mapping[str, str]) -> tuple[int | None, bool | None]:
    """The count, or else whether it can be bought (None: the file doesn't say). Raises BadValue."""
    managed = row.get("use_config_manage_stock", "").strip() == "1" or row.get("manage_stock", "").strip() != "0"
    if not managed:
        return None, True
    in_stock = row.get("is_in_stock", "").strip()
    number = _quantity(row.get("qty", ""))
    if in_stock == "0":
        return None, False
    if number is None or number != number.to_integral_value():
        return None, True if in_stock == "1" else None
    # With use_config_backorders the row's own setting doesn't count, and Magento's is "no backorders" unless changed.
    backorders = row.get("allow_backorders", "").strip() in ("1", "2")
    if number <= 0 and backorders and row.get("use_config_backorders", "").strip() != "1":
        return None, True
    return max(0, int(number)), None


def _quantity(cell: str) -> Decimal | None:
    try:
        return Decimal(cell.strip()) if cell.strip() else None
    except InvalidOperation:
        raise BadValue("qty", cell, "is not a number", "write digits, such as 12 or 12.0000") from None


def _split(cell: str) -> list[str]:
    if '"' not in cell:
        return cell.split(",")
    try:
        return next(csv.reader([cell.replace("\n", " ")]), [])
    except csv.Error:
        return cell.split(",")


def _pairs(parts: list[str]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for part in parts:
        name, equals, value = part.partition("=")
        if equals and name.strip():
            found.append((name.strip(), value.strip()))
        elif found and part.strip():
            found[-1] = (found[-1][0], f"{found[-1][1]},{part}")
    return found
