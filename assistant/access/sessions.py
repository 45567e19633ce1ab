"""Sessions of signed-in staff: a random token in a cookie, its digest in the database, an end that comes by itself.

A session ends when it wasn't used for `IDLE`, after `LONGEST` in any case, when its account is closed or gets another
password, and when somebody signs out. Knows no HTTP; the cookie is the UI's.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, delete, or_

from assistant.access.schema import StaffRow, StaffSessionRow
from assistant.store.audit import audit
from assistant.store.database import Database

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
_TOUCH = timedelta(minutes=1)
"""How exactly the last use is kept: not every click is a write."""


@dataclass(frozen=True)
class SignedIn:
    """Who is signed in, read anew at every request: a change of role counts at once."""

    name: str
    role: str


class Sessions:
    """The sessions of one shop's staff. Thread-safe; holds nothing in memory."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def begin(self, name: str, *, now: datetime | None = None) -> str:
        """A new session of an account that has just been let in; returns the cookie's value. Old ones are swept out."""
        now = now or datetime.now(UTC)
        token = secrets.token_urlsafe(32)
        with self._db.write() as session:
            session.execute(delete(StaffSessionRow).where(_over(now)))
            session.add(StaffSessionRow(token=_digest(token), name=name, began_at=now, last_at=now))
        return token

    def find(self, token: str | None, *, now: datetime | None = None, used: bool = True) -> SignedIn | None:
        """Who this cookie's value stands for; None when nobody, or not any more.

        `used` False: somebody's page asks by itself, which keeps no session alive.
        """
        if not token:
            return None
        now = now or datetime.now(UTC)
        with self._db.read() as session:
            row = session.get(StaffSessionRow, _digest(token))
            if row is None or now - row.last_at > IDLE or now - row.began_at > LONGEST:
                return None
            staff = session.get(StaffRow, row.name)
            if staff is None or not staff.active:
                return None
            signed_in, last_at = SignedIn(staff.name, staff.role), row.last_at
        if used and now - last_at > _TOUCH:
            with self._db.write() as session:
                row = session.get(StaffSessionRow, _digest(token))
                if row is not None:
                    row.last_at = now
        return signed_in

    def end(self, token: str | None) -> None:
        """Sign out. An unknown token does no harm."""
        if not token:
            return
        with self._db.write() as session:
            row = session.get(StaffSessionRow, _digest(token))
            if row is not None:
                session.delete(row)
                audit(session, f"staff:{row.name}", "staff.sign_out", f"staff:{row.name}", "sign_out")


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _over(now: datetime) -> ColumnElement[bool]:
    return or_(StaffSessionRow.last_at < now - IDLE, StaffSessionRow.began_at < now - LONGEST)
