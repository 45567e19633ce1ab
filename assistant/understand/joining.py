"""What the clauses of one message have to do with one another: the kind named before, what says nothing new.

Works on requests alone; knows no shop and no wording.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from assistant.request import Request
from assistant.understand.cues import SUPERLATIVES
from assistant.understand.state import State


def with_request(state: State, request: Request) -> State:
    """The state as the next clause of the same message sees it."""
    if not request.products:
        return replace(state, search={"query": request.query}) if request.act == "search" and request.query else state
    return replace(
        state,
        focus=list(request.products),
        wanted=[vars(w) for w in request.wanted if w.value is not None],
        act="search" if request.group else request.act,
        question=request.text,
        **_listed(state, request),
        search={"query": "", "products": list(request.products)},
    )


def _listed(state: State, request: Request) -> dict[str, Any]:
    """What "which is better" points at behind two things that were named: these."""
    if request.act != "compare" or len(request.products) < 2 or request.group:
        return {}
    return {"listed": [{"product": p, "sku": None} for p in request.products], "list_turn": state.num_turns}


def of_the_same(before: Request, request: Request) -> Request:
    """The kind that the clause before it in the same message named, for a clause that asks only for the cheapest or
    dearest ("got a cheap watch? the cheapest please"): never the cheapest of everything, or of an older list."""
    if request.act == "promotion" and not (request.limits or request.products) and before.act in ("search", "price"):
        kinds = replace(before.limits, price=request.limits.price)
        return replace(request, limits=kinds)  # "300 quid on camping stuff, do I get something off"
    names_kind = not request.from_context and (request.query or request.limits or request.products)
    searched = before.act in SUPERLATIVES | {"search", "recommend", "policy"} and (
        not before.products or before.group or before.from_context
    )
    if request.act not in SUPERLATIVES or names_kind or not searched or not (before.query or before.limits):
        return request
    extra = request.extra | {n: before.extra[n] for n in ("coverage", "known_query") if n in before.extra}
    products = before.products if before.group else ()
    return replace(
        request, query=before.query, limits=before.limits, products=products, group=before.group, from_context=False,
        match=before.match, wanted=before.wanted, extra=extra,
    )  # fmt: skip


def of_what_is_found(before: Request, request: Request) -> Request:
    """A clause that asks of the "it" that the clause before it in the same message has yet to find: "which is your
    lightest tent and can two people sleep in it?". What that is, the answer to the first will show."""
    finds = before.act in SUPERLATIVES | {"search", "recommend"} and (not before.products or before.group)
    limits = request.limits
    own = bool(limits.category or limits.subcategory or limits.brand or limits.price)
    names = bool(request.products) and not request.from_context
    if not finds or own or names or request.act not in _OF_ONE or not _IT.search(request.text.lower()):
        return request
    act = "details" if request.act in ("search", "none") else request.act
    extra = request.extra | {"of_found": True}
    return replace(request, act=act, products=(), group=False, from_context=False, wanted=(), extra=extra)


_OF_ONE = frozenset("details price availability stock options search none".split())
_IT = re.compile(r"\b(?:it|its|it's|that one)\b")
_LOOKS = re.compile(r"\b(?:have you|do you (?:have|sell|do)|got any|have you got|is there|are there|any)\b")


def _leads_to_offers(before: Request, request: Request) -> bool:
    """Whether a clause only says on what the next asks for offers."""
    kinds = (request.limits.category, request.limits.subcategory, request.limits.brand)
    same = any(kinds) and kinds == (before.limits.category, before.limits.subcategory, before.limits.brand)
    return request.act == "promotion" and same and before.act in ("search", "price") and not _LOOKS.search(before.text)


def merge(requests: list[Request]) -> list[Request]:
    """Drops requests that say nothing new, such as a search that only introduces the question after it."""
    out: list[Request] = []
    for request in requests:
        previous = out[-1] if out else None
        if (previous is not None and _leads_to_offers(previous, request)) or (
            previous is not None and previous.act in ("order", "complaint") and request.act in ("policy", "order")
        ):
            out[-1] = request
        elif previous is None or request.extra.get("of_found") or not _same_subject(previous, request):
            out.append(request)
        elif request.act == "search" and request.query and request.limits.price and previous.from_context:
            out[-1] = request  # "too much for me. any perfume below 60": what was said of the one leads to others
        elif request.act == "search":
            continue
        elif request.act == "policy" and previous.act == "search" and _LOOKS.search(previous.text.lower()):
            out.append(request)  # "have you got a jacket, and when do you close": the one is no word to the other
        elif previous.act in ("search", "none") or (previous.extra.get("bare") and request.act not in SUPERLATIVES):
            out[-1] = request
        elif (
            previous.act == "compare"
            and request.act in ("price", "cheapest", "most_expensive")
            and request.from_context
        ):
            continue  # "the boxed or the hand one, which costs less": what they cost is said side by side
        elif previous.act in ("cheapest", "most_expensive") and request.act == "compare":
            out[-1] = request  # "is wood cheaper? wood vs glass": what is compared is said behind it
        elif {previous.act, request.act} == {"price", "availability"} and previous.wanted == request.wanted:
            out[-1] = replace(
                request, act="availability" if previous.act == "availability" and not request.wanted else request.act
            )
        elif previous.act == request.act == "superlative" and previous.text != request.text:
            out.append(request)  # "the smallest and the biggest tent"
        elif previous.act == request.act and request.act not in ("details", "policy"):
            out[-1] = request
        else:
            out.append(request)
    return out


def _same_subject(before: Request, after: Request) -> bool:
    introduces = before.act == "search" and after.act in SUPERLATIVES and after.query == before.query
    if before.products and not (introduces and before.query and not after.products):
        return set(after.products) == set(before.products)
    return (
        before.act in SUPERLATIVES | {"search"}
        and not after.products
        and after.act in SUPERLATIVES | {"search"}
        and after.query in ("", before.query)
    )


_TOLD_MORE = 3
"""Words that a message must have beside the one clause that asks, for them to tell of the need."""


def with_whole(requests: list[Request], text: str, num_parts: int) -> list[Request]:
    """What is looked for with all that was told around it: "my mum's dog sheds everywhere, what vacuum"."""
    if len(requests) != 1 or num_parts > 1 or requests[0].from_context:
        return requests
    more = len(text.split()) - len(requests[0].text.split())
    if more < _TOLD_MORE or requests[0].act not in ("search", "details"):
        return requests
    return [replace(requests[0], extra=requests[0].extra | {"whole": text})]
