"""Reading the shop: by id, in order, as it is now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from assistant.errors import DatabaseError
from assistant.shop.catalogue import Catalogue
from assistant.shop.importers import import_shop
from assistant.shop.read_rows import is_available
from assistant.shop.schema import ProductRow, ShopInfo, VariantRow
from assistant.store.database import Database
from assistant.types import Money, Policy
from tests.unit.shop_folder import KEY, fresh_database, write_folder


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with fresh_database(tmp_path / "shop.db") as opened:
        import_shop(opened, "shop", write_folder(tmp_path / "folder"))
        yield opened


def test_a_product_comes_with_its_variants_in_the_shops_order(db: Database) -> None:
    product = Catalogue(db).product("P1")
    assert product is not None
    assert (product.name, product.category, product.subcategory, product.brand) == (
        "Trail Boot",
        "Shoes",
        "Hiking",
        "Larch",
    )
    assert (product.rating, product.active, product.url) == (4.5, True, "https://x.example/1")
    assert product.attributes == {"material": "leather"} and product.specs["Sole"] == "Rubber"
    assert [variant.sku for variant in product.variants] == ["B-42", "B-43"]
    boot = product.variants[0]
    assert (boot.price, boot.compare_at) == (Money(8900, "EUR"), Money(10900, "EUR"))
    assert (boot.stock, boot.available, boot.gtin) == (12, True, "4006381333931")
    assert boot.options == {"colour": "brown", "size": "42"}


def test_products_come_in_the_order_asked_for(db: Database) -> None:
    catalogue = Catalogue(db)
    assert [product.product_id for product in catalogue.products(["P4", "nope", "P1", "P2"])] == ["P4", "P1", "P2"]
    assert catalogue.products([]) == [] and catalogue.product("nope") is None
    assert [product.product_id for product in catalogue.iter_products()] == ["P1", "P2", "P3", "P4"]
    assert list(catalogue.iter_products()) == catalogue.products(["P1", "P2", "P3", "P4"])


def test_a_variant_alone_is_the_same_as_within_its_product(db: Database) -> None:
    catalogue = Catalogue(db)
    for product in catalogue.iter_products():
        for variant in product.variants:
            assert catalogue.variant(variant.sku) == variant
    assert catalogue.variant("nope") is None


def test_availability(db: Database) -> None:
    catalogue = Catalogue(db)
    found = {sku: catalogue.variant(sku).available for sku in ("B-42", "B-43", "S-M", "O-42", "MUG")}
    # in stock, sold out, not counted, its product is inactive, inactive itself
    assert found == {"B-42": True, "B-43": False, "S-M": None, "O-42": False, "MUG": False}
    assert is_available(True, None, True) is True and is_available(False, None, True) is False
    assert is_available(True, 0, True) is False and is_available(True, 3, False) is True


def test_facts_policies_and_clock(db: Database) -> None:
    catalogue = Catalogue(db)
    assert catalogue.info()["hours"] == "Mon-Sat 9-18"
    assert (catalogue.currency, catalogue.locale, str(catalogue.timezone)) == ("EUR", "en_IE", "Europe/Berlin")
    assert catalogue.now() == datetime(2026, 3, 2, 9, 0, tzinfo=UTC) and catalogue.now().hour == 10
    assert catalogue.policies()[0] == Policy("returns", "Returns", "# Returns\n\nThirty days.\n")
    with db.write() as session:
        session.execute(delete(ShopInfo).where(ShopInfo.key == "now"))
    assert abs(catalogue.now() - datetime.now(UTC)) < timedelta(seconds=5)
    assert str(catalogue.now().tzinfo) == "Europe/Berlin"


def test_changes_by_anybody_are_in_the_next_answer(db: Database) -> None:
    catalogue = Catalogue(db)
    with Database.open(db.path, key=KEY) as other:
        for price in (100, 200, 300):
            with other.write() as session:
                session.execute(update(VariantRow).where(VariantRow.sku == "B-42").values(price_minor=price))
            assert catalogue.variant("B-42").price.minor == price
            assert catalogue.product("P1").variants[0].price.minor == price
        with other.write() as session:
            session.execute(update(ProductRow).where(ProductRow.product_id == "P1").values(active=False))
        assert catalogue.variant("B-42").available is False


def test_an_empty_database_says_so(tmp_path: Path) -> None:
    with fresh_database(tmp_path / "empty.db") as db:
        catalogue = Catalogue(db)
        assert catalogue.product("P1") is None and catalogue.policies() == [] and catalogue.info() == {}
        assert catalogue.now().tzinfo is not None and catalogue.locale == "en_US"
        with pytest.raises(DatabaseError, match="holds no shop yet"):
            _ = catalogue.currency
