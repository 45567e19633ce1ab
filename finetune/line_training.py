"""Trains the reader of lines from all its sources, and tells how it does on what it has not seen.

    python -m finetune.heads lines     # about an hour on one core; writes assistant/act/data/line_reader.safetensors

Sources: authored shops (finetune/data/lines_*.txt, every fifth shop held out) and hetPQA's real questions whose
evidence reads like a shop's (attributes, bullets, descriptions). Needs the `finetune` extra (torch).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from assistant.act.line_reader import WEIGHTS
from assistant.linear import Encode
from assistant.shop.embed import default_embedder
from finetune import evidence_head
from finetune.line_encoder import Reader, Settings, judge, save, timed, train
from finetune.line_pools import PAGES, PRODUCTS, USUAL_PAGES, USUAL_PRODUCTS, Asked, authored, of_products

_LIKE_A_SHOP = frozenset({"attribute", "bullet", "Desc"})
_ROUNDS, _AGAIN, _USUAL = 2, 1600, 3
"""How often each authored question is learnt from (hetPQA's once); how many of them once more beside what most shops
write, and how often that is."""
KINDS = {"attribute": "attribute", "bullet": "sentence", "Desc": "sentence", "page": "page", "product": "product"}
"""What a source's questions count as in the figures; the rest of hetPQA is "other"."""


def remembering(encode: Encode) -> Encode:
    """The same vectors, each computed once."""
    known: dict[str, NDArray[np.float32]] = {}

    def encoded(texts: Sequence[str]) -> NDArray[np.float32]:
        for text in texts:
            if text not in known:
                known[text] = encode([text])[0]
        return np.stack([known[text] for text in texts])

    return encoded


@dataclass(frozen=True)
class Sources:
    """What is learnt from first and then, each as often as it is there, and what is held out."""

    first: list[Asked]
    then: list[Asked]
    held: list[Asked]


def sources(shared: Path) -> Sources:
    """All questions among their lines. Raises SystemExit when hetPQA isn't there."""
    folder = shared / "product-qa" / "hetPQA"
    if not (folder / "train.csv").is_file():
        raise SystemExit(f"{folder}: hetPQA isn't there; name the folder of data sets in BACKROOM_SHARED_DATA")
    encode = remembering(default_embedder().encode)
    known = evidence_head.read(folder / "train.csv") + evidence_head.read(folder / "dev.csv")
    test = evidence_head.unseen(evidence_head.read(folder / "test.csv"), known)
    real = [a for a in of_products(evidence_head.pools(known, 10, 1, 3), encode) if a.source in _LIKE_A_SHOP]
    held = of_products(evidence_head.pools(test, 14, seed=0), encode)
    made: list[Asked] = []
    for paths, products in ((PAGES, False), (PRODUCTS, True)):
        for path in paths:
            own, kept = authored(path, encode, products=products)
            made += own
            held += kept
    usual = authored(USUAL_PAGES, encode, products=False)[0] + authored(USUAL_PRODUCTS, encode, products=True)[0]
    again = random.Random(3).sample(made, min(len(made), _AGAIN))
    return Sources(real + made * _ROUNDS, again + usual * _USUAL, held)


def train_reader(shared: Path) -> dict[str, dict[str, float]]:
    """Fit and write the reader; how it does on what is held out, by kind."""
    torch.set_num_threads(1)  # more only wait for each other on texts this short
    asked = sources(shared)
    reader = Reader()
    train(reader, asked.first, Settings(), timed())
    train(reader, asked.then, Settings(rate=4e-5, seed=1), timed())
    save(reader, WEIGHTS)
    kinds = dict.fromkeys(KINDS.get(a.source, "other") for a in asked.held)
    return {kind: judge(reader, [a for a in asked.held if KINDS.get(a.source, "other") == kind]) for kind in kinds}
