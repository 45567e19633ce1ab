"""The answers that tests/bench/bench_readings.py kept: every way to take a message, answered and judged.

    messages = read([Path("answers.npz")])      # with the texts that lie beside it, answers.jsonl

Trains nothing.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.readings.answer_reader import Said

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Message:
    """The answers to one message: what the judge sees of each, (num_answers, num_inputs), which of them are right
    (num_answers,), and their texts."""

    split: str
    inputs: Floats
    right: NDArray[np.bool_]
    wrong: NDArray[np.bool_]
    """Which state something untrue."""
    before: Said = field(default_factory=Said)
    say: str = ""
    answers: tuple[str, ...] = ()

    @property
    def distinct(self) -> list[int]:
        """The places of the answers that say something of their own; of those that say the same, the first."""
        return sorted({text: at for at, text in reversed(list(enumerate(self.answers)))}.values())


def read(paths: Sequence[Path]) -> list[Message]:
    """The messages of files that bench_readings.py wrote, one after the other."""
    return [message for path in paths for message in _of_file(path)]


def _of_file(path: Path) -> list[Message]:
    data = dict(np.load(path).items())  # each unpacked once, not message by message
    told = [json.loads(line) for line in path.with_suffix(".jsonl").read_text("utf-8").splitlines()]
    ends = np.cumsum(data["count"])
    found = []
    for split, a, b, row in zip(data["split"], [0, *ends[:-1]], ends, told, strict=True):
        before = Said(*row["before"])
        answers = tuple(text for _, _, text in row["ways"])
        inputs = data["inputs"][a:b].astype(np.float32)
        found.append(Message(str(split), inputs, data["right"][a:b], data["wrong"][a:b], before, row["say"], answers))
    return found
