"""Whether there is anything beside what is to be left out: "a kettle other than the Ember" where there is none."""

from __future__ import annotations

from dataclasses import replace

from assistant.act.context import Context
from assistant.act.finding import kind_name, of_kind
from assistant.act.plan import Plan
from assistant.language import stems
from assistant.request import Request


def no_others(request: Request, context: Context, plan: Plan) -> bool:
    """Says that there is nothing else of the kind, where all that there is of it is what is left out."""
    if not request.limits.without:
        return False
    limits = replace(request.limits, without=())
    found = of_kind(replace(request, limits=limits), context)
    if not kind_name(request):  # who has the word in its text only isn't called so
        words = set(stems(request.query))
        found = [p for p in found if words & set(stems(p.name))] or found
    if not kind_name(request) and (limits.category or limits.subcategory):
        found += of_kind(replace(request, query="", products=(), limits=limits), context)
    there = {p.product_id for p in found}
    if not there or not there <= set(request.limits.without):
        return False
    plan.say("I'm sorry, apart from that we have nothing of the kind.")
    return True
