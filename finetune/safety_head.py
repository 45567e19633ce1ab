"""Trains the safety head (assistant/screen/head.py): harmful or not, and which category a harmful text is of.

    python -m finetune.heads safety     # reads finetune/data/safety and, where they are there, the shared data sets

Eight minutes of one core, 2.5 GB of memory. `backroom eval safety` measures the result on the held-out third. Needs the
`finetune` extra. Knows no torch.
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
OFFSET = -1.1
"""Log-odds at which the decision falls; chosen on a quarter of the development texts left out, and on whole queries."""


def examples(shared: Path) -> list[Example]:
    """What is written for this and what is public of what it must tell apart, held-out texts included."""
    return sampled([*authored(), *public(shared)], MOST)


def lessons(shared: Path) -> list[Example]:
    """Everything that the head learns from: nothing held out, everyday talk too, a share of it typed in haste."""
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
    if example.source == "benign_deep":
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


def averaged(heads: Sequence[dict[str, Floats]]) -> dict[str, Floats]:

    one = {name: np.mean([h[name] for h in heads], axis=0) for name in ("hashed", "dense", "bias")}
    one["hidden"] = np.concatenate([h["hidden"] for h in heads], axis=1)
    one["hidden_bias"] = np.concatenate([h["hidden_bias"] for h in heads])
    halves = [np.split(h["out"] / len(heads), 2) for h in heads]
    one["out"] = np.concatenate([half[i] for i in (0, 1) for half in halves])
    return one


def save(arrays: dict[str, Floats], out: Path = HEAD, offset: float = 0.0) -> None:
    """Write the head; `offset` is taken off the verdict's bias, so that the decision falls at 0."""
    bias = arrays["bias"].copy()
    bias[0] -= offset
    weights = {name: np.ascontiguousarray(w.astype(np.float16)) for name, w in arrays.items()} | {"bias": bias}
    out.parent.mkdir(parents=True, exist_ok=True)
    save_file(weights, out)
    out.chmod(0o644)


def train(shared: Path, *, out: Path = HEAD, offset: float = OFFSET) -> int:
    """Fit the head on everything that isn't held out, write it, and return the number of texts it saw."""
    rows = lessons(shared)
    texts = [e.text for e in rows]
    save(fit(hashed(texts), States.of([t[:_ENCODED] for t in texts]), rows), out, offset)
    return len(rows)
