"""Puts a customer's mood around a question: authored openings and closings, in the customer's register.

Every shop draws from its own part of the lines, so two shops give different sets; the same shop and seed always the
same. What the answer says to a mood is the runtime's business (act/tone.py). Knows no shop's rows and no answer.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import UsageError
from finetune.questions import read_templates

FILE = Path(__file__).parent / "data" / "moods.txt"
EMOTIONS = {
    "angry": "anger", "worried": "fear", "sad": "sadness", "disgusted": "disgust", "delighted": "joy",
    "surprised": "surprise", "hurried": "neutral",
}  # fmt: skip
"""What the runtime's emotion head calls each mood; haste is no emotion."""
REGISTERS = ("", "c", "f")
_PART = 0.7
"""The share of the lines that one shop draws from."""
_GREETING = re.compile(
    r"(?:good (?:day|morning|afternoon|evening)|dear \w+|hello|hey|hi|hiya|yo)\b[,.! ]+", re.IGNORECASE
)
_CHOICE = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Mood:
    """A mood in the words of one customer: what is said before the question, or after it (one of them is empty)."""

    name: str
    before: str = ""
    after: str = ""

    def around(self, question: str) -> str:
        """The question as such a customer writes it."""
        if self.before:
            greeting = _GREETING.match(question)
            begun = greeting[0] if greeting else ""
            return f"{begun}{self.before} {question[len(begun) :]}"
        end = "" if question.endswith((".", "?", "!")) else "."
        return f"{question}{end} {self.after}"


class Moods:
    """The moods of one shop's customers; `share` of its conversations (0 to 1) have one.

    Raises UsageError for a file with a mood that isn't known, or a line that is neither an opening nor a closing.
    """

    def __init__(self, shop: str, share: float, seed: int, path: Path = FILE) -> None:
        self._share = share
        self._rng = random.Random(f"moods-{shop}-{seed}")
        self._lines = {
            (mood, register): self._part([line for r, line in lines if r == register])
            for mood, lines in _read(path).items()
            for register in REGISTERS
        }

    def _part(self, lines: list[str]) -> list[str]:
        return self._rng.sample(lines, max(1, round(_PART * len(lines)))) if lines else []

    def draw(self, register: str) -> Mood | None:
        """The mood of the next customer, who writes in this register; None for one in no mood."""
        if self._rng.random() >= self._share:
            return None
        name = self._rng.choice([mood for (mood, r), lines in self._lines.items() if r == register and lines])
        line = _CHOICE.sub(lambda m: self._rng.choice(m[1].split("|")), self._rng.choice(self._lines[name, register]))
        if line.endswith("..."):
            return Mood(name, before=line.removesuffix("...").strip())
        return Mood(name, after=line.removeprefix("...").strip())


def _read(path: Path) -> dict[str, list[tuple[str, str]]]:
    found = read_templates(path)
    for mood, lines in found.items():
        if mood not in EMOTIONS:
            raise UsageError(f"{path}: the mood [{mood}] isn't known; known are {', '.join(EMOTIONS)}")
        for _, line in lines:
            if line.endswith("...") == line.startswith("..."):
                raise UsageError(f"{path}: [{mood}] {line!r} must either end or begin with '...'")
    return found
