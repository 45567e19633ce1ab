"""What the columns of each file of a shop folder mean: one function for each kind of row, cells in, row to the writer.

Knows no file: cells come from CSV (text) or JSON Lines (values). Columns that a file doesn't have are left out of the
row, so that what the database knows stays; columns of any other name are attributes, options or preferences.
Beyond SHOP_FORMAT.md, and written only when a shop needs them to come back the same: `available` in variants, the
`name`, `options` and `product_id` of an order line as it was sold, `payment_methods`, `payments`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from assistant.shop.importers import values
from assistant.shop.importers.base import ShopWriter
from assistant.shop.importers.report import BadValue, Place
from assistant.shop.importers.tables import Row
from assistant.shop.promotions_format import COLUMNS as PROMOTION_COLUMNS
from assistant.shop.promotions_format import parse_promotion

Cells = Mapping[str, Any]
FREE_PREFIX = "other:"
"""Before a free column whose name would otherwise be that of a known one."""
ADDRESS = ("address1", "address2", "city", "state", "postcode", "country")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\Z")

PRODUCT = frozenset(
    (
        "product_id", "name", "category", "subcategory", "brand", "description", "active", "replaced_by", "image",
        "url", "rating", "specs",
    )
)  # fmt: skip
VARIANT = frozenset(
    ("sku", "product_id", "price", "stock", "available", "compare_at_price", "gtin", "active", "image")
)  # fmt: skip
CUSTOMER = frozenset(
    ("customer_id", "email", "first_name", "last_name", "phone", *ADDRESS, "member", "joined", "consent")
)  # fmt: skip
ORDER = frozenset(
    (
        "order_id", "customer_id", "ordered_at", "status", "shipped_at", "eta", "delivered_at", "carrier", "tracking",
        "shipping_cost", "discount", "total", "paid_with", "address", "extra",
    )
)  # fmt: skip
LINE = frozenset(("order_id", "sku", "quantity", "unit_price", "name", "product_id", "options"))
REVIEW = frozenset(("product_id", "rating", "author", "text", "date"))


def _texts(cells: Cells, *columns: str) -> Row:
    return {column: values.text_or_none(cells[column]) for column in columns if column in cells}


def _free(cells: Cells, known: Iterable[str]) -> dict[str, str]:
    """The columns of any other name that aren't empty."""
    return {
        name.removeprefix(FREE_PREFIX): found
        for name, cell in cells.items()
        if cell != "" and name not in known and (found := values.text(cell))
    }


def product(cells: Cells, place: Place, writer: ShopWriter) -> None:
    row: Row = {
        "product_id": values.required(cells.get("product_id"), "product_id"),
        "name": values.required(cells.get("name"), "name"),
        "category": values.text(cells.get("category")),
        **_texts(cells, "subcategory", "brand", "replaced_by", "image", "url"),
        "attributes": _free(cells, PRODUCT),
    }
    if "description" in cells:
        row["description"] = values.text(cells["description"])
    if "active" in cells:
        row["active"] = values.yes_no(cells["active"], "active", True)
    if "rating" in cells:
        row["rating"] = values.number_or_none(cells["rating"], "rating")
    if "specs" in cells:
        row["specs"] = values.pairs(cells["specs"] or "", "specs")
    writer.product(row, place)


def variant(cells: Cells, place: Place, writer: ShopWriter) -> None:
    row: Row = {
        "sku": values.required(cells.get("sku"), "sku"),
        "product_id": values.required(cells.get("product_id"), "product_id"),
        "price_minor": writer.money(cells.get("price"), "price"),
        **_texts(cells, "gtin", "image"),
        "options": _free(cells, VARIANT),
    }
    if "stock" in cells:
        row["stock"] = values.count_or_none(cells["stock"], "stock")
    if "available" in cells:
        empty = not values.text(cells["available"])
        row["available"] = None if empty else values.yes_no(cells["available"], "available", True)
    if "compare_at_price" in cells:
        row["compare_at_minor"] = writer.money_or_none(cells["compare_at_price"], "compare_at_price")
    if "active" in cells:
        row["active"] = values.yes_no(cells["active"], "active", True)
    writer.variant(row, place)


def customer(cells: Cells, place: Place, writer: ShopWriter) -> None:
    email = values.required(cells.get("email"), "email")
    if not _EMAIL.match(email):
        raise BadValue("email", email, "is not an e-mail address", "write it as name@example.com")
    row: Row = {
        "customer_id": values.required(cells.get("customer_id"), "customer_id"),
        "email": email,
        **_texts(cells, "phone", *ADDRESS),
        "preferences": _free(cells, CUSTOMER),
    }
    for name in ("first_name", "last_name"):
        if name in cells:
            row[name] = values.text(cells[name])
    if "member" in cells:
        row["member"] = values.yes_no(cells["member"], "member", False)
    if "joined" in cells:
        row["joined"] = values.day_or_none(cells["joined"], "joined")
    if values.text(cells.get("consent")):
        row["consent"] = values.yes_no(cells["consent"], "consent", True)
    writer.customer(row, place)


def order(cells: Cells, place: Place, writer: ShopWriter) -> None:
    row: Row = {
        "order_id": values.required(cells.get("order_id"), "order_id"),
        "customer_id": values.required(cells.get("customer_id"), "customer_id"),
        "status": values.required(cells.get("status"), "status").lower(),
        **_texts(cells, "carrier", "paid_with"),
    }
    for column in ("ordered_at", "shipped_at", "eta", "delivered_at"):
        if column in cells:
            row[column] = writer.moment_or_none(cells[column], column)
    for column in ("shipping_cost", "discount", "total"):
        if column in cells:
            row[f"{column}_minor"] = writer.money_or_none(cells[column], column)
    if "tracking" in cells:
        row["tracking"] = values.items(cells["tracking"] or "")
    for column in ("address", "extra"):
        if column in cells:
            row[column] = values.json_object(cells[column], column)
    writer.order(row, place)


def order_line(cells: Cells, place: Place, writer: ShopWriter) -> None:
    row: Row = {
        "order_id": values.required(cells.get("order_id"), "order_id"),
        "sku": values.required(cells.get("sku"), "sku"),
        "quantity": values.count(cells.get("quantity"), "quantity"),
        "unit_price_minor": writer.money(cells.get("unit_price"), "unit_price"),
    }
    if name := values.text(cells.get("name")):
        row |= {"name": name, "product_id": values.text_or_none(cells.get("product_id"))}
        row["options"] = values.json_object(cells.get("options"), "options")
    writer.order_line(row, place)


def payment_method(cells: Cells, place: Place, writer: ShopWriter) -> None:
    row = {name: values.text_or_none(cells.get(name)) for name in ("brand", "last_four")}
    for name in ("payment_method_id", "customer_id", "source"):
        row[name] = values.required(cells.get(name), name)
    digits = row["last_four"]
    if digits is not None and not re.fullmatch(r"[0-9]{4}", digits):
        raise BadValue(
            "last_four", "(hidden)", "is not four digits", "never give more of a card number than its last four"
        )
    balance = writer.money_or_none(cells.get("balance"), "balance")
    writer.payment_method({**row, "balance_minor": balance}, place)


def payment(cells: Cells, place: Place, writer: ShopWriter) -> None:
    row: Row = {
        "order_id": values.required(cells.get("order_id"), "order_id"),
        "kind": values.required(cells.get("kind"), "kind"),
        "amount_minor": writer.money(cells.get("amount"), "amount"),
        "payment_method_id": values.text_or_none(cells.get("payment_method_id")),
    }
    writer.payment(row, place)


def browsing(cells: Cells, place: Place, writer: ShopWriter) -> None:
    row: Row = {name: values.required(cells.get(name), name) for name in ("customer_id", "product_id")}
    row["viewed_at"] = values.moment(cells.get("viewed_at"), writer.zone, "viewed_at")
    writer.browsing(row, place)


def review(cells: Cells, place: Place, writer: ShopWriter) -> None:
    row: Row = {
        "product_id": values.required(cells.get("product_id"), "product_id"),
        "rating": values.number_or_none(cells.get("rating"), "rating"),
        "author": values.text(cells.get("author")),
        "text": values.text(cells.get("text")),
        "written_on": values.day_or_none(cells.get("date"), "date"),
    }
    writer.review(row, place)


def promotion(cells: Cells, place: Place, writer: ShopWriter) -> None:
    writer.promotion(parse_promotion(cells, writer.currency), place)


@dataclass(frozen=True)
class FileFormat:
    """One file of the folder. `known` is None where columns of any other name have a meaning. `numbered` are the table
    of rows that have no id of their own, and its parent's column."""

    stem: str
    take: Callable[[Cells, Place, ShopWriter], None]
    required: tuple[str, ...]
    known: frozenset[str] | None = None
    needed: bool = False
    numbered: tuple[str, str] | None = None


FILES = (
    FileFormat("products", product, ("product_id", "name", "category"), needed=True),
    FileFormat("variants", variant, ("sku", "product_id", "price", "stock"), needed=True),
    FileFormat("customers", customer, ("customer_id", "email")),
    FileFormat(
        "payment_methods",
        payment_method,
        ("payment_method_id", "customer_id", "source"),
        frozenset(["payment_method_id", "customer_id", "source", "brand", "last_four", "balance"]),
    ),
    FileFormat("orders", order, ("order_id", "customer_id", "ordered_at", "status"), ORDER),
    FileFormat(
        "order_lines",
        order_line,
        ("order_id", "sku", "quantity", "unit_price"),
        LINE,
        numbered=("order_line", "order_id"),
    ),
    FileFormat(
        "payments",
        payment,
        ("order_id", "kind", "amount"),
        frozenset(["order_id", "kind", "amount", "payment_method_id"]),
        numbered=("payment", "order_id"),
    ),
    FileFormat(
        "browsing",
        browsing,
        ("customer_id", "product_id", "viewed_at"),
        frozenset(["customer_id", "product_id", "viewed_at"]),
    ),
    FileFormat("reviews", review, ("product_id", "rating"), REVIEW, numbered=("review", "product_id")),
    FileFormat("promotions", promotion, ("id", "name", "type"), frozenset(PROMOTION_COLUMNS)),
)
