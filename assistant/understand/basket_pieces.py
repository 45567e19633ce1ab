"""The things of a basket that a message means without naming them: pointed at, counted, or told before.

basket.py reads the things that are named. Works on the words and the kept state; knows no prices and wants no sum.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from assistant.language import STOP_WORDS, fold, stems
from assistant.request import Piece, Request
from assistant.understand import basket
from assistant.understand.basket_words import ADDS_UP
from assistant.understand.carry import wanted_from
from assistant.understand.clause import Clause
from assistant.understand.kinds import TOGETHER, Linked
from assistant.understand.mentions import Mention
from assistant.understand.naming_signs import Lookup
from assistant.understand.pointing import the_two
from assistant.understand.state import State

_MORE_OF_IT = re.compile(
    r"^\W*(?:(?:no|sorry|wait|actually|rather|meant|mean|and|ok|so|then|what|how|much|about|for|if|i|take|took|buy|bought|"
    r"make|it|would|is|are|do|cost|were|want|get|total|altogether|price|all|sum|i'd|i'll|should|need|says?|the)\W+)*"
    r"(\d{1,3})(?P<of> of (?:them|those|these|it))?(?: (?:please|then|instead|cost|together|be|me|us|would|will|is|"
    r"come|comes|to|in|total|altogether|with|the|after|discount|offers?|what|how much))*\W*$"
)
_A_PAIR = re.compile(r"\ba (?:pair|couple)\b(?! of (?!them|those|these))")
_DOZENS = {"a": 12, "half a": 6, "0.5 a": 6, "0.5": 6}
_DOZEN = re.compile(r"\b(half a|0\.5 a|0\.5|a|\d{1,2}) dozen\b")
_SUM_FOR = re.compile(r"\b(?:total|altogether|in all|sum)\b|\b(?:would|will) be\b|\bis\W*$")
"""With a number alone: "total for 6", "so 4 would be?"."""
_SO_MANY = re.compile(
    r"\b(?:need|take|want|order|buy|get|have|be) (\d{1,3})(?: of (?:them|those|these|it))?\b(?! ?[a-z%])"
)
_WOULD_COST = re.compile(
    r"\b(?:would|will|do) (?:the )?\d{1,3} (?:cost|be|come to)\b|^\W*\d{1,3} (?:comes? to|costs?)\b"
)
THESE = re.compile(
    r"\b(\d{1,3}|one) of (those|these|them|that|it|each|both)\b|\b(both|the (?:two|2))\b(?! of (?:you|us)\b)"
    r"|\b(\d{1,3}|one|a pair) (each)\b"
)
THESE_ALONE = re.compile(
    r"^\W*(?:(?P<so>so)|and|ok(?:ay)?|right|then|now|hm+|what(?:'s| is| about)|how (?:much|about)|is|are|for|\W)*\b"
    r"(?:(?P<two>both(?: of (?:them|those|these)| pairs)?|the pair of (?:them|us|these|those))"
    r"|(?P<each>one of each)"
    r"|(?:the |all )?(?P<number>[2-5]) of (?:them|those|these|us)|all (?:the )?(?P<all>[2-5]))"
    r"(?:\W+(?:together|then|please|now|altogether|pls))*\W*$"
)
"""A message that says no more than which of the last things are meant: "so the two of them", "all 3"."""
AND_A = re.compile(r"\b(?:and|plus|with) (?:an?|the|one|your) [a-z]")
_THAT_AND = re.compile(
    r"^\W*(?:(?:and|so|ok|then|how much|what|is|are|for|would|will|be|price of|if i take|take) )*"
    r"(?:that|this|it|one|the same)(?: one)?(?: in ([\w ]{2,20}?))? (?:and|plus|with|together with|along with) "
    r"(?:also )?(?:an?|the|one|some|your|two|\d)\b"
)
"""What is talked about, beside something that is named: "that and a yoga brick", "one in rust plus the cook set"."""
_THEY = re.compile(r"\b(?:they|these|those|them|all)\b")


def pointed(folded: str, state: State, lookup: Lookup) -> list[Piece]:
    """The pieces that are only pointed at: "both together", "2 of those and a head torch"; several readings of one
    thing where it isn't plain which of them is meant."""
    match = THESE.search(folded)
    if (beside := _THAT_AND.search(folded)) and len(state.focus) == 1:
        own = basket.named_options(beside[1] or "", talked_about(state)[0], lookup) if beside[1] else []
        names = {w.name for w in own}
        kept = [w for w in talked_about(state)[0].wanted if w.name not in names]
        return [replace(talked_about(state)[0], wanted=(*kept, *own))]
    if not match:
        together = _THEY.search(folded) and TOGETHER.search(folded)
        return [as_told(i, state) for i in the_two(state, folded)] if together else []
    number = match[1] or match[4] or ""
    count = max(1, int(number)) if number.isdigit() else 1
    if match[3] or match[5] or match[2] in ("both", "each"):
        return [replace(as_told(i, state), quantity=count) for i in the_two(state, folded)]
    if len(state.focus) == 1:
        return [replace(piece, quantity=count) for piece in talked_about(state)]
    return [Piece(tuple(state.focus), count)] if state.focus else []


def last_ones(match: re.Match[str], state: State) -> list[Piece]:
    """The things that a message means which only says how many: those listed last where they are as many, else the
    last so many that were talked of. Nothing where there are fewer."""
    count = int(match["number"] or match["all"] or 2)
    if match["number"] and len(state.focus) == 1 and len({t["product"] for t in state.topics}) < count:
        return []  # "4 of them" of one thing: another number of it
    listed = [dict(item) for item in state.listed]
    if match["each"] and len(listed) > 1:
        count = len(listed)
    last = listed if len(listed) == count else state.topics[-count:]
    return [as_told(item, state) for item in last] if len(last) == count else []


def as_told(item: Mapping[str, Any], state: State) -> Piece:
    """A product that was talked about, in the version that was told or with the options named for it."""
    product, sku = str(item["product"]), item.get("sku")
    topic = next((t for t in reversed(state.topics) if (t["product"], t["sku"]) == (product, sku)), None)
    wanted = tuple(wanted_from(w) for w in topic["wanted"]) if topic else ()
    return Piece((product,), 1, () if sku else wanted, (str(sku),) if sku else ())


def recalled(clause: Clause, mentions: list[Mention], state: State, lookup: Lookup) -> list[Mention]:
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


def without_counts(
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


def held_by_name(words: str, before: Sequence[Piece], lookup: Lookup) -> list[Piece]:
    """The pieces of the basket in whose names all the words stand: "no hot chocolate after all"."""
    said = {s for w in words.split() if w not in STOP_WORDS for s in stems(w)}
    sold = [product for p in before if (product := lookup(p.products[0])) is not None]
    names = {product.product_id: set(stems(fold(product.name))) for product in sold}
    return [p for p in before if said and said <= names.get(p.products[0], set())]


def other_number(folded: str, state: State, lookup: Lookup) -> list[Piece]:
    """ "And ten?", "two of them", "I need 3. what would they amount to": another number of the one thing that was
    priced; empty where it may be a size."""
    folded = _DOZEN.sub(lambda m: f"{_DOZENS.get(m[1], 0) or 12 * int(m[1])}", _A_PAIR.sub("2", folded))
    match, so_many = _MORE_OF_IT.match(folded), _SO_MANY.search(folded) if ADDS_UP.search(folded) else None
    before = basket.from_state(state.basket) if state.act == "basket" else talked_about(state)
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


def counted_ones(text: str, requests: Sequence[Request], lookup: Lookup) -> list[Piece]:
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


def named_now(text: str, pieces: list[Piece], lookup: Lookup) -> list[Piece]:
    """The one thing that was priced or talked about, in the version that the message names now."""
    if len(pieces) != 1 or not (named := [w for w in basket.named_options(text, pieces[0], lookup) if w.value]):
        return pieces
    kept = [w for w in pieces[0].wanted if w.name not in {n.name for n in named}]
    return [replace(pieces[0], wanted=(*kept, *named), skus=())]


def talked_about(state: State) -> list[Piece]:
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


def answers_open(pieces: Sequence[Piece], clause: Clause, state: State, lookup: Lookup) -> bool:
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


def filled(before: list[Piece], pieces: Sequence[Piece], text: str, state: State, lookup: Lookup) -> list[Piece]:
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
