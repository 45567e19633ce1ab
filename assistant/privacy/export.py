"""Access and portability (Art. 15 and 20 GDPR): everything kept about a person, as JSON and as a page to read.

Sections follow the registry, so a table that is added is in the export without a word here. Machine-readable first;
`export_page.py` makes the HTML.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from assistant.privacy import training
from assistant.privacy.rules import OwnedTable, owned_tables
from assistant.privacy.subject import Subject, gather, ids, release, theirs
from assistant.shop.schema import ShopInfo
from assistant.store.audit import audit, pseudonyms
from assistant.store.audit_verify import entries
from assistant.store.database import Database

Json = dict[str, Any]
_JSON_COLUMNS = {
    "address", "tracking", "extra", "options", "preferences", "state", "record", "summary", "body", "details",
}  # fmt: skip


def export(db: Database, subject: Subject, *, actor: str = "system:command", reason: str = "request") -> Json:
    """Everything about the subject: `{"about", "made_at", "shop", "sections": {kind: {table: [rows]}}, ...}`.

    Conversations carry their messages with receipts. Noted in the audit log. Raises DatabaseError.
    """
    with db.write() as session:
        gather(session, subject)
        sections: dict[str, dict[str, list[Json]]] = {}
        for table in owned_tables(session):
            rows = _rows(session, table)
            if rows:
                sections.setdefault(table.rule.kind, {})[table.name] = rows
        _nest(sections, "conversations", "conversation", "message", "conversation_id", "messages")
        _nest(sections, "orders", "order", "order_line", "order_id", "lines")
        _nest(sections, "orders", "order", "payment", "order_id", "payments")
        sections.pop("audit", None)
        about_them = pseudonyms(session, ids(session, "reference"))
        used = training.used_in(session, ids(session, "conversation"), ids(session, "customer"))
        release(session)
        number = audit(session, actor, "privacy.export", subject.reference, reason)
        log = [_without_digest(entry) for entry in _entries(session, about_them) if entry["entry"] != number]
        shop = session.scalar(select(ShopInfo.value).where(ShopInfo.key == "name"))
    return {
        "about": subject.reference,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "shop": shop or "",
        "sections": dict(sorted(sections.items())),
        "adapters_trained_from_their_conversations": sorted({name for names in used.values() for name in names}),
        "audit": log,
    }


def _rows(session: Session, table: OwnedTable) -> list[Json]:
    columns = [column for column in table.columns if column not in table.rule.hidden]
    listed = ", ".join(f'"{column}"' for column in columns)
    found = session.execute(text(f'SELECT {listed} FROM "{table.name}" WHERE {theirs(table)} ORDER BY 1'))
    return [{column: _plain(column, value) for column, value in zip(columns, row, strict=True)} for row in found]


def _plain(column: str, value: Any) -> Any:
    """A stored value as JSON gives it: nested JSON unpacked, bytes as hexadecimal."""
    if isinstance(value, bytes):
        return value.hex()
    if column in _JSON_COLUMNS and isinstance(value, str):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _nest(
    sections: dict[str, dict[str, list[Json]]], kind: str, parents: str, children: str, key: str, name: str
) -> None:
    """Put the children's rows into their parents, in order; a row without one stays where it is."""
    section = sections.get(kind, {})
    if parents not in section:
        return
    by_key: dict[Any, Json] = {row[key]: row for row in section[parents]}
    lost = []
    number = {"message": "message_no", "order_line": "line_no", "payment": "payment_no"}[children]
    for row in by_key.values():
        row[name] = []
    for row in sorted(section.pop(children, []), key=lambda row: row.get(number) or 0):
        parent = by_key.get(row[key])
        lost.append(row) if parent is None else parent[name].append(row)
    if lost:
        section[children] = lost


def _entries(session: Session, about: list[str]) -> list[Json]:
    found: list[Json] = []
    for start in range(0, len(about), 200):
        found += entries(session, about=about[start : start + 200])
    return sorted({entry["entry"]: entry for entry in found}.values(), key=lambda entry: entry["entry"])


def _without_digest(entry: Json) -> Json:
    return {key: value for key, value in entry.items() if key != "digest"}
