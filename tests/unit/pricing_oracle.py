"""An oracle for baskets under promotions that shares no code with the pricing: exact fractions, brute force, no
cleverness.

It follows the rules as the package `assistant.shop.pricing` and SHOP_FORMAT state them: every set of promotions that
may count together is tried, those per piece in every order; the least to pay wins.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import combinations, permutations
from typing import Any

Row = dict[str, Any]


@dataclass(frozen=True)
class Piece:
    sku: str
    price: int
    product: str = ""
    category: str = ""
    subcategory: str = ""
    brand: str = ""
    product_id: str = ""


def applies(target: str, piece: Piece) -> bool:
    if target.strip() == "all":
        return True
    kind, value = (part.strip().lower() for part in target.split(":", 1))
    names = {
        "sku": [piece.sku],
        "product": [piece.product, piece.product_id],
        "category": [piece.category],
        "subcategory": [piece.subcategory],
        "brand": [piece.brand],
    }
    return any(value == name.lower() for name in names[kind] if name)


def parts(row: Row) -> list[list[str]]:
    texts = row["applies_to"].split(" + ") if row["type"] == "bundle" else [row["applies_to"]]
    return [text.split(";") for text in texts]


def fits(row: Row, piece: Piece, part: int | None = None) -> bool:
    chosen = parts(row) if part is None else [parts(row)[part]]
    return any(applies(target, piece) for targets in chosen for target in targets)


def is_open(row: Row, day: date, member: bool, codes: set[str]) -> bool:
    if row.get("starts") and day < date.fromisoformat(row["starts"]):
        return False
    if row.get("ends") and day > date.fromisoformat(row["ends"]):
        return False
    if row.get("code") and row["code"].lower() not in {c.lower() for c in codes}:
        return False
    return bool(member or not (row.get("members_only") or row["type"] == "member_price"))


def round_half_up(amount: Fraction) -> int:
    whole = amount.numerator // amount.denominator
    return whole + (1 if amount - whole >= Fraction(1, 2) else 0)


def pay(pieces: list[Piece], rows: list[Row], order: list[Row], shipping: int) -> tuple[int, int]:
    """What the goods cost and what is to pay with delivery, under exactly these promotions."""
    pieces = sorted(pieces, key=lambda p: p.sku)
    left = [Fraction(p.price) for p in pieces]
    used: set[int] = set()
    whole = [sum(p.price for p in pieces if fits(row, p)) for row in rows]
    reached = [
        r for r, w in zip(rows, whole, strict=True) if r["type"] == "free_shipping" or (w and w >= r.get("min", 0))
    ]
    for row in [r for r in order if r in reached]:
        by_price = sorted(range(len(pieces)), key=lambda i: (-pieces[i].price, i))
        free = [i for i in by_price if i not in used and fits(row, pieces[i])]
        if row["type"] == "member_price":
            for i in free:
                if pieces[i].price > row["value"]:
                    left[i] = Fraction(row["value"])
                    used.add(i)
        elif row["type"].startswith("buy_"):
            buy, get = int(row["type"].split("_")[1]), int(row["type"].split("_")[3])
            while len(free) >= buy + get:
                group, free = free[: buy + get], free[buy + get :]
                used |= set(group)
                for i in group[buy:]:
                    left[i] = Fraction(0)
        elif row["type"] == "bundle":
            while True:
                chosen: list[int] = []
                for part in range(len(parts(row))):
                    found = [i for i in by_price if i not in used and i not in chosen and fits(row, pieces[i], part)]
                    chosen += found[:1]
                total = sum(pieces[i].price for i in chosen)
                if len(chosen) < len(parts(row)) or total <= row["value"]:
                    break
                used |= set(chosen)
                for i in chosen:
                    left[i] = Fraction(pieces[i].price * row["value"], total)
    skus = sorted({p.sku for p in pieces})
    lines = [sum(left[i] for i, p in enumerate(pieces) if p.sku == sku) for sku in skus]
    one = [next(p for p in pieces if p.sku == sku) for sku in skus]
    base = list(lines)
    for row in sorted((r for r in reached if r["type"] == "percent"), key=lambda r: r["id"]):
        own = [base[i] if fits(row, p) else Fraction(0) for i, p in enumerate(one)]
        take(lines, own, round_half_up(Fraction(sum(own)) * Fraction(str(row["value"])) / 100))
    fixed = [r for r in reached if r["type"] == "fixed"]
    for row in sorted(fixed, key=lambda r: (sum(p.price for p in pieces if fits(r, p)), r["id"])):
        own = [lines[i] if fits(row, p) else Fraction(0) for i, p in enumerate(one)]
        take(lines, own, row["value"])
    ships = any(
        r["type"] == "free_shipping"
        and any(fits(r, p) for p in pieces)
        and sum(lines[i] for i, p in enumerate(one) if fits(r, p)) >= r.get("min", 0)
        for r in rows
    )
    cost = round_half_up(Fraction(sum(lines)))
    return cost, cost + (0 if ships else shipping)


def take(lines: list[Fraction], own: list[Fraction], off: int) -> None:
    """Takes `off` from lines in proportion to `own`: whole cents, the largest remainders (then the first) get one
    more."""
    whole = Fraction(sum(own))
    if not whole:
        return
    exact = [min(Fraction(off), whole) * x / whole for x in own]
    shares = [x.numerator // x.denominator for x in exact]
    by_rest = sorted(range(len(own)), key=lambda i: (shares[i] - exact[i], i))
    for i in by_rest[: round_half_up(sum(exact) - sum(shares))]:
        shares[i] += 1
    for i, share in enumerate(shares):
        lines[i] -= min(Fraction(share), lines[i])


def cheapest(
    pieces: list[Piece], rows: list[Row], day: date, *, member: bool = False, codes: set[str] | None = None,
    shipping: int = 0,
) -> tuple[int, int]:  # fmt: skip
    """(goods, to pay) under the best allowed set of promotions, the least to pay first."""
    live = [r for r in rows if is_open(r, day, member, codes or set())]
    free = [r for r in live if r["type"] == "free_shipping" and r["combinable"]]
    sets = [[r, *(free if r["type"] != "free_shipping" else [])] for r in live if not r["combinable"]]
    together = [r for r in live if r["combinable"]]
    sets += [list(c) for size in range(len(together) + 1) for c in combinations(together, size)]
    best = None
    for chosen in sets:
        per_piece = [r for r in chosen if r["type"] in ("member_price", "bundle") or r["type"].startswith("buy_")]
        for order in permutations(per_piece):
            goods, to_pay = pay(pieces, chosen, list(order), shipping)
            if best is None or (to_pay, goods) < best:
                best = (to_pay, goods)
    assert best is not None
    return best[1], best[0]
