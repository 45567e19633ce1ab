"""Retention: what is older than its period goes, a few hundred conversations at a time, so that nobody waits for it.

Who is under a legal hold or a restriction (Art. 18: must be kept) is passed over. Knows the periods, not who runs it:
the server does every day (watch.py), `backroom privacy retention` when it is told to.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from assistant.config import PrivacySettings
from assistant.privacy import training
from assistant.privacy.compact import compact_due
from assistant.privacy.rules import NOBODIES
from assistant.store.audit import audit, forget
from assistant.store.database import Database

log = logging.getLogger("backroom.privacy")

BATCH = 500
_HELD_CUSTOMERS = "SELECT substr(reference, 10) FROM privacy_hold WHERE reference LIKE 'customer:%'"
_HELD_CONVERSATIONS = "SELECT substr(reference, 14) FROM privacy_hold WHERE reference LIKE 'conversation:%'"
_SAID_BY_HELD = """EXISTS (SELECT 1 FROM privacy_hold WHERE reference LIKE 'customer:%'
    AND instr(conversation.state, '"customer":' || json_quote(substr(reference, 10))) > 0)"""
"""Of somebody who wasn't signed in and said in it who they are: the dialogue state has it (see subject.py)."""
_IDLE_NOBODIES = f'{NOBODIES} EXCEPT SELECT customer_id FROM "order"'
"""Owners of orders that an erasure left, when the last of these is gone or came back to its customer by an import."""
_SELECTED: dict[str, tuple[str, str]] = {
    "conversations": (
        "conversation",
        f"""SELECT conversation_id FROM conversation WHERE last_at < :before
            AND conversation_id NOT IN ({_HELD_CONVERSATIONS})
            AND coalesce(customer_id, '') NOT IN ({_HELD_CUSTOMERS}) AND NOT {_SAID_BY_HELD}
            ORDER BY last_at LIMIT {BATCH}""",
    ),
    "browsing": (
        "browsing",
        f"""SELECT rowid FROM browsing WHERE viewed_at < :before
            AND customer_id NOT IN ({_HELD_CUSTOMERS}) LIMIT {10 * BATCH}""",
    ),
    "outbox": (
        "outbox",
        f"""SELECT rowid FROM outbox WHERE coalesce(sent_at, CASE WHEN :has_webhook THEN NULL ELSE at END) < :before
            AND customer_id NOT IN ({_HELD_CUSTOMERS}) LIMIT {BATCH}""",
    ),
    "attempts": ("identity_failure", f"SELECT rowid FROM identity_failure WHERE at < :before LIMIT {BATCH}"),
    "orders": (
        "order",
        f"""SELECT order_id FROM "order" WHERE ordered_at IS NOT NULL AND ordered_at < :before
            AND customer_id NOT IN ({_HELD_CUSTOMERS}) LIMIT {BATCH}""",
    ),
    "bookkeeping": (
        "order",
        f"""SELECT order_id FROM "order" WHERE ordered_at IS NOT NULL AND ordered_at < :before
            AND customer_id IN ({NOBODIES}) LIMIT {BATCH}""",
    ),
}
_KEYS = {"conversations": "conversation_id", "orders": "order_id", "bookkeeping": "order_id"}


def periods(settings: PrivacySettings) -> dict[str, int]:
    """The period of each kind in days; 0 is for ever. "bookkeeping" is of orders that an erasure left; with 0 it
    leaves none."""
    days = {kind: getattr(settings, f"{kind}_days") for kind in _SELECTED}
    return {kind: num for kind, num in days.items() if num or kind != "bookkeeping"}


def apply(
    db: Database,
    settings: PrivacySettings,
    *,
    has_webhook: bool = True,
    now: datetime | None = None,
    dry_run: bool = False,
    actor: str = "system:retention",
    is_over: Callable[[], bool] = lambda: False,
) -> dict[str, int]:
    """Delete what is too old; how many of each kind (with `dry_run`: would be). Ends early when `is_over` says so.

    A message in the outbox that waits for a webhook is kept until it is delivered; without one (`has_webhook` False)
    nothing is ever delivered, and its period counts from when it was written.
    """
    now = now or datetime.now(UTC)
    counts: dict[str, int] = {}
    for kind, days in periods(settings).items():
        table = _SELECTED[kind][0]
        with db.read() as session:
            if not days or not _exists(session, table):
                continue
        before = (now - timedelta(days=days)).astimezone(UTC).replace(tzinfo=None).isoformat(" ")
        when = {"before": before} | ({"has_webhook": has_webhook} if kind == "outbox" else {})
        counts[kind] = _count(db, kind, when) if dry_run else _delete_all(db, kind, when, actor, is_over)
    if not dry_run:
        with db.write() as session:
            session.execute(text(f"DELETE FROM customer WHERE customer_id IN ({_IDLE_NOBODIES})"))
    return counts


def _count(db: Database, kind: str, when: Mapping[str, Any]) -> int:
    unbounded = _SELECTED[kind][1].rsplit("LIMIT", 1)[0]
    with db.read() as session:
        return int(session.scalar(text(f"SELECT count(*) FROM ({unbounded})"), when) or 0)


def _delete_all(db: Database, kind: str, when: Mapping[str, Any], actor: str, is_over: Callable[[], bool]) -> int:
    num = 0
    while not is_over():
        if kind == "conversations":
            _clean_training(db, when)
        with db.write() as session:
            deleted = _delete_batch(session, kind, when)
            if deleted:
                audit(session, actor, "privacy.retention", f"kind:{kind}", "period_over", {"num": deleted})
                compact_due(session, True)
        num += deleted
        if not deleted:
            break
    return num


def _clean_training(db: Database, when: Mapping[str, Any]) -> None:
    """Take the next conversations to go out of the training data. First, and outside of the transaction: a crash in
    between leaves them to be found again, and nobody waits for a large file."""
    with db.read() as session:
        keys = session.scalars(text(_SELECTED["conversations"][1]), when)
        folders = training.folders_of(session, keys)
    for folder, conversations in folders.items():
        if Path(folder).is_dir():
            named = [name for one in conversations for name in training.as_named(one)]
            num_lines, left = training.clean(Path(folder), named)
            log.info("retention: %d lines taken out of the training data in %s", num_lines, folder)
            for file in left:
                log.warning("retention: %s holds conversations whose period is over; delete it by hand", file)


def _delete_batch(session: Session, kind: str, when: Mapping[str, Any]) -> int:
    table, query = _SELECTED[kind]
    key = _KEYS.get(kind, "rowid")
    keys = list(session.scalars(text(query), when))
    if not keys:
        return 0
    if kind in _KEYS:
        references = [f"{table}:{one}" for one in keys]
        if kind == "conversations":
            training.leave_to_customers(session, keys)
            for one in keys:
                found = text("SELECT message_id FROM message WHERE conversation_id = :id")
                references += [f"message:{message}" for message in session.scalars(found, {"id": one})]
        forget(session, references)
    parameters: list[dict[str, Any]] = [{"key": one} for one in keys]
    session.execute(text(f'DELETE FROM "{table}" WHERE {key} = :key'), parameters)
    return len(keys)


def _exists(session: Session, table: str) -> bool:
    query = text("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = :name")
    return session.scalar(query, {"name": table}) is not None
