"""The words that the rooms of Backroom use to talk to one another: plain data, no behaviour beyond formatting.

Knows no database, no model and no web server. Everything here is immutable unless it says otherwise.
Money is integer minor units (cents) with its ISO 4217 currency; times are timezone-aware.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal

from babel.numbers import format_currency, get_currency_precision

Json = dict[str, Any]


@dataclass(frozen=True, order=True)
class Money:
    """An amount in a currency's minor units: `Money(8900, "EUR")` is 89 euros."""

    minor: int
    currency: str

    @property
    def decimal(self) -> Decimal:
        """The amount in major units, exact: `Decimal("89.00")`."""
        return Decimal(self.minor).scaleb(-get_currency_precision(self.currency))

    def format(self, locale: str = "en_US") -> str:
        """The amount as a reader of `locale` writes it: "€89.00"."""
        return _written(self, locale)


@lru_cache(maxsize=4096)
def _written(amount: Money, locale: str) -> str:
    """A turn writes the same few prices many times over, at some 0.2 ms each."""
    return str(format_currency(amount.decimal, amount.currency, locale=locale))


@dataclass(frozen=True)
class Variant:
    """One buyable thing: a product with every option chosen.

    `stock` is None where the shop doesn't count (then a count must never be stated). `available` is None where the shop
    doesn't know either; otherwise it is the one truth about "can I have it": inactive variants are never available.
    """

    sku: str
    product_id: str
    options: Mapping[str, str]
    price: Money
    compare_at: Money | None
    stock: int | None
    available: bool | None
    active: bool
    image: str | None = None
    gtin: str | None = None


@dataclass(frozen=True)
class Product:
    """A product with its variants in the shop's order. `attributes` and `specs` hold whatever the shop knows."""

    product_id: str
    name: str
    category: str
    subcategory: str | None
    brand: str | None
    description: str
    rating: float | None
    attributes: Mapping[str, str]
    specs: Mapping[str, str]
    active: bool
    replaced_by: str | None
    image: str | None
    url: str | None
    variants: tuple[Variant, ...]


@dataclass(frozen=True)
class Policy:
    """One policy page of the shop: Markdown text under a title. `policy_id` is the file's stem ("returns")."""

    policy_id: str
    title: str
    text: str


@dataclass(frozen=True)
class Receipt:
    """Where a stated figure comes from: the row, its field, the value as it was at `as_of`.

    `kind` names the key that the outside sees (`{"sku": key, ...}`); money values are shown in major units.
    """

    kind: Literal["sku", "product", "order", "customer", "promotion", "policy", "shop"]
    key: str
    field: str
    value: Any
    as_of: datetime

    def as_json(self) -> Json:
        return {self.kind: self.key, "field": self.field, "value": self.value, "as_of": self.as_of.isoformat()}


@dataclass(frozen=True)
class Act:
    """One thing that the customer wants, as understood: `Act("price", {"products": ["p1"], "quantity": 2})`."""

    act: str
    slots: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> Json:
        return {"act": self.act, **self.slots}


@dataclass(frozen=True)
class Card:
    """A product as the chat shows it beside an answer. Texts are already formatted for the shop's locale."""

    product_id: str
    sku: str | None
    name: str
    price: str
    availability: str
    image: str | None
    url: str | None
    options: str = ""


@dataclass
class Record:
    """What one turn did, as the API, `ask --json` and `replay` print it: the RECORD. Mutable while it is built."""

    reply: str = ""
    acts: list[Act] = field(default_factory=list)
    emotion: str = "neutral"
    emotion_strength: float = 0.0
    """0 (none to be seen) to 1 (beyond doubt)."""
    clarifying: bool = False
    handoff: bool = False
    verdict: str = "ok"
    category: str | None = None
    disclosed: bool = False
    """Whether this reply says that it comes from an AI."""
    receipts: list[Receipt] = field(default_factory=list)
    own_words: float = 0.0
    model: str = ""
    adapter: str | None = None
    ms: dict[str, float] = field(default_factory=dict)
    tokens: dict[str, int] = field(default_factory=lambda: {"prompt": 0, "cached": 0, "completion": 0})
    writes: list[Json] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)

    def as_json(self) -> Json:
        """The RECORD as JSON. `category` is null unless `verdict` is "refused"."""
        return {
            "reply": self.reply,
            "acts": [act.as_json() for act in self.acts],
            "emotion": self.emotion,
            "emotion_strength": self.emotion_strength,
            "clarifying": self.clarifying,
            "handoff": self.handoff,
            "verdict": self.verdict,
            "category": self.category,
            "ai_generated": True,
            "disclosed": self.disclosed,
            "receipts": [receipt.as_json() for receipt in self.receipts],
            "own_words": self.own_words,
            "model": self.model,
            "adapter": self.adapter,
            "ms": {step: round(ms, 2) for step, ms in self.ms.items()},
            "tokens": dict(self.tokens),
            "writes": list(self.writes),
            "cards": [vars(card) for card in self.cards],
        }


@dataclass(frozen=True)
class Decision:
    """What is to be done about a message: `action` is "pass", or what the shop's policy says of its `category`."""

    category: str | None = None
    action: str = "pass"

    @property
    def refused(self) -> bool:
        """Whether the message gets a refusal instead of an answer; "log" only takes note of it."""
        return self.action not in ("pass", "log")


@dataclass(frozen=True)
class CustomerRef:
    """Who is signed in, by the shop's own id. Anonymous visitors have none.

    `led_by`: the colleague who asks for this customer in the staff console, by account; None: the customer asks.
    """

    customer_id: str
    led_by: str | None = None


@dataclass(frozen=True)
class Delta:
    """A released piece of the answer: one verified sentence, with the white space that follows the one before."""

    text: str


@dataclass(frozen=True)
class Done:
    """The end of a turn. It comes exactly once, last."""

    record: Record


Event = Delta | Done
