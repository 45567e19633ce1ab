"""A person's identifiers in texts that aren't theirs: a visitor's conversation in which their address was typed, a
review signed with their name. The words are masked, the text stays its owner's.

Knows which columns hold such texts; `rules.py` knows what is the person's own.
"""

from __future__ import annotations

import re

from sqlalchemy import text
from sqlalchemy.orm import Session

from assistant.privacy.subject import Subject
from assistant.shop.schema import CustomerRow

MASK = "[erased]"
_MIN_LETTERS = 6
_TEXTS = {
    "message": ("text", "record"),
    "conversation": ("state",),
    "handoff": ("summary", "note"),
    "feedback": ("note",),
    "review": ("author", "text"),
    "outbox": ("body",),
    "identity_failure": ("claim",),
}


def identifiers(session: Session, subject: Subject) -> list[str]:
    """Words that point to this person and hardly to another: address, phone, full name, street, the shop's id."""
    row = session.get(CustomerRow, subject.identity) if subject.kind == "customer" else None
    if row is None:
        return []
    name = f"{row.first_name} {row.last_name}".strip()
    words = [row.email, row.phone, name if row.first_name and row.last_name else "", row.address1, row.customer_id]
    return [word for word in words if word and len(word) >= _MIN_LETTERS]


def mask_mentions(session: Session, words: list[str]) -> int:
    """Mask the words, whatever their case, in every text; returns how many rows were changed."""
    if not words:
        return 0
    pattern = re.compile("|".join(rf"(?<!\w){re.escape(word)}(?!\w)" for word in words), re.IGNORECASE)
    tables = set(session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table'")))
    num = 0
    for table, columns in _TEXTS.items():
        if table not in tables:
            continue
        for column in columns:
            num += _mask(session, table, column, words, pattern)
    return num


def _mask(session: Session, table: str, column: str, words: list[str], pattern: re.Pattern[str]) -> int:
    found = " OR ".join(f"instr(lower({column}), lower(:w{number}))" for number in range(len(words)))
    values = {f"w{number}": word for number, word in enumerate(words)}
    rows = session.execute(text(f"SELECT rowid, {column} FROM {table} WHERE {found}"), values).all()
    for rowid, content in rows:
        session.execute(
            text(f"UPDATE {table} SET {column} = :new WHERE rowid = :rowid"),
            {"new": pattern.sub(MASK, content), "rowid": rowid},
        )
    return len(rows)
