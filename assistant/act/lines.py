"""Tells one line of the texts that was picked by its place: of a product, or a passage of the shop's pages.

For the second look (readings/), which weighs what each line says as an answer: here none is held for unsure. What is
picked is told word for word, as in details.py and pages.py. Decides nothing.
"""

from __future__ import annotations

from assistant.act import asked, pages
from assistant.act.aspects import weigh
from assistant.act.choice import choose
from assistant.act.context import Context
from assistant.act.details import state, unknown
from assistant.act.plan import Plan
from assistant.request import Request


def line(request: Request, context: Context, plan: Plan) -> None:
    """What stands at place `request.extra["line"]`, the nearest to the message first (0): of the product that the
    request is about, else of the pages. That it isn't known where there are fewer."""
    number = int(request.extra["line"])
    products = context.catalogue.products(request.products[:1])
    if not products:
        if not pages.quote_passage(asked.question(request), number, context, plan):
            pages.unknown(plan)
        return
    product = products[0]
    choice = choose(product, request.wanted, request.skus)
    variant = choice.exact[0] if len(choice.exact) == 1 else None
    told = [a for a in weigh(request.text, product, context.encode, variant) if a.value]
    plan.focus = [product.product_id]
    if number < len(told) and product.active:
        state(request, told[number], product, variant, context, plan)
    else:
        unknown(product, context, plan)
