"""The second half of an erasure: what no statement reaches. Masks a person's identifiers in other people's texts and
overwrites what is left of their rows in unused bytes of the file, by one look at every page of it.

Measured on 1,000,000 messages: the look takes some 2 s of CPU, a page that holds something a third of a millisecond.
Where that isn't enough (too many pages, an index that can't be built anew) the file is rewritten as a whole (compact).
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import numpy as np

from assistant.privacy.compact import WAIT_S, compact
from assistant.privacy.mentions import mask_in, needles, tables
from assistant.privacy.phones import ends
from assistant.privacy.traces import Traces
from assistant.store.database import Database
from assistant.store.pages import INDEX_INSIDE, PAGE, TABLE_INSIDE, Chunk, Page, chunks, logged
from assistant.store.wipe import WipeError, index_of, roots_of, wipe

log = logging.getLogger("backroom.privacy")

MOST_PAGES = 3000
"""More pages than this are better cleaned by rewriting the file."""
_SCHEMA_ROOT = 1
_LEAST_REST = 3
"""Bytes of a word by which its end is recognised on another page."""
_WIDEST = 7
"""Bytes from one digit of a telephone number to the next, at most: it may stand in other writing than on file."""
_TAKE_AWAY = "DELETE FROM privacy_state WHERE name = ?"


class Seen:
    """What a look at every page found, and what the pages that were written since hold instead."""

    def __init__(self, words: Iterable[str], traces: Traces | None) -> None:
        words = list(words)
        self._wanted, self._ends = needles(words), ends(words)
        self._traces = traces
        self.inside: dict[int, Page] = {}
        """All inside pages by number: the way from a page to the root of its tree."""
        self.left: dict[int, Page] = {}
        """Pages with a piece of the person in their unused bytes."""
        self.naming: dict[int, Page] = {}
        """Leaves of tables that hold one of the words."""
        self.names_in_long = False
        """Whether one of the words may be in a row that is too long for one page."""

    def look(self, chunk: Chunk) -> None:
        """Look at pages, which may have been seen before as they were then."""
        seen_before = range(chunk.number, chunk.number + len(chunk.data))
        for known in (self.inside, self.left, self.naming):
            for number in known.keys() & set(seen_before):
                del known[number]
        for page in chunk.pages():
            if page.kind in (INDEX_INSIDE, TABLE_INSIDE):
                self.inside[page.number] = page
            if self._traces and page.kind != TABLE_INSIDE and self._traces.held_in(page.unused):
                self.left[page.number] = page
        if self._wanted:
            naming = _naming(chunk, self._wanted) | _numbering(chunk, self._ends)
            self.naming |= {number: leaf for number in naming if (leaf := chunk.leaf(number))}
            self.names_in_long = self.names_in_long or _goes_over(chunk, naming, self._wanted)

    def look_again(self, db: Database) -> None:
        """Look at the pages that were written since the file was frozen. Within a write transaction."""
        for chunk in logged(db.log_file, db.secret, db.path):
            self.look(chunk)


def clean(db: Database, words: list[str], traces: Traces | None, done: str) -> bool:
    """Mask `words` in other people's texts and overwrite what `traces` recognises; without traces the whole file is
    rewritten instead. `done` is the name of the note in privacy_state that is taken away with it.

    Others read and write while the file is looked at. False when a reader or writer was in the way: it is to be tried
    again then. Raises DatabaseError.
    """
    with db.frozen() as is_frozen:
        if not is_frozen:
            return False
        is_clean = _look_and_overwrite(db, Seen(words, traces), words, traces, done)
    if is_clean:
        return db.checkpoint(WAIT_S)
    if not compact(db):
        return False
    with db.driver_write() as connection:
        connection.execute(_TAKE_AWAY, (done,))
    return db.checkpoint(WAIT_S)


def _look_and_overwrite(db: Database, seen: Seen, words: list[str], traces: Traces | None, done: str) -> bool:
    """False when the whole file is to be rewritten."""
    for chunk in chunks(db.path, db.secret):
        seen.look(chunk)
    if words:
        with db.driver_write() as connection:
            seen.look_again(db)
            mask_in(connection, words, _rows(connection, seen), seen.names_in_long)
    if traces is None:
        return False
    try:
        with db.driver_write() as connection:
            seen.look_again(db)
            is_clean = _overwrite(connection, seen)
            if is_clean:
                connection.execute(_TAKE_AWAY, (done,))
            return is_clean
    except WipeError:
        log.exception("unused space isn't overwritten page by page; the file is rewritten")
        return False


def _naming(chunk: Chunk, wanted: list[bytes]) -> set[int]:
    """The numbers of the pages that hold one of the words, whatever its case, its last bytes being on another page or
    not (see `_goes_over`)."""
    data, found = np.ascontiguousarray(chunk.data).tobytes().lower(), set()
    for needle in wanted:
        begin = needle[: 1 - _LEAST_REST]
        at = data.find(begin)
        while at >= 0:
            found.add(chunk.number + at // PAGE)
            at = data.find(begin, at + 1)
    return found


def _numbering(chunk: Chunk, ends: list[bytes]) -> set[int]:
    """The numbers of the pages that hold the last digits of a telephone number, whatever stands between them."""
    if not ends:
        return set()
    data, found = np.ascontiguousarray(chunk.data).reshape(-1), set()
    places = np.flatnonzero((data >= ord("0")) & (data <= ord("9")))
    digits = data[places].tobytes()
    for end in ends:
        at = digits.find(end)
        while at >= 0:
            if places[at + len(end) - 1] - places[at] <= _WIDEST * len(end):
                found.add(chunk.number + int(places[at]) // PAGE)
            at = digits.find(end, at + 1)
    return found


def _goes_over(chunk: Chunk, naming: set[int], wanted: list[bytes]) -> bool:
    """Whether the rest of a long row holds one of the words, or begins with the end of one."""
    loose = chunk.loose()
    if naming.intersection(loose):
        return True
    ends = tuple({needle[at:] for needle in wanted for at in range(1, len(needle) - _LEAST_REST + 1)})
    heads = (chunk.data[number - chunk.number, 4:68].tobytes().lower() for number in loose)
    return any(head.startswith(ends) for head in heads)


def _rows(connection: Any, seen: Seen) -> dict[str, list[int]]:
    """The rowids of the rows on pages that hold one of the words, by table."""
    named = {
        root: name
        for name, root in connection.execute("SELECT name, rootpage FROM sqlite_schema WHERE type = 'table'")
        if name in tables()
    }
    roots = roots_of(seen.inside, seen.naming)
    found: dict[str, list[int]] = defaultdict(list)
    for page in seen.naming.values():
        if name := named.get(roots[page.number]):
            found[name] += page.rowids()
    return found


def _overwrite(connection: Any, seen: Seen) -> bool:
    """Overwrite the unused bytes of the pages that hold something; False when that isn't the way."""
    roots = roots_of(seen.inside, seen.left)
    left = [page for page in seen.left.values() if roots[page.number] != _SCHEMA_ROOT]
    if len(left) > MOST_PAGES:
        return False
    inside = [page.number for page in left if page.kind == INDEX_INSIDE]
    rebuilt = index_of(connection, seen.inside, inside) if inside else set()
    if rebuilt is None:
        return False
    if wipe(connection, [page for page in left if page.kind != INDEX_INSIDE]):
        return False
    for name in rebuilt:
        connection.execute(f'REINDEX "{name}"')
    return True
