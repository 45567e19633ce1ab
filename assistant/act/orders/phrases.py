"""How orders, ways to pay, addresses and versions read in an answer; and the sheet of facts that figures stand on.

Every figure goes through a `Sheet`, so that it has a receipt. Knows English and no rules.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from assistant.act.context import Context
from assistant.act.plan import Fact, Field, Plan
from assistant.act.words import join, option, options
from assistant.order_talk import SPLIT
from assistant.shop.accounts import Account, Address, Line, Method, Order
from assistant.types import Money, Product, Receipt, Variant


class Sheet:
    """Writes facts of orders into a plan and gives their placeholders."""

    def __init__(self, plan: Plan, context: Context) -> None:
        self._plan = plan
        self._context = context
        self._facts: dict[tuple[str, str], Fact] = {}

    def put(self, kind: Any, key: str, name: str, text: str, value: Any) -> str:
        """The placeholder of a fact about an order ("order"), an item ("sku") or the shop, stated as `text`."""
        fact = self._facts.get((kind, key))
        if fact is None:
            fact = self._facts[kind, key] = self._plan.fact(f"{kind} {key}")
        field = re.sub("[^a-z]", "_", name.lower())
        while field in fact.fields and fact.fields[field].text != text:
            field += "_b"
        fact.fields[field] = Field("value", text, (Receipt(kind, key, name, value, self._context.as_of),), name)
        return fact.key(field)

    def money(self, kind: Any, key: str, name: str, minor: int) -> str:
        """An amount in minor units."""
        amount = Money(minor, self._context.info.get("currency", "USD"))
        return self.put(kind, key, name, self._context.money(amount), float(amount.decimal))

    def order(self, order: Order) -> str:
        """An order's number."""
        return self.put("order", order.order_id, "order_id", order.order_id, order.order_id)

    def text(self, order: Order, name: str, text: str) -> str:
        """Anything else that an order's row says."""
        return self.put("order", order.order_id, name, text, text)


def item(line: Line) -> str:
    """An item as it was sold: "Mechanical Keyboard (linear, RGB, full size)"."""
    shown = options(line.options)
    return f"{line.name} ({shown})" if shown else line.name


def options_of(line: Line) -> str:
    return options(line.options) or line.name


def items(lines: Sequence[Line]) -> str:
    return join([item(x) if x.quantity == 1 else f"{x.quantity} × {item(x)}" for x in lines])


def version(variant: Variant, line: Line | None = None) -> str:
    """A version by its options, those that differ from the item that is there first."""
    changed = {n: v for n, v in variant.options.items() if line is None or line.options.get(n) != v}
    kept = {n: v for n, v in variant.options.items() if n not in changed}
    return options({**changed, **kept}) or variant.sku


def short_version(variant: Variant, among: Sequence[Variant]) -> str:
    """A version by what tells it from the others."""
    names = [n for n in variant.options if len({v.options.get(n) for v in among}) > 1] or list(variant.options)
    return ", ".join(option(n, variant.options[n]) for n in names if variant.options.get(n))


def day(moment: datetime) -> str:
    """A day as it reads: "9 October 2026"."""
    return f"{moment.day} {moment:%B %Y}"


def method(found: Method | None) -> str:
    """A way to pay: "your PayPal account", "your Visa card ending in 2478", "your gift card"."""
    if found is None:
        return "the original payment method"
    if found.source == "paypal":
        return "your PayPal account"
    if found.source == "gift_card":
        return "your gift card"
    if found.source == "credit_card":
        brand = {"visa": "Visa", "mastercard": "Mastercard", "amex": "American Express"}.get(
            found.brand or "", found.brand or ""
        )
        digits = f" ending in {found.last_four}" if found.last_four else ""
        if not found.on_file:  # "Visa ending 4411", as an order says: nothing tells a credit card from a debit card
            return f"your {brand or 'card'}{'' if not brand or brand.lower().endswith('card') else ' card'}{digits}"
        return f"your {brand + ' ' if brand else ''}credit card{digits}"
    return f"your {found.method_id if not found.on_file else found.source.replace('_', ' ')}"


def ways(found: Sequence[Method]) -> str:
    """Several ways to pay: "your PayPal account and your gift card"."""
    return join(list(dict.fromkeys(method(m) for m in found)))


def unknown_method(name: str) -> str:
    kind = name.removeprefix("unknown:")
    names = {
        "amex": "an American Express card",
        "gift_card": "a gift card",
        "paypal": "a PayPal account",
        "visa": "a Visa card",
        "mastercard": "a Mastercard",
        "credit_card": "a credit card",
        "bank": "a bank account",
        SPLIT: "more than one payment method",
    }
    return names.get(kind, f"a card ending in {kind}" if kind.isdigit() else "that way to pay")


def address(found: Address | Mapping[str, str]) -> str:
    """An address on one line."""
    town = " ".join(x for x in (found.get("state"), found.get("postcode")) if x)
    parts = [found.get("address1"), found.get("address2"), found.get("city"), town, found.get("country")]
    return ", ".join(str(p) for p in parts if p)


def status(order: Order) -> str:
    """An order's status in words: "pending (item modified)" says enough as it is."""
    return order.status.replace("_", " ")


def the_orders(orders: Sequence[Order], sheet: Sheet) -> str:
    """Several orders, each with what is in it, to choose from."""
    return join([f"{sheet.order(o)} ({join(list(dict.fromkeys(x.name for x in o.lines)))})" for o in orders], "or")


def methods(account: Account, found: Sequence[Method], sheet: Sheet) -> str:
    """Ways to pay, to choose from; a gift card with its balance."""
    out = []
    for one in found:
        text = method(one)
        if one.source == "gift_card" and one.balance is not None:
            text += f" (balance {sheet.money('customer', account.customer_id, one.method_id, one.balance)})"
        out.append(text)
    return join(out, "or")


def named(product: Product, line: Line) -> str:
    return product.name or line.name


def facts(line: Line) -> str:
    """The options of an item, by name and value."""
    return ", ".join(f"{n.replace('_', ' ')} {v}" for n, v in line.options.items() if v) or "without options"
