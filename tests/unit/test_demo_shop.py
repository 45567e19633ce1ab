"""The demo shop that ships with Backroom: its folder keeps SHOP_FORMAT, adds up to the cent and shows every feature.

Read here with `csv` alone, so that an error in the importers can't hide one in the data; the last tests import it.
"""

from __future__ import annotations

import csv
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from assistant.shop import schema
from assistant.shop.importers import import_shop
from assistant.store.database import Database

FOLDER = Path(schema.__file__).parent / "demo"
MAX_BYTES = 600_000
STATUSES = {"pending", "processed", "shipped", "delivered", "cancelled", "returned"}
FIXED_VARIANT_COLUMNS = {"sku", "product_id", "price", "compare_at_price", "stock", "active", "gtin", "image"}
PROMOTION_TYPES = {"percent", "fixed", "buy_2_get_1", "member_price", "bundle", "free_shipping"}
MONEY = re.compile(r"\d+\.\d\d")

Rows = list[dict[str, str]]


def read(name: str) -> Rows:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, strict=True))
    assert all(None not in row and None not in row.values() for row in rows), f"{name}: a row has too many or few cells"
    return rows


@pytest.fixture(scope="module")
def products() -> dict[str, dict[str, str]]:
    rows = read("products.csv")
    assert len({row["product_id"] for row in rows}) == len(rows)
    return {row["product_id"]: row for row in rows}


@pytest.fixture(scope="module")
def variants() -> dict[str, dict[str, str]]:
    rows = read("variants.csv")
    assert len({row["sku"] for row in rows}) == len(rows)
    return {row["sku"]: row for row in rows}


@pytest.fixture(scope="module")
def orders() -> dict[str, dict[str, str]]:
    rows = read("orders.csv")
    assert len({row["order_id"] for row in rows}) == len(rows)
    return {row["order_id"]: row for row in rows}


def options_of(row: dict[str, str]) -> dict[str, str]:
    return {name: cell for name, cell in row.items() if cell and name not in FIXED_VARIANT_COLUMNS}


def by_product(variants: dict[str, dict[str, str]]) -> dict[str, Rows]:
    found: dict[str, Rows] = defaultdict(list)
    for row in variants.values():
        found[row["product_id"]].append(row)
    return found


def test_the_shop_states_its_facts_and_its_clock_runs() -> None:
    facts = json.loads((FOLDER / "shop.json").read_text(encoding="utf-8"))
    assert all(isinstance(value, str) and value for value in facts.values())
    assert {"name", "opening_hours", "address", "phone", "email"} <= facts.keys()
    assert (facts["currency"], facts["locale"]) == ("GBP", "en_GB")
    assert ZoneInfo(facts["timezone"])
    assert "now" not in facts


def test_products_are_many_and_varied(products: dict[str, dict[str, str]]) -> None:
    assert len(products) >= 64
    assert len({row["category"] for row in products.values()}) >= 8
    assert all(row["subcategory"] and row["brand"] for row in products.values())
    for row in products.values():
        sentences = re.findall(r"[.!?](?:\s|$)", row["description"])
        assert 2 <= len(sentences) <= 5, row["product_id"]
        assert all("=" in pair for pair in row["specs"].split(";") if pair.strip()), row["specs"]


def test_inactive_products_name_an_active_heir(products: dict[str, dict[str, str]]) -> None:
    gone = [row for row in products.values() if row["active"] == "no"]
    assert len(gone) >= 2
    assert all(products[row["replaced_by"]]["active"] == "yes" for row in gone)
    assert all(not row["replaced_by"] for row in products.values() if row["active"] == "yes")


def test_variants_are_sound(products: dict[str, dict[str, str]], variants: dict[str, dict[str, str]]) -> None:
    grouped = by_product(variants)
    assert grouped.keys() == products.keys()
    assert {len(rows) for rows in grouped.values()} >= {1, 2, 12}
    assert max(len(rows) for rows in grouped.values()) <= 12
    for row in variants.values():
        assert MONEY.fullmatch(row["price"]), row["sku"]
        assert row["stock"] == "" or row["stock"].isdigit(), row["sku"]
        assert row["active"] in ("yes", "no")
        assert not row["compare_at_price"] or Decimal(row["compare_at_price"]) > Decimal(row["price"]), row["sku"]
    for product_id, rows in grouped.items():
        choices = [tuple(sorted(options_of(row).items())) for row in rows]
        assert len(set(choices)) == len(choices), f"{product_id}: two variants with the same options"
        assert len({tuple(name for name, _ in choice) for choice in choices}) == 1, product_id


def test_gtins_have_their_check_digit_and_are_unique(variants: dict[str, dict[str, str]]) -> None:
    codes = [row["gtin"] for row in variants.values() if row["gtin"]]
    assert len(set(codes)) == len(codes) > 300
    for code in codes:
        assert len(code) == 13 and sum(int(c) * (3 if i % 2 else 1) for i, c in enumerate(code)) % 10 == 0, code


def test_stock_is_known_unknown_and_out(variants: dict[str, dict[str, str]]) -> None:
    stocks = Counter({"": "unknown", "0": "out"}.get(row["stock"], "in") for row in variants.values())
    assert all(stocks[kind] >= 5 for kind in ("unknown", "out", "in"))
    assert any(row["active"] == "no" for row in variants.values())
    assert any(all(row["stock"] == "0" for row in rows) for rows in by_product(variants).values())


def test_figures_collide_on_purpose(products: dict[str, dict[str, str]], variants: dict[str, dict[str, str]]) -> None:
    lamp, shoe = variants["TL12"], variants["TR-BLK-42"]
    assert (lamp["price"], lamp["stock"]) == ("12.00", "12")
    assert products["tent-lamp-12v"]["warranty_months"] == "12"
    assert products["tent-lamp-12v"]["name"].startswith("12 V")
    assert (shoe["stock"], variants["TRG-BLK-42"]["stock"], variants["TRG-SLA-42"]["stock"]) == ("12", "0", "2")
    names = {row["name"] for row in products.values()}
    assert {"Trail Runner", "Trail Runner GTX", "Trail Runner Kids"} <= names


def test_reviews_are_the_ratings(products: dict[str, dict[str, str]]) -> None:
    reviews = read("reviews.csv")
    assert len(reviews) >= 80
    stars: dict[str, list[int]] = defaultdict(list)
    for row in reviews:
        assert row["rating"] in set("12345") and row["text"] and date.fromisoformat(row["date"])
        stars[row["product_id"]].append(int(row["rating"]))
    assert stars.keys() <= products.keys()
    for product_id, row in products.items():
        given = stars.get(product_id)
        assert row["rating"] == (f"{sum(given) / len(given):.1f}" if given else ""), product_id
    assert sum(row["rating"] in "12" for row in reviews) >= 8
    assert sum("ignore all previous instructions" in row["text"].lower() for row in reviews) == 1


def test_customers_are_fictional_and_varied() -> None:
    rows = read("customers.csv")
    assert len({row["customer_id"] for row in rows}) == len(rows) >= 20
    assert len({row["email"] for row in rows}) == len(rows)
    assert all(row["email"].endswith("@example.com") for row in rows)
    reserved = re.compile(r"07700 9\d{5}|01632 96\d{4}|\+49 30 23125 0\d\d|\+33 1 99 00 \d\d \d\d|\+46 8 465 004 \d\d")
    assert all(reserved.fullmatch(row["phone"]) for row in rows)
    assert {row["consent"] for row in rows} == {row["member"] for row in rows} == {"yes", "no"}
    assert any(not name.isascii() for row in rows for name in (row["first_name"], row["last_name"]))
    assert max(Counter((row["first_name"], row["last_name"]) for row in rows).values()) == 2


def test_orders_add_up_to_the_cent(orders: dict[str, dict[str, str]], variants: dict[str, dict[str, str]]) -> None:
    assert len(orders) >= 60
    assert {row["status"] for row in orders.values()} == STATUSES
    assert {row["customer_id"] for row in orders.values()} <= {row["customer_id"] for row in read("customers.csv")}
    subtotal: dict[str, Decimal] = defaultdict(Decimal)
    for line in read("order_lines.csv"):
        variant = variants[line["sku"]]
        assert line["unit_price"] in (variant["price"], variant["compare_at_price"]), line
        subtotal[line["order_id"]] += int(line["quantity"]) * Decimal(line["unit_price"])
    assert subtotal.keys() == orders.keys()
    for order_id, row in orders.items():
        due = subtotal[order_id] + Decimal(row["shipping_cost"]) - Decimal(row["discount"])
        assert Decimal(row["total"]) == due > 0, order_id


def _moments(row: dict[str, str]) -> Iterator[datetime]:
    for column in ("ordered_at", "shipped_at", "delivered_at"):
        if row[column]:
            yield datetime.fromisoformat(row[column])


def test_an_orders_dates_fit_its_status(orders: dict[str, dict[str, str]]) -> None:
    for order_id, row in orders.items():
        moments = list(_moments(row))
        assert moments == sorted(moments), order_id
        assert all(datetime(2026, 1, 1) <= moment < datetime(2026, 11, 21) for moment in moments), order_id
        assert bool(row["delivered_at"]) == (row["status"] in ("delivered", "returned")), order_id
        if row["status"] in ("pending", "processed", "cancelled"):
            assert not row["shipped_at"] and not row["tracking"], order_id
        if row["status"] == "shipped":
            assert row["shipped_at"] and row["eta"] and row["tracking"] and row["carrier"], order_id


def test_browsing_points_at_what_is_there(products: dict[str, dict[str, str]]) -> None:
    rows = read("browsing.csv")
    customers = {row["customer_id"]: row for row in read("customers.csv")}
    assert len({tuple(row.values()) for row in rows}) == len(rows) > 40
    assert all(row["product_id"] in products and datetime.fromisoformat(row["viewed_at"]) for row in rows)
    assert all(customers[row["customer_id"]]["consent"] == "yes" for row in rows)


def _target_exists(target: str, products: Rows, skus: set[str]) -> bool:
    kind, _, name = target.strip().partition(":")
    if kind == "sku":
        return name in skus
    if kind == "product":
        return any(name in (row["name"], row["product_id"]) for row in products)
    return kind == "all" or any(row[kind] == name for row in products)


def test_promotions_show_every_type(products: dict[str, dict[str, str]], variants: dict[str, dict[str, str]]) -> None:
    rows = read("promotions.csv")
    assert len({row["id"] for row in rows}) == len(rows) >= 8
    assert {row["type"] for row in rows} == PROMOTION_TYPES
    assert {row["combinable"] for row in rows} == {row["members_only"] for row in rows} == {"yes", "no"}
    assert any(row["code"] for row in rows) and any(row["min_subtotal"] for row in rows)
    assert any(row["ends"] and row["ends"] < "2026-11-01" for row in rows), "an expired one"
    assert any(row["starts"] > "2027-01-01" for row in rows), "a future one"
    for row in rows:
        separator = " + " if row["type"] == "bundle" else ";"
        for target in row["applies_to"].split(separator):
            assert _target_exists(target, list(products.values()), set(variants)), target


def test_policies_have_titles_and_figures() -> None:
    pages = sorted((FOLDER / "policies").glob("*.md"))
    assert len(pages) >= 10
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert text.startswith("# ") and len(re.findall(r"\d+", text)) >= 3, page.name


def test_pictures_are_there_small_and_quiet(
    products: dict[str, dict[str, str]], variants: dict[str, dict[str, str]]
) -> None:
    wanted = {row["image"] for row in (*products.values(), *variants.values()) if row["image"]}
    assert all(row["image"] for row in products.values())
    assert wanted == {f"images/{file.name}" for file in (FOLDER / "images").iterdir()}
    for name in wanted:
        root = ElementTree.parse(FOLDER / name).getroot()
        tags = {element.tag.rpartition("}")[2] for element in root.iter()}
        assert tags <= {"svg", "rect", "path", "circle", "ellipse"}, name
        assert not any("href" in key or key.startswith("on") for element in root.iter() for key in element.attrib)
    assert sum(file.stat().st_size for file in FOLDER.rglob("*") if file.is_file()) < MAX_BYTES


def test_example_questions_can_be_clicked() -> None:
    questions = json.loads((FOLDER / "questions.json").read_text(encoding="utf-8"))
    assert len(set(questions)) == len(questions) == 8
    assert all(isinstance(question, str) and 5 < len(question) <= 80 for question in questions)


def test_it_imports_whole_and_a_second_time_changes_nothing(
    tmp_path: Path, products: dict[str, dict[str, str]], variants: dict[str, dict[str, str]]
) -> None:
    db = Database.open(tmp_path / "demo.db", key="demo-shop-test")
    try:
        report = import_shop(db, "shop", FOLDER)
        assert report.num_bad == 0 and not report.warnings
        with db.read() as session:
            assert len(session.scalars(select(schema.ProductRow)).all()) == len(products)
            prices = {row.sku: row.price_minor for row in session.scalars(select(schema.VariantRow))}
            orders = session.scalars(select(schema.OrderRow)).all()
            assert all(
                order.total_minor
                == sum(line.quantity * line.unit_price_minor for line in order.lines)
                + (order.shipping_cost_minor or 0)
                - (order.discount_minor or 0)
                for order in orders
            )
        assert prices == {sku: int(Decimal(row["price"]) * 100) for sku, row in variants.items()}
        again = import_shop(db, "shop", FOLDER)
        assert {(counts.inserted, counts.changed, counts.deleted) for counts in again.tables.values()} == {(0, 0, 0)}
    finally:
        db.close()
