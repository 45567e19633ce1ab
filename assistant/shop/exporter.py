"""Writing a shop out as the folder that SHOP_FORMAT.md describes: importing it again gives the same shop.

One consistent state of the database, streamed row by row. What a column means is in `export_rows`; conversations are
no part of a shop and stay. Knows no other format.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.errors import UsageError
from assistant.shop import order_rules
from assistant.shop.export_rows import FILES, Columns, ExportFile, Shop
from assistant.shop.importers import values
from assistant.shop.schema import PolicyRow, ShopInfo
from assistant.store.database import Database

Progress = Callable[[str, int], None]
_BATCH = 1000


def export_shop(db: Database, folder: Path, *, progress: Progress | None = None) -> dict[str, int]:
    """Write the shop in `db` into `folder` (made when missing) and return the number of rows by file.

    The folder must be empty or hold an export already, whose files are replaced; what stands there stays whole until
    the new files are. Raises UsageError when it holds anything else or can't be written, DatabaseError when there is no
    shop in `db`.
    """
    folder = Path(folder)
    draft = folder.with_name(f".{folder.name}.{os.getpid()}.draft")
    try:
        _check(folder)
        draft.mkdir(parents=True)
        with db.read() as session:
            counts = _write(session, draft, progress)
        _replace(draft, folder)
    except OSError as error:
        raise UsageError(f"{folder} can't be written: {error.strerror}; nothing was exported there") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return counts


def _check(folder: Path) -> None:
    if folder.is_dir() and any(folder.iterdir()) and not (folder / "shop.json").is_file():
        raise UsageError(f"{folder} holds something else than an exported shop; give a new or an empty folder")
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file; give a folder")


def _replace(draft: Path, folder: Path) -> None:
    """Move the new files over the old ones; files that the new export doesn't have go."""
    folder.mkdir(exist_ok=True)
    (draft / "policies").mkdir(exist_ok=True)
    (folder / "policies").mkdir(exist_ok=True)
    for file in (
        folder / order_rules.FILE,
        *folder.glob("policies/*.md"),
        *(folder / f"{form.stem}.jsonl" for form in FILES),
    ):
        file.unlink(missing_ok=True)
    for form in FILES:
        if not (draft / f"{form.stem}.csv").exists():
            (folder / f"{form.stem}.csv").unlink(missing_ok=True)
    for file in (*draft.glob("*.*"), *draft.glob("policies/*.md")):
        file.replace(folder / file.relative_to(draft))


def _write(session: Session, folder: Path, progress: Progress | None) -> dict[str, int]:
    facts = {row.key: row.value for row in session.execute(select(ShopInfo.key, ShopInfo.value))}
    shop = Shop.of(session, facts)
    if rules := facts.pop(order_rules.FACT, None):
        (folder / order_rules.FILE).write_text(rules, encoding="utf-8", newline="")
    text = json.dumps(facts, ensure_ascii=False, indent=2) + "\n"
    (folder / "shop.json").write_text(text, encoding="utf-8", newline="")
    counts = {"shop.json": 1}
    for form in FILES:
        columns = form.columns(session)
        num_rows = _write_csv(folder / f"{form.stem}.csv", columns, _rows(session, form, columns, shop), form.needed)
        if num_rows or form.needed:
            counts[f"{form.stem}.csv"] = num_rows
            if progress is not None:
                progress(f"{form.stem}.csv", num_rows)
    (folder / "policies").mkdir()
    met: set[str] = set()
    for page in session.scalars(select(PolicyRow).order_by(PolicyRow.position)):
        # An id may come from a source that has paths for ids: a page is written here or nowhere.
        stem = values.another(values.file_stem(page.policy_id), met)
        (folder / "policies" / f"{stem}.md").write_text(page.text, encoding="utf-8", newline="")
        counts["policies"] = counts.get("policies", 0) + 1
    return counts


def _rows(session: Session, form: ExportFile, columns: Columns, shop: Shop) -> Iterator[Mapping[str, str]]:
    result = session.execute(form.query(), execution_options={"yield_per": _BATCH})
    for row in result:
        yield form.cells(row, columns, shop)


def _write_csv(file: Path, columns: Columns, rows: Iterable[Mapping[str, str]], needed: bool) -> int:
    num_rows = 0
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, columns.names, restval="", extrasaction="ignore", lineterminator="\r\n")
        writer.writeheader()
        for num_rows, row in enumerate(rows, start=1):  # noqa: B007
            writer.writerow(row)
    if not num_rows and not needed:
        file.unlink()
    return num_rows
