"""Checking and reading the audit log.

`verify` goes over the whole chain with the driver alone (well over 100,000 entries a second) and says what it found in
plain words. Knows how entries are digested (audit.py), not what they mean.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.store import audit_anchor
from assistant.store.audit import GENESIS, HEAD, HEAD_WRITTEN, audit, seal_of
from assistant.store.audit_schema import ENTRY_COLUMNS, AuditRow
from assistant.store.database import Database

TRIGGERS = ("audit_no_update", "audit_no_delete", "audit_no_insert_between")
MAX_PROBLEMS = 50


@dataclass
class Verdict:
    """What `verify` found. `head` is "count:digest": noted elsewhere, it proves later that nothing was cut off."""

    num_entries: int = 0
    head: str = ""
    problems: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        return not self.problems

    def as_json(self) -> dict[str, Any]:
        return {
            "ok": self.ok,
            "entries": self.num_entries,
            "head": self.head,
            "problems": self.problems,
            "entries_per_s": round(self.num_entries / self.seconds) if self.seconds else None,
        }


def verify(db: Database, expect: str | None = None) -> Verdict:
    """Check every entry, the head, its copy beside the database, and `expect`, a head noted earlier ("12:ab...").

    Reads one consistent state; writers go on meanwhile. Raises DatabaseError when the database can't be read.
    """
    verdict = Verdict()
    began = time.perf_counter()
    with db.read() as session:
        connection = session.connection().connection.driver_connection
        assert connection is not None
        noted = {"the head that you gave": _parse_head(expect)} if expect else {}
        anchor = _anchor(db, verdict)
        if anchor:
            noted["the copy of the head beside the database"] = (anchor[0], anchor[1])
        digests = _check(connection, db.audit_seal_key, verdict, {count for count, _ in noted.values()})
        if anchor is None and verdict.num_entries and not audit_anchor.anchor_file(db.path).exists():
            _add(
                verdict,
                f"the copy of the head beside the database, {audit_anchor.anchor_file(db.path)}, isn't there: put it "
                "back, or look into why and make it anew with: backroom audit verify --renew",
            )
        for whose, (count, digest) in noted.items():
            if count > verdict.num_entries:
                _add(verdict, f"{whose} says {count} entries, {verdict.num_entries} are there: the end was cut off")
            elif count and digests.get(count) != digest:
                _add(verdict, f"{whose} doesn't fit entry {count}: the log was written anew")
    verdict.seconds = time.perf_counter() - began
    return verdict


def renew_anchor(db: Database) -> None:
    """Note the head beside the database anew, whatever stands there, with an entry that says so: for who has looked
    into why it is gone or doesn't fit. Raises DatabaseError."""
    with db.write() as session:
        audit(session, "system:command", "audit.renew_head", "system:database", "administration")
        head = session.info[HEAD_WRITTEN]
    audit_anchor.write(db.path, head, replace=True)


def verify_file(connection: Any, key: bytes) -> Verdict:
    """Check the log in a file that lies apart, such as a backup; `key` is the sealing key of its cipher key."""
    verdict = Verdict()
    _check(connection, key, verdict, set())
    return verdict


def _check(connection: Any, key: bytes, verdict: Verdict, wanted: set[int]) -> dict[int, str]:
    digests = _chain(connection, verdict, wanted)
    _check_head(connection, key, verdict, digests)
    _check_triggers(connection, verdict)
    return digests


def _chain(connection: Any, verdict: Verdict, wanted: set[int]) -> dict[int, str]:
    """Walk the chain; gives the digests of the entries of the numbers in `wanted`, and of the last one."""
    previous, expected = GENESIS, 1
    kept: dict[int, str] = {}
    rows = connection.execute(f"SELECT {', '.join(ENTRY_COLUMNS)}, digest FROM audit_entry ORDER BY entry_no")
    for number, at, actor, action, subject, reason, details, digest in rows:
        if number != expected:
            missing = f"entry {expected}" if number == expected + 1 else f"entries {expected} to {number - 1}"
            _add(verdict, f"{missing} missing")
        else:
            text = f"{previous}\0{number}\0{at}\0{actor}\0{action}\0{subject}\0{reason}\0{details}"
            if sha256(text.encode()).hexdigest() != digest:
                _add(verdict, f"entry {number} was changed or moved")
        previous, expected = digest, number + 1
        verdict.num_entries += 1
        if number in wanted:
            kept[number] = digest
    kept[expected - 1] = previous
    verdict.head = f"{expected - 1}:{previous}"
    return kept


def _check_head(connection: Any, key: bytes, verdict: Verdict, digests: dict[int, str]) -> None:
    last = int(verdict.head.partition(":")[0])
    row = connection.execute("SELECT count, digest, seal FROM audit_head WHERE head_id = ?", (HEAD,)).fetchone()
    if row is None:
        if last:
            _add(verdict, "the head record is gone")
        return
    count, digest, seal = row
    if seal != seal_of(key, count, digest):
        _add(verdict, "the head record doesn't carry this shop's seal: it was changed, or the key was")
    if count > last:
        _add(verdict, f"{count} entries were written, the last one here is {last}: the end was cut off")
    elif digest != digests.get(count) or count != last:
        _add(verdict, "the head record doesn't fit the last entry: entries were added or written anew")


def _check_triggers(connection: Any, verdict: Verdict) -> None:
    found = {
        name
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE tbl_name='audit_entry' AND type='trigger'"
        )
    }
    for name in TRIGGERS:
        if name not in found:
            _add(verdict, f"the guard {name} is gone: entries could be changed")


def _anchor(db: Database, verdict: Verdict) -> audit_anchor.Head | None:
    try:
        anchor = audit_anchor.read(db.path)
    except (ValueError, OSError) as error:
        _add(verdict, str(error))
        return None
    if anchor and anchor[2] != seal_of(db.audit_seal_key, anchor[0], anchor[1]):
        _add(verdict, "the copy of the head beside the database doesn't carry this shop's seal")
    return anchor


def _parse_head(text: str) -> tuple[int, str]:
    count, _, digest = text.strip().partition(":")
    if not count.isdigit() or len(digest) != 64:
        raise ValueError(f"{text!r} is no head; give it as `backroom audit verify` printed it: COUNT:DIGEST")
    return int(count), digest.lower()


def _add(verdict: Verdict, problem: str) -> None:
    if len(verdict.problems) < MAX_PROBLEMS:
        verdict.problems.append(problem)


def entries(
    session: Session,
    *,
    about: list[str] | None = None,
    action: str | None = None,
    after: int = 0,
    limit: int | None = None,
    newest: bool = False,
) -> Iterator[dict[str, Any]]:
    """Entries as plain values, oldest first (or `newest`): those after number `after`, of one action or its family
    ("order" finds "order.cancel"), and `about` these pseudonyms or references, as actor or subject."""
    query = select(AuditRow).where(AuditRow.entry_no > after)
    if about is not None:
        query = query.where(AuditRow.subject.in_(about) | AuditRow.actor.in_(about))
    if action is not None:
        query = query.where((AuditRow.action == action) | AuditRow.action.startswith(action + ".", autoescape=True))
    query = query.order_by(AuditRow.entry_no.desc() if newest else AuditRow.entry_no)
    if limit is not None:
        query = query.limit(limit)
    for row in session.scalars(query.execution_options(yield_per=1000)):
        yield {
            "entry": row.entry_no,
            "at": row.at,
            "actor": row.actor,
            "action": row.action,
            "subject": row.subject,
            "reason": row.reason,
            "details": json.loads(row.details),
            "digest": row.digest,
        }
