"""What a message asks of several things together: their sum, with a code, as a member, delivered, one more or less.

Works on the pieces that basket.py counts and the basket that the conversation keeps. Knows no prices.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from assistant.language import STOP_WORDS, fold, stems
from assistant.request import Basket, Piece, Request
from assistant.types import Product
from assistant.understand import basket
from assistant.understand.carry import wanted_from
from assistant.understand.clause import Clause
from assistant.understand.kinds import COSTS, LESS, MORE, OF_BASKET, OFF, SAVE, SHIPPING, TOGETHER, Linked, Seen
from assistant.understand.mentions import Mention
from assistant.understand.pointing import the_two
from assistant.understand.state import State
from assistant.understand.vouchers import voucher

Lookup = Callable[[str], Product | None]

_INCLUDING = re.compile(
    r"\b(?:with|incl\w*|plus|on top|all in|delivered|everything|total|altogether|comes? to|set me back|cost me)\b"
)
_TO_ORDER = re.compile(r"\b(?:to order|i order|ordering|order (?:a|an|the|\d+)|order for)\b")
_MORE_OF_IT = re.compile(
    r"^\W*(?:(?:no|sorry|wait|actually|rather|meant|mean|and|ok|so|then|what|how|much|about|for|if|i|take|took|buy|bought|"
    r"make|it|would|is|are|do|cost|were|want|get|total|altogether|price|all|sum|i'd|i'll|should|need|says?|the)\W+)*"
    r"(\d{1,3})(?P<of> of (?:them|those|these|it))?(?: (?:please|then|instead|cost|together|be|me|us|would|will|is|"
    r"come|comes|to|in|total|altogether|with|the|after|discount|offers?|what|how much))*\W*$"
)
_A_PAIR = re.compile(r"\ba (?:pair|couple)\b(?! of (?!them|those|these))")
_SUM_FOR = re.compile(r"\b(?:total|altogether|in all|sum)\b|\b(?:would|will) be\b|\bis\W*$")
"""With a number alone: "total for 6", "so 4 would be?"."""
_SO_MANY = re.compile(
    r"\b(?:need|take|want|order|buy|get|have|be) (\d{1,3})(?: of (?:them|those|these|it))?\b(?! ?[a-z%])"
)
_WOULD_COST = re.compile(
    r"\b(?:would|will|do) (?:the )?\d{1,3} (?:cost|be|come to)\b|^\W*\d{1,3} (?:comes? to|costs?)\b"
)
_ALSO = re.compile(r"^\W*(?:and|plus|with)\b(?: also)? (?:an?|one|another|some|the|\d{1,3})\b[^?]*$")
_ADDS_UP = re.compile(
    r"\bwhat (?:do|would|will|must|shall) (?:i|we) (?:have to )?(?:pay|owe)\b"
    r"|\b(?:what|how much)(?:'s| is| will| would| does| do)? "
    r"(?:that|it|this|those|they|these|all (?:of )?(?:that|it|this))"
    r"(?: all)?(?: be| make| come to| cost| amount to| add up to)?(?: then| altogether)?\W*$"
)
_FEW_WORDS = 4
"""So short a message that puts things together asks for their sum: "both together"."""
_TIME = re.compile(r"\b(?:how long|when|days?|arrives?)\b")


def basket_request(
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
    if COSTS.search(folded) or TOGETHER.search(folded) or (state.act == "basket" and "basket" in labels):
        mentions = _recalled(clause, mentions, state, lookup)
    pieces = basket.pieces(clause.links.tokens, text, mentions, lookup, state)
    pointed = [] if state.act == "basket" or len(pieces) > 1 else _pointed(folded, state, lookup)
    if pointed and not pieces and _AND_A.search(folded):
        return None  # "two of them and a camp mug": what isn't found may not be left out of a sum
    pieces = [*pointed, *pieces]
    asks = _asks(folded, labels)
    before = basket.from_state(state.basket)
    if not pieces and (number := _counted_ones(text, requests, lookup)):
        return _request(text, number, {}, codes, member, asks)
    counts = re.sub(r"\b(?:with|using|and)? ?(?:the )?(?:code )?q{3,}", "", fold(text)) if codes else folded
    if not pieces and (number := _other_number(counts, state, lookup)):
        return _request(text, number, state.basket if state.act == "basket" else {}, codes, member, asks)
    if _answers_open(pieces, clause, state, lookup):
        pieces = _filled(before, pieces, text, state, lookup)
        return _request(text, pieces, state.basket, codes, member, asks)
    counted = any(p.quantity > 1 for p in pieces)
    costs = bool(COSTS.search(folded) or _ADDS_UP.search(folded)) or bool(labels & {"basket", "after"})
    short = len(folded.split()) <= _FEW_WORDS
    costs |= len(pieces) > 1 and bool(TOGETHER.search(folded)) and (short or bool(pointed))
    several = (
        (len(pieces) > 1 or counted)
        and costs
        and (bool(labels & OF_BASKET) or bool(TOGETHER.search(folded) or _ADDS_UP.search(folded)) or counted)
    ) or (costs and bool(pointed) and len(pieces) > 1)
    if not pieces and before and state.act == "basket" and _THESE.search(folded) and _ADDS_UP.search(folded):
        return _request(text, before, state.basket, codes, member, asks)
    together = TOGETHER.search(folded.replace("both", "")) or COSTS.search(folded)
    if not counted and not together and _asks_else(requests):
        several = False  # "stars for both?"
    if (told := _ALL_OF_THEM.search(folded)) and len(pieces) < int(told[1]):
        several = False  # the sum of two is no answer about three
    if _compares(requests, folded) or (not counted and _apart(requests, folded)):
        several = False
    if several:
        if before and MORE.search(folded) and not TOGETHER.search(folded) and len(pieces) == 1:
            pieces = basket.joined(before, pieces)
        return _request(text, pieces, {}, codes, member, asks)
    held = {p for b in before for p in b.products}
    less = bool(LESS.search(folded)) and bool(pieces) and all(set(p.products) & held for p in pieces)
    more = bool(MORE.search(folded)) or (state.act == "basket" and bool(_ALSO.match(folded)))
    if before and pieces and (less or (more and _changes(requests, labels, folded))):
        pieces = basket.without(before, pieces) if less else basket.joined(before, pieces)
        return _request(text, pieces, state.basket, codes, member, asks)
    wants_after = (codes and bool(costs or pieces or not _asks_code_only(folded))) or (
        member is not None and bool(costs or pieces)
    )
    wants_after = (
        wants_after
        or (bool(pieces) and voucher(text, 2) is not None)
        or ("after" in labels and bool(OFF.search(folded) or codes or member is not None))
    )
    about = asks & {"shipping", "free_shipping", "save"}
    if wants_after or (about and labels & OF_BASKET) or (labels == {"basket"} and not pieces and before):
        own = pieces or _named_now(text, before or _focus(state), lookup)
        if "shipping" in asks and not own and not codes:
            return None
        if own or "free_shipping" in asks or codes:
            again = bool(before) and not pieces and not codes and member is None
            if again and _counts_anew(folded, before):
                return None
            return _request(text, own, state.basket if not pieces else {}, codes, member, asks, again=again)
    return None


def _counts_anew(folded: str, before: Sequence[Piece]) -> bool:
    """Whether there is a number that the basket doesn't have: its old sum would be no answer to that."""
    known = {str(p.quantity) for p in before} | {w for p in before for o in p.wanted for w in str(o.value).split()}
    numbers = re.findall(
        r"(?<![\d.,$€£])\b(\d{1,2})\b(?![.,]?\d|\s?(?:%|percent|pounds?|quid|euros?|dollars?|for|off))", folded
    )
    return any(n not in known for n in numbers)


_THESE = re.compile(
    r"\b(\d{1,3}|one) of (those|these|them|that|it|each|both)\b|\b(both|the (?:two|2))\b(?! of (?:you|us)\b)"
    r"|\b(\d{1,3}|one|a pair) (each)\b"
)
_AND_A = re.compile(r"\b(?:and|plus|with) (?:an?|the|one|your) [a-z]")
_THAT_AND = re.compile(
    r"^\W*(?:(?:and|so|ok|then|how much|what|is|are|for|would|will|be|price of|if i take|take) )*"
    r"(?:that|this|it|one|the same)(?: one)?(?: in ([\w ]{2,20}?))? (?:and|plus|with|together with|along with) "
    r"(?:also )?(?:an?|the|one|some|your|two|\d)\b"
)
"""What is talked about, beside something that is named: "that and a yoga brick", "one in rust plus the cook set"."""
_THEY = re.compile(r"\b(?:they|these|those|them|all)\b")


def _pointed(folded: str, state: State, lookup: Lookup) -> list[Piece]:
    """The pieces that are only pointed at: "both together", "2 of those and a head torch"; several readings of one
    thing where it isn't plain which of them is meant."""
    match = _THESE.search(folded)
    if (beside := _THAT_AND.search(folded)) and len(state.focus) == 1:
        own = basket.named_options(beside[1] or "", _focus(state)[0], lookup) if beside[1] else []
        names = {w.name for w in own}
        kept = [w for w in _focus(state)[0].wanted if w.name not in names]
        return [replace(_focus(state)[0], wanted=(*kept, *own))]
    if not match:
        together = _THEY.search(folded) and TOGETHER.search(folded)
        return [_as_told(i, state) for i in the_two(state, folded)] if together else []
    number = match[1] or match[4] or ""
    count = max(1, int(number)) if number.isdigit() else 1
    if match[3] or match[5] or match[2] in ("both", "each"):
        return [replace(_as_told(i, state), quantity=count) for i in the_two(state, folded)]
    if len(state.focus) == 1:
        return [replace(piece, quantity=count) for piece in _focus(state)]
    return [Piece(tuple(state.focus), count)] if state.focus else []


def _as_told(item: Mapping[str, Any], state: State) -> Piece:
    """A product that was talked about, in the version that was told or with the options named for it."""
    product, sku = str(item["product"]), item.get("sku")
    topic = next((t for t in reversed(state.topics) if (t["product"], t["sku"]) == (product, sku)), None)
    wanted = tuple(wanted_from(w) for w in topic["wanted"]) if topic else ()
    return Piece((product,), 1, () if sku else wanted, (str(sku),) if sku else ())


def _recalled(clause: Clause, mentions: list[Mention], state: State, lookup: Lookup) -> list[Mention]:
    """The mentions with what was talked about before and is named by a word of its name: "grips and rope together".
    Nothing is added where that makes no several things."""
    taken = {p for m in mentions for p in m.positions}
    named = {p for m in mentions for p in m.product_ids}
    topics = dict.fromkeys(str(t["product"]) for t in state.topics if t["product"] not in named)
    names = {p: set(stems(product.name)) for p in topics if (product := lookup(p)) is not None}
    found: list[Mention] = []
    for at, tok in enumerate(clause.links.tokens):
        ids = tuple(p for p, words in names.items() if tok.stem in words)
        if at not in taken and ids and tok.text not in STOP_WORDS and tok.text.isalpha():
            found.append(Mention(frozenset({at}), ids, _BY_A_WORD, 0.0))
    one_each = [m for n, m in enumerate(found) if all(m.product_ids != f.product_ids for f in found[:n])]
    both = sorted([*mentions, *one_each], key=lambda m: min(m.positions))
    return both if len(both) > 1 else mentions


_BY_A_WORD = 0.5


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
    with_it = bool(SHIPPING.search(folded)) and bool(_INCLUDING.search(folded)) and not _TIME.search(folded)
    if with_it and labels & OF_BASKET:
        asks.add("shipping")
    if "save" in labels or SAVE.search(folded):
        asks.add("save")
    return frozenset(asks)


def _other_number(folded: str, state: State, lookup: Lookup) -> list[Piece]:
    """ "And ten?", "two of them", "I need 3. what would they amount to": another number of the one thing that was
    priced; empty where it may be a size."""
    folded = _A_PAIR.sub("2", folded)
    match, so_many = _MORE_OF_IT.match(folded), _SO_MANY.search(folded) if _ADDS_UP.search(folded) else None
    before = basket.from_state(state.basket) if state.act == "basket" else _focus(state)
    if not (match or so_many) or state.act not in _PRICED or len(before) != 1:
        return []
    product = lookup(before[0].products[0])
    values = {v for variant in product.variants for v in variant.options.values()} if product else set()
    number = match[1] if match else so_many[1] if so_many else ""
    if match and state.act != "basket" and not match["of"]:
        counts = bool(_WOULD_COST.search(folded) or _SUM_FOR.search(folded)) and not any(v.isdigit() for v in values)
        if not counts:
            return []
    return [] if number in values else [replace(before[0], quantity=max(1, int(number)))]


_PRICED = frozenset({"price", "basket", "availability", "search", "stock", "cheapest", "most_expensive", "recommend"})


_ONES = re.compile(r"\b(\d{1,3}) (?:of )?(?:the|those|these|your) (?:[\w.]+ ){0,3}(?:ones?|sizes?|versions?)\b")


def _counted_ones(text: str, requests: Sequence[Request], lookup: Lookup) -> list[Piece]:
    """ "How much would 4 of the 9 cm ones cost": so many of one version of what is talked about."""
    match = _ONES.search(fold(text))
    asked = [r for r in requests if r.act == "price" and r.from_context and len(r.products) == 1]
    if not match or len(requests) != 1 or not asked or int(match[1]) < 2:
        return []
    rest = fold(text)[: match.start(1)] + "x" * len(match[1]) + fold(text)[match.end(1) :]
    piece = Piece(asked[0].products, int(match[1]), asked[0].wanted)
    named = basket.named_options(rest, piece, lookup)
    kept = tuple(w for w in piece.wanted if w.value and w.name not in {n.name for n in named})
    return [replace(piece, wanted=(*kept, *named))]


def _named_now(text: str, pieces: list[Piece], lookup: Lookup) -> list[Piece]:
    """The one thing that was priced or talked about, in the version that the message names now."""
    if len(pieces) != 1 or not (named := [w for w in basket.named_options(text, pieces[0], lookup) if w.value]):
        return pieces
    kept = [w for w in pieces[0].wanted if w.name not in {n.name for n in named}]
    return [replace(pieces[0], wanted=(*kept, *named), skus=())]


def _compares(requests: Sequence[Request], folded: str) -> bool:
    """Whether something else is asked of the products; "I'd like to order two" is about a basket, "my order" isn't."""
    acts = {r.act for r in requests} - ({"order"} if _TO_ORDER.search(folded) else set())
    if TOGETHER.search(folded) and COSTS.search(folded) and not _RIVALS.search(folded):
        acts -= {"compare"}  # "both, how much"
    if _ADDS_UP.search(folded):
        acts -= {"policy", "compare"}  # "what do I pay?" is no question about ways to pay
    return bool(acts & {"compare", "policy", "order", "human"})


def _asks_else(requests: Sequence[Request]) -> bool:
    """Whether a word says something that is neither sold nor of a sum."""
    words = {w for r in requests for w in r.extra.get("unlinked", ())}
    return any(not TOGETHER.search(w) and w not in ("plus", "with", "pls") for w in words)


_ALL_OF_THEM = re.compile(r"\ball ([2-9])\b(?! (?:days|years|seasons|weather))")
_RIVALS = re.compile(r"\b(?:\w+er|\w+est|which|more|less|most|least|than|or|vs|versus|between|difference|compare\w*)\b")


def _apart(requests: Sequence[Request], folded: str) -> bool:
    """Whether each thing has a question of its own: the price of one, and whether another is there."""
    own = {r.act for r in requests if r.products and not r.from_context}
    return len(own) > 1 and "price" in own and not TOGETHER.search(folded)


def _changes(requests: Sequence[Request], labels: set[str], folded: str) -> bool:
    """Whether a clause with products changes the basket, rather than asking something else about them."""
    return bool(labels & OF_BASKET) or (
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


_ASKS_ELSE = re.compile(
    r"^\W*(?:(?:and|ok|so|but|well|oh|hm+)\W+)*(?:how (?!much|many)|what\b(?! (?:about|if)\b)|when|where|who|why|"
    r"is|are|do|does|can|could|will|would|has|have)\b"
)
"""Who asks this was asked which version is meant, and has gone on to something else."""
_ASKS_AMID = re.compile(r"\w\W+(?:how (?!much)\w+|when|where|why|is (?:it|that)|are (?:they|those)|does it|do they)\b")
"""The same, behind what it is asked of: "rust one, how many u got"."""


def _answers_open(pieces: Sequence[Piece], clause: Clause, state: State, lookup: Lookup) -> bool:
    """Whether the last turn asked which product or version is meant, and this message says so."""
    open_ = state.basket.get("open")
    if open_ is None or not state.basket.get("pieces"):
        return False
    asked = set(state.basket["pieces"][open_]["products"])
    if (_ASKS_ELSE.search(fold(clause.text)) or _ASKS_AMID.search(fold(clause.text))) and not basket.named_options(
        clause.text, basket.from_state(state.basket)[int(open_)], lookup
    ):
        return False
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
