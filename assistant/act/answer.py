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
    refine,
    rescue,
    talk,
    trouble,
)
from assistant.act.choice import choose
from assistant.act.context import Context
from assistant.act.details import details, knows, quoted
from assistant.act.exact import lacks_named
from assistant.act.fitting import fitting
from assistant.act.foreign import foreign
from assistant.act.left_out import spared
from assistant.act.multiples import against_many
from assistant.act.needs import is_told
from assistant.act.offers import availability, price, stock
from assistant.act.plan import Plan
from assistant.act.shop_facts import say_day
from assistant.act.soldout import sold_out
from assistant.act.superlative import superlative
from assistant.language import stems
from assistant.measures import measured
from assistant.request import Request
from assistant.types import Product

OfOne = Callable[[Request, Product, Context, Plan], None]

_OF_ONE: dict[str, OfOne] = {"price": price, "availability": availability, "stock": stock, "details": details}
_OF_SHOPPING: dict[str, Callable[[Request, Context, Plan], None]] = {
    "promotion": promotions.promotions,
    "basket": basket.basket,
    "recommend": recommend.recommend,
    "preferences": preferences.preferences,
    "preference": lambda request, context, plan: None,  # was taken in before
}
_AT_ONCE = 3  # products answered one by one in a message


def answer(requests: Sequence[Request], context: Context) -> Plan:
    """One plan for all requests of a message, in their order."""
    plan = Plan()
    for request in _still_open(requests):
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


def _still_open(requests: Sequence[Request]) -> Sequence[Request]:
    """Who asks for a person and says what is wrong gets the person: an offer to call one would come after the call."""
    if any(r.act == "human" for r in requests):
        return [r for r in requests if r.act != "complaint"]
    return requests


def _one(request: Request, requests: Sequence[Request], context: Context, plan: Plan) -> None:
    preferences.remember(request, context, plan)
    if fitting(request, context, plan):
        return
    if request.act in _OF_ONE or request.act == "options":
        _about_products(request, context, plan)
    elif request.act in ("cheapest", "most_expensive", "best_rated", "newest"):
        if _points_at_nothing(request):
            talk.which(context, plan)
        else:
            extremes.extreme(request, context, plan)
    elif request.act == "superlative":
        _superlative(request, context, plan)
    elif request.act == "search":
        _search(request, context, plan)
    elif request.act == "compare":
        _compare(request, context, plan)
    elif request.act == "policy":
        _policy(request, context, plan)
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
        _search(replace(request, act="search"), context, plan)
    elif request.act == "complaint":
        trouble.complain(requests, request, context, plan)
    elif request.act == "none" and _DATE.search(request.text.lower()):
        say_day("today", context, plan)
    elif request.act == "none" and _TOLD_NEED.search(request.text.lower()) and _by_need(request, context, plan):
        return
    elif request.act != "none" or not pages.quote_if_sure(request.text, context, plan, strict=True):
        talk.talk(request, context, plan)


_DATE = re.compile(r"\b(?:today'?s date|what day is (?:it|today)|which day is (?:it|today)|what(?:'s| is) the date)\b")
_TOLD_NEED = re.compile(
    r"\bwhat (?:could|can|would|should|might) (?:he|she|they|i|we) (?:have|get|use|take|wear|do with)\b|\bhelp\b"
    r"|\bany (?:ideas?|suggestions?|tips)\b|\bwhat (?:have|do) you (?:got |have |suggest|recommend)"
)


def _by_need(request: Request, context: Context, plan: Plan) -> bool:
    """What answers a need that was told without a word for the thing: "2 dogs and a cat, hair everywhere, help"."""
    wish = replace(request, act="search", products=(), from_context=False)
    return listing.search(replace(wish, extra=request.extra | {"told_in_parts": True}), context, plan)


def _about_products(request: Request, context: Context, plan: Plan) -> None:
    request = asked.by_number(request, context)
    products = asked.meant(request, context)
    if not products and _OF_WHAT.search(request.text.lower()):
        talk.which(context, plan)
        return
    if not products and (products := asked.described(request, context)) and not _ASKS.search(request.text.lower()):
        request = replace(request, act="search")
        _search(request, context, plan)
        return
    if not products:
        if request.query and not _only_points(request) and _search_instead(request, context, plan):
            return
        wish = replace(request, act="search")
        if request.act == "details" and is_told(request.text) and listing.search(wish, context, plan):
            return
        if request.query and not _only_points(request):
            if not pages.quote_if_sure(_asked(request), context, plan):
                listing.nothing(request, context, plan)
        else:
            _which(request, context, plan)
        return
    if request.group and len(products) > _AT_ONCE:
        listing.search(request, context, plan)
        plan.closing.clear()
        clarify.ask_products(products, context, plan)
        return
    products = asked.with_values(request, products)
    if request.act in ("availability", "stock") and any(lacks_named(request, p) for p in products[:1]):
        _search(replace(request, act="search"), context, plan)
        return
    if _another_is_meant(request, products, context, plan):
        return
    if asked.asks_more(request, products, context):
        request = replace(request, act="details")
    products, knowing = asked.who_know(request, products, context), products
    if not products:
        _none_knows(request, knowing, context, plan)
        return
    question = plan.question
    if request.act == "availability":  # of several, what can be had comes first
        products = sorted(products, key=lambda p: not asked.to_be_had(p, request))
    for product in products[:_AT_ONCE]:
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
        clarify.which_product(request, products[:_AT_ONCE], context, plan)
        plan.listed = [{"product": p.product_id, "sku": None} for p in products]
        plan.chosen = None
    plan.wanted = asked.remember(request, plan)


def _none_knows(request: Request, products: list[Product], context: Context, plan: Plan) -> None:
    """One answer, not one for each, where the shop's data says of none of them what is asked."""
    plan.focus = [p.product_id for p in products]
    if pages.quote_if_sure(_asked(request), context, plan):
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
    return _within_topic(request, context, plan)


_NEW_THING = re.compile(
    r"\b(?:do|have|did|also) (?:you|u|ya)\b(?!.*(?:\b(?:ones?|with|in|that|which|of|for)\b|\d))"
    r"|\b(?:you|u|ya) (?:also )?(?:have|got|sell)\b(?!.*(?:\b(?:ones?|with|in|that|which|of|for)\b|\d))"
)
"""What asks for a thing by its name: "you have treadmill?" after a talk of watches is not about the watches."""


def _within_topic(request: Request, context: Context, plan: Plan) -> bool:
    """Lists what of the topic has what the message names, where it names no kind of thing itself."""
    within = request.extra.get("within")
    if within is None or (request.act == "search" and _NEW_THING.search(request.text.lower())):
        return False
    return refine.fitting(within.extra["refine"], replace(within, match=request.match), context, plan)


def _search(request: Request, context: Context, plan: Plan) -> None:
    """Products that fit; if the shop has none, its pages may speak of it ("do you have gift wrapping?")."""
    if "refine" in request.extra:
        refine.refine(request, context, plan)
        return
    if not refine.has_subject(request):
        talk.which(context, plan)
        return
    if _within_topic(request, context, plan):
        return
    apart = spared(request)
    if sold_out(request, context, plan) or (apart is request and _is_service(request, context, plan)):
        return
    request = apart
    if listing.search(request, context, plan):
        clarify.which_listed(request, plan, context)
        return
    if not pages.quote_if_sure(_asked(request), context, plan, about=request.query):
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
    return bool(unlinked) and pages.quote_if_sure(_asked(request), context, plan, about=unlinked, pages_only=True)


def _superlative(request: Request, context: Context, plan: Plan) -> None:
    """The one with the most of something; where no number is known of it, what is written about the products."""
    if superlative(request, context, plan):
        return
    if len(request.products) == 1:
        _about_products(replace(request, act="details"), context, plan)
    elif request.products and len(request.products) <= _AT_ONCE:
        _compare(request, context, plan)
    else:
        _search(request, context, plan)


def _asked(request: Request) -> str:
    """The question without the names of products, which would swamp the pages' own words."""
    return str(request.extra.get("masked") or request.text)


def _policy(request: Request, context: Context, plan: Plan) -> None:
    """What the shop's pages say; of a product that was named, what is written about that very product comes first."""
    if request.extra.get("by"):
        if pages.quote_if_sure(_asked(request), context, plan, pages_only=True):
            plan.closing.append("Please reckon from that; I can't promise a day.")
        else:
            pages.unknown(plan)
        return
    products = context.catalogue.products(request.products[:1])
    own = bool(products) and (not request.from_context or bool(request.extra.get("pronoun")))
    known = bool(products) and knows(request.text, products[0], context)
    if products and ((own and known) or _rather_of(request, products[0], context)):
        _of_product(request, products[0], context, plan)
    elif pages.quote_if_sure(_asked(request), context, plan):
        return
    elif products and (own or known):
        _of_product(request, products[0], context, plan)
    elif request.query and any(h.confident for h in context.search.products(request.query, limit=3)) and not products:
        _search(request, context, plan)
    else:
        pages.unknown(plan)


def _rather_of(request: Request, product: Product, context: Context) -> bool:
    """Whether a product's own texts answer better than the shop's pages."""
    score = rescue.of_product(request.text, product, context)
    return score >= rescue.SURE and score > rescue.of_pages(_asked(request), context)


def _order(request: Request, context: Context, plan: Plan) -> None:
    """A question about orders in general is the pages' to answer; somebody's own order is a person's."""
    if (request.products or request.limits.category or request.limits.subcategory) and _TO_BUY.search(
        request.text.lower()
    ):
        act = "availability" if request.products else "search"
        _one(replace(request, act=act), [request], context, plan)
        return
    own = re.search(r"\bmy\b|#|\d{4,}", request.text.lower())
    own = own if own and not rescue.of_rules(request.text, [request], context) else None
    if own or not pages.quote_if_sure(_asked(request), context, plan):
        talk.order(request, context, plan)


_TO_BUY = re.compile(r"\b(?:can|could|may) i (?:still |also |just |please )*(?:re)?(?:order|buy|get) (?!my\b)")


def _of_product(request: Request, product: Product, context: Context, plan: Plan) -> None:
    details(request, product, context, plan)
    plan.focus = [product.product_id]


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


def _points_at_nothing(request: Request) -> bool:
    """ "The cheapest of them" where nothing was found that "them" could be: not the cheapest of all the shop."""
    limits = request.limits
    subject = request.products or request.query or limits.category or limits.subcategory or limits.brand
    return not subject and bool(_OF_THEM.search(request.text.lower()))


_OF_THEM = re.compile(r"\b(?:of|from|among) (?:them|those|these|'?em)\b|\b(?:those|these)\b")


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


def _compare(request: Request, context: Context, plan: Plan) -> None:
    if request.extra.get("sides") and against_many(request, context, plan):
        return
    if request.products:
        compare.compare(request, context, plan)
    else:
        talk.which(context, plan)
