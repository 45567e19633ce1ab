"""The set of promotions that is best for a customer, and why another one doesn't count. Reads no database.

Exact as long as the ways to choose are few (`_MOST_WAYS`); of more, one choice after another is improved. Of promotions
per piece that compete for the same pieces and are more than `_EXACT`, the orders in which they are served are tried
from the one that saves most by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain, combinations, pairwise, permutations, product
from math import prod
from typing import Literal

from assistant.shop.pricing.basket import Line, Priced, apply, subtotal_of
from assistant.shop.pricing.terms import Terms

_EXACT = 5
_MOST_WAYS = 400
"""How many ways are all priced: each takes a fraction of a millisecond."""

Way = tuple[tuple[Terms, ...], ...]
"""The promotions of each group that competes for pieces, in their order; last those on amounts."""

Obstacle = Literal["not yet", "over", "code", "members", "nothing", "minimum", "short", "other", "no gain"]


@dataclass(frozen=True)
class Buyer:
    """Who pays: whether a member, which codes were given (folded)."""

    member: bool = False
    codes: frozenset[str] = frozenset()


def is_open(terms: Terms, buyer: Buyer, day: date) -> bool:
    """Whether the promotion runs on `day` and is open to this customer."""
    return obstacle_of_buyer(terms, buyer, day) is None


def obstacle_of_buyer(terms: Terms, buyer: Buyer, day: date) -> Obstacle | None:
    """Why the customer can't have the promotion whatever is bought, None when nothing is in the way."""
    if not terms.runs(day):
        return "not yet" if terms.starts and day < terms.starts else "over"
    if terms.code is not None and terms.code not in buyer.codes:
        return "code"
    return "members" if terms.members_only and not buyer.member else None


def best(
    lines: Sequence[Line], promotions: Iterable[Terms], buyer: Buyer, day: date, shipping: int | None = None
) -> Priced:
    """The basket at the lowest amount that the rules allow. `shipping` is what delivery costs, None where unknown.

    Neither the order of `promotions` nor that of `lines` changes what is to pay.
    """
    order = sorted(range(len(lines)), key=lambda at: (lines[at].sku, lines[at].unit, lines[at].quantity))
    ordered = [lines[at] for at in order]
    open_ = sorted({t for t in promotions if is_open(t, buyer, day) and _touches(t, lines)}, key=_by_id)
    return _as_given(min(_ways(open_, ordered, shipping), key=_rank), lines, order)


def _as_given(priced: Priced, lines: Sequence[Line], order: Sequence[int]) -> Priced:
    """The result with its lines in the order in which the caller gave them."""
    place = {at: rank for rank, at in enumerate(order)}
    steps = tuple(replace(s, by_line=tuple(s.by_line[place[at]] for at in range(len(lines)))) for s in priced.steps)
    return replace(priced, lines=tuple(lines), steps=steps)


def obstacle(terms: Terms, priced: Priced, buyer: Buyer, day: date) -> Obstacle | None:
    """Why a promotion takes nothing off this basket, None when it does.

    "nothing": it applies to none of the lines; "minimum": they don't come to enough; "short": too few pieces for a
    bundle or a free piece; "other": a better set of promotions, which it can't join, counts; "no gain": its price is no
    lower.
    """
    if (found := obstacle_of_buyer(terms, buyer, day)) is not None:
        return found
    if terms in priced.used:
        return None
    if not _touches(terms, priced.lines):
        return "nothing"
    if terms.kind == "free_shipping":
        return "other" if priced.free_by is not None else "minimum"
    if subtotal_of(terms, priced.lines) < terms.minimum:
        return "minimum"
    alone = apply(priced.lines, [terms], [terms] if terms.per_piece else [], None)
    if alone.saved:
        return "other"
    return "no gain" if terms.kind == "member_price" or _is_whole(terms, priced.lines) else "short"


def _is_whole(terms: Terms, lines: Sequence[Line]) -> bool:
    """Whether every part of a bundle is in the basket."""
    return terms.kind == "bundle" and all(any(line.is_of(part) for line in lines) for part in terms.parts)


def _touches(terms: Terms, lines: Sequence[Line]) -> bool:
    return any(line.is_of(part) for line in lines for part in terms.parts)


def _by_id(terms: Terms) -> tuple[str, str]:
    return terms.promotion_id, terms.kind


def _rank(priced: Priced) -> tuple[int, bool, int, tuple[str, ...]]:
    return (
        priced.to_pay,
        priced.free_by is None,
        len(priced.used),
        tuple(sorted(t.promotion_id for t in priced.used)),
    )


def _ways(open_: Sequence[Terms], lines: Sequence[Line], shipping: int | None) -> Iterator[Priced]:
    """The basket without any promotion, and under each set of them that may count together."""
    yield Priced(tuple(lines), shipping_before=shipping)
    shippers = [t for t in open_ if t.kind == "free_shipping" and t.combinable]
    for terms in (t for t in open_ if not t.combinable):
        others = shippers if terms.kind != "free_shipping" else []
        yield apply(lines, [terms, *others], [terms] if terms.per_piece else [], shipping)
    yield from _together([t for t in open_ if t.combinable], lines, shipping)


def _together(offers: Sequence[Terms], lines: Sequence[Line], shipping: int | None) -> Iterator[Priced]:
    """The basket under promotions that add up: every way while they are few, else the best that can be come at by
    changing one choice at a time, from all promotions and from as few as may be."""
    groups = _competing([t for t in offers if t.per_piece], lines)
    choices = [list(_selections(group, lines)) for group in groups]
    choices.append(list(_without_some([t for t in offers if not t.per_piece])))

    def price(way: Way) -> Priced:
        pieces = list(chain(*way[:-1]))
        return apply(lines, [*way[-1], *pieces], pieces, shipping)

    if prod(map(len, choices)) <= _MOST_WAYS:
        yield from map(price, product(*choices))
        return
    for start in (tuple(c[0] for c in choices), tuple(min(c, key=len) for c in choices)):
        yield _improved(start, choices, price)


def _improved(way: Way, choices: Sequence[Sequence[tuple[Terms, ...]]], price: Callable[[Way], Priced]) -> Priced:
    """The best that comes of `way` when one choice after another is made anew, until none makes it better."""
    best, better = price(way), True
    while better:
        better = False
        for at, choice in enumerate(choices):
            others = [(*way[:at], other, *way[at + 1 :]) for other in choice if other != way[at]]
            found, other = min(((price(o), o) for o in others), key=lambda p: _rank(p[0]), default=(best, way))
            if _rank(found) < _rank(best):
                best, way, better = found, other, True
    return best


def _without_some(amounts: Sequence[Terms]) -> Iterator[tuple[Terms, ...]]:
    """All of them, then fewer: only free shipping from a minimum can be lost by taking more off."""
    loses = [t for t in amounts if t.kind != "free_shipping"]
    yield tuple(amounts)
    if not any(t.kind == "free_shipping" and t.minimum for t in amounts) or len(loses) > 8:
        return
    for size in range(len(loses)):
        for kept in combinations(loses, size):
            yield tuple(t for t in amounts if t.kind == "free_shipping" or t in kept)


def _selections(group: Sequence[Terms], lines: Sequence[Line]) -> Iterator[tuple[Terms, ...]]:
    """Which of promotions that compete are served, in which order; two that share no line in one order only."""
    own = [_own(terms, lines) for terms in group]
    if len(group) <= _EXACT:
        for size in range(len(group), -1, -1):
            for places in permutations(range(len(group)), size):
                if all(a < b or own[a] & own[b] for a, b in pairwise(places)):
                    yield tuple(group[at] for at in places)
        return
    ranked = sorted(group, key=lambda t: (apply(lines, [t], [t], None).goods, t.promotion_id))
    yield from (tuple(ranked[start:] + ranked[:start]) for start in range(len(ranked)))
    yield ()


def _competing(pieces: Sequence[Terms], lines: Sequence[Line]) -> list[list[Terms]]:
    """The promotions in groups that have no line in common."""
    groups: list[tuple[set[int], list[Terms]]] = []
    for terms in pieces:
        own = _own(terms, lines)
        met = [group for group in groups if group[0] & own]
        groups = [group for group in groups if group not in met]
        groups.append((own.union(*(g[0] for g in met)), [*chain(*(g[1] for g in met)), terms]))
    return [group for _, group in groups]


def _own(terms: Terms, lines: Sequence[Line]) -> set[int]:
    """The lines that a promotion applies to."""
    return {at for at, line in enumerate(lines) if any(line.is_of(part) for part in terms.parts)}
