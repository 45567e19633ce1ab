"""Trains the emotion head: GoEmotions' Ekman classes and a shop's own messages, on embeddings and hashed n-grams.

    python -m finetune.heads emotion [--data ../shared/data/goemotions/ekman]

One small network (assistant/understand/feeling.py says which), every emotion a yes or no of its own, since a message
may hold several. Plain numpy, Adam, seconds per epoch. The last epochs run at falling rates; thresholds are those of
the best F1 per emotion on GoEmotions' dev part. Saved as safetensors, never pickle. Needs no torch.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file
from scipy import sparse
from sklearn.metrics import f1_score

from assistant.shop.embed import default_embedder
from assistant.understand.feeling import EMOTIONS, NUM_BUCKETS, buckets

Floats = NDArray[np.float32]

_SHOP_WEIGHT = 6.0
"""How much a shop's message counts beside one of GoEmotions: there are few, and they are what the head is for."""


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


@dataclass
class Network:
    """The head while it is trained; the arrays are those of `feeling.EmotionHead`, transposed for products."""

    seed: int = 0
    num_hidden: int = 256
    dropout: float = 0.3
    rows: Adam = field(init=False)
    hidden: Adam = field(init=False)
    hidden_bias: Adam = field(init=False)
    out: Adam = field(init=False)
    bias: Adam = field(init=False)

    def __post_init__(self) -> None:
        self._random = np.random.default_rng(self.seed)
        num = len(EMOTIONS)
        scaled = self._random.normal(size=(384, self.num_hidden)).astype(np.float32)
        self.rows = Adam(np.zeros((NUM_BUCKETS, num), np.float32), 0.05)
        self.hidden = Adam(0.5 * scaled, 3e-3)
        self.hidden_bias = Adam(np.zeros(self.num_hidden, np.float32), 3e-3)
        self.out = Adam(0.05 * self._random.normal(size=(self.num_hidden, num)).astype(np.float32), 3e-3)
        self.bias = Adam(np.full(num, -2.0, np.float32), 1e-2)

    def probabilities(self, grams: sparse.csr_matrix, embeddings: Floats) -> Floats:
        """(N, NUM_BUCKETS), (N, 384) -> (N, 7)"""
        units = np.tanh(embeddings @ self.hidden.value + self.hidden_bias.value)
        return _sigmoid(self.bias.value + grams @ self.rows.value + units @ self.out.value)

    def learn(
        self, grams: sparse.csr_matrix, embeddings: Floats, data: Labelled, order: NDArray[np.int64], scale: float
    ) -> None:
        """One pass over the texts in `order`, 512 at a time, at `scale` times the base rates."""
        for at in range(0, len(order), 512):
            batch = order[at : at + 512]
            x, e, y = grams[batch], embeddings[batch], data.emotions[batch]
            units = np.tanh(e @ self.hidden.value + self.hidden_bias.value)
            kept = (self._random.random(units.shape) > self.dropout) / (1 - self.dropout)
            dropped = (units * kept).astype(np.float32)
            logits = self.bias.value + x @ self.rows.value + dropped @ self.out.value
            slope = ((_sigmoid(logits) - y) * data.weights[batch, None] / len(batch)).astype(np.float32)
            back = ((slope @ self.out.value.T) * kept * (1 - units**2)).astype(np.float32)
            self.rows.step(np.asarray(x.T @ slope) + 1e-6 * self.rows.value, scale)
            self.out.step(dropped.T @ slope + 1e-5 * self.out.value, scale)
            self.hidden.step(e.T @ back + 1e-6 * self.hidden.value, scale)
            self.hidden_bias.step(back.sum(axis=0), scale)
            self.bias.step(slope.sum(axis=0), scale)

    def train(self, grams: sparse.csr_matrix, embeddings: Floats, data: Labelled, num_epochs: int = 5) -> None:
        for epoch in range(num_epochs):
            left = num_epochs - epoch
            scale = 0.1 if left == 1 else 0.3 if left == 2 else 1.0
            self.learn(grams, embeddings, data, self._random.permutation(len(data.texts)), scale)

    def save(self, path: Path, rarity: Floats, thresholds: Floats) -> None:
        """Write the head as `feeling.EmotionHead.load` reads it; rows and rarities in half precision."""
        path.parent.mkdir(parents=True, exist_ok=True)
        tensors = {
            "rows": self.rows.value.astype(np.float16),
            "rarity": rarity.astype(np.float16),
            "hidden": self.hidden.value.T.astype(np.float16),
            "hidden_bias": self.hidden_bias.value,
            "out": np.ascontiguousarray(self.out.value.T),
            "bias": self.bias.value,
            "thresholds": thresholds.astype(np.float32),
        }
        save_file({name: np.ascontiguousarray(value) for name, value in tensors.items()}, path)


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
    encode = default_embedder().encode
    grams, rarity = features(data.texts)
    network = Network()
    network.train(grams, encode(data.texts), data)
    probabilities = network.probabilities(features(dev.texts, rarity)[0], encode(dev.texts))
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
