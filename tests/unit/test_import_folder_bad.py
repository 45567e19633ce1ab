"""Bad input in a shop folder: file, line, column, value and remedy; all rolled back, or the good rows kept."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from assistant.errors import BadRow, ImportFailedError
from assistant.shop import schema
from assistant.shop.importers import import_shop
from assistant.store.database import Database
from tests.unit.shop_folder import FILES, fresh_database, with_line, write_folder


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with fresh_database(tmp_path / "shop.db") as opened:
        yield opened


def num_variants(db: Database) -> int:
    with db.read() as session:
        return session.scalar(select(func.count()).select_from(schema.VariantRow))


def failing(db: Database, folder: Path) -> tuple[BadRow, ...]:
    """The bad rows of an import that must fail, in one line, and leave nothing."""
    with pytest.raises(ImportFailedError) as caught:
        import_shop(db, "shop", folder)
    assert "\n" not in str(caught.value) and "nothing was imported" in str(caught.value)
    assert num_variants(db) == 0
    return caught.value.rows


ROWS = [
    ("variants.csv", "X,P1,-3.00,1,,,,,,", "price", "-3.00", "is negative"),
    ("variants.csv", "X,P1,3.999,1,,,,,,", "price", "3.999", "more decimals"),
    ("variants.csv", "X,P1,,1,,,,,,", "price", "", "is empty"),
    ("variants.csv", "X,P1,€3,1,,,,,,", "price", "€3", "is not an amount"),
    ("variants.csv", "X,P1,1e3,1,,,,,,", "price", "1e3", "is not an amount"),
    ("variants.csv", "X,P1,nan,1,,,,,,", "price", "nan", "is not an amount"),
    ("variants.csv", "X,P1,99999999999999999999,1,,,,,,", "price", "99999999999999999999", "too large"),
    ("variants.csv", "X,P1,3,-1,,,,,,", "stock", "-1", "is negative"),
    ("variants.csv", "X,P1,3,1.5,,,,,,", "stock", "1.5", "not a whole number"),
    ("variants.csv", "X,P1,3,1,-1,,,,,", "compare_at_price", "-1", "is negative"),
    ("variants.csv", "B-42,P1,3,1,,,,,,", "sku", "B-42", "is there twice"),
    ("variants.csv", "X,P9,3,1,,,,,,", "product_id", "P9", "no product has this product_id"),
    ("variants.csv", ",P1,3,1,,,,,,", "sku", "", "is empty"),
    ("variants.csv", "X,P1,3,1,,,maybe,,,", "active", "maybe", "neither yes nor no"),
    ("products.csv", "P1,Twin,Shoes,,,,,,,,,,", "product_id", "P1", "is there twice"),
    ("products.csv", "P9,,Shoes,,,,,,,,,,", "name", "", "is empty"),
    ("products.csv", "P9,New,Shoes,,,,,P77,,,,,", "replaced_by", "P77", "no product has this replaced_by"),
    ("products.csv", "P9,New,Shoes,,,,,,,,good,,", "rating", "good", "is not a number"),
    ("products.csv", "P9,New,Shoes,,,,,,,,,light,", "specs", "light", "is not Name=value"),
    ("customers.csv", "C9,nobody,,,,,,,,,,,", "email", "nobody", "is not an e-mail address"),
    ("customers.csv", "C9,a@b.c,,,,,,,,,31.12.2020,,", "joined", "31.12.2020", "is not a day"),
    ("orders.csv", "O9,C1,2026-01-01,teleported,,,,,,,,,", "status", "teleported", "is not a status"),
    ("orders.csv", "O9,C9,2026-01-01,pending,,,,,,,,,", "customer_id", "C9", "no customer has this"),
    ("orders.csv", "O9,C1,yesterday,pending,,,,,,,,,", "ordered_at", "yesterday", "is not a time"),
    ("order_lines.csv", "O9,B-42,1,1.00", "order_id", "O9", "no order has this"),
    ("order_lines.csv", "O1,NONE,1,1.00", "sku", "NONE", "no variant has this"),
    ("order_lines.csv", "O1,B-42,0,1.00", "quantity", "0", "is not a quantity"),
    ("browsing.csv", "C1,P9,2026-01-01", "product_id", "P9", "no product has this"),
    ("reviews.csv", "P9,5,Cy,Good,2026-01-01", "product_id", "P9", "no product has this"),
    ("promotions.csv", "N,New,gift,1,all,,,,,,,", "type", "gift", "is not a type"),
    ("promotions.csv", "N,New,percent,110,all,,,,,,,", "value", "110", "is not a percentage"),
    ("promotions.csv", "N,New,fixed,-5,all,,,,,,,", "value", "-5", "is negative"),
    ("promotions.csv", "N,New,percent,5,shoes,,,,,,,", "applies_to", "shoes", "can't be read"),
    ("promotions.csv", "N,New,percent,5,all,,,,2026-02-01,2026-01-01,,", "ends", "2026-01-01", "before it starts"),
    ("promotions.csv", "N,New,bundle,5,product:P1,,,,,,,", "applies_to", "product:P1", "is not a bundle"),
]


@pytest.mark.parametrize(("file", "line", "column", "value", "problem"), ROWS)
def test_a_bad_row_is_named_and_nothing_is_imported(
    db: Database, tmp_path: Path, file: str, line: str, column: str, value: str, problem: str
) -> None:
    content = with_line(file, line)
    rows = failing(db, write_folder(tmp_path / "shop", **{Path(file).stem: content}))
    assert len(rows) == 1
    bad = rows[0]
    assert (bad.file, bad.line, bad.column, bad.value) == (file, content.count("\n"), column, value)
    assert problem in bad.problem and bad.remedy


def test_skip_bad_keeps_the_good_rows_and_lists_the_bad(db: Database, tmp_path: Path) -> None:
    variants = with_line("variants.csv", "X,P1,-3,1,,,,,,\nY,P1,3,1,,,,,,\nY,P1,4,1,,,,,,\nZ,P9,3,1,,,,,,")
    report = import_shop(db, "shop", write_folder(tmp_path / "shop", variants=variants), skip_bad=True)
    assert [(row.line, row.column) for row in report.bad_rows] == [(7, "price"), (9, "sku"), (10, "product_id")]
    assert report.num_bad == 3 and num_variants(db) == 6
    with db.read() as session:
        assert session.get(schema.VariantRow, "Y").price_minor == 300


@pytest.mark.parametrize("bad", ["O1,B-43,1,-9\n", "O1,NOWHERE,1,9\n", "O1,B-43,0,9\n"])
def test_a_bad_row_costs_an_order_none_of_its_lines(db: Database, tmp_path: Path, bad: str) -> None:
    head, first, last = "order_id,sku,quantity,unit_price\n", "O1,B-42,1,89\n", "O1,S-M,1,9\n"
    good = head + first + "O1,B-43,1,89\n" + last
    import_shop(db, "shop", write_folder(tmp_path / "shop", order_lines=good))
    report = import_shop(db, "shop", write_folder(tmp_path / "shop", order_lines=head + first + bad), skip_bad=True)
    assert report.num_bad == 1 and report.counts("order_lines").deleted == 0
    changed = head + first + bad + last.replace("9", "8")
    import_shop(db, "shop", write_folder(tmp_path / "shop", order_lines=changed), skip_bad=True)
    with db.read() as session:
        lines = session.get(schema.OrderRow, "O1").lines
        assert [(line.sku, line.unit_price_minor) for line in lines] == [("B-42", 8900), ("B-43", 8900), ("S-M", 800)]


def test_a_bad_review_costs_a_product_none_of_its_own(db: Database, tmp_path: Path) -> None:
    import_shop(db, "shop", write_folder(tmp_path / "shop"))
    reviews = FILES["reviews.csv"].replace("P1,5,", "P1,five,")
    report = import_shop(db, "shop", write_folder(tmp_path / "shop", reviews=reviews), skip_bad=True)
    counts = report.counts("reviews")
    assert (report.num_bad, counts.unchanged, counts.changed, counts.deleted) == (1, 1, 0, 0)


def test_duplicates_are_found_across_batches_and_in_an_import_over_an_older_one(db: Database, tmp_path: Path) -> None:
    rows = "".join(f"V{no},P2,1.00,1,,,yes,,,\n" for no in range(6000))
    folder = write_folder(tmp_path / "shop", variants=FILES["variants.csv"] + rows)
    import_shop(db, "shop", folder)
    write_folder(folder, variants=FILES["variants.csv"] + rows + "V7,P2,2.00,1,,,yes,,,\nB-42,P1,9,1,,,yes,,,\n")
    with pytest.raises(ImportFailedError) as caught:
        import_shop(db, "shop", folder)
    assert [(row.line, row.value) for row in caught.value.rows] == [(6007, "V7"), (6008, "B-42")]
    with db.read() as session:
        assert session.get(schema.VariantRow, "V7").price_minor == 100


def test_only_the_first_thousand_bad_rows_are_kept(db: Database, tmp_path: Path) -> None:
    rows = "".join(f"V{no},P2,-1,1,,,yes,,,\n" for no in range(1500))
    with pytest.raises(ImportFailedError, match="1500 bad rows") as caught:
        import_shop(db, "shop", write_folder(tmp_path / "shop", variants=FILES["variants.csv"] + rows))
    assert len(caught.value.rows) == 1000


def test_malformed_csv(db: Database, tmp_path: Path) -> None:
    variants = with_line("variants.csv", 'X,P1,"3"x,1,,,,,,\nY,P1,3\nZ,P1,3,1,,,,,,,,,\n"W,P1,3,1,,,,,,')
    rows = failing(db, write_folder(tmp_path / "shop", variants=variants))
    assert [(row.line, row.column) for row in rows] == [(7, "row"), (8, "row"), (9, "row"), (10, "row")]
    assert "has 3 cells, the header 10" in rows[1].problem


def test_an_open_quote_does_not_swallow_memory(db: Database, tmp_path: Path) -> None:
    variants = with_line("variants.csv", '"X,P1,3,1,,,,,,\n' + "Y,P1,3,1,,,,,,\n" * 50_000)
    rows = failing(db, write_folder(tmp_path / "shop", variants=variants))
    assert rows[0].line == 7 and "cell of more than" in rows[0].problem


@pytest.mark.parametrize(
    ("line", "problem"),
    [("X,P1,3,1,,,,,r\udcffd,", "is not UTF-8"), ("X,P1,3,1,,,,,r\0d,", "holds a NUL character")],
    ids=["invalid UTF-8", "NUL"],
)
def test_bytes_that_are_no_text(db: Database, tmp_path: Path, line: str, problem: str) -> None:
    rows = failing(db, write_folder(tmp_path / "shop", variants=with_line("variants.csv", line)))
    assert [(row.file, row.line, row.column) for row in rows] == [("variants.csv", 7, "colour")]
    assert problem in rows[0].problem
    str(rows[0]).encode("utf-8")


def test_bytes_that_are_no_text_in_other_places(db: Database, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "shop")
    (folder / "policies" / "returns.md").write_bytes(b"# Returns\n\nfor \xff days")
    rows = failing(db, folder)
    assert (rows[0].file, rows[0].problem) == ("policies/returns.md", "is not UTF-8 (line 3)")
    (folder / "shop.json").write_bytes(b'{"currency": "EUR\xff"}')
    assert "is not UTF-8" in failing(db, folder)[0].problem
    write_folder(folder, variants=FILES["variants.csv"])
    (folder / "variants.csv").write_bytes(FILES["variants.csv"].encode("utf-16"))
    assert "UTF-16" in failing(db, folder)[0].problem


def test_bad_json_lines(db: Database, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "shop", variants=None, order_lines=None)
    good = '{"sku": "A", "product_id": "P1", "price": 3}\n'
    bad = '{"sku": \n[1]\n{"sku": "B", "product_id": "P1", "price": -3}\n'
    bad += '{"sku": "\\ud800", "product_id": "P1", "price": 1}\n'
    (folder / "variants.jsonl").write_text(good + bad)
    rows = failing(db, folder)
    assert [(row.line, row.column) for row in rows] == [(2, "line"), (3, "line"), (4, "price"), (5, "sku")]


@pytest.mark.parametrize(
    ("facts", "column"),
    [
        ('{"name": "S", "currency": "XQZ"}', "currency"),
        ('{"name": "S"}', "currency"),
        ('{"name": "S", "currency": "EUR", "timezone": "Mars/Base"}', "timezone"),
        ('{"name": "S", "currency": "EUR", "locale": "xx_klingon_zz"}', "locale"),
        ('{"name": "S", "currency": "EUR", "now": "soon"}', "now"),
        ('{"name": ', "file"),
        ("[]", "file"),
    ],
)
def test_bad_shop_facts(db: Database, tmp_path: Path, facts: str, column: str) -> None:
    rows = failing(db, write_folder(tmp_path / "shop", shop=facts))
    assert (rows[0].file, rows[0].column) == ("shop.json", column)


def test_another_currency_is_refused_once_there_are_prices(db: Database, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "shop")
    import_shop(db, "shop", folder)
    write_folder(folder, shop='{"name": "S", "currency": "USD"}')
    with pytest.raises(ImportFailedError, match="prices are in EUR"):
        import_shop(db, "shop", folder)


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        ("", "is missing"),
        ("sku,product_id,price\n", "column stock is missing"),
        ("sku;product_id;price;stock\n", "look separated by ;"),
        ("sku,product_id,price,stock,sku\n", "is there twice"),
        ("sku,product_id,price,stock,\n", "column without a name"),
    ],
)
def test_bad_headers_stop_even_with_skip_bad(db: Database, tmp_path: Path, header: str, problem: str) -> None:
    folder = write_folder(tmp_path / "shop", variants=header)
    with pytest.raises(ImportFailedError, match=problem):
        import_shop(db, "shop", folder, skip_bad=True)
    assert failing(db, folder)[0].line == 1


def test_missing_and_doubled_files(db: Database, tmp_path: Path) -> None:
    for name in ("shop", "products", "variants"):
        with pytest.raises(ImportFailedError, match=rf"{name}\S+ isn't there"):
            import_shop(db, "shop", write_folder(tmp_path / name, **{name: None}))
    both = write_folder(tmp_path / "both")
    (both / "orders.jsonl").write_text("")
    with pytest.raises(ImportFailedError, match="keep one of them"):
        import_shop(db, "shop", both)
    with pytest.raises(ImportFailedError, match="is not a folder"):
        import_shop(db, "shop", both / "shop.json")


def test_kill_9_in_mid_import_leaves_the_shop_as_it_was(db: Database, tmp_path: Path) -> None:
    import_shop(db, "shop", write_folder(tmp_path / "shop"))
    rows = "".join(f"V{no},P2,1.00,1,,,yes,,,\n" for no in range(12_000))
    write_folder(tmp_path / "shop", variants=FILES["variants.csv"].replace("89.00", "1.00") + rows)
    program = (
        "import os, signal, sys; from pathlib import Path; from assistant.store.database import Database\n"
        "from assistant.shop.importers import import_shop\n"
        "def progress(step):\n"
        "    if step.file == 'variants.csv' and step.num_rows >= 10000: os.kill(os.getpid(), signal.SIGKILL)\n"
        "db = Database.open(Path(sys.argv[1]), key='ab' * 32)\n"
        "import_shop(db, 'shop', Path(sys.argv[2]), progress=progress)\n"
    )
    command = [sys.executable, "-c", program, str(db.path), str(tmp_path / "shop")]
    assert subprocess.run(command, capture_output=True, check=False, timeout=60).returncode == -signal.SIGKILL
    assert num_variants(db) == 5
    with db.read() as session:
        assert session.get(schema.VariantRow, "B-42").price_minor == 8900
    assert import_shop(db, "shop", tmp_path / "shop").tables["variants"].inserted == 12_000
