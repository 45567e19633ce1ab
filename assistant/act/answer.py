"""Decides, for what was understood, what is true of the shop now and what must be said: a Plan per message.

The only place that knows which answer belongs to which act. Words come later (prompt.py, verify.py).
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from assistant.act import (
    asked,
    basket,
    clarify,
    compare,
    extremes,
    listing,
    pages,
    preferences,
    promotions,
    recommend,
    rescue,
    talk,
    trouble,
)
from assistant.act.about_products import AT_ONCE, OF_PRODUCTS, about_products
from assistant.act.context import Context
from assistant.act.fitting import fitting
from assistant.act.foreign import foreign
from assistant.act.lines import line
from assistant.act.look_for import by_need, look_for
from assistant.act.multiples import against_many
from assistant.act.others import no_others
from assistant.act.plan import Plan
from assistant.act.policy import policy
from assistant.act.shop_facts import say_day
from assistant.act.superlative import superlative
from assistant.request import Request
from assistant.understand.orders.signals import stops_no_order

_OF_SHOPPING: dict[str, Callable[[Request, Context, Plan], None]] = {
    "promotion": promotions.promotions,
    "basket": basket.basket,
    "recommend": recommend.recommend,
    "preferences": preferences.preferences,
    "preference": lambda request, context, plan: None,  # was taken in before
}


def answer(requests: Sequence[Request], context: Context) -> Plan:
    """One plan for all requests of a message, in their order."""
    plan = Plan()
    for each in still_open(requests):
        if request := _of_the_found(each, plan) if each.extra.get("of_found") else each:
            plan = _one_or_rescued(request, requests, context, plan)
    if len(requests) > 1 and not plan.answered and not plan.focus and not plan.handoff:
        plan = _as_one_need(requests, context) or plan
    if not plan.core and not plan.question:
        talk.which(context, plan)
    if len(requests) > 1 or len(plan.core) > 3:
        plan.phrase = False
    if plan.answered and any(r.extra.get("again") for r in requests):
        plan.core.insert(0, "I have just looked it up again.")
        plan.phrase = False
    if len(requests) > 1:
        clarify.name_product(context, plan)
    if plan.question:
        plan.closing.append(plan.question)
    return plan


def _of_the_found(request: Request, plan: Plan) -> Request | None:
    """The request as one of the thing that the answer so far has found; None where it found none, or several, or has
    told as much of it already."""
    told = request.act in ("price", "availability") and not request.extra.get("named")
    if len(plan.focus or ()) != 1 or told:
        return None
    skus = (plan.chosen.sku,) if plan.chosen and request.act == "stock" else ()
    return replace(request, products=tuple(plan.focus or ()), skus=skus, from_context=True)


def _as_one_need(requests: Sequence[Request], context: Context) -> Plan | None:
    """The answer to a need told in several sentences, none of which names a thing by itself; None without one."""
    if any(r.products or r.act not in _LOOKS for r in requests):
        return None
    words = [w for r in requests for w in r.extra.get("unlinked", ())]
    whole = replace(
        requests[0],
        act="search",
        text=" ".join(r.text for r in requests),
        query=" ".join(r.query for r in requests),
        extra=requests[0].extra | {"unlinked": tuple(words), "told_in_parts": True},
    )
    plan = Plan()
    return plan if listing.search(whole, context, plan) and plan.answered else None


_LOOKS = frozenset({"search", "availability", "details", "none", "recommend"})


def _one_or_rescued(request: Request, requests: Sequence[Request], context: Context, plan: Plan) -> Plan:
    """The plan with the request answered; before it says that something isn't known, all texts are asked for it."""
    before = copy.deepcopy(plan)
    plan.answered = True
    if "line" in request.extra:  # picked by its place: nothing else is tried
        line(request, context, plan)
        plan.answered = plan.answered and before.answered
        return plan
    request = rescue.of_the_topic(request, context)
    _one(request, requests, context, plan)
    if not plan.answered and not plan.handoff and (found := rescue.rescued(request, context, before)):
        plan = found
    if not plan.answered and not plan.handoff and (noun := _bare_noun(request)):
        plan = _thing_named(noun, request, context, before) or plan
    plan.answered = plan.answered and before.answered
    return plan


_BARE_NOUN = re.compile(
    r"^\W*(?:(?:and|or|ok|okay|oh|so|then|also|any|some|an?|what about|how about|pity|never ?mind)\W+)*"
    r"((?:[a-z-]+ ){0,2}[a-z-]+)\W*$"
)


def _bare_noun(request: Request) -> str:
    """The words of a message that is no more than a noun, none of which says anything of what is talked about:
    "picture frame", "and a microwave?"; else empty."""
    match = _BARE_NOUN.match(request.text.lower()) if request.from_context and request.act == "details" else None
    words = match[1].split() if match else []
    unlinked = request.extra.get("unlinked", ())
    return " ".join(words) if words and all(w in unlinked for w in words) else ""


def _thing_named(noun: str, request: Request, context: Context, before: Plan) -> Plan | None:
    """What the shop has of a thing that was named beside the talk; None, after saying so, where it has none."""
    if not any(h.confident and h.matched for h in context.search.products(noun, limit=3)):
        return None
    extra = request.extra | {"within": None, "unlinked": (), "coverage": 0.0}
    wish = replace(
        request, act="search", text=noun, query=noun, products=(), from_context=False, wanted=(), extra=extra
    )
    plan = copy.deepcopy(before)
    return plan if listing.search(wish, context, plan) and plan.answered else None


def still_open(requests: Sequence[Request]) -> Sequence[Request]:
    """Who asks for a person and says what is wrong gets the person: an offer to call one would come after the call."""
    if any(r.act == "human" for r in requests):
        return [r for r in requests if r.act != "complaint"]
    return requests


def _one(request: Request, requests: Sequence[Request], context: Context, plan: Plan) -> None:
    preferences.remember(request, context, plan)
    if fitting(request, context, plan) or no_others(request, context, plan):
        return
    if request.act in OF_PRODUCTS:
        about_products(request, context, plan)
    elif request.act in ("cheapest", "most_expensive", "best_rated", "newest"):
        if _points_at_nothing(request):
            talk.which(context, plan)
        else:
            extremes.extreme(request, context, plan)
    elif request.act == "superlative":
        _superlative(request, context, plan)
    elif request.act == "search":
        look_for(request, context, plan)
    elif request.act == "compare":
        _compare(request, context, plan)
    elif request.act == "policy":
        policy(request, context, plan)
    elif request.act in _OF_SHOPPING:
        _OF_SHOPPING[request.act](request, context, plan)
    elif request.act == "human":
        talk.person(request, context, plan)
    elif request.act == "mood":
        talk.mood(request, context, plan)
    elif request.act == "other_language":
        foreign(str(request.extra["language"]), context, plan)
    elif request.act == "order":
        _order(request, context, plan)
    elif request.act == "complaint" and trouble.only_describes(request):
        look_for(replace(request, act="search"), context, plan)
    elif request.act == "complaint":
        trouble.complain(requests, request, context, plan)
    elif request.act == "none" and _DATE.search(request.text.lower()):
        say_day("today", context, plan)
    elif request.act == "none" and _TOLD_NEED.search(request.text.lower()) and by_need(request, context, plan):
        return
    elif request.act != "none" or not pages.quote_if_sure(request.text, context, plan, strict=True):
        talk.talk(request, context, plan)


_DATE = re.compile(r"\b(?:today'?s date|what day is (?:it|today)|which day is (?:it|today)|what(?:'s| is) the date)\b")
_TOLD_NEED = re.compile(
    r"\bwhat (?:could|can|would|should|might) (?:he|she|they|i|we) (?:have|get|use|take|wear|do with)\b|\bhelp\b"
    r"|\bany (?:ideas?|suggestions?|tips)\b|\bwhat (?:have|do) you (?:got |have |suggest|recommend)"
)


def _superlative(request: Request, context: Context, plan: Plan) -> None:
    """The one with the most of something; where no number is known of it, what is written about the products."""
    if superlative(request, context, plan):
        return
    if len(request.products) == 1:
        about_products(replace(request, act="details"), context, plan)
    elif request.products and len(request.products) <= AT_ONCE:
        _compare(request, context, plan)
    else:
        look_for(request, context, plan)


def _order(request: Request, context: Context, plan: Plan) -> None:
    """A question about orders in general is the pages' to answer; somebody's own order is a person's."""
    if (request.products or request.limits.category or request.limits.subcategory) and _TO_BUY.search(
        request.text.lower()
    ):
        act = "availability" if request.products else "search"
        _one(replace(request, act=act), [request], context, plan)
        return
    if stops_no_order(request.text):
        talk.account(plan)
        return
    own = re.search(r"\bmy\b|#|\d{4,}", request.text.lower())
    own = own if own and not rescue.of_rules(request.text, [request], context) else None
    if own or not pages.quote_if_sure(asked.question(request), context, plan):
        talk.order(request, context, plan)


_TO_BUY = re.compile(r"\b(?:can|could|may) i (?:still |also |just |please )*(?:re)?(?:order|buy|get) (?!my\b)")


def _points_at_nothing(request: Request) -> bool:
    """ "The cheapest of them" where nothing was found that "them" could be: not the cheapest of all the shop."""
    limits = request.limits
    subject = request.products or request.query or limits.category or limits.subcategory or limits.brand
    return not subject and bool(_OF_THEM.search(request.text.lower()))


_OF_THEM = re.compile(r"\b(?:of|from|among) (?:them|those|these|'?em)\b|\b(?:those|these)\b")


def _compare(request: Request, context: Context, plan: Plan) -> None:
    if request.extra.get("sides") and against_many(request, context, plan):
        return
    if request.products:
        compare.compare(request, context, plan)
    else:
        talk.which(context, plan)
