"""What a customer had the assistant do with an order outlives an import of a source from before that."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from assistant.shop.importers import ImportReport, import_shop
from assistant.shop.order_rules import FACT, text
from assistant.shop.order_writes import OrderDesk, Write
from assistant.shop.schema import ShopInfo
from assistant.store.database import Database
from tests.unit.orders_shop import order
from tests.unit.shop_folder import FILES, fresh_database, write_folder

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PAID = "order_id,kind,amount,payment_method_id\nO2,payment,25.80,visa\n"
LINE = "order_id,sku,quantity,unit_price\nO1,B-42,1,89.00\nO1,S-M,1,9.00\nO2,{},2,{}\n"
ADDRESS = {"order_id": "O2", "address1": "1 Mill Lane", "city": "Cork"}


class Shop:
    """A shop folder, imported; O2 is Bo's, pending."""

    def __init__(self, db: Database, folder: Path) -> None:
        self.db, self.folder = db, folder

    def take(self, status: str = "pending", sku: str = "MUG", price: str = "12.90", **files: str) -> ImportReport:
        """Import the folder with O2 in that status."""
        orders = FILES["orders.csv"].replace("23:59:59,pending,,,,,,,,,", f"23:59:59,{status},,,,,,,,,visa")
        write_folder(self.folder, orders=orders, order_lines=LINE.format(sku, price), **files)
        (self.folder / "payments.csv").write_text(PAID)
        return import_shop(self.db, "shop", self.folder)

    def change(self, action: str, **arguments: Any) -> None:
        money = arguments.pop("money", 0)
        OrderDesk(self.db).carry_out("C2", [Write(action, {"order_id": "O2", **arguments}, money)], key=action, now=NOW)

    def order(self) -> dict[str, Any]:
        return order(self.db, "O2")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with fresh_database(tmp_path / "shop.db") as db:
        shop = Shop(db, tmp_path / "shop")
        shop.take()
        with db.write() as session:
            session.add(ShopInfo(key=FACT, value=text("default")))
        yield shop


def test_a_cancelled_order_stays_cancelled_with_its_refund(shop: Shop) -> None:
    shop.change("cancel_pending_order")
    before = shop.order()
    assert before["status"] == "cancelled" and [p[0] for p in before["payments"]] == ["payment", "refund"]
    report = shop.take()
    tables = [report.tables[name] for name in ("orders", "order_lines", "payments")]
    assert shop.order() == before and not any(t.inserted + t.changed + t.deleted for t in tables)
    [warning] = report.warnings
    assert "1 (O2)" in warning and "orders left as customers had them changed here" in warning
    shop.take("processed")
    assert shop.order() == before
    shop.take("cancelled")
    assert shop.order() == before


def test_other_orders_are_taken_all_the_same(shop: Shop) -> None:
    shop.change("cancel_pending_order")
    orders = FILES["orders.csv"].replace("O1,C1,2026-02-20T09:30:00,shipped", "O1,C1,,delivered")
    write_folder(shop.folder, orders=orders)
    report = import_shop(shop.db, "shop", shop.folder)
    assert report.tables["orders"].changed == 1 and order(shop.db, "O1")["status"] == "delivered"


def test_another_version_stays_in_the_order_until_it_has_gone_on(shop: Shop) -> None:
    variants = FILES["variants.csv"] + "MUG-R,P4,13.90,7,,,yes,,red,\n"
    shop.take(variants=variants.replace("MUG,P4,12.90,7,,,no", "MUG,P4,12.90,7,,,yes"))
    shop.change(
        "modify_pending_order_items", item_ids=["MUG"], new_item_ids=["MUG-R"], payment_method_id="visa", money=100
    )
    before = shop.order()
    assert before["skus"] == ["MUG", "MUG-R"] and len(before["payments"]) == 2
    shop.take()
    assert shop.order() == before
    report = shop.take("shipped")
    after = shop.order()
    assert after["status"] == "shipped" and after["skus"] == ["MUG", "MUG"] and not report.warnings


@pytest.mark.parametrize("now", ["processed", "shipped", "cancelled"])
def test_what_has_gone_on_since_is_taken(shop: Shop, now: str) -> None:
    shop.change("modify_pending_order_address", **ADDRESS)
    shop.take()
    assert shop.order()["status"] == "pending"
    shop.take(now)
    assert shop.order()["status"] == now
    assert not shop.take(now).warnings


def test_a_return_stays_requested_until_it_is_back(shop: Shop) -> None:
    shop.take("delivered")
    shop.change("return_delivered_order_items", item_ids=["MUG"], payment_method_id="visa")
    for stale in ("pending", "shipped", "delivered"):
        shop.take(stale)
        assert shop.order()["status"] == "return requested"
    shop.take("returned")
    assert shop.order()["status"] == "returned"


def test_what_agrees_is_no_reason_for_a_warning(shop: Shop) -> None:
    shop.change("modify_pending_order_address", **ADDRESS)
    assert not shop.take().warnings
