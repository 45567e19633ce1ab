"""Staff accounts: made by the owner, signed in with a password and, where set, a code from an authenticator app.

Passwords are kept as argon2id hashes (argon2-cffi's defaults: RFC 9106's low-memory profile). After `MAX_FAILURES`
wrong attempts an account is locked, for longer each time. What was wrong (name, password, code) is never said, and an
unknown name takes as long as a wrong password. Every change is in the audit log. Knows no HTTP and no session.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from assistant.access.roles import ROLES, may
from assistant.access.schema import StaffRow, StaffSessionRow
from assistant.errors import BackroomError, UsageError
from assistant.store.audit import audit
from assistant.store.database import Database
from assistant.store.handoffs import let_go

MAX_FAILURES = 5
LOCK = timedelta(minutes=5)
MAX_LOCK = timedelta(hours=12)
MIN_PASSWORD = 12
TOTP_STEP_S = 30
_NAME = re.compile(r"[a-z][a-z0-9._-]{1,31}\Z")
_HASHER = PasswordHasher()


class SignInError(BackroomError):
    """The sign-in failed. The text is the same whatever was wrong."""


@dataclass(frozen=True)
class Staff:
    """Somebody who works here, as the rest of the house sees them."""

    name: str
    role: str
    active: bool
    has_totp: bool
    created_at: datetime
    locked_until: datetime | None


class Accounts:
    """The staff accounts of one shop. Thread-safe, as the database is; holds nothing in memory."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, name: str, role: str, password: str, *, by: str = "system:cli") -> Staff:
        """A new account. Raises UsageError for a name, role or password that doesn't do, or a name that is taken."""
        _check_name(name)
        _check_role(role)
        check_password(password, name)
        row = StaffRow(name=name, role=role, password=_HASHER.hash(password), created_at=datetime.now(UTC), active=True)
        with self._db.write() as session:
            if session.get(StaffRow, name) is not None:
                raise UsageError(f"the name {name!r} is taken; choose another, or change the account that has it")
            session.add(row)
            session.flush()
            audit(session, by, "staff.add", f"staff:{name}", "administration", {"role": role})
            return _staff(row)

    def all(self) -> list[Staff]:
        """Every account, by name."""
        with self._db.read() as session:
            return [_staff(row) for row in session.scalars(select(StaffRow).order_by(StaffRow.name))]

    def get(self, name: str) -> Staff:
        """The account of that name. Raises UsageError when there is none."""
        with self._db.read() as session:
            return _staff(_row(session, name))

    def set_role(self, name: str, role: str, *, by: str = "system:cli") -> None:
        """Give an account another role; where it may no longer answer customers, those it has taken over wait again.
        Raises UsageError, also when it would leave the shop without an owner."""
        _check_role(role)
        with self._db.write() as session:
            row = _row(session, name)
            if row.role == "owner" and role != "owner":
                _keep_an_owner(session, name)
            row.role = role
            # Who may no longer answer would keep the customers from everybody else.
            num = 0 if may(role, "answer") else let_go(session, name)
            audit(session, by, "staff.role", f"staff:{name}", "administration", {"role": role, "handed_back": num})

    def set_active(self, name: str, active: bool, *, by: str = "system:cli") -> None:
        """Close an account (its sessions end at once, customers whom it has taken over wait again) or open it again.
        Raises UsageError as `set_role` does."""
        with self._db.write() as session:
            row = _row(session, name)
            if not active and row.role == "owner":
                _keep_an_owner(session, name)
            row.active, row.num_failures, row.locked_until = active, 0, None
            if active:
                audit(session, by, "staff.open", f"staff:{name}", "administration")
                return
            _end_sessions(session, name)
            details = {"handed_back": let_go(session, name)}
            audit(session, by, "staff.close", f"staff:{name}", "administration", details)

    def set_password(self, name: str, password: str, *, by: str = "system:cli") -> None:
        """A new password; every session of the account ends. Raises UsageError for one that doesn't do."""
        check_password(password, name)
        with self._db.write() as session:
            row = _row(session, name)
            row.password, row.num_failures, row.locked_until = _HASHER.hash(password), 0, None
            _end_sessions(session, name)
            audit(session, by, "staff.password", f"staff:{name}", "administration")

    def set_totp(self, name: str, on: bool, *, by: str = "system:cli") -> str | None:
        """Turn the second factor on or off. Gives the address to enter into the authenticator app, once, or None."""
        secret = pyotp.random_base32() if on else None
        with self._db.write() as session:
            row = _row(session, name)
            row.totp, row.totp_step = secret, 0
            audit(session, by, "staff.totp_on" if on else "staff.totp_off", f"staff:{name}", "administration")
        return pyotp.TOTP(secret, name=name, issuer="Backroom").provisioning_uri() if secret else None

    def sign_in(self, name: str, password: str, code: str = "", *, now: datetime | None = None) -> Staff:
        """The account, when name, password and code are right. Raises SignInError; the attempt is counted."""
        now = now or datetime.now(UTC)
        with self._db.read() as session:
            row = session.get(StaffRow, name) if _NAME.fullmatch(name) else None
            stored = row.password if row is not None else _nobody()
        right = _verify(stored, password)  # outside any transaction: it takes a while by design
        with self._db.write() as session:
            row = session.get(StaffRow, name) if row is not None else None
            if row is None:
                raise SignInError(_REFUSED)
            locked = row.locked_until is not None and row.locked_until > now
            if locked or not row.active or not (right and row.password == stored) or not _code_fits(row, code, now):
                failed = None if locked else _count_failure(session, row, now)
            else:
                failed = False
                row.num_failures, row.locked_until = 0, None
                if _HASHER.check_needs_rehash(row.password):
                    row.password = _HASHER.hash(password)
                audit(session, f"staff:{name}", "staff.sign_in", f"staff:{name}", "sign_in")
            staff = _staff(row)
        if failed is not False:
            raise SignInError(_REFUSED)
        return staff


_REFUSED = "Name, password or code is wrong, or the account is locked for a while. Please try again later."


def check_password(password: str, name: str = "") -> None:
    """Raises UsageError for a password that is too short, the name itself, or one character over and over."""
    if len(password) < MIN_PASSWORD or len(password) > 256:
        raise UsageError(f"a password has {MIN_PASSWORD} to 256 characters; a few words in a row do well")
    if (name and name in password.lower()) or len(set(password)) < 5:
        raise UsageError("that password is too easy to guess; a few words in a row do well")


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise UsageError(f"{name!r} can't be a login name; use 2 to 32 of a-z, 0-9, '.', '_', '-', a letter first")


def _check_role(role: str) -> None:
    if role not in ROLES:
        raise UsageError(f"unknown role {role!r}; roles are {', '.join(ROLES)}")


def _row(session: Session, name: str) -> StaffRow:
    row = session.get(StaffRow, name)
    if row is None:
        raise UsageError(f"no staff account is named {name!r}; see: backroom users list")
    return row


def _keep_an_owner(session: Session, leaving: str) -> None:
    others = select(func.count()).where(StaffRow.role == "owner", StaffRow.active, StaffRow.name != leaving)
    if not session.scalar(others):
        raise UsageError(f"{leaving!r} is the only owner; make somebody else an owner first")


def _end_sessions(session: Session, name: str) -> None:
    session.execute(delete(StaffSessionRow).where(StaffSessionRow.name == name))


def _verify(stored: str, password: str) -> bool:
    try:
        return _HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


@lru_cache(maxsize=1)
def _nobody() -> str:
    """The hash that an unknown name's password is held against, so that it takes as long as a known one's."""
    return _HASHER.hash("nobody has this password")


def _code_fits(row: StaffRow, code: str, now: datetime) -> bool:
    """Whether the second factor is right, and not used before. One step of clock drift either way is forgiven."""
    if row.totp is None:
        return True
    totp = pyotp.TOTP(row.totp)
    step = int(now.timestamp()) // TOTP_STEP_S
    for candidate in (step - 1, step, step + 1):
        if candidate > row.totp_step and totp.verify(code.replace(" ", ""), for_time=candidate * TOTP_STEP_S):
            row.totp_step = candidate
            return True
    return False


def _count_failure(session: Session, row: StaffRow, now: datetime) -> bool:
    row.num_failures += 1
    if row.num_failures % MAX_FAILURES == 0:
        # Bounded before it is multiplied: after months of attempts the product would be no time span any more.
        doublings = min(row.num_failures // MAX_FAILURES - 1, 10)
        row.locked_until = now + min(LOCK * 2**doublings, MAX_LOCK)
    details = {"failures": row.num_failures, "locked": row.locked_until is not None and row.locked_until > now}
    audit(session, "system:access", "staff.sign_in_failed", f"staff:{row.name}", "wrong_credentials", details)
    return True


def _staff(row: StaffRow) -> Staff:
    return Staff(row.name, row.role, row.active, row.totp is not None, row.created_at, row.locked_until)
