"""Which act a customer's clause is: a linear head on its sentence embedding, trained by finetune/heads.py.

Sees a clause in which the shop's names have been replaced ("how much is the item in blue"), so that one head serves
every shop. Knows no products and no dialogue: reading.py weighs its answer against what was linked.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Encode = Callable[[Sequence[str]], NDArray[np.float32]]

_HEAD = Path(__file__).parent / "data" / "acts.json"


class ActHead:
    """Logistic regression over sentence embeddings. Read-only, shared by all threads."""

    def __init__(self, labels: Sequence[str], weights: NDArray[np.float32], bias: NDArray[np.float32]) -> None:
        self.labels = tuple(labels)
        self._weights = weights  # (num_labels, embedding)
        self._bias = bias  # (num_labels,)

    @classmethod
    def load(cls, path: Path = _HEAD) -> ActHead:
        data = json.loads(path.read_text(encoding="utf-8"))
        return cls(data["labels"], np.array(data["weights"], np.float32), np.array(data["bias"], np.float32))

    def probabilities(self, embedding: NDArray[np.float32]) -> dict[str, float]:
        """Label -> probability for one embedding (embedding,)."""
        scores = self._weights @ embedding + self._bias
        scores = np.exp(scores - scores.max())
        scores /= scores.sum()
        return {label: float(p) for label, p in zip(self.labels, scores, strict=True)}


@lru_cache(maxsize=1)
def default_head() -> ActHead:
    """The head that ships with the package, loaded once."""
    return ActHead.load()
