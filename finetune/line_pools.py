"""Questions among the lines that could answer them, from all sources, for the encoder that reads the two together.

Authored shops (finetune/data/lines_*.txt) and hetPQA's real questions (evidence_head.py). Of the authored shops every
fifth is held out, as a whole: no question to it is trained on. Knows no torch.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.act.evidence import Line, default_head, features
from assistant.linear import Encode
from finetune.authored_lines import DATA, Shop, read
from finetune.evidence_head import Pool

PAGES = [DATA / f"lines_{name}.txt" for name in ("pages", "pages_2")]
PRODUCTS = [DATA / "lines_products.txt"]
USUAL_PAGES, USUAL_PRODUCTS = DATA / "lines_pages_3.txt", DATA / "lines_products_2.txt"
"""What most shops say of themselves and of every product; none of it is held out."""
HELD = 5
"""One shop in this many is held out."""
_WEIGHTS = {"attribute": 2.0, "bullet": 1.0, "Desc": 1.0, "CQA": 0.7, "review": 0.4, "OSP": 0.5}
_NUM_STRANGE = 2


@dataclass(frozen=True)
class Asked:
    """A question and what could answer it."""

    question: str
    lines: tuple[Line, ...]
    right: frozenset[int]
    """Which lines answer; empty: none does."""
    alike: frozenset[int]
    """Lines that may answer too, without anybody having said so: they count for nothing where the answer is away."""
    source: str
    weight: float
    told: NDArray[np.float32]
    """(num_lines, num_features) of the linear head."""
    first: NDArray[np.float32]
    """(num_lines,): the linear head's scores."""


def authored(path: Path, encode: Encode, *, products: bool) -> tuple[list[Asked], list[Asked]]:
    """The questions to train on and those of the shops held out. The strange lines among theirs are of the same part:
    what is held out isn't even seen as what doesn't answer."""
    parts: tuple[list[Shop], list[Shop]] = ([], [])
    for number, shop in enumerate(read(path, products=products)):
        parts[number % HELD == HELD - 1].append(shop)
    seen, held = (
        [asked for shop in part for asked in _of_shop(shop, _lines_beside(shop, part), encode, products)]
        for part in parts
    )
    return seen, held


def _lines_beside(shop: Shop, shops: Sequence[Shop]) -> list[Line]:
    """Every line of the other shops."""
    return [line for other in shops if other is not shop for text in other.texts for line in text.lines]


def _of_shop(shop: Shop, others: Sequence[Line], encode: Encode, products: bool) -> list[Asked]:
    """Every question of a shop: among its product's lines, or all lines of its pages, and a few of other shops."""
    draw = random.Random(shop.name)
    source = "product" if products else "page"
    found = []
    every = [line for text in shop.texts for line in text.lines]
    start = 0
    for text in shop.texts:
        lines, begins = (text.lines, 0) if products else (every, start)
        questions = [*text.asked, *((question, None) for question in text.unanswered)]
        for question, at in questions:
            among = [*lines, *draw.sample(others, min(len(others), _NUM_STRANGE))]
            right = set() if at is None else {begins + at}
            found.append(_asked(question, among, right, set(), source, 1.0, encode))
        start += len(text.lines)
    return found


def of_products(groups: Sequence[Pool], encode: Encode) -> list[Asked]:
    """hetPQA's questions as they are put among lines by evidence_head.pools."""
    return [
        _asked(p.question, p.lines, {0}, set(range(1, 1 + p.num_same)), p.source, _WEIGHTS[p.source], encode)
        for p in groups
    ]


def _asked(
    question: str,
    lines: Sequence[Line],
    right: set[int],
    alike: set[int],
    source: str,
    weight: float,
    encode: Encode,
) -> Asked:
    told = features(question, lines, encode)
    scores = default_head().score(told)
    return Asked(question, tuple(lines), frozenset(right), frozenset(alike), source, weight, told, scores)


def choose(asked: Asked, size: int, draw: random.Random) -> list[int]:
    """`size` of the lines: those that answer, of the others those that the linear head likes best, some by chance."""
    others = [int(i) for i in np.argsort(-asked.first) if i not in asked.right]
    room = max(0, size - len(asked.right))
    near = others[: room * 2 // 3]
    rest = others[len(near) :]
    return [*sorted(asked.right), *near, *draw.sample(rest, min(len(rest), room - len(near)))]
