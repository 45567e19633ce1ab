"""How harmful a text looks, and in which way: a linear head over its sentence embedding and its hashed pieces.

Trained by finetune/safety_head.py, kept as safetensors. Read-only, shared by all threads. Knows no policy: judge.py
decides what follows from a score.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from assistant.screen.plain import pieces

CATEGORIES = (
    "violence",
    "weapons",
    "self_harm",
    "sexual",
    "minors",
    "hate",
    "illegal_goods",
    "fraud",
    "medical_legal",
    "abuse",
    "injection",
)
_WEIGHTS = Path(__file__).parent / "data" / "safety.safetensors"


class SafetyHead:
    """Scores are log-odds that a text is harmful: above 0 it is more likely than not, as trained."""

    def __init__(self, weights: dict[str, NDArray[np.float32]]) -> None:
        self._dense = weights["dense"].astype(np.float32)  # (1 + num_categories, embedding)
        self._hashed = weights["hashed"].astype(np.float32)  # (BUCKETS, 1 + num_categories)
        self._bias = weights["bias"].astype(np.float32)  # (1 + num_categories,)

    def of_pieces(self, text: str) -> NDArray[np.float32]:
        """What a plain text's pieces add to the scores: the verdict first, then one per category."""
        found = pieces(text)
        return np.asarray(self._hashed[found].sum(axis=0) / max(1.0, np.sqrt(len(found))), np.float32)

    def scores(self, of_pieces: NDArray[np.float32], embedding: NDArray[np.float32]) -> NDArray[np.float32]:
        """The scores of a text, from its pieces' share and its embedding (embedding,)."""
        return np.asarray(self._dense @ embedding + of_pieces + self._bias, np.float32)

    @staticmethod
    def category(scores: NDArray[np.float32]) -> str:
        """The most likely category, should the text be harmful."""
        return CATEGORIES[int(scores[1:].argmax())]


@lru_cache(maxsize=1)
def default_head() -> SafetyHead:
    """The head that ships with the package, loaded once."""
    return SafetyHead(load_file(_WEIGHTS))
