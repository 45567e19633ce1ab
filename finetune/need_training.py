"""Trains the encoder that tells what of a shop meets a need, in its customers' own words.

    python -m finetune.need_training OUT.safetensors     # some 70 seconds of CPU; 3.6 MB, for assistant/encoder.py

The last layers of the packaged MiniLM, from the packaged weights. Needs and products are read each by itself; a need
is to be nearer to what meets it than to all else that its shop sells, and than a bound (which is learnt along) where
nothing meets it; and nearer than to what other shops sell. What is kept is a running mean of the later weights.
need_pairs.py says what it learns from. Not in service: it orders single wishes better and whole conversations don't
gain by it (tests/bench/LOG.md, session nine). Needs the `finetune` extra (torch).
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import save_file
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, normalize

from assistant.encoder import Encoder
from finetune.message_layers import Lower, Top, lower
from finetune.need_pairs import Shelf, shelves

FIRST = 4
"""The trained layers: the fifth and the sixth of six."""
_SHARPNESS = 20.0
_BOUND = 0.3
_CHUNK = 24
_MAX_TOKENS = 48
_NOWHERE = -100  # cross_entropy's mark for what doesn't count

Report = Callable[[str], None]
_Group = tuple[Shelf, list[tuple[str, int | None]]]


@dataclass(frozen=True)
class Settings:
    """How it is trained."""

    passes: int = 3
    rate: float = 8e-5
    shops: int = 4
    """Shops a step."""
    needs: int = 16
    """Needs of a shop a step, at most."""
    elsewhere: float = 0.5
    """What it counts to be nearer than what the other shops of the step sell."""
    warm: float = 0.08
    mean_from: float = 0.5
    mean_step: float = 0.06
    seed: int = 0


class Texts:
    """Vectors of texts, whose states below the trained layers are computed once."""

    def __init__(self, texts: Sequence[str]) -> None:
        distinct = list(dict.fromkeys(texts))
        self._places = {text: place for place, text in enumerate(distinct)}
        self._below: Lower = lower(distinct, _MAX_TOKENS, FIRST)

    def __call__(self, top: Top, texts: Sequence[str]) -> Tensor:
        """(num_texts, 384), each of length one."""
        places = np.array([self._places[text] for text in texts])
        order = np.argsort(self._below.lengths[places], kind="stable")
        found = [self._read(top, places[part]) for part in np.array_split(order, -(-len(order) // _CHUNK))]
        return torch.cat(found)[torch.tensor(np.argsort(order, kind="stable"))]

    def _read(self, top: Top, places: NDArray[np.int64]) -> Tensor:
        states, mask = self._below.batch(places)
        seen = mask[..., None]
        return normalize((top(states, mask) * seen).sum(1) / seen.sum(1), dim=1)


def train(learnt: Sequence[Shelf], settings: Settings, report: Report = print) -> Top:
    """The trained layers. Deterministic for a seed."""
    torch.set_num_threads(1)  # more only wait for each other on texts this short
    torch.manual_seed(settings.seed)
    draw = random.Random(settings.seed)
    top, bound = Top(FIRST), nn.Parameter(torch.tensor(_BOUND))
    texts = Texts([text for s in learnt for text in (*s.products, *(need for need, _ in s.needs))])
    steps = [step for _ in range(settings.passes) for step in _steps(learnt, settings, draw)]
    optimizer = torch.optim.AdamW(
        [{"params": list(top.parameters()), "lr": settings.rate, "weight_decay": 0.01},
         {"params": [bound], "lr": 2e-3, "weight_decay": 0.0}]
    )  # fmt: skip
    mean: list[Tensor] = []
    began = time.process_time()
    top.train()
    for number, step in enumerate(steps):
        left = 1 - number / len(steps)
        optimizer.param_groups[0]["lr"] = settings.rate * min(
            (number + 1) / (settings.warm * len(steps)), max(0.05, left)
        )
        loss = _loss(top, bound, texts, step, settings.elsewhere)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(list(top.parameters()), 1.0)
        optimizer.step()
        with torch.no_grad():
            if number >= int(settings.mean_from * len(steps)):
                mean = mean or [p.clone() for p in top.parameters()]
                for value, parameter in zip(mean, top.parameters(), strict=True):
                    value.lerp_(parameter, settings.mean_step)
        if number % 20 == 0:
            report(f"step {number} of {len(steps)}: {loss.item():.3f}; {time.process_time() - began:.0f} s of CPU")
    with torch.no_grad():
        for parameter, value in zip(top.parameters(), mean, strict=True):
            parameter.copy_(value)
    top.eval()
    return top


def _steps(learnt: Sequence[Shelf], settings: Settings, draw: random.Random) -> list[list[_Group]]:
    """Every need once, a few shops a step."""
    groups: list[_Group] = []
    for shelf in learnt:
        needs = draw.sample(shelf.needs, len(shelf.needs))
        groups += [(shelf, needs[at : at + settings.needs]) for at in range(0, len(needs), settings.needs)]
    draw.shuffle(groups)
    return [groups[at : at + settings.shops] for at in range(0, len(groups), settings.shops)]


def _loss(top: Top, bound: Tensor, texts: Texts, step: Sequence[_Group], elsewhere: float) -> Tensor:
    starts: dict[str, int] = {}
    products: list[str] = []
    for shelf, _ in step:
        if shelf.name not in starts:
            starts[shelf.name] = len(products)
            products += shelf.products
    asked = [(shelf, need, place) for shelf, needs in step for need, place in needs]
    near = _SHARPNESS * texts(top, [need for _, need, _ in asked]) @ texts(top, products).T
    strange = torch.full_like(near, float("-inf"))
    right, sold = torch.full((len(asked),), len(products)), torch.full((len(asked),), _NOWHERE)
    for row, (shelf, _, place) in enumerate(asked):
        start = starts[shelf.name]
        strange[row, start : start + len(shelf.products)] = 0.0
        if place is not None:
            right[row] = sold[row] = start + place
    none = (_SHARPNESS * bound).expand(len(asked), 1)
    in_shop = cross_entropy(torch.cat([near + strange, none], 1), right)
    if bool((sold == _NOWHERE).all()):
        return in_shop
    return in_shop + elsewhere * cross_entropy(near, sold, ignore_index=_NOWHERE)


def judge(encoder: Encoder, held: Sequence[Shelf]) -> dict[str, float]:
    """Of needs that are met: how often what meets them comes first, and among the first three."""
    ranks: list[int] = []
    for shelf in held:
        sold = np.stack([_vector(encoder, text) for text in shelf.products])
        for need, place in shelf.needs:
            if place is not None:
                scores = sold @ _vector(encoder, need)
                ranks.append(int((scores > scores[place]).sum()))
    return {
        "num": len(ranks),
        "first": round(float(np.mean([rank < 1 for rank in ranks])), 3),
        "first_three": round(float(np.mean([rank < 3 for rank in ranks])), 3),
    }


def _vector(encoder: Encoder, text: str) -> NDArray[np.float32]:
    """(384,), of length one."""
    whole: NDArray[np.float32] = encoder.states(text).mean(axis=0)
    return whole / max(float(np.linalg.norm(whole)), 1e-12)


def save(top: Top, path: Path) -> None:
    """Write the layers in int8, as assistant/encoder.py puts them into the packaged graph."""
    save_file(top.packed(), path)
    path.chmod(0o644)


def main() -> None:
    if len(sys.argv) != 2:
        raise SystemExit("say where the weights are to be written: python -m finetune.need_training OUT.safetensors")
    learnt, held = shelves()
    save(train(learnt, Settings()), Path(sys.argv[1]))
    print(judge(Encoder.open(Path(sys.argv[1])), held))


if __name__ == "__main__":
    main()
