"""Of which products a question really is, whether rows or texts answer it, and what is kept of it.

Says nothing itself but the options of a product. Knows nothing of searches and pages.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.act.aspects import best, is_general
from assistant.act.choice import choose
from assistant.act.comes_in import no_choice, offered_options
from assistant.act.context import Context
from assistant.act.details import details, knows, named_options
from assistant.act.plan import Plan
from assistant.request import Request
from assistant.types import Product

_OF_OFFERS = re.compile(r"\b(?:stock|available|availability|have|got|get|buy|order|sell|left|any|there|still|aside)\b")


def question(request: Request) -> str:
    """The question without the names of products, which would swamp the pages' own words."""
    return str(request.extra.get("masked") or request.text)


def asks_more(request: Request, products: Sequence[Product], context: Context) -> bool:
    """Whether a question read as one for availability is about what the product is ("is the 40 ok as carry on?")."""
    asked = request.extra.get("unlinked")
    if request.act == "availability" and _FITS_ME.search(request.text.lower()):
        return True
    if request.act != "availability" or not asked or _OF_OFFERS.search(request.text.lower()):
        return False
    if request.confidence < _UNSURE and _YES_NO.search(request.text.lower()) and not request.extra.get("asked_names"):
        return True
    found = [a for p in products[:2] for a in best(request.text, p, context.encode)]
    return not request.extra.get("named") and any(a.kind != "option" for a in found)


_FITS_ME = re.compile(
    r"\b(?:right|correct|best) (?:size|fit|length)\b|\b(?:fits?|suits?) (?:me|him|her|us)\b"
    r"|\b(?:big|small|long|large) enough\b"
)
"""Whether it fits somebody is nothing that stock tells."""
_UNSURE = 0.5


_YES_NO = re.compile(r"^\W*(?:(?:so|and|but|ok|oh)\W+)*(?:is|are|does|do|can|could|will|would|has|have)\b")


def to_be_had(product: Product, request: Request) -> bool:
    """Whether a version with the options asked for may be there."""
    choice = choose(product, request.wanted, request.skus)
    return not choice.missing and any(v.available is not False for v in choice.sold)


def who_know(request: Request, products: list[Product], context: Context) -> list[Product]:
    """Of several products, those of which the shop knows what is asked; one product, whether or not it is known."""
    if len(products) < 2 or request.act not in ("details", "options") or is_general(request.text):
        return products
    if request.extra.get("named"):
        return products
    return [p for p in products if _has_choice(request, p) or knows(request.text, p, context)]


def _has_choice(request: Request, product: Product) -> bool:
    return request.act == "options" and bool(_values_of(product)) and not _lacking(request, product, [])


def meant(request: Request, context: Context) -> list[Product]:
    """The products that are really meant: one of several when the customer picks by price or rating."""
    products = context.catalogue.products(request.products[:50])
    if request.pick and len(products) > 1:
        priced = [(min((v.price.minor for v in p.variants if v.active), default=0), p) for p in products]
        if request.pick == "cheaper":
            return [min(priced, key=lambda x: x[0])[1]]
        if request.pick == "dearer":
            return [max(priced, key=lambda x: x[0])[1]]
        if request.pick == "better_rated":
            return [max(products, key=lambda p: p.rating or 0.0)]
    return products


def by_number(request: Request, context: Context) -> Request:
    """The request of the product that has the number said, where a word of another's name was taken for it: "the 450
    gas" is the canister of 450 g, no gas stove."""
    numbers = set(_NUMBER.findall(request.text))
    if request.from_context or request.group or len(request.products) != 1 or not numbers:
        return request
    product = context.catalogue.product(request.products[0])
    surely = float(request.extra.get("coverage", 1.0)) >= _BY_NAME
    if surely or product is None or numbers & _numbers_of(product) or request.limits.price:
        return request
    hits = context.search.products(request.query, limit=_LOOKED_AT)
    others = [p for p in context.catalogue.products([h.product_id for h in hits]) if numbers <= _option_numbers(p)]
    if len(others) != 1 or max(map(len, numbers)) < _TELLING:
        return request
    wanted = tuple(request.match(others[0])) if request.match else ()
    extra = request.extra | {"named": wanted, "unlinked": ()}
    return replace(request, products=(others[0].product_id,), wanted=wanted, extra=extra)


def _option_numbers(product: Product) -> set[str]:
    return {n for values in _values_of(product).values() for v in values for n in _NUMBER.findall(v)}


_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_BY_NAME, _LOOKED_AT, _TELLING = 0.5, 8, 2


def _numbers_of(product: Product) -> set[str]:
    values = [v for vs in _values_of(product).values() for v in vs]
    written = (product.name, *values, *map(str, product.attributes.values()), *map(str, product.specs.values()))
    return {n for text in written for n in _NUMBER.findall(text)}


def tell_options(request: Request, product: Product, context: Context, plan: Plan) -> None:
    """What it comes in; a question for something that is no option of it is a question about the product."""
    names = _asked_names(request, product, context)
    if lacks := _lacking(request, product, names):
        no_choice(lacks, product, context, plan)
        return
    if names or _OF_OPTIONS.search(request.text.lower()):
        offered_options(request, product, names, context, plan)
    else:
        details(request, product, context, plan)


def _lacking(request: Request, product: Product, names: list[str]) -> str:
    """The option of this shop that the clause asks for, where this product has no such option ("what colours")."""
    asked = [n for n in request.extra.get("shop_options", ()) if n not in _values_of(product)]
    return asked[0] if asked and not request.extra.get("asked_names") and (not names or names[0] != asked[0]) else ""


_OF_OPTIONS = re.compile(
    r"\b(?:options?|versions?|variants?|choices?|models?|configurations?|kinds?|types?|ones|come|comes|else|other)\b"
)


def with_values(request: Request, products: list[Product]) -> list[Product]:
    """Of several products, those that come in the values named ("in 4000k?" of a lamp and its bulb is the bulb)."""
    asked = [w for w in request.extra.get("named", ()) if w.value is not None]
    fits = [p for p in products if all(any(v.options.get(w.name) == w.value for v in p.variants) for w in asked)]
    return fits if asked and fits else products


def _asked_names(request: Request, product: Product, context: Context) -> list[str]:
    """The options asked for: those that the clause names, else those that its meaning comes near to."""
    named = [n for n in request.extra.get("asked_names", ()) if any(n in v.options for v in product.variants)]
    if not named and re.search(r"\bsizes?\b", request.text.lower()):
        named = [n for n, vs in _values_of(product).items() if all(v[:1].isdigit() for v in vs)][:1]
    return named or named_options(request.text, product, context)


def _values_of(product: Product) -> dict[str, set[str]]:
    values: dict[str, set[str]] = {}
    for variant in product.variants:
        for name, value in variant.options.items():
            if value:
                values.setdefault(name, set()).add(value)
    return values


def remember(request: Request, plan: Plan) -> list[dict[str, object]]:
    """The options that "it" has from now on: those asked for, and the rest of the one variant that was told of."""
    kept = {w.name: w for w in request.wanted if w.value is not None and w.name is not None}
    if plan.chosen is None:
        return [vars(w) for w in kept.values()]
    return [
        {"asked": value, "name": name, "value": value, "pinned": name not in kept or kept[name].pinned}
        for name, value in plan.chosen.options.items()
        if value
    ]


_LETTERS = re.compile(r"[^\W\d_]{2}")


def described(request: Request, context: Context) -> list[Product]:
    """The one product that the words describe, when they name none: "is the mascara cruelty free?"."""
    words = str(request.extra.get("known_query") or request.query)
    if not _LETTERS.search(words) or request.from_context:
        return []  # "in 3 sizes" is no Tarn 3
    hits = [h for h in context.search.products(words, limit=3) if h.confident and h.matched]
    if not hits or words.split()[-1] in hits[0].missing:
        return []
    clear = request.act == "details" and len(hits) > 1 and hits[1].matched < hits[0].matched
    if len(hits) > 1 and len(hits[1].missing) <= len(hits[0].missing) and not clear:
        return []
    return context.catalogue.products([hits[0].product_id])
