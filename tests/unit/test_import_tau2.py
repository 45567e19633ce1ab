"""tau2-bench's retail shop: the real file in exact figures, and a small one with every defect."""

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

SMALL = FIXTURES / "tau2"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with new_shop(tmp_path) as shop:
        yield shop


def changed(tmp_path: Path, *path: str, value: Any) -> Path:
    """A copy of the small shop whose value at a path is another one."""
    found = json.loads((SMALL / "db.json").read_text())
    part = found
    for name in path[:-1]:
        part = part[name]
    part[path[-1]] = value
    file = tmp_path / "db.json"
    file.write_text(json.dumps(found))
    return file


def test_the_real_shop_is_taken_in_whole_and_to_the_cent(shop: Shop) -> None:
    report = shop.take("tau2", shared_data("tau2-retail"))
    counts = {name: found.inserted for name, found in report.tables.items()}
    assert counts == {
        "shop": 2, "products": 50, "variants": 591, "customers": 500, "payment_methods": 695, "orders": 1000,
        "order_lines": 2978, "payments": 1102, "policies": 6,
    }  # fmt: skip
    prices = {"9612497925": 5088, "8124970213": 4967, "8997785118": 267440, "2216662955": 252052, "3928046918": 19800}
    for sku, minor in prices.items():
        variant = shop.catalogue.variant(sku)
        assert variant is not None and (variant.price.minor, variant.price.currency) == (minor, "USD")


def test_the_real_shop_states_no_stock_count(shop: Shop) -> None:
    path = shared_data("tau2-retail")
    shop.take("tau2", path)
    source = json.loads((path / "db.json").read_text())["products"]
    available = {sku: one["available"] for product in source.values() for sku, one in product["variants"].items()}
    variants = [variant for product in shop.catalogue.iter_products() for variant in product.variants]
    assert all(variant.stock is None for variant in variants)
    assert {variant.sku: variant.available for variant in variants} == available


def test_every_order_of_the_real_shop_adds_up_to_what_was_paid(shop: Shop) -> None:
    shop.take("tau2", shared_data("tau2-retail"))
    paid = {row["order_id"]: row["amount_minor"] for row in shop.rows("payment") if row["kind"] == "payment"}
    assert {row["order_id"]: row["total_minor"] for row in shop.rows("order")} == paid


def test_the_real_shop_a_second_time_changes_nothing(shop: Shop) -> None:
    path = shared_data("tau2-retail")
    shop.take("tau2", path)
    assert_taking_it_again_changes_nothing(shop, "tau2", path)


def test_customers_come_with_address_and_payment_methods(shop: Shop) -> None:
    shop.take("tau2", SMALL)
    (customer,) = shop.rows("customer")
    assert customer["email"] == "noah@example.com"
    assert (customer["address1"], customer["postcode"], customer["state"]) == ("986 Sunset Drive", "80279", "CO")
    methods = {row["payment_method_id"]: row for row in shop.rows("payment_method")}
    assert methods["gift_card_1"]["balance_minor"] == 6200
    assert methods["credit_card_7815826"]["last_four"] == "9212"
    assert methods["paypal_5727330"]["balance_minor"] is None


def test_an_order_keeps_its_lines_tracking_payments_and_address(shop: Shop) -> None:
    shop.take("tau2", SMALL / "db.json")
    (order,) = shop.rows("order")
    assert (order["order_id"], order["status"], order["total_minor"]) == ("#W1", "delivered", 9000)
    assert json.loads(order["tracking"]) == ["357962501027"]
    assert json.loads(order["address"])["postcode"] == "80280"
    assert order["ordered_at"] is None and order["paid_with"] == "gift card"
    # The price that was paid, not the one of today.
    assert [row["unit_price_minor"] for row in shop.rows("order_line")] == [4500, 4500]
    assert [(row["kind"], row["amount_minor"]) for row in shop.rows("payment")] == [("payment", 9000), ("refund", 4500)]


def test_what_has_no_column_is_kept_exactly(shop: Shop, tmp_path: Path) -> None:
    shop.take("tau2", changed(tmp_path, "orders", "#W1", "exchange_price_difference", value=12.3))
    extra = json.loads(shop.rows("order")[0]["extra"])
    assert extra["exchange_price_difference"] == "12.3"
    assert extra["fulfillments"][0]["item_ids"] == ["9612497925"]


def test_policies_are_pages_by_heading_without_the_words_to_the_agent(shop: Shop) -> None:
    report = shop.take("tau2", SMALL)
    pages = {page.policy_id: page for page in shop.catalogue.policies()}
    assert list(pages) == ["cancel-pending-order", "modify-pending-order"]
    assert pages["cancel-pending-order"].text.startswith("# Cancel pending order\n\nAn order can only")
    assert "### Modify payment" in pages["modify-pending-order"].text
    assert not any("tool call" in page.text for page in pages.values())
    assert any("addressed to the agent" in warning for warning in report.warnings)


def test_a_dry_run_writes_nothing(shop: Shop) -> None:
    assert_a_dry_run_writes_nothing(shop, "tau2", SMALL)


@pytest.mark.parametrize(
    ("path", "value", "column", "problem"),
    [
        (("products", "9523456873", "variants", "8124970213", "price"), -3, "variants.8124970213.price", "negative"),
        (("products", "9523456873", "variants", "8124970213", "price"), 1.005, "variants.8124970213.price", "decimals"),
        (("products", "9523456873", "variants", "8124970213", "price"), "12,5", "variants.8124970213.price", "amount"),
        (("products", "9523456873", "variants", "8124970213", "item_id"), "", "variants.8124970213.item_id", "empty"),
        (("products", "9523456873", "name"), None, "name", "empty"),
        (("products", "9523456873"), [], "record", "not an object"),
        (("orders", "#W1", "status"), "lost", "status", "not a status"),
        (("orders", "#W1", "user_id"), "nobody", "customer_id", "no customer"),
        (("users", "noah_brown_6181", "email"), "", "email", "empty"),
        (("users", "noah_brown_6181", "name"), "Noah\0", "name", "NUL"),
        (
            ("users", "noah_brown_6181", "payment_methods", "credit_card_7815826", "last_four"),
            "4111111111111111",
            "payment_methods.credit_card_7815826.last_four",
            "longer than four",
        ),
    ],
)
def test_a_bad_record_is_named_and_nothing_is_kept(
    shop: Shop, tmp_path: Path, path: tuple[str, ...], value: Any, column: str, problem: str
) -> None:
    message, rows = shop.refused("tau2", changed(tmp_path, *path, value=value))
    assert any(row.column == column and problem in row.problem and row.remedy for row in rows), message
    assert rows[0].file.startswith("db.json ") and rows[0].line == 1
    assert "4111111111111111" not in message


def test_good_records_are_kept_when_bad_ones_may_be_skipped(shop: Shop, tmp_path: Path) -> None:
    path = ("products", "9523456873", "variants", "8124970213", "price")
    report = shop.take("tau2", changed(tmp_path, *path, value=-3), skip_bad=True)
    assert report.num_bad == 1
    assert [variant.sku for variant in shop.product("9523456873").variants] == ["9612497925"]


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (b'{"products": {"1": {\n  "name": }}}', "db.json:2:"),
        (b"\xff\xfe{}", "db.json:1:"),
        (b"[]", "products"),
        (b'{"products": {"1": {"price": NaN}}}', "NaN"),
        (b"", "db.json:1:"),
        (b"[" * 100_000, "db.json:1:"),
    ],
)
def test_a_broken_file_is_refused_with_its_place(shop: Shop, tmp_path: Path, content: bytes, where: str) -> None:
    file = tmp_path / "db.json"
    file.write_bytes(content)
    message, _ = shop.refused("tau2", file, skip_bad=True)
    assert where in message and "nothing was imported" in message


def test_a_shop_with_prices_in_another_currency_is_left_alone(shop: Shop, tmp_path: Path) -> None:
    feed = tmp_path / "feed.tsv"
    feed.write_text("id\ttitle\tprice\nA\tLamp\t15.00 EUR\n")
    shop.take("merchant", feed)
    message, _ = shop.refused("tau2", SMALL)
    assert "prices are in EUR" in message
