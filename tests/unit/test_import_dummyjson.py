"""DummyJSON: prices as they are, honest attributes, customers without their secrets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.importing import (
    FIXTURES,
    Shop,
    assert_a_dry_run_writes_nothing,
    assert_taking_it_again_changes_nothing,
    new_shop,
    shared_data,
)

SMALL = FIXTURES / "dummyjson"
SECRETS = ("password", "bank", "ssn", "ip", "macAddress", "crypto", "birthDate", "ein", "bloodGroup")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with new_shop(tmp_path) as shop:
        yield shop


def written(tmp_path: Path, products: Any) -> Path:
    file = tmp_path / "products.json"
    file.write_text(json.dumps(products))
    return file


def small_product(**fields: Any) -> dict[str, Any]:
    return {"id": 1, "title": "Lamp", "sku": "L-1", "price": 10, "stock": 3} | fields


def test_the_real_shop_is_taken_in_whole_and_to_the_cent(shop: Shop) -> None:
    path = shared_data("dummyjson")
    report = shop.take("dummyjson", path)
    counts = {name: found.inserted for name, found in report.tables.items()}
    assert counts == {"shop": 1, "products": 194, "variants": 194, "reviews": 582, "customers": 208}
    for found in json.loads((path / "products.json").read_text()):
        variant = shop.catalogue.variant(found["sku"])
        assert variant is not None and variant.price.minor == round(found["price"] * 100), found["title"]
        assert variant.compare_at is None
        assert (variant.stock, variant.available) == (found["stock"], found["stock"] > 0)


def test_the_real_shop_a_second_time_changes_nothing(shop: Shop) -> None:
    path = shared_data("dummyjson")
    shop.take("dummyjson", path)
    assert_taking_it_again_changes_nothing(shop, "dummyjson", path)


def test_two_real_products_may_share_a_title(shop: Shop) -> None:
    shop.take("dummyjson", shared_data("dummyjson"))
    namesakes = [product for product in shop.catalogue.iter_products() if product.name == "Rolex Cellini Moonphase"]
    assert len(namesakes) == 2 and namesakes[0].product_id != namesakes[1].product_id


def test_no_secret_of_a_real_customer_gets_in(shop: Shop) -> None:
    path = shared_data("dummyjson")
    shop.take("dummyjson", path)
    kept = json.dumps(shop.dump(), default=str)
    for user in json.loads((path / "users.json").read_text()):
        secrets = [user[name] for name in SECRETS if isinstance(user[name], str) and len(user[name]) > 6]
        secrets += [user["bank"]["cardNumber"], user["bank"]["iban"], user["crypto"]["wallet"]]
        assert not [secret for secret in secrets if secret in kept]
    for product in json.loads((path / "products.json").read_text()):
        own = {row["email"] for row in shop.rows("customer")}
        assert not [r for r in product["reviews"] if r["reviewerEmail"] in kept and r["reviewerEmail"] not in own]


def test_attributes_have_natural_names(shop: Shop) -> None:
    shop.take("dummyjson", SMALL)
    product = shop.product("1")
    assert product.attributes == {
        "warranty": "1 week warranty",
        "shipping": "Ships in 3-5 business days",
        "return policy": "No return policy",
        "minimum order quantity": "48",
        "advertised discount": "10.48%",
        "weight": "4",
        "dimensions": "width 15.14, height 13.08, depth 22.99",
        "tags": "beauty; mascara",
    }
    assert (product.category, product.brand, product.rating) == ("mobile accessories", "Essence", 2.56)
    assert product.variants[0].gtin == "5784719087687"
    # No discount is no attribute, an unknown brand no brand.
    assert "advertised discount" not in shop.product("2").attributes and shop.product("2").brand is None


def test_stock_is_the_truth_whatever_the_status_says(shop: Shop) -> None:
    shop.take("dummyjson", SMALL)
    variant = shop.product("2").variants[0]
    assert (variant.price.minor, variant.stock, variant.available) == (189900, 0, False)


def test_customers_come_with_contact_and_address_only(shop: Shop) -> None:
    report = shop.take("dummyjson", SMALL)
    (customer,) = shop.rows("customer")
    known = {name: value for name, value in customer.items() if value not in (None, "", "{}")}
    assert known == {
        "customer_id": "7", "email": "emily@x.example", "first_name": "Emily", "last_name": "Johnson",
        "phone": "+81 965-431-3024", "address1": "626 Main Street", "city": "Phoenix", "state": "Mississippi",
        "postcode": "29112", "country": "United States", "member": 0, "consent": 1,
    }  # fmt: skip
    assert shop.rows("order") == [] and shop.rows("browsing") == []
    assert any("carts are left out" in warning for warning in report.warnings)


def test_reviews_lose_their_tags_and_the_reviewers_address(shop: Shop) -> None:
    shop.take("dummyjson", SMALL)
    (review,) = shop.rows("review")
    assert (review["text"], review["author"], review["written_on"]) == (
        "Would not recommend!",
        "Eleanor Collins",
        "2025-04-30",
    )
    assert "eleanor@" not in json.dumps(shop.dump(), default=str)


def test_the_assumed_currency_is_said_and_a_stated_one_counts(shop: Shop, tmp_path: Path) -> None:
    report = shop.take("dummyjson", written(tmp_path, [small_product()]), currency="JPY", dry_run=True)
    assert not report.warnings
    report = shop.take("dummyjson", SMALL / "products.json")
    assert shop.catalogue.currency == "USD"
    assert any("USD is assumed" in warning and "--currency" in warning for warning in report.warnings)
    assert shop.rows("customer") == []  # products.json alone


def test_a_dry_run_writes_nothing(shop: Shop) -> None:
    assert_a_dry_run_writes_nothing(shop, "dummyjson", SMALL)


@pytest.mark.parametrize(
    ("fields", "column", "problem"),
    [
        ({"price": -1}, "price", "negative"),
        ({"price": None}, "price", "empty"),
        ({"price": 1e40}, "price", "too large"),
        ({"stock": 1.5}, "stock", "whole number"),
        ({"stock": -1}, "stock", "negative"),
        ({"sku": ""}, "sku", "empty"),
        ({"id": None}, "id", "empty"),
        ({"title": " "}, "title", "empty"),
        ({"reviews": [{"rating": "many"}]}, "rating", "not a number"),
        ({"reviews": "none"}, "reviews", "list of objects"),
        ({"meta": []}, "meta", "not an object"),
        ({"title": "Half \ud83d"}, "title", "lone surrogate"),
    ],
)
def test_a_bad_product_is_named(shop: Shop, tmp_path: Path, fields: dict[str, Any], column: str, problem: str) -> None:
    file = written(tmp_path, [small_product(id=9, sku="OK"), small_product(**fields)])
    _, rows = shop.refused("dummyjson", file)
    assert [(row.file, row.line, row.column) for row in rows] == [("products.json", 2, column)]
    assert problem in rows[0].problem and rows[0].remedy


@pytest.mark.parametrize("again", [{"id": 2}, {"sku": "L-2"}])
def test_the_same_sku_or_id_twice_is_refused_and_the_first_kept(
    shop: Shop, tmp_path: Path, again: dict[str, Any]
) -> None:
    file = written(tmp_path, [small_product(), small_product(**again, title="Other", price=99)])
    _, rows = shop.refused("dummyjson", file)
    assert len(rows) == 1 and "twice" in rows[0].problem
    shop.take("dummyjson", file, skip_bad=True)
    (product,) = shop.catalogue.iter_products()
    assert product.name == "Lamp" and [variant.price.minor for variant in product.variants] == [1000]


def test_a_changed_price_is_the_only_thing_that_changes(shop: Shop, tmp_path: Path) -> None:
    shop.take("dummyjson", written(tmp_path, [small_product(), small_product(id=2, sku="L-2")]))
    report = shop.take("dummyjson", written(tmp_path, [small_product(price=8.5), small_product(id=2, sku="L-2")]))
    assert (report.num_written, report.counts("variants").changed) == (1, 1)
    assert shop.product("1").variants[0].price.minor == 850


@pytest.mark.parametrize("content", ['{"users": []}', '"text"', "{", "[1, 2]"])
def test_a_file_of_another_shape_is_refused(shop: Shop, tmp_path: Path, content: str) -> None:
    file = tmp_path / "products.json"
    file.write_text(content)
    message, rows = shop.refused("dummyjson", file)
    assert "products.json:1" in message and rows
