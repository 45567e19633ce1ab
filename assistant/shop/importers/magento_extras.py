"""What a Magento folder holds beside products: category trees, reviews, price rules, CMS pages, customers.

Each `take_...` reads the files of one kind. Reviews and rules about products that aren't in the files are left out with
a warning (exports are often partial). Customers come without password, birth date and gender, reviews without e-mail.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from assistant.shop.importers import values
from assistant.shop.importers.base import ShopWriter
from assistant.shop.importers.html_text import html_to_line, html_to_text
from assistant.shop.importers.magento_categories import CategoryTree
from assistant.shop.importers.magento_rules import NotExpressible, rule_to_promotion
from assistant.shop.importers.readers import read_csv
from assistant.shop.importers.report import BadValue, Place
from assistant.shop.importers.sources import SilentWriter
from assistant.shop.promotions_format import parse_promotion

_DIRECTIVE = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_NO_POLICIES = frozenset({"home", "no-route", "enable-cookies"})
_LEFT_OUT = {
    "links": "links between products (related, cross-sell, up-sell) have no place here",
    "orders": "orders without number and date can't be told apart",
    "suggested prices": "a manufacturer's suggested price is not the shop's price",
    "blocks": "static blocks are parts of pages, not policies",
    "images": "images are paths inside Magento's media folder",
    "unknown": "columns that are none of the known kinds of file",
}


def take_categories(files: Sequence[Path], writer: ShopWriter) -> CategoryTree:
    """The category tree of all category files together."""
    tree = CategoryTree()
    for path in files:
        for _, row in read_csv(path, writer):
            tree.add(row)
    return tree


def average_ratings(files: Sequence[Path], writer: ShopWriter) -> dict[str, float]:
    """The average rating of each SKU, to one decimal. Rows that can't be read are left to `take_reviews` to report."""
    sums: dict[str, tuple[float, int]] = {}
    for path in files:
        for _, row in read_csv(path, SilentWriter(writer), required=("sku",)):
            with suppress(BadValue):
                rating = values.number_or_none(row["rating_value"], "rating_value")
                if rating is not None:
                    total, number = sums.get(row["sku"], (0.0, 0))
                    sums[row["sku"]] = (total + rating, number + 1)
    return {sku: round(total / number, 1) for sku, (total, number) in sums.items()}


def take_reviews(files: Sequence[Path], writer: ShopWriter, product_of: Callable[[str], str | None]) -> None:
    """Write the reviews of the products that `product_of` knows by SKU."""
    strangers = 0
    for path in files:
        for place, row in read_csv(path, writer, required=("sku",)):
            product_id = product_of(row["sku"])
            if product_id is None:
                strangers += 1
                continue
            try:
                writer.review(_review(row, product_id), place)
            except BadValue as bad:
                writer.reject(place, bad)
                writer.gap("review", product_id, place)
    if strangers:
        writer.warn(f"{strangers} reviews are of products that are not in the files: they are left out")


def _review(row: Mapping[str, str], product_id: str) -> dict[str, object]:
    return {
        "product_id": product_id,
        "rating": values.number_or_none(row["rating_value"], "rating_value"),
        "author": html_to_line(row.get("reviewer", "")),
        "text": html_to_text(row["review"]),
        "written_on": values.day_or_none(row.get("created_at", ""), "created_at"),
    }


def take_rules(files: Sequence[Path], tree: CategoryTree, writer: ShopWriter) -> None:
    """Price rules as promotions; one that can't be expressed exactly is left out with the reason."""
    met: set[str] = set()
    for path in files:
        for place, row in read_csv(path, writer, required=("name",)):
            try:
                promotion = parse_promotion(rule_to_promotion(row, tree), writer.currency)
                # Magento's own ids aren't in the files, and its names may be there twice.
                promotion["promotion_id"] = values.another(promotion["promotion_id"], met)
                writer.promotion(promotion, place)
            except NotExpressible as reason:
                writer.warn(f"{path.name}: the rule {html_to_line(row['name'])!r} is left out: {reason}")
            except BadValue as bad:
                writer.reject(place, bad)


def take_pages(files: Sequence[Path], writer: ShopWriter) -> None:
    """CMS pages as policy pages; the home page and error pages aren't policies."""
    for path in files:
        for place, row in read_csv(path, writer, required=("identifier", "title")):
            text = html_to_text(_DIRECTIVE.sub("", row["content"]), headings=True)
            if row["identifier"] in _NO_POLICIES or not text or row["is_active"].strip() == "0":
                writer.warn(f"{path.name}: the page {row['identifier']!r} is left out: it is no policy")
                continue
            try:
                title = html_to_line(row["title"])
                page = {
                    "policy_id": values.file_stem(row["identifier"]),
                    "title": title,
                    "text": f"# {title}\n\n{text}",
                }
                writer.policy(page, place)
            except BadValue as bad:
                writer.reject(place, bad)


def take_customers(files: Sequence[Path], writer: ShopWriter) -> None:
    """Customers, by their e-mail address (the files have no other id)."""
    for path in files:
        for place, row in read_csv(path, writer, required=("email",)):
            try:
                writer.customer(_customer(row, place), place)
            except BadValue as bad:
                writer.reject(place, bad)


def _customer(row: Mapping[str, str], place: Place) -> dict[str, object]:
    email = values.required(row["email"], "email").lower()
    street = _street(row.get("street", ""))
    return {
        "customer_id": email,
        "email": email,
        "first_name": row["firstname"].strip(),
        "last_name": row["lastname"].strip(),
        "phone": row.get("telephone", "").strip() or None,
        "address1": street[0] if street else None,
        "address2": ", ".join(street[1:]) or None,
        "city": row.get("city", "").strip() or None,
        "state": row.get("region", "").strip() or None,
        "postcode": row.get("postcode", "").strip() or None,
        "country": row.get("country_id", "").strip() or None,
    }


def _street(cell: str) -> list[str]:
    """The lines of a street: a JSON list in the sample data, lines of text in exports."""
    lines: object = cell.splitlines()
    if cell.lstrip().startswith("["):
        try:
            lines = json.loads(cell)
        except ValueError:
            raise BadValue("street", cell, "is not a list", 'write it as ["1 Main Street", ""]') from None
    return [line.strip() for line in lines if isinstance(line, str) and line.strip()] if isinstance(lines, list) else []


def warn_of(found: Mapping[str, Sequence[Path]], writer: ShopWriter) -> None:
    """Say which files had nothing to take, and why: one warning for each reason."""
    for kind, reason in _LEFT_OUT.items():
        names = [path.name for path in found.get(kind, [])]
        if names:
            writer.warn(f"left out: {reason} ({', '.join(names)})")
