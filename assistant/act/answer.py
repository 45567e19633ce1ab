"""Decides, for what was understood, what is true of the shop now and what must be said: a Plan per message.

The only place that knows which answer belongs to which act. Words come later (prompt.py, verify.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assistant.act import listing, pages, promotions, talk
from assistant.act.context import Context
from assistant.act.details import details, named_options
from assistant.act.offers import availability, offered_options, price, stock
from assistant.act.plan import Plan
from assistant.request import Request
from assistant.types import Product

OfOne = Callable[[Request, Product, Context, Plan], None]

_OF_ONE: dict[str, OfOne] = {"price": price, "availability": availability, "stock": stock, "details": details}
_AT_ONCE = 3  # products answered one by one in a message


def answer(requests: Sequence[Request], context: Context) -> Plan:
    """One plan for all requests of a message, in their order."""
    plan = Plan()
    for request in requests:
        _one(request, context, plan)
    if len(requests) > 1 or len(plan.core) > 3:
        plan.phrase = False
    return plan


def _one(request: Request, context: Context, plan: Plan) -> None:
    if request.act in _OF_ONE or request.act == "options":
        _about_products(request, context, plan)
    elif request.act in ("cheapest", "most_expensive", "best_rated", "newest"):
        listing.extreme(request, context, plan)
    elif request.act == "search":
        listing.search(request, context, plan)
    elif request.act == "compare":
        _compare(request, context, plan)
    elif request.act == "policy":
        pages.policy(request, context, plan)
    elif request.act == "promotion":
        promotions.promotions(request, context, plan)
    elif request.act == "human":
        talk.person(request, context, plan)
    elif request.act == "order":
        talk.order(request, context, plan)
    else:
        talk.talk(request, context, plan)


def _about_products(request: Request, context: Context, plan: Plan) -> None:
    products = _meant(request, context)
    if not products:
        if request.query and not request.from_context and _search_instead(request, context, plan):
            return
        talk.which(context, plan)
        return
    if request.group and len(products) > _AT_ONCE:
        listing.search(request, context, plan)
        plan.closing.append("Which one do you mean?")
        plan.clarifying = True
        return
    for product in products[:_AT_ONCE]:
        if request.act == "options":
            offered_options(request, product, named_options(request.text, product, context), context, plan)
        else:
            _OF_ONE[request.act](request, product, context, plan)
        plan.cards.append(context.card(product))
    plan.focus = [p.product_id for p in products]
    if len(products) > 1:
        plan.listed = [{"product": p.product_id, "sku": None} for p in products]


def _meant(request: Request, context: Context) -> list[Product]:
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


def _search_instead(request: Request, context: Context, plan: Plan) -> bool:
    """The customer's words named no product by its name: is there one by its description?"""
    hits = [h for h in context.search.products(request.query, limit=3) if h.confident]
    if not hits:
        return False
    listing.search(request, context, plan)
    return True


def _compare(request: Request, context: Context, plan: Plan) -> None:
    if request.products:
        listing.compare(request, context, plan)
    else:
        talk.which(context, plan)
