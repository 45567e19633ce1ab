"""Finds out whose account it is from what a customer claims, without ever telling whether an account exists.

By e-mail, by name and postcode, or by e-mail and an order's number, as the shop's rules say. Failed claims are counted
by a keyed hash of what was claimed, for an hour, over all conversations. Knows no dialogue.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from assistant.language import fold
from assistant.shop.order_rules import Identify
from assistant.shop.schema import CustomerRow, OrderRow
from assistant.store.base import Base
from assistant.store.database import Database

WINDOW = timedelta(hours=1)


class IdentityFailureRow(Base):
    """A claim that named nobody. `claim` is a hash: what was typed is not kept."""

    __tablename__ = "identity_failure"
    failure_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    claim: Mapped[str] = mapped_column(index=True)
    at: Mapped[datetime] = mapped_column(index=True)


@dataclass(frozen=True)
class Claim:
    """What a customer said of who they are, as far as they did. `name` and `postcode` are the words in which they
    stand: any names and any group of letters and digits in them may be the ones."""

    email: str | None = None
    name: str | None = None
    postcode: str | None = None
    order_id: str | None = None

    def provable(self, rules: Identify) -> bool:
        """Whether this is enough to look somebody up."""
        return bool(self._proofs(rules))

    def _proofs(self, rules: Identify) -> list[str]:
        has = {
            "email": bool(self.email),
            "name_postcode": bool(self.name and self.postcode),
            "order_email": bool(self.email and self.order_id),
        }
        return [by for by in rules.by if has[by]]


def identify(db: Database, claim: Claim, rules: Identify, now: datetime) -> str | None:
    """The customer's id, or None: nobody, several, too many tries. A failure is noted."""
    proofs = claim._proofs(rules)
    if not proofs:
        return None
    hashes = [_hash(part) for part in (claim.email, claim.postcode) if part]
    with db.write() as session:
        session.execute(delete(IdentityFailureRow).where(IdentityFailureRow.at < now - WINDOW))
        counted = select(func.count()).where(IdentityFailureRow.claim.in_(hashes))
        if (session.scalar(counted) or 0) >= rules.attempts_per_hour:
            return None
        for by in proofs:
            found = _BY[by](session, claim)
            if len(found) == 1:
                return found[0]
        session.add_all(IdentityFailureRow(claim=h, at=now) for h in hashes)
    return None


def _hash(text: str) -> str:
    return hashlib.blake2b(re.sub(r"[^a-z@.]+", " ", fold(text)).strip().encode(), digest_size=16).hexdigest()


def _by_email(session: Session, claim: Claim) -> list[str]:
    same = func.lower(CustomerRow.email) == (claim.email or "").strip().lower()
    return list(session.scalars(select(CustomerRow.customer_id).where(same).limit(2)))


def _by_name_postcode(session: Session, claim: Claim) -> list[str]:
    """Everybody with this postcode whose first and last name are both in the name given."""
    wanted = _groups(claim.postcode or "")
    tidy = func.lower(func.replace(func.replace(CustomerRow.postcode, " ", ""), "-", ""))
    words = set(re.findall(r"[a-z0-9]+", fold(claim.name or "")))
    rows = session.execute(
        select(CustomerRow.customer_id, CustomerRow.first_name, CustomerRow.last_name).where(tidy.in_(wanted))
    )
    return [
        key
        for key, first, last in rows
        if (parts := set(re.findall(r"[a-z0-9]+", fold(f"{first} {last}")))) and parts <= words and first and last
    ]


def _groups(text: str) -> list[str]:
    """Every run of one to three words with a digit in it, written together: what may be a postcode."""
    words = re.findall(r"[a-z0-9]+", fold(text))
    runs = ["".join(words[i : i + n]) for n in (1, 2, 3) for i in range(len(words) - n + 1)]
    return [r for r in dict.fromkeys(runs) if 3 <= len(r) <= 10 and re.search(r"\d", r)][:60]


def _by_order_email(session: Session, claim: Claim) -> list[str]:
    wanted = re.sub(r"\W", "", fold(claim.order_id or ""))
    own = _by_email(session, claim)
    if len(own) != 1:
        return []
    ids = session.scalars(select(OrderRow.order_id).where(OrderRow.customer_id == own[0]))
    return own if any(re.sub(r"\W", "", fold(i)) == wanted for i in ids) else []


_BY = {"email": _by_email, "name_postcode": _by_name_postcode, "order_email": _by_order_email}
