"""A person's identifiers in texts that aren't theirs: a visitor's conversation in which their address was typed, a
review signed with their name. The words are masked, the text stays its owner's.

Knows which columns hold such texts, and how a word is recognised in the raw bytes of a page, whatever its case;
`rules.py` knows what is the person's own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from assistant.privacy.phones import as_word
from assistant.privacy.phones import pattern as phone_pattern
from assistant.privacy.subject import Subject
from assistant.shop.schema import CustomerRow
from assistant.store.connections import compact_json
from assistant.store.json_texts import with_texts

MASK = "[erased]"
_MIN_LETTERS = 6
_ENOUGH = 5
"""Bytes of ASCII in a row by which a word with other letters is looked for; what is found is checked as a whole."""
_TEXTS = {
    "message": ("text", "record"),
    "conversation": ("state",),
    "handoff": ("summary", "note"),
    "feedback": ("note",),
    "answer_review": ("text",),
    "review": ("author", "text"),
    "outbox": ("body",),
    "identity_failure": ("claim",),
}
_JSON = frozenset({"record", "state", "summary", "body"})
_LONG = 3000
"""Bytes of a row from which on a part of it may lie on pages of its own."""


def identifiers(session: Session, subject: Subject) -> list[str]:
    """Words that point to this person and hardly to another: address, phone (as it stands, and by its digits), full
    name, street, the shop's id."""
    row = session.get(CustomerRow, subject.identity) if subject.kind == "customer" else None
    if row is None:
        return []
    name = f"{row.first_name} {row.last_name}" if row.first_name and row.last_name else ""
    words = [row.email, row.phone, as_word(row.phone or ""), name, row.address1, row.customer_id]
    return [word for word in words if word and len(word) >= _MIN_LETTERS]


def needles(words: Iterable[str]) -> list[bytes]:
    """What to look for in bytes whose ASCII letters are small, to find every text that holds one of the words."""
    found: set[bytes] = set()
    for word in words:
        piece = max(re.findall(r"[\x20-\x7e]+", word), key=len, default="")
        if len(piece) >= _ENOUGH or piece == word:
            found.add(piece.lower().encode())
        else:
            found |= {form.encode().lower() for form in (word, word.lower(), word.upper(), word.title())}
    return sorted(found)


def mask_in(connection: Any, words: list[str], rows: Mapping[str, Iterable[int]], long_too: bool) -> int:
    """Mask the words, whatever their case, in these rows (rowids by table); how many texts were changed.

    `long_too` looks into every long row besides. Within a transaction on a driver connection.
    """
    forms = (phone_pattern(word) or rf"(?<!\w){re.escape(word)}(?!\w)" for word in words)
    pattern = re.compile("|".join(forms), re.IGNORECASE)
    num = 0
    for table, columns in _TEXTS.items():
        rowids = set(rows.get(table, ()))
        if long_too:
            size = " + ".join(f"octet_length({column})" for column in columns)
            found = connection.execute(f"SELECT rowid FROM {table} WHERE {size} > {_LONG}")
            rowids.update(rowid for (rowid,) in found)
        for rowid in rowids:
            num += _mask(connection, table, columns, rowid, pattern)
    return num


def _mask(connection: Any, table: str, columns: tuple[str, ...], rowid: int, pattern: re.Pattern[str]) -> int:
    found = connection.execute(f"SELECT {', '.join(columns)} FROM {table} WHERE rowid = ?", (rowid,)).fetchone() or ()
    changed = {
        column: new
        for column, content in zip(columns, found, strict=False)
        if isinstance(content, str) and (new := _masked(column, content, pattern)) != content
    }
    for column, new in changed.items():
        connection.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (new, rowid))
    return len(changed)


def _masked(column: str, content: str, pattern: re.Pattern[str]) -> str:
    """The text, or the texts within the JSON, masked."""
    if column in _JSON and pattern.search(content):
        with suppress(ValueError):  # what is no JSON any more is masked as it stands
            data = json.loads(content)
            masked = with_texts(data, partial(pattern.sub, MASK))
            return content if masked == data else compact_json(masked)
    return pattern.sub(MASK, content)


def tables() -> tuple[str, ...]:
    """The tables that hold such texts."""
    return tuple(_TEXTS)
