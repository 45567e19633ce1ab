"""What every kind of question shares when it is judged whether a reply answers it. Knows no kind of question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .context import Json, Turn, unique
from .mentions import find_products
from .money import amounts
from .world import Product, Variant

ANSWERABLE = {
    "search",
    "says",
    "detail",
    "options",
    "price",
    "avail",
    "stock",
    "compare",
    "comparev",
    "extreme",
    "attrext",
    "count",
    "policy",
    "absent",
}


@dataclass(frozen=True)
class Answer:
    """`outcome`: ANSWERED, CLARIFIED, DONT_KNOW, OFF_TOPIC_OK, WRONG_ANSWER or FREE; `ok`: as it should be."""

    outcome: str
    ok: bool
    why: str
    wrong: str | None = None


GOOD = Answer("ANSWERED", True, "answers what was asked")


def missing(why: str) -> Answer:
    return Answer("WRONG_ANSWER", False, why)


def meant(turn: Turn, part: Json) -> list[Product]:
    return unique(p for name in part.get("products", []) for p in turn.world.named(name))


def hits_of(turn: Turn, part: Json, key: str = "options") -> list[Variant]:
    return [v for p in meant(turn, part) for v in p.matching(part.get(key, {}))]


def named_in(turn: Turn, likely: Sequence[Product] = ()) -> list[Product]:
    return unique(p for m in find_products(turn.reply, turn.world, likely) for p in m.products)


def stated_prices(turn: Turn) -> set[int]:
    return {a.minor for a in amounts(turn.reply)}


def show(prices: set[int]) -> str:
    return ", ".join(f"{p / 100:.2f}" for p in sorted(prices)[:6])
