"""tau2-bench's retail shop, `db.json` with its `policy.md`: products, customers, orders with payments, order rules.

A variant's SKU is its `item_id`. It is available or not, and nobody counts it: `stock` stays unknown, so that a count
is never stated. Products have no category, and none is made up. What stands in `policy.md` before its first `##`
heading is written to the agent ("make one tool call at a time"), not for customers: it is left out, with a warning.
Amounts are US dollars. PATH is the folder or the `db.json` itself. The file is read whole (JSON has no rows).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

from assistant.shop import order_rules
from assistant.shop.importers import values
from assistant.shop.importers.base import ShopWriter
from assistant.shop.importers.report import BadValue, Place
from assistant.shop.importers.sources import mapping, objects, read_json, records, slug, state_facts

_ORDER_FIELDS = frozenset({"order_id", "user_id", "address", "items", "status", "payment_history"})
_SECTION = re.compile(r"^## +(.+?) *$", re.MULTILINE)


def load(path: Path, writer: ShopWriter) -> None:
    """Take in the folder that holds `db.json` (and `policy.md`), or the `db.json` itself."""
    file = path / "db.json" if path.is_dir() else path
    place = Place(file.name, 1)
    found = read_json(file, writer)
    if not isinstance(found, dict) or not isinstance(found.get("products"), dict):
        raise writer.fatal(place, "products", "", "is missing", "give a tau2-bench db.json, which has products by id")
    state_facts(writer, {"currency": "USD"}, place)
    writer.shop_defaults({order_rules.FACT: order_rules.text("tau2")}, place)
    for place, product in _section(found, "products", writer, file):
        _guarded(writer, place, _product, product)
    for place, user in _section(found, "users", writer, file):
        _guarded(writer, place, _customer, user)
    for place, order in _section(found, "orders", writer, file):
        _guarded(writer, place, _order, order)
    policy = file.with_name("policy.md")
    if policy.exists():
        _policies(policy, writer)


def _section(
    found: dict[str, Any], name: str, writer: ShopWriter, file: Path
) -> Iterable[tuple[Place, dict[str, Any]]]:
    part = found.get(name) or {}
    if not isinstance(part, dict):
        raise writer.fatal(Place(file.name, 1), name, part, "is not an object", "give a tau2-bench db.json")
    writer.progress(f"{file.name} {name}", 0, 0.0)
    yield from records(part.values(), writer, f"{file.name} {name}")
    writer.progress(f"{file.name} {name}", len(part), 1.0)


def _guarded(writer: ShopWriter, place: Place, take: Any, record: dict[str, Any], within: str = "") -> None:
    try:
        take(record, place, writer)
    except BadValue as bad:
        writer.reject(place, BadValue(within + bad.column, bad.value, bad.problem, bad.remedy))


def _product(product: dict[str, Any], place: Place, writer: ShopWriter) -> None:
    product_id = values.required(product.get("product_id"), "product_id")
    writer.product({"product_id": product_id, "name": values.required(product.get("name"), "name")}, place)
    for key, variant in mapping(product, "variants").items():
        _guarded(writer, place, _variant, {"product_id": product_id, "variant": variant}, f"variants.{key}.")


def _variant(found: dict[str, Any], place: Place, writer: ShopWriter) -> None:
    variant = mapping(found, "variant")
    writer.variant(
        {
            "sku": values.required(variant.get("item_id"), "item_id"),
            "product_id": found["product_id"],
            "price_minor": writer.money(variant.get("price"), "price"),
            "stock": None,
            "available": _yes_no_or_none(variant.get("available")),
            "options": _texts(mapping(variant, "options")),
        },
        place,
    )


def _customer(user: dict[str, Any], place: Place, writer: ShopWriter) -> None:
    customer_id, name = values.required(user.get("user_id"), "user_id"), mapping(user, "name")
    customer = {
        "customer_id": customer_id,
        "email": values.required(user.get("email"), "email"),
        "first_name": values.text(name.get("first_name")),
        "last_name": values.text(name.get("last_name")),
    }
    address = _address(mapping(user, "address"))
    writer.customer(customer | {column: address.get(column) for column in _ADDRESS.values()}, place)
    for key, method in mapping(user, "payment_methods").items():
        found = {"customer_id": customer_id, "method": method}
        _guarded(writer, place, _payment_method, found, f"payment_methods.{key}.")


def _payment_method(found: dict[str, Any], place: Place, writer: ShopWriter) -> None:
    method = mapping(found, "method")
    last_four = values.text(method.get("last_four"))
    if len(last_four) > 4:
        raise BadValue("last_four", "(not shown)", "is longer than four digits", "keep the last four digits only")
    writer.payment_method(
        {
            "payment_method_id": values.required(method.get("id"), "id"),
            "customer_id": found["customer_id"],
            "source": values.required(method.get("source"), "source"),
            "brand": values.text_or_none(method.get("brand")),
            "last_four": last_four or None,
            "balance_minor": writer.money_or_none(method.get("balance"), "balance"),
        },
        place,
    )


def _order(order: dict[str, Any], place: Place, writer: ShopWriter) -> None:
    order_id = values.required(order.get("order_id"), "order_id")
    lines = [_line(item, order_id, writer) for item in objects(order, "items")]
    payments = [_payment(payment, order_id, writer) for payment in objects(order, "payment_history")]
    first = next((payment["payment_method_id"] for payment in payments if payment["kind"] == "payment"), None)
    fulfillments = objects(order, "fulfillments")
    row = {
        "order_id": order_id,
        "customer_id": values.required(order.get("user_id"), "user_id"),
        "ordered_at": None,
        "status": values.required(order.get("status"), "status"),
        "tracking": [values.text(one) for part in fulfillments for one in part.get("tracking_id") or []],
        "total_minor": sum(line["unit_price_minor"] for line in lines),
        # The id without its number is the source ("gift_card_1725971" -> "gift card").
        "paid_with": re.sub(r"_?\d+$", "", first or "").replace("_", " ") or None,
        "address": _address(mapping(order, "address")),
        "extra": {name: _exact(value) for name, value in order.items() if name not in _ORDER_FIELDS},
    }
    writer.order(row, place)
    for line in lines:
        writer.order_line(line, place)
    for payment in payments:
        writer.payment(payment, place)


def _line(item: dict[str, Any], order_id: str, writer: ShopWriter) -> dict[str, Any]:
    return {
        "order_id": order_id,
        "sku": values.required(item.get("item_id"), "item_id"),
        "product_id": values.text_or_none(item.get("product_id")),
        "name": values.required(item.get("name"), "name"),
        "options": _texts(mapping(item, "options")),
        "quantity": 1,
        "unit_price_minor": writer.money(item.get("price"), "price"),
    }


def _payment(payment: dict[str, Any], order_id: str, writer: ShopWriter) -> dict[str, Any]:
    return {
        "order_id": order_id,
        "kind": values.required(payment.get("transaction_type"), "transaction_type"),
        "amount_minor": writer.money(payment.get("amount"), "amount"),
        "payment_method_id": values.text_or_none(payment.get("payment_method_id")),
    }


_ADDRESS = {
    "address1": "address1", "address2": "address2", "city": "city", "state": "state", "zip": "postcode",
    "country": "country",
}  # fmt: skip


def _address(found: dict[str, Any]) -> dict[str, str]:
    return {column: text for name, column in _ADDRESS.items() if (text := values.text(found.get(name)))}


def _exact(value: Any) -> Any:
    """A JSON value with decimal fractions as text ("12.30"): the database's JSON would make floats of them."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return {name: _exact(part) for name, part in value.items()}
    return [_exact(part) for part in value] if isinstance(value, list) else value


def _texts(found: dict[str, Any]) -> dict[str, str]:
    return {name: values.text(value) for name, value in found.items()}


def _yes_no_or_none(cell: Any) -> bool | None:
    return None if cell is None else values.yes_no(cell, "available", False)


def _policies(path: Path, writer: ShopWriter) -> None:
    """One page for each `##` section: a title, and below it the section with its deeper headings."""
    text = path.read_text(encoding="utf-8", errors="replace")
    parts = _SECTION.split(text)
    if parts[0].strip():
        writer.warn(f"{path.name}: what stands before its first ## heading is addressed to the agent and left out")
    for title, body in zip(parts[1::2], parts[2::2], strict=True):
        place = Place(path.name, text[: text.index(f"## {title}")].count("\n") + 1)
        try:
            writer.policy({"policy_id": slug(title), "title": title, "text": f"# {title}\n\n{body.strip()}"}, place)
        except BadValue as bad:
            writer.reject(place, bad)
