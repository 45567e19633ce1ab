"""A small trained classifier over sentence embeddings and words: which of its labels a short text is.

Trained and written by finetune/heads.py as JSON; reading one runs no code. Knows no labels of its own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.language import stems

Encode = Callable[[Sequence[str]], NDArray[np.float32]]


def word_features(text: str) -> set[str]:
    """The stems of a clause and its pairs of neighbours, the edges marked: "how much" -> {"how", "how much", ...}."""
    words = list(stems(text))
    return {*words, *(f"{a} {b}" for a, b in pairwise(["^", *words, "$"]))}


class LinearHead:
    """Logistic regression over sentence embeddings and known words. Read-only, shared by all threads."""

    def __init__(
        self,
        labels: Sequence[str],
        weights: NDArray[np.float32],
        bias: NDArray[np.float32],
        words: Mapping[str, int] | None = None,
        scale: float = 0.0,
    ) -> None:
        self.labels = tuple(labels)
        self._weights = weights  # (num_labels, embedding + num_words)
        self._bias = bias  # (num_labels,)
        self._words = words or {}  # word feature -> its column behind the embedding's
        self._scale = scale  # the value of a word that is there

    @classmethod
    def load(cls, path: Path) -> LinearHead:
        data = json.loads(path.read_text(encoding="utf-8"))
        words = {word: at for at, word in enumerate(data.get("words", ()))}
        weights, bias = np.array(data["weights"], np.float32), np.array(data["bias"], np.float32)
        return cls(data["labels"], weights, bias, words, float(data.get("scale", 0.0)))

    def probabilities(self, embedding: NDArray[np.float32], text: str = "") -> dict[str, float]:
        """Label -> probability for one clause: its embedding (embedding,) and the text that was embedded."""
        size = embedding.shape[0]
        scores = self._weights[:, :size] @ embedding + self._bias
        columns = [size + self._words[w] for w in word_features(text) if w in self._words]
        if columns:
            scores = scores + self._scale * self._weights[:, columns].sum(axis=1)
        scores = np.exp(scores - scores.max())
        scores /= scores.sum()
        return {label: float(p) for label, p in zip(self.labels, scores, strict=True)}
