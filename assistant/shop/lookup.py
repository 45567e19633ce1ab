"""Whom a colleague may mean: customers by number, e-mail address, order number or name, with what tells them apart.

Only looks up; who may look is decided where it comes in (the staff console). Knows no dialogue.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assistant.errors import InputError
from assistant.language import fold
from assistant.privacy.rights import is_restricted
from assistant.shop.schema import CustomerRow, OrderRow
from assistant.store.database import Database

FEWEST, MOST = 2, 100
"""Characters of what a colleague types to find somebody."""


@dataclass(frozen=True)
class FoundCustomer:
    """A customer as a colleague tells them from others. `restricted`: their data may only be stored (Art. 18 GDPR)."""

    customer_id: str
    name: str
    email: str
    place: str
    member: bool
    num_orders: int
    last_order_id: str | None
    last_order_at: datetime | None
    restricted: bool


def search_customers(db: Database, words: str, limit: int = 10) -> list[FoundCustomer]:
    """Whom a colleague may mean: by customer number, e-mail address, order number, or the beginnings of names.

    Who has it as number or address comes alone; the others in the order of their names, `limit` + 1 at most, so that
    it is seen when there are more. Raises InputError for too few characters to search by.
    """
    words = " ".join(words.split())[:MOST]
    if len(words) < FEWEST:
        raise InputError(
            f"Type at least {FEWEST} characters: an e-mail address, a customer or order number, or a name."
        )
    with db.read() as session:
        exact = _by_number(session, words) or _with_email(session, words, limit + 1)
        return [_found(session, key) for key in exact or _beginning_with(session, words, limit + 1)]


def the_customer(db: Database, customer_id: str) -> FoundCustomer | None:
    """The customer with this id as a colleague sees them; None when they are no longer there."""
    with db.read() as session:
        return None if session.get(CustomerRow, customer_id) is None else _found(session, customer_id)


def _with_email(session: Session, email: str, limit: int) -> Sequence[str]:
    same = func.lower(CustomerRow.email) == email.strip().lower()
    return session.scalars(select(CustomerRow.customer_id).where(same).limit(limit)).all()


def _by_number(session: Session, words: str) -> list[str]:
    """Whose number this is: a customer's, or that of one of their orders, with or without its "#"."""
    if session.get(CustomerRow, words) is not None:
        return [words]
    bare = words.removeprefix("#").lower()
    same = func.lower(OrderRow.order_id).in_((bare, f"#{bare}"))
    return [key for key in session.scalars(select(OrderRow.customer_id).where(same).distinct().limit(2)) if key]


def _beginning_with(session: Session, words: str, limit: int) -> list[str]:
    """Everybody of whose names each word begins one, or whose address begins like this. Accents make no difference."""
    parts, address, found = _parts(words), words.lower(), []
    names = select(CustomerRow.customer_id, CustomerRow.first_name, CustomerRow.last_name, CustomerRow.email)
    for key, first, last, email in session.execute(
        names.order_by(CustomerRow.last_name, CustomerRow.first_name, CustomerRow.customer_id)
    ):
        own = [*_parts(f"{first} {last}"), "".join(_parts(first)), "".join(_parts(last))]
        if email.lower().startswith(address) or (
            parts and all(any(name.startswith(part) for name in own) for part in parts)
        ):
            found.append(key)
            if len(found) == limit:
                break
    return found


def _parts(text: str) -> list[str]:
    return re.findall(r"\w+", fold(text))


def _found(session: Session, customer_id: str) -> FoundCustomer:
    row = session.get_one(CustomerRow, customer_id)
    theirs = select(OrderRow).where(OrderRow.customer_id == customer_id)
    last = session.scalars(theirs.order_by(OrderRow.ordered_at.desc()).limit(1)).first()
    num_orders = session.scalar(select(func.count()).select_from(theirs.subquery())) or 0
    return FoundCustomer(
        customer_id,
        f"{row.first_name} {row.last_name}".strip(),
        row.email,
        " ".join(part for part in (row.postcode, row.city) if part),
        row.member,
        num_orders,
        last.order_id if last else None,
        last.ordered_at if last else None,
        is_restricted(session, customer_id),
    )
