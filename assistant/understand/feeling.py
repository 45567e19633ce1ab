"""How a customer feels, from one message: a small head over the encoder's states and the message's words and letters.

Trained by finetune/emotion.py, stored as safetensors. The tokens' states (assistant/messages.py: of the encoder that
was trained on messages, which screening runs anyway) tell what is meant ("still nothing, three weeks"); hashed n-grams
of words and letters what the encoder doesn't see ("!!", "ugh", "gutted"). Costs under a millisecond beside that run.
Knows no shop and no dialogue: tone.py decides what follows.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open

EMOTIONS = ("anger", "disgust", "fear", "joy", "sadness", "surprise", "neutral")
"""The labels in the order of the head's outputs: Ekman's six, and neutral last."""

NUM_BUCKETS = 1 << 17
MAX_CHARS = 600
"""Only so much of a message is looked at: a feeling is told early, and n-grams cost time."""

_OVER_NEUTRAL = 0.6
"""How probable an emotion must be beside neutral. A product question that sounds like fear or anger is none."""

_HEAD = Path(__file__).parent / "data" / "emotion.safetensors"
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*|[!?]+|[^\w\s]")

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Feeling:
    """What a message tells of its writer's mood. `strength` is 0 (none) to 1: the emotion's share against neutral."""

    emotion: str = "neutral"
    strength: float = 0.0
    scores: tuple[float, ...] = ()
    """The probability of each of EMOTIONS by itself; empty where nothing was looked at."""


NEUTRAL = Feeling()


def buckets(text: str) -> NDArray[np.int64]:
    """The hashed features of `text`: word 1- and 2-grams and letter 2- to 5-grams within words, each bucket once."""
    text = text[:MAX_CHARS].replace("\u2019", "'")
    words = _WORD.findall(text.lower())
    grams = [f"w{w}" for w in words]
    grams += [f"b{a} {b}" for a, b in pairwise(words)]
    for word in set(words):
        padded = f" {word} "
        grams += [f"c{padded[i : i + n]}" for n in (3, 4, 5) for i in range(len(padded) - n + 1)]
    loud = sum(w.isupper() and len(w) > 2 for w in re.findall(r"[A-Za-z]+", text))
    grams += ["loud"] * (loud > 1)
    # not np.unique: its first call imports numpy.ma, which a first customer would wait for
    return np.array(sorted({zlib.crc32(g.encode()) % NUM_BUCKETS for g in grams} or {0}), dtype=np.int64)


class EmotionHead:
    """Scores the emotions of a message. Read-only, shared by all threads.

    logits = the buckets' rows, each weighed by its rarity and all brought to length one, plus what a layer of rectified
    units makes of every token's state: the largest of each unit over the tokens, and the mean. Each emotion has a
    threshold of its own, chosen on development data.
    """

    def __init__(self, tensors: dict[str, Floats]) -> None:
        self._rows = tensors["rows"].astype(np.float32)  # (NUM_BUCKETS, 7)
        self._rarity = tensors["rarity"].astype(np.float32)  # (NUM_BUCKETS,)
        self._hidden = tensors["hidden"].astype(np.float32)  # (384, num_units)
        self._hidden_bias = tensors["hidden_bias"].astype(np.float32)  # (num_units,)
        self._out = tensors["out"].astype(np.float32)  # (2 * num_units, 7)
        self._bias = tensors["bias"].astype(np.float32)  # (7,)
        self._thresholds = tensors["thresholds"].astype(np.float32)  # (7,)

    @classmethod
    def load(cls, path: Path = _HEAD) -> EmotionHead:
        with safe_open(str(path), framework="np") as file:
            return cls({name: file.get_tensor(name) for name in file.keys()})  # noqa: SIM118

    def probabilities(self, text: str, states: Floats) -> Floats:
        """Each emotion's own probability for `text` and its tokens' states (num_tokens, 384) -> (7,)."""
        found = buckets(text)
        weights = self._rarity[found]
        weights = weights / max(float(np.linalg.norm(weights)), 1e-6)
        logits = self._bias + weights @ self._rows[found]
        if len(states):
            units = np.maximum(states @ self._hidden + self._hidden_bias, 0)
            logits = logits + np.concatenate([units.max(axis=0), units.mean(axis=0)]) @ self._out
        probabilities: Floats = (1.0 / (1.0 + np.exp(-logits))).astype(np.float32)
        return probabilities

    def feel(self, text: str, states: Floats) -> Feeling:
        """The one emotion that stands out most above its threshold, neutral when none does."""
        p = self.probabilities(text, states)
        scores = tuple(round(float(x), 4) for x in p)
        above = p[:-1] - self._thresholds[:-1]
        best = int(above.argmax())
        if above[best] <= 0 or p[best] < _OVER_NEUTRAL * p[-1]:
            return Feeling("neutral", 0.0, scores)
        strength = float(p[best] / (p[best] + p[-1]))
        return Feeling(EMOTIONS[best], round(strength, 3), scores)


@lru_cache(maxsize=1)
def default_head() -> EmotionHead:
    """The head that ships with the package, loaded once."""
    return EmotionHead.load()
