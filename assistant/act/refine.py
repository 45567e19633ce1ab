"""Answers that turn a topic: something cheaper, a bigger one, what else there is, only those with 60 litres.

What is listed is always of the topic's kind, measured against what was shown of it. Never lists the whole shop.
"""

from __future__ import annotations

import re
from dataclasses import replace

from assistant import measures
from assistant.act import finding, listing
from assistant.act.context import Context
from assistant.act.exact import lacked
from assistant.act.plan import Plan
from assistant.act.superlative import state_value
from assistant.act.words import is_plural
from assistant.language import STOP_WORDS, stems, tokenize
from assistant.measures import Asked, Measure, Value
from assistant.request import Bounds, Refine, Request
from assistant.types import Product, Variant

_SHOWN = 3
_POOL = 60


def refine(request: Request, context: Context, plan: Plan) -> None:
    """Says what the topic holds beside, below or above what was shown."""
    change: Refine = request.extra["refine"]
    plan.search = finding.remembered(request)
    if change.how == "fits":
        if not fitting(change, request, context, plan):
            plan.say("I couldn't find one like that among those.")
        return
    pool = _pool(request, context)
    if change.how == "without":
        _left(change, pool, request, context, plan)
    elif change.how in ("cheaper", "dearer"):
        _by_price(change, pool, request, context, plan)
    elif change.how == "more":
        _by_measure(change, pool, request, context, plan)
    else:
        _others(change, pool, request, context, plan)


def has_subject(request: Request) -> bool:
    """Whether a search says of what: without that, nothing is listed."""
    limits = request.limits
    kind = limits.category or limits.subcategory or limits.brand
    return bool(request.query or request.products or kind or limits.price or limits.rating)


def _pool(request: Request, context: Context) -> list[Product]:
    """Every product of the topic that is on sale, what fits its words best first."""
    found = finding.of_kind(replace(request, limits=replace(request.limits, price=Bounds())), context, limit=_POOL)
    known = {p.product_id for p in found}
    found += [p for p in context.catalogue.products(request.products[:_POOL]) if p.product_id not in known]
    return [p for p in found if p.active and any(v.active for v in p.variants)]


def _sold(product: Product) -> list[Variant]:
    return [v for v in product.variants if v.active]


def _left(change: Refine, pool: list[Product], request: Request, context: Context, plan: Plan) -> None:
    """What there is without what somebody doesn't want: by its name, else by what is written of it."""
    words = change.words.split()
    named = [p for p in pool if set(stems(change.words)) <= set(stems(f"{p.name} {p.subcategory or ''}"))]
    gone = {p.product_id for p in named or [p for p in pool if not lacked(words, p)]}
    left = [p for p in pool if p.product_id not in gone]
    if not left:
        plan.say("I couldn't find one like that among those.")
        return
    listing.show(left, request, context, plan)


def _by_price(change: Refine, pool: list[Product], request: Request, context: Context, plan: Plan) -> None:
    """Those that cost less (or more) than everything it is said beside."""
    beside = [p for p in context.catalogue.products(change.beside) if _sold(p)]
    prices = [v.price.minor for p in beside for v in _told(p, request)]
    if not prices:
        _others(change, pool, request, context, plan)
        return
    low, high = request.limits.price.low, request.limits.price.high
    price = Bounds(low, min(prices) - 1) if change.how == "cheaper" else Bounds(max(prices) + 1, high)
    limits = replace(request.limits, price=price)
    fitting = [p for p in pool if any(finding.fits(v, limits) for v in _sold(p))]
    if fitting:
        fitting.sort(key=lambda p: min(v.price for v in _sold(p)))
        listing.show(fitting, replace(request, limits=limits), context, plan)
        return
    pick = min if change.how == "cheaper" else max
    every = [(v.price, p, v) for p in (*pool, *beside) for v in _sold(p)]
    _, product, variant = pick(every, key=lambda each: each[0])
    less, rank = ("less", "lowest") if change.how == "cheaper" else ("more", "highest")
    listing.say_one(product, variant, f"Nothing of that kind costs {less}: the {rank} price is that of", context, plan)


def _told(product: Product, request: Request) -> list[Variant]:
    """The versions that were talked about: those with the options named, else the ones at the lowest price."""
    kept = request.extra.get("before", {})
    named = [v for v in _sold(product) if all(v.options.get(n) == x for n, x in kept.items() if n in v.options)]
    sold = named if kept and named else _sold(product)
    return [min(sold, key=lambda v: v.price)]


def _by_measure(change: Refine, pool: list[Product], request: Request, context: Context, plan: Plan) -> None:
    """Those that have more (or less) of it than what it is said beside; a version of the same product comes first."""
    wanted = measures.asked(change.words)
    beside = [p for p in context.catalogue.products(change.beside) if _sold(p)]
    products = [*beside, *(p for p in pool if p.product_id not in change.beside)]
    values = {p.product_id: measures.value_of(p, wanted) for p in products} if wanted else {}
    best = measures.comparable(values, wanted) if wanted else {}
    marks = [v for p in beside if (v := _mark(p, values.get(p.product_id, []), request)) is not None]
    if wanted is None or not marks or (len(best) < 2 and not any(len(v) > 1 for v in values.values())):
        plan.say("Our catalogue doesn't measure that for these.")
        _others(change, pool, request, context, plan)
        return
    more = measures.more_of(wanted, marks[0].measure.dimension)
    mark = (max if more else min)(v.measure.value for v in marks)
    _say_beyond(mark, more, marks[0], products, values, wanted, request, context, plan)


def _mark(product: Product, values: list[Value], request: Request) -> Value | None:
    """What a product has of it: that of the version talked about, else its first."""
    kept = request.extra.get("before", {})
    own = [v for v in values if v.sku is None or kept.get(v.name) == v.text]
    return next(iter(own or values), None)


def _say_beyond(
    mark: float, more: bool, like: Value, products: list[Product], values: dict[str, list[Value]], wanted: Asked,
    request: Request, context: Context, plan: Plan,
) -> None:  # fmt: skip
    beyond: list[tuple[float, Product, Value]] = []
    for product in products:
        fit = [
            v
            for v in values[product.product_id]
            if v.measure.dimension == like.measure.dimension
            and (v.measure.value > mark if more else v.measure.value < mark)
        ]
        if fit:
            nearest = (min if more else max)(fit, key=lambda v: v.measure.value)
            beyond.append((nearest.measure.value, product, nearest))
    if not beyond:
        plan.say(f"I couldn't find a {wanted.word} one." if wanted.word.endswith("er") else "I couldn't find one.")
        return
    beside = set(request.extra["refine"].beside)
    beyond.sort(key=lambda each: (each[1].product_id not in beside, each[0] if more else -each[0]))
    plan.listed = []
    for _, product, value in beyond[:_SHOWN]:
        fact = context.item(plan, product, {value.name: value.text} if value.sku else {})
        key = state_value(fact, product, value, context)
        versions = [v for v in _sold(product) if not value.sku or v.options.get(value.name) == value.text]
        amount, state = context.add_lowest_price(fact, versions), context.add_availability(fact, versions)
        has = "have" if is_plural(product.name) else "has"
        label = value.name.replace("_", " ").lower()
        plan.say(
            f"The {fact.key('item')} {has} this {label}: {key}. You get it {amount}"
            + (f" ({state})." if state else "."),
            key,
        )
        plan.listed.append({"product": product.product_id, "sku": value.sku})
        plan.cards.append(context.card(product))
    plan.focus = list(dict.fromkeys(str(item["product"]) for item in plan.listed))
    value = beyond[0][2]
    one = len(plan.focus) == 1 and value.sku
    plan.wanted = [{"asked": value.text, "name": value.name, "value": value.text, "pinned": False}] if one else []


def of_topic(words: str, request: Request, context: Context) -> list[Product]:
    """The products of the topic that have what `words` name somewhere in what the shop writes of them."""
    wanted = measures.measure(words) if measures.measured(words) else None
    said = [t.text for t in tokenize(words) if t.text not in STOP_WORDS]
    return [p for p in _pool(request, context) if _has_measure(p, wanted) or (said and _has_words(p, said))]


def _of_kin(change: Refine, request: Request, context: Context) -> list[Product]:
    """The products of the kind of what it is said beside that have what the message names, where none of those that
    were looked for has it."""
    kinds = {(p.category, p.subcategory) for p in context.catalogue.products(change.beside[:_SHOWN])}
    if len(kinds) != 1:
        return []
    category, subcategory = kinds.pop()
    limits = replace(request.limits, category=category, subcategory=subcategory or None, brand=None)
    kin = replace(request, query=subcategory or category, products=(), group=False, limits=limits)
    return of_topic(change.words, kin, context)


def _has_words(product: Product, words: list[str]) -> bool:
    """Whether all the words stand in what the shop writes of it, and no attribute denies one ("waterproof: no")."""
    written = (*product.attributes.items(), *product.specs.items())
    denied = {s for name, text in written if _NO.match(str(text).lower()) for s in stems(name.replace("_", " "))}
    return not lacked(words, product) and not denied & set(stems(" ".join(words)))


_NO = re.compile(r"(?:no|not|none|false|without)\b")


def _has_measure(product: Product, wanted: Measure | None) -> bool:
    """Whether an option or attribute is of that very measure, "60 l" for "60 litres"; a bare number is none."""
    options = [item for v in _sold(product) for item in v.options.items()]
    written = (*options, *product.attributes.items(), *product.specs.items())
    return any(_is((name, str(text)), wanted) for name, text in written)


def fitting(change: Refine, request: Request, context: Context, plan: Plan) -> bool:
    """Lists those of the topic that have what the message names; False, and nothing said, where none has."""
    products = of_topic(change.words, request, context) or _of_kin(change, request, context)
    products = [p for p in products if any(finding.fits(v, request.limits) for v in _sold(p))]
    if products:
        plan.search = finding.remembered(request)
        wanted = measures.measure(change.words) if measures.measured(change.words) else None
        pairs = frozenset(item for p in products for v in _sold(p) for item in v.options.items() if _is(item, wanted))
        extra = request.extra | {"option_pairs": (pairs,) if pairs else ()}
        listing.show(products, replace(request, extra=extra), context, plan)
    return bool(products)


def _is(item: tuple[str, str], wanted: Measure | None) -> bool:
    return wanted is not None and measures.measure(item[1], item[0]) == wanted


def _others(change: Refine, pool: list[Product], request: Request, context: Context, plan: Plan) -> None:
    """What there is of the topic beside what was shown."""
    rest = [p for p in pool if p.product_id not in change.shown]
    rest = [p for p in rest if any(finding.fits(v, request.limits) for v in _sold(p))]
    if rest:
        listing.show(rest, request, context, plan)
    else:
        plan.say("That is all that I can find of that kind in our shop.")
