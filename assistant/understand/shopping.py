"""Questions about money off, several things together, advice, and what the customer tells of themselves.

A linear head on sentence embeddings says which of these a clause is; what the clause names (products, numbers, codes,
preferences) decides with it. Changes the requests that reading.py made where they are of these kinds; knows no prices.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from assistant.language import fold, stems, words_to_numbers
from assistant.request import Basket, Piece, Request
from assistant.shop.pricing import Terms
from assistant.types import Product
from assistant.understand import basket, preferences
from assistant.understand.acts import ActHead, Encode
from assistant.understand.carry import wanted_from
from assistant.understand.clause import Clause
from assistant.understand.clauses import mask, split
from assistant.understand.link import Mention
from assistant.understand.quantities import says_so_much_off
from assistant.understand.state import State
from assistant.understand.vouchers import voucher

Linked = Callable[[str, State], tuple[Clause, list[Mention]]]
Lookup = Callable[[str], Product | None]

_HEAD = Path(__file__).parent / "data" / "shopping.json"
_SURE = 0.4
_BY_WORDS = frozenset({"search", "cheapest", "most_expensive", "best_rated", "newest"})
_OF_BASKET = frozenset({"basket", "after", "shipping", "free_shipping", "save"})
_OF_OFFERS = frozenset({"offers", "offer_when"})
_OF_SELF = frozenset({"recall", "forget", "consent_no", "consent_yes", "correct"})
_TOGETHER = re.compile(
    r"\b(?:together|along with|altogether|in total|total|all in|combined|sum|in all|come to|comes to|both|everything|"
    r"basket|cart|bundle|as a set)\b"
)
_COSTS = re.compile(
    r"\b(?:how much|how expensive|price|cost|costs|cheaper|total|pay|come to|comes to|set me back|spend|"
    r"add up|worth|sum|charge|bill)\b|[$€£]"
)
_OFF = re.compile(
    r"\b(?:discount\w*|offers?|sale|promo\w*|reduced|reduction|off|codes?|coupon|voucher|deal|deals|saving|saved?)\b"
)
_SAVE = re.compile(r"\b(?:save|saving|savings|saved)\b")
_SHIPPING = re.compile(r"\b(?:shipping|delivery|postage|delivered|shipped|shipment)\b")
_INCLUDING = re.compile(
    r"\b(?:with|incl\w*|plus|on top|all in|delivered|everything|total|altogether|comes? to|set me back|cost me)\b"
)
_TO_ORDER = re.compile(r"\b(?:to order|i order|ordering|order (?:a|an|the|\d+)|order for)\b")
_MORE_OF_IT = re.compile(
    r"^\W*(?:(?:and|ok|so|then|what|how|much|about|for|if|i|take|took|buy|bought|make|it|would|"
    r"is|are|do|cost|were|want|get)\W+)*"
    r"(\d{1,3})(?P<of> of (?:them|those|these|it))?(?: (?:please|then|instead|cost|together|be|me|us))*\W*$"
)
_WOULD_COST = re.compile(r"\b(?:would|will|do) \d{1,3} (?:cost|be|come to)\b")
_ALSO = re.compile(r"^\W*(?:and|plus|with)\b(?: also)? (?:an?|one|another|some|the|\d{1,3})\b[^?]*$")
_ADDS_UP = re.compile(
    r"\bwhat (?:do|would|will|must|shall) (?:i|we) (?:have to )?(?:pay|owe)\b"
    r"|\b(?:what|how much)(?:'s| is| will| would| does| do)? "
    r"(?:that|it|this|those|they|these|all (?:of )?(?:that|it|this))"
    r"(?: all)?(?: be| make| come to| cost)?(?: then| altogether)?\W*$"
)
_TIME = re.compile(r"\b(?:how long|when|days?|arrives?)\b")
_MORE = re.compile(r"\b(?:add|another|also|plus|more|as well|too|extra|throw in|include)\b")
_LESS = re.compile(r"\b(?:without|remove|drop|leave out|take out|take off|minus|except|skip|not the|no longer)\b")
_WHEN = re.compile(
    r"\b(?:when|until|till|how long)\b.*"
    r"\b(?:end|ends|over|lasts?|runs?|stops?|valid|on|expires?)\b|^until when"
)
_CONSENT = re.compile(
    r"\b(?:data|histor\w*|personal\w*|track\w*|consent|recommendations?|purchases|brows\w+|remember|bought|"
    r"look(?:ed)? at|what i (?:buy|view))\b"
)
_ADVICE = re.compile(
    r"\b(?:recommend\w*|suggest\w*|advi[sc]e|gifts?|presents?|ideas?|something|which .* (?:should|for)|best for|"
    r"birthday|christmas|surprise|treat|what should i|good for|right for|suit|suitable|need .* for|looking for)\b"
)


_EVIDENCE: dict[str, re.Pattern[str]] = {
    "free_shipping": _SHIPPING,
    "shipping": _SHIPPING,
    "save": re.compile(r"\b(?:sav(?:e|es|ed|ing|ings)|cheaper|off|discount\w*|less)\b"),
    "after": re.compile(rf"{_OFF.pattern}|\b(?:members?\w*|club|applied|final)\b"),
    "basket": re.compile(
        rf"{_COSTS.pattern}|{_TOGETHER.pattern}|{_MORE.pattern}|{_LESS.pattern}|\d|\b(?:take|make it)\b"
    ),
    "offers": re.compile(rf"{_OFF.pattern}|\b(?:special\w*|bundles?|multi-?buy|bogo|cheaper|free|black friday|save)\b"),
    "recommend": _ADVICE,
    "gift": re.compile(
        r"\b(?:gifts?|presents?|birthday|christmas|xmas|wedding|anniversary|santa|surpris\w*|for (?:my|a|his|her))\b"
    ),
}
"""Words without one of which a clause is not of that kind, whatever the head says."""


_STRONG: dict[str, re.Pattern[str]] = {
    "recommend": re.compile(r"\b(?:recommend\w*|suggest\w*|advi[sc]e)\b"),
    "gift": re.compile(r"\b(?:gifts?|presents?) (?:ideas?|for)\b|\bideas? for (?:a )?(?:gifts?|presents?)\b"),
}
"""Words with which a clause may be of that kind even where the head would rather have it otherwise."""


@dataclass(frozen=True)
class Seen:
    """A clause as this module sees it."""

    text: str
    clause: Clause
    mentions: list[Mention]
    label: str
    sure: float


@lru_cache(maxsize=1)
def shopping_head() -> ActHead:
    """The head that ships with the package, loaded once."""
    return ActHead.load(_HEAD)


def refine(
    text: str, requests: list[Request], state: State, *, linked: Linked, encode: Encode, lookup: Lookup,
    digits: int = 2,
    known_codes: Collection[str] = (),
    offer_names: Sequence[str] = (),
) -> list[Request]:  # fmt: skip
    """`requests` with those about baskets, offers, advice and preferences in their own acts.

    `known_codes` are the shop's codes, folded: one that is named counts however the sentence is built. `offer_names`
    are the names of its offers: whoever says one speaks of it. `digits` are those of the currency's minor unit.
    """
    codes = basket.codes(text, known_codes)
    described = voucher(text, digits) if not codes else None
    text = words_to_numbers(text)
    seen = [_seen(part, state, linked, encode) for part in split(text)[:6]]
    told = [p for s in seen for p in preferences.stated(s.text, s.label, s.clause, state)]
    if (request := _self(seen, told, state)) is not None:
        return [request]
    if (request := _basket(text, seen, requests, state, linked, lookup, codes)) is not None:
        return _with_told([_with_voucher(request, described)], told, state)
    out = [_one(request, _of(request, seen), codes, _named(text, offer_names), state) for request in requests]
    return _with_told(out, told, state)


def _seen(part: str, state: State, linked: Linked, encode: Encode) -> Seen:
    clause, mentions = linked(part, state)
    masked = mask(part, clause.links)
    scores = shopping_head().probabilities(encode([masked])[0], masked)
    label = max(scores, key=lambda name: scores[name])
    for name, pattern in _STRONG.items():
        if label == "other" and scores[name] > 0.2 and pattern.search(fold(part)):
            label = name
    sure = (scores[label] >= _SURE or label in _STRONG) and (
        label not in _EVIDENCE or _EVIDENCE[label].search(fold(part))
    )
    return Seen(part, clause, mentions, label if sure else "other", scores[label])


def _of(request: Request, seen: Sequence[Seen]) -> Seen:
    """The clause that a request came from."""
    return next((s for s in seen if s.clause.text == request.text), seen[-1])


def _with_voucher(request: Request, described: Terms | None) -> Request:
    """The request with the voucher that the customer describes."""
    if described is None:
        return request
    asked = replace(request.extra["basket"], voucher=described)
    return replace(request, extra=request.extra | {"basket": asked})


def _with_told(requests: list[Request], told: Sequence[preferences.Told], state: State) -> list[Request]:
    """The requests with what the customer told of themselves, now and before, on those that use it."""
    before = {"told_before": tuple(state.told)}
    requests = [replace(r, extra=r.extra | before) if told or r.act == "recommend" else r for r in requests]
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
    return (
        any(t.clause == request.text for t in told)
        and "?" not in request.text
        and not _ADVICE.search(fold(request.text))
    )


def _self(seen: Sequence[Seen], told: Sequence[preferences.Told], state: State) -> Request | None:
    """What do you know about me, forget it, use it or don't."""
    for each in seen:
        if each.label in ("consent_no", "consent_yes") and not _CONSENT.search(fold(each.text)):
            continue
        if each.label in _OF_SELF and preferences.is_about_self(each.text, each.label):
            slots = {"item": preferences.item(each.text)}
            return Request(
                "preferences",
                each.text,
                extra={
                    "self": each.label,
                    "told": tuple(told),
                    "told_before": tuple(state.told),
                    "slots": slots | {"do": each.label},
                },
            )
    return None


def _basket(
    text: str, seen: Sequence[Seen], requests: Sequence[Request], state: State, linked: Linked, lookup: Lookup,
    codes: tuple[str, ...],
) -> Request | None:  # fmt: skip
    """The request for a price of several things, or of one under an offer, a code, membership or with delivery."""
    folded = fold(text)
    member = basket.member(text)
    for code in codes:  # "GREEN30" is no colour
        text = text.replace(code, "q" * len(code))
    clause, mentions = _without_counts(text, *linked(text, state), state, linked)
    labels = {s.label for s in seen}
    pieces = basket.pieces(clause.links.tokens, text, mentions, lookup, state)
    asks = _asks(folded, labels)
    before = basket.from_state(state.basket)
    if not pieces and (number := _other_number(folded, state, lookup)):
        return _request(text, number, state.basket if state.act == "basket" else {}, codes, member, asks)
    if _answers_open(pieces, clause, state, lookup):
        pieces = _filled(before, pieces, text, state, lookup)
        return _request(text, pieces, state.basket, codes, member, asks)
    counted = any(p.quantity > 1 for p in pieces)
    costs = bool(_COSTS.search(folded) or _ADDS_UP.search(folded)) or bool(labels & {"basket", "after"})
    several = (
        (len(pieces) > 1 or counted)
        and costs
        and (bool(labels & _OF_BASKET) or bool(_TOGETHER.search(folded) or _ADDS_UP.search(folded)) or counted)
    )
    if _compares(requests, folded) or (not counted and _apart(requests, folded)):
        several = False
    if several:
        if before and _MORE.search(folded) and not _TOGETHER.search(folded) and len(pieces) == 1:
            pieces = basket.joined(before, pieces)
        return _request(text, pieces, {}, codes, member, asks)
    held = {p for b in before for p in b.products}
    less = bool(_LESS.search(folded)) and bool(pieces) and all(set(p.products) & held for p in pieces)
    more = bool(_MORE.search(folded)) or (state.act == "basket" and bool(_ALSO.match(folded)))
    if before and pieces and (less or (more and _changes(requests, labels, folded))):
        pieces = basket.without(before, pieces) if less else basket.joined(before, pieces)
        return _request(text, pieces, state.basket, codes, member, asks)
    wants_after = (codes and bool(costs or pieces or not _asks_code_only(folded))) or (member is not None and costs)
    wants_after = (
        wants_after
        or (bool(pieces) and voucher(text, 2) is not None)
        or ("after" in labels and bool(_OFF.search(folded) or codes or member is not None))
    )
    about = asks & {"shipping", "free_shipping", "save"}
    if wants_after or (about and labels & _OF_BASKET) or (labels == {"basket"} and not pieces and before):
        own = pieces or before or _focus(state)
        if "shipping" in asks and not own and not codes:
            return None
        if own or "free_shipping" in asks or codes:
            again = bool(before) and not pieces and not codes and member is None
            return _request(text, own, state.basket if not pieces else {}, codes, member, asks, again=again)
    return None


def _without_counts(
    text: str, clause: Clause, mentions: list[Mention], state: State, linked: Linked
) -> tuple[Clause, list[Mention]]:
    """The mentions again where a number may only count: "4 apples" are no watch of series 4."""
    for mention in mentions:
        tok = clause.links.tokens[min(mention.positions)]
        if tok.text.isdigit() and len(mention.positions) > 1:
            _, others = linked(f"{text[: tok.start]}{'q' * len(tok.text)}{text[tok.end :]}", state)
            if any(m.coverage >= 0.99 and m.positions & mention.positions for m in others):
                return clause, others
    return clause, mentions


def _asks(folded: str, labels: set[str]) -> frozenset[str]:
    asks = set()
    if "free_shipping" in labels or re.search(r"\bfree (?:shipping|delivery|postage)\b", folded):
        asks.add("free_shipping")
    with_it = bool(_SHIPPING.search(folded)) and bool(_INCLUDING.search(folded)) and not _TIME.search(folded)
    if with_it and labels & _OF_BASKET:
        asks.add("shipping")
    if "save" in labels or _SAVE.search(folded):
        asks.add("save")
    return frozenset(asks)


def _other_number(folded: str, state: State, lookup: Lookup) -> list[Piece]:
    """ "And ten?", "two of them": another number of the one thing that was priced; empty where it may be a size."""
    match = _MORE_OF_IT.match(folded)
    before = basket.from_state(state.basket) if state.act == "basket" else _focus(state)
    if not match or state.act not in ("price", "basket", "availability") or len(before) != 1:
        return []
    product = lookup(before[0].products[0])
    values = {v for variant in product.variants for v in variant.options.values()} if product else set()
    counts = bool(_WOULD_COST.search(folded)) and not any(v.isdigit() for v in values)
    if state.act != "basket" and not match["of"] and not counts:
        return []
    return [] if match[1] in values else [replace(before[0], quantity=max(1, int(match[1])))]


def _compares(requests: Sequence[Request], folded: str) -> bool:
    """Whether something else is asked of the products; "I'd like to order two" is about a basket, "my order" isn't."""
    acts = {r.act for r in requests} - ({"order"} if _TO_ORDER.search(folded) else set())
    if _ADDS_UP.search(folded):
        acts -= {"policy", "compare"}  # "what do I pay?" is no question about ways to pay
    return bool(acts & {"compare", "policy", "order", "human"})


def _apart(requests: Sequence[Request], folded: str) -> bool:
    """Whether each thing has a question of its own: the price of one, and whether another is there."""
    own = {r.act for r in requests if r.products and not r.from_context}
    return len(own) > 1 and "price" in own and not _TOGETHER.search(folded)


def _changes(requests: Sequence[Request], labels: set[str], folded: str) -> bool:
    """Whether a clause with products changes the basket, rather than asking something else about them."""
    return bool(labels & _OF_BASKET) or (
        "?" not in folded
        and all(r.act in ("none", "search", "details", "availability", "yes", "price") for r in requests)
    )


def _asks_code_only(folded: str) -> bool:
    """Whether a code is asked about by itself ("does TENNER still work?")."""
    return bool(re.search(r"\b(?:work|works|working|valid|still|expired?|good for|use|does)\b", folded))


def _focus(state: State) -> list[Piece]:
    """The one thing that is talked about, as a basket."""
    if len(state.focus) != 1:
        return []
    return [Piece(tuple(state.focus), 1, tuple(wanted_from(w) for w in state.wanted))]


def _answers_open(pieces: Sequence[Piece], clause: Clause, state: State, lookup: Lookup) -> bool:
    """Whether the last turn asked which product or version is meant, and this message says so."""
    open_ = state.basket.get("open")
    if open_ is None or not state.basket.get("pieces"):
        return False
    asked = set(state.basket["pieces"][open_]["products"])
    if pieces:
        return len(pieces) == 1 and bool(asked & set(pieces[0].products))
    return len(clause.text.split()) <= 8


def _filled(before: list[Piece], pieces: Sequence[Piece], text: str, state: State, lookup: Lookup) -> list[Piece]:
    """The basket with its open piece told apart."""
    at = int(state.basket["open"])
    piece = before[at]
    if pieces:
        both = tuple(p for p in piece.products if p in pieces[0].products)
        piece = replace(piece, products=both or piece.products, wanted=pieces[0].wanted or piece.wanted)
    else:
        wanted = basket.named_options(text, piece, lookup)
        names = {w.name for w in wanted}
        piece = replace(piece, wanted=(*(w for w in piece.wanted if w.name not in names), *wanted))
    return [*before[:at], piece, *before[at + 1 :]]


def _request(
    text: str, pieces: Sequence[Piece], kept: dict[str, Any], codes: tuple[str, ...], member: bool | None,
    asks: frozenset[str], *, again: bool = False,
) -> Request:  # fmt: skip
    codes = tuple(dict.fromkeys((*kept.get("codes", ()), *codes)))
    member = kept.get("member") if member is None else member
    items = [{"products": list(p.products[:5]), "quantity": p.quantity} for p in pieces]
    slots: dict[str, Any] = {"items": items}
    if codes:
        slots["codes"] = list(codes)
    if member is not None:
        slots["member"] = member
    if asks:
        slots["asks"] = sorted(asks)
    products = tuple(dict.fromkeys(p for piece in pieces for p in piece.products[:1]))
    asked = Basket(tuple(pieces), codes, member, asks, again)
    return Request("basket", text, products=products, extra={"basket": asked, "slots": slots})


def _named(text: str, offer_names: Sequence[str]) -> bool:
    """Whether the text says the whole name of an offer, of two words or more."""
    said = set(stems(text))
    return any(len(name) > 1 and name <= said for name in (set(stems(n)) for n in offer_names))


def _one(request: Request, seen: Seen, codes: tuple[str, ...], named: bool, state: State) -> Request:
    """A single request in its own act: offers, codes, advice."""
    folded = fold(request.text)

    if request.act in _BY_WORDS and seen.label in _OF_OFFERS | {"after", "other"}:
        kept = [w for w in request.query.split() if not _OFF.fullmatch(w) and w != "after"]
        request = replace(request, query=" ".join(kept) or request.query)
    if codes and request.act != "order" and (seen.label in _OF_BASKET | _OF_OFFERS | {"code"} or _OFF.search(folded)):
        return replace(
            request, act="promotion", extra=request.extra | {"codes": codes, "slots": {"codes": list(codes)}}
        )
    if seen.label == "free_shipping" and request.act in ("policy", "promotion", "none", "search", "price", "details"):
        return replace(request, act="promotion", products=(), extra=request.extra | {"asks": "free_shipping"})
    goes_on = state.act == "promotion" and bool(_WHEN.search(folded)) and not seen.mentions
    of_offers = seen.label == "offers" or (seen.label == "offer_when" and bool(_OFF.search(folded)))
    if (of_offers or goes_on or (named and seen.label in _OF_OFFERS | {"other"})) and request.act not in (
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
        return replace(request, act="recommend", extra=request.extra | {"gift": seen.label == "gift", "slots": slots})
    return request
