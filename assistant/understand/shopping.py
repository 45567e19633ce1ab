"""Questions about money off, several things together, advice, and what the customer tells of themselves.

What the clause names (products, numbers, codes, preferences) decides with its kind (kinds.py). Changes the requests
that reading.py made where they are of these kinds; knows no prices.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from assistant.language import fold, stems, words_to_numbers
from assistant.request import Bounds, Request
from assistant.shop.pricing import Terms
from assistant.types import Product
from assistant.understand import basket, forgetting, preferences
from assistant.understand.acts import Encode
from assistant.understand.advice import advice
from assistant.understand.basket_talk import basket_request
from assistant.understand.beside_told import asks_beside
from assistant.understand.clauses import split
from assistant.understand.deadline import by_a_day
from assistant.understand.gaps import price_gap
from assistant.understand.give_back import of_giving_back
from assistant.understand.kinds import ADVICE, COSTS, OF_BASKET, OF_OFFERS, OFF, Linked, Seen, gift_asked, see
from assistant.understand.multiples import against_many
from assistant.understand.quantities import says_so_much_off, spending
from assistant.understand.state import State
from assistant.understand.vouchers import voucher

Lookup = Callable[[str], Product | None]

_BY_PRICE = frozenset({"cheapest", "most_expensive"})
_BY_WORDS = frozenset({"search", "cheapest", "most_expensive", "best_rated", "newest"})
_OF_SELF = frozenset({"recall", "forget", "consent_no", "consent_yes", "correct"})
_WHEN = re.compile(
    r"\b(?:when|until|till|how long)\b.*"
    r"\b(?:end|ends|over|lasts?|runs?|stops?|valid|on|expires?)\b|^until when"
)
_CONSENT = re.compile(
    r"\b(?:data|histor\w*|personal\w*|track\w*|consent|recommendations?|purchases|brows\w+|remember|bought|"
    r"look(?:ed)? at|what i (?:buy|view))\b"
)


def refine(
    text: str, requests: list[Request], state: State, *, linked: Linked, encode: Encode, lookup: Lookup,
    digits: int = 2,
    known_codes: Collection[str] = (),
    offer_names: Sequence[str] = (),
    known: Sequence[dict[str, str]] = (),
) -> list[Request]:  # fmt: skip
    """`requests` with those about baskets, offers, advice and preferences in their own acts.

    `known_codes` are the shop's codes, folded: one that is named counts however the sentence is built. `offer_names`
    are the names of its offers: whoever says one speaks of it. `known` is what is kept of the customer. `digits` are
    those of the currency's minor unit.
    """
    codes = basket.codes(text, known_codes)
    described = voucher(text, digits) if not codes else None
    text = words_to_numbers(text)
    seen = [see(part, state, linked, encode) for part in split(text)[:6]]
    told = [p for s in seen for p in preferences.stated(s.text, s.label, s.clause, state)]
    if (request := _self(text, seen, told, state, known)) is not None:
        return [request]
    if (request := _reasons(text, seen, state)) is not None:
        return [request]
    if (request := _combination(text, seen, codes, state)) is not None:
        return [request]
    own_offer = _named(text, offer_names) and not COSTS.search(fold(text))
    if (several := against_many(text, state, lookup)) is not None:
        return [several]
    if (gap := price_gap(text, requests, state, linked, lookup)) is not None:
        return [gap]
    if (
        not own_offer
        and (request := basket_request(text, seen, requests, state, linked, lookup, codes, offer_names)) is not None
    ):
        if len(request.extra["basket"].pieces) < len(state.basket.get("pieces", ())):
            told = [t for t in told if t.name != "avoids"]  # "no milk after all" tells of a sum, not of a diet
        return _with_told([_asked_before(_with_voucher(request, described), state)], told, state, digits)
    if (request := advice(text, seen, requests, digits)) is not None:
        return _with_told([request], told, state, digits)
    out = [
        _one(request, _of(request, seen), codes, _named(text, offer_names), state, text, digits) for request in requests
    ]
    return _with_told([of_giving_back(request) for request in _by_days(out)], told, state, digits)


def _by_days(requests: Sequence[Request]) -> list[Request]:
    """The requests with what is wanted by a day; what only asks of that whether it can be is no question of its own:
    "I need it by thursday, is that doable"."""
    out = [by_a_day(request) for request in requests]
    if not any("by" in r.extra for r in out):
        return out
    asks_no_more = {"availability", "details", "yes"}
    return [r for r in out if "by" in r.extra or r.products or r.act not in asks_no_more or " " in r.query]


def _of(request: Request, seen: Sequence[Seen]) -> Seen:
    """The clause that a request came from."""
    return next((s for s in seen if s.clause.text == request.text), seen[-1])


def _with_voucher(request: Request, described: Terms | None) -> Request:
    """The request with the voucher that the customer describes."""
    if described is None:
        return request
    asked = replace(request.extra["basket"], voucher=described)
    return replace(request, extra=request.extra | {"basket": asked})


def _asked_before(request: Request, state: State) -> Request:
    """The request, marked where the last answer asked for the version of its one thing, which is still not told."""
    before, asked = basket.from_state(state.basket), request.extra["basket"]
    open_ = state.basket.get("open")
    if open_ is None or len(asked.pieces) != 1 or before[int(open_)].products[:1] != asked.pieces[0].products[:1]:
        return request
    return replace(request, extra=request.extra | {"basket": replace(asked, asked_which=True)})


def _within_budget(request: Request, told: Sequence[preferences.Told], state: State, digits: int) -> Request:
    """A search for goods that no price was named for, with the budget that was told last, if any was."""
    before = [] if any(t.name == "budget" and t.gone for t in told) else state.told
    budgets = [t["value"] for t in before if t["name"] == "budget"]
    budgets += [t.value for t in told if t.name == "budget" and not t.gone]
    named = request.products and not request.group and float(request.extra.get("coverage", 0.0)) >= _BY_NAME
    if request.act != "search" or request.limits.price or named or not budgets or not budgets[-1].isdigit():
        return request
    return replace(request, extra=request.extra | {"budget": Bounds(high=int(budgets[-1]) * 10**digits)})


_BY_NAME = 0.9


def _with_told(requests: list[Request], told: Sequence[preferences.Told], state: State, digits: int) -> list[Request]:
    """The requests with what the customer told of themselves, now and before, on those that use it."""
    requests = [_within_budget(r, told, state, digits) for r in requests]
    before = {"told_before": tuple(state.told)}
    requests = [replace(r, extra=r.extra | before) if told or r.act == "recommend" else r for r in requests]
    gone = {t.value.lower() for t in told if t.gone}
    known = [*((t["name"], t["value"]) for t in state.told), *((t.name, t.value) for t in told)]
    if avoided := tuple(v for n, v in dict.fromkeys(known) if n in ("avoids", "diet") and v.lower() not in gone):
        requests = [replace(r, extra=r.extra | {"avoided": avoided}) for r in requests]
    if not told:
        return requests
    requests = [replace(r, extra=r.extra | {"told": tuple(told)}) if r.act == "recommend" else r for r in requests]
    first = requests[0]
    alone = len(requests) == 1
    if first.act in ("none", "yes", "no", "thanks", "greeting", "complaint") or _only_told(first, told):
        first = replace(first, act="preference", products=(), from_context=False)
    slots = first.extra.get("slots", {}) | {"told": [{"name": t.name, "value": t.value, "gone": t.gone} for t in told]}
    return [replace(first, extra=first.extra | {"told": tuple(told), "slots": slots, "alone": alone}), *requests[1:]]


def _only_told(request: Request, told: Sequence[preferences.Told]) -> bool:
    """Whether the clause of a request says nothing but the preference."""
    own = any(t.clause == request.text for t in told) and "?" not in request.text
    return own and not ADVICE.search(fold(request.text)) and not asks_beside(request.text)


def _self(
    text: str, seen: Sequence[Seen], told: Sequence[preferences.Told], state: State, known: Sequence[dict[str, str]]
) -> Request | None:
    """What do you know about me, forget it, use it or don't."""
    for each in seen:
        if each.label in ("consent_no", "consent_yes") and not _CONSENT.search(fold(each.text)):
            continue
        if each.label in _OF_SELF and preferences.is_about_self(each.text, each.label, [*state.told, *known]):
            label = preferences.allowed(each.text) if each.label == "consent_yes" else each.label
            slots = {"item": forgetting.item(each.text)}
            return Request(
                "preferences",
                each.text,
                extra={
                    "self": label,
                    "told": tuple(told),
                    "told_before": tuple(state.told),
                    "slots": slots | {"do": label},
                },
            )
    of_self = state.act == "preferences"
    if of_self and (item := forgetting.forgotten_next(text, state.question, [*state.told, *known])):
        slots = {"item": item, "do": "forget"}
        return Request(
            "preferences", text, extra={"self": "forget", "told": (), "told_before": tuple(state.told), "slots": slots}
        )
    return None


_WHY = re.compile(r"\bwhy\b|\bhow come\b|\bwhat (?:makes|made)\b|\breason\w*\b|\bgrounds\b|\bbas(?:ed|is)\b|\blogic\b")


def _reasons(text: str, seen: Sequence[Seen], state: State) -> Request | None:
    """Why something was recommended a moment ago: what was chosen then, with its reasons."""
    asked = any(s.label == "why" for s in seen) or fold(text).strip(" ?!.") in ("why", "how come", "and why")
    if state.act != "recommend" or not state.focus or not asked or not _WHY.search(fold(text)):
        return None
    extra = {"told_before": tuple(state.told), "why": True, "gift": gift_asked(state.question)}
    return Request("recommend", text, products=tuple(state.focus), from_context=True, extra=extra)


_COMBINES = re.compile(r"\b(?:stack\w*|combin\w+|double up|on top of|cumulat\w+)\b")
_BOTH = re.compile(r"\b(?:together|both|at the same time|at once|as well as|two|more than one|several|multiple)\b")
_WITH_OFFER = re.compile(
    r"\b(?:with|alongside|and|plus) (?:the |a |an |any |my |your |other |another )*"
    r"(?:sale|offers?|discounts?|deals?|(?<=other )codes?|promo\w*|reduced|sale items?)\b"
)


def _combination(text: str, seen: Sequence[Seen], codes: tuple[str, ...], state: State) -> Request | None:
    """Whether offers or codes go together; where things are named, their sum tells (basket_talk.py)."""
    folded = fold(text)
    offers = bool(codes) or bool(OFF.search(folded))
    several = len(codes) > 1 or re.search(r"\b(?:codes|discounts|offers|vouchers|coupons|promos)\b", folded)
    asks = bool(_COMBINES.search(folded) or (_BOTH.search(folded) and several))
    asks = asks or bool(codes and _WITH_OFFER.search(folded) and not COSTS.search(folded))
    words = {w for w in fold(text).split() if not _COMBINES.fullmatch(w)}
    things = [
        m
        for s in seen
        for m in s.mentions
        if any(s.clause.links.tokens[p].text in words for p in m.positions) and m.coverage > _BY_CHANCE
    ]
    if not offers or not asks or things:
        return None
    extra = {
        "asks": "combine",
        "codes": codes,
        "slots": {"asks": "combine", **({"codes": list(codes)} if codes else {})},
    }
    return Request("promotion", text, extra=extra)


_BY_CHANCE = 0.4
"""How much of a product's name a word must be to speak of it rather than of offers."""


def _named(text: str, offer_names: Sequence[str]) -> bool:
    """Whether the text says the whole name of an offer, of two words or more; nobody says its year."""
    said = set(stems(text))
    names = ({s for s in stems(n) if not re.fullmatch(r"20\d\d", s)} for n in offer_names)
    return any(len(name) > 1 and name <= said for name in names)


_ONE_FREE = re.compile(
    r"\b(?:buy|take|get)\b.*\b(?:get|have) (?:one|another|(?:a|the) (?:second|third|fourth|\d(?:nd|rd|th))) (?:\w+ )?"
    r"(?:for )?free\b"
)
"""Asks how many must be taken for one to be free, which is an offer's to say."""


def _one(
    request: Request, seen: Seen, codes: tuple[str, ...], named: bool, state: State, text: str, digits: int
) -> Request:
    """A single request in its own act: offers, codes, advice."""
    folded = fold(request.text)
    if "refine" in request.extra or (request.act in _BY_PRICE and request.from_context and not OFF.search(folded)):
        return request
    if request.act in _BY_WORDS and seen.label in OF_OFFERS | {"after", "other"}:
        kept = [w for w in request.query.split() if not OFF.fullmatch(w) and w != "after"]
        request = replace(request, query=" ".join(kept) or request.query)
    of_code = seen.label in OF_BASKET | OF_OFFERS | {"code"} or bool(OFF.search(folded)) or request.act == "none"
    of_code = of_code or bool(re.search(r"\b(?:use|using|apply|enter|redeem|works?|valid|counts?)\b", folded))
    if codes and request.act != "order" and of_code:
        return replace(
            request, act="promotion", extra=request.extra | {"codes": codes, "slots": {"codes": list(codes)}}
        )
    if _ONE_FREE.search(folded) and request.act in ("search", "details", "availability", "price", "none"):
        return replace(request, act="promotion", query="")
    if seen.label == "free_shipping" and request.act in ("policy", "promotion", "none", "search", "price", "details"):
        return replace(request, act="promotion", products=(), extra=request.extra | {"asks": "free_shipping"})
    goes_on = state.act == "promotion" and bool(_WHEN.search(folded)) and not seen.mentions
    of_offers = seen.label == "offers" or (seen.label == "offer_when" and bool(OFF.search(folded)))
    if (of_offers or goes_on or (named and seen.label in OF_OFFERS | {"other", "after"})) and request.act not in (
        "order",
        "human",
    ):
        return replace(request, act="promotion")
    unnamed = not request.products or request.from_context
    if unnamed and request.act in ("search", "availability", "stock", "options") and says_so_much_off(request.text):
        return replace(request, act="promotion", products=tuple(state.focus), from_context=bool(state.focus))
    if seen.label in ("recommend", "gift") and request.act in (
        "search", "none", "details", "availability", "options", "best_rated", "price", "compare", "yes",
    ):  # fmt: skip
        slots = {"gift": True} if seen.label == "gift" else {}
        if slots and not request.limits.price and (price := spending(text, digits)):
            request = replace(request, limits=replace(request.limits, price=price))
        return replace(request, act="recommend", extra=request.extra | {"gift": seen.label == "gift", "slots": slots})
    return request
