"""Live changes: applied exactly, seen at once, refused as a whole when something in them is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import UsageError
from assistant.shop.catalogue import Catalogue
from assistant.shop.changes import apply_change
from assistant.shop.importers import import_shop
from assistant.shop.schema import PromotionRow, VariantRow
from assistant.store.database import Database
from assistant.types import Variant
from tests.unit.shop_folder import KEY, fresh_database, write_folder


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with fresh_database(tmp_path / "shop.db") as opened:
        import_shop(opened, "shop", write_folder(tmp_path / "folder"))
        yield opened


def change(db: Database, given: dict[str, Any]) -> dict[str, Any]:
    with db.write() as session:
        return apply_change(session, given)


def variant(db: Database, sku: str = "B-42") -> Variant:
    found = Catalogue(db).variant(sku)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("price", "minor"),
    [(79.95, 7995), ("79.95", 7995), (80, 8000), (Decimal("0.29"), 29), (0.1, 10), (1234567.89, 123456789)],
)
def test_a_price_in_major_units_is_exact(db: Database, price: Any, minor: int) -> None:
    assert change(db, {"sku": "B-42", "price": price}) == {"sku": "B-42", "price": price}
    assert variant(db).price.minor == minor


def test_stock(db: Database) -> None:
    change(db, {"sku": "B-42", "stock": 0})
    assert (variant(db).stock, variant(db).available) == (0, False)
    change(db, {"sku": "S-M", "stock": 5})
    assert (variant(db, "S-M").stock, variant(db, "S-M").available) == (5, True)
    change(db, {"sku": "B-42", "stock": None})
    assert (variant(db).stock, variant(db).available) == (None, None)
    change(db, {"sku": "S-M", "stock": None, "available": False})
    change(db, {"sku": "S-M", "stock": 7})
    change(db, {"sku": "S-M", "stock": None})
    assert (variant(db, "S-M").stock, variant(db, "S-M").available) == (None, None)


def test_available_where_the_shop_does_not_count(db: Database) -> None:
    for value, expected in ((True, True), (False, False), (None, None)):
        change(db, {"sku": "S-M", "available": value})
        assert (variant(db, "S-M").stock, variant(db, "S-M").available) == (None, expected)
    with pytest.raises(UsageError, match="change stock instead"):
        change(db, {"sku": "B-42", "available": False})
    change(db, {"sku": "B-42", "stock": None, "available": True})
    assert variant(db).available is True


def test_active(db: Database) -> None:
    change(db, {"sku": "B-42", "active": False})
    assert (variant(db).active, variant(db).available) == (False, False)
    change(db, {"sku": "B-42", "active": True})
    assert variant(db).available is True


def test_a_promotion_is_added_and_replaced(db: Database) -> None:
    columns = {"id": "NEW", "name": "Spring", "type": "fixed", "value": 5.5, "applies_to": "all", "code": "SPRING"}
    change(db, {"promotion": columns})
    with db.read() as session:
        row = session.get(PromotionRow, "NEW")
        assert (row.value_minor, row.code, row.members_only) == (550, "SPRING", False)
    change(
        db, {"promotion": {"id": "NEW", "name": "Spring", "type": "percent", "value": "7.50%", "members_only": "yes"}}
    )
    with db.read() as session:
        row = session.get(PromotionRow, "NEW")
        assert (row.percent, row.value_minor, row.code, row.members_only) == ("7.5", None, None, True)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"sku": "NOPE", "price": 3}, "no variant has this SKU"),
        ({"price": 3}, "every row needs its sku"),
        ({"sku": "B-42"}, "nothing is said to change"),
        ({"sku": "B-42", "colour": "red"}, "is not a field that can change"),
        ({"sku": "B-42", "price": -1}, "is negative"),
        ({"sku": "B-42", "price": 1.001}, "more decimals"),
        ({"sku": "B-42", "price": None}, "is empty"),
        ({"sku": "B-42", "stock": 1, "price": "cheap"}, "is not an amount"),
        ({"sku": "B-42", "stock": 2.5}, "is not a whole number"),
        ({"sku": "B-42", "active": "perhaps"}, "neither yes nor no"),
        ({"sku": "B-42", "active": None}, "is empty"),
        ({"promotion": {"id": "X", "name": "X", "type": "gift"}}, "is not a type of promotion"),
        ({"promotion": {"id": "X", "name": "X", "type": "percent", "value": 10, "colour": 1}}, "is not a column"),
        ({"promotion": "10%"}, "is not an object"),
        (["sku"], "is not an object"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line_and_changes_nothing(db: Database, given: Any, message: str) -> None:
    before = variant(db)
    with pytest.raises(UsageError, match=message) as caught:
        change(db, given)
    assert "\n" not in str(caught.value)
    assert variant(db) == before


def test_a_change_is_seen_at_once_from_another_connection(db: Database) -> None:
    with Database.open(db.path, key=KEY) as other:
        catalogue = Catalogue(other)
        for stock in range(5):
            change(db, {"sku": "B-42", "stock": stock})
            found = catalogue.variant("B-42")
            assert found is not None and found.stock == stock
        with db.write() as session:
            apply_change(session, {"sku": "B-42", "stock": 77})
            assert catalogue.variant("B-42").stock == 4  # not yet committed
        assert catalogue.variant("B-42").stock == 77


def test_a_change_reaches_only_its_own_copy(db: Database, tmp_path: Path) -> None:
    one, two = db.copy_to(tmp_path / "1.db"), db.copy_to(tmp_path / "2.db")
    change(one, {"sku": "B-42", "price": 1})
    assert [variant(each).price.minor for each in (one, two, db)] == [100, 8900, 8900]
    one.delete()
    two.delete()


def test_several_changes_share_the_callers_transaction(db: Database) -> None:
    with pytest.raises(UsageError), db.write() as session:
        apply_change(session, {"sku": "B-42", "price": 1}, currency="EUR")
        assert session.get(VariantRow, "B-42").price_minor == 100
        apply_change(session, {"sku": "NOPE", "price": 1}, currency="EUR")
    assert variant(db).price.minor == 8900
