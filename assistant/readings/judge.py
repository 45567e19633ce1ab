"""Which way of taking a message leads to the answer that a customer wants: a small trained network over traits.

Every answer is weighed beside the one that the message's own reading leads to. Before that is done, a network of the
same kind tells from the message and its first answer alone whether another look may be worth its while, and one that
does without what is dear to know tells which answers are worth knowing it of. Trained by finetune/reading_judge.py on
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
from assistant.readings.traits import NUM_TRAITS, READ

WEIGHTS = Path(__file__).parent / "data" / "judge.safetensors"
_CLIP = 5.0
_NUM_SAME = 2
Vector = NDArray[np.float32]


PARTS = ("", "quick.", "doubt.")
"""What the tensors of each network begin with: the judge's own, the one without what is dear, the one that doubts."""


class _Network:
    """Two layers, read-only."""

    def __init__(self, tensors: dict[str, Vector], part: str) -> None:
        self._mean, self._scale = tensors[f"{part}mean"], tensors[f"{part}scale"]  # (num_inputs,)
        self._first, self._first_bias = tensors[f"{part}first.weight"], tensors[f"{part}first.bias"]  # (hidden, inputs)
        self._last, self._last_bias = tensors[f"{part}last.weight"], tensors[f"{part}last.bias"]  # (1, hidden)

    def weigh(self, seen: NDArray[np.float32]) -> Vector:
        """(num, num_inputs) -> (num,): log odds."""
        values = np.clip((seen - self._mean) / self._scale, -_CLIP, _CLIP)
        hidden = np.maximum(values @ self._first.T + self._first_bias, 0.0)
        return np.asarray((hidden @ self._last.T + self._last_bias)[:, 0], np.float32)


class Judge:
    """The networks, read-only."""

    def __init__(self, tensors: dict[str, Vector]) -> None:
        self._own, self._quick, self._doubt = (_Network(tensors, part) for part in PARTS)

    @classmethod
    def open(cls, path: Path) -> Judge:
        """Raises ModelError when the weights are missing or broken."""
        try:
            return cls(load_file(path))
        except (OSError, SafetensorError, KeyError) as error:
            raise ModelError(f"{path} can't be read ({error}); reinstall Backroom") from error

    def weigh(self, seen: NDArray[np.float32]) -> Vector:
        """(num_answers, num_inputs), as `inputs` makes them -> (num_answers,): log odds that each answers."""
        return self._own.weigh(seen)

    def quickly(self, seen: NDArray[np.float32]) -> Vector:
        """The same without what is dear to know (`without_reading`), and less sure."""
        return self._quick.weigh(without_reading(seen))

    def doubt(self, seen: NDArray[np.float32]) -> float:
        """Log odds that the first answer is wrong where another would be right; of its inputs, (1, num_inputs)."""
        return float(self._doubt.weigh(of_first(seen))[0])


def of_first(seen: NDArray[np.float32]) -> NDArray[np.float32]:
    """What is known before any other answer is: (1, num_first), of the inputs of a message's answers."""
    return seen[:1, NUM_TRAITS:-_NUM_SAME]


def without_reading(seen: NDArray[np.float32]) -> NDArray[np.float32]:
    """The inputs as they are before the answers' own sentences are read."""
    found = seen.copy()
    for start in (0, NUM_TRAITS):
        found[:, start + READ.start : start + READ.stop] = 0.0
    return found


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
