"""The set of promotions that is best for a customer, and why another one doesn't count. Reads no database.

Exact as long as the promotions per piece that compete for the same pieces are few (`_EXACT` of them); of more, the
orders in which they are served are tried from the one that saves most by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain, combinations, permutations, product
from typing import Literal

from assistant.shop.pricing.basket import Line, Priced, apply, subtotal_of
from assistant.shop.pricing.terms import Terms

_EXACT = 5
_MOST_WAYS = 4000

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
    ways = (apply(ordered, chosen, pieces, shipping) for chosen, pieces in _ways(open_, ordered))
    return _as_given(min(chain([Priced(tuple(ordered), shipping_before=shipping)], ways), key=_rank), lines, order)


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


def _ways(open_: Sequence[Terms], lines: Sequence[Line]) -> Iterator[tuple[list[Terms], list[Terms]]]:
    """The sets of promotions that may count together, each with an order for those per piece."""
    shipping = [t for t in open_ if t.kind == "free_shipping" and t.combinable]
    for terms in (t for t in open_ if not t.combinable):
        others = shipping if terms.kind != "free_shipping" else []
        yield [terms, *others], [terms] if terms.per_piece else []
    together = [t for t in open_ if t.combinable]
    amounts = [t for t in together if not t.per_piece]
    for pieces in _orders([t for t in together if t.per_piece], lines):
        for kept in _without_some(amounts):
            yield [*kept, *pieces], pieces


def _without_some(amounts: Sequence[Terms]) -> Iterator[list[Terms]]:
    """All of them, then fewer: only free shipping from a minimum can be lost by taking more off."""
    loses = [t for t in amounts if t.kind != "free_shipping"]
    yield list(amounts)
    if not any(t.kind == "free_shipping" and t.minimum for t in amounts) or len(loses) > 8:
        return
    for size in range(len(loses)):
        for kept in combinations(loses, size):
            yield [t for t in amounts if t.kind == "free_shipping" or t in kept]


def _orders(pieces: Sequence[Terms], lines: Sequence[Line]) -> Iterator[list[Terms]]:
    """Every selection and order of the promotions per piece, those that share no line being independent."""
    choices = [list(_selections(group, lines)) for group in _competing(pieces, lines)]
    num_ways = 1
    for choice in choices:
        num_ways *= len(choice)
    if num_ways <= _MOST_WAYS:
        for way in product(*choices):
            yield list(chain(*way))
        return
    yield list(chain(*(min(choice, key=lambda c: apply(lines, c, c, None).goods) for choice in choices)))


def _selections(group: Sequence[Terms], lines: Sequence[Line]) -> Iterator[tuple[Terms, ...]]:
    if len(group) <= _EXACT:
        for size in range(len(group), -1, -1):
            yield from permutations(group, size)
        return
    ranked = sorted(group, key=lambda t: (apply(lines, [t], [t], None).goods, t.promotion_id))
    yield from (tuple(ranked[start:] + ranked[:start]) for start in range(len(ranked)))


def _competing(pieces: Sequence[Terms], lines: Sequence[Line]) -> list[list[Terms]]:
    """The promotions in groups that have no line in common."""
    groups: list[tuple[set[int], list[Terms]]] = []
    for terms in pieces:
        own = {at for at, line in enumerate(lines) if any(line.is_of(part) for part in terms.parts)}
        met = [group for group in groups if group[0] & own]
        groups = [group for group in groups if group not in met]
        groups.append((own.union(*(g[0] for g in met)), [*chain(*(g[1] for g in met)), terms]))
    return [group for _, group in groups]
