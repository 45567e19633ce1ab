"""The network behind the safety head while it is trained: what assistant/screen/head.py computes, and its slopes.

Plain numpy and Adam, as finetune/emotion.py does it. Two losses on the same layers: harmful or not, and which category
a harmful text is of. Knows no files and no sources of texts.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from assistant.screen.head import CATEGORIES, EMBEDDING_SCALE
from assistant.screen.plain import BUCKETS
from finetune.emotion import Adam, Floats, States

_OUTPUTS = 1 + len(CATEGORIES)
_STATE_LENGTH = 7.6  # the usual length of a token's state
_CATEGORY_SHARE = 0.5  # of the category's loss beside the verdict's
_BATCH = 256


@dataclass(frozen=True)
class Labelled:
    """What is known of N texts: harmful or not, the category's number (-1: unknown), how much each text counts."""

    harmful: Floats  # (N,)
    category: NDArray[np.int64]  # (N,)
    weights: Floats  # (N,)


@dataclass
class _Pooled:
    """A batch on its way through the network."""

    tokens: Floats  # (num_tokens, 384)
    counts: NDArray[np.int64]  # (B,)
    units: Floats  # (num_tokens, num_units)
    both: Floats  # (B, 2 * num_units): each unit's largest value, then its mean
    embedding: Floats  # (B, 384), of length EMBEDDING_SCALE


@dataclass
class Network:
    """Learns the arrays of `head.SafetyHead`; `seed` decides the first weights, the order and what is dropped."""

    seed: int = 0
    num_units: int = 128
    dropout: float = 0.3
    hashed: Adam = field(init=False)
    dense: Adam = field(init=False)
    hidden: Adam = field(init=False)
    hidden_bias: Adam = field(init=False)
    out: Adam = field(init=False)
    bias: Adam = field(init=False)

    def __post_init__(self) -> None:
        self._random = np.random.default_rng(self.seed)
        first = self._random.normal(size=(384, self.num_units)).astype(np.float32) / _STATE_LENGTH
        second = 0.05 * self._random.normal(size=(2 * self.num_units, _OUTPUTS)).astype(np.float32)
        self.hashed = Adam(np.zeros((BUCKETS, _OUTPUTS), np.float32), 0.02)
        self.dense = Adam(np.zeros((384, _OUTPUTS), np.float32), 1e-2)
        self.hidden = Adam(first, 3e-3)
        self.hidden_bias = Adam(np.zeros(self.num_units, np.float32), 2e-3)
        self.out = Adam(second, 2e-3)
        self.bias = Adam(np.zeros(_OUTPUTS, np.float32), 1e-2)

    def learn(self, pieces: csr_matrix, states: States, data: Labelled, scale: float) -> None:
        """One pass over all texts in random order at `scale` times the base rates. `pieces`: (N, BUCKETS)."""
        order = self._random.permutation(len(data.harmful))
        for at in range(0, len(order), _BATCH):
            self._step(order[at : at + _BATCH], pieces, states, data, scale)

    def arrays(self) -> dict[str, Floats]:
        """The weights by the names that the head reads."""
        names = ("hashed", "dense", "hidden", "hidden_bias", "out", "bias")
        return {name: getattr(self, name).value for name in names}

    def _pool(self, texts: NDArray[np.int64], states: States) -> _Pooled:
        tokens, counts = states.batch(texts)
        starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
        units = np.maximum(tokens @ self.hidden.value + self.hidden_bias.value, 0)
        shares = counts[:, None].astype(np.float32)
        both = np.hstack([np.maximum.reduceat(units, starts, axis=0), np.add.reduceat(units, starts, axis=0) / shares])
        mean = np.add.reduceat(tokens, starts, axis=0) / shares
        embedding = EMBEDDING_SCALE * mean / (np.linalg.norm(mean, axis=1, keepdims=True) + 1e-9)
        return _Pooled(tokens, counts, units, both.astype(np.float32), embedding.astype(np.float32))

    def _step(self, batch: NDArray[np.int64], pieces: csr_matrix, states: States, data: Labelled, scale: float) -> None:
        x, seen = pieces[batch], self._pool(batch, states)
        kept = (self._random.random(seen.both.shape) > self.dropout) / (1 - self.dropout)
        pooled = (seen.both * kept).astype(np.float32)
        logits = self.bias.value + x @ self.hashed.value + pooled @ self.out.value + seen.embedding @ self.dense.value
        slope = _slope(logits, data, batch)
        back = self._back(seen, ((slope @ self.out.value.T) * kept).astype(np.float32))
        self.hashed.step(np.asarray(x.T @ slope), scale)
        self.out.step(pooled.T @ slope, scale)
        self.hidden.step(seen.tokens.T @ back, scale)
        self.hidden_bias.step(back.sum(axis=0), scale)
        self.dense.step(seen.embedding.T @ slope, scale)
        self.bias.step(slope.sum(axis=0), scale)

    def _back(self, seen: _Pooled, slope: Floats) -> Floats:
        """The slope at every token's units, from that at the texts' largest and mean."""
        of_largest, of_mean = slope[:, : self.num_units], slope[:, self.num_units :] / seen.counts[:, None]
        text = np.repeat(np.arange(len(seen.counts)), seen.counts)
        largest = seen.both[:, : self.num_units][text]
        back = np.where(seen.units == largest, of_largest[text], 0) + of_mean[text]
        return np.where(seen.units > 0, back, 0).astype(np.float32)


def _slope(logits: Floats, data: Labelled, batch: NDArray[np.int64]) -> Floats:
    """The loss's slope at the logits (B, outputs): the verdict's, then the categories' where one is known."""
    slope = np.zeros_like(logits)
    verdict = 1 / (1 + np.exp(-np.clip(logits[:, 0], -30, 30)))
    slope[:, 0] = (verdict - data.harmful[batch]) * data.weights[batch]
    shares = np.exp(logits[:, 1:] - logits[:, 1:].max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    category = data.category[batch]
    known = np.flatnonzero(category >= 0)
    shares[known, category[known]] -= 1
    counts = np.maximum(np.bincount(data.category[data.category >= 0], minlength=len(CATEGORIES)), 1)
    rare = np.sqrt(100 / counts[category[known]])  # a rare category counts more
    slope[known, 1:] = _CATEGORY_SHARE * shares[known] * rare[:, None]
    return (slope / len(batch)).astype(np.float32)
