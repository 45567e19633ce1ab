"""Erasure (Art. 17 GDPR): everything that is a person's goes, from the database, its files and the training data.

One transaction takes the rows of every table the registry knows, empties what bookkeeping duty keeps of orders,
destroys the salts that link audit entries to the person, and notes a keyed digest, so that a backup can't bring them
back. It leaves a note of what is still to do (pending.py), and goes on with it at once: the person's lines in training
data, mentions in other people's texts, and what is left on the disk (clean.py: deleted cells are overwritten by SQLite
itself, `secure_delete`). A crash in between is made good by `finish_all`, which the server calls. Knows no HTTP; the
staff console and the command line call `erase`.
"""

from __future__ import annotations

import logging
import secrets
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from assistant.errors import UsageError
from assistant.privacy import training
from assistant.privacy.certificate import Json, proof_of, sign
from assistant.privacy.clean import clean
from assistant.privacy.mentions import identifiers
from assistant.privacy.pending import Pending, new_name, note, unfinished
from assistant.privacy.rules import NOBODY_DOMAIN, OwnedTable, owned_tables
from assistant.privacy.schema import ErasureRow, HoldRow
from assistant.privacy.secrets import digest, signing_key
from assistant.privacy.subject import Subject, customers_of, gather, ids, release, theirs
from assistant.privacy.traces import Traces, traces_of
from assistant.shop.outbox import message, waiting_of
from assistant.shop.schema import CustomerRow
from assistant.store.audit import audit, forget
from assistant.store.backup import replaced_file
from assistant.store.database import Database
from assistant.store.schema import ConversationRow

log = logging.getLogger("backroom.privacy")

LEGAL_HOLD = "legal_hold"


@dataclass
class Erased:
    """What an erasure did. `certificate` is for the person; the figures are for the operator."""

    rows: dict[str, int] = field(default_factory=dict)
    emptied: dict[str, int] = field(default_factory=dict)
    conversations: list[str] = field(default_factory=list)
    """Their ids, for the engine and the caches of the caller; nowhere written."""
    adapters: list[str] = field(default_factory=list)
    training_lines: int = 0
    not_cleaned: list[str] = field(default_factory=list)
    older_copy: str | None = None
    """The database from before a restore, which no erasure reaches: to be deleted by hand. None where there is none."""
    not_told: list[Json] = field(default_factory=list)
    """Messages about changes to their orders that the shop's own systems hadn't got: the operator's to pass on."""
    is_clean: bool = False
    """Whether no byte is left; else somebody read or wrote meanwhile, and the server goes on with it."""
    seconds: float = 0.0
    certificate: Json = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "deleted_rows": self.rows,
            "emptied_rows": self.emptied,
            "conversations": len(self.conversations),
            "adapters_trained_from_them": self.adapters,
            "training_lines_removed": self.training_lines,
            "files_not_cleaned": self.not_cleaned,
            "older_copy_to_delete": self.older_copy,
            "shop_not_told_of": self.not_told,
            "no_byte_left": self.is_clean,
            "seconds": round(self.seconds, 2),
            "certificate": self.certificate,
        }


def erase(
    db: Database,
    subject: Subject,
    *,
    actor: str = "system:command",
    reason: str = "request",
    keep_orders_days: int = 0,
) -> Erased:
    """Erase the subject. `keep_orders_days` is how long orders stay, emptied of the person (0: they go too).

    Raises UsageError under a legal hold: nothing is erased then.
    """
    began = time.perf_counter()
    result = Erased()
    with db.write() as session:
        gather(session, subject)
        _refuse_held(session)
        result.conversations = ids(session, "conversation")
        words = identifiers(session, subject)
        used = training.used_in(session, result.conversations, ids(session, "customer"))
        result.adapters = sorted({adapter for adapters in used.values() for adapter in adapters})
        tables = owned_tables(session)
        traces = traces_of(session, tables, words)
        result.not_told = [message(row) for row in waiting_of(session, ids(session, "customer"))]
        _orders(session, keep_orders_days, result)
        for table in sorted(tables, key=_parents_last):
            _delete(session, table, result)
        _note(session, subject, actor, reason, result)
        statement = _statement(subject, result)
        pending = Pending(new_name(), time.time(), words, result.conversations, list(used), statement)
        note(session, pending)
        release(session)
    _finish(db, pending, traces, result)
    result.seconds = time.perf_counter() - began
    return result


def finish_all(db: Database, after_s: float = 0.0) -> list[Json]:
    """Finish the erasures that were cut off after their first half, if they were begun `after_s` seconds ago or
    earlier; the certificates of those that are done now."""
    with db.read() as session:
        begun = unfinished(session, time.time() - after_s)
    done = []
    for pending in begun:
        result = Erased()
        _finish(db, pending, None, result)
        if result.is_clean:
            done.append(result.certificate)
    return done


def _finish(db: Database, pending: Pending, traces: Traces | None, result: Erased) -> None:
    """What comes after the transaction. Safe to repeat: what is done already is found done."""
    for folder in pending.folders:
        if Path(folder).is_dir():
            num_lines, left = training.clean(Path(folder), [*pending.conversations, *pending.words])
            result.training_lines += num_lines
            result.not_cleaned += left
    result.is_clean = clean(db, pending.words, traces, pending.name)
    _certify(db, pending, result)


def erase_again(db: Database, *, keep_orders_days: int) -> int:
    """Erase whoever was erased before and is back, by an import or a backup; returns how many that were.

    `keep_orders_days` as in `erase`. Who is under a legal hold by now stays, and the log says how many do.
    """
    with db.read() as session:
        done = set(session.scalars(select(ErasureRow.digest)))
        if not done:
            return 0
        references = [f"customer:{key}" for key in session.scalars(select(CustomerRow.customer_id))]
        references += [
            f"conversation:{key}" for key in session.scalars(text("SELECT conversation_id FROM conversation"))
        ]
        back = [reference for reference in references if digest(session, reference) in done]
    num = num_held = 0
    for reference in back:
        with db.read() as session:
            kind, _, key = reference.partition(":")
            there = session.scalar(text(f"SELECT 1 FROM {kind} WHERE {kind}_id = :key"), {"key": key})
        if not there:
            continue
        try:
            erase(
                db, Subject(reference), actor="system:privacy", reason="erased_before",
                keep_orders_days=keep_orders_days,
            )  # fmt: skip
            num += 1
        except UsageError:  # one who is held keeps nobody else here
            num_held += 1
    if num_held:
        log.warning("%d erased before and back here are under a legal hold, and stay until it is lifted", num_held)
    return num


def _refuse_held(session: Session) -> None:
    """Raises UsageError when the subject is held, or a customer whose conversation is among what would go."""
    held = {row.reference: row.at for row in session.scalars(select(HoldRow).where(HoldRow.kind == LEGAL_HOLD))}
    if not held:
        return
    references = ids(session, "reference")
    for key in ids(session, "conversation"):
        row = session.get(ConversationRow, key)
        references += [f"customer:{customer}" for customer in customers_of(row)] if row else []
    for reference in references:
        if reference in held:
            raise UsageError(
                f"{reference} is under a legal hold since {held[reference]:%Y-%m-%d}; lift it first: "
                "backroom privacy hold --lift"
            )


def _orders(session: Session, keep_days: int, result: Erased) -> None:
    """Orders that must stay get an owner whom nobody is, and go out of the hands of the other steps."""
    if keep_days <= 0:
        return
    oldest = (datetime.now(UTC) - timedelta(days=keep_days)).replace(tzinfo=None)
    kept = '"order" WHERE order_id IN (SELECT id FROM temp.subject_order) AND coalesce(ordered_at, :now) >= :oldest'
    when = {"now": datetime.now(UTC).replace(tzinfo=None).isoformat(" "), "oldest": oldest.isoformat(" ")}
    order_ids = list(session.scalars(text(f"SELECT order_id FROM {kept}"), when))
    if not order_ids:
        return
    nobody = f"erased-{secrets.token_hex(8)}"
    session.add(CustomerRow(customer_id=nobody, email=f"{nobody}@{NOBODY_DOMAIN}", consent=False))
    session.flush()
    for table in owned_tables(session):
        if table.rule.on_erasure != "blank":
            continue
        blank = {column: value for column, value in table.rule.blank.items() if column in table.columns}
        if table.name == "order":
            blank["customer_id"] = nobody
        if blank:
            values = ", ".join(f'"{column}" = :{column}' for column in blank)
            done = session.execute(
                text(f'UPDATE "{table.name}" SET {values} WHERE order_id IN (SELECT order_id FROM {kept})'),
                {**blank, **when},
            )
            result.emptied[table.name] = done.rowcount  # type: ignore[attr-defined]
    session.execute(
        text('CREATE TEMP TABLE kept_order AS SELECT order_id AS id FROM "order" WHERE customer_id = :n'), {"n": nobody}
    )
    session.execute(text("DELETE FROM temp.subject_order WHERE id IN (SELECT id FROM temp.kept_order)"))
    session.execute(text("DROP TABLE temp.kept_order"))


def _parents_last(table: OwnedTable) -> int:
    """Children first, so that they are counted and don't just vanish with their parents."""
    parents = ("message", "conversation", "order", "payment_method", "customer")
    return parents.index(table.name) if table.name in parents else -1


def _delete(session: Session, table: OwnedTable, result: Erased) -> None:
    if table.name == "audit_subject":
        result.rows[table.name] = forget(session, ids(session, "reference"))
        return
    done = session.execute(text(f'DELETE FROM "{table.name}" WHERE {theirs(table)}'))
    if done.rowcount:  # type: ignore[attr-defined]
        result.rows[table.name] = done.rowcount  # type: ignore[attr-defined]


def _note(session: Session, subject: Subject, actor: str, reason: str, result: Erased) -> None:
    """The audit entry (its pseudonym's salt goes at once), and the digests that recognise them in a backup."""
    details: dict[str, int] = {
        "num_conversations": len(result.conversations),
        "num_rows": sum(result.rows.values()),
        "num_emptied": sum(result.emptied.values()),
        "num_adapters": len(result.adapters),
    }
    audit(session, actor, "privacy.erase", subject.reference, reason, details)
    forget(session, [subject.reference])
    now = datetime.now(UTC)
    references = [subject.reference, *(f"conversation:{key}" for key in result.conversations)]
    for reference in dict.fromkeys(references):
        session.merge(ErasureRow(digest=digest(session, reference), at=now))


def _statement(subject: Subject, result: Erased) -> Json:
    """What the certificate will say of the rows; it names nobody."""
    return {
        "what": "erasure of personal data (Art. 17 GDPR)",
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "person": proof_of(subject.reference),
        "deleted_rows": result.rows,
        "orders_kept_without_the_person": result.emptied.get("order", 0),
        "conversations": len(result.conversations),
        "audit_log": "entries stay as pseudonyms whose salts are destroyed",
        "adapters_trained_from_the_data": result.adapters,
    }


def _certify(db: Database, pending: Pending, result: Erased) -> None:
    older = replaced_file(db.path)
    result.older_copy = str(older) if older.exists() else None
    statement = {
        **pending.statement,
        "training_lines_removed": result.training_lines,
        "training_files_to_delete_by_hand": len(result.not_cleaned),
        "older_copies_to_delete_by_hand": int(result.older_copy is not None),
        "storage": "overwritten, no byte left" if result.is_clean else "deleted; unused space is overwritten later",
    }
    with db.write() as session:
        result.certificate = sign(statement, signing_key(session))
