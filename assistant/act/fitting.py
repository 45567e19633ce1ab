"""Parts for a thing: "brake pads for a Sparrow City 7", "which tube for the Volt Commuter?"

The kind is named, and a product of another kind that it is for. What fits is known from the shop's own texts: those of
the kind that name the product, else the versions that share a measure with it (the tube's wheel is 26", and so is the
bike's). What is shared is told, and no more is promised. Knows no search words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.act.context import Context
from assistant.act.offers import availability
from assistant.act.plan import Field, Plan
from assistant.act.words import cell, only
from assistant.language import fold, stems
from assistant.request import Request
from assistant.shop.search import Filters
from assistant.types import Product, Receipt, Variant
from assistant.understand.vocabulary import canonical

_SHOWN = 3
_POOL = 40
_FOR = re.compile(r"\b(?:for|fit\w*|suits?|compatible|(?:go|goes|work|works) (?:on|with))\b")
_ACTS = frozenset({"search", "options", "details", "availability", "recommend"})


@dataclass(frozen=True)
class Fit:
    """A product, its versions that fit, and where that is known from: the name and value of a row of each."""

    product: Product
    variants: tuple[Variant, ...]
    own: tuple[str, str] = ("", "")
    """Empty where nothing is known."""
    theirs: tuple[str, str] = ("", "")
    """Of the thing that it is for; empty where the product's own text names that thing."""


def fitting(request: Request, context: Context, plan: Plan) -> bool:
    """Tell what of the kind fits the product named; False, and nothing said, where none is asked for or known."""
    if _asks_of_size(request, context, plan) or _asks_of_two(request, context, plan):
        return True
    thing = _thing(request, context)
    if thing is None:
        return False
    hits = context.search.products("", Filters(subcategory=request.limits.subcategory), limit=_POOL)
    kind = context.catalogue.products([h.product_id for h in hits if h.product_id != thing.product_id])
    fits = [f for p in kind if (f := _named(p, thing))] or [f for p in kind if (f := _shared(p, thing))]
    if not fits and not kind:
        return False
    plan.listed, plan.focus, plan.phrase = [], [], False
    for fit in sorted(fits, key=lambda f: not any(v.available for v in f.variants))[:_SHOWN]:
        _say(fit, thing, context, plan)
    if not fits:
        for product in kind[:_SHOWN]:
            _say(Fit(product, tuple(v for v in product.variants if v.active)), thing, context, plan)
        fact = context.item(plan, thing)
        which = "it fits" if len(kind) == 1 else "any of them fits"
        plan.say(f"Our catalogue doesn't say whether {which} the {fact.key('item')}.", fact.key("item"))
    return True


def _asks_of_size(request: Request, context: Context, plan: Plan) -> bool:
    """ "Will the tire fit my 27.5 wheel?": whether there is a version of that measure, and in stock."""
    match = _FITS.search(request.text.lower())
    said = request.text.lower()[match.end() :] if match else ""  # in "would the 50 fit" the 50 is its own
    measures = [w for w in request.wanted if w.name and any(c.isdigit() for c in w.asked) and w.asked.lower() in said]
    if request.act != "details" or len(request.products) != 1 or not measures:
        return False
    product = context.catalogue.product(request.products[0])
    if product is None:
        return False
    availability(request, product, context, plan)
    plan.focus = [product.product_id]
    return True


def _asks_of_two(request: Request, context: Context, plan: Plan) -> bool:
    """ "Do these pads fit the Loam?": what the texts of one say of the other; False where they say nothing."""
    if request.act != "details" or len(request.products) != 2 or not _FITS.search(request.text.lower()):
        return False
    one, other = context.catalogue.products(list(request.products))
    part, thing = (one, other) if _named(one, other) else (other, one)
    fit = _named(part, thing)
    if fit is None:
        return False
    fact = context.item(plan, part)
    receipt = Receipt("product", part.product_id, fit.own[0], fit.own[1], context.as_of)
    fact.fields["fits"] = Field("quote", _sentence(fit.own[1], thing.name), (receipt,), "the shop's own words")
    plan.say(f"About the {fact.key('item')} our catalogue says: “{fact.key('fits')}”.", fact.key("fits"))
    plan.phrase, plan.focus = False, [part.product_id]
    return True


_FITS = re.compile(r"\b(?:fit\w*|suits?|compatible|(?:go|goes|work|works) (?:on|with)|on (?:the|my|an?))\b")


def _thing(request: Request, context: Context) -> Product | None:
    """What the kind that is named is to be for: the one product named, of another kind."""
    if request.act not in _ACTS or not _FOR.search(request.text.lower()):
        return None
    kind = request.limits.subcategory
    if request.from_context or not kind or not 0 < len(request.products) <= _SHOWN:
        return None
    others = [p for p in context.catalogue.products(list(request.products)) if p.subcategory != kind]
    return others[0] if len(others) == 1 else None


def _rows(product: Product) -> dict[str, str]:
    return {**product.specs, **product.attributes}


def _named(product: Product, thing: Product) -> Fit | None:
    """A product whose texts name the thing."""
    name = fold(thing.name)
    rows = {**_rows(product), "description": product.description}
    told = next(((k, v) for k, v in rows.items() if name in fold(v)), None)
    variants = tuple(v for v in product.variants if v.active)
    return Fit(product, variants, told) if told and variants else None


def _shared(product: Product, thing: Product) -> Fit | None:
    """A product some of whose versions have a measure of the thing: an option that a row of the thing is called by."""
    for name in {n for v in product.variants for n in v.options}:
        for row, value in _rows(thing).items():
            if not set(stems(name)) <= set(stems(row)) or not any(c.isdigit() for c in value):
                continue
            same = tuple(
                v for v in product.variants if v.active and canonical(v.options.get(name, "")) == canonical(value)
            )
            if same:
                return Fit(product, same, (name, value), (row, value))
    return None


def _say(fit: Fit, thing: Product, context: Context, plan: Plan) -> None:
    name, value = fit.own
    fact = context.item(plan, fit.product, only(fit.variants[0], [name]) if fit.theirs[0] else {})
    amount = context.add_lowest_price(fact, list(_there(fit.variants)))
    state = context.add_availability(fact, fit.variants)
    plan.listed = [*(plan.listed or ()), {"product": fit.product.product_id, "sku": None}]
    plan.focus = [*(plan.focus or ()), fit.product.product_id]
    plan.cards.append(context.card(fit.product))
    lead = f"We have the {fact.key('item')} {amount}{f' ({state})' if state else ''}"
    if not name:
        plan.say(f"{lead}.", amount)
        return
    receipts = [Receipt("product", fit.product.product_id, name, value, context.as_of)]
    if fit.theirs[0]:
        receipts = [Receipt("sku", v.sku, "options", dict(v.options), context.as_of) for v in fit.variants[:12]]
        receipts.append(Receipt("product", thing.product_id, fit.theirs[0], value, context.as_of))
        why = f"{name} {value}, as the {thing.name} has ({fit.theirs[0]}: {value})"
    else:
        why = f"“{_sentence(value, thing.name)}”"
    fact.fields["fits"] = Field("quote", why.replace("_", " "), tuple(receipts), "why it fits")
    plan.say(f"{lead}: {fact.key('fits')}.", amount, fact.key("fits"))


def _there(variants: Sequence[Variant]) -> Sequence[Variant]:
    return [v for v in variants if v.available] or variants


def _sentence(text: str, name: str) -> str:
    """The sentence of a text that names the thing; a list in a cell whole."""
    parts = [p for p in text.replace("! ", ". ").split(". ") if fold(name) in fold(p)]
    return cell((parts or [text])[0].strip().rstrip("."))
