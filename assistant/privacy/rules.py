"""Which tables hold personal data, whose it is, and what becomes of it: the registry that export, erasure, retention
and the record of processing all go by.

A table belongs to a person by a column of `OWNERS`. Every such table needs a rule here; a test fails for one without.
Should one be forgotten all the same, its rows are exported and deleted: the safe side. The tables are read from the
database itself, so that it doesn't matter which modules are loaded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import text
from sqlalchemy.orm import Session

OWNERS = ("customer_id", "conversation_id", "message_id", "order_id", "reference")
"""Columns that say whose a row is. `reference` holds "customer:mia" or "conversation:web-1"."""
NOBODY_DOMAIN = "erased.invalid"
NOBODIES = f"""SELECT customer_id FROM customer WHERE customer_id >= 'erased-' AND customer_id < 'erased.'
    AND email = customer_id || '@{NOBODY_DOMAIN}'"""
"""The owners, whom nobody is, of orders that stay after an erasure for the accounts."""


@dataclass(frozen=True)
class Rule:
    """What a table holds (`kind`, a section of the export) and what erasure does with its rows.

    `blank` are the columns that are emptied, with what they become, where the rows themselves have to stay: orders that
    bookkeeping duty keeps. `hidden` columns are not exported (secrets). `purpose` and `basis` stand in the record of
    processing.
    """

    kind: str
    purpose: str
    basis: str = "Art. 6(1)(b) GDPR: performance of a contract, steps at the customer's request"
    on_erasure: Literal["delete", "blank"] = "delete"
    blank: Mapping[str, Any] = field(default_factory=dict)
    hidden: tuple[str, ...] = ()


_ANSWER = "answering the customer's questions, and showing what an answer rested on"
_DUTY = "Art. 6(1)(c) GDPR: duty to keep accounts; Art. 5(2): being able to show what was done"
_CONSENT = "Art. 6(1)(a) GDPR: consent"
_INTEREST = "Art. 6(1)(f) GDPR: the shop's interest in a good and safe service"
_SERVE = "selling and delivering: order status, returns, changes"

RULES: dict[str, Rule] = {
    "customer": Rule("profile", "knowing who is served and where to deliver"),
    "payment_method": Rule("profile", _SERVE),
    "browsing": Rule("browsing", "recommending what fits", _CONSENT),
    "order": Rule(
        "orders",
        _SERVE,
        on_erasure="blank",
        blank={"address": "{}", "tracking": "[]", "extra": "{}", "paid_with": None, "carrier": None},
    ),
    "order_line": Rule("orders", _SERVE, on_erasure="blank"),
    "payment": Rule("orders", _SERVE, on_erasure="blank", blank={"payment_method_id": None}),
    "conversation": Rule("conversations", _ANSWER, _INTEREST),
    "message": Rule("conversations", _ANSWER, _INTEREST),
    "feedback": Rule("feedback", "making answers better", _INTEREST),
    "answer_review": Rule("feedback", "making answers better", _INTEREST),
    "handoff": Rule("hand-overs", "having a person answer", _INTEREST),
    "preference": Rule("preferences", "recommending what fits", _CONSENT),
    "outbox": Rule("outbox", "telling the shop's own systems of changes to orders"),
    "consent_record": Rule("consent", "proving consent", _DUTY),
    "privacy_hold": Rule("restrictions", "honouring restrictions and legal holds", _DUTY),
    "audit_subject": Rule("audit", "finding somebody's entries in the audit log", _DUTY, hidden=("salt",)),
    "training_source": Rule("training", "knowing which training data a conversation went into", _INTEREST),
    "training_customer": Rule(
        "training", "naming, at an erasure, the adapters that learnt from the customer", _INTEREST
    ),
}

UNKNOWN = Rule("other", "not stated: add the table to assistant/privacy/rules.py")


@dataclass(frozen=True)
class OwnedTable:
    """A table with its owner columns (in the order of OWNERS), all its columns, and its rule."""

    name: str
    owners: tuple[str, ...]
    columns: tuple[str, ...]
    rule: Rule


def owned_tables(session: Session) -> list[OwnedTable]:
    """Every table of the database that belongs to persons, by name."""
    names = session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'"))
    found = []
    for name in sorted(names):
        rows = session.execute(text("SELECT name FROM pragma_table_info(:name)"), {"name": name})
        columns = tuple(column for (column,) in rows)
        owners = tuple(owner for owner in OWNERS if owner in columns)
        if owners:
            found.append(OwnedTable(name, owners, columns, RULES.get(name, UNKNOWN)))
    return found
