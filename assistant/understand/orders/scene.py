"""What a reader of order talk looks at: the customer's own account, what the conversation is about, what the shop says.

Finds orders by what stands in or near them. Knows no requests and no rules.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from assistant.language import stems
from assistant.order_talk import Ask, LineKey
from assistant.shop.accounts import Account, Line
from assistant.types import Json, Product
from assistant.understand.orders.items import Mention, described, key, mentions, option_words
from assistant.understand.orders.likeness import Encode, Likeness
from assistant.understand.orders.refs import orders_at
from assistant.understand.vocabulary import canonical


@dataclass(frozen=True)
class Shop:
    """What the reader may look up of the shop: a product by id, how near texts are in meaning (None: by their words
    only); and what its rules say."""

    product: Callable[[str], Product | None]
    encode: Encode | None = None
    reasons: Sequence[str] = ()
    open_statuses: Sequence[str] = ("pending",)
    back_statuses: Sequence[str] = ("delivered",)


@dataclass
class Focus:
    """What the conversation is about just now: the kind of request, its lines, the last order spoken of."""

    kind: str = ""
    lines: list[LineKey] = field(default_factory=list)
    order: str | None = None
    asked: str = ""
    told: list[LineKey] = field(default_factory=list)
    """The items that the last answer told of."""
    num_told: int | None = None
    """How many pieces of each, where the customer said so."""
    counts: bool = False
    """Whether something was done or proposed that money may be asked of."""
    proposed: list[str] = field(default_factory=list)
    """Of each thing that was listed for a yes the order that it is about; "" for none."""


@dataclass
class Recent:
    """What a message has named so far: "it", "them", "that one" in a later clause."""

    lines: list[Line] = field(default_factory=list)
    spoken: list[Line] = field(default_factory=list)
    """All items that were named: "the glass one must go, the wooden one ..." of two that were spoken of."""
    orders: list[str] = field(default_factory=list)
    context: list[Line] = field(default_factory=list)
    """Items that only told an order: "the order with the two lamps. The small one ..."."""
    told: list[str] = field(default_factory=list)
    """Clauses that name items before anything is asked for."""
    address: Json = field(default_factory=dict)
    """The address of the order that was said to have the right one."""


class Scene:
    """One customer's account, as the reader sees it."""

    def __init__(self, account: Account, shop: Shop) -> None:
        self.account = account
        self.shop = shop
        self.lines = [x for o in account.orders for x in o.lines]
        self.names = list(dict.fromkeys(x.name for x in self.lines))
        self.options = option_words(account)

    def mentions(self, clause: str, by_meaning: bool = True) -> list[Mention]:
        """The items that a clause names: by words of their names, else by meaning."""
        named = mentions(clause, self.names, self.options)
        kinds = [k for k in self._of_kinds(clause) if not any(_longer(m, k) for m in named)]
        named = sorted([*(m for m in named if not any(_overlap(m, k) for k in kinds)), *kinds], key=lambda m: m.start)
        return named or (self._like.mentions(clause) if by_meaning and self._like else [])

    def _of_kinds(self, clause: str) -> list[Mention]:
        """ "My e-bike order": items by the whole name of what the shop files them under."""
        out = []
        for found in mentions(clause, self._kinds, self.options):
            label = found.names[0]
            if len(found.names) == 1 and set(stems(label)) <= set(stems(clause[found.start : found.end])):
                out.append(Mention(found.start, found.end, tuple(self._kinds[label]), found.plural))
        return out

    @cached_property
    def _kinds(self) -> dict[str, list[str]]:
        """What the shop files their items under -> the names of those items."""
        out: dict[str, list[str]] = {}
        for line in self.lines:
            label = _kind(self.shop.product(line.product_id or "")).lower()
            if label and line.name not in out.setdefault(label, []):
                out[label].append(line.name)
        return out

    @cached_property
    def values(self) -> list[dict[str, str]]:
        """Of each of their products: the values that it comes in, as they are compared, with the option of each."""
        products = [self.shop.product(p) for p in dict.fromkeys(x.product_id for x in self.lines) if p]
        return [
            {canonical(v): o for variant in product.variants for o, v in variant.options.items()}
            for product in products
            if product
        ]

    @cached_property
    def _like(self) -> Likeness | None:
        if self.shop.encode is None:
            return None
        products = {x.name: self.shop.product(x.product_id or "") for x in self.lines}
        return Likeness(self.shop.encode, {n: _kind(p) for n, p in products.items()})

    def of(self, mention: Mention) -> list[Line]:
        named = [x for x in self.lines if x.name in mention.names]
        return [x for x in named if key(x) in mention.lines] if mention.lines else named

    def orders_with(self, context: Sequence[Mention]) -> list[str]:
        sets = [{x.order_id for x in self.of(m)} for m in context]
        both = set.intersection(*sets) if sets else set()
        return [o.order_id for o in self.account.orders if o.order_id in both]

    def where_it_can(self, orders: list[str], kind: str) -> list[str]:
        """Of several orders that fit a hint, those on which the action is possible, if there are any."""
        wanted = {"cancel": self.shop.open_statuses, "return": self.shop.back_statuses}.get(kind)
        fits = [o.order_id for o in self.account.orders if o.order_id in orders and wanted and o.status in wanted]
        return fits or orders

    def at_places(self, clause: str) -> list[str]:
        if not re.search(
            r"\b(?:order(?:s|ed)?|one|ones|it|things|items?|stuff|sent|went|going|shipped|delivered)\b", clause
        ):
            return []
        return orders_at(clause, self.account)

    def orders_of_items(self, found: Sequence[Mention], clause: str) -> list[str]:
        lines = [x for m in found for x in described(self.of(m), clause)]
        return list(dict.fromkeys(x.order_id for x in lines))

    def dearest(self, ask: Ask, recent: Recent) -> list[Line]:
        orders = (
            ask.orders
            or recent.orders
            or [o.order_id for o in self.account.orders if o.status in self.shop.open_statuses][-1:]
        )
        lines = [x for x in self.lines if x.order_id in orders]
        return [max(lines, key=lambda x: x.price)] if lines else []


def _overlap(one: Mention, other: Mention) -> bool:
    return one.start < other.end and other.start < one.end


def _longer(named: Mention, kind: Mention) -> bool:
    """Whether a product's own name says as much in the same place as what it is filed under."""
    return _overlap(named, kind) and named.end - named.start >= kind.end - kind.start


def _kind(product: Product | None) -> str:
    """What the shop files a product under, the narrowest."""
    return (product.subcategory or product.category or "") if product else ""
