"""How well a line of the shop's texts answers a question, read by an encoder that was trained for just that.

Question and line are read each by itself (finetune/line_encoder.py says how they meet), so a line is read once for all
questions: what was read is remembered. Some 3 ms for a text that wasn't. Knows no features and no products.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assistant.encoder import Encoder

WEIGHTS = Path(__file__).parent / "data" / "line_reader.safetensors"
_CACHE_SIZE = 4096
_NUM_WORKERS = 2

Vector = NDArray[np.float32]


class _Read(NamedTuple):
    whole: Vector  # (384,), of length one
    tokens: NDArray[np.float16]  # (num_tokens, 384), each of length one; half as precise, as many are kept
    share: Vector  # (num_tokens,): how much each counts when this is the question


class LineReader:
    """The trained encoder with its head. Thread-safe; a line's score never depends on the lines beside it."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.linear: Vector = encoder.rest["linear.weight"]  # (num_features,), for standardised features
        self._weigh: Vector = encoder.rest["weigh"]  # (384,)
        self._nearness: Vector = encoder.rest["nearness"]  # of wholes, of tokens, always
        self._named: Vector = encoder.rest["named"]  # the same, more for an attribute
        self._bias = float(encoder.rest["linear.bias"][0])
        self._workers = ThreadPoolExecutor(_NUM_WORKERS, thread_name_prefix="lines")
        self._known: OrderedDict[str, _Read] = OrderedDict()
        self._lock = threading.Lock()

    @classmethod
    def open(cls, path: Path) -> LineReader:
        """Raises ModelError when the weights are missing or broken."""
        return cls(Encoder.open(path))

    def read(self, question: str, lines: Sequence[str], named: Sequence[bool]) -> Vector:
        """(num_lines,): how well each line answers, by reading alone. `named`: which are attributes."""
        asked, *told = self.remember([question, *lines])
        tokens = asked.tokens.astype(np.float32)
        found = np.zeros(len(lines), np.float32)
        for place, (line, attribute) in enumerate(zip(told, named, strict=True)):
            near = (tokens @ line.tokens.astype(np.float32).T).max(axis=1, initial=-1.0)
            parts = np.array([asked.whole @ line.whole, asked.share @ near, 1.0], np.float32)
            found[place] = parts @ self._nearness + (parts @ self._named if attribute else 0.0)
        return found + self._bias

    def remember(self, texts: Sequence[str]) -> list[_Read]:
        """What was read of each text; those that weren't are read now, several at a time."""
        found: dict[str, _Read] = {}
        with self._lock:
            for text in texts:
                if text in self._known:
                    self._known.move_to_end(text)
                    found[text] = self._known[text]
        new = [text for text in dict.fromkeys(texts) if text not in found]
        found |= zip(new, self._workers.map(self._read, new) if len(new) > 1 else map(self._read, new), strict=True)
        with self._lock:
            self._known |= {text: found[text] for text in new}
            while len(self._known) > _CACHE_SIZE:
                self._known.popitem(last=False)
        return [found[text] for text in texts]

    def _read(self, text: str) -> _Read:
        states = self._encoder.states(text)
        whole, tokens = states.mean(axis=0), states[1:-1]
        weighed = tokens @ self._weigh
        weight = np.exp(weighed - weighed.max(initial=-1e9))
        lengths = np.maximum(np.linalg.norm(tokens, axis=1, keepdims=True), 1e-12)
        return _Read(
            whole / max(float(np.linalg.norm(whole)), 1e-12),
            (tokens / lengths).astype(np.float16),
            weight / max(float(weight.sum()), 1e-12),
        )


@lru_cache(maxsize=1)
def default_reader() -> LineReader:
    """The process's one reader, loaded at the first call (about a third of a second)."""
    return LineReader.open(WEIGHTS)
