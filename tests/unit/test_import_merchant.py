"""Google Merchant feeds: text, RSS and Atom say the same thing, and nothing that they declare is run or fetched."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assistant.errors import UsageError
from tests.unit.importing import (
    FIXTURES,
    Shop,
    assert_a_dry_run_writes_nothing,
    assert_taking_it_again_changes_nothing,
    new_shop,
)

TSV = FIXTURES / "merchant.tsv"
RSS = FIXTURES / "merchant_rss.xml"
ATOM = FIXTURES / "merchant_atom.xml"
NAMESPACE = 'xmlns:g="http://base.google.com/ns/1.0"'


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with new_shop(tmp_path) as shop:
        yield shop


def tsv(tmp_path: Path, *rows: dict[str, str]) -> Path:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    lines = ["\t".join(columns), *("\t".join(row.get(name, "") for name in columns) for row in rows)]
    file = tmp_path / "feed.txt"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def rss(tmp_path: Path, items: str, head: str = "") -> Path:
    file = tmp_path / "feed.xml"
    file.write_text(f'<?xml version="1.0"?>{head}<rss {NAMESPACE}><channel>{items}</channel></rss>', encoding="utf-8")
    return file


def lamp(**fields: str) -> dict[str, str]:
    return {"id": "L1", "title": "Lamp", "price": "15.00 USD", "availability": "in_stock"} | fields


def test_items_of_a_group_are_variants_of_one_product(shop: Shop) -> None:
    shop.take("merchant", TSV)
    product = shop.product("TS")
    assert (product.name, product.brand) == ("Google T-Shirt", "Google")
    assert (product.category, product.subcategory) == ("Apparel", "T-Shirts")
    assert product.description == 'A "soft" tee & more' and product.specs == {"Fit": "Regular"}
    green, red = product.variants
    assert dict(green.options) == {"color": "Green", "size": "L", "material": "Cotton"}
    assert (green.sku, green.gtin, green.image) == ("TS-G-L", "3234567890126", "https://shop.example/ts-g.jpg")
    assert (red.available, green.available) == (False, True)
    assert green.stock is None and red.stock is None


def test_a_group_may_come_in_pieces(shop: Shop, tmp_path: Path) -> None:
    parts = [lamp(id=f"L{n}", item_group_id="L", size=f"{n}", title=f"Lamp ({n})") for n in (1, 2)]
    shop.take("merchant", tsv(tmp_path, parts[0], lamp(id="V", title="Vase"), parts[1]))
    assert [variant.sku for variant in shop.product("L").variants] == ["L1", "L2"]
    assert shop.product("L").name == "Lamp"


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Tee - Green - L", "Tee"),
        ("Tee (Green, L)", "Tee"),
        ("Tee Green Size L", "Tee"),
        ("Tee, size: L", "Tee"),
        ("Tee for All", "Tee for All"),  # not the size L
        ("Green", "Green"),
        ("Green Tee", "Green Tee"),
    ],
)
def test_the_products_name_is_the_title_without_its_options(shop: Shop, tmp_path: Path, title: str, name: str) -> None:
    shop.take("merchant", tsv(tmp_path, lamp(item_group_id="T", title=title, color="Green", size="L")))
    assert shop.product("T").name == name


def test_a_sale_price_counts_only_while_it_lasts(shop: Shop, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    past, soon = (now - timedelta(days=9)).date().isoformat(), (now + timedelta(days=9)).isoformat(timespec="minutes")
    periods = {"none": "", "running": f"{past}/{soon}", "over": f"2020-01-01/{past}", "ahead": f"{soon}/2999-01-01",
               "last day": f"{past}/{now.date().isoformat()}"}  # fmt: skip
    rows = [lamp(id=name, sale_price="12.00 USD", sale_price_effective_date=period) for name, period in periods.items()]
    report = shop.take("merchant", tsv(tmp_path, *rows, lamp(id="dearer", sale_price="20.00 USD")))
    prices = {row["sku"]: (row["price_minor"], row["compare_at_minor"]) for row in shop.rows("variant")}
    on_sale, plain = (1200, 1500), (1500, None)
    assert prices == {"none": on_sale, "running": on_sale, "over": plain, "ahead": plain, "last day": on_sale,
                      "dearer": plain}  # fmt: skip
    assert any("begin or end later: 3" in warning for warning in report.warnings)


def test_preorders_are_neither_available_nor_unavailable(shop: Shop) -> None:
    shop.take("merchant", TSV)
    mug = shop.product("MUG")
    assert mug.variants[0].available is None and mug.variants[0].price.minor == 0
    assert mug.attributes["availability"] == "preorder"
    assert mug.attributes["availability date"] == "2099-12-25T13:00-0800"


def test_what_the_shop_pays_stays_out(shop: Shop) -> None:
    shop.take("merchant", TSV)
    assert "3.10" not in str(shop.dump()) and "310" not in [row["price_minor"] for row in shop.rows("variant")]


def test_rss_is_read_with_its_namespace(shop: Shop) -> None:
    shop.take("merchant", RSS)
    assert shop.catalogue.currency == "EUR"
    television = shop.product("TV_123456")
    assert television.name == 'LG 22LB4510 - 22" LED TV'
    assert television.description == "Attractively styled & boasting stunning picture quality."
    assert television.url == "https://shop.example/tv?cat=3&type=1"
    assert (television.category, television.subcategory) == ("Electronics", "LED TVs")
    assert television.specs == {"Resolution": "1366 x 768"}
    assert television.attributes == {"condition": "used", "highlights": "Energy class A; Two HDMI ports"}
    variant = television.variants[0]
    # The price, not that of shipping inside it.
    assert (variant.price.minor, variant.gtin, variant.available) == (15900, "71919219405200", True)
    film = shop.product("DVD-0564738")
    assert (film.name, film.description) == ("Merlin: Series 3", "All 3 episodes")
    assert (film.variants[0].price.minor, film.variants[0].compare_at) == (1199, None)


def test_atom_is_read_in_a_currency_without_decimals(shop: Shop) -> None:
    shop.take("merchant", ATOM)
    assert shop.catalogue.currency == "JPY"
    desk, floor = shop.product("A1"), shop.product("A2")
    assert (desk.name, desk.description, desk.url) == ("Desk Lamp", "Bright", "https://shop.example/a1")
    assert (desk.variants[0].price.minor, floor.variants[0].price.minor) == (4500, 12000)
    assert (desk.variants[0].available, floor.variants[0].available) == (True, False)


@pytest.mark.parametrize("path", [TSV, RSS, ATOM])
def test_taking_it_again_changes_nothing(shop: Shop, path: Path) -> None:
    assert_a_dry_run_writes_nothing(shop, "merchant", path)
    shop.take("merchant", path)
    assert_taking_it_again_changes_nothing(shop, "merchant", path)


@pytest.mark.parametrize(
    ("fields", "column", "problem"),
    [
        ({"price": "-15.00 USD"}, "price", "negative"),
        ({"price": "15.00"}, "price", "amount with its currency"),
        ({"price": "15,00 USD"}, "price", "not an amount"),
        ({"price": "1,500.00 USD"}, "price", "not an amount"),
        ({"price": "15.00 XYZ"}, "price", "not a currency"),
        ({"price": "15.00 EUR"}, "price", "not in USD"),
        ({"price": ""}, "price", "empty"),
        ({"sale_price": "9.00 EUR"}, "sale_price", "not in USD"),
        ({"sale_price": "9.00 USD", "sale_price_effective_date": "soon"}, "sale_price_effective_date", "not a time"),
        ({"id": ""}, "id", "empty"),
        ({"title": ""}, "title", "empty"),
        ({"availability": "maybe"}, "availability", "not an availability"),
    ],
)
def test_a_bad_item_is_named_and_the_good_ones_can_be_kept(
    shop: Shop, tmp_path: Path, fields: dict[str, str], column: str, problem: str
) -> None:
    file = tsv(tmp_path, lamp(id="OK"), lamp(**fields))
    _, rows = shop.refused("merchant", file)
    assert [(bad.file, bad.line, bad.column) for bad in rows] == [("feed.txt", 3, column)]
    assert problem in rows[0].problem and rows[0].remedy
    shop.take("merchant", file, skip_bad=True)
    assert [row["sku"] for row in shop.rows("variant")] == ["OK"]


def test_a_bad_item_of_xml_is_named_by_its_number(shop: Shop, tmp_path: Path) -> None:
    item = "<item><g:id>{}</g:id><title>Lamp</title><g:price>{}</g:price></item>"
    _, rows = shop.refused("merchant", rss(tmp_path, item.format("A", "1.00 USD") + item.format("B", "-1.00 USD")))
    assert [(bad.line, bad.column, bad.value) for bad in rows] == [(2, "price", "-1.00")]


def test_malformed_xml_is_refused_with_line_and_column(shop: Shop, tmp_path: Path) -> None:
    file = rss(tmp_path, "<item>\n<g:id>A</g:id>\n<title>Fish & chips</title></item>")
    message, _ = shop.refused("merchant", file, skip_bad=True)
    assert "feed.xml:3:" in message and "not well-formed XML at column" in message


BOMB = '<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY c "&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE b [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("head", [BOMB, OUTSIDE])
def test_entities_of_a_feed_are_neither_expanded_nor_fetched(shop: Shop, tmp_path: Path, head: str) -> None:
    file = rss(tmp_path, "<item><g:id>A</g:id><title>&a;</title><g:price>1.00 USD</g:price></item>", head)
    message, _ = shop.refused("merchant", file)
    assert "entities" in message


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"<html></html>", "neither <item> nor <entry>"),
        (b"\x1f\x8b\x08rest", "is compressed"),
        (b"id\ttitle\n1\tLamp\n", "the column price is missing"),
        (b"", "header"),
        (b'<?xml version="1.0" encoding="klingon"?><rss/>', "feed.xml:1:"),
        ('<?xml version="1.0"?><rss>ü</rss>'.encode("latin-1"), "feed.xml:1:"),
    ],
)
def test_a_file_that_is_no_feed_is_refused(shop: Shop, tmp_path: Path, content: bytes, problem: str) -> None:
    file = tmp_path / "feed.xml"
    file.write_bytes(content)
    message, _ = shop.refused("merchant", file)
    assert problem in message


def test_comma_separated_feeds_and_prefixed_columns_are_read(shop: Shop, tmp_path: Path) -> None:
    file = tmp_path / "feed.csv"
    file.write_text("g:id,Title,g:price,Image Link\nA,Lamp,15.00 USD,https://shop.example/a.jpg\n")
    shop.take("merchant", file)
    assert shop.product("A").image == "https://shop.example/a.jpg"


def test_a_feed_in_another_currency_leaves_the_shop_alone(shop: Shop) -> None:
    shop.take("merchant", RSS)
    message, rows = shop.refused("merchant", TSV)
    assert "prices are in EUR" in message and len(rows) == 3


def test_an_unknown_currency_of_the_operator_is_refused(shop: Shop) -> None:
    with pytest.raises(UsageError, match="XYZ"):
        shop.take("merchant", TSV, currency="XYZ")
