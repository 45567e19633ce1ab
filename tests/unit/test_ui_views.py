"""What the page is given to show: receipts in words, cards with safe addresses, colours that can be read."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import ConfigError
from ui.cards import card_view, image_address, image_file, link_address, monogram
from ui.receipts import Name, Words, field_label
from ui.theme import DEFAULT_ACCENT, contrast, palette, parse_colour, variables

AT = datetime(2026, 11, 22, 14, 3, tzinfo=UTC).isoformat()
VARIANTS = {"T-41": "Black, 41", "T-42": "Black, 42", "T-43": "Black, 43"}


def names(kind: str, key: str) -> Name | None:
    if kind == "product" and key == "trail":
        return Name("product:trail", "Trail Runner")
    return Name("product:trail", "Trail Runner", VARIANTS[key]) if kind == "sku" and key in VARIANTS else None


def words(timezone: str = "Europe/Dublin", locale: str = "en_IE", currency: str = "EUR") -> Words:
    return Words(names, currency, locale, timezone)


def told(*receipts: dict[str, object]) -> list[tuple[str, dict[str, str]]]:
    views = words().views([{**receipt, "as_of": AT} for receipt in receipts])
    return [(view["what"], {fact["field"]: fact["value"] for fact in view["facts"]}) for view in views]


def test_one_variant_is_named_with_its_options() -> None:
    price = {"sku": "T-42", "field": "price", "value": "89.00"}
    stock = {"sku": "T-42", "field": "stock", "value": 1200}
    assert told(price, stock) == [("Trail Runner (Black, 42)", {"price": "€89.00", "in stock": "1,200"})]


def test_what_is_noted_of_a_customer_is_told_as_theirs_and_without_their_id() -> None:
    assert told({"customer": "cust-17", "field": "size", "value": "42"}) == [("Your account", {"size": "42"})]


def test_variants_are_told_together() -> None:
    prices = [{"sku": sku, "field": "price", "value": 89.0} for sku in VARIANTS]
    stocks = [{"sku": sku, "field": "stock", "value": num} for num, sku in enumerate(VARIANTS)]
    called = {"product": "trail", "field": "name", "value": "Trail Runner"}
    assert told(called, *prices, *stocks) == [
        (
            "Trail Runner",
            {
                "price": "€89.00 (each of 3 variants)",
                "in stock": "Black,\u00a041:\u00a00 · Black,\u00a042:\u00a01 · Black,\u00a043:\u00a02",
            },
        )
    ]


def test_one_of_several_variants_is_named_at_its_value() -> None:
    facts = told(
        {"sku": "T-41", "field": "price", "value": 1},
        {"sku": "T-42", "field": "price", "value": 1},
        {"sku": "T-42", "field": "available", "value": True},
    )
    assert facts[0][1] == {"price": "€1.00 (each of 2 variants)", "available": "yes (Black, 42)"}


def test_a_thing_of_which_only_the_name_was_used_still_has_its_receipt() -> None:
    assert told({"product": "trail", "field": "name", "value": "Trail Runner"}) == [
        ("Trail Runner", {"name": "Trail Runner"})
    ]


def test_what_the_shop_no_longer_has_goes_by_its_key() -> None:
    order = {"order": "W-7", "field": "eta", "value": "2026-11-25"}
    gone = {"sku": "GONE-1", "field": "available", "value": False}
    unknown = {"sku": "GONE-1", "field": "stock", "value": None}
    assert told(order, gone, unknown) == [
        ("Order W-7", {"expected": "25 November 2026"}),
        ("GONE-1", {"available": "no", "in stock": "not known"}),
    ]


def test_values_as_a_person_reads_them() -> None:
    say = words().value
    assert say("price", "not a price") == "not a price"
    assert say("price", "NaN") == "NaN"
    assert say("total", 0) == "€0.00"
    assert say("rating", 4.5) == "4.5"
    assert say("options", {"shoe_size": "42", "colour": "moss"}) == "shoe size: 42, colour: moss"
    assert say("sizes", ["41", "42"]) == "41, 42"
    assert say("eta", "2026-11-22T14:03:00+00:00") == "22 November 2026, 14:03"
    assert len(say("text", "x" * 5000)) == 400
    assert field_label("options.shoe_size") == "shoe size"


def test_the_time_is_the_shops() -> None:
    assert words("America/New_York").moment(AT) == "22 November 2026, 09:03"
    assert words("Nowhere/Atall", "xx-broken").moment(AT) == "22 November 2026, 14:03"
    assert words(locale="de_DE").moment(AT) == "22 November 2026, 14:03"
    assert words().moment("yesterday") == ""


@given(st.dictionaries(st.text(max_size=8), st.one_of(st.none(), st.text(), st.integers(), st.floats(), st.booleans())))
def test_no_receipt_breaks_the_page(receipt: dict[str, object]) -> None:
    assert isinstance(words().views([receipt, {"sku": "T-42", **receipt}]), list)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "boot one.JPG").write_bytes(b"jpg")
    (tmp_path / "images" / "notes.txt").write_text("private")
    (tmp_path / "outside.png").write_bytes(b"png")
    (tmp_path / "images" / "link.png").symlink_to(tmp_path / "outside.png")
    (tmp_path / "circle.png").symlink_to(tmp_path / "circle.png")
    return tmp_path


def test_pictures_come_from_the_folder_only(folder: Path) -> None:
    images = folder / "images"
    assert image_address(folder, "images/boot one.JPG") == "/shop-images/images/boot%20one.JPG"
    assert image_address(images, "images/boot one.JPG") == "/shop-images/images/boot%20one.JPG"
    assert image_address(images, "https://cdn.example/a/boot%20one.JPG") is None
    assert image_address(images, "https://cdn.example/x/boot one.JPG?v=3") == "/shop-images/boot%20one.JPG"
    for name in ("notes.txt", "../outside.png", "link.png", "/etc/hostname", "none.png", "a\x00.png", "", "//h/x.png"):
        assert image_address(images, name) is None, name
    assert image_file(None, "boot one.JPG") is None
    for name in ("a" * 300 + ".png", "images/" + "\u00e9" * 130 + ".png", "a/" * 3000 + "b.png", "circle.png"):
        assert image_address(folder, name) is None and image_file(folder, name) is None, name[:20]
    assert image_address(images, f"https://cdn.example/{'s' * 300}.png?sig=1") is None
    assert image_address(images, "http://[broken/x.png") is None


@pytest.mark.parametrize("url", ["https://shop.example/p?a=1#x", "http://127.0.0.1:8080/p"])
def test_product_pages_are_linked(url: str) -> None:
    assert link_address(url) == url


@pytest.mark.parametrize(
    "url", [None, "", "javascript:alert(1)", " javascript:alert(1)", "data:text/html,x", "//evil.example", "/p", "http://",
            "java\nscript:alert(1)", "https:\\\\evil", "http://[broken"]
)  # fmt: skip
def test_other_addresses_are_not(url: str | None) -> None:
    assert link_address(url) is None


def test_card_view_has_texts_only() -> None:
    view = card_view(
        {"product_id": "p", "name": "Alpine <b>Jacket</b>", "price": "€1", "image": "http://h/x.png"}, None
    )
    assert view["name"] == "Alpine <b>Jacket</b>" and view["image"] is None and view["url"] is None
    assert view["monogram"] == "AB" and monogram("1") == "1" and monogram("") == "·"


@given(st.integers(0, 0xFFFFFF).map("#{:06x}".format), st.sampled_from(["light", "dark"]))
def test_every_accent_is_readable(accent: str, scheme: str) -> None:
    colours = palette(accent, scheme)
    for ground in (colours.paper, colours.surface, colours.tint):
        for text in (colours.ink, colours.muted, colours.accent, colours.warn):
            assert contrast(text, ground) >= 4.5, (text, ground)
    assert contrast(colours.ink, colours.bubble) >= 4.5
    assert contrast(colours.on_accent, colours.accent) >= 4.5
    assert contrast(colours.edge, colours.surface) >= 3


def test_contrast_is_wcags() -> None:
    assert round(contrast("#000000", "#ffffff"), 2) == 21
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48


def test_accent_that_is_no_colour_is_refused() -> None:
    with pytest.raises(ConfigError, match="#1f5f54"):
        parse_colour("teal")
    assert "prefers-color-scheme: dark" in variables(DEFAULT_ACCENT)
