"""What a message may want added up: so many of the one thing that is talked of, or the things of the talk together.

Numbers and things are only found here; whether a sum is wanted is for the judge to say. Sums that a message asks for in
plain words are understood before (understand/basket_talk.py). Knows no prices.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence

from assistant.language import STOP_WORDS, Tok, fold, stem, stems, tokenize, words_to_numbers
from assistant.request import Basket, Piece, Request
from assistant.types import Product
from assistant.understand.basket import named_options
from assistant.understand.basket_pieces import as_told, talked_about
from assistant.understand.counted import glued
from assistant.understand.kinds import TOGETHER
from assistant.understand.state import State
from assistant.understand.vocabulary import is_unit

Lookup = Callable[[str], Product | None]
_TIMES = re.compile(r"(?<![\w.,])[x×*] ?(\d{1,2})\b|(?<![\d.,])\b(\d{1,2}) ?[x×*](?![\w])")
_BY_NAME = {"couple": 2, "dozen": 12}
_BOUNDS = frozenset(
    """of under over below above than max maximum min minimum most least up to upto around about in till until by within
    budget do only spend from between""".split()
)
"""Before a number they say that it is a limit, an age, a size or a time: "under 30", "do 40?", "in 3"."""
_MONEY_BEFORE, _MONEY_AFTER = re.compile(r"[$€£¥]\s?$"), re.compile(r"\s?[$€£¥%]|[.,/:]\d")
_ALL_OF_THEM = re.compile(r"\b(?:all|the|those|these|of) ([2-5])\b(?![.,]?\d)")
_PIECES = frozenset(
    stem(w)
    for w in "piece pack packet pair set unit item one cup box bag tin can jar bottle tube roll sheet bar".split()
)
"""What things are counted in beside their own names; before any other noun a number counts that: "6 kids"."""
_FEW, _MANY, _NUM_LISTED = 2, 99, 5


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
    """The first number of a message that may say how many: it measures nothing, is no money and no version's own."""
    said = words_to_numbers(fold(text))
    values = [v for variant in product.variants for v in variant.options.values() if v.split()]
    own = {v.split()[0].lower() for v in values} | glued(values)
    if (times := _TIMES.search(said)) and (times[1] or times[2]) not in own:
        return int(times[1] or times[2])
    called = _PIECES | set(stems(" ".join((product.name, product.category, product.subcategory or "", *values))))
    return next((n for n in _numbers(said, called) if _FEW <= n <= _MANY and str(n) not in own), None)


def _numbers(said: str, called: Collection[str]) -> Iterator[int]:
    """The numbers that may say how many of what is `called` so, by the stems of its names."""
    tokens = tokenize(said)
    for at, token in enumerate(tokens):
        before = tokens[at - 1].text if at else ""
        if before == "have" and at > 1 and tokens[at - 2].text in _BOUNDS:
            continue  # "I only have 30"
        if token.text in _BY_NAME:
            yield int(_BY_NAME[token.text] * (float(before) if before.replace(".", "").isdigit() else 1))
        elif token.text.isdigit() and before not in _BOUNDS and _counts(tokens, at, said, called):
            yield int(token.text)


def _counts(tokens: Sequence[Tok], at: int, said: str, called: Collection[str]) -> bool:
    """Whether a number is neither money nor a measure, nor of another noun that follows it."""
    token = tokens[at]
    if _MONEY_BEFORE.search(said[: token.start]) or _MONEY_AFTER.match(said[token.end :]):
        return False
    if at + 1 == len(tokens) or re.search(r"[^\w\s]", said[token.end : tokens[at + 1].start]):
        return True
    after = tokens[at + 1]
    return after.stem in called or (not is_unit(after.text) and (after.text in STOP_WORDS or not after.text.isalpha()))


def _name(product: str, lookup: Lookup) -> list[str]:
    found = lookup(product)
    return list(stems(f"{found.name} {found.subcategory or found.category}")) if found else []


def _request(text: str, pieces: Sequence[Piece]) -> Request:
    items = [{"products": list(p.products), "quantity": p.quantity} for p in pieces]
    products = tuple(dict.fromkeys(product for piece in pieces for product in piece.products))
    return Request(
        "basket", text, products=products, extra={"basket": Basket(tuple(pieces)), "slots": {"items": items}}
    )
