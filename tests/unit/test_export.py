"""Writing a shop out: what is imported from it again is the same shop."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from assistant.errors import DatabaseError, UsageError
from assistant.shop import schema
from assistant.shop.exporter import export_shop
from assistant.shop.importers import import_shop
from assistant.store.database import Database
from tests.unit.shop_folder import FILES, fresh_database, write_folder


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with fresh_database(tmp_path / "shop.db") as opened:
        import_shop(opened, "shop", write_folder(tmp_path / "folder"))
        yield opened


def contents(db: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the shop's tables."""
    tables = [model.__table__ for model in schema.Base.__subclasses__() if model.__module__ == schema.__name__]
    with db.read() as session:
        return {
            table.name: sorted((tuple(row) for row in session.execute(select(table))), key=repr) for table in tables
        }


def files(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def assert_comes_back(db: Database, tmp_path: Path) -> None:
    export_shop(db, tmp_path / "out")
    with fresh_database(tmp_path / "again.db") as again:
        report = import_shop(again, "shop", tmp_path / "out")
        assert report.warnings == []
        assert contents(again) == contents(db)
        export_shop(again, tmp_path / "out2")
    assert files(tmp_path / "out") == files(tmp_path / "out2")
    assert import_shop(db, "shop", tmp_path / "out").num_written == 0


def test_a_shop_comes_back_the_same(db: Database, tmp_path: Path) -> None:
    assert_comes_back(db, tmp_path)
    assert (tmp_path / "out" / "order_lines.csv").read_text().splitlines()[0] == "order_id,sku,quantity,unit_price"
    assert set(files(tmp_path / "out")) == set(FILES)


def test_what_shop_format_has_no_column_for_comes_back_too(db: Database, tmp_path: Path) -> None:
    with db.write() as session:
        session.get(schema.VariantRow, "S-M").available = True
        session.get(schema.ProductRow, "P2").name = "Wool Sock, thick"  # O1 keeps the name as sold
        order = session.get(schema.OrderRow, "O1")
        order.address, order.extra = {"city": "Berlin; Mitte"}, {"cancel_reason": "no longer needed", "n": [1, None]}
        order.status = "return requested"
        session.add(
            schema.OrderLineRow(order_id="O2", line_no=2, sku="GONE", unit_price_minor=5, name="Gone", options={})
        )
        session.add(
            schema.PaymentMethodRow(payment_method_id="pm1", customer_id="C1", source="gift_card", balance_minor=99)
        )
        session.add(
            schema.PaymentRow(order_id="O1", payment_no=1, kind="payment", amount_minor=10290, payment_method_id="pm1")
        )
    assert_comes_back(db, tmp_path)


def test_awkward_texts_come_back(db: Database, tmp_path: Path) -> None:
    with db.write() as session:
        product = session.get(schema.ProductRow, "P1")
        product.description = 'Quotes "", commas, \r\nline ends\rand ünïcode 🥾 \u200f; = {'
        product.specs = {"Ports": "USB; HDMI=2", "a=b": "c", "Brand": "{x}"}
        product.attributes = {"name": "an attribute called name", "über": "ja; nein", "count": "7", "index": "x"}
        product.rating = 0.0000001
        session.get(schema.VariantRow, "B-42").options = {"price": "high", "colour": "brown"}
        session.get(schema.CustomerRow, "C1").preferences = {"email": "never", "budget": "100"}
        session.get(schema.OrderRow, "O1").eta = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 02:30 for the first time
        session.get(schema.OrderRow, "O1").delivered_at = datetime(2026, 10, 25, 1, 30, 0, 123456, tzinfo=UTC)
        session.add(
            schema.ReviewRow(product_id="P2", review_no=1, rating=None, text="=cmd()", written_on=date(2026, 1, 1))
        )
        session.add(schema.ShopInfo(key="note", value='{"a": 1}'))
    assert_comes_back(db, tmp_path)


def test_a_new_export_replaces_the_old_one(db: Database, tmp_path: Path) -> None:
    export_shop(db, tmp_path / "out")
    with db.write() as session:
        for row in session.scalars(select(schema.BrowsingRow)):
            session.delete(row)
        session.delete(session.get(schema.PolicyRow, "returns"))
    counts = export_shop(db, tmp_path / "out")
    assert counts["policies"] == 1 and "browsing.csv" not in counts
    assert not (tmp_path / "out" / "browsing.csv").exists()
    assert not (tmp_path / "out" / "policies" / "returns.md").exists()
    assert not list(tmp_path.glob(".out*"))


def test_a_page_is_never_written_elsewhere(db: Database, tmp_path: Path) -> None:
    with db.write() as session:
        for number, name in enumerate(("../../evil", "help/returns", "help\\returns", "..")):
            session.add(schema.PolicyRow(policy_id=name, title=name, text=f"# {name}", position=10 + number))
    before = {path for path in tmp_path.rglob("*") if path.is_file()}
    export_shop(db, tmp_path / "deep" / "out")
    written = {path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file() and path not in before}
    assert all(path.parts[:2] == ("deep", "out") for path in written)
    pages = {path.stem for path in written if path.suffix == ".md"}
    assert pages == {"returns", "shipping", "evil", "help-returns", "help-returns-2", "page"}


def test_other_folders_are_left_alone(db: Database, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("x")
    with pytest.raises(UsageError, match="something else"):
        export_shop(db, tmp_path / "mine")
    with pytest.raises(UsageError, match="is a file"):
        export_shop(db, tmp_path / "mine" / "thesis.txt")
    assert files(tmp_path / "mine") == {"thesis.txt": b"x"}


def test_an_empty_database_is_not_a_shop(tmp_path: Path) -> None:
    with fresh_database(tmp_path / "empty.db") as db, pytest.raises(DatabaseError, match="no shop yet"):
        export_shop(db, tmp_path / "out")
    assert not (tmp_path / "out").exists() and not list(tmp_path.glob(".out*"))
