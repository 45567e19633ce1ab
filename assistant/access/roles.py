"""Roles of staff and scopes of API keys, and what each may do. Knows no account and no key.

owner       everything, staff accounts and keys included
manager     conversations, asking for a customer, corrections, customers' rights, adapters; no accounts
agent       the queue and the conversations: watch, take over, answer, correct; find a customer and ask for them
researcher  reviewed answers with personal data masked; trains and measures on the server's command line
auditor     the audit log and the reports; changes nothing
"""

from __future__ import annotations

from typing import Final

_AGENT = frozenset({"conversations", "answer", "customers", "correct"})
_MANAGER = _AGENT | {"privacy", "adapters", "audit"}
ROLES: Final[dict[str, frozenset[str]]] = {
    "owner": _MANAGER | {"research", "accounts", "keys"},
    "manager": _MANAGER,
    "agent": _AGENT,
    "researcher": frozenset({"research", "adapters"}),
    "auditor": frozenset({"audit"}),
}
"""Role -> permissions. `customers`: find a customer, ask the assistant for them and change their orders so. `accounts`
and `keys` are the owner's alone."""

SCOPES: Final[dict[str, str]] = {
    "chat": "ask the assistant and list the models",
    "customers": "say which customer is signed in: for the shop's own site",
    "metrics": "read /metrics",
}
"""What an API key may be used for."""


def may(role: str, permission: str) -> bool:
    """Whether staff of this role may do this. An unknown role may do nothing."""
    return permission in ROLES.get(role, frozenset())
