"""The audit log: who did what to whom, when and why. Append-only, hash-chained, without a word of a customer's.

    with db.write() as session:
        ...the change itself...
        audit(session, "customer:mia", "order.cancel", "order:W1", "customer_request", {"items": 2})

An entry is part of the caller's transaction: kept with the change it speaks of, or neither is. Each entry carries the
SHA-256 digest of its content and of the entry before it. The head record holds the count and the last digest under a
seal (HMAC with a key derived from the database's own), and a copy of it lies beside the database in `<path>.audit`; so
`audit_verify` finds a change, a gap, a reordering, and entries missing at the end.

People are pseudonyms from the first moment: `customer:`, `conversation:`, `order:` and `message:` references are
replaced by a hash with a salt of their own. Erasing a person destroys the salt, and leaves the chain whole.
Knows nothing of shops and conversations.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from assistant.store.audit_schema import AuditHeadRow, AuditRow, AuditSubjectRow
from assistant.store.connections import compact_json

PERSONAL = ("customer", "conversation", "order", "message")
"""Kinds of reference that point to a person, directly or through what they did."""
HEAD = 1
GENESIS = "0" * 64
SEAL_KEY, HEAD_WRITTEN, IS_FIRST = "audit_seal_key", "audit_head_written", "audit_is_first"
"""Where `Database.write` puts the key into `Session.info`, and where the new head is left for it, and whether the log
began in this transaction."""
_CODE = re.compile(r"[a-z0-9][a-z0-9 _.:/()-]{0,95}\Z")
_REFERENCE = re.compile(r"[a-z][a-z_]*:[^\s\x00]{1,200}\Z")
_VALUE = re.compile(r"[\w.:/#+~*-]{1,96}\Z")

Value = str | int | float | bool | None | list[str] | list[int]


def audit(
    session: Session,
    actor: str,
    action: str,
    subject: str,
    reason: str,
    details: Mapping[str, Value] | None = None,
    at: datetime | None = None,
) -> int:
    """Append an entry in the caller's write transaction (`Database.write`); returns its number.

    `actor` and `subject` are references "kind:id" ("staff:anna", "system:retention", "customer:mia", "order:#W1",
    "adapter:fern-3"), those of people made pseudonyms. `action` and `reason` are short codes in lower case
    ("order.cancel", "customer_request"), never somebody's words. `details` are numbers, truth values and identifiers;
    one named after a kind of person's reference ("order", "customer_id") is made a pseudonym too. `at` None: now.
    Raises ValueError for free text or a mistaken reference: a mistake of the caller's code, nothing is written.
    """
    row: dict[str, str | int] = {
        "at": (at or datetime.now(UTC)).astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": _reference(session, actor),
        "action": _code(action),
        "subject": _reference(session, subject),
        "reason": _code(reason),
        "details": compact_json({key: _value(session, key, value) for key, value in sorted((details or {}).items())}),
    }
    head = session.execute(select(AuditHeadRow.count, AuditHeadRow.digest).where(AuditHeadRow.head_id == HEAD)).first()
    count, previous = (0, GENESIS) if head is None else (head[0], head[1])
    row = {"entry_no": count + 1, **row}
    digest = digest_of(previous, tuple(row.values()))
    session.execute(insert(AuditRow).values(**row, digest=digest))
    set_head(session, count + 1, digest, new=head is None)
    return count + 1


def digest_of(previous: str, values: Iterable[Any]) -> str:
    """The digest of an entry: SHA-256 over the previous one's and the values of `ENTRY_COLUMNS`, NUL between them."""
    return hashlib.sha256("\0".join([previous, *map(str, values)]).encode()).hexdigest()


def set_head(session: Session, count: int, digest: str, *, new: bool = False) -> None:
    """Put the head where the chain ends, under the seal of this database's key."""
    values = {"count": count, "digest": digest, "seal": seal_of(_seal_key(session), count, digest)}
    if new:
        session.execute(insert(AuditHeadRow).values(head_id=HEAD, **values))
    else:
        session.execute(update(AuditHeadRow).where(AuditHeadRow.head_id == HEAD).values(**values))
    session.info[HEAD_WRITTEN] = (count, digest, values["seal"])
    session.info.setdefault(IS_FIRST, new)


def holds(session: Session, count: int, digest: str) -> bool:
    """Whether the log has the entry of this number with this digest."""
    return session.scalar(select(AuditRow.digest).where(AuditRow.entry_no == count)) == digest


def seal_key(secret: str) -> bytes:
    """The sealing key of a database with this cipher key."""
    return hmac.digest(secret.encode(), b"backroom audit head", "sha256")


def seal_of(key: bytes, count: int, digest: str) -> str:
    """The seal on a head: only who has the database's key can make it."""
    return hmac.new(key, f"{count}:{digest}".encode(), "sha256").hexdigest()


def pseudonyms(session: Session, references: Iterable[str]) -> list[str]:
    """The pseudonyms that these references have in the log; those never mentioned have none."""
    wanted = list(references)
    found: list[str] = []
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        rows = session.execute(
            select(AuditSubjectRow.reference, AuditSubjectRow.salt).where(AuditSubjectRow.reference.in_(part))
        )
        found += [_pseudonym(reference, salt) for reference, salt in rows]
    return found


def forget(session: Session, references: Iterable[str]) -> int:
    """Destroy the salts of these references: the entries stay, and point to nobody. Returns how many there were."""
    wanted = list(references)
    num = 0
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        num += session.execute(delete(AuditSubjectRow).where(AuditSubjectRow.reference.in_(part))).rowcount  # type: ignore[attr-defined]
    return num


def _seal_key(session: Session) -> bytes:
    key = session.info.get(SEAL_KEY)
    if not isinstance(key, bytes):
        raise ValueError("an audit entry is written inside Database.write(), in the transaction of what it speaks of")
    return key


def _reference(session: Session, reference: str) -> str:
    kind, _, identity = reference.partition(":")
    is_personal = kind in PERSONAL and identity  # whatever callers name a conversation: only its hash is kept
    if not is_personal and not _REFERENCE.match(reference):
        raise ValueError(f"{reference!r} is no reference; write 'kind:id', such as 'staff:anna' or 'order:W1'")
    if not is_personal:
        return reference
    salt = session.scalar(select(AuditSubjectRow.salt).where(AuditSubjectRow.reference == reference))
    if salt is None:
        salt = secrets.token_hex(16)
        session.execute(insert(AuditSubjectRow).values(reference=reference, salt=salt))
    return _pseudonym(reference, salt)


def _pseudonym(reference: str, salt: str) -> str:
    kind = reference.partition(":")[0]
    return f"{kind}:~{hmac.new(bytes.fromhex(salt), reference.encode(), 'sha256').hexdigest()[:24]}"


def is_code(text: str) -> bool:
    """Whether a text may stand as `action` or `reason`."""
    return _CODE.match(text) is not None


def _code(text: str) -> str:
    if not is_code(text):
        raise ValueError(f"{text!r} is no code; say it in lower-case letters, digits and _.:/-, never in free text")
    return text


def _value(session: Session, key: str, value: Value) -> Any:
    if not _CODE.match(key):
        raise ValueError(f"the detail {key!r} needs a name in lower-case letters")
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, list | tuple):
        return [_value(session, key, item) for item in value[:100]]
    kind = key.removesuffix("_id").removesuffix("_ids").removesuffix("s")
    if kind in PERSONAL:
        return _reference(session, f"{kind}:{value}")
    if not _VALUE.match(value):
        raise ValueError(f"the detail {key}={value!r} is free text; an audit entry holds only numbers and identifiers")
    return value
