"""What the answering code works with in one turn: the shop as it is now, and how amounts are written.

Builds the fields of facts with their receipts, so that every figure is made in one place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.act.plan import Fact, Field, Plan
from assistant.act.words import in_which, is_plural, label, option
from assistant.language import fold
from assistant.shop.catalogue import Catalogue
from assistant.shop.search import Search
from assistant.shop.shoppers import Shopper, Shoppers
from assistant.types import Card, Money, Product, Receipt, Variant

Encode = Callable[[Sequence[str]], NDArray[np.float32]]


@dataclass(frozen=True)
class Context:
    """One turn's view of the shop. `as_of` is the real time of reading; `now` the shop's clock."""

    catalogue: Catalogue
    search: Search
    encode: Encode
    info: dict[str, str]
    locale: str
    now: datetime
    as_of: datetime
    shopper: Shopper | None = None
    """Who is signed in, as the shop knows them; None for a visitor."""
    shoppers: Shoppers | None = None
    """Where what customers tell of themselves is kept and forgotten; None where it isn't."""
    led_by: str | None = None
    """The colleague who asks for the customer; None: the customer asks. A colleague's words aren't the customer's own:
    nothing that they tell of a customer is kept beyond the conversation, nothing kept is forgotten and no consent noted
    by them, and their tone is nobody's business."""
    reached: bool = True
    """Whether what a colleague writes into the conversation reaches the customer."""
    done_before: bool = False
    """What the message leads to was done when it was new: it is only to be known again."""
    worked_out: dict[Hashable, Any] = field(default_factory=dict, compare=False)
    """What this turn has worked out of the shop, by what it was asked with: it may be asked again (readings/)."""

    @property
    def is_member(self) -> bool:
        """Whether the customer who is signed in is a member."""
        return self.shopper is not None and self.shopper.member

    def money(self, amount: Money) -> str:
        return amount.format(self.locale)

    def item(self, plan: Plan, product: Product, chosen: dict[str, str] | None = None) -> Fact:
        """A new fact about a product (with the options that tell which of its variants), holding its name."""
        subject = label(product, chosen or {})
        fact = plan.fact(subject, plural=is_plural(product.name))
        receipt = Receipt("product", product.product_id, "name", product.name, self.as_of)
        marks = [Receipt("sku", v.sku, "options", dict(v.options), self.as_of) for v in _one(product, chosen)]
        fact.fields["item"] = Field("item", subject, (receipt, *marks), "the product")
        return fact

    def price_receipt(self, variant: Variant) -> Receipt:
        return Receipt("sku", variant.sku, "price", float(variant.price.decimal), self.as_of)

    def availability_receipt(self, variant: Variant) -> Receipt:
        if variant.stock is not None and variant.active:
            return Receipt("sku", variant.sku, "stock", variant.stock, self.as_of)
        return Receipt("sku", variant.sku, "available", bool(variant.available), self.as_of)

    def add_price(self, fact: Fact, variants: Sequence[Variant]) -> str:
        """Give `fact` the price of these variants: one amount, or the span from the lowest to the highest."""
        low, high = min(variants, key=lambda v: v.price), max(variants, key=lambda v: v.price)
        if low.price == high.price:
            receipts = tuple(self.price_receipt(v) for v in variants[:12])
            fact.fields["price"] = Field("price", self.money(low.price), receipts, "its price")
        else:
            text = f"from {self.money(low.price)} to {self.money(high.price)}"
            receipts = (self.price_receipt(low), self.price_receipt(high))
            fact.fields["price"] = Field("price", text, receipts, "its prices, from the lowest to the highest")
        return fact.key("price")

    def add_lowest_price(self, fact: Fact, variants: Sequence[Variant]) -> str:
        """Give `fact` the lowest price of these variants, said to be the lowest where there are others."""
        low = min(variants, key=lambda v: v.price)
        several = len({v.price for v in variants}) > 1
        text = f"from {self.money(low.price)}" if several else f"for {self.money(low.price)}"
        fact.fields["price"] = Field("price", text, (self.price_receipt(low),), "its price")
        return fact.key("price")

    def add_availability(self, fact: Fact, variants: Sequence[Variant]) -> str | None:
        """Give `fact` whether these variants can be had: in stock, where only some of them are in which ("in stock in
        Green"), sold out when none is.

        Returns None, and adds nothing, where the shop doesn't know.
        """
        there = [v for v in variants if v.available]
        if there:
            receipts = tuple(self.availability_receipt(v) for v in there[:12])
            text = "in stock" if any(v.stock is not None for v in there) else "available"
            text += in_which([v for v in variants if v.available is not None], there)
            fact.fields["in_stock"] = Field("in_stock", text, receipts, "says that it can be bought now")
            return fact.key("in_stock")
        if any(v.available is None for v in variants):
            return None
        receipts = tuple(self.availability_receipt(v) for v in variants[:12])
        gone = "no longer sold" if variants and not any(v.active for v in variants) else "out of stock"
        if gone == "out of stock" and all(v.stock is None for v in variants):
            gone = "not available at the moment"
        fact.fields["sold_out"] = Field("sold_out", gone, receipts, "says that it can't be bought now")
        return fact.key("sold_out")

    def add_value(self, fact: Fact, name: str, text: str, receipt: Receipt, gloss: str) -> str:
        """Give `fact` a value of any other kind under a placeholder name made of `name`."""
        key = re.sub("[^a-z]", "_", fold(name)).strip("_") or "value"
        while key in fact.fields:
            key += "_also"
        fact.fields[key] = Field("value", text, (receipt,), gloss)
        return fact.key(key)

    def card(self, product: Product, variant: Variant | None = None) -> Card:
        """The product as the chat shows it: the variant's price and state, or the product's span."""
        variants = [variant] if variant else [v for v in product.variants if v.active]
        if not variants or not product.active:
            return Card(product.product_id, None, product.name, "", "No longer sold", product.image, product.url)
        low, high = min(v.price for v in variants), max(v.price for v in variants)
        price = self.money(low) if low == high else f"{self.money(low)} – {self.money(high)}"
        there = any(v.available for v in variants)
        unknown = not there and any(v.available is None for v in variants)
        state = "In stock" if there else "Ask us about stock" if unknown else "Out of stock"
        shown = ", ".join(option(n, v) for n, v in variant.options.items() if v) if variant else ""
        image = (variant.image if variant else None) or product.image
        return Card(
            product.product_id, variant.sku if variant else None, product.name, price, state, image, product.url, shown
        )


def _one(product: Product, chosen: dict[str, str] | None) -> list[Variant]:
    """The one variant that `chosen` describes fully, if it does."""
    if not chosen:
        return list(product.variants) if len(product.variants) == 1 else []
    fits = [v for v in product.variants if all(v.options.get(n) == x for n, x in chosen.items())]
    return fits if len(fits) == 1 else []
