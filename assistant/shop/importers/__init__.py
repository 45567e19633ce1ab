"""Taking a shop's data in: `import_shop` and one module for each kind of source, each with `load(path, writer)`.

An import is one transaction: all of it or nothing; of a shop that is open, a short one (aside.py). With `skip_bad` the
good rows are kept and the bad ones listed.
"""

from __future__ import annotations

import time
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import UsageError
from assistant.shop.importers.report import ImportProgress, ImportReport, ProgressCallback

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from assistant.shop.importers.base import ShopWriter
    from assistant.store.database import Database

KINDS = {
    "shop": "folder",
    "shopify": "shopify",
    "merchant": "merchant",
    "magento": "magento",
    "dummyjson": "dummyjson",
    "tau2": "tau2",
}
"""The kinds of source, with the module that reads each."""

__all__ = ["KINDS", "ImportProgress", "ImportReport", "ProgressCallback", "import_shop"]


def import_shop(
    db: Database,
    kind: str,
    path: Path,
    *,
    dry_run: bool = False,
    skip_bad: bool = False,
    progress: ProgressCallback | None = None,
    currency: str | None = None,
) -> ImportReport:
    """Take in a source of a kind ("shop", "shopify", "merchant", "magento", "dummyjson", "tau2").

    `currency` (ISO 4217) is for sources that don't say theirs (Shopify, Magento, DummyJSON). `dry_run` does everything
    and rolls it back. Raises UsageError for an unknown kind or a missing path,
    ImportFailedError (with the bad rows) when something in it can't be taken, DatabaseError when writing fails;
    in each case the database is as it was.
    """
    if kind not in KINDS:
        raise UsageError(f"there is no import of kind {kind!r}; use one of {', '.join(KINDS)}")
    path = Path(path)
    if not path.exists():
        raise UsageError(f"{path} isn't there; give the {'folder' if kind == 'shop' else 'file or folder'} to import")
    started = time.perf_counter()
    report = ImportReport(kind, str(path), dry_run=dry_run)
    _run(db, kind, path, report, skip_bad, progress, currency)
    report.seconds = time.perf_counter() - started
    return report


def _run(
    db: Database, kind: str, path: Path, report: ImportReport, skip_bad: bool, progress: ProgressCallback | None,
    currency: str | None,
) -> None:  # fmt: skip
    from assistant.shop.importers.aside import import_aside, is_open
    from assistant.shop.importers.base import ShopWriter

    def work(session: Session) -> bool:
        """Everything but the commit; False when nothing is to stay."""
        writer = ShopWriter(session, report, progress)
        if currency is not None:
            _state_currency(writer, currency)
        try:
            import_module(f"assistant.shop.importers.{KINDS[kind]}").load(path, writer)
        except OSError as error:
            raise UsageError(
                f"{error.filename or path} can't be read: {error.strerror}; check the path and its rights"
            ) from error
        writer.finish()
        report.sort_bad_rows()
        if report.num_bad and not skip_bad:
            raise report.failure()
        return not report.dry_run

    if is_open(db):
        import_aside(db, work)
    else:
        with db.write(bulk=True) as session:
            if not work(session):
                session.rollback()
    if not report.dry_run:
        db.checkpoint()


def _state_currency(writer: ShopWriter, currency: str) -> None:
    from assistant.shop.importers.report import BadValue, Place

    try:
        writer.shop({"currency": currency}, Place("--currency", 1))
    except BadValue as bad:
        raise UsageError(f"the currency {currency!r} can't be taken: {bad.problem}; {bad.remedy}") from None
