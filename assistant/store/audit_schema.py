"""The audit log's tables: entries that nothing may change, the head that says how many there are, and the salts.

Triggers (made by the migration) refuse every change and deletion of an entry. Knows nothing of what is audited.
"""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from assistant.store.base import Base

ENTRY_COLUMNS = ("entry_no", "at", "actor", "action", "subject", "reason", "details")
"""What an entry's digest covers, in this order, after the digest of the entry before it."""


class AuditRow(Base):
    """One entry. `at` is ISO 8601 in UTC and `details` compact JSON, both as text, because the digest is over them."""

    __tablename__ = "audit_entry"
    entry_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """1, 2, 3 and so on without a gap."""
    at: Mapped[str]
    actor: Mapped[str] = mapped_column(index=True)
    action: Mapped[str]
    subject: Mapped[str] = mapped_column(index=True)
    reason: Mapped[str]
    details: Mapped[str] = mapped_column(default="{}")
    digest: Mapped[str]


class AuditHeadRow(Base):
    """The end of the chain (one row): how many entries there are, the last one's digest, the shop's seal on both."""

    __tablename__ = "audit_head"
    head_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    count: Mapped[int]
    digest: Mapped[str]
    seal: Mapped[str]


class AuditSubjectRow(Base):
    """The salt that makes a person's pseudonym. Without this row nobody can say whom an entry was about."""

    __tablename__ = "audit_subject"
    reference: Mapped[str] = mapped_column(primary_key=True)
    """`customer:mia`, `conversation:web-1`, `order:W1`."""
    salt: Mapped[str]
