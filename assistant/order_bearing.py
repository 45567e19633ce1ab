"""Whether a message is for order talk at all: how it bears on orders, and what it may be for the shop instead.

Reads no orders: it is asked before it is known whose they would be.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.act.context import Context
from assistant.act.orders import identity
from assistant.act.orders.task import Task
from assistant.request import Request
from assistant.shop.order_rules import OrderRules
from assistant.understand.orders import wording
from assistant.understand.orders.signals import asks_noted, speaks_of_own

_OF_ITSELF = frozenset({"are_you_human", "mood"})
"""Asked in the middle of anything, these are answered at once: what it is, and what it does with moods."""
_OF_ADVICE = frozenset({"recommend", "preferences"})
_OF_PRICES = frozenset({"preference", "basket", "promotion"})
"""Acts about what might be bought, or what is known of the customer."""

_AN_ORDER = re.compile(
    r"\b(?:orders?|ordered|parcel|delivery with|bought|received|arrived|refunds?)\b|#\w", re.IGNORECASE
)
"""What speaks of goods that somebody has ordered already."""
_OF_WHO = re.compile(
    r"\b(?:e-?mails?|accounts?|post ?codes?|zip|names?|numbers?|who|password|guest|log(?:ged)? ?in|sign(?:ed)? ?in|"
    r"need (?:that|this|it|to know))\b"
)
"""About who somebody is, or why that is asked."""


@dataclass(frozen=True)
class Message:
    """One message to order talk. `task` is what is under way in its conversation, and changes."""

    text: str
    requests: Sequence[Request]
    task: Task
    rules: OrderRules
    context: Context
    conversation: str

    @property
    def acts(self) -> set[str]:
        return {r.act for r in self.requests}


@dataclass(frozen=True)
class Bearing:
    """How a message bears on orders: `relevant` ones are about them, `numbered` gives an order's number, and `claims`
    that it says who is asking."""

    relevant: bool
    numbered: bool
    claims: bool


def is_for_others(message: Message, bearing: Bearing) -> bool:
    """Whether a message is plainly nothing about orders: what the assistant is, advice, prices."""
    text, task, acts = message.text, message.task, message.acts
    if not acts:
        return False
    if acts <= _OF_ITSELF and not bearing.relevant:
        return True
    if task.asked or task.goals or task.lines:
        return False
    advice = acts <= _OF_ADVICE and not asks_noted(text)
    shopping = acts <= _OF_ADVICE | _OF_PRICES and not bearing.relevant
    if advice or shopping:
        return True  # a gift may be of a kind that they bought before
    # "swap the pot for the wok" behind a sum, "I want a pan and a kettle, what will that be?"
    of_own = bearing.claims or _AN_ORDER.search(text) or speaks_of_own(wording.mend(text))
    return acts == {"basket"} and not of_own


def for_the_shop(text: str, requests: Sequence[Request]) -> bool:
    """Whether a message has turned to the shop itself while it isn't known who is asking."""
    asks = identity.asks(text)
    goods = ("price", "availability", "stock", "details", "options", "compare", "superlative", "cheapest", "search")
    return any(
        r.act == "human"
        or (asks and (r.products or r.act in ("policy", "promotion")))
        or (r.confidence > 0.5 and (r.act == "policy" or (r.act in goods and r.products)))
        for r in requests
    )


def asks_else(text: str) -> bool:
    """Whether somebody who was asked who they are asks something else, and not about that."""
    low = text.lower()
    return identity.asks(text) and not _OF_WHO.search(low)
