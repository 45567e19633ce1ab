"""Tables of access: staff accounts, their sessions, API keys. Secrets are kept as digests only.

None of them speaks of customers; staff are named by their login name, which the audit log carries.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from assistant.store.base import Base


class StaffRow(Base):
    """A staff account. `password` is an argon2id hash; `totp` a base32 secret, NULL without a second factor."""

    __tablename__ = "staff"
    name: Mapped[str] = mapped_column(primary_key=True)
    role: Mapped[str]
    password: Mapped[str]
    totp: Mapped[str | None]
    totp_step: Mapped[int] = mapped_column(default=0)
    """The last time step whose code was used: a code works once (RFC 6238, 5.2)."""
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    num_failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]


class StaffSessionRow(Base):
    """A signed-in browser. `token` is the SHA-256 of what its cookie holds."""

    __tablename__ = "staff_session"
    token: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(ForeignKey("staff.name", ondelete="CASCADE"), index=True)
    began_at: Mapped[datetime]
    last_at: Mapped[datetime]


class ApiKeyRow(Base):
    """An API key. `digest` is the SHA-256 of its secret; `scopes` are separated by spaces."""

    __tablename__ = "api_key"
    key_id: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[str]
    digest: Mapped[str] = mapped_column(unique=True)
    scopes: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
