"""One thing that a customer asks, as understood: which act, about which products, options and limits.

Plain data between `understand`, which fills it, and `act`, which answers it; knows no database.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from assistant.shop.pricing.terms import Terms
from assistant.types import Act, Product


@dataclass(frozen=True)
class Wanted:
    """An option value that the customer named.

    `name` and `value` are the shop's; `value` is None when this product doesn't have what was `asked`, `name` None when
    it has no such option at all. `pinned` marks the options of a variant that an answer chose ("the cheapest"), which
    give way when the customer asks for something else.
    """

    asked: str
    name: str | None
    value: str | None
    pinned: bool = False


@dataclass(frozen=True)
class Bounds:
    """Limits on a price in minor units, None where the customer named none."""

    low: int | None = None
    high: int | None = None

    def __bool__(self) -> bool:
        return self.low is not None or self.high is not None


@dataclass(frozen=True)
class Limits:
    """What a search is limited to. Prices are minor units."""

    price: Bounds = Bounds()
    category: str | None = None
    subcategory: str | None = None
    brand: str | None = None
    in_stock: bool = False
    rating: float | None = None
    without: tuple[str, ...] = ()
    """Products that are named only to be left out."""

    def __bool__(self) -> bool:
        return bool(self.price or self.category or self.subcategory or self.brand or self.in_stock or self.rating)


@dataclass(frozen=True)
class Refine:
    """How a message without a subject of its own changes what was looked for.

    `how` is "cheaper", "dearer", "more" (by what `words` measure: "bigger"), "fits" (only what has `words`: "60
    litres"), "without" (`words` say what isn't wanted) or "other". `beside` are the products it is said beside, `shown`
    all that were shown of the topic.
    """

    how: str
    words: str
    beside: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()


@dataclass(frozen=True)
class Piece:
    """One thing of a basket: so many of a product. Several `products` are readings of one unclear name."""

    products: tuple[str, ...]
    quantity: int = 1
    wanted: tuple[Wanted, ...] = ()
    skus: tuple[str, ...] = ()


@dataclass(frozen=True)
class Basket:
    """What somebody asks the price of together. `codes` are as the customer wrote them; `member` None: as the shop
    knows the customer. `asks` says what of it beside the sum: "shipping", "free_shipping", "save". `again`: its sum was
    told a moment ago."""

    pieces: tuple[Piece, ...] = ()
    codes: tuple[str, ...] = ()
    member: bool | None = None
    asks: frozenset[str] = frozenset()
    again: bool = False
    asked_which: bool = False
    """Which version is meant was asked a moment ago, and the message speaks of something else."""
    left_out: tuple[str, ...] = ()
    """What was listed and isn't in the sum, in the customer's words: nobody knows which thing it is."""
    voucher: Terms | None = None
    """A voucher as the customer describes it, which the shop doesn't know."""


@dataclass(frozen=True)
class Request:
    """One request. `products` are ids; with `group` they are readings of one unclear name, else all are meant.

    `text` is the customer's clause, `query` its words for searching. `pick` says how one of `products` is chosen
    ("cheaper", "dearer", "better_rated"). `from_context` is True when the products were not named in this message.
    """

    act: str
    text: str
    products: tuple[str, ...] = ()
    group: bool = False
    wanted: tuple[Wanted, ...] = ()
    query: str = ""
    limits: Limits = Limits()
    quantity: int | None = None
    pick: str | None = None
    from_context: bool = False
    follow_up: bool = False
    confidence: float = 1.0
    skus: tuple[str, ...] = ()
    """The very variants that the customer points at ("the second one"), where an answer showed variants."""
    match: Callable[[Product], list[Wanted]] | None = None
    """Which options of any product the clause names: for products that are found only when the answer is made."""
    extra: dict[str, Any] = field(default_factory=dict)

    def as_act(self) -> Act:
        """The request in the RECORD's form."""
        slots: dict[str, Any] = {}
        if self.products:
            slots["products"] = list(self.products[:10])
        if self.wanted:
            slots["options"] = [{"name": w.name, "value": w.value or w.asked} for w in self.wanted]
        if self.query and self.act in ("search", "cheapest", "most_expensive", "policy"):
            slots["query"] = self.query
        limits = {
            "price_min": self.limits.price.low,
            "price_max": self.limits.price.high,
            "category": self.limits.category,
            "subcategory": self.limits.subcategory,
            "brand": self.limits.brand,
            "in_stock": self.limits.in_stock or None,
            "rating_min": self.limits.rating,
        }
        slots.update({k: v for k, v in limits.items() if v is not None})
        if self.quantity:
            slots["quantity"] = self.quantity
        slots |= self.extra.get("slots", {})
        return Act(self.act, slots)
