"""What the shop knows of one customer that may shape an answer: membership, consent, preferences, history.

Reads and writes one customer's rows only, by the id of whoever is signed in. What consent forbids is not even read.
Knows no dialogue; what the conversation itself was told lies in its state.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from assistant.privacy.rights import set_consent
from assistant.privacy.schema import ConsentRow
from assistant.privacy.secrets import digest
from assistant.privacy.subject import Subject
from assistant.shop.schema import BrowsingRow, CustomerRow, OrderLineRow, OrderRow, PreferenceRow
from assistant.store.database import Database

_RECENT = 40
HISTORY = "history"
"""The purpose under which it is noted that a customer had cleared what they looked at."""
_FORGOTTEN = "forgotten preference "


@dataclass(frozen=True)
class Kept:
    """One preference that the shop keeps: `source` is "account" (the shop's own column) or "chat" (told here)."""

    name: str
    value: str
    source: str


@dataclass(frozen=True)
class Shopper:
    """One customer. Without `consent` everything but the membership is empty."""

    customer_id: str
    member: bool = False
    consent: bool = False
    preferences: tuple[Kept, ...] = ()
    bought: tuple[str, ...] = ()
    """Product ids, the latest order first, each once."""
    viewed: tuple[str, ...] = ()
    viewed_at: dict[str, datetime] = field(default_factory=dict)


class Shoppers:
    """The customers in `db`. Thread-safe; every call reads for itself."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def find(self, customer_id: str) -> Shopper | None:
        """The customer with this id as the shop knows them now; None when there is none."""
        with self._db.read() as session:
            row = session.get(CustomerRow, customer_id)
            if row is None:
                return None
            if not row.consent:
                return Shopper(customer_id, row.member)
            viewed = _viewed(session, customer_id)
            return Shopper(
                customer_id, row.member, True, _preferences(session, row), _bought(session, customer_id),
                tuple(viewed), viewed,
            )  # fmt: skip

    def names(self, customer_id: str) -> tuple[str, str]:
        """The customer's first and last name, empty where the shop has none."""
        with self._db.read() as session:
            row = session.get(CustomerRow, customer_id)
            return ("", "") if row is None else (row.first_name, row.last_name)

    def remember(self, customer_id: str, name: str, value: str) -> bool:
        """Keep what the customer told; False, and nothing is kept, without their consent. `name` says of what kind."""
        with self._db.write() as session:
            row = session.get(CustomerRow, customer_id)
            if row is None or not row.consent:
                return False
            session.merge(PreferenceRow(customer_id=customer_id, name=name, value=value, told_at=datetime.now(UTC)))
            return True

    def forget(self, customer_id: str, items: list[Kept]) -> int:
        """Delete these preferences, those of the account's columns too; how many there were."""
        gone = 0
        with self._db.write() as session:
            row = session.get(CustomerRow, customer_id)
            if row is None:
                return 0
            kept = dict(row.preferences)
            for item in items:
                if item.source == "chat":
                    same = (PreferenceRow.name == item.name, PreferenceRow.value == item.value)
                    found = session.execute(
                        delete(PreferenceRow).where(PreferenceRow.customer_id == customer_id, *same)
                    )
                    gone += found.rowcount  # type: ignore[attr-defined]
                elif item.name in kept:
                    values = [v for v in split_values(kept[item.name]) if v != item.value]
                    kept = {**kept, item.name: "; ".join(values)}
                    _taken_back(session, customer_id, forgotten_as(session, customer_id, item.name, item.value))
                    gone += 1
            row.preferences = {name: value for name, value in kept.items() if value}
        return gone

    def forget_history(self, customer_id: str) -> int:
        """Delete what the customer looked at; how many rows there were. Orders stay: the law asks for them."""
        with self._db.write() as session:
            found = session.execute(delete(BrowsingRow).where(BrowsingRow.customer_id == customer_id))
            _taken_back(session, customer_id, HISTORY)
            return int(found.rowcount)  # type: ignore[attr-defined]

    def set_consent(self, customer_id: str, given: bool) -> None:
        """Note that the customer agrees to personalisation, or no longer does, as any other consent is noted."""
        subject = Subject(f"customer:{customer_id}")
        set_consent(self._db, subject, given, actor=subject.reference, source="chat")


def forgotten_as(session: Session, customer_id: str, name: str, value: str) -> str:
    """The purpose under which it is noted that a customer had this forgotten: a digest, for the words are to go."""
    return _FORGOTTEN + digest(session, f"preference:{customer_id}:{name}={value}")[:16]


def is_forgotten(purpose: str) -> bool:
    """Whether a purpose is one of `forgotten_as`."""
    return purpose.startswith(_FORGOTTEN)


def _taken_back(session: Session, customer_id: str, purpose: str) -> None:
    """Note it beside the consents, so that the next import doesn't bring it back."""
    session.add(ConsentRow(customer_id=customer_id, purpose=purpose, at=datetime.now(UTC), given=False, source="chat"))


def split_values(text: str) -> list[str]:
    """The single values of a preference: "leather; wool" -> ["leather", "wool"]."""
    return [part.strip() for part in text.split(";") if part.strip()]


def _preferences(session: Session, row: CustomerRow) -> tuple[Kept, ...]:
    account = [
        Kept(name, value, "account") for name, text in row.preferences.items() for value in split_values(str(text))
    ]
    told = session.scalars(
        select(PreferenceRow).where(PreferenceRow.customer_id == row.customer_id).order_by(PreferenceRow.told_at)
    )
    return (*account, *(Kept(p.name, p.value, "chat") for p in told))


def _bought(session: Session, customer_id: str) -> tuple[str, ...]:
    rows = session.execute(
        select(OrderLineRow.product_id)
        .join(OrderRow, OrderRow.order_id == OrderLineRow.order_id)
        .where(OrderRow.customer_id == customer_id, OrderRow.status.not_in(("cancelled", "returned")))
        .order_by(OrderRow.ordered_at.desc(), OrderLineRow.line_no)
        .limit(_RECENT)
    )
    return tuple(dict.fromkeys(product_id for (product_id,) in rows if product_id))


def _viewed(session: Session, customer_id: str) -> dict[str, datetime]:
    rows = session.execute(
        select(BrowsingRow.product_id, BrowsingRow.viewed_at)
        .where(BrowsingRow.customer_id == customer_id)
        .order_by(BrowsingRow.viewed_at.desc())
        .limit(_RECENT)
    )
    viewed: dict[str, datetime] = {}
    for product_id, at in rows:
        viewed.setdefault(product_id, at)
    return viewed
