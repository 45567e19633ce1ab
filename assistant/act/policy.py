"""Answers a question about how the shop works: from its pages, or from what is written about a product that was named.

Weighs the two against each other; quotes them and makes no rule of its own.
"""

from __future__ import annotations

from assistant.act import asked, pages, rescue
from assistant.act.aspects import nearly
from assistant.act.context import Context
from assistant.act.details import details, knows
from assistant.act.look_for import look_for
from assistant.act.plan import Plan
from assistant.act.service import service
from assistant.request import Request
from assistant.types import Product


def policy(request: Request, context: Context, plan: Plan) -> None:
    """What the shop's pages say; of a product that was named, what is written about that very product comes first."""
    if request.extra.get("by"):
        if pages.quote_if_sure(asked.question(request), context, plan, pages_only=True):
            plan.closing.append("Please reckon from that; I can't promise a day.")
        else:
            pages.unknown(plan)
        return
    products = context.catalogue.products(request.products[:1])
    own = bool(products) and (not request.from_context or bool(request.extra.get("pronoun")))
    known = bool(products) and knows(request.text, products[0], context)
    if products and ((own and known) or _rather_of(request, products[0], context)):
        _of_product(request, products[0], context, plan)
    elif (not known and service(request, context, plan)) or pages.quote_if_sure(asked.question(request), context, plan):
        return
    elif products and (own or known or nearly(request.text, products[0], context.encode)):
        _of_product(request, products[0], context, plan)
    elif request.query and any(h.confident for h in context.search.products(request.query, limit=3)) and not products:
        look_for(request, context, plan)
    else:
        pages.unknown(plan)


def _rather_of(request: Request, product: Product, context: Context) -> bool:
    """Whether a product's own texts answer better than the shop's pages."""
    score = rescue.of_product(request.text, product, context)
    return score >= rescue.SURE and score > rescue.of_pages(asked.question(request), context)


def _of_product(request: Request, product: Product, context: Context, plan: Plan) -> None:
    details(request, product, context, plan)
    plan.focus = [product.product_id]
