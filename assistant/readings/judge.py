"""Which way of taking a message leads to the answer that a customer wants: a small trained network over traits.

Every answer is weighed beside the one that the message's own reading leads to. Trained by finetune/reading_judge.py on
answers that were judged against the shops' data. Knows no requests and no plans.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file

from assistant.errors import ModelError

WEIGHTS = Path(__file__).parent / "data" / "judge.safetensors"
_CLIP = 5.0
Vector = NDArray[np.float32]


class Judge:
    """Two layers, read-only."""

    def __init__(self, tensors: dict[str, Vector]) -> None:
        self._mean, self._scale = tensors["mean"], tensors["scale"]  # (num_inputs,)
        self._first, self._first_bias = tensors["first.weight"], tensors["first.bias"]  # (hidden, num_inputs)
        self._last, self._last_bias = tensors["last.weight"], tensors["last.bias"]  # (1, hidden)

    @classmethod
    def open(cls, path: Path) -> Judge:
        """Raises ModelError when the weights are missing or broken."""
        try:
            return cls(load_file(path))
        except (OSError, SafetensorError, KeyError) as error:
            raise ModelError(f"{path} can't be read ({error}); reinstall Backroom") from error

    def weigh(self, seen: NDArray[np.float32]) -> Vector:
        """(num_answers, num_inputs), as `inputs` makes them -> (num_answers,): log odds that each answers."""
        values = np.clip((seen - self._mean) / self._scale, -_CLIP, _CLIP)
        hidden = np.maximum(values @ self._first.T + self._first_bias, 0.0)
        return np.asarray((hidden @ self._last.T + self._last_bias)[:, 0], np.float32)


def inputs(scene: Vector, answers: NDArray[np.float32], replies: Sequence[str]) -> NDArray[np.float32]:
    """What the network sees of each answer, (num_answers, num_inputs): itself, the first, the message, who else says
    the same."""
    count = len(answers)
    same = np.array([[reply == replies[0], replies.count(reply) / 5] for reply in replies], np.float32)
    return np.concatenate([answers, np.tile(answers[0], (count, 1)), np.tile(scene, (count, 1)), same], axis=1)


@lru_cache(maxsize=1)
def default_judge() -> Judge:
    """The weights that ship with the package, loaded once."""
    return Judge.open(WEIGHTS)
