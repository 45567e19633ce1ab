"""Rectification, restriction, consent and legal hold (Art. 16, 18, 7 GDPR): what isn't export or erasure.

Each is one transaction with its audit entry. Knows no HTTP; the console and the command line call it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from assistant.errors import UsageError
from assistant.privacy.schema import ConsentRow, HoldRow
from assistant.privacy.subject import Subject
from assistant.shop.schema import CustomerRow
from assistant.store.audit import audit
from assistant.store.database import Database
from assistant.types import CustomerRef

RESTRICTION, LEGAL_HOLD = "restriction", "legal_hold"
PERSONALISATION = "personalisation"
_HELD = "SELECT 1 FROM privacy_hold WHERE reference = ? AND kind = ?"
CORRECTABLE = (
    "email", "first_name", "last_name", "phone", "address1", "address2", "city", "state", "postcode", "country",
)  # fmt: skip
MAX_CHARS = 300
_PURPOSE = re.compile(r"[\w.-]{1,64}")


def correct(db: Database, subject: Subject, values: Mapping[str, str], *, actor: str, reason: str = "request") -> None:
    """Put right what is wrong in a customer's profile; an empty value clears a field that may be empty.

    Raises UsageError for a field that isn't theirs to correct or a value that can't be right; nothing is changed then.
    """
    if not values:
        raise UsageError(f"nothing to correct: give field=value, with a field of {', '.join(CORRECTABLE)}")
    with db.write() as session:
        row = _customer(session, subject)
        for field, value in values.items():
            setattr(row, field, _checked(field, value))
        audit(session, actor, "privacy.correct", subject.reference, reason, {"fields": sorted(values)})


def set_consent(
    db: Database, subject: Subject, given: bool, *, purpose: str = PERSONALISATION, actor: str, source: str = ""
) -> None:
    """Note a consent or its withdrawal. For personalisation it takes effect with the customer's next message.

    Raises UsageError for a purpose that isn't a word.
    """
    if not _PURPOSE.fullmatch(purpose):
        raise UsageError(f"{purpose!r} is no purpose; write one word, such as 'newsletter' or 'market_research'")
    with db.write() as session:
        row = _customer(session, subject)
        if purpose == PERSONALISATION:
            row.consent = given
        now = datetime.now(UTC)
        session.add(
            ConsentRow(customer_id=row.customer_id, purpose=purpose, at=now, given=given, source=source or actor)
        )
        audit(session, actor, "privacy.consent", subject.reference, "request", {"purpose": purpose, "given": given})


def consents(db: Database, subject: Subject) -> list[ConsentRow]:
    """Every consent and withdrawal of a customer, oldest first."""
    with db.read() as session:
        query = select(ConsentRow).where(ConsentRow.customer_id == subject.identity).order_by(ConsentRow.at)
        return list(session.scalars(query))


def set_hold(db: Database, subject: Subject, kind: str, on: bool, *, actor: str, reason: str = "request") -> bool:
    """Put a restriction or a legal hold on a person, or lift it; False when it was so already.

    `reason` is a short code, as in the audit log ("dispute", "court_case_12").
    """
    with db.write() as session:
        there = session.get(HoldRow, (subject.reference, kind))
        if (there is not None) == on:
            return False
        if on:
            session.add(HoldRow(reference=subject.reference, kind=kind, at=datetime.now(UTC), reason=reason))
        else:
            session.execute(delete(HoldRow).where(HoldRow.reference == subject.reference, HoldRow.kind == kind))
        audit(session, actor, f"privacy.{kind}", subject.reference, reason, {"on": on})
        return True


def is_restricted(session: Session, customer_id: str | None) -> bool:
    """Whether this customer's data is stored only: nothing of it may be used (Art. 18 GDPR)."""
    if customer_id is None:
        return False
    return session.get(HoldRow, (f"customer:{customer_id}", RESTRICTION)) is not None


def usable(db: Database, customer: CustomerRef | None) -> CustomerRef | None:
    """The customer whose data may be used for an answer: None for one under a restriction, who is a stranger then."""
    if customer is None:
        return None
    with db.look() as raw:
        held = raw.execute(_HELD, (f"customer:{customer.customer_id}", RESTRICTION)).fetchone()
    return customer if held is None else None


def _customer(session: Session, subject: Subject) -> CustomerRow:
    row = session.get(CustomerRow, subject.identity) if subject.kind == "customer" else None
    if row is None:
        raise UsageError(f"{subject.reference} is no customer with a profile; give a customer's id or e-mail address")
    return row


def _checked(field: str, value: str) -> str | None:
    if field not in CORRECTABLE:
        raise UsageError(f"{field!r} can't be corrected here; fields are {', '.join(CORRECTABLE)}")
    value = value.strip()
    if len(value) > MAX_CHARS or not value.isprintable():
        raise UsageError(f"{field}: give one line of at most {MAX_CHARS} characters")
    if field == "email":
        name, at, host = value.partition("@")
        if not (name and at and "." in host) or " " in value or "@" in host:
            raise UsageError(f"email={value!r} is no e-mail address; write it as name@example.com")
        return value
    return value if value or field in ("first_name", "last_name") else None
