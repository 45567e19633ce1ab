"""A basket under one given set of promotions: what each of them takes off, line by line. Chooses nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

from assistant.shop.pricing.terms import Target, Terms, fold_code, plain
from assistant.shop.pricing.units import Saving, piece_savings


@dataclass(frozen=True)
class Line:
    """`quantity` pieces of one SKU at `unit` minor units each, with what promotions may name it by."""

    sku: str
    unit: int
    quantity: int = 1
    product_id: str = ""
    name: str = ""
    category: str = ""
    subcategory: str = ""
    brand: str = ""

    @property
    def amount(self) -> int:
        return self.unit * self.quantity

    def is_of(self, targets: Sequence[Target]) -> bool:
        """Whether one of these targets names it."""
        return not self._named.isdisjoint(targets)

    @cached_property
    def _named(self) -> frozenset[Target]:
        """Every target that names it: worked out once, since pricing asks again and again."""
        names = {"product": self.name, "category": self.category, "subcategory": self.subcategory, "brand": self.brand}
        found = {Target(kind, plain(name)) for kind, name in names.items()}
        found |= {Target("product", plain(self.product_id)), Target("sku", fold_code(self.sku))}
        return frozenset({target for target in found if target.value} | {Target("all")})


@dataclass(frozen=True)
class Step:
    """What one promotion takes off. `by_line` are the minor units off each line of the basket, in its order."""

    terms: Terms
    saved: int
    by_line: tuple[int, ...]


@dataclass(frozen=True)
class Priced:
    """A basket with its promotions worked out. Minor units.

    `shipping` is what delivery costs after promotions, None where the shop doesn't say. `free_by` is the promotion that
    made it free.
    """

    lines: tuple[Line, ...]
    steps: tuple[Step, ...] = ()
    shipping_before: int | None = None
    free_by: Terms | None = None
    used: tuple[Terms, ...] = field(default=())

    @property
    def subtotal(self) -> int:
        return sum(line.amount for line in self.lines)

    @property
    def saved(self) -> int:
        return sum(step.saved for step in self.steps)

    @property
    def goods(self) -> int:
        """What the goods come to after discounts."""
        return self.subtotal - self.saved

    @property
    def shipping(self) -> int | None:
        return 0 if self.free_by is not None else self.shipping_before

    @property
    def to_pay(self) -> int:
        """Goods and shipping, as far as the shop says what shipping costs."""
        return self.goods + (self.shipping or 0)


def subtotal_of(terms: Terms, lines: Sequence[Line]) -> int:
    """The undiscounted amount of what a promotion applies to."""
    return sum(line.amount for line in lines if any(line.is_of(part) for part in terms.parts))


def apply(lines: Sequence[Line], chosen: Sequence[Terms], pieces: Sequence[Terms], shipping: int | None) -> Priced:
    """The basket under the promotions `chosen`; those per piece are served in the order of `pieces`.

    A promotion whose minimum isn't reached, or that takes nothing off, leaves no step.
    """
    left = [line.amount for line in lines]
    steps: list[Step] = []
    reached = [t for t in chosen if t.kind == "free_shipping" or subtotal_of(t, lines) >= max(1, t.minimum)]
    taken = [0] * len(lines)
    for terms in (t for t in pieces if t in reached):
        steps += _keep(terms, _pieces(piece_savings(terms, lines, taken), taken, len(lines)), left)
    base = list(left)
    for terms in sorted((t for t in reached if t.kind == "percent"), key=lambda t: t.promotion_id):
        steps += _keep(terms, _percent(terms, lines, base, left), left)
    fixed = [t for t in reached if t.kind == "fixed"]
    for terms in sorted(fixed, key=lambda t: (subtotal_of(t, lines), t.promotion_id)):
        steps += _keep(terms, share_out(terms.value, [_own(terms, at, lines, left) for at in range(len(lines))]), left)
    shippers = [t for t in chosen if t.kind == "free_shipping" and _ships_free(t, lines, left)]
    free_by = min(shippers, key=lambda t: (t.minimum, t.promotion_id), default=None)
    used = (*(s.terms for s in steps), *([free_by] if free_by else []))
    return Priced(tuple(lines), tuple(steps), shipping, free_by, used)


def _own(terms: Terms, at: int, lines: Sequence[Line], amounts: Sequence[int]) -> int:
    return amounts[at] if lines[at].is_of(terms.parts[0]) else 0


def _keep(terms: Terms, by_line: Sequence[int], left: list[int]) -> list[Step]:
    """Take the shares off what is `left`, and give the step, none when nothing comes off."""
    for at, saved in enumerate(by_line):
        left[at] -= saved
    return [Step(terms, sum(by_line), tuple(by_line))] if any(by_line) else []


def _pieces(savings: Sequence[Saving], taken: list[int], num_lines: int) -> list[int]:
    by_line = [0] * num_lines
    for saving in savings:
        taken[saving.line] += 1
        by_line[saving.line] += saving.saved
    return by_line


def _percent(terms: Terms, lines: Sequence[Line], base: Sequence[int], left: Sequence[int]) -> list[int]:
    amounts = [_own(terms, at, lines, base) for at in range(len(lines))]
    saved = half_up(sum(amounts) * terms.share)
    saved = saved if terms.cap is None else min(saved, terms.cap)
    shares = share_out(saved, amounts)
    return [min(share, now) for share, now in zip(shares, left, strict=True)]


def _ships_free(terms: Terms, lines: Sequence[Line], left: Sequence[int]) -> bool:
    own = [_own(terms, at, lines, left) for at in range(len(lines))]
    applies = any(line.is_of(terms.parts[0]) for line in lines)
    return applies and sum(own) >= terms.minimum


def half_up(amount: Fraction) -> int:
    """The nearest whole minor unit of a non-negative amount, halves up."""
    return int((2 * amount + 1) // 2)


def share_out(total: int, amounts: Sequence[int]) -> list[int]:
    """`total`, at most their sum, over `amounts` in proportion: whole units, largest remainder first, none above its
    own."""
    whole = sum(amounts)
    if whole <= 0 or total <= 0:
        return [0] * len(amounts)
    total = min(total, whole)
    shares = [total * amount // whole for amount in amounts]
    order = sorted(range(len(amounts)), key=lambda at: (-(total * amounts[at] % whole), at))
    for at in order[: total - sum(shares)]:
        shares[at] += 1
    return shares
