"""What a message may want added up: so many of the one thing that is talked of, or the things of the talk together.

Numbers and things are only found here; whether a sum is wanted is for the judge to say. Sums that a message asks for in
plain words are understood before (understand/basket_talk.py). Knows no prices.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from assistant.language import STOP_WORDS, fold, stems, words_to_numbers
from assistant.request import Basket, Piece, Request
from assistant.types import Product
from assistant.understand.basket import named_options
from assistant.understand.basket_pieces import as_told, talked_about
from assistant.understand.counted import how_many, named_numbers
from assistant.understand.kinds import TOGETHER
from assistant.understand.state import State

Lookup = Callable[[str], Product | None]
_TIMES = re.compile(r"(?<![\w.,])[x×*] ?(\d{1,2})\b|(?<![\d.,])\b(\d{1,2}) ?[x×*](?![\w])")
_BY_NAME = re.compile(r"\b(?:(?P<times>\d+(?:\.\d+)?) )?(?P<name>couple|dozen)\b")
_ALL_OF_THEM = re.compile(r"\b(?:all|the|those|these|of) ([2-5])\b(?![.,]?\d)")
_FEW, _NUM_LISTED = 2, 5


def so_many(text: str, read: Request, state: State, lookup: Lookup) -> Request | None:
    """So many of the one thing that a message was read to be about, or that is talked of; None without a number."""
    if read.limits.price:
        return None
    piece = _one(read, state)
    product = lookup(piece.products[0]) if piece else None
    if piece is None or product is None or (count := _count(text, product)) is None:
        return None
    wanted = [w for w in piece.wanted if w.value and w.asked != str(count)]
    named = [w for w in named_options(text, piece, lookup) if w.value]
    own = (*(w for w in wanted if w.name not in {n.name for n in named}), *named)
    return _request(text, [Piece(piece.products, count, own, piece.skus)])


def together(text: str, state: State, lookup: Lookup) -> Request | None:
    """The things that a message names by a word of their names among those talked of, or as many of the last ones as it
    says; None where it isn't more than one."""
    topics = [*{t["product"]: t for t in reversed(state.topics)}.values()][::-1]  # each where it was talked of last
    said = {s for s in stems(text) if s not in STOP_WORDS}
    named = [t for t in topics if said & set(_name(str(t["product"]), lookup))]
    listed = state.listed if state.list_turn >= 0 else []
    last = [*listed] if _FEW <= len(listed) <= _NUM_LISTED else topics[-_FEW:]
    folded = words_to_numbers(fold(text))
    said_so = _ALL_OF_THEM.search(folded)
    if count := int(said_so[1]) if said_so else 0:
        last = last if len(last) == count else topics[-count:]
    chosen = named if len(named) > 1 else last if count or TOGETHER.search(folded) else []
    pieces = [as_told(item, state) for item in chosen]
    return _request(text, pieces) if len(pieces) > 1 else None


def _one(read: Request, state: State) -> Piece | None:
    """The one thing that is meant, in the version that was read or told."""
    if len(read.products) == 1:
        return Piece(read.products, 1, read.wanted, read.skus if len(read.skus) == 1 else ())
    return next(iter(talked_about(state)), None)


def _count(text: str, product: Product) -> int | None:
    """The first number of a message that may say how many: "x4", "two dozen", "three"."""
    said = words_to_numbers(fold(text))
    times = _TIMES.search(said)
    if times and (times[1] or times[2]) not in named_numbers(product):
        return int(times[1] or times[2])
    return how_many(_BY_NAME.sub(_in_figures, said), product)


def _in_figures(match: re.Match[str]) -> str:
    each = {"couple": 2, "dozen": 12}[match["name"]]
    return str(int(each * float(match["times"] or 1)))


def _name(product: str, lookup: Lookup) -> list[str]:
    found = lookup(product)
    return list(stems(f"{found.name} {found.subcategory or found.category}")) if found else []


def _request(text: str, pieces: Sequence[Piece]) -> Request:
    items = [{"products": list(p.products), "quantity": p.quantity} for p in pieces]
    products = tuple(dict.fromkeys(product for piece in pieces for product in piece.products))
    return Request(
        "basket", text, products=products, extra={"basket": Basket(tuple(pieces)), "slots": {"items": items}}
    )
