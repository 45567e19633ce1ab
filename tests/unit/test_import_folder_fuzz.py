"""Damaged shop folders: whatever the bytes, an import ends in a report or in one clear error, and never half-way."""

from __future__ import annotations

import csv
import json
import random
from pathlib import Path

import pytest
from sqlalchemy import func, select

from assistant.errors import ImportFailedError
from assistant.shop.importers import import_shop
from assistant.shop.schema import ProductRow
from tests.unit.shop_folder import FILES, fresh_database, write_folder

NASTY = (b"\0", b'"', b"\n", b"\r", b",", b"\xff", b"\xed\xa0\x80", b";", b"-", b"=", b"{", b"\xef\xbb\xbf", b"9" * 400)


def damage(content: bytes, chance: random.Random) -> bytes:
    """A few bytes replaced, doubled, cut out or made nasty."""
    mangled = bytearray(content)
    for _ in range(chance.randint(1, 6)):
        start = chance.randrange(len(mangled) + 1)
        end = min(len(mangled), start + chance.choice((0, 1, 1, 7, 40)))
        mangled[start:end] = chance.choice((*NASTY, mangled[start:end] * 2, b"", chance.randbytes(3)))
    return bytes(mangled)


def as_json_lines(folder: Path) -> None:
    for file in sorted(folder.glob("*.csv")):
        with file.open(encoding="utf-8", newline="") as source:
            rows = [json.dumps(row, ensure_ascii=False) for row in csv.DictReader(source)]
        file.with_suffix(".jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")
        file.unlink()


@pytest.mark.parametrize("suffix", [".csv", ".jsonl"])
def test_damaged_folders_end_in_a_report_or_one_clear_error(tmp_path: Path, suffix: str) -> None:
    chance = random.Random(f"shop{suffix}")
    names = sorted(name for name in FILES if name != "shop.json")
    outcomes = {"taken": 0, "bad rows": 0, "refused": 0}
    with fresh_database(tmp_path / "shop.db") as db:
        for no in range(80):
            folder = write_folder(tmp_path / str(no))
            if suffix == ".jsonl":
                as_json_lines(folder)
            file = folder / (chance.choice(names) if chance.random() < 0.9 else "shop.json")
            if suffix == ".jsonl" and file.suffix == ".csv":
                file = file.with_suffix(suffix)
            file.write_bytes(damage(file.read_bytes(), chance))
            try:
                report = import_shop(db, "shop", folder, dry_run=True, skip_bad=True)
                outcomes["bad rows" if report.num_bad else "taken"] += 1
                assert all(str(row).encode("utf-8") and "\n" not in row.problem for row in report.bad_rows)
            except ImportFailedError as error:
                outcomes["refused"] += 1
                assert "\n" not in str(error) and str(error).encode("utf-8")
        with db.read() as session:
            assert session.scalar(select(func.count()).select_from(ProductRow)) == 0
    assert outcomes["bad rows"] > 10 and outcomes["taken"] > 3, outcomes
