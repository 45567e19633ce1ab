"""An import of a shop that is open is made beside it: customers write meanwhile, and it is all or nothing still."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from assistant.errors import DatabaseError, ImportFailedError
from assistant.shop.embed import default_embedder
from assistant.shop.importers import aside, import_shop
from assistant.shop.importers.report import ImportProgress
from assistant.shop.search import Search
from assistant.store.conversations import Conversations
from assistant.store.database import Database
from tests.unit.shop_folder import FILES, KEY, fresh_database, write_folder

CHANGED: dict[str, str | None] = {
    "products": FILES["products.csv"].replace("Trail Boot", "Trail Boot II") + "P9,New Lamp,Home,,Loom,,,,,,,,glass\n",
    "variants": FILES["variants.csv"].replace("89.00,12", "79.00,12") + "LAMP,P9,5,1,,,yes,,,\n",
    "order_lines": "order_id,sku,quantity,unit_price\nO1,B-42,1,89.00\nO2,B-43,2,12.90\n",
    "reviews": "product_id,rating,author,text,date\nP1,5,Cy,Warm,2026-01-05\n",
    "customers": "customer_id,email\nC2,bo@example.org\nC3,cy@example.com\n",
    "shop": FILES["shop.json"].replace("Mon-Sat", "Mon-Fri"),
}


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """A shop with its search index, in which somebody has talked."""
    with fresh_database(tmp_path / "shop.db") as opened:
        import_shop(opened, "shop", write_folder(tmp_path / "shop"))
        Search(opened, default_embedder()).refresh()
        Conversations(opened).begin_turn("web-1", "Hello", datetime.now(UTC))
        yield opened


def content(db: Database) -> dict[str, list[Any]]:
    with db.read() as session:
        return {
            table.name: sorted(map(tuple, session.execute(text(f'SELECT * FROM "{table.name}"'))), key=repr)
            for table in aside.TABLES
        }


def test_it_writes_what_an_import_in_place_writes(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_folder(tmp_path / "shop", **CHANGED)
    twin = db.copy_to(tmp_path / "twin.db")
    report = import_shop(db, "shop", folder)
    monkeypatch.setattr("assistant.shop.importers.aside.is_open", lambda _: False)
    in_place = import_shop(twin, "shop", folder)
    assert content(db) == content(twin)
    assert {n: vars(c) for n, c in report.tables.items()} == {n: vars(c) for n, c in in_place.tables.items()}
    found = Search(db, default_embedder()).products("new lamp")
    assert "P9" in [hit.product_id for hit in found]
    twin.close()


def test_customers_write_while_it_runs_and_nothing_of_theirs_is_lost(db: Database, tmp_path: Path) -> None:
    talks = Conversations(db)

    def meanwhile(_: ImportProgress) -> None:
        talks.begin_turn(f"web-{len(said)}", "Is anybody there?", datetime.now(UTC))
        with db.write() as session:
            session.execute(text("UPDATE variant SET stock = 2 WHERE sku = 'B-42'"))
        said.append(1)

    said: list[int] = []
    import_shop(db, "shop", write_folder(tmp_path / "shop", **CHANGED), progress=meanwhile)
    assert said and all(talks.messages(f"web-{n}") for n in range(len(said)))
    with db.read() as session:
        price, stock = session.execute(text("SELECT price_minor, stock FROM variant WHERE sku = 'B-42'")).one()
    assert (price, stock) == (7900, 2), "the import changed the price, a customer the stock"


def test_a_bad_row_leaves_the_shop_as_it_was(db: Database, tmp_path: Path) -> None:
    before = content(db)
    bad = CHANGED | {"variants": FILES["variants.csv"] + "X,NOBODY,1,1,,,yes,,,\n"}
    with pytest.raises(ImportFailedError):
        import_shop(db, "shop", write_folder(tmp_path / "shop", **bad))
    assert content(db) == before


def test_a_dry_run_and_the_end_leave_nothing_behind(db: Database, tmp_path: Path) -> None:
    before, files = content(db), sorted(p.name for p in tmp_path.iterdir())
    folder = write_folder(tmp_path / "shop", **CHANGED)
    assert import_shop(db, "shop", folder, dry_run=True).num_written > 0
    assert content(db) == before
    import_shop(db, "shop", folder)
    assert import_shop(db, "shop", folder).num_written == 0
    assert sorted(p.name for p in tmp_path.iterdir() if p.name in files or p.name.startswith(".")) == files


def test_what_no_longer_fits_stops_all_of_it(db: Database, tmp_path: Path) -> None:
    """A customer with a new order is erased while the import runs."""
    done: list[int] = []

    def meanwhile(_: ImportProgress) -> None:
        if not done:
            with db.write() as session:
                session.execute(text("DELETE FROM customer WHERE customer_id = 'C1'"))
        done.append(1)

    orders = FILES["orders.csv"] + "O9,C1,2026-02-28T23:59:59,pending,,,,,,,,,\n"
    with pytest.raises(DatabaseError, match="erased meanwhile; nothing was changed, run the import again"):
        import_shop(db, "shop", write_folder(tmp_path / "shop", **CHANGED | {"orders": orders}), progress=meanwhile)
    with db.read() as session:
        assert session.execute(text("SELECT name FROM product WHERE product_id = 'P1'")).scalar() == "Trail Boot"


def test_the_copy_of_an_import_that_was_killed_is_removed_by_the_next(db: Database, tmp_path: Path) -> None:
    code = (
        "import os, signal, sys, time; from pathlib import Path; from assistant.shop.importers import import_shop\n"
        "from assistant.store.database import Database\n"
        "db = Database.open(Path(sys.argv[1]), key=sys.argv[3])\n"
        "def wait(_):\n"
        "    print('at work', flush=True); time.sleep(60)\n"
        "import_shop(db, 'shop', Path(sys.argv[2]), progress=wait)\n"
    )
    command = [sys.executable, "-c", code, str(db.path), str(tmp_path / "shop"), KEY]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout and other.stdout.readline() == "at work\n"
        (left,) = tmp_path.glob(".import-*")
        long_ago = time.time() - 3600
        os.utime(left, (long_ago, long_ago))
        assert aside.remove_left(tmp_path) == 0, "it is at work"
        other.kill()
    assert (left / "copy.db").exists()
    os.utime(left, None)
    assert aside.remove_left(tmp_path) == 0, "it may have been made this moment"
    os.utime(left, (long_ago, long_ago))
    import_shop(db, "shop", tmp_path / "shop")
    assert list(tmp_path.glob(".import-*")) == []
