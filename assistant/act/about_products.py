"""Answers a question about products, each of them in its turn: those that are named, talked about or described.

Knows which answer belongs to which question, but no figure: offers.py, comes_in.py and details.py say what is true.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from assistant.act import asked, clarify, listing, pages, talk
from assistant.act.choice import choose
from assistant.act.context import Context
from assistant.act.details import details, quoted
from assistant.act.exact import lacks_named
from assistant.act.look_for import look_for, within_topic
from assistant.act.needs import is_told
from assistant.act.offers import availability, price, stock
from assistant.act.plan import Plan
from assistant.language import stems
from assistant.measures import measured
from assistant.request import Request
from assistant.types import Product

_OfOne = Callable[[Request, Product, Context, Plan], None]

_OF_ONE: dict[str, _OfOne] = {"price": price, "availability": availability, "stock": stock, "details": details}
OF_PRODUCTS = frozenset({*_OF_ONE, "options"})
"""The acts that ask something of products."""
AT_ONCE = 3  # products answered one by one in a message


def about_products(request: Request, context: Context, plan: Plan) -> None:
    """Tells what is asked of each product that is meant; where none is, finds one, or asks which."""
    request = asked.by_number(request, context)
    products = asked.meant(request, context)
    if not products and _OF_WHAT.search(request.text.lower()):
        talk.which(context, plan)
        return
    if not products and (products := asked.described(request, context)) and not _ASKS.search(request.text.lower()):
        look_for(replace(request, act="search"), context, plan)
        return
    if not products:
        _of_none(request, context, plan)
    elif request.group and len(products) > AT_ONCE:
        listing.search(request, context, plan)
        plan.closing.clear()
        clarify.ask_products(products, context, plan)
    else:
        _of_these(request, products, context, plan)


def _of_none(request: Request, context: Context, plan: Plan) -> None:
    """No product is meant: what the words find, else what the pages say, else which product is asked."""
    names_something = bool(request.query) and not _only_points(request)
    if names_something and _search_instead(request, context, plan):
        return
    wish = replace(request, act="search")
    if request.act == "details" and is_told(request.text) and listing.search(wish, context, plan):
        return
    if not names_something:
        _which(request, context, plan)
    elif not pages.quote_if_sure(asked.question(request), context, plan):
        listing.nothing(request, context, plan)


def _of_these(request: Request, products: list[Product], context: Context, plan: Plan) -> None:
    """Tells what is asked of those products that have what the words name, unless others are meant after all."""
    products = asked.with_values(request, products)
    if request.act in ("availability", "stock") and any(lacks_named(request, p) for p in products[:1]):
        look_for(replace(request, act="search"), context, plan)
        return
    if _another_is_meant(request, products, context, plan):
        return
    if asked.asks_more(request, products, context):
        request = replace(request, act="details")
    if knowing := asked.who_know(request, products, context):
        _tell(request, knowing, context, plan)
    else:
        _none_knows(request, products, context, plan)


def _tell(request: Request, products: list[Product], context: Context, plan: Plan) -> None:
    """Tells it of one product after the other; of several, asks which is meant then."""
    question = plan.question
    if request.act == "availability":  # of several, what can be had comes first
        products = sorted(products, key=lambda p: not asked.to_be_had(p, request))
        there = {asked.to_be_had(p, request) for p in products}
        if len(there) > 1:  # one yes and one no: neither is said by itself of what was asked
            request = replace(request, extra=request.extra | {"of_several": True})
    for product in products[:AT_ONCE]:
        plan.chosen = None  # what was chosen of another product says nothing of this one
        if request.act == "options":
            asked.tell_options(request, product, context, plan)
        else:
            _OF_ONE[request.act](request, product, context, plan)
            if line := request.extra.get("size_chart"):
                quoted(line, product, context, plan)
        plan.cards.append(context.card(product, plan.chosen))
    plan.focus = [p.product_id for p in products]
    if len(products) > 1:
        if not question:  # which product comes before which of its versions
            plan.question, plan.choices, plan.clarifying = "", [], False
        clarify.which_product(request, products[:AT_ONCE], context, plan)
        plan.listed = [{"product": p.product_id, "sku": None} for p in products]
        plan.chosen = None
    plan.wanted = asked.remember(request, plan)


def _none_knows(request: Request, products: list[Product], context: Context, plan: Plan) -> None:
    """One answer, not one for each, where the shop's data says of none of them what is asked."""
    plan.focus = [p.product_id for p in products]
    if pages.quote_if_sure(asked.question(request), context, plan):
        return
    plan.say("I'm sorry, I don't have that information about any of them.")
    plan.closing.append("I can tell you their prices and availability, or call a colleague who can find out.")
    plan.answered = False


def _another_is_meant(request: Request, products: Sequence[Product], context: Context, plan: Plan) -> bool:
    """ "Is the gold one there?", "60 litres?" where nothing talked about has that: what else of the topic has it."""
    missing = [choose(p, request.wanted).missing for p in products]
    if not request.from_context or not all(missing):
        return False
    if len(products) == 1 and (request.extra.get("pronoun") or missing[0][0].name or not measured(missing[0][0].asked)):
        return False
    return within_topic(request, context, plan)


_OF_WHAT = re.compile(r"^\W*(?:is|does|can|has|was|will) (?:it|this|that)\b")
_ASKS = re.compile(r"\?|\b(?:what|how|which|when|where|who|is|are|does|do|can|will|has|tell|price|cost)\b")


_VESSELS = frozenset(stems("bottle box pack piece"))
"""Words too common to name a product by themselves, though a few names may hold one."""
_FEW_NAMED = 6


def _which(request: Request, context: Context, plan: Plan) -> None:
    """Ask which product is meant: those whose names have the word that was said, where it is such a word."""
    said = set(stems(request.text)) & _VESSELS
    hits = context.search.products(" ".join(said), limit=30) if said else []
    named = [p for p in context.catalogue.products([h.product_id for h in hits]) if said & set(stems(p.name))]
    if 1 < len(named) <= _FEW_NAMED:
        clarify.ask_products(named, context, plan)
    else:
        talk.which(context, plan)


def _only_points(request: Request) -> bool:
    """Whether a clause without products says no more than "it" and an option ("do you have it in red?")."""
    return bool(request.extra.get("pronoun")) and not request.extra.get("unlinked")


def _search_instead(request: Request, context: Context, plan: Plan) -> bool:
    """The customer's words named no product by its name: is there one by its description?"""
    hits = [h for h in context.search.products(request.query, limit=3) if h.confident]
    if not hits:
        return False
    found = listing.search(request, context, plan)
    clarify.which_listed(request, plan, context)
    return found
