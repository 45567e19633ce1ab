"""Files damaged at random: an import of any kind ends with a report or with one line that says what is wrong."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from assistant.errors import UsageError
from assistant.shop.importers import import_shop
from tests.unit.importing import FIXTURES, new_shop

SOURCES = {
    "shopify": ("shopify_classic.csv", "shopify_renamed.csv"),
    "merchant": ("merchant.tsv", "merchant_rss.xml", "merchant_atom.xml"),
    "magento": ("magento_export.csv",),
    "dummyjson": ("dummyjson/products.json",),
    "tau2": ("tau2/db.json",),
}
SPICE = (
    b"\0", b"\xff", b'"', b"\n", b"\r", b",", b"\t", b"<", b"&", b"{", b"}", b"[", b"]", b"-", b"null", b"1e999",
    b"\xed\xa0\x80", b"<!DOCTYPE a>", b"<![CDATA[", "\u202e".encode(), b"999999999999999999999", b"NaN", b"\\ud800",
)  # fmt: skip
NUM_DAMAGED = 40


def damaged(content: bytes, chance: random.Random) -> bytes:
    """A copy with one to four defects: bytes taken out, doubled, replaced or put in."""
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(content) + 1)
        end = min(len(content), start + chance.choice((0, 1, 1, 5, 50)))
        middle = chance.choice((chance.choice(SPICE), content[start:end] * 2, b""))
        content = content[:start] + middle + content[end:]
    return content


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, names in SOURCES.items() for name in names])
def test_a_damaged_file_costs_one_line(tmp_path: Path, kind: str, name: str) -> None:
    whole = (FIXTURES / name).read_bytes()
    chance = random.Random(f"{kind} {name}")
    file = tmp_path / Path(name).name
    with new_shop(tmp_path) as shop:
        before = shop.dump()
        for _ in range(NUM_DAMAGED):
            file.write_bytes(damaged(whole, chance))
            try:
                report = import_shop(shop.db, kind, file, dry_run=True, skip_bad=chance.random() < 0.5)
                assert all(row.problem and row.remedy for row in report.bad_rows)
            except UsageError as error:
                assert "\n" not in str(error) and len(str(error)) < 1000
        assert shop.dump() == before
        shutil.copy(FIXTURES / name, file)
        assert shop.take(kind, file).num_bad == 0
