"""Finds out whose account it is from what a customer claims, without ever telling whether an account exists.

By e-mail, by name and postcode, or by e-mail and an order's number, as the shop's rules say. Failed claims are counted
for an hour, over all conversations, by a hash of whom they aimed at: the address, the order, the customers of that
name, the postcode. Whatever else was said around it makes no difference, and the very same claim counts once. Knows no
dialogue.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from assistant.language import fold
from assistant.shop.names import is_named, names, words_of
from assistant.shop.order_rules import Identify
from assistant.shop.schema import CustomerRow, OrderRow
from assistant.store.base import Base
from assistant.store.database import Database

_FORMS_OF = 200
"""So many of the newest orders say how the shop writes their numbers."""
WINDOW = timedelta(hours=1)
_MOST_POSTCODES = 3
"""So many of the form of a customer's postcode may stand in one claim: who names more is trying them out."""
_TIDY_POSTCODE = func.lower(func.replace(func.replace(CustomerRow.postcode, " ", ""), "-", ""))


class IdentityFailureRow(Base):
    """A claim that named nobody. `claim` is a hash of one that it aimed at, or of the whole of it: what was typed is
    not kept."""

    __tablename__ = "identity_failure"
    failure_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    claim: Mapped[str] = mapped_column(index=True)
    at: Mapped[datetime] = mapped_column(index=True)


@dataclass(frozen=True)
class Claim:
    """What a customer said of who they are, as far as they did. `name` and `postcode` are the words in which they
    stand (see `names`); any group of letters and digits in them may be the postcode."""

    email: str | None = None
    name: str | None = None
    postcode: str | None = None
    order_id: str | None = None

    def provable(self, rules: Identify) -> bool:
        """Whether this is enough to look somebody up."""
        return bool(self.proofs(rules))

    def proofs(self, rules: Identify) -> list[str]:
        """The shop's ways to prove it for which enough was said, in the shop's order."""
        has = {
            "email": bool(self.email),
            "name_postcode": bool(self.name and self.postcode),
            "order_email": bool(self.email and self.order_id),
        }
        return [by for by in rules.by if has[by]]


def identify(db: Database, claim: Claim, rules: Identify, now: datetime) -> str | None:
    """The customer's id, or None: nobody, several, too many tries. A failure is noted once: the same claim said again
    tries nothing new, and callers that send a whole conversation with every message say it again each time."""
    proofs = claim.proofs(rules)
    if not proofs:
        return None
    with db.write() as session:
        session.execute(delete(IdentityFailureRow).where(IdentityFailureRow.at < now - WINDOW))
        hashes = [_hash(aim) for aim in _aims(session, claim)]
        counted = select(func.count()).where(IdentityFailureRow.claim.in_(hashes)).group_by(IdentityFailureRow.claim)
        if max(session.scalars(counted), default=0) >= rules.attempts_per_hour:
            return None
        for by in proofs:
            found = _BY[by](session, claim)
            if len(found) == 1:
                return found[0]
        whole = _hash(f"claim {claim}")
        said_before = select(IdentityFailureRow.failure_id).where(IdentityFailureRow.claim == whole).limit(1)
        if hashes and session.scalar(said_before) is None:
            session.add_all(IdentityFailureRow(claim=h, at=now) for h in (*hashes, whole))
    return None


def _aims(session: Session, claim: Claim) -> list[str]:
    """Whom a claim is a try at. One that names nobody and no place of the shop's customers is a try at nobody."""
    aims = [f"email {claim.email.strip().lower()}"] if claim.email else []
    if claim.email and claim.order_id:  # whoever has a parcel's label may try addresses for it
        aims.append(f"order {_tidy(claim.order_id)}")
    if claim.name and claim.postcode:
        named = select(CustomerRow.customer_id, CustomerRow.first_name, CustomerRow.last_name).where(
            func.lower(CustomerRow.last_name).in_(_last_names(claim.name))
        )
        aims += [f"customer {key}" for key, first, last in session.execute(named) if is_named(claim.name, first, last)]
        here = select(_TIDY_POSTCODE).where(_TIDY_POSTCODE.in_(_groups(claim.postcode))).distinct()
        aims += [f"postcode {postcode}" for postcode in session.scalars(here)]
    return aims


def _hash(aim: str) -> str:
    return hashlib.blake2b(aim.encode(), digest_size=16).hexdigest()


def _last_names(text: str) -> set[str]:
    """Every run of one to three words of a text, as the database's `lower` leaves a name: only A to Z become small."""
    words = re.findall(r"[^\W\d_](?:[^\W\d_]|['’-](?=[^\W\d_]))*", text.lower())
    runs = {" ".join(words[i : i + n]) for n in (1, 2, 3) for i in range(len(words) - n + 1)}
    return runs | {run[0].upper() + run[1:] for run in runs if not run[0].isascii()}


def _by_email(session: Session, claim: Claim) -> list[str]:
    same = func.lower(CustomerRow.email) == (claim.email or "").strip().lower()
    return list(session.scalars(select(CustomerRow.customer_id).where(same).limit(2)))


def _by_name_postcode(session: Session, claim: Claim) -> list[str]:
    """Everybody with this postcode who is named in the words given."""
    groups = _groups(claim.postcode or "")
    alike = Counter(map(number_form, groups))
    here = select(CustomerRow.customer_id, CustomerRow.first_name, CustomerRow.last_name, _TIDY_POSTCODE).where(
        _TIDY_POSTCODE.in_(groups)
    )
    return [
        key
        for key, first, last, postcode in session.execute(here)
        if alike[number_form(postcode)] <= _MOST_POSTCODES and names(claim.name or "", first, last, postcode)
    ]


def _groups(text: str) -> list[str]:
    """Every run of one to three words with a digit in it, written together: what may be a postcode."""
    words = words_of(text)
    runs = ["".join(words[i : i + n]) for n in (1, 2, 3) for i in range(len(words) - n + 1)]
    return [r for r in dict.fromkeys(runs) if 3 <= len(r) <= 10 and re.search(r"\d", r)][:60]


def number_form(number: str) -> str:
    """How an order's number is written, whatever its letters and figures: "KF-2101" and "kf 2101" are "aa9999"."""
    return re.sub(r"\d", "9", re.sub(r"[^\W\d_]", "a", re.sub(r"[\W_]", "", fold(number))))


def number_forms(session: Session) -> frozenset[str]:
    """The forms of the shop's newest order numbers: they tell how a number is written, never which there are."""
    newest = select(OrderRow.order_id).order_by(text('"order".rowid DESC')).limit(_FORMS_OF)
    return frozenset(form for i in session.scalars(newest) if "9" in (form := number_form(i)) and len(form) >= 4)


def _tidy(order_id: str) -> str:
    return re.sub(r"\W", "", fold(order_id))


def _by_order_email(session: Session, claim: Claim) -> list[str]:
    wanted = _tidy(claim.order_id or "")
    own = _by_email(session, claim)
    if len(own) != 1:
        return []
    ids = session.scalars(select(OrderRow.order_id).where(OrderRow.customer_id == own[0]))
    return own if any(_tidy(i) == wanted for i in ids) else []


_BY = {"email": _by_email, "name_postcode": _by_name_postcode, "order_email": _by_order_email}
