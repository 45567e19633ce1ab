"""The till of one turn: the shop's promotions as they are at this moment, and baskets priced under them.

Turns rows into the pricing's plain data and its results into facts with receipts; writes no sentence and keeps nothing
between turns, so a promotion that was fed a moment ago counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from babel.numbers import get_currency_precision

from assistant.act.context import Context
from assistant.act.plan import Fact, Field
from assistant.shop.pricing import Buyer, Line, Priced, Terms, best, terms_of
from assistant.shop.pricing.best import Obstacle, obstacle
from assistant.shop.schema import PromotionRow
from assistant.types import Money, Product, Receipt, Variant

SHIPPING_FACTS = ("shipping_cost", "delivery_cost", "standard_shipping", "standard_delivery")
"""Names of the shop's fact that says what delivery costs: an amount in its currency ("3.95")."""


@dataclass(frozen=True)
class Item:
    """So many pieces of one variant. `told` are the options that its name needs: those that the customer chose."""

    product: Product
    variant: Variant
    quantity: int = 1
    told: Mapping[str, str] = field(default_factory=dict)

    def line(self) -> Line:
        product = self.product
        return Line(
            self.variant.sku,
            self.variant.price.minor,
            self.quantity,
            product.product_id,
            product.name,
            product.category,
            product.subcategory or "",
            product.brand or "",
        )


class Till:
    """Prices baskets for one customer on one day."""

    def __init__(self, context: Context, codes: frozenset[str] = frozenset(), member: bool | None = None) -> None:
        """`codes` are folded; `member` None: as the shop knows the customer who is signed in."""
        self.context = context
        self.rows: dict[str, PromotionRow] = {row.promotion_id: row for row in context.catalogue.promotions()}
        self.terms: list[Terms] = [terms_of(row) for row in self.rows.values()]
        self.day: date = context.now.astimezone(ZoneInfo(context.info.get("timezone", "UTC"))).date()
        self.currency = context.info.get("currency", "") or context.catalogue.currency
        self.buyer = Buyer(context.is_member if member is None else member, codes)
        self.shipping, self.shipping_fact = self._shipping()

    def price(self, items: Sequence[Item], extra: Sequence[Terms] = ()) -> Priced:
        """The items at the best price that the rules allow. `extra` are promotions that are no rows of the shop."""
        return best([i.line() for i in items], [*self.terms, *extra], self.buyer, self.day, self.shipping)

    def obstacle(self, terms: Terms, priced: Priced) -> Obstacle | None:
        """Why a promotion takes nothing off this basket."""
        return obstacle(terms, priced, self.buyer, self.day)

    def open(self) -> list[Terms]:
        """The promotions that run today and are open to this customer."""
        return [t for t in self.terms if self._is_open(t)]

    def running(self) -> list[Terms]:
        """The promotions that run today and need no code, whoever asks."""
        return [t for t in self.terms if t.runs(self.day) and (t.code is None or t.code in self.buyer.codes)]

    def _is_open(self, terms: Terms) -> bool:
        return terms in self.running() and (self.buyer.member or not terms.members_only)

    def _shipping(self) -> tuple[int | None, str]:
        """What delivery costs in minor units, and the fact that says so; None where the shop states no plain amount."""
        for name in SHIPPING_FACTS:
            try:
                amount = Decimal(self.context.info.get(name, "").strip())
                minor = amount.scaleb(get_currency_precision(self.currency))
            except InvalidOperation:
                continue
            if amount >= 0 and minor == minor.to_integral_value():
                return int(minor), name
        return None, ""

    def money(self, minor: int) -> str:
        """An amount as the shop writes it."""
        return self.context.money(Money(minor, self.currency))

    def receipt(self, terms: Terms, field: str = "") -> Receipt:
        """Where a promotion's figure comes from; `field` empty: its value, or its type where that is what tells."""
        row = self.rows.get(terms.promotion_id)
        values = {
            "type": row.type if row else terms.kind,
            "value": self._value(terms, row),
            "min_subtotal": float(Money(terms.minimum, self.currency).decimal),
            "description": row.description if row else "",
            "name": terms.name,
            "combinable": "yes" if terms.combinable else "no",
            "code": row.code if row else None,
            "starts": terms.starts.isoformat() if terms.starts else None,
            "ends": terms.ends.isoformat() if terms.ends else None,
        }
        field = field or ("value" if values["value"] is not None else "type")
        return Receipt("promotion", terms.promotion_id, field, values[field], self.context.as_of)

    def _value(self, terms: Terms, row: PromotionRow | None) -> str | float | None:
        if terms.kind == "percent":
            return row.percent if row else f"{float(terms.share * 100):g}"
        return float(Money(terms.value, self.currency).decimal) if terms.value else None

    def receipts(self, priced: Priced, items: Sequence[Item]) -> tuple[Receipt, ...]:
        """The rows behind a computed amount: each variant's price, each promotion that took part."""
        prices = [self.context.price_receipt(item.variant) for item in items]
        return tuple(dict.fromkeys([*prices, *(self.receipt(step.terms) for step in priced.steps)]))

    def shipping_receipt(self) -> Receipt:
        """Where the cost of delivery comes from."""
        name = self.shipping_fact
        return Receipt("shop", name, name, self.context.info.get(name), self.context.as_of)

    def add(self, fact: Fact, name: str, minor: int, receipts: Sequence[Receipt], gloss: str = "") -> str:
        """Give `fact` a computed amount; only code's own sentences may state it."""
        fact.fields[name] = Field("price", self.money(minor), tuple(receipts), gloss)
        return fact.key(name)

    def add_offer(self, fact: Fact, terms: Terms, name: str = "offer") -> str:
        """Give `fact` a promotion's name, in the shop's words."""
        fact.fields[name] = Field("name", f"“{terms.name}”", (self.receipt(terms),), "an offer of the shop")
        return fact.key(name)
