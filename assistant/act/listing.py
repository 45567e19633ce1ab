"""Answers that list products: what there is of what was asked for, and what comes closest. finding.py finds it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from assistant.act import needs
from assistant.act.avoid import is_diet
from assistant.act.conditions import held
from assistant.act.context import Context
from assistant.act.exact import asks_for_a_thing, is_near_only
from assistant.act.finding import filters, hits_of, kind_name, kinds_of, of_kind, remembered, shown_kind
from assistant.act.left_out import without
from assistant.act.measured import measures_in, versions, with_measures
from assistant.act.people import asked_for, enough
from assistant.act.plan import Fact, Field, Plan
from assistant.act.words import distinguishing, join, only
from assistant.language import stems
from assistant.request import Bounds, Request
from assistant.shop.search import Hit
from assistant.types import Product, Receipt, Variant

_SHOWN = 3


def search(request: Request, context: Context, plan: Plan) -> bool:
    """Up to three products that fit what was asked for; says so plainly when there is nothing of the kind.

    Returns False, and says nothing, when the shop has nothing like it and a page of the shop may know better.
    """
    if budget := request.extra.get("budget"):
        return _within(budget, request, context, plan)
    if request.limits.in_stock and 0 < len(request.products) <= _SHOWN and not _ANY_OF.search(request.text.lower()):
        request = replace(
            request, limits=replace(request.limits, in_stock=False)
        )  # says of the named one that it isn't
    hits = hits_of(request, context) or (
        hits_of(replace(request, limits=replace(request.limits, in_stock=False)), context)
        if request.limits.in_stock
        else []
    )
    hits = _for_so_many(hits, request, context, plan)
    plan.search = remembered(request)
    if not hits and request.from_context and request.query:  # "I'd rather have a robot, below 300": something else
        hits = [
            h for h in context.search.products(request.query, filters(request.limits), limit=3) if _near(h, request)
        ]
    if not hits and request.from_context and request.limits.price and _ONE.search(request.text.lower()):
        hits = _of_its_kind(request, context)
    hits = _with_most_values(hits, request, context)
    hits = held(_not_denied(hits, request.text, context), request.text, context)
    hits, avoided = without(_of_measure(_as_told(hits, request, context), request, context), request, context)
    if avoided and not hits:
        diets = [a for a in avoided if is_diet(a)]
        things = [a for a in avoided if a not in diets]
        fits = [f"that is {join(diets)}"] * bool(diets) + [f"that has no {join(things, 'or')}"] * bool(things)
        said = f"I'm sorry, I found nothing of that kind {join(fits)} by what our texts say."
        plan.say(said)
        return True
    if not hits and not (request.limits.price or request.limits.rating):
        return False
    if not hits:
        nothing(request, context, plan)
        return True
    _list(hits, request, context, plan)
    if avoided:
        plan.say(f"I left out what has {join(avoided, 'or')} by our texts; for an allergy please check the label.")
    return True


def _for_so_many(hits: list[Hit], request: Request, context: Context, plan: Plan) -> list[Hit]:
    """What was found that is for so many people; else what else of its kind is, before it is said that nothing is."""
    fitting = enough(hits, request.text, context)
    if fitting or not hits:
        return fitting
    first = context.catalogue.product(hits[0].product_id)
    for kind in kinds_of(first)[:1] if first else ():
        wide = filters(replace(request.limits, category=kind.category, subcategory=kind.subcategory))
        if fitting := enough(context.search.products("", wide, limit=_KIND), request.text, context):
            return fitting
    plan.say("I'm sorry, nothing of that kind is for so many people by what our texts say.")
    return hits


_KIND = 100


def _within(budget: Bounds, request: Request, context: Context, plan: Plan) -> bool:
    """Searches within the budget that was told before, and says so, where there is anything of the kind at all."""
    request = replace(request, extra=request.extra | {"budget": None})
    if not hits_of(request, context):
        return search(request, context, plan)
    plan.closing.append("I went by the budget that you told me.")
    return search(replace(request, limits=replace(request.limits, price=budget)), context, plan)


_DENIED = re.compile(
    r"\b(?:not|no|(?:is|are)n'?t|anything but|other than|except|rather than) (?:an? |any |the |another )?"
    r"([a-z-]{3,})s?\b(?! (?:than|more|less))"
)


def _not_denied(hits: list[Hit], text: str, context: Context) -> list[Hit]:
    """What was found without the things that it is said not to be: "a bag for work, not a backpack"."""
    denied = {s for m in _DENIED.finditer(text.lower()) for s in stems(m[1])}
    if not denied or len(hits) < 2:
        return hits
    called = {
        p.product_id: set(stems(f"{p.name} {p.subcategory or ''}"))
        for p in context.catalogue.products([h.product_id for h in hits])
    }
    return [h for h in hits if not denied & called.get(h.product_id, set())] or hits


def _with_most_values(hits: list[Hit], request: Request, context: Context) -> list[Hit]:
    """Of what was found, what comes in several of the values named, where nothing else comes in as many: "a fleece in
    extra large with a full zip" is no pet bed of fleece."""
    if len(hits) < 2 or request.match is None or request.from_context:
        return hits
    found = context.catalogue.products([h.product_id for h in hits])
    told = {p.product_id: len({w.name for w in request.match(p) if w.name and w.value is not None}) for p in found}
    most = max(told.values(), default=0)
    return [h for h in hits if told.get(h.product_id) == most] if most >= _SEVERAL else hits


_SEVERAL = 2


def _of_measure(hits: list[Hit], request: Request, context: Context) -> list[Hit]:
    """Of what was found, what has the measures named: "a 55 inch tv", "1tb ones"."""
    if len(hits) < 2 or not measures_in(request.text):
        return hits
    return with_measures(hits, context.catalogue.products([h.product_id for h in hits]), request.text)


def _as_told(hits: list[Hit], request: Request, context: Context) -> list[Hit]:
    """What was found in the order in which it answers the wish as it was told; where only a word or nothing of the
    wish was found, what answers it best of all."""
    text = str(request.extra.get("whole") or request.text)
    named = float(request.extra.get("coverage", 0.0)) >= _BY_NAME and request.products and not request.from_context
    told = request.extra.get("told_in_parts") or needs.is_told(text)
    if request.from_context and not hits and needs.is_open(text):
        return _told_of_kin(text, request, context)
    said = request.extra.get("unlinked") or request.extra.get("told_in_parts") or "whole" in request.extra
    kind = request.limits.subcategory or request.limits.category
    unnamed = set(request.extra.get("unlinked", ()))
    told = told or "whole" in request.extra  # "his dog sheds everywhere, what vacuum"
    told = told or (kind and len(unnamed) > 1 and not any(unnamed & h.matched for h in hits))
    if named or request.from_context or not said or not told:
        return hits
    if hits and (kind or (any(h.confident for h in hits) and not needs.is_open(text))):
        return hits if asked_for(text) else [m.hit for m in needs.ranked(text, hits, context)]
    found = needs.matches(text, filters(request.limits), context)
    best = [m for m in found if m.sure and m.score >= found[0].score - _BEHIND]
    if best:
        request.extra["by_need"] = True
    return [m.hit for m in best[:_SHOWN]] or hits


def _told_of_kin(text: str, request: Request, context: Context) -> list[Hit]:
    """ "One where she can draw with a pen", after two tablets that can't: what of the kind answers that."""
    kinds = {(p.category, p.subcategory) for p in context.catalogue.products(list(request.products[:3]))}
    if len(kinds) != 1:
        return []
    category, subcategory = kinds.pop()
    limits = replace(request.limits, category=category, subcategory=subcategory or None)
    found = [m for m in needs.matches(text, filters(limits), context) if m.sure or m.share >= _HALF]
    request.extra["by_need"] = bool(found)
    return [m.hit for m in found if m.score >= found[0].score - _BEHIND][:_SHOWN]


_BY_NAME = 0.5

_HALF = 0.2  # a thing of the very kind that has that much of what was said is what was meant

_BEHIND = 0.2  # what answers a wish that much worse than the best isn't shown beside it

_ONE = re.compile(r"\b(?:ones?|something|anything|others?)\b")


def _of_its_kind(request: Request, context: Context) -> list[Hit]:
    """ "One for dad under 100", after a watch that costs more: what else there is of the kind for that money."""
    kinds = {(p.category, p.subcategory) for p in context.catalogue.products(list(request.products[:3]))}
    if len(kinds) != 1:
        return []
    category, subcategory = kinds.pop()
    limits = replace(request.limits, category=category, subcategory=subcategory or None)
    return context.search.products("", filters(limits), limit=_SHOWN)


def _near(hit: Hit, request: Request) -> bool:
    """Whether a hit has the word that says what is wanted, though not those around it ("rather a robot")."""
    return hit.confident or (request.query.split()[-1] not in hit.missing and hit.similarity >= _NEAR)


_NEAR = 0.25


def show(products: Sequence[Product], request: Request, context: Context, plan: Plan) -> None:
    """Lists these very products, in their order, as far as a list goes: each with the versions that fit the limits."""
    ids = [p.product_id for p in products]
    hits = context.search.products("", filters(replace(request.limits, in_stock=False), product_ids=ids), limit=60)
    _list(sorted(hits, key=lambda h: ids.index(h.product_id)), request, context, plan)


_ANY_OF = re.compile(r"\b(?:which|what|any|all|show|list|something|anything|ones?)\b")


def _list(hits: Sequence[Hit], request: Request, context: Context, plan: Plan) -> None:
    products = {p.product_id: p for p in context.catalogue.products([h.product_id for h in hits[:_SHOWN]])}
    parts: list[str] = []
    plan.listed = []
    lead = _lead(hits[:_SHOWN], request, list(products.values()), context, plan)
    for hit in hits[:_SHOWN]:
        product = products.get(hit.product_id)
        if product is None:
            continue
        variants = [v for v in product.variants if v.sku in hit.skus] or [v for v in product.variants if v.active]
        fits = [v for v in variants if _has_options(v, request)] if request.extra.get("option_pairs") else []
        variants = versions(fits or variants, request.text)
        named = {n for pairs in request.extra.get("option_pairs", ()) for n, _ in pairs} if fits else set()
        if exact := _asked_versions(product, request, hit):
            variants = exact
            named |= {w.name for w in request.extra.get("named", ())}
            named |= {w.name for w in (request.match(product) if request.match else ()) if w.value and w.name}
        shown = only(variants[0], [n for n in variants[0].options if n in named])
        alike = [v for v in product.variants if v.active and all(v.options.get(n) == x for n, x in shown.items())]
        if request.limits.price and {v.price for v in alike} != {v.price for v in variants}:
            # The limit leaves some versions only: a price belongs to one of them, so that one is named.
            variants = [min(variants, key=lambda v: (v.available is False, v.price))]
            shown |= only(variants[0], distinguishing(alike))
        fact = context.item(plan, product, shown)
        amount = context.add_lowest_price(fact, [v for v in variants if v.available] or variants)
        state = context.add_availability(fact, variants)
        parts.append(f"the {fact.key('item')} {amount}" + (f" ({state})" if state else ""))
        plan.needs.append(amount)
        plan.listed.append({"product": product.product_id, "sku": None})
        plan.cards.append(context.card(product))
    if request.extra.get("how_many") and kind_name(request):
        lead = _number_of_them(request, hits, context, plan)
    plan.say(f"{lead}{join(parts)}.")
    plan.focus = [str(item["product"]) for item in plan.listed]
    if len(plan.focus) == 1 and request.match:
        plan.wanted = _named_options(products[plan.focus[0]], request)
    if len(hits) > _SHOWN:
        plan.closing.append("There are more; tell me what matters to you and I'll narrow it down.")


def _lead(hits: Sequence[Hit], request: Request, products: Sequence[Product], context: Context, plan: Plan) -> str:
    """How a list begins: "We have", or that it is only what comes nearest to what was asked for."""
    other = bool(request.extra.get("other_model"))
    if request.extra.get("by_need"):
        if asks_for_a_thing(request) and not plan.core:
            plan.say("I couldn't find that by its name in our shop.")
        return "What comes closest: we have "
    asked = [] if kind_name(request) else context.search.products(request.query, filters(request.limits), limit=12)
    far = "other" if other else is_near_only(request, hits, asked, products)
    if far == "other":
        plan.say("I couldn't find exactly that in our shop.")
    return "What comes closest: we have " if far else "We have "


def _asked_versions(product: Product, request: Request, hit: Hit) -> list[Variant]:
    """The versions with every option that was named for this product: what is said of it is said of them, since
    another one that is there is not what was asked for. Empty where none was named, or no version has them all."""
    names = {n for v in product.variants for n in v.options}
    own = product.product_id in request.products
    said = request.extra.get("named", ()) if own else request.match(product) if request.match else ()
    asked = [(w.name, w.value) for w in said if w.value is not None and w.name in names]
    if not asked:
        return []
    exact = [v for v in product.variants if v.active and all(v.options.get(n or "") == x for n, x in asked)]
    return [v for v in exact if not request.limits.price or v.sku in hit.skus]


def _named_options(product: Product, request: Request) -> list[dict[str, Any]] | None:
    """The options that the wish names of the one product that was found, where a version has them all: "it" is that."""
    named = [w for w in request.match(product) if w.value is not None and w.name] if request.match else []
    fits = [v for v in product.variants if all(v.options.get(w.name or "") == w.value for w in named)]
    return [vars(w) for w in named] if named and fits else None


def _number_of_them(request: Request, hits: Sequence[Hit], context: Context, plan: Plan) -> str:
    """ "We have 4 tents: " for a question of how many of a kind there are."""
    kind = kind_name(request)
    number = len(hits) if len(hits) <= _SHOWN else len(of_kind(request, context))
    receipt = Receipt("shop", "category", kind, number, context.as_of)
    fact = plan.facts[0]
    fact.fields["number"] = Field("value", str(number), (receipt,), "how many products of this kind")
    different = "different " if number > 1 else ""
    plan.closing.clear()
    return f"We have {fact.key('number')} {different}{shown_kind(kind)}{':' if number <= _SHOWN else ', among them'} "


def _has_options(variant: Variant, request: Request) -> bool:
    """Whether a variant has one reading of every option value that the clause named."""
    return all(any(variant.options.get(n) == v for n, v in pairs) for pairs in request.extra.get("option_pairs", ()))


def nothing(request: Request, context: Context, plan: Plan) -> None:
    """Nothing fits: without the limits, is there something of the kind?"""
    if request.limits and (request.query or request.products):
        free = filters(
            replace(request.limits, price=Bounds(), rating=None, in_stock=False), product_ids=request.products or None
        )
        query = "" if request.products or kind_name(request) else request.query
        near = [h for h in context.search.products(query, free, "cheapest", limit=12) if h.confident or not query]
        if near:
            plan.say("I'm sorry, nothing of that kind fits these limits.")
            _closest(near, context, plan)
            plan.answered = True
            return
    closest = _with_most_values(needs.closest(request, filters(request.limits), context), request, context)
    near, avoided = without(closest, request, context)
    if near and not avoided:
        plan.say("I couldn't find exactly that in our shop.")
        _list(near, replace(request, extra=request.extra | {"by_need": True}), context, plan)
        return
    plan.say("I'm sorry, I couldn't find that in our shop.")
    plan.closing.append("Tell me what you need it for and I'll look for something that fits.")
    plan.answered = False


def _closest(near: Sequence[Hit], context: Context, plan: Plan) -> None:
    """The cheapest of what comes near, when nothing fits the limits."""
    product = context.catalogue.product(near[0].product_id)
    if product is None:
        return
    sold = [v for v in product.variants if v.sku in near[0].skus] or list(product.variants)
    say_one(product, min(sold, key=lambda v: (v.available is False, v.price)), "The closest is", context, plan)


def say_one(product: Product, chosen: Variant, lead: str, context: Context, plan: Plan, rating: bool = False) -> Fact:
    """A version of a product with price and state: "The closest is the X, which costs 5 euros and is in stock"."""
    fact = context.item(plan, product, only(chosen, distinguishing(product.variants)))
    amount = context.add_price(fact, [chosen])
    state = context.add_availability(fact, [chosen])
    rated = ""
    if rating and product.rating is not None:
        receipt = Receipt("product", product.product_id, "rating", product.rating, context.as_of)
        rated = f" (rated {context.add_value(fact, 'rating', f'{product.rating:g} out of 5', receipt, 'its rating')})"
    be, cost = ("are", "cost") if fact.plural else ("is", "costs")
    tail = f" and {be} {state}" if state else ""
    lead = lead.replace("@be", be)
    plan.say(f"{lead} the {fact.key('item')}{rated}, which {cost} {amount}{tail}.", amount)
    plan.focus = [product.product_id]
    plan.wanted = [{"asked": v, "name": n, "value": v, "pinned": True} for n, v in chosen.options.items() if v]
    plan.listed = [{"product": product.product_id, "sku": chosen.sku}]
    plan.cards.append(context.card(product, chosen))
    return fact
