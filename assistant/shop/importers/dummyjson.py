"""DummyJSON's products, users and carts (`products.json`, `users.json`, `carts.json`).

`price` is what the product costs now. `discountPercentage` is an advertised percentage that the source applies neither
to `price` nor to anything else in the product, so the price stays as it is, no compare-at price is made up from it,
and the percentage is kept as the attribute "advertised discount". `stock` is the truth about availability;
`availabilityStatus` is derived from it and ignored. Weight and dimensions come without units and are kept so.

Users become customers with name, e-mail, phone and address only. Passwords, bank and crypto data, social security
numbers, IP addresses, birth dates and what their bodies look like are never read. Reviews lose the reviewer's e-mail.
Carts are neither orders (nothing was bought) nor views (they say no time, and one would have to be invented): they are
left out, with a warning. PATH is the folder or `products.json` alone. The files are read whole (JSON has no rows).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from assistant.shop.importers import values
from assistant.shop.importers.base import ShopWriter
from assistant.shop.importers.html_text import html_to_line, html_to_text
from assistant.shop.importers.report import BadValue, Place
from assistant.shop.importers.sources import mapping, objects, read_json, records, settle_currency, without_empty


def load(path: Path, writer: ShopWriter) -> None:
    """Take in the folder with `products.json` (and `users.json`), or a `products.json` itself."""
    products = path / "products.json" if path.is_dir() else path
    settle_currency(writer, Place(products.name, 1))
    met: set[tuple[str, str]] = set()
    for place, product in _list(products, "products", writer):
        try:
            _product(product, place, writer, met)
        except BadValue as bad:
            writer.reject(place, bad)
    if not path.is_dir():
        return
    users, carts = path / "users.json", path / "carts.json"
    if users.exists():
        for place, user in _list(users, "users", writer):
            try:
                _customer(user, place, writer)
            except BadValue as bad:
                writer.reject(place, bad)
    if carts.exists():
        writer.warn(f"{carts.name}: carts are left out: they are no orders, and as views they would need a time")


def _list(path: Path, name: str, writer: ShopWriter) -> Iterable[tuple[Place, dict[str, Any]]]:
    """The records of a file that is a list, or the API's answer with the list under `name`."""
    found = read_json(path, writer)
    found = found.get(name) if isinstance(found, dict) else found
    if not isinstance(found, list):
        raise writer.fatal(Place(path.name, 1), name, "", "is missing", f'give a list, or an object with "{name}"')
    writer.progress(path.name, 0, 0.0)
    yield from records(found, writer, path.name)
    writer.progress(path.name, len(found), 1.0)


def _product(found: dict[str, Any], place: Place, writer: ShopWriter, met: set[tuple[str, str]]) -> None:
    product_id, sku = values.required(found.get("id"), "id"), values.required(found.get("sku"), "sku")
    for column, key in (("id", product_id), ("sku", sku)):
        if (column, key) in met:
            # Checked here so that the second product neither loses its only variant nor lends it to the first.
            raise BadValue(column, key, "is there twice", f"give each product its own {column}")
    images = [image for image in found.get("images") or [] if isinstance(image, str)]
    image = values.text_or_none(found.get("thumbnail")) or (images[0] if images else None)
    product = {
        "product_id": product_id,
        "name": html_to_line(values.required(found.get("title"), "title")),
        "category": values.text(found.get("category")).replace("-", " "),
        "brand": values.text_or_none(found.get("brand")),
        "description": html_to_text(values.text(found.get("description"))),
        "rating": values.number_or_none(found.get("rating"), "rating"),
        "image": image,
        "attributes": _attributes(found),
    }
    variant = {
        "sku": sku,
        "product_id": product_id,
        "price_minor": writer.money(found.get("price"), "price"),
        "compare_at_minor": None,
        "stock": values.count_or_none(found.get("stock"), "stock"),
        "available": None,
        "gtin": values.text_or_none(mapping(found, "meta").get("barcode")),
        "image": image,
    }
    reviews = objects(found, "reviews")
    met |= {("id", product_id), ("sku", sku)}
    writer.product(product, place)
    writer.variant(variant, place)
    for review in reviews:
        try:
            writer.review(_review(review, product_id), place)
        except BadValue as bad:
            writer.reject(place, bad)
            writer.gap("review", product_id, place)


def _attributes(found: dict[str, Any]) -> dict[str, str]:
    size = mapping(found, "dimensions")
    percentage = values.text(found.get("discountPercentage"))
    return without_empty(
        {
            "warranty": values.text(found.get("warrantyInformation")),
            "shipping": values.text(found.get("shippingInformation")),
            "return policy": values.text(found.get("returnPolicy")),
            "minimum order quantity": values.text(found.get("minimumOrderQuantity")),
            "advertised discount": f"{percentage}%" if percentage.strip("0.") else "",
            "weight": values.text(found.get("weight")),
            "dimensions": ", ".join(f"{side} {values.text(size[side])}" for side in size),
            "tags": values.text(found.get("tags")),
        }
    )


def _review(review: dict[str, Any], product_id: str) -> dict[str, Any]:
    return {
        "product_id": product_id,
        "rating": values.number_or_none(review.get("rating"), "rating"),
        "author": values.text(review.get("reviewerName")),
        "text": html_to_text(values.text(review.get("comment"))),
        "written_on": values.day_or_none(review.get("date"), "date"),
    }


def _customer(user: dict[str, Any], place: Place, writer: ShopWriter) -> None:
    address = mapping(user, "address")
    writer.customer(
        {
            "customer_id": values.required(user.get("id"), "id"),
            "email": values.required(user.get("email"), "email"),
            "first_name": values.text(user.get("firstName")),
            "last_name": values.text(user.get("lastName")),
            "phone": values.text_or_none(user.get("phone")),
            "address1": values.text_or_none(address.get("address")),
            "city": values.text_or_none(address.get("city")),
            "state": values.text_or_none(address.get("state")),
            "postcode": values.text_or_none(address.get("postalCode")),
            "country": values.text_or_none(address.get("country")),
        },
        place,
    )
