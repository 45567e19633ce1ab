"""Unused bytes of pages are overwritten through SQLite, whatever the pages look like, and nothing else changes."""

from __future__ import annotations

import dataclasses
import random
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from assistant.privacy.traces import Traces
from assistant.store.connections import connect
from assistant.store.pages import INDEX_INSIDE, INDEX_LEAF, TABLE_INSIDE, TABLE_LEAF, Page, chunks
from assistant.store.wipe import WipeError, index_of, roots_of, wipe

SECRET = f"x'{'cd' * 32}'"


def churn(connection: Any, chance: random.Random) -> None:
    """Tables and indexes of several kinds, filled, grown and thinned out until their pages have been balanced often."""
    connection.execute("CREATE TABLE t (id TEXT PRIMARY KEY, a TEXT, b TEXT)")
    connection.execute("CREATE INDEX t_a ON t(a DESC)")
    connection.execute("CREATE TABLE w (k TEXT PRIMARY KEY, v TEXT) WITHOUT ROWID")
    connection.execute("CREATE TABLE small (x)")
    connection.execute("BEGIN")
    for number in range(2500):
        key = f"secret-{chance.getrandbits(80):020x}"
        connection.execute("INSERT INTO t VALUES (?, ?, ?)", (key, key[::-1], "secret " * chance.randint(0, 90)))
        connection.execute("INSERT INTO w VALUES (?, ?)", (key, "v" * chance.randint(0, 2000)))
        if number % 9 == 0:
            connection.execute("INSERT INTO small VALUES (?)", (key,))
        if number % 5 == 0:
            connection.execute("UPDATE t SET b = b || ? WHERE rowid = ?", ("secret " * 40, number))
    connection.execute("DELETE FROM t WHERE rowid % 3 = 0")
    connection.execute("DELETE FROM w WHERE substr(k, 9, 1) < '8'")
    connection.execute("DELETE FROM small WHERE rowid > 20")
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def seen(path: Path) -> tuple[dict[int, Page], list[Page]]:
    """The inside pages by number, and the pages of whose unused bytes some say "secret"."""
    pages = [page for chunk in chunks(path, SECRET) for page in chunk.pages()]
    inside = {page.number: page for page in pages if page.kind in (INDEX_INSIDE, TABLE_INSIDE)}
    return inside, [page for page in pages if b"secret" in page.unused or b"terces" in page.unused]


def rows(connection: Any) -> list[Any]:
    return [connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in ("t", "w")]


@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_left_and_nothing_else_changes(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "a.db"
    with closing(connect(path, SECRET, 5, create=True)) as connection:
        churn(connection, random.Random(seed))
        before = rows(connection)
        inside, left = seen(path)
        assert len(left) > 20, "nothing to overwrite: the test doesn't test"
        roots = roots_of(inside, [page.number for page in left])
        leaves = [page for page in left if page.kind != INDEX_INSIDE and roots[page.number] != 1]
        connection.execute("BEGIN IMMEDIATE")
        assert wipe(connection, leaves) == []
        indexes = index_of(connection, inside, [page.number for page in left if page.kind == INDEX_INSIDE])
        for name in indexes or ():
            connection.execute(f'REINDEX "{name}"')
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert [page.number for page in seen(path)[1] if page.kind != INDEX_INSIDE or indexes] == []
        assert rows(connection) == before
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert not connection.execute("SELECT 1 FROM sqlite_schema WHERE name LIKE 'wipe%'").fetchall()
    with closing(connect(path, SECRET, 5)) as again:
        assert rows(again) == before and again.execute("INSERT INTO t VALUES ('z', 'z', 'z')")


def test_a_reader_beside_it_sees_no_strange_table(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with closing(connect(path, SECRET, 5, create=True)) as connection, closing(connect(path, SECRET, 5)) as reader:
        churn(connection, random.Random(9))
        before = rows(reader)
        connection.execute("BEGIN IMMEDIATE")
        _, left = seen(path)
        wipe(connection, [page for page in left if page.kind != INDEX_INSIDE][:30])
        assert rows(reader) == before
        connection.execute("COMMIT")
        assert rows(reader) == before
        assert not reader.execute("SELECT 1 FROM sqlite_schema WHERE name LIKE 'wipe%'").fetchall()


def test_a_page_that_is_fuller_than_it_was_said_to_be_does_no_harm(tmp_path: Path) -> None:
    """What doesn't fit makes SQLite split the page: that is noticed, or it has been joined again by the end."""
    path = tmp_path / "a.db"
    with closing(connect(path, SECRET, 5, create=True)) as connection:
        churn(connection, random.Random(2))
        before = rows(connection)
        for page in [page for page in seen(path)[1] if page.kind in (TABLE_LEAF, INDEX_LEAF)][:40]:
            connection.execute("BEGIN IMMEDIATE")
            try:
                wipe(connection, [dataclasses.replace(page, last=page.last + 900)])
                connection.execute("COMMIT")
            except WipeError:
                connection.execute("ROLLBACK")
        assert rows(connection) == before
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_pages_are_read_as_sqlite_wrote_them(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with closing(connect(path, SECRET, 5, create=True)) as connection:
        churn(connection, random.Random(4))
        rowids = {rowid for (rowid,) in connection.execute("SELECT rowid FROM t")}
        (root,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 't'").fetchone()
        inside, _ = seen(path)
        leaves = [
            leaf
            for chunk in chunks(path, SECRET)
            for number in range(chunk.number, chunk.number + len(chunk.data))
            if (leaf := chunk.leaf(number))
        ]
        roots = roots_of(inside, [leaf.number for leaf in leaves])
        found = [rowid for leaf in leaves if roots[leaf.number] == root for rowid in leaf.rowids()]
    assert sorted(found) == sorted(rowids)


def test_traces_recognise_pieces_and_not_what_everybody_says() -> None:
    traces = Traces()
    traces.add("wilhelmina.okonkwo@example.com")
    traces.add('{"postcode": "QX9 4ZZ", "at": "2026-01-01T10:00:00", "street": "77 Quarrystone Lane"}')
    traces.add("how much is the trail runner in size 42?", said=True)
    traces.add("web-000017")
    for piece in (
        b"x\0web-000017",
        b"\0\0lmina.okonk\1",
        b"x QX9 4ZZ",
        b"\0\0rystone Lane",
        b"much is the trail runner ",
    ):
        assert traces.held_in(piece), piece
    for other in (
        b"",
        bytes(400),
        b"2026-01-01T10:00:00",
        b"the trail runner",
        b"postcode",
        b"web-000018",
        b"how much is the ",
    ):
        assert not traces.held_in(other), other
