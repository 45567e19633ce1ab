"""Shopify's product CSV in both generations of its columns."""

from __future__ import annotations

import csv
import io
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
)

CLASSIC = FIXTURES / "shopify_classic.csv"
RENAMED = FIXTURES / "shopify_renamed.csv"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with new_shop(tmp_path) as shop:
        yield shop


def written(tmp_path: Path, *rows: dict[str, str]) -> Path:
    """A file of classic columns, only those that the rows name."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="")
    writer.writeheader()
    writer.writerows(rows)
    file = tmp_path / "products_export.csv"
    file.write_text(out.getvalue(), encoding="utf-8")
    return file


def lamp(**fields: str) -> dict[str, str]:
    row = {"Handle": "lamp", "Title": "Lamp", "Variant SKU": "L1", "Variant Price": "10.00"}
    return row | {name.replace("_", " "): cell for name, cell in fields.items()}


def test_the_rows_of_a_handle_are_one_product(shop: Shop) -> None:
    report = shop.take("shopify", CLASSIC)
    assert (report.counts("products").inserted, report.counts("variants").inserted) == (3, 5)
    product = shop.product("merino-pullover")
    assert (product.name, product.category, product.brand) == ("Merino Pullover", "Pullovers", "Fjell")
    assert product.image == "https://shop.example/mp-blue.jpg"
    blue, large, grey = product.variants
    assert dict(blue.options) == {"colour": "Blue", "size": "M"}
    assert (blue.sku, blue.price.minor, blue.compare_at and blue.compare_at.minor) == ("MP-BLU-M", 8900, 11900)
    assert (blue.gtin, blue.image) == ("4006381333931", "https://shop.example/mp-blue-v.jpg")
    assert (grey.price.minor, grey.compare_at) == (8450, None)
    assert dict(large.options) == {"colour": "Blue", "size": "L"}


def test_stock_follows_tracker_and_policy(shop: Shop) -> None:
    shop.take("shopify", CLASSIC)
    blue, oversold, continued = shop.product("merino-pullover").variants
    assert (blue.stock, blue.available) == (7, True)
    assert (oversold.stock, oversold.available) == (0, False)
    assert (continued.stock, continued.available) == (None, True)
    untracked = shop.product("gift-box").variants[0]
    assert (untracked.stock, untracked.available) == (None, True)


def test_a_file_without_tracker_or_quantity_says_what_it_knows(shop: Shop, tmp_path: Path) -> None:
    shop.take("shopify", written(tmp_path, lamp(Variant_Inventory_Qty="4")))
    assert shop.product("lamp").variants[0].stock == 4
    shop.take("shopify", written(tmp_path, lamp()))
    variant = shop.product("lamp").variants[0]
    assert (variant.stock, variant.available) == (None, None)


def test_html_becomes_text_and_scripts_go(shop: Shop) -> None:
    shop.take("shopify", CLASSIC)
    assert shop.product("merino-pullover").description == "Warm & light.\n\n- Machine wash 30°\n- No pilling"
    assert shop.product("gift-box").description == "Plain text with no tags"


def test_attributes_are_tags_metafields_and_a_common_weight(shop: Shop) -> None:
    shop.take("shopify", CLASSIC)
    assert shop.product("merino-pullover").attributes == {
        "tags": "wool; winter",
        "product category": "Apparel & Accessories > Clothing > Shirts & Tops",
        "weight": "420 g",
        "gender": "women",
        "material": "Merino wool; Elastane",
    }


def test_what_the_shop_pays_and_other_markets_pay_stays_out(shop: Shop) -> None:
    shop.take("shopify", CLASSIC)
    kept = str(shop.dump())
    assert "31.5" not in kept and "3150" not in kept and "95.00" not in kept and "SEO text" not in kept


def test_drafts_and_unpublished_products_are_not_active(shop: Shop, tmp_path: Path) -> None:
    shop.take("shopify", CLASSIC)
    hat = shop.product("old-hat")
    assert not hat.active and hat.variants[0].available is False
    rows = [lamp(Status="archived"), lamp(Handle="vase", Variant_SKU="V1", Published="FALSE")]
    shop.take("shopify", written(tmp_path, *rows))
    assert not shop.product("lamp").active and not shop.product("vase").active


def test_a_default_title_is_no_option_and_a_missing_sku_is_derived_the_same_each_time(shop: Shop) -> None:
    shop.take("shopify", CLASSIC)
    (variant,) = shop.product("gift-box").variants
    assert (variant.sku, dict(variant.options)) == ("gift-box", {})
    shop.take("shopify", RENAMED)
    assert [variant.sku for variant in shop.product("rain-jacket").variants] == ["RJ-1", "rain-jacket-moss-m"]


def test_the_renamed_columns_mean_the_same(shop: Shop) -> None:
    shop.take("shopify", RENAMED)
    product = shop.product("rain-jacket")
    assert (product.category, product.subcategory) == ("Apparel & Accessories", "Coats & Jackets")
    assert product.description == "Keeps you dry." and product.active
    assert [(v.price.minor, v.stock, dict(v.options)) for v in product.variants] == [
        (14999, 12, {"color": "Ocean", "size": "S"}),
        (15999, 4, {"color": "Moss", "size": "M"}),
    ]
    assert "weight" not in product.attributes  # the variants differ


@pytest.mark.parametrize("path", [CLASSIC, RENAMED])
def test_taking_it_again_changes_nothing(shop: Shop, path: Path) -> None:
    assert_a_dry_run_writes_nothing(shop, "shopify", path)
    shop.take("shopify", path)
    assert_taking_it_again_changes_nothing(shop, "shopify", path)


def test_a_handle_further_down_adds_its_variants(shop: Shop, tmp_path: Path) -> None:
    other = lamp(Handle="vase", Title="Vase", Variant_SKU="V1")
    late = {"Handle": "lamp", "Variant SKU": "L2", "Variant Price": "12", "Option1 Value": "Red"}
    first = lamp(Option1_Name="Colour", Option1_Value="Blue")
    _, rows = shop.refused("shopify", written(tmp_path, first, other, late))
    assert rows[0].column == "Option1 Value" and "without a name" in rows[0].problem
    late["Option1 Name"] = "Colour"
    shop.take("shopify", written(tmp_path, first, other, late))
    assert [variant.sku for variant in shop.product("lamp").variants] == ["L1", "L2"]


def test_variants_without_sku_are_told_apart_in_any_script(shop: Shop, tmp_path: Path) -> None:
    colours = ("红色", "蓝色", "Blå", "红色")
    rows = [lamp(Variant_SKU="", Option1_Name="Colour", Option1_Value=colour) for colour in colours[:3]]
    report = shop.take("shopify", written(tmp_path, *rows))
    skus = [variant.sku for variant in shop.product("lamp").variants]
    assert len(set(skus)) == 3 and skus[2] == "lamp-bla"
    assert not any("these options already" in warning for warning in report.warnings)
    rows.append(lamp(Variant_SKU="L9", Option1_Name="Colour", Option1_Value=colours[3]))
    report = shop.take("shopify", written(tmp_path, *rows))
    assert [variant.sku for variant in shop.product("lamp").variants] == [*skus, "L9"]
    assert any("line 5: lamp has a variant with these options already" in warning for warning in report.warnings)


@pytest.mark.parametrize(
    ("row", "column", "problem"),
    [
        (lamp(Variant_Price="-1"), "Variant Price", "negative"),
        (lamp(Variant_Price="12,50"), "Variant Price", "not an amount"),
        (lamp(Variant_Price="1.999"), "Variant Price", "decimals"),
        (lamp(Variant_Price=""), "Variant Price", "empty"),
        (lamp(Variant_Compare_At_Price="lots"), "Variant Compare At Price", "not an amount"),
        (lamp(Variant_Inventory_Qty="1.5"), "Variant Inventory Qty", "whole number"),
        (lamp(Title=""), "Title", "empty"),
        (lamp(Status="sleeping"), "Status", "not a status"),
        (lamp(Published="perhaps"), "Published", "neither yes nor no"),
        (lamp(Handle="", Title=""), "Handle", "empty"),
        (lamp(Title="Lamp\0"), "Title", "NUL"),
        (lamp(Option1_Value="Red"), "option1 value", "without a name"),
    ],
)
def test_a_bad_row_is_named_by_the_files_own_columns(
    shop: Shop, tmp_path: Path, row: dict[str, str], column: str, problem: str
) -> None:
    good = lamp(Handle="vase", Title="Vase", Variant_SKU="V1", Option1_Value="")
    file = written(tmp_path, good, row)
    _, rows = shop.refused("shopify", file)
    assert [(bad.file, bad.line, bad.column.lower()) for bad in rows] == [("products_export.csv", 3, column.lower())]
    assert problem in rows[0].problem and rows[0].remedy
    shop.take("shopify", file, skip_bad=True)
    assert shop.product("vase").variants[0].price.minor == 1000


def test_the_same_sku_twice_is_refused(shop: Shop, tmp_path: Path) -> None:
    _, rows = shop.refused("shopify", written(tmp_path, lamp(), lamp(Handle="vase")))
    assert rows[0].line == 3 and "twice" in rows[0].problem


@pytest.mark.parametrize(
    ("content", "where"),
    [
        ("", "header"),
        ("a,b\n1,2\n", "title"),
        ("Handle,Title\nlamp,Lamp\n", "price"),
        ('Handle,Title,Variant Price\nlamp,"Lamp,10\n', ":2:"),
        ("Handle,Title,Variant Price\nlamp,Lamp\n", ":2:"),
    ],
)
def test_a_broken_file_is_refused_with_its_place(shop: Shop, tmp_path: Path, content: str, where: str) -> None:
    file = tmp_path / "products_export.csv"
    file.write_text(content)
    message, _ = shop.refused("shopify", file)
    assert where in message and "nothing was imported" in message


def test_a_folder_is_refused(shop: Shop, tmp_path: Path) -> None:
    message, _ = shop.refused("shopify", tmp_path)
    assert "is a folder" in message


def test_the_currency_is_the_shops_own_when_it_has_one(shop: Shop, tmp_path: Path) -> None:
    report: Any = shop.take("shopify", written(tmp_path, lamp()), currency="EUR")
    assert report.warnings == [] and shop.product("lamp").variants[0].price.currency == "EUR"
    report = shop.take("shopify", RENAMED)
    assert report.warnings == [] and shop.product("rain-jacket").variants[0].price.currency == "EUR"
