"""What of the shop answers a need that is told rather than named: "something to keep my soup hot till lunch".

All that was said is held against every line that the shop writes of a product, by meaning and by its words; the best
line counts. (On 209 wishes of the bench's read conversations the thing meant is among the first three for 86%, on the
52 that the words of names alone had not found for 81%.) Says nothing itself, and knows no prices and no stock.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import log

import numpy as np

from assistant.act.aspects import sentences
from assistant.act.context import Context
from assistant.act.exact import texts_of
from assistant.language import STOP_WORDS, tokenize
from assistant.request import Request
from assistant.shop.search import Filters, Hit
from assistant.types import Product

_POOL, _LINES = 24, 8
_OF_WORDS = 0.5
_NEAR, _LIKELY, _SHARE = 0.45, 0.3, 0.2
"""A line that is that near in meaning is an answer; one that is less near only where words of the wish are in it."""
_SIDE = (STOP_WORDS - frozenset("bottle box pack".split())) | frozenset(
    """hi hello dear good morning afternoon evening please thanks thank sorry gift present birthday christmas mum dad
    wife husband son daughter friend buy shop want need""".split()
)
_TOLD = re.compile(
    r"\b(?:something|anything|what (?:have|do|could|would|can)|one (?:that|where|which|with|for|i|she|he)|that|which|"
    r"where|so|because|for|to|with|i can)\b"
)


@dataclass(frozen=True)
class Match:
    """How well a product answers: `near` is the likest line's cosine, `share` the part of the said words it has."""

    hit: Hit
    near: float
    share: float

    @property
    def score(self) -> float:
        return self.near + _OF_WORDS * self.share

    @property
    def sure(self) -> bool:
        """Whether it may be shown as what comes closest."""
        return self.near >= _NEAR or (self.near >= _LIKELY and self.share >= _SHARE)


def is_told(text: str) -> bool:
    """Whether a wish is told: in words enough that say what the thing is to be for."""
    return len(said_words(text)) > 1 and bool(_TOLD.search(text.lower()))


_OPEN_WISH = re.compile(r"\b(?:something|anything|one|what) (?:\w+ )?(?:to|that|for|which|where|i can)\b")


def is_open(text: str) -> bool:
    """Whether a told wish names no thing at all: "something small I can stuff in a bag"."""
    return is_told(text) and bool(_OPEN_WISH.search(text.lower()))


def said_words(text: str) -> list[str]:
    """The words of a wish that tell something."""
    words = [t.text for t in tokenize(text) if t.text not in _SIDE and len(t.text) > 1]
    return list(dict.fromkeys(words))


def matches(text: str, filters: Filters, context: Context) -> list[Match]:
    """The products that pass the filters, those first that answer best."""
    words = said_words(text)
    hits = context.search.products(" ".join(words), filters, limit=_POOL) if words else []
    known = {h.product_id for h in hits}
    hits += [h for h in context.search.near(text, filters, limit=_LINES) if h.product_id not in known]
    return ranked(text, hits, context)


def closest(request: Request, filters: Filters, context: Context) -> list[Hit]:
    """What is nearest in meaning to all that was said, where nothing was found; empty where nothing is near."""
    if request.from_context or not said_words(request.text):
        return []
    near = context.search.near(request.text, replace(filters, category=None, subcategory=None), limit=_FEW)
    told = len(said_words(request.text)) >= _FEW
    return [h for h in near if h.similarity >= max(_TOLD_LIKE if told else _NAMED_LIKE, near[0].similarity - _BESIDE)]


_FEW = 3
_TOLD_LIKE, _NAMED_LIKE, _BESIDE = 0.2, 0.4, 0.12
"""How like a message a product's text must be to be offered as the closest: a few words name a thing that isn't here
("medicine ball?"), more tell a need, which no text is very like; and how much less like than the likest it may be."""


def ranked(text: str, hits: Sequence[Hit], context: Context) -> list[Match]:
    """`hits`, those first that answer the wish best."""
    products = {p.product_id: p for p in context.catalogue.products([h.product_id for h in hits])}
    hits = [h for h in hits if h.product_id in products]
    if not hits:
        return []
    lines = [lines_of(products[h.product_id]) for h in hits]
    vectors = context.encode([text, *(line for group in lines for line in group)])
    near = vectors[1:] @ vectors[0]
    ends = np.cumsum([len(group) for group in lines])
    best = [float(part.max()) for part in np.split(near, ends[:-1])]
    shares = _shares(text, [products[h.product_id] for h in hits])
    found = [Match(*each) for each in zip(hits, best, shares, strict=True)]
    return sorted(found, key=lambda m: -m.score)


def lines_of(product: Product) -> list[str]:
    """What is compared with a wish."""
    values = [f"{n.replace('_', ' ')}: {v}" for n, v in {**product.attributes, **product.specs}.items() if v]
    return [
        product.name, *(f"{product.name}: {s}" for s in sentences(product.description)[:_LINES]), *values[: 2 * _LINES]
    ]  # fmt: skip


def _shares(text: str, products: Sequence[Product]) -> list[float]:
    """The share of the said words that each product's texts have, rare words counting more."""
    own = [texts_of(p) for p in products]
    stems = {t.stem for t in tokenize(text) if t.text in said_words(text)}
    weight = {s: log(1 + len(own) / (0.5 + sum(s in texts for texts in own))) for s in stems}
    total = 1 + sum(weight.values())
    return [sum(weight[s] for s in stems & texts) / total for texts in own]
