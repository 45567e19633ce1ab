"""Answers for the lightest, longest, brightest of a kind or of what was talked about: by the shop's own numbers.

Compares only values of one name and one dimension, says of how many the value is known, and shows it. Knows no prices.
"""

from __future__ import annotations

from dataclasses import replace

from assistant import measures
from assistant.act.aspects import Aspect
from assistant.act.conditions import as_wanted, narrowed
from assistant.act.context import Context
from assistant.act.details import aspect_name, aspect_text
from assistant.act.finding import kind_name, kinds_of, of_kind, remembered, shown_kind
from assistant.act.plan import Fact, Field, Plan
from assistant.language import stems
from assistant.measures import Asked, Value
from assistant.request import Request
from assistant.types import Product, Receipt

_SHOWN = 3


def superlative(request: Request, context: Context, plan: Plan) -> bool:
    """Who has the most, or the least, of what the adjective asks for. False, and nothing said, where no such value is
    known of any."""
    products = _candidates(request, context)
    known = {p.product_id: p for p in products}
    kind = [s for p in products[:50] for s in stems(f"{p.name} {p.category} {p.subcategory or ''}")]
    wanted = measures.asked(request.text, kind)
    if wanted is None or not products:
        return False
    if len(products) == 1 and not getattr(measures.value_of(products[0], wanted), "sku", ""):
        request, products = _of_its_kind(products[0], request, context)
        known = {p.product_id: p for p in products}
        if len(products) < _PAIR:
            return False  # of one alone nothing is the most
    best = measures.comparable({p.product_id: measures.value_of(p, wanted) for p in products}, wanted)
    if len(best) < min(2, len(products)) or not best:
        return False
    first = measures.winners(best, wanted)
    plan.search = remembered(request)
    _say(wanted, best, first, known, request, context, plan)
    return True


def say_values(
    wanted: Asked, best: dict[str, Value], products: list[Product], plan: Plan, context: Context, text: str = ""
) -> None:
    """Products side by side by one measured value, and which of them has more of it, or that they are equal."""
    first = measures.winners(best, wanted)
    for product in products:
        value = best[product.product_id]
        fact = context.item(plan, product, _shown(product, value))
        key = state_value(fact, product, value, context)
        name = aspect_name(Aspect("attribute", value.name, value.text)).lower()
        if product.product_id in first and len(first) < len(products):
            told = say_winner(fact, wanted, value, best, len(first) > 1, context)
            plan.core.insert(0, f"The {fact.key('item')} {told}: {key}.")
            plan.needs.append(key)
        else:
            plan.say(f"The {fact.key('item')} {'have' if fact.plural else 'has'} this {name}: {key}.", key)
        plan.cards.append(context.card(product))
    if len(first) == len(products):
        plan.say("They are equal in that.")
    elif len(products) == len(best) == _PAIR and measures.difference(text):
        _say_gap([best[p.product_id] for p in products], [p.product_id for p in products], plan, context)
    plan.listed = [{"product": p.product_id, "sku": None} for p in products]
    plan.focus = list(first) if len(first) < len(products) else [p.product_id for p in products]
    plan.wanted = []


def _say_gap(values: list[Value], ids: list[str], plan: Plan, context: Context) -> None:
    """By how much two products differ, backed by both values."""
    apart = measures.gap(*values)
    if apart:
        receipts = tuple(_receipt(p, v, context) for p, v in zip(ids, values, strict=True))
        fact = plan.facts[-1]
        fact.fields["gap"] = Field("value", apart, receipts, "by how much they differ")
        plan.say(f"The difference is {fact.key('gap')}.", fact.key("gap"))


_PAIR = 2


def _candidates(request: Request, context: Context) -> list[Product]:
    """All of the kind that is named, or the products talked about; never only those that a search found first. Of them
    those that are as the words want them ("your waterproof boots")."""
    products = context.catalogue.products(request.products[:50]) if request.products else of_kind(request, context)
    return as_wanted([p for p in products if p.active and any(v.active for v in p.variants)], request.text)


def _of_its_kind(product: Product, request: Request, context: Context) -> tuple[Request, list[Product]]:
    """The question widened to all of the narrowest kind that the product has company in."""
    for kind in kinds_of(product):
        wide = replace(request, query="", products=(), limits=kind, from_context=False)
        found = _candidates(wide, context)
        if len(found) > 1:
            return wide, found
    return request, [product]


def _say(
    wanted: Asked,
    best: dict[str, Value],
    first: tuple[str, ...],
    known: dict[str, Product],
    request: Request,
    context: Context,
    plan: Plan,
) -> None:
    order = measures.more_of(wanted, best[first[0]].measure.dimension)
    others = sorted((p for p in best if p not in first), key=lambda p: best[p].measure.value, reverse=order)
    shown = [*first[:_SHOWN], *others[: 1 if len(best) > 2 else 2]]
    for product_id in shown:
        value, product = best[product_id], known[product_id]
        fact = context.item(plan, product, _shown(product, value))
        key = state_value(fact, product, value, context)
        if product_id in first:
            scope = _scope(request, best, known) if product_id == first[0] else ""
            told = say_winner(fact, wanted, value, best, len(first) > 1, context)
            lead = f"{scope}the {fact.key('item')} {told}: {key}."
            plan.say(lead[:1].upper() + lead[1:], key)
            plan.cards.append(context.card(product))
        else:
            lead, colon = ("Next comes the", " with") if len(best) > 2 else ("The", ":")
            plan.say(f"{lead} {fact.key('item')}{colon} {key}.", key)
    plan.listed = [{"product": p, "sku": None} for p in shown]
    plan.focus = list(first[:_SHOWN])
    top = best[first[0]]
    version = {"asked": top.text, "name": top.name, "value": top.text, "pinned": True}
    plan.wanted = [version] if top.sku and len(first) == 1 else []  # "is that one there in pink?"


def state_value(fact: Fact, product: Product, value: Value, context: Context) -> str:
    """Give `fact` a measured value, as the shop writes it; returns its placeholder."""
    aspect = Aspect("option" if value.sku else "attribute", value.name, value.text)
    return context.add_value(fact, value.name, aspect_text(aspect), _receipt(product.product_id, value, context), "")


def say_winner(fact: Fact, wanted: Asked, value: Value, best: dict[str, Value], equal: bool, context: Context) -> str:
    """Give `fact` how it compares with the others, backed by the values of them all; returns the placeholder."""
    name = aspect_name(Aspect("attribute", value.name, value.text)).lower()
    told = measures.predicate(wanted, value, name, several=len(best) != 2, plural=fact.plural, equal=equal)
    receipts = tuple(_receipt(p, v, context) for p, v in list(best.items())[:24])
    fact.fields["compared"] = Field("name", told, receipts, "how it compares")
    return fact.key("compared")


def _shown(product: Product, value: Value) -> dict[str, str]:
    """The option that the value is of, where it is one version's."""
    return {value.name: value.text} if value.sku else {}


def _receipt(product_id: str, value: Value, context: Context) -> Receipt:
    if value.sku:
        return Receipt("sku", value.sku, value.name, value.text, context.as_of)
    field, text = ("name", value.source) if value.source else (value.name, value.text)
    return Receipt("product", product_id, field, text, context.as_of)


def _scope(request: Request, best: dict[str, Value], known: dict[str, Product]) -> str:
    """Among what it was looked for, said wherever that isn't plain: all of a kind, or those whose value is known."""
    first = next(iter(best.values()))
    name = aspect_name(Aspect("attribute", first.name, first.text)).lower()
    kind = kind_name(request)
    if len(best) < len(known):
        return f"of those whose {name} our catalogue gives, "
    if request.products or request.from_context:
        return "of these, " if len(known) > _PAIR else ""
    if any(narrowed(p, request.text) for p in known.values()):
        return "of those that fit, "
    return f"of our {shown_kind(kind)}, " if kind else "of those that I found, "
