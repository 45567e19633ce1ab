"""What the tests of the importers share: fixture files, an import into a new database, and a look at what it holds."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from assistant.errors import BadRow, ImportFailedError
from assistant.shop.catalogue import Catalogue
from assistant.shop.importers import ImportReport, import_shop
from assistant.store.database import Database
from assistant.types import Product

FIXTURES = Path(__file__).parent / "fixtures"
REPOSITORY = Path(__file__).parents[2]
TABLES = (
    "shop_info", "product", "variant", "customer", "payment_method", "order", "order_line", "payment", "browsing",
    "review", "promotion", "policy",
)  # fmt: skip


def shared_data(*parts: str) -> Path:
    """A file or folder of the public data; the test is skipped where it isn't there."""
    root = Path(os.environ.get("BACKROOM_SHARED_DATA", REPOSITORY.parent / "shared" / "data"))
    path = root.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"the public data set {'/'.join(parts)} isn't there (../shared/data or BACKROOM_SHARED_DATA)")
    return path


class Shop:
    """A database of a test, with shortcuts."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.catalogue = Catalogue(db)

    def take(self, kind: str, path: Path, **options: Any) -> ImportReport:
        return import_shop(self.db, kind, path, **options)

    def refused(self, kind: str, path: Path, **options: Any) -> tuple[str, list[BadRow]]:
        """The message and the bad rows of an import that must fail, and must leave everything as it was."""
        before = self.dump()
        with pytest.raises(ImportFailedError) as caught:
            import_shop(self.db, kind, path, **options)
        assert self.dump() == before
        message = str(caught.value)
        assert "\n" not in message and "Traceback" not in message
        return message, list(caught.value.rows)

    def product(self, product_id: str) -> Product:
        found = self.catalogue.product(product_id)
        assert found is not None, f"no product {product_id}"
        return found

    def rows(self, table: str) -> list[dict[str, Any]]:
        with self.db.read() as session:
            return [dict(row) for row in session.execute(text(f'SELECT * FROM "{table}" ORDER BY rowid')).mappings()]

    def dump(self) -> dict[str, list[dict[str, Any]]]:
        return {table: self.rows(table) for table in TABLES}


@contextmanager
def new_shop(folder: Path) -> Iterator[Shop]:
    """An empty shop in `folder`, closed afterwards."""
    db = Database.open(folder / "shop.db")
    try:
        yield Shop(db)
    finally:
        db.close()


def assert_taking_it_again_changes_nothing(shop: Shop, kind: str, path: Path) -> None:
    """The same source a second time: not one row is written."""
    before = shop.dump()
    assert shop.take(kind, path).num_written == 0
    assert shop.dump() == before


def assert_a_dry_run_writes_nothing(shop: Shop, kind: str, path: Path) -> None:
    """A dry run into the empty shop counts rows and leaves no trace."""
    before = shop.dump()
    report = shop.take(kind, path, dry_run=True)
    assert report.dry_run and report.counts("products").inserted > 0
    assert shop.dump() == before
