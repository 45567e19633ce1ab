"""Plans made by hand, whose facts read as marks ("<price 1>"), so that a test sees which fact a sentence states."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from assistant.act.plan import Fact, Field, FieldKind, Plan
from assistant.types import Receipt

AS_OF = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MARK = re.compile(r"<(\w+) (\d+)>")
KINDS: dict[str, FieldKind] = {
    "item": "item",
    "price": "price",
    "was": "price",
    "difference": "price",
    "in_stock": "in_stock",
    "sold_out": "sold_out",
    "stock": "stock",
    "yes": "yes",
    "no": "no",
    "rank": "name",
    "about": "quote",
    "colour": "list",
}


def add_fact(plan: Plan, *names: str, plural: bool = False, texts: dict[str, str] | None = None) -> Fact:
    """A fact with an item and these fields; a field reads "<name number>" unless `texts` says how."""
    fact = plan.fact(f"thing {len(plan.facts) + 1}", plural=plural)
    for name in ("item", *names):
        text = (texts or {}).get(name, f"<{name} {fact.number}>")
        receipt = Receipt("sku", f"SKU-{fact.number}", name, text, AS_OF)
        fact.fields[name] = Field(KINDS.get(name, "value"), text, (receipt,))
    return fact


def priced_plan(num_products: int = 1, *names: str, sold_out: bool = False, plural: bool = False) -> Plan:
    """Products with a price and whether they are there, as code would say it."""
    plan = Plan(phrase=True)
    state = "sold_out" if sold_out else "in_stock"
    for _ in range(num_products):
        fact = add_fact(plan, "price", state, *names, plural=plural)
        plan.say(f"The {fact.key('item')} costs {fact.key('price')} and is {fact.key(state)}.", fact.key("price"))
    return plan


def marks(text: str) -> list[tuple[str, int]]:
    """The facts that a sentence states, in order: [("item", 1), ("price", 1)]."""
    return [(m[1], int(m[2])) for m in MARK.finditer(text.replace("<Item", "<item"))]
