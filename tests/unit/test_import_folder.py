"""Taking in a shop folder: what comes out of it, again and again, dry, from CSV and from JSON Lines."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from assistant.errors import ImportFailedError, UsageError
from assistant.shop import schema
from assistant.shop.importers import ImportProgress, import_shop
from assistant.store.database import Database
from tests.unit.shop_folder import FILES, fresh_database, with_line, write_folder


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with fresh_database(tmp_path / "shop.db") as opened:
        yield opened


def contents(db: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the shop's tables."""
    tables = [model.__table__ for model in schema.Base.__subclasses__() if model.__module__ == schema.__name__]
    with db.read() as session:
        return {
            table.name: sorted((tuple(row) for row in session.execute(select(table))), key=repr) for table in tables
        }


def test_takes_in_every_file(db: Database, tmp_path: Path) -> None:
    report = import_shop(db, "shop", write_folder(tmp_path / "shop"))
    assert {name: counts.inserted for name, counts in report.tables.items()} == {
        "shop": 6, "products": 4, "variants": 5, "customers": 2, "orders": 2, "order_lines": 3, "browsing": 2,
        "reviews": 2, "promotions": 3, "policies": 2,
    }  # fmt: skip
    assert report.num_bad == 0 and report.warnings == []
    with db.read() as session:
        boot = session.get(schema.ProductRow, "P1")
        assert boot.description == 'A boot, "light" and dry.\nSecond line.'
        assert (boot.specs, boot.attributes) == ({"Weight": "410 g", "Sole": "Rubber"}, {"material": "leather"})
        assert [variant.sku for variant in boot.variants] == ["B-42", "B-43"]
        variant = session.get(schema.VariantRow, "B-42")
        assert (variant.price_minor, variant.compare_at_minor, variant.stock) == (8900, 10900, 12)
        assert variant.options == {"colour": "brown", "size": "42"}
        sock = session.get(schema.VariantRow, "S-M")
        assert (sock.price_minor, sock.stock, sock.available) == (950, None, None)
        assert session.get(schema.VariantRow, "MUG").options == {}


def test_customers_orders_and_the_rest(db: Database, tmp_path: Path) -> None:
    import_shop(db, "shop", write_folder(tmp_path / "shop"))
    with db.read() as session:
        ada, bo = session.get(schema.CustomerRow, "C1"), session.get(schema.CustomerRow, "C2")
        assert (ada.member, ada.joined, ada.consent) == (True, date(2024, 5, 1), True)
        assert ada.preferences == {"size_shoe": "42"} and bo.consent is False
        order = session.get(schema.OrderRow, "O1")
        assert order.ordered_at == datetime(2026, 2, 20, 8, 30, tzinfo=UTC)  # the shop is in Berlin
        assert order.shipped_at == datetime(2026, 2, 21, 12, 0, tzinfo=UTC)  # said its zone
        assert (order.tracking, order.total_minor) == (["JD01", "JD02"], 10290)
        assert [(line.line_no, line.name, line.unit_price_minor) for line in order.lines] == [
            (1, "Trail Boot", 8900),
            (2, "Wool Sock", 900),
        ]
        ten, socks = session.get(schema.PromotionRow, "T10"), session.get(schema.PromotionRow, "B21")
        assert (ten.percent, ten.min_subtotal_minor, ten.code, ten.combinable) == ("10", 5000, "TEN", True)
        assert (socks.buy, socks.free, socks.applies_to) == (2, 1, "product:Wool Sock")
        assert session.get(schema.PromotionRow, "BUN").value_minor == 9900
        assert session.get(schema.PolicyRow, "shipping").title == "Shipping"
        assert [review.rating for review in session.scalars(select(schema.ReviewRow))] == [5.0, 2.5]


def test_the_same_folder_again_changes_nothing(db: Database, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "shop")
    import_shop(db, "shop", folder)
    before = contents(db)
    report = import_shop(db, "shop", folder)
    assert report.num_written == 0 and report.num_rows == 31
    assert contents(db) == before


def test_only_what_differs_is_changed(db: Database, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "shop")
    import_shop(db, "shop", folder)
    variants = FILES["variants.csv"].replace("89.00,12", "79.00,12") + "CAP,P4,5,1,,,yes,,,\n"
    write_folder(folder, variants=variants)
    report = import_shop(db, "shop", folder)
    counts = report.tables["variants"]
    assert (counts.inserted, counts.changed, counts.unchanged) == (1, 1, 4)
    assert report.num_written == 2
    with db.read() as session:
        assert session.get(schema.VariantRow, "B-42").price_minor == 7900
        assert session.get(schema.VariantRow, "CAP").position == 5


def test_columns_that_a_file_leaves_out_stay_as_they_are(db: Database, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "shop")
    import_shop(db, "shop", folder)
    customers = "customer_id,email\nC1,ada@example.com\nC2,bo@example.org\nC3,cy@example.com\n"
    import_shop(
        db, "shop", write_folder(folder, customers=customers, variants="sku,product_id,price,stock\nB-42,P1,1,3\n")
    )
    with db.read() as session:
        bo, cy = session.get(schema.CustomerRow, "C2"), session.get(schema.CustomerRow, "C3")
        assert (bo.email, bo.consent, bo.first_name) == ("bo@example.org", False, "Bo")
        assert cy.consent is True
        assert session.get(schema.VariantRow, "B-42").gtin == "4006381333931"


def test_order_lines_keep_what_was_sold_and_shrink_with_their_order(db: Database, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "shop")
    import_shop(db, "shop", folder)
    products = FILES["products.csv"].replace("Trail Boot", "Trail Boot II")
    lines = "order_id,sku,quantity,unit_price\nO1,B-42,1,89.00\nO2,B-43,2,12.90\n"
    report = import_shop(db, "shop", write_folder(folder, products=products, order_lines=lines))
    counts = report.tables["order_lines"]
    assert (counts.unchanged, counts.changed, counts.deleted) == (1, 1, 1)
    with db.read() as session:
        assert [line.name for line in session.get(schema.OrderRow, "O1").lines] == ["Trail Boot"]
        assert [line.name for line in session.get(schema.OrderRow, "O2").lines] == ["Trail Boot II"]


def test_order_lines_may_be_scattered(db: Database, tmp_path: Path) -> None:
    lines = "order_id,sku,quantity,unit_price\nO1,B-42,1,1\nO2,MUG,1,2\nO1,B-42,1,3\nO2,MUG,1,4\n"
    import_shop(db, "shop", write_folder(tmp_path / "shop", order_lines=lines))
    with db.read() as session:
        order = session.get(schema.OrderRow, "O1")
        assert [(line.line_no, line.unit_price_minor) for line in order.lines] == [(1, 100), (2, 300)]


def test_json_lines_say_the_same_as_csv(db: Database, tmp_path: Path) -> None:
    import_shop(db, "shop", write_folder(tmp_path / "csv"))
    folder = tmp_path / "jsonl"
    write_folder(folder)
    for file in sorted(folder.glob("*.csv")):
        with file.open(encoding="utf-8", newline="") as source:
            rows = [json.dumps(row, ensure_ascii=False) for row in csv.DictReader(source)]
        file.with_suffix(".jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")
        file.unlink()
    with Database.open(tmp_path / "other.db", key="ab" * 32) as other:
        import_shop(other, "shop", folder)
        assert contents(other) == contents(db)


def test_json_lines_may_hold_values_of_their_own_types(db: Database, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "shop", variants=None, products=None, order_lines=None)
    product = {
        "product_id": 1,
        "name": "Tent",
        "category": "Camp",
        "specs": {"Weight": "2 kg"},
        "active": True,
        "season": 3,
    }
    product |= {"rating": 4.5, "brand": None, "colours": ["red", "blue"]}
    (folder / "products.jsonl").write_text(
        "\n".join(json.dumps({**product, "product_id": no}) for no in ("P1", "P2", 1))
    )
    variant = {"sku": "T", "product_id": 1, "price": 19.99, "stock": 3, "size": 2}
    (folder / "variants.jsonl").write_text(
        json.dumps(variant) + "\n\n" + json.dumps({**variant, "sku": "U", "price": 20})
    )
    import_shop(db, "shop", folder)
    with db.read() as session:
        row = session.get(schema.ProductRow, "1")
        assert (row.specs, row.rating, row.brand) == ({"Weight": "2 kg"}, 4.5, None)
        assert row.attributes == {"season": "3", "colours": "red; blue"}
        assert [(v.sku, v.price_minor, v.stock, v.options) for v in row.variants] == [
            ("T", 1999, 3, {"size": "2"}),
            ("U", 2000, 3, {"size": "2"}),
        ]


def test_a_dry_run_counts_everything_and_writes_nothing(db: Database, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "shop")
    report = import_shop(db, "shop", folder, dry_run=True)
    assert report.dry_run and report.tables["variants"].inserted == 5
    assert all(rows == [] for rows in contents(db).values())
    with pytest.raises(ImportFailedError):
        bad = write_folder(tmp_path / "bad", variants=with_line("variants.csv", "X,P9,1,1,,,,,,"))
        import_shop(db, "shop", bad, dry_run=True)


def test_progress_is_told_by_file(db: Database, tmp_path: Path) -> None:
    seen: list[ImportProgress] = []
    many = FILES["variants.csv"] + "".join(f"V{no},P2,1.00,1,,,yes,,,\n" for no in range(11_000))
    import_shop(db, "shop", write_folder(tmp_path / "shop", variants=many), progress=seen.append)
    steps = [step for step in seen if step.file == "variants.csv"]
    assert [step.num_rows for step in steps] == [5000, 10000, 11005]
    assert 0 < steps[0].fraction < steps[1].fraction < steps[2].fraction == 1.0


def test_a_mark_at_the_beginning_blank_lines_and_windows_line_ends(db: Database, tmp_path: Path) -> None:
    variants = "\ufeff" + FILES["variants.csv"].replace("\n", "\r\n") + "\r\n\r\n"
    report = import_shop(db, "shop", write_folder(tmp_path / "shop", variants=variants))
    assert report.tables["variants"].inserted == 5


def test_a_promotion_of_a_category_that_no_product_has_is_told(db: Database, tmp_path: Path) -> None:
    promotions = FILES["promotions.csv"].replace("category:Shoes; brand:Loom", "category:Shoos; brand:LOOM")
    report = import_shop(db, "shop", write_folder(tmp_path / "shop", promotions=promotions))
    assert report.warnings == ["the promotion T10 is for the category 'shoos', which no product has"]


def test_unknown_columns_of_fixed_files_are_told(db: Database, tmp_path: Path) -> None:
    browsing = "customer_id,product_id,viewed_at,device\nC1,P2,2026-03-01,phone\n"
    report = import_shop(db, "shop", write_folder(tmp_path / "shop", browsing=browsing))
    assert report.warnings == ["browsing.csv: the column 'device' isn't known and was left out"]


def test_unknown_kind_and_missing_path(db: Database, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="shop, shopify, merchant"):
        import_shop(db, "excel", tmp_path)
    with pytest.raises(UsageError, match="isn't there"):
        import_shop(db, "shop", tmp_path / "nowhere")
