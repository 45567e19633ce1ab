"""Answers for the cheapest, dearest, best rated or newest of what was asked for."""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.act import conditions, promotions
from assistant.act.choice import choose
from assistant.act.context import Context
from assistant.act.finding import (
    best_matches,
    closest_category,
    filters,
    fits,
    kind_name,
    kinds_of,
    remembered,
    shown_kind,
)
from assistant.act.left_out import without
from assistant.act.listing import nothing, say_one
from assistant.act.measured import has, measures_in
from assistant.act.plan import Field, Plan
from assistant.act.words import distinguishing, only
from assistant.language import squash, stems
from assistant.request import Limits, Request
from assistant.shop.search import Hit, Sort
from assistant.types import Product, Receipt, Variant
from assistant.understand.topic import Topic

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

_COMPARED = 3
Pool = list[tuple[Product, Variant]]


def extreme(request: Request, context: Context, plan: Plan) -> None:
    """The one of all versions that fit the words, the options and the limits; and the next one that is there."""
    products = _candidates(request, context)
    named = [w for p in products[:1] for w in (request.match(p) if request.match else []) if w.value is not None]
    plan.search = remembered(request) | {"products": [] if _is_kind(request) else list(request.products)}
    plan.search["wanted"] += [vars(w) for w in named if vars(w) not in plan.search["wanted"]]
    if request.act == "best_rated":
        products = [p for p in products if p.rating is not None]
        if not products:
            plan.say("I'm sorry, our catalogue has no ratings for these.")
            plan.answered = False
            return
    pool = _pool(products, request)
    for number in range(len(request.wanted) - 1, -1, -1):  # what was said first gives way when nothing has it all
        pool = pool or _pool(products, replace(request, wanted=request.wanted[:number]))
    if request.from_context and request.wanted and not named and len(pool) == 1 and len(products) == 1:
        pool = _pool(products, replace(request, wanted=())) or pool  # the cheapest of one version says nothing
    if request.from_context and pool and all(v.available is False for _, v in pool):
        now = {w.name for w in request.extra.get("named", ())}
        fresh = _pool(products, replace(request, wanted=tuple(w for w in request.wanted if w.name in now)))
        pool = fresh if any(v.available for _, v in fresh) else pool  # what was said earlier gives way to what is there
    pool = _of_measure(pool, request.text)
    if not pool:
        nothing(request, context, plan)
        return
    if _is_of_one(request) and _says_nothing(pool, request.act):
        request, pool = _of_its_kind(request, pool, context)
    product, chosen = _pick(pool, request.act)
    fact = say_one(
        product, chosen, f"The {{{len(plan.facts) + 1}.rank}} @be", context, plan, rating=request.act == "best_rated"
    )
    receipt = Receipt("sku", chosen.sku, "price", float(chosen.price.decimal), context.as_of)
    adjective = f"{_ADJECTIVE[request.act]}{_scope(pool, request)}"
    fact.fields["rank"] = Field("name", adjective, (receipt,), f"says that it is the {adjective}")
    plan.phrase = True
    if request.from_context and 1 < len(request.products) <= _COMPARED:  # "and which is cheaper?" is of the same two
        plan.listed = [{"product": p, "sku": None} for p in request.products]
    promotions.after(product, [chosen], context, plan, hints=False)
    told = {w.name for w in request.wanted if w.value is not None and not w.pinned} | {w.name for w in named}
    plan.wanted = [w | {"pinned": w["name"] not in told} for w in plan.wanted or ()]
    there = [pair for pair in pool if pair[1].available]
    if chosen.available is False and there and request.act in ("cheapest", "most_expensive"):
        _next(*_pick(there, request.act), context, plan)


def _is_of_one(request: Request) -> bool:
    """Whether one thing is talked of, or named whole without a version: "is the tarn 3 the dearest tent?"."""
    whole = len(request.products) == 1 and float(request.extra.get("coverage", 0.0)) >= _WHOLE
    return request.from_context or (whole and not request.extra.get("named"))


def _says_nothing(pool: Pool, act: str) -> bool:
    """Whether all of the pool are versions of one product that are equal in what is asked: none of them stands out."""
    equal = act in ("best_rated", "newest") or len({v.price.minor for _, v in pool}) == 1
    return equal and len({p.product_id for p, _ in pool}) == 1


def _of_its_kind(request: Request, pool: Pool, context: Context) -> tuple[Request, Pool]:
    """The question and the pool widened from one product to what it was found among, else to its kind: "and the
    dearest?" after a talk of one tent."""
    wide = replace(request, products=(), query="", wanted=(), from_context=False, match=None)
    topic: Topic | None = request.extra.get("topic")
    among = topic if topic and topic.query and pool[0][0].product_id in topic.shown else None
    searched = [replace(wide, query=among.query, limits=among.limits)] if among else []
    for wide in (*searched, *(replace(wide, limits=kind) for kind in kinds_of(pool[0][0]))):
        widened = _pool(_candidates(wide, context), wide)
        if len({p.product_id for p, _ in widened}) > 1:
            return wide, widened
    return request, pool


def _scope(pool: Pool, request: Request) -> str:
    """Among what it is the most, as it reads behind the adjective: "of our tents", "version", "of these"."""
    limits, kind = request.limits, kind_name(request)
    if request.products and not _is_kind(request):
        return " of these" if len({p.product_id for p, _ in pool}) > 1 else " version"
    narrowed = bool(limits.price or limits.brand or limits.rating or limits.in_stock or request.wanted)
    narrowed |= any(conditions.narrowed(product, request.text) for product, _ in pool)
    if not kind:
        everything = not (request.query or request.products or limits.category or limits.subcategory or narrowed)
        return " of all that we have" if everything else " that I found"
    shown = shown_kind(kind)
    return f" of our {shown if shown.endswith('s') else f'{shown} range'}{' that fit' if narrowed else ''}"


def _candidates(request: Request, context: Context) -> list[Product]:
    limits, sort = request.limits, _SORTS[request.act]
    widened = _is_kind(request)
    if request.products and not widened:
        ids = list(request.products)
        if request.act in ("best_rated", "newest"):
            ids = [
                h.product_id for h in context.search.products("", filters(Limits(), product_ids=ids), sort, limit=12)
            ]
        return context.catalogue.products(ids)
    query = "" if kind_name(request) else request.query
    if query and (limits.category or limits.subcategory):
        query = _had_by_some(request, context)
    hits = context.search.products(query, filters(limits), sort, limit=12)
    hits = without(best_matches([h for h in hits if h.confident or not query]), request, context)[0]
    by_name = any(h.matched for h in hits)  # who has the word in its text only may be one of many of its kind
    unnamed = bool(query) and not (limits.category or limits.subcategory)
    category = closest_category(request.query, context) if unnamed or not hits or (query and not by_name) else None
    of_all = category and (_all_of(category, query, hits, context) or _is_topic(category, request, hits, context))
    if category and (not hits or not by_name or of_all):
        wide = replace(limits, category=category)
        hits = context.search.products("", filters(wide), sort, limit=12)
    found = [h.product_id for h in hits]
    if widened and request.act in ("cheapest", "most_expensive"):
        found += [p for p in request.products if p not in found]
    return conditions.as_wanted(_of_that_measure(request, context.catalogue.products(found)), request.text)


def _is_topic(category: str, request: Request, hits: list[Hit], context: Context) -> bool:
    """Whether one word means the very category that was looked at, which isn't called so: "the dearest food" among
    groceries is not only of what is called some food; iPhones are no word for all phones."""
    topic, word = request.extra.get("topic"), set(stems(request.query))
    looked_at = topic is not None and category in (topic.limits.category, topic.limits.subcategory)
    if not looked_at or len(request.query.split()) != 1 or word & set(stems(category)):
        return False
    return all(word & set(stems(p.name)[-1:]) for p in context.catalogue.products([h.product_id for h in hits]))


def _all_of(category: str, query: str, hits: list[Hit], context: Context) -> bool:
    """Whether all that was found is of one kind, which the words mean: "coffee machines" are all coffee makers."""
    found = context.catalogue.products([h.product_id for h in hits])
    before_head = {s for w in query.split()[:-1] for s in stems(w)}
    if not before_head or not before_head <= set(stems(category.replace("-", " "))):
        return False  # "kids backpack": another word than the kind's tells them apart
    return bool(found) and all(category in (p.category, p.subcategory) for p in found)


def _of_that_measure(request: Request, products: list[Product]) -> list[Product]:
    """Those in which the shop writes every measure that is asked for, where any has: "a gaming laptop with 1 TB"."""
    asked = [squash(m[0]) for m in _MEASURE.finditer(request.text.lower())]
    having = [p for p in products if all(a in _written(p) for a in asked)]
    return having if asked and having else products


_MEASURE = re.compile(r"\b\d+(?:\.\d+)?[ -]?(?:tb|gb|mb|ghz|hz|mah|mp|lm|kg|ml|cm|mm|inch|litres?|liters?|watts?|k)\b")


def _written(product: Product) -> str:
    values = [v for variant in product.variants for v in variant.options.values()]
    return squash(" / ".join(map(str, (product.name, *product.attributes.values(), *product.specs.values(), *values))))


def _had_by_some(request: Request, context: Context) -> str:
    """The words asked for beside a kind that something of it has: what nobody has narrows nothing ("just curious")."""
    hits = best_matches(context.search.products(request.query, filters(request.limits), limit=12))
    nowhere = hits[0].missing if hits else frozenset()
    kept = " ".join(w for w in request.query.split() if w not in nowhere)
    return "" if kind_name(replace(request, query=kept)) else kept


def _is_kind(request: Request) -> bool:
    """Whether the products named are only those in whose names a word stands: then all things of that kind count."""
    return request.group and not request.from_context and float(request.extra.get("coverage", 1.0)) < _WHOLE


_WHOLE = 0.99


def _pool(products: list[Product], request: Request) -> Pool:
    """Every version on sale that has the options named; products that don't know an option that others have are out."""
    fitting: list[tuple[bool, Product, list[Variant]]] = []
    for product in products:
        named = [w for w in request.match(product) if w.value is not None] if request.match else []
        names = {w.name for w in named}
        kept = [w for w in request.wanted if w.value is not None and not w.pinned and w.name not in names]
        sold = [v for v in choose(product, [*named, *kept]).sold if fits(v, request.limits)]
        fitting.append((bool(named), product, sold))
    any_named = any(named for named, _, _ in fitting)
    if not any_named and request.products and any(_lacks_colour(product, request) for product in products):
        return []  # "the cheapest in white" of what comes in no white
    return [(product, v) for named, product, sold in fitting if named or not any_named for v in sold]


def _lacks_colour(product: Product, request: Request) -> bool:
    """Whether a colour is named that a product of colours doesn't come in."""
    named = request.match(product) if request.match else []
    return any(w.value is None and (w.name or "").lower() in ("colour", "color") for w in named)


def _of_measure(pool: Pool, text: str) -> Pool:
    """The versions that have the measures named ("cheapest 55 inch tv"); all where none has."""
    for wanted in measures_in(text):
        having = [(p, v) for p, v in pool if has(wanted, (p.name, *v.options.values(), *map(str, p.specs.values())))]
        pool = having or pool
    return pool


def _pick(pool: Pool, act: str) -> tuple[Product, Variant]:
    if act == "most_expensive":
        return max(pool, key=lambda pair: (pair[1].price, pair[1].sku))
    if act == "cheapest":
        return min(pool, key=lambda pair: (pair[1].price, pair[1].sku))
    return pool[0]


def _next(product: Product, other: Variant, context: Context, plan: Plan) -> None:
    fact = context.item(plan, product, only(other, distinguishing(product.variants)))
    state, amount = context.add_availability(fact, [other]), context.add_price(fact, [other])
    be, cost = ("are", "cost") if fact.plural else ("is", "costs")
    plan.say(f"The {fact.key('item')}, next in price, {cost} {amount} and {be} {state}.", amount)
