"""Trains the safety head (assistant/screen/head.py) and says how it does on texts and on sources it hasn't seen.

    python -m finetune.heads safety     # reads finetune/data/safety and, where they are there, the shared data sets

Two logistic regressions on the same features: harmful or not, and which category a harmful text is of. `backroom eval
safety` measures the result on the held-out third. Needs the `finetune` extra. Knows no torch.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression

from assistant.screen.head import CATEGORIES
from assistant.screen.plain import BUCKETS, pieces, plain
from assistant.shop.embed import DIMENSIONS, default_embedder
from finetune.safety_data import HAND_WRITTEN, OK, UNSURE, Example, authored, public, sampled

HEAD = Path(__file__).parents[1] / "assistant" / "screen" / "data" / "safety.safetensors"
MOST = {"hetpqa": 4000, "bitext": 1800, "multidogo": 800, "cucom": 3000, "tau1": 150, "inthewild_jailbreaks": 450}
"""Texts of a public source at most, so that none drowns the others."""
EMBEDDING_SCALE, PIECES_SCALE = 5.0, 9.0
_ENCODED = 600
OFFSET = 0.5
"""Log-odds at which the decision falls; chosen by four-fold cross-validation on the development texts."""


def examples(shared: Path) -> list[Example]:
    """Everything to train and test on."""
    return sampled([*authored(), *public(shared)], MOST)


def features(texts: Sequence[str]) -> csr_matrix:
    """Scaled embeddings beside scaled pieces: (num_texts, 384 + BUCKETS)."""
    dense = default_embedder().encode([t[:_ENCODED] for t in texts]) * EMBEDDING_SCALE
    rows: list[int] = []
    columns: list[int] = []
    values: list[float] = []
    for row, text in enumerate(texts):
        found = pieces(plain(text))
        rows += [row] * len(found)
        columns += found
        values += [PIECES_SCALE / np.sqrt(max(1, len(found)))] * len(found)
    spelled = csr_matrix((np.array(values, np.float32), (rows, columns)), shape=(len(texts), BUCKETS))
    return hstack([csr_matrix(dense), spelled], format="csr")


def weights_of(rows: Sequence[Example]) -> NDArray[np.float64]:
    """How much each example counts: harmful ones double, hand-written ones three times."""
    return np.array([(1.0 if e.label == OK else 2.0) * (3.0 if e.source in HAND_WRITTEN else 1.0) for e in rows])


def fit(inputs: csr_matrix, rows: Sequence[Example], strength: float = 2.0) -> tuple[Any, Any]:
    """The two regressions: harmful or not on all rows, the category on those whose category is known."""
    harmful = np.array([e.label != OK for e in rows])
    verdict = LogisticRegression(C=strength, max_iter=400)
    verdict.fit(inputs, harmful, sample_weight=weights_of(rows))
    known = np.array([e.label not in (OK, UNSURE) for e in rows])
    labels = np.array([CATEGORIES.index(e.label) if k else -1 for e, k in zip(rows, known, strict=True)])
    category = LogisticRegression(C=strength, max_iter=400, class_weight="balanced")
    category.fit(inputs[known], labels[known])
    return verdict, category


def save(verdict: Any, category: Any, out: Path = HEAD, offset: float = 0.0) -> None:
    """Write the head; `offset` is taken off the verdict's bias, so that the decision falls at 0."""
    both = np.concatenate([verdict.coef_, category.coef_])
    bias = np.concatenate([verdict.intercept_ - offset, category.intercept_])
    out.parent.mkdir(parents=True, exist_ok=True)
    weights = {
        "dense": (both[:, :DIMENSIONS] * EMBEDDING_SCALE).astype(np.float16),
        "hashed": (both[:, DIMENSIONS:].T * PIECES_SCALE).astype(np.float16),
        "bias": bias.astype(np.float32),
    }
    save_file({name: np.ascontiguousarray(w) for name, w in weights.items()}, out)
    out.chmod(0o644)


def train(shared: Path, *, out: Path = HEAD, offset: float = OFFSET) -> int:
    """Fit the head on everything that isn't held out, write it, and return the number of texts it saw."""
    rows = [e for e in examples(shared) if not e.held_out]
    verdict, category = fit(features([e.text for e in rows]), rows)
    save(verdict, category, out, offset)
    return len(rows)
