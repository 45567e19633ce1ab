"""Looks for goods: what fits, else what of it is sold out, else whether the shop's pages speak of it.

Chooses who answers and words nothing itself: listing.py, soldout.py and pages.py do.
"""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.act import asked, clarify, listing, pages, refine, talk
from assistant.act.context import Context
from assistant.act.left_out import spared
from assistant.act.plan import Plan
from assistant.act.service import service
from assistant.act.soldout import sold_out
from assistant.request import Request

_NEW_THING = re.compile(
    r"\b(?:do|have|did|also) (?:you|u|ya)\b(?!.*(?:\b(?:ones?|with|in|that|which|of|for)\b|\d))"
    r"|\b(?:you|u|ya) (?:also )?(?:have|got|sell)\b(?!.*(?:\b(?:ones?|with|in|that|which|of|for)\b|\d))"
)
"""What asks for a thing by its name: "you have treadmill?" after a talk of watches is not about the watches."""


def within_topic(request: Request, context: Context, plan: Plan) -> bool:
    """Lists what of the topic has what the message names, where it names no kind of thing itself."""
    within = request.extra.get("within")
    if within is None or (request.act == "search" and _NEW_THING.search(request.text.lower())):
        return False
    return refine.fitting(within.extra["refine"], replace(within, match=request.match), context, plan)


def look_for(request: Request, context: Context, plan: Plan) -> None:
    """Products that fit; if the shop has none, its pages may speak of it ("do you have gift wrapping?")."""
    if "refine" in request.extra:
        refine.refine(request, context, plan)
        return
    if not refine.has_subject(request):
        talk.which(context, plan)
        return
    if within_topic(request, context, plan):
        return
    apart = spared(request)
    if sold_out(request, context, plan) or (apart is request and _is_service(request, context, plan)):
        return
    if apart is request and service(request, context, plan):
        return
    request = apart
    if listing.search(request, context, plan):
        clarify.which_listed(request, plan, context)
        return
    if not pages.quote_if_sure(asked.question(request), context, plan, about=request.query):
        listing.nothing(request, context, plan)


def _is_service(request: Request, context: Context, plan: Plan) -> bool:
    """ "Do you sharpen knives?": a word that names nothing sold, but stands on a page that fits the question."""
    unlinked = " ".join(request.extra.get("unlinked", ()))
    kind = request.limits.subcategory or request.limits.category
    if kind and not re.search(r"\b(?:do|can|could|will|would) (?:you|u|i|we|they)\b|\?", request.text.lower()):
        return False  # "tent for two adults, we go by car" wants a tent
    if (
        request.limits.price
        or request.extra.get("main_words")
        or re.search(r"\b(?:sell|carry|stock|have|got|looking for|need|want)\b", request.text.lower())
    ):
        return False
    return bool(unlinked) and pages.quote_if_sure(
        asked.question(request), context, plan, about=unlinked, pages_only=True
    )


def by_need(request: Request, context: Context, plan: Plan) -> bool:
    """What answers a need that was told without a word for the thing: "2 dogs and a cat, hair everywhere, help"."""
    wish = replace(request, act="search", products=(), from_context=False)
    return listing.search(replace(wish, extra=request.extra | {"told_in_parts": True}), context, plan)
