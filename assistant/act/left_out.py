"""Leaves out of what is found whatever the customer avoids: said in this message ("dairy-free spread") or told before.

Goes by avoid.py's reading of the shop's own texts. Knows no wording.
"""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.act.avoid import has, is_of_diet, unwanted
from assistant.act.context import Context
from assistant.act.plan import Plan
from assistant.act.wishes import from_kept
from assistant.language import stems
from assistant.request import Request
from assistant.shop.search import Hit

_OF_HEALTH = re.compile(r"\b(?:allerg|intoleran|can'?t (?:have|eat|drink|wear)|rash|itch)")


def spared(request: Request) -> Request:
    """The request with what is not wanted taken out of its words and noted: of "dairy-free spread", spreads; itself
    when nothing is."""
    avoided = unwanted(request.text)
    if not avoided:
        return request
    drop = {s for a in avoided for s in stems(a)} | {"free", "without"}
    query = " ".join(w for w in request.query.split() if not set(stems(w)) & drop)
    unlinked = tuple(w for w in request.extra.get("unlinked", ()) if not set(stems(w)) & drop)
    noted = dict.fromkeys((*avoided, *request.extra.get("avoided", ())))
    return replace(request, query=query, extra=request.extra | {"unlinked": unlinked, "avoided": tuple(noted)})


def without(hits: list[Hit], request: Request, context: Context) -> tuple[list[Hit], list[str]]:
    """The hits without what is to be avoided by the message, what was told before or is kept with consent, and what
    made any of them go."""
    told = [*unwanted(f"{request.text}. {request.query}"), *avoided_by(request, context)]
    avoided = list(dict.fromkeys(told))
    if not avoided or not hits:
        return hits, []
    products = {p.product_id: p for p in context.catalogue.products([h.product_id for h in hits])}
    found = {
        h.product_id: [a for a in avoided if has(products[h.product_id], a)] for h in hits if h.product_id in products
    }
    left = [h for h in hits if not found.get(h.product_id)]
    sure = request.extra.get("plainly") or _OF_HEALTH.search(request.text.lower())
    if not left and not sure and not any(map(is_of_diet, avoided)):
        return hits, []  # who hates gyms may still be told of workouts: nothing there is made of one
    return left, list(dict.fromkeys(a for values in found.values() for a in values))


def avoided_by(request: Request, context: Context) -> list[str]:
    """What the customer told that they avoid, now or before, and what is kept of it with their consent."""
    return list(dict.fromkeys([*request.extra.get("avoided", ()), *_kept(request, context)]))


def shows_avoided(request: Request, plan: Plan, context: Context) -> bool:
    """Whether an answer tells of something that has what the customer avoids."""
    avoided = [a for a in avoided_by(request, context) if is_of_diet(a)]
    shown = context.catalogue.products(plan.focus[:_FEW]) if avoided and plan.focus else []
    return any(has(product, a) for product in shown for a in avoided)


_FEW = 5


def _kept(request: Request, context: Context) -> list[str]:
    """What the shop keeps of the customer's diet and dislikes, which it only has with their consent; of no matter for
    what is looked for as a gift."""
    if context.shopper is None or request.extra.get("gift"):
        return []
    known = map(from_kept, context.shopper.preferences)
    gone = {t.value.lower() for t in request.extra.get("told", ()) if t.gone}
    return [w.value for w in known if w.name in ("avoids", "diet") and w.value.lower() not in gone]
