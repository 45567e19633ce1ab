"""Trains the emotion head: GoEmotions' Ekman classes and a shop's own messages, on token states and hashed n-grams.

    python -m finetune.heads emotion    # five minutes of one core, 1 GB of memory

The states are those of the encoder of messages (assistant/messages.py): once that is trained anew, so must this be.
Plain questions (finetune/data/acts) are learnt as neutral, or a shop's customers would sound surprised.

One small network (assistant/understand/feeling.py says which), every emotion a yes or no of its own, since a message
may hold several. Plain numpy and Adam, four passes, the last two at falling rates; thresholds are those of the best F1
per emotion on GoEmotions' dev part. Saved as safetensors, never pickle. Needs no torch.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file
from scipy import sparse
from sklearn.metrics import f1_score

from assistant.messages import states_of
from assistant.understand.feeling import EMOTIONS, NUM_BUCKETS, buckets
from finetune.acts_head import slipped

Floats = NDArray[np.float32]

_SHOP_WEIGHT = 8.0
"""How much a shop's message counts beside one of GoEmotions: there are few, and they are what the head is for."""
_PLAIN_WEIGHT = 3.0
"""How much a plain question counts beside a text of GoEmotions."""
_PLAIN = frozenset(
    "search details options price availability stock compare cheapest most_expensive best_rated newest superlative "
    "policy promotion order".split()
)
"""Acts that tell no feeling."""
_RATES = (1.0, 1.0, 0.3, 0.1)  # of the passes over the data; more passes lose on what was not seen
_DECAY = 1e-5  # of the n-grams' rows; at a tenth of it the head is four points of macro-F1 worse
_STATE_LENGTH = 7.6  # the usual length of a token's state


@dataclass(frozen=True)
class Labelled:
    """Texts with, for each of EMOTIONS, whether it is there (N, 7), and how much each text counts (N,)."""

    texts: list[str]
    emotions: Floats
    weights: Floats


def read_goemotions(path: Path) -> Labelled:
    """A part of GoEmotions in its Ekman form: text, comma-separated label numbers of labels.txt, id; tab-separated."""
    names = (path.parent / "labels.txt").read_text(encoding="utf-8").split()
    texts, rows = [], []
    for line in path.read_text(encoding="utf-8").splitlines():
        text, numbers, _ = line.split("\t")
        there = {names[int(n)] for n in numbers.split(",")}
        texts.append(text)
        rows.append([float(e in there) for e in EMOTIONS])
    return Labelled(texts, np.array(rows, np.float32), np.ones(len(texts), np.float32))


def from_shop(texts: list[str], labels: list[str]) -> Labelled:
    """A shop's messages, one emotion each."""
    rows = [[float(label == e) for e in EMOTIONS] for label in labels]
    return Labelled(texts, np.array(rows, np.float32), np.full(len(texts), _SHOP_WEIGHT, np.float32))


def plain(texts: list[str], acts: list[str]) -> Labelled:
    """Customers' questions of the neutral acts, half of them typed in a hurry: no emotion at all."""
    draw = random.Random(0)
    found = list(dict.fromkeys(t.replace("*", "") for t, act in zip(texts, acts, strict=True) if act in _PLAIN))
    found = [slipped(t, draw) if draw.random() < 0.5 else t for t in found]
    neutral = np.array([[float(e == "neutral") for e in EMOTIONS]] * len(found), np.float32)
    return Labelled(found, neutral, np.full(len(found), _PLAIN_WEIGHT, np.float32))


def together(*parts: Labelled) -> Labelled:
    return Labelled(
        [t for p in parts for t in p.texts],
        np.concatenate([p.emotions for p in parts]),
        np.concatenate([p.weights for p in parts]),
    )


def features(texts: list[str], rarity: Floats | None = None) -> tuple[sparse.csr_matrix, Floats]:
    """The weighed n-gram features of `texts` (N, NUM_BUCKETS), each row of length one, and the rarities used.

    `rarity` None: learned from these texts, log((1 + N) / (1 + number of texts with it)) + 1.
    """
    found = [buckets(t) for t in texts]
    ends = np.cumsum([0] + [len(f) for f in found])
    columns = np.concatenate(found)
    if rarity is None:
        counts = np.bincount(columns, minlength=NUM_BUCKETS)
        rarity = (np.log((1 + len(texts)) / (1 + counts)) + 1).astype(np.float32)
    matrix = sparse.csr_matrix((rarity[columns], columns, ends), (len(texts), NUM_BUCKETS))
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    return sparse.diags(1 / np.maximum(lengths, 1e-6)).dot(matrix).tocsr().astype(np.float32), rarity


@dataclass
class Adam:
    """Adam on one array, changed in place."""

    value: Floats
    rate: float
    m: Any = 0.0
    v: Any = 0.0
    steps: int = 0

    def step(self, gradient: Floats, scale: float) -> None:
        """One step at `scale` times the base rate."""
        self.steps += 1
        self.m = 0.9 * self.m + 0.1 * gradient
        self.v = 0.999 * self.v + 0.001 * gradient**2
        rate = self.rate * scale
        ahead = (self.m / (1 - 0.9**self.steps)) / (np.sqrt(self.v / (1 - 0.999**self.steps)) + 1e-8)
        self.value -= (rate * ahead).astype(np.float32)


@dataclass(frozen=True)
class States:
    """The encoder's states of many texts: all their tokens in one array, text i's from `starts[i]`."""

    tokens: NDArray[np.float16]  # (num_tokens, 384), in half precision for there are many
    starts: NDArray[np.int64]  # (num_texts + 1,)

    @classmethod
    def of(cls, texts: list[str], read: Callable[[str], Floats]) -> States:
        """Runs the encoder `read` over `texts`: about 4 ms of CPU each. A text without tokens gets one of zeros."""
        found = [states if len(states) else np.zeros((1, 384), np.float32) for states in map(read, texts)]
        starts = np.cumsum([0] + [len(states) for states in found])
        return cls(np.concatenate([states.astype(np.float16) for states in found]), starts)

    def batch(self, texts: NDArray[np.int64]) -> tuple[Floats, NDArray[np.int64]]:
        """The states of some texts, one after the other, and how many each has."""
        parts = [self.tokens[self.starts[i] : self.starts[i + 1]] for i in texts]
        return np.concatenate(parts).astype(np.float32), np.array([len(part) for part in parts])


@dataclass
class Network:
    """The head while it is trained; the arrays are those of `feeling.EmotionHead`."""

    seed: int = 0
    num_units: int = 256
    dropout: float = 0.4
    rows: Adam = field(init=False)
    hidden: Adam = field(init=False)
    hidden_bias: Adam = field(init=False)
    out: Adam = field(init=False)
    bias: Adam = field(init=False)

    def __post_init__(self) -> None:
        self._random = np.random.default_rng(self.seed)
        num = len(EMOTIONS)
        first = self._random.normal(size=(384, self.num_units)).astype(np.float32) / _STATE_LENGTH
        second = 0.05 * self._random.normal(size=(2 * self.num_units, num)).astype(np.float32)
        self.rows = Adam(np.zeros((NUM_BUCKETS, num), np.float32), 0.02)
        self.hidden = Adam(first, 5e-3)
        self.hidden_bias = Adam(np.zeros(self.num_units, np.float32), 2e-3)
        self.out = Adam(second, 2e-3)
        self.bias = Adam(np.full(num, -2.0, np.float32), 1e-2)

    def probabilities(self, grams: sparse.csr_matrix, states: States) -> Floats:
        """(N, NUM_BUCKETS) and the states of N texts -> (N, 7)"""
        out = []
        for batch in np.array_split(np.arange(grams.shape[0]), max(1, grams.shape[0] // 512)):
            _, pooled = self._units(*states.batch(batch))
            out.append(_sigmoid(self.bias.value + grams[batch] @ self.rows.value + pooled @ self.out.value))
        return np.concatenate(out)

    def _units(self, tokens: Floats, counts: NDArray[np.int64]) -> tuple[Floats, Floats]:
        """The units of every token (num_tokens, num_units), and of every text their largest and their mean."""
        units = np.maximum(tokens @ self.hidden.value + self.hidden_bias.value, 0)
        starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
        largest = np.maximum.reduceat(units, starts, axis=0)
        mean = np.add.reduceat(units, starts, axis=0) / counts[:, None].astype(np.float32)
        return units, np.hstack([largest, mean]).astype(np.float32)

    def learn(self, grams: sparse.csr_matrix, states: States, data: Labelled, scale: float) -> None:
        """One pass over all texts in random order, 256 at a time, at `scale` times the base rates."""
        order = self._random.permutation(len(data.texts))
        for at in range(0, len(order), 256):
            batch = order[at : at + 256]
            x, (tokens, counts) = grams[batch], states.batch(batch)
            units, pooled = self._units(tokens, counts)
            kept = ((self._random.random(pooled.shape) > self.dropout) / (1 - self.dropout)).astype(np.float32)
            logits = self.bias.value + x @ self.rows.value + (pooled * kept) @ self.out.value
            errors = _sigmoid(logits) - data.emotions[batch]
            slope = (errors * data.weights[batch, None] / len(batch)).astype(np.float32)
            back = self._back(units, pooled, counts, (slope @ self.out.value.T) * kept)
            self.rows.step(np.asarray(x.T @ slope) + _DECAY * self.rows.value, scale)
            self.out.step((pooled * kept).T @ slope + _DECAY * self.out.value, scale)
            self.hidden.step(tokens.T @ back, scale)
            self.hidden_bias.step(back.sum(axis=0), scale)
            self.bias.step(slope.sum(axis=0), scale)

    def _back(self, units: Floats, pooled: Floats, counts: NDArray[np.int64], slope: Floats) -> Floats:
        """The slope at every token's units, from that at the texts' largest and mean."""
        text_of = np.repeat(np.arange(len(counts)), counts)
        largest, mean = np.split(slope, 2, axis=1)
        is_largest = units == pooled[text_of, : self.num_units]
        back: Floats = (mean / counts[:, None])[text_of] + is_largest * largest[text_of]
        return (back * (units > 0)).astype(np.float32)

    def train(self, grams: sparse.csr_matrix, states: States, data: Labelled) -> None:
        for scale in _RATES:
            self.learn(grams, states, data, scale)

    def save(self, path: Path, rarity: Floats, thresholds: Floats) -> None:
        """Write the head as `feeling.EmotionHead.load` reads it; the large arrays in half precision."""
        path.parent.mkdir(parents=True, exist_ok=True)
        tensors = {
            "rows": self.rows.value.astype(np.float16),
            "rarity": rarity.astype(np.float16),
            "hidden": self.hidden.value.astype(np.float16),
            "hidden_bias": self.hidden_bias.value,
            "out": self.out.value,
            "bias": self.bias.value,
            "thresholds": thresholds.astype(np.float32),
        }
        save_file({name: np.ascontiguousarray(value) for name, value in tensors.items()}, path)
        path.chmod(0o644)


def best_thresholds(probabilities: Floats, emotions: Floats) -> Floats:
    """For each emotion the threshold of best F1 (N, 7), (N, 7) -> (7,)."""
    steps = np.linspace(0.05, 0.9, 86)
    scores = [[f1_score(emotions[:, k] > 0.5, probabilities[:, k] > t) for t in steps] for k in range(len(EMOTIONS))]
    best: Floats = steps[np.argmax(scores, axis=1)].astype(np.float32)
    return best


def train(data: Labelled, dev: Labelled, out: Path) -> float:
    """Fit a head on `data`, write it to `out`, and return its macro-F1 on `dev`.

    Each half of `dev` is judged with the thresholds of the other half; the head is saved with those of the whole.
    """
    grams, rarity = features(data.texts)
    network = Network()
    network.train(grams, States.of(data.texts, states_of), data)
    probabilities = network.probabilities(features(dev.texts, rarity)[0], States.of(dev.texts, states_of))
    network.save(out, rarity, best_thresholds(probabilities, dev.emotions))
    return macro_f1(probabilities, dev.emotions)


def macro_f1(probabilities: Floats, emotions: Floats) -> float:
    """The mean F1 over EMOTIONS of both halves of a set, each with the thresholds that fit the other half best."""
    even = np.arange(len(emotions)) % 2 == 0
    predicted = np.zeros(emotions.shape, bool)
    for half in (even, ~even):
        predicted[~half] = probabilities[~half] > best_thresholds(probabilities[half], emotions[half])
    return float(f1_score(emotions > 0.5, predicted, average="macro"))


def _sigmoid(x: Floats) -> Floats:
    return (1 / (1 + np.exp(-x))).astype(np.float32)
