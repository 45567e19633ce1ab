"""Which of a kind can't be had now: "which watches are out of stock". Lists nothing that can be had."""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.act.context import Context
from assistant.act.finding import of_kind, remembered
from assistant.act.plan import Plan
from assistant.request import Request

_SHOWN = 6
_ASKED = re.compile(
    r"\b(?:which|what|any|list|show)\b.*\b(?:out of stock|sold out|unavailable|not (?:in stock|available))\b"
)
_OF_IT = frozenset("sold out stock unavailable available".split())


def sold_out(request: Request, context: Context, plan: Plan) -> bool:
    """Says which of the kind are sold out as a whole. False, and nothing said, where that isn't asked or unknown."""
    query = " ".join(w for w in request.query.split() if w not in _OF_IT)
    if not _ASKED.search(request.text.lower()) or not query:
        return False
    wide = replace(request, query=query, limits=replace(request.limits, in_stock=False))
    ids = list(request.products) + [p.product_id for p in of_kind(wide, context)]
    products = [p for p in context.catalogue.products(list(dict.fromkeys(ids))) if any(v.active for v in p.variants)]
    if not products:
        return False
    gone = [p for p in products if all(v.available is False for v in p.variants if v.active)]
    plan.listed, plan.search = [], remembered(wide)
    if not gone:
        plan.say("I found none of these that is out of stock in every version.")
    for product in gone[:_SHOWN]:
        fact = context.item(plan, product)
        state = context.add_availability(fact, [v for v in product.variants if v.active])
        plan.say(f"The {fact.key('item')} {'are' if fact.plural else 'is'} {state}.", str(state))
        plan.listed.append({"product": product.product_id, "sku": None})
        plan.cards.append(context.card(product))
    if len(gone) > _SHOWN:
        plan.closing.append("These are not all of them.")
    plan.focus = [str(item["product"]) for item in plan.listed]
    return True
