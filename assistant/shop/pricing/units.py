"""Promotions that price single pieces: member prices, bundles, and the cheapest pieces of a group being free.

Each serves itself from the pieces that no other has taken, the dearest first, which is best for the customer. Bundles
whose parts overlap are filled part by part, so another filling might save more; nothing else here is approximate.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from assistant.shop.pricing.terms import Target, Terms


class Priceable(Protocol):
    """What is needed of a basket's line."""

    @property
    def unit(self) -> int: ...

    @property
    def quantity(self) -> int: ...

    def is_of(self, targets: Sequence[Target]) -> bool: ...


@dataclass(frozen=True)
class Saving:
    """One piece of line `line` that a promotion has taken, and the minor units off it (0 for one that is paid in
    full)."""

    line: int
    saved: int


def piece_savings(terms: Terms, lines: Sequence[Priceable], taken: Sequence[int]) -> list[Saving]:
    """The pieces that the promotion takes. `taken` says how many pieces of each line are gone already."""
    kinds: dict[str, Callable[..., list[Saving]]] = {
        "member_price": _member_price,
        "buy_get": _buy_get,
        "bundle": _bundles,
    }
    return kinds[terms.kind](terms, lines, [line.quantity - gone for line, gone in zip(lines, taken, strict=True)])


def _member_price(terms: Terms, lines: Sequence[Priceable], free: Sequence[int]) -> list[Saving]:
    return [
        Saving(at, line.unit - terms.value)
        for at, line in enumerate(lines)
        if line.unit > terms.value and line.is_of(terms.parts[0])
        for _ in range(free[at])
    ]


def _buy_get(terms: Terms, lines: Sequence[Priceable], free: Sequence[int]) -> list[Saving]:
    pieces = _dearest(lines, free, terms.parts[0])
    size = terms.buy + terms.free
    out: list[Saving] = []
    for start in range(0, len(pieces) - size + 1, size):
        group = pieces[start : start + size]
        out += [Saving(at, 0 if place < terms.buy else lines[at].unit) for place, at in enumerate(group)]
    return out


def _bundles(terms: Terms, lines: Sequence[Priceable], free: Sequence[int]) -> list[Saving]:
    left = list(free)
    out: list[Saving] = []
    while (bundle := _one_bundle(terms, lines, left)) is not None:
        saved = sum(lines[at].unit for at in bundle) - terms.value
        if saved <= 0:
            break
        out += _spread(bundle, lines, saved)
        for at in bundle:
            left[at] -= 1
    return out


def _one_bundle(terms: Terms, lines: Sequence[Priceable], left: Sequence[int]) -> list[int] | None:
    """A line for each part of the bundle, the dearest that is left; None when a part is missing."""
    spare = list(left)
    chosen: list[int] = []
    for part in terms.parts:
        fits = [at for at, line in enumerate(lines) if spare[at] > 0 and line.is_of(part)]
        if not fits:
            return None
        best = max(fits, key=lambda at: (lines[at].unit, -at))
        spare[best] -= 1
        chosen.append(best)
    return chosen


def _spread(bundle: Sequence[int], lines: Sequence[Priceable], saved: int) -> list[Saving]:
    """What the bundle saves, over its pieces in proportion to their prices; the last one takes the rest."""
    whole = sum(lines[at].unit for at in bundle)
    out: list[Saving] = []
    done = seen = 0
    for at in bundle:
        seen += lines[at].unit
        upto = saved * seen // whole
        out.append(Saving(at, upto - done))
        done = upto
    return out


def _dearest(lines: Sequence[Priceable], free: Sequence[int], part: Sequence[Target]) -> list[int]:
    """The line of every free piece that `part` names, the dearest piece first."""
    fits = [at for at, line in enumerate(lines) if line.is_of(part)]
    return [at for at in sorted(fits, key=lambda at: (-lines[at].unit, at)) for _ in range(free[at])]
