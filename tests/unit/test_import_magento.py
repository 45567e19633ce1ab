"""Magento: the official export, the sample data's own form, its price rules and pages."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from assistant.shop.importers.magento_categories import CategoryTree
from assistant.shop.importers.magento_cells import attribute_pairs, variations
from assistant.shop.importers.magento_rules import NotExpressible, rule_to_promotion
from tests.unit.importing import (
    FIXTURES,
    Shop,
    assert_a_dry_run_writes_nothing,
    assert_taking_it_again_changes_nothing,
    new_shop,
    shared_data,
)

EXPORT = FIXTURES / "magento_export.csv"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with new_shop(tmp_path) as shop:
        yield shop


def written(file: Path, *rows: dict[str, str]) -> Path:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="")
    writer.writeheader()
    writer.writerows(rows)
    file.write_text(out.getvalue(), encoding="utf-8")
    return file


def bag(**fields: str) -> dict[str, str]:
    return {"sku": "B1", "product_type": "simple", "name": "Bag", "price": "34.0000"} | fields


# The official export


def test_a_configurable_and_its_children_are_one_product(shop: Shop) -> None:
    report = shop.take("magento", EXPORT)
    assert (report.counts("products").inserted, report.counts("variants").inserted) == (3, 4)
    product = shop.product("WS01")
    assert (product.name, product.category, product.subcategory) == ("Gabrielle Micro Sleeve Top", "Women", "Tees")
    assert product.description == "Soft & cool."
    red, blue = product.variants
    assert dict(red.options) == {"size": "XS", "color": "Red"}
    assert (red.price.minor, red.compare_at, red.stock, red.available) == (2900, None, 12, True)
    assert blue.compare_at is not None
    assert (blue.price.minor, blue.compare_at.minor, blue.available) == (2400, 2900, False)


def test_attributes_keep_commas_and_lists(shop: Shop) -> None:
    shop.take("magento", EXPORT)
    assert shop.product("WS01").attributes == {
        "climate": "Hot; Warm",
        "eco collection": "Yes",
        "material": "Cotton, organic; LumaTech™",
        "categories": "Women > Tops > Tees; Promotions > Tees",
    }
    joust = shop.product("24-MB01")
    assert joust.brand == "Luma" and joust.attributes == {"activity": "Gym; Travel"}


def test_a_sale_that_is_over_and_stock_that_is_not_managed(shop: Shop) -> None:
    shop.take("magento", EXPORT)
    variant = shop.product("24-MB01").variants[0]
    assert (variant.price.minor, variant.compare_at) == (3400, None)
    assert (variant.stock, variant.available) == (None, True)


def test_what_is_left_out_is_said(shop: Shop) -> None:
    report = shop.take("magento", EXPORT)
    warnings = " | ".join(report.warnings)
    assert "1 product row is left out: they translate a product for a store view" in warnings
    assert "a grouped product has no price of its own" in warnings
    kept = str(shop.dump())
    assert "Haut Gabrielle" not in kept and "8.00" not in kept
    assert not shop.product("24-MB02").active  # product_online 2


def test_taking_it_again_changes_nothing(shop: Shop) -> None:
    assert_a_dry_run_writes_nothing(shop, "magento", EXPORT)
    shop.take("magento", EXPORT)
    assert_taking_it_again_changes_nothing(shop, "magento", EXPORT)


@pytest.mark.parametrize(
    ("cells", "stock", "available"),
    [
        ({"qty": "5.0000", "is_in_stock": "1"}, 5, True),
        ({"qty": "5.0000", "is_in_stock": "0"}, None, False),
        ({"qty": "0.0000", "is_in_stock": "1", "allow_backorders": "1"}, None, True),
        ({"qty": "0", "is_in_stock": "1", "allow_backorders": "1", "use_config_backorders": "1"}, 0, False),
        ({"qty": "-2", "is_in_stock": "1", "allow_backorders": "0"}, 0, False),
        ({"qty": "2.5", "is_in_stock": "1"}, None, True),
        ({"qty": "", "is_in_stock": "1"}, None, True),
        ({"qty": "", "is_in_stock": ""}, None, None),
        ({"qty": "0", "is_in_stock": "0", "manage_stock": "0"}, None, True),
        ({"qty": "7", "is_in_stock": "1", "manage_stock": "0", "use_config_manage_stock": "1"}, 7, True),
    ],
)
def test_stock(shop: Shop, tmp_path: Path, cells: dict[str, str], stock: int | None, available: bool | None) -> None:
    shop.take("magento", written(tmp_path / "p.csv", bag(**cells)))
    variant = shop.product("B1").variants[0]
    assert (variant.stock, variant.available) == (stock, available)


@pytest.mark.parametrize(("days", "on_sale"), [(-1, False), (0, True), (1, True)])
def test_a_special_price_ends_with_its_last_day(shop: Shop, tmp_path: Path, days: int, on_sale: bool) -> None:
    last = datetime.now(UTC) + timedelta(days=days)
    row = bag(special_price="30", special_price_from_date="1/1/20", special_price_to_date=f"{last:%m/%d/%y}")
    shop.take("magento", written(tmp_path / "p.csv", row))
    variant = shop.product("B1").variants[0]
    assert (variant.price.minor, variant.compare_at is not None) == ((3000, True) if on_sale else (3400, False))


@pytest.mark.parametrize(
    ("fields", "column", "problem"),
    [
        ({"price": "-1"}, "price", "negative"),
        ({"price": ""}, "price", "empty"),
        ({"special_price": "few"}, "special_price", "not an amount"),
        ({"qty": "many"}, "qty", "not a number"),
        ({"sku": ""}, "sku", "empty"),
        ({"name": ""}, "name", "empty"),
        ({"special_price": "3", "special_price_from_date": "soon"}, "special_price_from_date", "not a time"),
        ({"name": "Bag\0"}, "name", "NUL"),
    ],
)
def test_a_bad_row_is_named_once(shop: Shop, tmp_path: Path, fields: dict[str, str], column: str, problem: str) -> None:
    file = written(tmp_path / "p.csv", bag(sku="OK"), bag(**fields))
    _, rows = shop.refused("magento", file)
    assert [(bad.file, bad.line, bad.column) for bad in rows] == [("p.csv", 3, column)]
    assert problem in rows[0].problem and rows[0].remedy
    shop.take("magento", file, skip_bad=True)
    assert [row["sku"] for row in shop.rows("variant")] == ["OK"]


def test_a_child_whose_product_is_bad_is_named_too(shop: Shop, tmp_path: Path) -> None:
    child = bag(sku="C", visibility="Not Visible Individually")
    parent = bag(sku="P", product_type="configurable", name="", configurable_variations="sku=C,size=M")
    _, rows = shop.refused("magento", written(tmp_path / "p.csv", child, parent))
    assert sorted((bad.line, bad.column) for bad in rows) == [(2, "sku"), (3, "name")]


def test_a_row_that_nobody_sees_and_nobody_names_is_left_out(shop: Shop, tmp_path: Path) -> None:
    file = written(tmp_path / "p.csv", bag(), bag(sku="C", visibility="Not Visible Individually"))
    report = shop.take("magento", file)
    assert report.counts("variants").inserted == 1
    assert any("not sold by themselves" in warning for warning in report.warnings)


def test_a_file_that_is_no_product_file_is_refused(shop: Shop, tmp_path: Path) -> None:
    message, _ = shop.refused("magento", written(tmp_path / "x.csv", {"a": "1"}))
    assert "sku, name and price" in message
    (tmp_path / "empty").mkdir()
    message, _ = shop.refused("magento", tmp_path / "empty")
    assert "holds no product file" in message


def test_cells() -> None:
    assert list(attribute_pairs('color=Red,"a=x, y|z",b=1,000')) == [("color", "Red"), ("a", "x, y; z"), ("b", "1,000")]
    assert list(attribute_pairs("size=10,2cm,color=Red")) == [("size", "10,2cm"), ("color", "Red")]
    assert list(variations("sku=A-S,size=S|size=M|sku=A-L,size=L")) == [("A-S", {"size": "S"}), ("A-L", {"size": "L"})]


# The sample data


def test_the_real_sample_data_in_exact_figures(shop: Shop) -> None:
    path = shared_data("magento")
    report = shop.take("magento", path)
    counts = {name: found.inserted for name, found in report.tables.items()}
    assert counts == {"shop": 1, "products": 43, "variants": 49, "reviews": 79, "promotions": 3, "policies": 3,
                      "customers": 1}  # fmt: skip
    savvy = shop.product("24-WB05")
    assert (savvy.category, savvy.subcategory) == ("Gear", "Bags")
    assert savvy.attributes["collections"] == "Erin Recommends"
    variant = savvy.variants[0]
    assert variant.compare_at is not None
    assert (variant.price.minor, variant.compare_at.minor, variant.stock) == (2400, 3200, 100)
    # A special price that equals the price is no reduction.
    strive = shop.product("24-MB04").variants[0]
    assert (strive.price.minor, strive.compare_at) == (3200, None)
    assert_taking_it_again_changes_nothing(shop, "magento", path)


def test_the_sample_datas_colours_of_a_ball_are_variants(shop: Shop) -> None:
    shop.take("magento", shared_data("magento"))
    ball = shop.product("sprite-stasis-ball-55-cm")
    assert [dict(variant.options) for variant in ball.variants] == [
        {"size": "55 cm", "color": "Gray"}, {"size": "55 cm", "color": "Red"}, {"size": "55 cm", "color": "Blue"},
    ]  # fmt: skip
    assert shop.product("24-UG02").name == "Pursuit Lumaflex™ Tone Band"
    assert shop.product("24-UG02").rating is not None
    # Its price is that of its parts, which the file doesn't hold.
    assert shop.catalogue.product("240-LV09") is None


def test_the_sample_datas_rules_are_promotions_only_where_they_mean_the_same(shop: Shop) -> None:
    report = shop.take("magento", shared_data("magento"))
    found = {row["name"]: row for row in shop.rows("promotion")}
    assert set(found) == {
        "20% off all Women’s and Men’s Pants",
        "Spend $50 or more - shipping is free!",
        "$4 Luma water bottle (save 70%)",
    }
    pants = found["20% off all Women’s and Men’s Pants"]
    assert (pants["type"], pants["percent"], pants["applies_to"], pants["code"]) == (
        "percent", "20", "subcategory:Pants", None,
    )  # fmt: skip
    shipping = found["Spend $50 or more - shipping is free!"]
    assert (shipping["type"], shipping["min_subtotal_minor"], shipping["applies_to"]) == ("free_shipping", 5000, "all")
    bottle = found["$4 Luma water bottle (save 70%)"]
    assert (bottle["percent"], bottle["code"], bottle["applies_to"]) == ("70", "H20", "sku:24-UG06")
    assert bottle["description"].endswith("Once per customer.")
    warnings = " | ".join(report.warnings)
    assert "Buy 3 tee shirts" in warnings and "excludes products" in warnings


def test_the_sample_datas_pages_are_policies_that_can_be_quoted(shop: Shop) -> None:
    shop.take("magento", shared_data("magento"))
    pages = {page.policy_id: page for page in shop.catalogue.policies()}
    service = pages["customer-service"].text
    assert service.startswith("# Customer Service\n")
    assert "## Returns and Replacements" in service and "{{" not in service and "<" not in service
    row = "Merchandise total *: Up to $200; STANDARD 5—7 day shipping **: $16; PRIORITY 2—3 day shipping **: $26"
    assert row in service  # every price beside what it is for


def test_the_sample_datas_customer_comes_without_secrets(shop: Shop) -> None:
    shop.take("magento", shared_data("magento"))
    (customer,) = shop.rows("customer")
    assert (customer["customer_id"], customer["address1"]) == ("roni_cost@example.com", "6146 Honey Bluff Parkway")
    kept = json.dumps(shop.dump(), default=str)
    assert "roni_cost3" not in kept and "1973-12-15" not in kept


def test_names_place_a_product_even_without_a_tree(shop: Shop, tmp_path: Path) -> None:
    row = {"category": "Gear\nBags\nSale", "name": "Bag", "sku": "B", "price": "3", "qty": "1"}
    shop.take("magento", written(tmp_path / "p.csv", row))
    product = shop.product("B")
    assert (product.category, product.subcategory, product.attributes) == ("Gear", "Bags", {"collections": "Sale"})


def test_a_page_whose_identifier_is_a_path_gets_a_name(shop: Shop, tmp_path: Path) -> None:
    written(tmp_path / "p.csv", bag())
    page = {"title": "Help", "content": "<p>Thirty days.</p>", "is_active": "1"}
    written(tmp_path / "pages.csv", page | {"identifier": "help/returns"}, page | {"identifier": "../../evil"})
    shop.take("magento", tmp_path)
    assert {row["policy_id"] for row in shop.rows("policy")} == {"help-returns", "evil"}


@pytest.mark.parametrize(("days", "warned"), [(-1, False), (1, True)])
def test_a_special_price_that_ends_later_is_warned_of(shop: Shop, tmp_path: Path, days: int, warned: bool) -> None:
    last = datetime.now(UTC) + timedelta(days=days)
    row = bag(special_price="30", special_price_to_date=f"{last:%m/%d/%y}")
    report = shop.take("magento", written(tmp_path / "p.csv", row, bag(sku="B2")))
    assert any("special prices that begin or end later: 1;" in warning for warning in report.warnings) is warned


# Price rules one by one


def test_every_rule_has_an_id_of_its_own(shop: Shop, tmp_path: Path) -> None:
    written(tmp_path / "p.csv", bag())
    named = [rule(name=name) for name in ("Summer", "Summer", "Summer 2", "Лето", "Зима")]
    written(tmp_path / "rules.csv", *named)
    shop.take("magento", tmp_path)
    ids = [row["promotion_id"] for row in shop.rows("promotion")]
    assert len(ids) == 5 and ids[:3] == ["summer", "summer-2", "summer-2-2"] and all(ids)
    assert_taking_it_again_changes_nothing(shop, "magento", tmp_path)


def tree() -> CategoryTree:
    found = CategoryTree()
    for name, key, path, active in (
        ("Men", "men", "", "1"), ("Women", "women", "", "1"), ("Sale", "sale", "", "0"), ("Tees", "tees-m", "Men", "1"),
        ("Tees", "tees-w", "Women", "1"), ("Hats", "hats", "Men", "1"), ("Hats", "hats-sale", "Sale", "1"),
    ):  # fmt: skip
        found.add({"name": name, "url_key": key, "path": path, "active": active})
    return found


def rule(conditions: list[Any] = [], actions: list[Any] = [], **columns: str) -> dict[str, str]:  # noqa: B006
    return {
        "name": "Rule", "description": "Why", "simple_action": "by_percent", "discount_amount": "10", "is_active": "1",
        "coupon_type": "1", "conditions_serialized": json.dumps({"conditions": conditions}),
        "actions_serialized": json.dumps({"conditions": actions}),
    } | columns  # fmt: skip


def on(attribute: str, value: str, operator: str = "==") -> dict[str, str]:
    return {"attribute": attribute, "operator": operator, "value": value}


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (rule(), {"type": "percent", "value": "10", "applies_to": "all", "combinable": "yes"}),
        (rule(stop_rules_processing="1"), {"combinable": "no"}),
        (rule(simple_action="to_percent", discount_amount="80.0000"), {"type": "percent", "value": "20"}),
        (rule(simple_action="cart_fixed", discount_amount="5.50"), {"type": "fixed", "value": "5.5"}),
        (rule([on("base_subtotal", "200", ">=")]), {"min_subtotal": "200"}),
        (rule(coupon_type="2", coupon_code="SAVE"), {"code": "SAVE"}),
        (rule(actions=[on("sku", "A, B", "()")]), {"applies_to": "sku:A; sku:B"}),
        (rule(actions=[on("category_ids", "url_key=hats")]), {"applies_to": "subcategory:Hats"}),
        (rule(actions=[on("category_ids", "url_key=men")]), {"applies_to": "category:Men"}),
        (rule(actions=[on("category_ids", "url_key=tees-m,url_key=tees-w", "()")]), {"applies_to": "subcategory:Tees"}),
        (rule(discount_amount="0", simple_free_shipping="2"), {"type": "free_shipping"}),
        (
            rule(actions=[on("sku", "A")], simple_action="buy_x_get_y", discount_step="3", discount_amount="1"),
            {"type": "buy_3_get_1", "applies_to": "sku:A"},
        ),
        (rule(discount_qty="0.0000", uses_per_coupon="0"), {"type": "percent"}),
        (rule(description="", uses_per_customer="1"), {"description": "Once per customer."}),
        (rule(from_date="2026-01-01", to_date="2026-02-01 00:00:00"), {"starts": "2026-01-01", "ends": "2026-02-01"}),
    ],
)
def test_a_rule_that_can_be_expressed(row: dict[str, str], expected: dict[str, str]) -> None:
    found = rule_to_promotion(row, tree())
    assert {name: found[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (rule(is_active="0"), "switched off"),
        (rule(simple_action="by_fixed"), "off each piece"),
        (rule(simple_action="buy_x_get_y", discount_step="2"), "each article by itself"),
        (rule(apply_to_shipping="1"), "shipping charge"),
        (rule(coupon_type="3"), "generated"),
        (rule(customer_group_ids="1"), "customer groups"),
        (rule(discount_amount="0"), "no discount"),
        (rule(simple_free_shipping="1"), "at once"),
        (rule([on("base_subtotal", "200", ">")]), "no counterpart"),
        (rule([on("payment_method", "cash")]), "no counterpart"),
        (rule(actions=[on("category_ids", "url_key=tees-m")]), "told apart"),
        (rule(actions=[on("category_ids", "url_key=hats-sale")]), "told apart"),
        (rule(actions=[on("category_ids", "url_key=unknown")]), "told apart"),
        (rule(actions=[on("sku", "A", "!=")]), "no counterpart"),
        (rule(actions=[on("sku", "A"), on("sku", "B")]), "several conditions"),
        (rule([on("base_subtotal", "50", ">=")], [on("sku", "A")]), "only some products"),
        (rule(actions_serialized='{"value": "0", "conditions": [{"attribute": "sku"}]}'), "excludes"),
        (rule(conditions_serialized="a:6:{s:4"), "isn't JSON"),
        (rule(discount_amount="ten"), "isn't a number"),
        (rule(discount_qty="2.0000"), "so many pieces"),
        (rule(coupon_type="2", coupon_code="SAVE", uses_per_coupon="100"), "so many uses"),
    ],
)
def test_a_rule_that_cannot_says_why(row: dict[str, str], reason: str) -> None:
    with pytest.raises(NotExpressible, match=reason):
        rule_to_promotion(row, tree())
