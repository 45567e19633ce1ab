"""API keys: made by the owner, shown once, kept as digests, each good for some scopes and until a day.

A key is `br_<id>_<secret>`; its 256 random bits make a slow hash unnecessary (SHA-256 is kept). Knows no HTTP.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select

from assistant.access.roles import SCOPES
from assistant.access.schema import ApiKeyRow
from assistant.errors import UsageError
from assistant.store.audit import audit
from assistant.store.database import Database

PREFIX = "br"


@dataclass(frozen=True)
class ApiKey:
    """A key as it is known after it was made: everything but its secret."""

    key_id: str
    label: str
    scopes: frozenset[str]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class ApiKeys:
    """The API keys of one shop. Thread-safe; holds nothing in memory."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(
        self, label: str, scopes: Sequence[str], *, expires_at: datetime | None = None, by: str = "system:cli"
    ) -> tuple[ApiKey, str]:
        """A new key and its text, which nobody can see again. Raises UsageError for an unknown scope, or none."""
        unknown = [scope for scope in scopes if scope not in SCOPES]
        if unknown or not scopes:
            what = f"unknown scope {unknown[0]!r}" if unknown else "a key needs a scope"
            raise UsageError(f"{what}; scopes are {', '.join(SCOPES)}")
        now = datetime.now(UTC)
        if expires_at is not None and expires_at <= now:
            raise UsageError(f"the key would have ended already ({expires_at:%Y-%m-%d}); give a day to come")
        key_id, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
        row = ApiKeyRow(
            key_id=key_id,
            label=label[:80],
            digest=_digest(secret),
            scopes=" ".join(sorted(set(scopes))),
            created_at=now,
            expires_at=expires_at,
        )
        with self._db.write() as session:
            session.add(row)
            session.flush()
            audit(session, by, "key.add", f"key:{key_id}", "administration", {"scopes": sorted(set(scopes))})
            return _key(row), f"{PREFIX}_{key_id}_{secret}"

    def all(self) -> list[ApiKey]:
        """Every key, newest first."""
        with self._db.read() as session:
            return [_key(row) for row in session.scalars(select(ApiKeyRow).order_by(ApiKeyRow.created_at.desc()))]

    def revoke(self, key_id: str, *, by: str = "system:cli") -> None:
        """End a key now. Raises UsageError when there is none of that id."""
        with self._db.write() as session:
            row = session.get(ApiKeyRow, key_id)
            if row is None:
                raise UsageError(f"no API key has the id {key_id!r}; see: backroom users keys list")
            row.revoked_at = row.revoked_at or datetime.now(UTC)
            audit(session, by, "key.revoke", f"key:{key_id}", "administration")

    def find(self, text: str | None, *, now: datetime | None = None) -> ApiKey | None:
        """The key with this text, when it is good now; else None."""
        parts = (text or "").split("_", 2)
        if len(parts) != 3 or parts[0] != PREFIX:
            return None
        with self._db.read() as session:
            row = session.get(ApiKeyRow, parts[1])
            if row is None or not hmac.compare_digest(row.digest, _digest(parts[2])):
                return None
            key = _key(row)
        over = key.expires_at is not None and key.expires_at <= (now or datetime.now(UTC))
        return None if over or key.revoked_at is not None else key


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _key(row: ApiKeyRow) -> ApiKey:
    return ApiKey(row.key_id, row.label, frozenset(row.scopes.split()), row.created_at, row.expires_at, row.revoked_at)
