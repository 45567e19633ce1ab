"""What a message asks of several things together: their sum, with a code, as a member, delivered, one more or less.

Works on the pieces that are named (basket.py) or meant without a name (basket_pieces.py). Knows no prices.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from assistant.language import Tok, fold
from assistant.request import Basket, Piece, Request
from assistant.understand import basket
from assistant.understand.basket_changes import adds, takes_out
from assistant.understand.basket_pieces import (
    AND_A,
    THESE,
    THESE_ALONE,
    answers_open,
    counted_ones,
    filled,
    held_by_name,
    last_ones,
    named_now,
    other_number,
    pointed,
    recalled,
    talked_about,
    without_counts,
)
from assistant.understand.basket_words import (
    ADDS_UP,
    apart,
    asks_besides,
    asks_code_only,
    asks_else,
    changes,
    compares,
    counts_anew,
)
from assistant.understand.beside import saves
from assistant.understand.clause import Clause
from assistant.understand.counted import sum_of_many
from assistant.understand.cues import SUPERLATIVES
from assistant.understand.kinds import COSTS, MORE, OF_BASKET, OFF, TOGETHER, Linked, Seen
from assistant.understand.mentions import Mention
from assistant.understand.naming_signs import Lookup
from assistant.understand.state import State
from assistant.understand.unsummed import unsummed
from assistant.understand.vouchers import voucher

_ALSO = re.compile(r"^\W*(?:and|plus|with)\b(?: also)? (?:an?|one|another|some|the|\d{1,3})\b[^?]*$")
_NO_MORE = re.compile(
    r"^\W*(?:(?:ok|and|but|actually|oh|hm+|what if|(?:how much|what)(?:'s| is| are| would| does| it| that| they| be"
    r"| cost)*)\W+)*(?:no (?:more )?|without |minus |except |leave out "
    r"|drop |skip |remove |take (?:off|out) |lose |scrap |forget )"
    r"(?:the |my )?([\w' -]{2,30}?)(?: after all| then| please)*\W*$"
)
"""Behind a sum, what is not wanted in it after all: "no milk after all", "and without the pan?"."""
_SWAPS = re.compile(
    r"\b(?:swap|switch|exchange|change|replace) (?:the |my |that )?(?P<old>[\w' -]{2,30}?) "
    r"(?:for|with|to|by|against) \w"
    r"|\binstead of (?:the |my |that )?(?P<instead>[\w' -]{2,30}?)(?: then| please)*\W*$"
)
"""Behind a sum, what something else is to take the place of: "swap the pot for the wok"."""
_ADD = re.compile(r"\W*(?:(?:ok|okay|and|now|also|then|please|can you|could you)\W+)*(?:add|throw in|put in)\b")
_FEW_WORDS = 4
"""So short a message that puts things together asks for their sum: "both together"."""


_TELLS_APART = re.compile(r"\b(?:cheaper|worth)\b")
"""Words of money that ask for no sum: they say which of several is meant, or if it is good."""


@dataclass(frozen=True)
class _Talk:
    """What a message says that may be about a basket."""

    text: str
    """As it was written, with the codes blanked: "GREEN30" is no colour."""
    folded: str
    labels: set[str]
    requests: Sequence[Request]
    clause: Clause
    mentions: Sequence[Mention]
    pieces: list[Piece]
    pointed: list[Piece]
    """Those of the pieces that are only pointed at."""
    before: list[Piece]
    state: State
    codes: tuple[str, ...]
    member: bool | None
    asks: frozenset[str]

    @property
    def counted(self) -> bool:
        return any(p.quantity > 1 for p in self.pieces)


def basket_request(
    text: str, seen: Sequence[Seen], requests: Sequence[Request], state: State, linked: Linked, lookup: Lookup,
    codes: tuple[str, ...], offers: Sequence[str] = (),
) -> Request | None:  # fmt: skip
    """The request for a price of several things, or of one under an offer, a code, membership or with delivery.

    `offers` are the names of the shop's offers."""
    talk = _heard(text, seen, requests, state, linked, lookup, codes, offers)
    if talk.pointed and len(talk.pieces) == len(talk.pointed) and AND_A.search(talk.folded):
        return None  # "two of them and a camp mug": what isn't found may not be left out of a sum
    request = (
        _another_number(talk, lookup)
        or _told_apart(talk, lookup)
        or _same_again(talk)
        or _these_alone(talk)
        or _swapped(talk, lookup)
        or _sum_of_several(talk)
        or _changed(talk)
        or _on_terms(talk, lookup)
    )
    if request is None or not talk.pieces or talk.pointed or not (missing := unsummed(talk.clause, talk.mentions)):
        return request
    return replace(request, extra=request.extra | {"basket": replace(request.extra["basket"], left_out=missing)})


def _heard(
    text: str, seen: Sequence[Seen], requests: Sequence[Request], state: State, linked: Linked, lookup: Lookup,
    codes: tuple[str, ...], offers: Sequence[str],
) -> _Talk:  # fmt: skip
    """The message as later steps look at it: its things, named or pointed at, and what it asks of them."""
    folded, member = fold(text), basket.member(text, offers)
    for code in codes:
        text = text.replace(code, "q" * len(code))
    clause, mentions = without_counts(text, *linked(text, state), state, linked)
    labels = {s.label for s in seen}
    if COSTS.search(folded) or TOGETHER.search(folded) or (state.act == "basket" and "basket" in labels):
        mentions = recalled(clause, mentions, state, lookup)
    pieces = basket.pieces(clause.links.tokens, text, mentions, lookup, state)
    shown = [] if state.act == "basket" or len(pieces) > 1 else pointed(folded, state, lookup)
    before = basket.from_state(state.basket)
    if state.act == "basket" and (gone := _NO_MORE.match(folded)):
        pieces = held_by_name(gone[1], before, lookup) or pieces
    pieces = [*shown, *pieces]
    asks = asks_besides(folded, labels)
    return _Talk(text, folded, labels, requests, clause, mentions, pieces, shown, before, state, codes, member, asks)


def _another_number(talk: _Talk, lookup: Lookup) -> Request | None:
    """ "4 of the 9 cm ones", "and ten?": another number of the one thing that was priced."""
    if talk.pieces:
        return _so_many(talk, lookup)
    if number := counted_ones(talk.text, talk.requests, lookup):
        return _request(talk, number, {})
    counts = talk.folded
    if talk.codes:
        counts = re.sub(r"\b(?:with|using|and)? ?(?:the )?(?:code )?q{3,}", "", fold(talk.text))
    if number := other_number(counts, talk.state, lookup):
        return _request(talk, number, talk.state.basket if talk.state.act == "basket" else {})
    return _so_many(talk, lookup)


def _so_many(talk: _Talk, lookup: Lookup) -> Request | None:
    """So many of the one thing that is named or meant, where their sum is asked and nothing else."""
    named = len(talk.pieces) - len(talk.pointed)
    if len(talk.pieces) > 1 or (named and talk.counted) or compares(talk.requests, talk.folded):
        return None
    several = sum_of_many(talk.text, talk.requests, lookup)
    return _request(talk, several, {}) if several else None


def _told_apart(talk: _Talk, lookup: Lookup) -> Request | None:
    """The basket with the version that was asked for: "the 3 pack"."""
    if any(r.act in SUPERLATIVES for r in talk.requests) or not answers_open(
        talk.pieces, talk.clause, talk.state, lookup
    ):
        return None
    return _request(talk, filled(talk.before, talk.pieces, talk.text, talk.state, lookup), talk.state.basket)


def _same_again(talk: _Talk) -> Request | None:
    """The basket as it was: "what do I pay for all of them?"."""
    again = not talk.pieces and talk.before and talk.state.act == "basket"
    if again and THESE.search(talk.folded) and ADDS_UP.search(talk.folded):
        return _request(talk, talk.before, talk.state.basket)
    return None


def _these_alone(talk: _Talk) -> Request | None:
    """What the last things come to, where a message says no more than which: "so the two of them", "one of each"."""
    match = THESE_ALONE.match(talk.folded)
    if match is None or talk.pieces != talk.pointed:
        return None
    plainly = match["so"] or match["each"] or "pair" in match[0]
    if talk.state.act not in (_OF_PRICE | _OF_GOODS if plainly else _OF_PRICE):
        return None
    pieces = last_ones(match, talk.state)
    return _request(talk, pieces, {}) if len(pieces) > 1 else None


_OF_PRICE = frozenset({"price", "basket", "compare", "cheapest", "most_expensive"})
_OF_GOODS = frozenset({"search", "availability", "recommend", "details", "policy"})
"""What was asked last, for a message that only counts things to ask for their sum; the second where it says "so"."""


def _of_costs(talk: _Talk) -> bool:
    """Whether a message asks what things cost, by its words or by putting several together."""
    if COSTS.search(talk.folded) or ADDS_UP.search(talk.folded) or talk.labels & {"basket", "after"}:
        return True
    short = len(talk.folded.split()) <= _FEW_WORDS
    return len(talk.pieces) > 1 and bool(TOGETHER.search(talk.folded)) and (short or bool(talk.pointed))


def _sum_of_several(talk: _Talk) -> Request | None:
    """The sum of several things, or of several of one."""
    if not _asks_sum(talk):
        return None
    pieces = talk.pieces
    adding = _adds(talk) and not TOGETHER.search(talk.folded)
    if talk.before and adding and (len(pieces) == 1 or _ADD.match(talk.folded)):
        pieces = basket.joined(talk.before, pieces)
    return _request(talk, pieces, {})


def _asks_sum(talk: _Talk) -> bool:
    """Whether a message asks what several things come to, and nothing else of each of them."""
    folded, counted, several = talk.folded, talk.counted, len(talk.pieces) > 1
    summed = bool(talk.labels & OF_BASKET) or bool(TOGETHER.search(folded) or ADDS_UP.search(folded)) or counted
    if not _of_costs(talk) or not (((several or counted) and summed) or (several and talk.pointed)):
        return False
    together = TOGETHER.search(folded.replace("both", "")) or COSTS.search(_TELLS_APART.sub("", folded))
    if not counted and not together and (asks_else(talk.requests) or _TELLS_APART.search(folded)):
        return False  # "stars for both?", "the guarantee on the cheaper of the two?"
    if (told := _ALL_OF_THEM.search(folded)) and len(talk.pieces) < int(told[1]):
        return False  # the sum of two is no answer about three
    return not (compares(talk.requests, folded) or (not counted and apart(talk.requests, folded)))


def _swapped(talk: _Talk, lookup: Lookup) -> Request | None:
    """The basket with something in the place of something else."""
    match = _SWAPS.search(talk.folded) if talk.state.act == "basket" else None
    gone = held_by_name(match["old"] or match["instead"], talk.before, lookup)[-1:] if match else []
    out = {p for piece in gone for p in piece.products}
    new = [p for p in talk.pieces if not set(p.products) & out]
    if not gone or len(new) != 1:
        return None
    return _request(talk, basket.joined(basket.without(talk.before, gone), new), talk.state.basket)


def _changed(talk: _Talk) -> Request | None:
    """The basket with something more in it, or something less."""
    before, pieces, folded = talk.before, talk.pieces, talk.folded
    if not (before and pieces):
        return None
    held = {p for b in before for p in b.products}
    changing = changes(talk.requests, talk.labels, folded)
    less = all(set(p.products) & held for p in pieces) and (
        bool(_NO_MORE.match(folded)) or (changing and takes_out(*_named(talk)))
    )
    more = _adds(talk) or (talk.state.act == "basket" and bool(_ALSO.match(folded)))
    if less or (more and changing):
        changed = basket.without(before, pieces) if less else basket.joined(before, pieces)
        return _request(talk, changed, talk.state.basket)
    return None


def _named(talk: _Talk) -> tuple[Sequence[Tok], str, list[int], int]:
    """The words of a message, where its things begin in them, and where the last one ends."""
    ids = {p for piece in talk.pieces for p in piece.products}
    places = [m.positions for m in talk.mentions if ids & set(m.product_ids)]
    return talk.clause.links.tokens, talk.text.lower(), list(map(min, places)), max(map(max, places), default=0)


def _adds(talk: _Talk) -> bool:
    """Whether the things of a message are wished for beside what was summed before."""
    return adds(*_named(talk)) or bool(talk.pointed and MORE.search(talk.folded))


def _on_terms(talk: _Talk, lookup: Lookup) -> Request | None:
    """What the things, or those told before, come to with a code, as a member, with a voucher or delivered."""
    pieces, before, labels = talk.pieces, talk.before, talk.labels
    if saves(talk.folded) and any(r.act == "compare" for r in talk.requests):
        return None
    about = talk.asks & {"shipping", "free_shipping", "save"}
    old_sum = labels == {"basket"} and not pieces and before
    if not (_wants_terms(talk) or (about and labels & OF_BASKET) or old_sum):
        return None
    own = pieces or named_now(talk.text, before or talked_about(talk.state), lookup)
    if "shipping" in talk.asks and not own and not talk.codes:
        return None
    if not (own or "free_shipping" in talk.asks or talk.codes):
        return None
    again = bool(before) and not pieces and not talk.codes and talk.member is None
    if again and counts_anew(talk.folded, before):
        return None
    if pieces and before and talk.state.act == "basket" and _adds(talk):
        return _request(talk, basket.joined(before, pieces), talk.state.basket)  # "with TENNER, and a pan as well"
    return _request(talk, own, {} if pieces else talk.state.basket, again=again)


def _wants_terms(talk: _Talk) -> bool:
    """Whether a price is asked with a code, as a member, with a voucher or under an offer."""
    of_price = _of_costs(talk) or bool(talk.pieces)
    if talk.codes and (of_price or not asks_code_only(talk.folded)):
        return True
    if talk.member is not None and (of_price or (talk.before and talk.state.act == "basket")):
        return True
    if talk.pieces and voucher(talk.text, 2) is not None:
        return True
    return "after" in talk.labels and bool(OFF.search(talk.folded) or talk.codes or talk.member is not None)


_ALL_OF_THEM = re.compile(r"\ball ([2-9])\b(?! (?:days|years|seasons|weather))")


def _request(talk: _Talk, pieces: Sequence[Piece], kept: dict[str, Any], *, again: bool = False) -> Request:
    """The request for the sum of `pieces`, on the terms of the message and on those `kept` from before."""
    codes = tuple(dict.fromkeys((*kept.get("codes", ()), *talk.codes)))
    member = kept.get("member") if talk.member is None else talk.member
    items = [{"products": list(p.products[:5]), "quantity": p.quantity} for p in pieces]
    slots: dict[str, Any] = {"items": items}
    if codes:
        slots["codes"] = list(codes)
    if member is not None:
        slots["member"] = member
    if talk.asks:
        slots["asks"] = sorted(talk.asks)
    products = tuple(dict.fromkeys(p for piece in pieces for p in piece.products[:1]))
    asked = Basket(tuple(pieces), codes, member, talk.asks, again)
    return Request("basket", talk.text, products=products, extra={"basket": asked, "slots": slots})
