"""How harmful a text looks, and in which way: a small head over the encoder's states and the text's hashed pieces.

The mean of the tokens' states is the sentence embedding, which tells what a text is about; the states one by one tell
what a single word in it means there ("shoot" a photo, or somebody). One run of the encoder gives both.
Two heads of this form ship: one by finetune/safety_head.py on the packaged encoder's states, one that was trained with
its encoder (finetune/message_bundle.py). Kept as safetensors. Read-only, shared by all threads. Knows no policy.
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
EMBEDDING_SCALE, PIECES_SCALE = 5.0, 1.0
"""Lengths to which the embedding and the pieces are brought, in training as here."""
_WEIGHTS = Path(__file__).parent / "data" / "safety.safetensors"


class SafetyHead:
    """Scores are log-odds that a text is harmful: above 0 it is more likely than not, as trained.

    scores = the pieces' share + dense @ embedding + out @ what a layer of rectified units makes of every token's state:
    the largest of each unit over the tokens, and the mean.
    """

    def __init__(self, weights: dict[str, NDArray[np.float32]]) -> None:
        self._hashed = weights["hashed"].astype(np.float32)  # (BUCKETS, 1 + num_categories)
        self._dense = weights["dense"].astype(np.float32)  # (384, 1 + num_categories)
        self._hidden = weights["hidden"].astype(np.float32)  # (384, num_units)
        self._hidden_bias = weights["hidden_bias"].astype(np.float32)  # (num_units,)
        self._out = weights["out"].astype(np.float32)  # (2 * num_units, 1 + num_categories)
        self._bias = weights["bias"].astype(np.float32)  # (1 + num_categories,)

    def of_pieces(self, text: str) -> NDArray[np.float32]:
        """What a plain text's pieces add to the scores: the verdict first, then one per category."""
        found = pieces(text)
        scale = PIECES_SCALE / max(1.0, np.sqrt(len(found)))
        return np.asarray(self._hashed[found].sum(axis=0) * scale, np.float32)

    def scores(self, of_pieces: NDArray[np.float32], states: NDArray[np.float32]) -> NDArray[np.float32]:
        """The scores of a text, from its pieces' share and its tokens' states (num_tokens, 384)."""
        if not len(states):
            return np.asarray(of_pieces + self._bias, np.float32)
        units = np.maximum(states @ self._hidden + self._hidden_bias, 0)
        mean = states.mean(axis=0)
        embedding = EMBEDDING_SCALE * mean / (np.linalg.norm(mean) + 1e-9)
        pooled = np.concatenate([units.max(axis=0), units.mean(axis=0)])
        return np.asarray(of_pieces + self._bias + embedding @ self._dense + pooled @ self._out, np.float32)

    @staticmethod
    def category(scores: NDArray[np.float32]) -> str:
        """The most likely category, should the text be harmful."""
        return CATEGORIES[int(scores[1:].argmax())]


class Words:
    """The log-odds that a text is harmful by its words alone, for texts that aren't worth a run of an encoder."""

    def __init__(self, weights: dict[str, NDArray[np.float32]]) -> None:
        self._words = weights["words"].astype(np.float32)  # (BUCKETS,)
        self._bias = float(weights["words_bias"][0])

    def of(self, text: str) -> float:
        """The log-odds of a plain text."""
        found = pieces(text)
        return float(self._words[found].sum()) * PIECES_SCALE / max(1.0, float(np.sqrt(len(found)))) + self._bias


@lru_cache(maxsize=1)
def default_head() -> SafetyHead:
    """The head for the packaged encoder's states, loaded once."""
    return SafetyHead(load_file(_WEIGHTS))
