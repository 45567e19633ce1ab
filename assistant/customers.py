"""Who is signed in: a customer found by the shop's id or by e-mail address.

Only looks up; whether a claim may be believed is decided where it comes in (API, replay, command line).
"""

from __future__ import annotations

from sqlalchemy import func, select

from assistant.errors import UsageError
from assistant.shop.schema import CustomerRow
from assistant.store.database import Database
from assistant.types import CustomerRef


def find_customer(db: Database, *, customer_id: str | None = None, email: str | None = None) -> CustomerRef:
    """The customer with this id, or with this address (case doesn't matter).

    Raises UsageError when nothing was given, nobody has it, or several customers share the address.
    """
    if customer_id is not None:
        with db.read() as session:
            if session.get(CustomerRow, customer_id) is not None:
                return CustomerRef(customer_id)
        raise UsageError(f"no customer has the id {customer_id!r}")
    if email is None:
        raise UsageError("a customer is named by 'id' or 'email'")
    with db.read() as session:
        same = func.lower(CustomerRow.email) == email.strip().lower()
        found = session.scalars(select(CustomerRow.customer_id).where(same).limit(2)).all()
    if len(found) != 1:
        problem = "several customers have" if found else "no customer has"
        raise UsageError(f"{problem} the address {email!r}{'; name the customer by id' if found else ''}")
    return CustomerRef(found[0])
