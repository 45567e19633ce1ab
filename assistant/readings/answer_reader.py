"""How well an answer answers a message in its talk, read by an encoder that sees all of it together.

    reader = AnswerReader.open(path)
    reader.read(Said("do you have tents?", "We have the Tarn 2 Tent."), "will it fit three", answers)   # log odds

What was said last, by the customer and by the assistant, then the message and then one answer are one text to the
encoder, each cut to its share (`parts`). Trained by finetune/answer_reader.py on answers that were judged against the
shops' data. Some 8 ms an answer; remembers nothing. Knows no shop and no requests.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assistant.encoder import Encoder

WEIGHTS = Path(__file__).parent / "data" / "answer_reader.safetensors"
_MOST = (20, 28, 44, 56)
"""How many tokens are read: of the last message, the last answer, the message, and the answer to it."""

Vector = NDArray[np.float32]


class Said(NamedTuple):
    """What was said last; both are empty where a talk begins."""

    message: str = ""
    answer: str = ""


def parts(before: Said, message: str, answer: str) -> list[tuple[str, int]]:
    """The parts of the text that is read, each with how many of its tokens are."""
    told = (*before, message, answer)
    return [(text, most) for text, most in zip(told, _MOST, strict=True) if text]


class AnswerReader:
    """The trained encoder with its head. Thread-safe; an answer's score never depends on the answers beside it."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._first, self._first_bias = encoder.rest["first.weight"], encoder.rest["first.bias"]  # (384, 384), (384,)
        self._last, self._last_bias = encoder.rest["last.weight"], encoder.rest["last.bias"]  # (1, 384), (1,)

    @classmethod
    def open(cls, path: Path) -> AnswerReader:
        """Raises ModelError when the weights are missing or broken."""
        return cls(Encoder.open(path))

    def read(self, before: Said, message: str, answers: Sequence[str]) -> Vector:
        """(num_answers,): log odds that each answers `message`."""
        return np.array([self._score(parts(before, message, answer)) for answer in answers], np.float32)

    def _score(self, text: list[tuple[str, int]]) -> float:
        hidden = np.tanh(self._first @ self._encoder.states_of(text)[0] + self._first_bias)
        return float((self._last @ hidden + self._last_bias)[0])


@lru_cache(maxsize=1)
def default_answer_reader() -> AnswerReader:
    """The process's one reader, loaded at the first call."""
    return AnswerReader.open(WEIGHTS)
