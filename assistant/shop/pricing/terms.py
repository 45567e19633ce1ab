"""One promotion as the arithmetic sees it, read from its row. Knows no basket and no customer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal, NamedTuple

from assistant.shop.schema import PromotionRow

Kind = Literal["percent", "fixed", "buy_get", "member_price", "bundle", "free_shipping"]
PER_PIECE: frozenset[Kind] = frozenset({"buy_get", "member_price", "bundle"})


class Target(NamedTuple):
    """One thing that a promotion applies to: `kind` all, category, subcategory, brand, product or sku; a folded
    value, empty for all."""

    kind: str
    value: str = ""


@dataclass(frozen=True)
class Terms:
    """The terms of one promotion. Amounts are minor units; `share` is the part that a percentage takes off (1/8).

    `parts` are its targets: one tuple of alternatives, or for a bundle one tuple per part. `cap` limits a percentage
    (SHOP_FORMAT has none; vouchers that a customer describes may).
    """

    promotion_id: str
    name: str
    kind: Kind
    parts: tuple[tuple[Target, ...], ...]
    share: Fraction = Fraction(0)
    value: int = 0
    buy: int = 0
    free: int = 0
    cap: int | None = None
    minimum: int = 0
    code: str | None = None
    members_only: bool = False
    starts: date | None = None
    ends: date | None = None
    combinable: bool = False

    def runs(self, day: date) -> bool:
        """Whether it runs on `day`, first and last day included."""
        return (self.starts is None or self.starts <= day) and (self.ends is None or day <= self.ends)

    @property
    def per_piece(self) -> bool:
        return self.kind in PER_PIECE


def terms_of(row: PromotionRow) -> Terms:
    """The terms of a promotion's row."""
    kind: Kind = "buy_get" if row.buy else row.type  # type: ignore[assignment]
    return Terms(
        promotion_id=row.promotion_id,
        name=row.name,
        kind=kind,
        parts=parts_of(row.applies_to, bundle=kind == "bundle"),
        share=Fraction(row.percent) / 100 if row.percent else Fraction(0),
        value=row.value_minor or 0,
        buy=row.buy or 0,
        free=row.free or 0,
        minimum=row.min_subtotal_minor or 0,
        code=fold_code(row.code) if row.code else None,
        members_only=row.members_only or kind == "member_price",
        starts=row.starts,
        ends=row.ends,
        combinable=row.combinable,
    )


def parts_of(applies_to: str, *, bundle: bool = False) -> tuple[tuple[Target, ...], ...]:
    """`applies_to` as targets: "category:Tea; sku:A" -> one part of two; for a bundle, "product:A + product:B" ->
    two."""
    texts = applies_to.split(" + ") if bundle else [applies_to]
    return tuple(tuple(_target(text) for text in part.split(";") if text.strip()) for part in texts)


def _target(text: str) -> Target:
    kind, _, value = text.strip().partition(":")
    kind = kind.strip().lower()
    if kind == "all":
        return Target(kind)
    return Target(kind, fold_code(value) if kind == "sku" else plain(value))


def plain(text: str) -> str:
    """A name as it is compared: case doesn't count, nor whether words are joined by blanks, hyphens or underscores."""
    return re.sub(r"[\s_-]+", " ", text).strip().casefold()


def fold_code(code: str) -> str:
    """A code or SKU as it is compared: blanks around it and case don't count."""
    return code.strip().casefold()
