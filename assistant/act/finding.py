"""What there is of what was asked for: by words and limits, by a kind that was named, by what the words mean.

Finds, and says nothing: listing.py words it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from assistant.act import needs
from assistant.act.context import Context
from assistant.act.exact import lacked
from assistant.language import STOP_WORDS, stems, tokenize
from assistant.request import Bounds, Limits, Request
from assistant.shop.search import Filters, Hit, Sort
from assistant.types import Product, Variant

_SHOWN, _POOL = 3, 40
_BY_CHANCE = 0.2


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
        without=frozenset(limits.without),
    )


def hits_of(request: Request, context: Context) -> list[Hit]:
    """What fits the words and the limits; a whole name, or a group of products that share one, needs no search."""
    limits = request.limits
    if main := _of_main(request, context):
        return main
    if named_whole := _of_another_shelf(request, context):
        return named_whole
    coverage = float(request.extra.get("coverage", 0.0))
    only_a_number = coverage < _BY_CHANCE and bool(limits.category or limits.subcategory)  # "tv for my ps5": a 5-Series
    named = [] if request.from_context or only_a_number else list(request.products)
    if named and (coverage >= 0.99 or request.group):
        more = request.query if request.group and request.extra.get("unlinked") else ""
        found = context.search.products(more, filters(limits, product_ids=named), limit=_POOL)
        if found:  # what else was said puts those first that it fits best
            return found if more else sorted(found, key=lambda h: named.index(h.product_id))
    if named and limits.price and not context.search.products("", filters(limits, product_ids=named), limit=1):
        named = []  # part of its name was said, and it costs more than was said: "a watch for my mum under 150"
    query = "" if kind_name(request) else request.query
    order: Sort = "cheapest" if not query and _CHEAP.search(request.text.lower()) else "relevance"
    hits = context.search.products(query, filters(limits), order, limit=_POOL)
    if query and order == "relevance" and not named and (meant := _clearly_meant(hits)):
        return meant
    sure = best_matches([h for h in hits if h.confident or not query])
    known = str(request.extra.get("known_query", ""))
    if not sure and known and known != request.query and _ends_in(known, request, bool(named)):
        sure = best_matches([h for h in context.search.products(known, filters(limits), limit=_POOL) if h.confident])
    if sure and query and not named and not (limits.category or limits.subcategory):
        sure = _of_the_thing(sure, request, context)
    if limits.price and query and _dearer_only(sure, known or query, limits, context):
        return []
    if not sure and hits and (limits.subcategory or _is_last_shelf(limits.category, hits[0], context)):
        sure = hits  # all of the kind that was named: "a sleeping bag for my 6 foot 4 husband"
    if not sure and request.query and (category := closest_category(request.query, context)):
        sure = context.search.products("", filters(replace(limits, category=category)), limit=_POOL)
    if named:
        sure += context.search.products(
            "", filters(limits, product_ids=[n for n in named if n not in {h.product_id for h in sure}])
        )
        sure = _most_described(sure, request, context)
    if not sure and limits.price:
        gift = re.search(r"\b(?:gift|present|birthday|christmas|surprise|idea)", request.text.lower())
        sure = hits if gift else []
        sure = sure or (context.search.products("", filters(limits), limit=_POOL) if gift else [])
    return sure


def _of_another_shelf(request: Request, context: Context) -> list[Hit]:
    """What has all the words in its name where one of them by itself names a kind that it is none of: a "tent lamp"
    is no tent."""
    limits, words = request.limits, set(stems(request.query))
    if request.from_context or len(words) < 2 or not (limits.category or limits.subcategory):
        return []
    named = [p for p in context.catalogue.products(list(request.products)) if words <= set(stems(p.name))]
    others = [
        p.product_id
        for p in named
        if limits.subcategory not in (None, p.subcategory) or limits.category not in (None, p.category)
    ]
    free = replace(limits, category=None, subcategory=None)
    return context.search.products("", filters(free, product_ids=others)) if others else []


_A_THING = re.compile(
    r"\b(?:an?|some|any|new) ((?:[a-z'-]+ ){0,2}?[a-z'-]{3,})"
    r"(?=\W*$|[,.;!?]| (?:for|with|that|which|to|in|under|who|so|and|or)\b)"
)


def _of_the_thing(sure: list[Hit], request: Request, context: Context) -> list[Hit]:
    """What is of the kind that the thing's own word means, where nothing found is called so: "a family car" is of the
    vehicles, whatever has "family" in its name."""
    match = _A_THING.search(request.text.lower())
    head = match[1].split()[-1] if match else ""
    if not match or head not in request.query.split() or any(head not in h.missing for h in sure):
        return sure
    category = closest_category(match[1], context)
    if not category or any(h.similarity >= _ALIKE for h in sure):
        return sure
    found = context.search.products("", filters(replace(request.limits, category=category)), limit=_POOL)
    found = found or context.search.products("", filters(replace(request.limits, subcategory=category)), limit=_POOL)
    return [m.hit for m in needs.ranked(request.text, found, context)] or sure


def _clearly_meant(hits: Sequence[Hit]) -> list[Hit]:
    """The one thing that is nearer in meaning than all else by far, where nothing has all the words: "handle things
    for push ups" are the push-up grips, and no Push It bag."""
    if len(hits) < 2 or any(h.confident and not h.missing for h in hits):
        return []
    clear = hits[0].similarity >= _ALIKE and hits[0].score >= hits[1].score + _BY_FAR and not hits[0].matched
    return [replace(hits[0], confident=True)] if clear and any(h.confident for h in hits[1:]) else []


_ALIKE, _BY_FAR = 0.5, 0.2


def _of_main(request: Request, context: Context) -> list[Hit]:
    """ "A flask that keeps tea hot": flasks, in the order in which the rest of the words fits them. No teas."""
    words = str(request.extra.get("main_words", ""))
    hits = context.search.products(words, filters(request.limits), limit=12) if words else []
    found = best_matches([h for h in hits if h.confident and h.matched])
    ids = [h.product_id for h in found]
    ranked = context.search.products(request.query, filters(request.limits, product_ids=ids)) if ids else []
    return ranked + [h for h in found if h.product_id not in {r.product_id for r in ranked}]


_CHEAP = re.compile(r"\b(?:cheap|cheapish|inexpensive|affordable|budget|bargains?)\b")


def _is_last_shelf(category: str | None, hit: Hit, context: Context) -> bool:
    """Whether a category is as narrow as this shop's kinds are: what is on it has no subcategory."""
    found = context.catalogue.product(hit.product_id) if category else None
    return found is not None and not found.subcategory


def _ends_in(known: str, request: Request, named: bool) -> bool:
    """Whether the words that the shop knows name the thing: "watch" of "a watch to swim in", not of "watch straps"."""
    words = known.split()
    if named or request.query.split()[-1] in words:
        return request.query.split()[-1] in words
    tokens = tokenize(request.text)
    last = max((at for at, tok in enumerate(tokens) if tok.text in words), default=-1)
    if last < 0:
        return False
    if last + 1 == len(tokens):
        return True
    following = tokens[last + 1]
    apart = request.text[tokens[last].end : following.start].strip()
    return bool(apart) or following.text in STOP_WORDS or not following.text.isalpha()


def _dearer_only(found: Sequence[Hit], query: str, limits: Limits, context: Context) -> bool:
    """Whether the very thing is sold, but not for that money: what was found instead is less of what was asked for."""
    if not query:
        return False
    free = context.search.products(query, filters(replace(limits, price=Bounds())), limit=3)
    very = max((len(h.matched) for h in free if h.confident), default=0)
    return very > max((len(h.matched) for h in found), default=0)


def _most_described(hits: list[Hit], request: Request, context: Context) -> list[Hit]:
    """Those that lack the fewest of the words in front of the name: of boots, the wide ones."""
    words = request.extra.get("before_name", ())
    if not words:
        return hits
    short = {p.product_id: len(lacked(words, p)) for p in context.catalogue.products([h.product_id for h in hits])}
    fewest = min(short.values(), default=0)
    return [h for h in hits if short.get(h.product_id, 0) == fewest]


def kind_name(request: Request) -> str:
    """The category or subcategory that the clause names, where it names nothing else; else empty."""
    kind = request.limits.subcategory or request.limits.category or ""
    words = {s for w in request.query.split() for s in stems(w)}
    return kind if kind and words <= set(stems(kind.replace("-", " "))) else ""


def shown_kind(kind: str) -> str:
    """A category as it reads in a sentence: "womens-watches" -> "women's watches"."""
    words = f" {kind.lower().replace('-', ' ')}".replace(" womens ", " women's ").replace(" mens ", " men's ")
    return words.strip()


def of_kind(request: Request, context: Context, limit: int = 300) -> list[Product]:
    """Every active product of the kind that is asked for: of a category when it is named, else what surely fits."""
    if kind_name(request):
        hits = context.search.products("", filters(request.limits), limit=limit)
    else:
        hits = context.search.products(request.query, filters(request.limits), limit=50)
        hits = best_matches([h for h in hits if h.confident or not request.query])
    return context.catalogue.products([h.product_id for h in hits])


def kinds_of(product: Product) -> list[Limits]:
    """The kinds that a product is of, the narrowest first."""
    kinds = Limits(subcategory=product.subcategory), Limits(category=product.category)
    return [kind for kind in kinds if kind]


def best_matches(hits: Sequence[Hit]) -> list[Hit]:
    """Those that miss the fewest of the asked words: a coffee grinder is no coffee maker."""
    fewest = min((len(h.missing) for h in hits), default=0)
    return [h for h in hits if len(h.missing) == fewest]


def closest_category(query: str, context: Context) -> str | None:
    """The category or subcategory that means the same as the words: "car" -> "vehicle", "phones" -> "smartphones"."""
    names = context.catalogue.categories()
    if not names or not query:
        return None
    vectors = context.encode([query, *names])
    similar = vectors[1:] @ vectors[0]
    place = int(similar.argmax())
    return names[place] if float(similar[place]) >= _SAME_KIND else None


_SAME_KIND = 0.6


def remembered(request: Request) -> dict[str, Any]:
    """What the next turn needs to search the same again, in another order."""
    limits = request.limits
    return {
        "query": request.query,
        "products": [] if request.from_context else list(request.products),
        "category": limits.category,
        "subcategory": limits.subcategory,
        "brand": limits.brand,
        "low": limits.price.low,
        "high": limits.price.high,
        "without": list(limits.without),
        "wanted": [vars(w) for w in request.wanted if w.value is not None and not w.pinned],
    }


def fits(variant: Variant, limits: Limits) -> bool:
    """Whether a variant is within the price limits, and not known to be out of stock when it had to be in stock."""
    low, high = limits.price.low, limits.price.high
    if limits.in_stock and variant.available is False:
        return False
    return (low is None or variant.price.minor >= low) and (high is None or variant.price.minor <= high)
