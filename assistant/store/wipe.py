"""Overwrites the unused middle of single pages, through SQLite itself: in a transaction, under its locks and its log.

No statement reaches a page's unused bytes, and writing into the file past SQLite would pull the page from under its
readers. So for a moment, within the transaction, the schema has a table of one page: the page in question. Cells of
zeros that fill it to the last byte make SQLite overwrite or compact what lies between; then they are deleted, and the
table is taken out of the schema again, before anybody else could see it. An inside page of an index can't be such a
table: its index is built anew. Knows the file's format, no table of ours.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from assistant.errors import BackroomError
from assistant.store.pages import INDEX_LEAF, TABLE_LEAF, Page

_NAME = "wipe_page_"
_AT_ONCE = 400
_LEAST_CELL = 4
_MAX_ROWID = 2**63 - 1


class WipeError(BackroomError):
    """Pages weren't as they were said to be; nothing may be committed."""


def wipe(connection: Any, pages: Collection[Page]) -> list[Page]:
    """Overwrite the unused bytes of these leaves; returns those that couldn't be. Within a transaction on a driver
    connection that has `secure_delete` on; the pages must be as they are in the database now. Raises driver errors,
    and WipeError where a page wasn't as it was said to be: roll back then."""
    before = _size(connection)
    leaves = [page for page in pages if page.kind in (TABLE_LEAF, INDEX_LEAF) and page.number > 1]
    failed = [page for page in pages if page not in leaves]
    for start in range(0, len(leaves), _AT_ONCE):
        group = leaves[start : start + _AT_ONCE]
        connection.execute("PRAGMA writable_schema = ON")
        connection.executemany(
            "INSERT INTO sqlite_schema VALUES ('table', ?, ?, ?, ?)", [_as_table(page) for page in group]
        )
        connection.execute("PRAGMA writable_schema = RESET")
        failed += [page for page in group if not _fill(connection, page)]
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(f"DELETE FROM sqlite_schema WHERE substr(name, 1, {len(_NAME)}) = '{_NAME}'")
        connection.execute("PRAGMA writable_schema = RESET")
    if _size(connection) != before:
        raise WipeError("a page was fuller than it seemed")
    return failed


def index_of(connection: Any, inside: Mapping[int, Page], numbers: Iterable[int]) -> set[str] | None:
    """The names of the indexes that inside pages belong to; None when one of them is no index of its own.

    `inside` are all inside pages of the file, by number.
    """
    roots = {
        root: name for name, root in connection.execute("SELECT name, rootpage FROM sqlite_schema WHERE type = 'index'")
    }
    names = {roots.get(root, "") for root in roots_of(inside, numbers).values()}
    return None if "" in names else names


def roots_of(inside: Mapping[int, Page], numbers: Iterable[int]) -> dict[int, int]:
    """The root of the tree that each page belongs to: itself when no inside page leads to it."""
    above = {child: page.number for page in inside.values() for child in page.children()}
    found = {}
    for number in numbers:
        at, steps = number, 0
        while at in above and steps < 64:
            at, steps = above[at], steps + 1
        found[number] = at
    return found


def _size(connection: Any) -> tuple[int, int]:
    """Pages of the file, and those that are free: cells that don't fit would take one."""
    return tuple(connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count"))


def _as_table(page: Page) -> tuple[str, str, int, str]:
    name = f"{_NAME}{page.number}"
    columns = "(v)" if page.kind == TABLE_LEAF else "(v PRIMARY KEY) WITHOUT ROWID"
    return name, name, page.number, f"CREATE TABLE {name}{columns}"


def _fill(connection: Any, page: Page) -> bool:
    """Fill the page to the last byte with zeros and take them away; False for a page that isn't as it should be."""
    name, is_table = f"{_NAME}{page.number}", page.kind == TABLE_LEAF
    try:
        free = page.num_free()
        last = (page.rowids() or [0])[-1] if is_table else 0
    except (ValueError, IndexError):
        return False
    if last > _MAX_ROWID - len(page.data):
        return False
    num = 0
    while (cell := _cell(len(page.data), free - 2, last + num + 1 if is_table else None)) is not None:
        length, size = cell
        if is_table:
            connection.execute(f"INSERT INTO {name}(rowid, v) VALUES (?, zeroblob(?))", (last + num + 1, length))
        else:  # a blob comes after every text and number, and the first byte tells it from the ones before
            connection.execute(f"INSERT INTO {name}(v) VALUES (?)", ((bytes([num % 256]) + bytes(length))[:length],))
        free -= size + 2
        num += 1
        if num > 255 or (not is_table and not length):
            break
    if is_table:
        connection.execute(f"DELETE FROM {name} WHERE rowid > ?", (last,))
    else:
        connection.execute(f"DELETE FROM {name} WHERE v >= x''")
    return True


def _cell(usable: int, room: int, rowid: int | None) -> tuple[int, int] | None:
    """The longest blob whose cell has `room`, without an overflow page, and the bytes that its cell takes."""
    most = usable - 35 if rowid is not None else (usable - 12) * 64 // 255 - 23
    key = _length_of(rowid) if rowid is not None else 0
    for payload in range(min(most, room - key - 1), 1, -1):
        size = max(_LEAST_CELL, _length_of(payload) + key + payload)
        length = _blob_in(payload)
        if size <= room and length is not None:
            return length, size
    return None


def _blob_in(payload: int) -> int | None:
    """How long the blob is that makes a record of one value this long; None where none does."""
    for header in (2, 3, 4):
        length = payload - header
        if length >= 0 and 1 + _length_of(12 + 2 * length) == header:
            return length
    return None


def _length_of(value: int) -> int:
    return next(length for length in range(1, 10) if value < 1 << 7 * length or length == 9)
