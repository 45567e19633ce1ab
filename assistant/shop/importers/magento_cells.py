"""Magento's lists inside a cell: `additional_attributes`, `configurable_variations`, their labels, lines.

The official export separates pairs by commas and values of one attribute by "|", and quotes a pair that holds a comma;
older ones don't quote, and then a part without "=" belongs to the value before it. Knows no products.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator


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
