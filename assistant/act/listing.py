"""Answers that choose among products: what there is, the cheapest, the best rated, and how two of them compare."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.act.choice import choose
from assistant.act.context import Context
from assistant.act.details import aspect_text, compare_aspect
from assistant.act.plan import Field, Plan
from assistant.act.words import distinguishing, is_plural, join, only
from assistant.language import fold
from assistant.request import Limits, Request
from assistant.shop.search import Filters, Hit, Sort
from assistant.types import Product, Receipt, Variant

_SHOWN = 3
_SORTS: dict[str, Sort] = {
    "cheapest": "cheapest",
    "most_expensive": "most_expensive",
    "best_rated": "best_rated",
    "newest": "newest",
}
_ADJECTIVE = {
    "cheapest": "cheapest",
    "most_expensive": "most expensive",
    "best_rated": "best rated",
    "newest": "newest",
}


def filters(limits: Limits, request: Request | None = None, product_ids: Sequence[str] | None = None) -> Filters:
    """The search filters for a request's limits."""
    return Filters(
        category=limits.category,
        subcategory=limits.subcategory,
        brand=limits.brand,
        price_min=limits.price.low,
        price_max=limits.price.high,
        in_stock=limits.in_stock,
        rating_min=limits.rating,
        product_ids=frozenset(product_ids) if product_ids is not None else None,
    )


def search(request: Request, context: Context, plan: Plan) -> None:
    """Up to three products that fit what was asked for; says so plainly when there is nothing of the kind."""
    limits = request.limits
    if request.products and not request.from_context:
        hits = context.search.products("", filters(limits, product_ids=request.products), limit=12)
        hits = sorted(hits, key=lambda h: request.products.index(h.product_id))
    else:
        hits = [
            h
            for h in context.search.products(request.query, filters(limits), limit=12)
            if h.confident or not request.query
        ]
    plan.search = {"query": request.query, "products": list(request.products) if not request.from_context else []}
    if not hits:
        _nothing(request, context, plan)
        return
    _list(hits, request, context, plan)


def _list(hits: Sequence[Hit], request: Request, context: Context, plan: Plan) -> None:
    products = {p.product_id: p for p in context.catalogue.products([h.product_id for h in hits[:_SHOWN]])}
    parts: list[str] = []
    plan.listed = []
    for hit in hits[:_SHOWN]:
        product = products.get(hit.product_id)
        if product is None:
            continue
        variants = [v for v in product.variants if v.sku in hit.skus] or [v for v in product.variants if v.active]
        fact = context.item(plan, product)
        amount = context.add_price(fact, variants)
        state = context.add_availability(fact, variants)
        parts.append(f"the {fact.key('item')} for {amount}" + (f" ({state})" if state else ""))
        plan.needs += [fact.key("item"), amount]
        plan.listed.append({"product": product.product_id, "sku": None})
        plan.cards.append(context.card(product))
    plan.say(f"We have {join(parts)}.")
    plan.focus = [str(item["product"]) for item in plan.listed]
    if len(hits) > _SHOWN:
        plan.closing.append("There are more; tell me what matters to you and I'll narrow it down.")
    plan.phrase = len(parts) <= 2


def _nothing(request: Request, context: Context, plan: Plan) -> None:
    """Nothing fits: without the limits, is there something of the kind?"""
    if request.limits and (request.query or request.products):
        free = filters(
            Limits(category=request.limits.category, brand=request.limits.brand), product_ids=request.products or None
        )
        query = "" if request.products else request.query
        near = [h for h in context.search.products(query, free, "cheapest", limit=12) if h.confident or not query]
        if near:
            plan.say("I'm sorry, nothing of that kind fits these limits.")
            _extreme_of(near, "cheapest", request, context, plan, lead="The closest is")
            plan.answered = True
            return
    plan.say("I'm sorry, I couldn't find that in our shop.")
    plan.closing.append("Tell me what you need it for and I'll look for something that fits.")
    plan.answered = False


def extreme(request: Request, context: Context, plan: Plan) -> None:
    """The cheapest, dearest, best rated or newest of what was asked for."""
    if request.products and len(request.products) == 1 and not request.limits.category:
        product = context.catalogue.product(request.products[0])
        if product is not None and len(product.variants) > 1 and request.act in ("cheapest", "most_expensive"):
            _extreme_variant(product, request, context, plan)
            return
    limits = request.limits
    sort = _SORTS[request.act]
    if request.products:
        hits = context.search.products("", filters(limits, product_ids=request.products), sort, limit=5)
    else:
        hits = [
            h
            for h in context.search.products(request.query, filters(limits), sort, limit=12)
            if h.confident or not request.query
        ]
    plan.search = {"query": request.query, "products": list(request.products), "limits": None}
    if not hits:
        _nothing(request, context, plan)
        return
    _extreme_of(hits, request.act, request, context, plan)


def _extreme_of(hits: Sequence[Hit], act: str, request: Request, context: Context, plan: Plan, lead: str = "") -> None:
    product = context.catalogue.product(hits[0].product_id)
    if product is None:
        return
    sold = (
        [v for v in product.variants if v.sku in hits[0].skus]
        or [v for v in product.variants if v.active]
        or list(product.variants)
    )
    chosen = max(sold, key=lambda v: v.price) if act == "most_expensive" else min(sold, key=lambda v: v.price)
    _say_extreme(product, chosen, act, context, plan, lead)
    plan.listed = [{"product": h.product_id, "sku": None} for h in hits[:5]]


def _extreme_variant(product: Product, request: Request, context: Context, plan: Plan) -> None:
    named = [w for w in request.wanted if not w.pinned]
    choice = choose(product, named)
    sold = [v for v in choice.sold if _fits(v, request.limits)]
    if not sold:
        _nothing(request, context, plan)
        return
    chosen = (
        max(sold, key=lambda v: (v.price, v.sku))
        if request.act == "most_expensive"
        else min(sold, key=lambda v: (v.price, v.sku))
    )
    _say_extreme(product, chosen, request.act, context, plan, "")
    if chosen.available is False and choice.available:
        other = (
            max(choice.available, key=lambda v: v.price)
            if request.act == "most_expensive"
            else min(choice.available, key=lambda v: v.price)
        )
        fact = context.item(plan, product, only(other, distinguishing(product.variants)))
        state, amount = context.add_availability(fact, [other]), context.add_price(fact, [other])
        plan.say(f"Of those {state}, it is the {fact.key('item')} for {amount}.", fact.key("item"), amount)


def _fits(variant: Variant, limits: Limits) -> bool:
    low, high = limits.price.low, limits.price.high
    if limits.in_stock and variant.available is False:
        return False
    return (low is None or variant.price.minor >= low) and (high is None or variant.price.minor <= high)


def _say_extreme(product: Product, chosen: Variant, act: str, context: Context, plan: Plan, lead: str) -> None:
    names = distinguishing(product.variants)
    fact = context.item(plan, product, only(chosen, names))
    amount = context.add_price(fact, [chosen])
    state = context.add_availability(fact, [chosen])
    rating = ""
    if act == "best_rated" and product.rating is not None:
        receipt = Receipt("product", product.product_id, "rating", product.rating, context.as_of)
        key = context.add_value(fact, "rating", f"{product.rating:g} out of 5", receipt, "its rating")
        rating = f", rated {key}"
    superlative = Receipt("sku", chosen.sku, "price", float(chosen.price.decimal), context.as_of)
    fact.fields["rank"] = Field("name", _ADJECTIVE[act], (superlative,), f"says that it is the {_ADJECTIVE[act]}")
    start = lead or f"The {fact.key('rank')} {'are' if is_plural(product.name) else 'is'}"
    tail = f" and {'are' if fact.plural else 'is'} {state}" if state else ""
    plan.say(
        f"{start} the {fact.key('item')} at {amount}{rating}; {'they' if fact.plural else 'it'}{tail[4:]}."
        if tail
        else f"{start} the {fact.key('item')} at {amount}{rating}.",
        fact.key("item"),
        amount,
    )
    plan.focus = [product.product_id]
    plan.wanted = [{"asked": v, "name": n, "value": v, "pinned": True} for n, v in chosen.options.items() if v]
    plan.listed = [{"product": product.product_id, "sku": chosen.sku}]
    plan.cards.append(context.card(product, chosen))
    plan.phrase = True


def compare(request: Request, context: Context, plan: Plan) -> None:
    """Two or three products side by side: price and availability, what the question asks for, and which costs less."""
    products = context.catalogue.products(request.products[:3])
    if len(products) == 1:
        _compare_variants(products[0], request, context, plan)
        return
    sides: list[tuple[Product, list[Variant]]] = []
    for product in products:
        choice = choose(product, request.wanted)
        variants = list(choice.sold or choice.exact or product.variants)
        sides.append((product, variants))
        fact = context.item(plan, product)
        amount = context.add_price(fact, variants)
        state = context.add_availability(fact, variants)
        be, cost = ("are", "cost") if fact.plural else ("is", "costs")
        plan.say(
            f"The {fact.key('item')} {cost} {amount}" + (f" and {be} {state}." if state else "."),
            fact.key("item"),
            amount,
        )
        _asked_aspect(request, product, context, plan, len(plan.facts))
    _difference(sides, context, plan)
    plan.listed = [{"product": p.product_id, "sku": None} for p in products]
    plan.focus = [p.product_id for p in products]
    plan.cards += [context.card(p) for p in products]


def _asked_aspect(request: Request, product: Product, context: Context, plan: Plan, number: int) -> None:
    folded = fold(request.text)
    if any(w in folded for w in ("price", "cheaper", "expensive", "cost", "how much more", "how much less")):
        return
    aspect = compare_aspect(request.text, product, context)
    if aspect is None and product.rating is not None:
        from assistant.act.aspects import Aspect

        aspect = Aspect("rating", "rating", f"{product.rating:g}")
    if aspect is not None:
        fact = plan.facts[number - 1]
        receipt = Receipt("product", product.product_id, aspect.name, aspect.value, context.as_of)
        key = context.add_value(fact, aspect.name, aspect_text(aspect), receipt, f"its {aspect.name}")
        plan.core[-1] = plan.core[-1][:-1] + f"; {aspect.name.replace('_', ' ')}: {key}."


def _difference(sides: Sequence[tuple[Product, list[Variant]]], context: Context, plan: Plan) -> None:
    """Which costs less, and by how much where both have one price."""
    lows = [
        (min(v.price for v in variants), max(v.price for v in variants), product, variants)
        for product, variants in sides
    ]
    lows.sort(key=lambda s: (s[0], s[1]))
    cheapest, other = lows[0], lows[-1]
    if cheapest[0] == other[0] and cheapest[1] == other[1]:
        plan.say("They cost the same.")
        return
    fact = context.item(plan, cheapest[2])
    receipts = tuple(context.price_receipt(min(s[3], key=lambda v: v.price)) for s in (cheapest, other))
    single = all(s[0] == s[1] for s in lows) and len(lows) == 2
    if single:
        gap = type(cheapest[0])(other[0].minor - cheapest[0].minor, cheapest[0].currency)
        fact.fields["difference"] = Field("price", context.money(gap), receipts, "how much cheaper it is")
        plan.say(
            f"The {fact.key('item')} {'are' if fact.plural else 'is'} cheaper by {fact.key('difference')}.",
            fact.key("item"),
            fact.key("difference"),
        )
    elif cheapest[0] < other[0]:
        fact.fields["difference"] = Field(
            "name",
            "has the lowest price" if not fact.plural else "have the lowest price",
            receipts,
            "says that it is the cheapest",
        )
        plan.say(f"The {fact.key('item')} {fact.key('difference')}.", fact.key("item"))


def _compare_variants(product: Product, request: Request, context: Context, plan: Plan) -> None:
    """Versions of one product, by the option of which several values were named; else by all it comes in."""
    named: dict[str, list[str]] = {}
    for w in request.wanted:
        if w.name and w.value:
            named.setdefault(w.name, []).append(w.value)
    several = next((n for n, vs in named.items() if len(set(vs)) > 1), None)
    others = [w for w in request.wanted if w.name != several]
    sides: list[tuple[str, list[Variant]]] = []
    for value in dict.fromkeys(named.get(several or "", [])):
        choice = choose(product, others)
        variants = [v for v in choice.sold if v.options.get(several or "") == value]
        if not variants:
            continue
        sides.append((value, variants))
        fact = context.item(plan, product, {n: v[0] for n, v in named.items() if n != several} | {str(several): value})
        amount = context.add_price(fact, variants)
        state = context.add_availability(fact, variants)
        be, cost = ("are", "cost") if fact.plural else ("is", "costs")
        plan.say(
            f"The {fact.key('item')} {cost} {amount}" + (f" and {be} {state}." if state else "."),
            fact.key("item"),
            amount,
        )
    if len(sides) > 1:
        low = min(range(len(sides)), key=lambda i: min(v.price for v in sides[i][1]))
        if len({min(v.price for v in s[1]) for s in sides}) > 1:
            plan.say(f"Cheapest of these: the {plan.facts[low].key('item')}.", plan.facts[low].key("item"))
        else:
            plan.say("Their lowest prices are the same.")
    plan.focus = [product.product_id]
