"""Answers that put products, or versions of one product, side by side."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant import measures
from assistant.act import superlative
from assistant.act.aspects import Aspect
from assistant.act.choice import choose
from assistant.act.context import Context
from assistant.act.details import aspect_text, compare_aspect
from assistant.act.plan import Fact, Field, Plan
from assistant.act.words import distinguishing, only
from assistant.language import fold
from assistant.request import Request, Wanted
from assistant.types import Money, Product, Receipt, Variant

_PRICE_WORDS = re.compile(r"\b(?:price|cheap\w*|expensive|costs?|pricier|dearer|how much|afford\w*)\b")
_BY_PRICE = re.compile(r"\b(?:cheaper|dearer|pricier|more expensive|less expensive|costs? (?:more|less))\b")
"""Asks for a difference in price, whatever else it is told by: "how much dearer is it than the smallest"."""
_RATED = re.compile(r"\b(?:rat(?:ed|ings?)|reviews?|reviewed|stars?)\b")
_DEARER = re.compile(r"\b(?:more expensive|pricier|dearer|costs? more|higher price|most expensive)\b")


@dataclass(frozen=True)
class Side:
    """One side of a comparison: variants of a product, and the fact that says them."""

    product: Product
    variants: list[Variant]
    fact: Fact

    @property
    def low(self) -> Money:
        return min(v.price for v in self.variants)

    @property
    def high(self) -> Money:
        return max(v.price for v in self.variants)


def compare(request: Request, context: Context, plan: Plan) -> None:
    """Two or three products side by side: price and availability, what the question asks for, and which costs less."""
    products = context.catalogue.products(request.products[:3])
    if len(products) == 1:
        _compare_variants(products[0], request, context, plan)
        return
    sides: list[Side] = []
    wanted = measures.asked(request.text)
    best = measures.comparable({p.product_id: measures.value_of(p, wanted) for p in products}, wanted) if wanted else {}
    if wanted and len(best) == len(products) and not _BY_PRICE.search(fold(request.text)):
        superlative.say_values(wanted, best, products, plan, context, request.text)
        return
    for product in products:
        choice = choose(product, request.wanted)
        variants = list(choice.sold or choice.exact or product.variants)
        sides.append(_side(product, variants, _told_of(product, variants, request.wanted), context, plan))
        _asked_aspect(request, product, context, plan, len(plan.facts))
    winner = _better_rated(sides, request, context, plan)
    if winner is None and not (_RATED.search(fold(request.text)) and any(s.product.rating is None for s in sides)):
        winner = _difference(sides, request, context, plan)
    plan.listed = [{"product": p.product_id, "sku": None} for p in products]
    plan.focus = [winner.product.product_id] if winner else [p.product_id for p in products]
    plan.cards += [context.card(p) for p in products]


def _told_of(product: Product, variants: Sequence[Variant], wanted: Sequence[Wanted]) -> dict[str, str]:
    """The options to name where only some versions are meant: what one of them costs isn't what all cost."""
    if len(variants) == sum(v.active for v in product.variants):
        return {}
    named = {w.name: w.value for w in wanted if w.name and w.value}
    return {n: x for n, x in named.items() if all(v.options.get(n) == x for v in variants)}


def _side(product: Product, variants: list[Variant], shown: dict[str, str], context: Context, plan: Plan) -> Side:
    """Say what one side costs and whether it is there."""
    fact = context.item(plan, product, shown)
    amount = context.add_price(fact, variants)
    state = context.add_availability(fact, variants)
    be, cost = ("are", "cost") if fact.plural else ("is", "costs")
    plan.say(f"The {fact.key('item')} {cost} {amount}" + (f" and {be} {state}." if state else "."), amount)
    return Side(product, variants, fact)


def _asked_aspect(request: Request, product: Product, context: Context, plan: Plan, number: int) -> None:
    if _PRICE_WORDS.search(fold(request.text)):
        return
    rated = bool(_RATED.search(fold(request.text)))
    aspect = None if rated else compare_aspect(request.text, product, context)
    if rated and product.rating is None:
        plan.core[-1] = plan.core[-1][:-1] + "; I know of no rating for it."
    if aspect is None and product.rating is not None:
        aspect = Aspect("rating", "rating", f"{product.rating:g}")
    if aspect is not None:
        fact = plan.facts[number - 1]
        receipt = Receipt("product", product.product_id, aspect.name, aspect.value, context.as_of)
        key = context.add_value(fact, aspect.name, aspect_text(aspect), receipt, f"its {aspect.name}")
        plan.core[-1] = plan.core[-1][:-1] + f"; {aspect.name.replace('_', ' ')}: {key}."


def _better_rated(sides: Sequence[Side], request: Request, context: Context, plan: Plan) -> Side | None:
    """Which one is rated higher, when that was asked."""
    if not _RATED.search(fold(request.text)) or any(s.product.rating is None for s in sides):
        return None
    best = max(sides, key=lambda s: s.product.rating or 0.0)
    if sum(s.product.rating == best.product.rating for s in sides) > 1:
        return None
    receipts = tuple(Receipt("product", s.product.product_id, "rating", s.product.rating, context.as_of) for s in sides)
    be = "are" if best.fact.plural else "is"
    best.fact.fields["verdict"] = Field("name", f"{be} rated higher", receipts, "which is rated higher")
    plan.say(f"The {best.fact.key('item')} {best.fact.key('verdict')}.", best.fact.key("verdict"))
    return best


def _difference(sides: Sequence[Side], request: Request, context: Context, plan: Plan) -> Side | None:
    """Which costs less (or more, if that was asked), and by how much where both have one price. Returns that side
    when the customer asked for one of them."""
    ordered = sorted(sides, key=lambda s: (s.low, s.high))
    low, top = ordered[0], ordered[-1]
    if (low.low, low.high) == (top.low, top.high):
        plan.say("They cost the same.")
        return None
    dearer = bool(_DEARER.search(fold(request.text)))
    winner, loser = (top, low) if dearer else (low, top)
    receipts = tuple(context.price_receipt(min(s.variants, key=lambda v: v.price)) for s in (winner, loser))
    be = "are" if winner.fact.plural else "is"
    word = "more expensive" if dearer else "cheaper"
    item = winner.fact.key("item")
    if all(s.low == s.high for s in (low, top)):
        gap = Money(top.low.minor - low.low.minor, low.low.currency)
        winner.fact.fields["difference"] = Field(
            "price", context.money(gap), receipts, "how much less or more it costs"
        )
        key = winner.fact.key("difference")
        than = "" if len(sides) == 2 else f" than the {loser.fact.key('item')}"
        plan.say(f"The {item} {be} {word}{than} by {key}.", key)
    elif low.low < top.low:
        verdict = ("starts" if not winner.fact.plural else "start") + (
            " at a higher price" if dearer else " at a lower price"
        )
        winner.fact.fields["verdict"] = Field("name", verdict, receipts, "which costs less")
        plan.say(f"The {item} {winner.fact.key('verdict')}.", winner.fact.key("verdict"))
    asked = re.search(r"\bwh(?:ich|at)", fold(request.text))
    return winner if asked and _PRICE_WORDS.search(fold(request.text)) else None


def _compare_variants(product: Product, request: Request, context: Context, plan: Plan) -> None:
    """Versions of one product: those pointed at, or those by the option of which several values were named."""
    sides: list[Side] = []
    names = distinguishing(product.variants)
    for variant in (v for v in product.variants if v.sku in request.skus):
        sides.append(_side(product, [variant], only(variant, names), context, plan))
    if not sides:
        sides = _by_values(product, request.wanted, context, plan)
    if not sides:  # what was said before excludes them all: then only what this clause names counts
        sides = _by_values(product, request.extra.get("named", ()), context, plan)
    if len(sides) > 1:
        _difference(sides, request, context, plan)
    plan.focus = [product.product_id]


def _by_values(product: Product, wanted: Sequence[Wanted], context: Context, plan: Plan) -> list[Side]:
    named: dict[str, list[str]] = {}
    for w in wanted:
        if w.name and w.value and not w.pinned:
            named.setdefault(w.name, []).append(w.value)
    several = next((n for n, vs in named.items() if len(set(vs)) > 1), "")
    others = [w for w in wanted if w.name != several and not w.pinned]
    fixed = {n: v[0] for n, v in named.items() if n != several}
    sides: list[Side] = []
    for value in dict.fromkeys(named.get(several, [])):
        variants = [v for v in choose(product, others).sold if v.options.get(several) == value]
        if variants:
            sides.append(_side(product, variants, fixed | {several: value}, context, plan))
    return sides
