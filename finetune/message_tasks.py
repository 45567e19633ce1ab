"""What is learnt of single messages: harm, moods and acts, each a set of labelled texts with its head and its loss.

    Safety(rows), moods(shared), acts()    -> Task

A Task knows its texts' features and labels; what the trained layers make of the texts is the trainer's
(message_train.py). Nothing that is held out is among the texts (safety_data.py says what that is).
Needs the `finetune` extra.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from assistant.linear import word_features
from assistant.screen.head import CATEGORIES
from assistant.screen.plain import BUCKETS, pieces, plain
from assistant.understand.feeling import EMOTIONS, NUM_BUCKETS, buckets
from finetune import acts_head, emotion, safety_lessons
from finetune.heads import EMOTIONS_TEXT, Examples, known_words, read_labelled
from finetune.message_heads import Bag, Floats, Linear, Pooled
from finetune.safety_data import OK, UNSURE, Example

_CATEGORY_SHARE = 0.5  # of the category's loss beside the verdict's
_EMOTION_SHARE = 0.5  # of a mood's loss, summed over the emotions, beside the others'
_SMOOTHED = 0.05  # of an act's probability is spread over the other acts
_BULK_SHARE = 0.5  # of the harmless texts that there are many of are seen in a pass, others in the next


class Task(ABC):
    """Texts with labels, a head over their states, and what its answers cost."""

    head: Pooled | Linear
    texts: list[str]
    passes = 1
    """How often a pass over everything goes over these texts."""

    @abstractmethod
    def bag(self, rows: NDArray[np.int64]) -> Bag:
        """The sparse features of some texts."""

    @abstractmethod
    def loss(self, logits: Tensor, rows: NDArray[np.int64]) -> Tensor:
        """The mean loss of the head's answers to some texts, (B, outputs) -> ()"""

    def drawn(self, random: np.random.Generator) -> NDArray[np.int64]:
        """The texts of a pass."""
        return np.arange(len(self.texts))


class Safety(Task):
    """Harmful or not, and which category."""

    def __init__(self, rows: Sequence[Example]) -> None:
        self.texts = [row.text[: safety_lessons.ENCODED] for row in rows]
        self.head = Pooled(1 + len(CATEGORIES), BUCKETS, dense=True, dropout=0.3)
        self._pieces = [np.array(pieces(plain(row.text)) or [0]) for row in rows]
        self._harmful = np.array([row.label != OK for row in rows], np.float32)
        known = [CATEGORIES.index(row.label) if row.label not in (OK, UNSURE) else -1 for row in rows]
        self._category = np.array(known)
        weights = np.array([safety_lessons.weight(row) for row in rows], np.float32)
        self._weights = weights / weights.mean()
        counts = np.maximum(np.bincount(self._category[self._category >= 0], minlength=len(CATEGORIES)), 1)
        self._rare = np.sqrt(100 / counts).astype(np.float32)  # a rare category counts more
        self._bulk = np.array([row.source in safety_lessons.BULK for row in rows])

    def drawn(self, random: np.random.Generator) -> NDArray[np.int64]:
        return np.flatnonzero(~self._bulk | (random.random(len(self._bulk)) < _BULK_SHARE))

    def bag(self, rows: NDArray[np.int64]) -> Bag:
        found = [self._pieces[row] for row in rows]
        return Bag.of(found, [np.full(len(each), 1 / np.sqrt(len(each)), np.float32) for each in found])

    def loss(self, logits: Tensor, rows: NDArray[np.int64]) -> Tensor:
        weights, harmful = (torch.from_numpy(each[rows]) for each in (self._weights, self._harmful))
        loss = functional.binary_cross_entropy_with_logits(logits[:, 0], harmful, weight=weights)
        category = self._category[rows]
        known = np.flatnonzero(category >= 0)
        if len(known):
            right = torch.from_numpy(category[known])
            each = functional.cross_entropy(logits[known, 1:], right, reduction="none")
            loss = loss + _CATEGORY_SHARE * (each * torch.from_numpy(self._rare[category[known]])).sum() / len(rows)
        return loss


class Emotion(Task):
    """Which of EMOTIONS are there, each a yes or no of its own."""

    def __init__(self, data: emotion.Labelled) -> None:
        self.texts = data.texts
        self.head = Pooled(len(EMOTIONS), NUM_BUCKETS, dense=False, dropout=0.4)
        torch.nn.init.constant_(self.head.out.bias, -2.0)
        self._data = data
        self._grams = [buckets(text) for text in data.texts]
        counts = np.bincount(np.concatenate(self._grams), minlength=NUM_BUCKETS)
        self._rarity = (np.log((1 + len(self._grams)) / (1 + counts)) + 1).astype(np.float32)

    def bag(self, rows: NDArray[np.int64]) -> Bag:
        found = [self._grams[row] for row in rows]
        return Bag.of(found, [_unit(self._rarity[each]) for each in found])

    def loss(self, logits: Tensor, rows: NDArray[np.int64]) -> Tensor:
        there, weights = (torch.from_numpy(each[rows]) for each in (self._data.emotions, self._data.weights))
        each = functional.binary_cross_entropy_with_logits(logits, there, reduction="none").sum(1)
        return _EMOTION_SHARE * (each * weights).mean()


class Acts(Task):
    """Which act a clause is."""

    passes = 2

    def __init__(self, data: Examples) -> None:
        self.texts = data.texts
        self.labels = sorted(set(data.labels))
        self.words = known_words(data.texts, acts_head.HOW)
        self.head = Linear(len(self.labels), len(self.words), acts_head.HOW.scale)
        self._label = np.array([self.labels.index(label) for label in data.labels])
        weights = np.array(data.weights)
        shares = np.bincount(self._label, weights=weights)
        weights = weights * (shares.mean() / shares[self._label]) ** acts_head.HOW.balance
        self._weights = (weights / weights.mean()).astype(np.float32)
        self._columns = [
            np.array(sorted(self.words[w] for w in word_features(text) if w in self.words), np.int64)
            for text in data.texts
        ]

    def bag(self, rows: NDArray[np.int64]) -> Bag:
        found = [self._columns[row] for row in rows]
        return Bag.of(found, [np.ones(len(each), np.float32) for each in found])

    def loss(self, logits: Tensor, rows: NDArray[np.int64]) -> Tensor:
        right, weights = (torch.from_numpy(each[rows]) for each in (self._label, self._weights))
        each = functional.cross_entropy(logits, right, reduction="none", label_smoothing=_SMOOTHED)
        return (each * weights).mean()


def moods(shared: Path) -> Emotion:
    """GoEmotions' training part and a shop's own messages."""
    shop = emotion.from_shop(*read_labelled(EMOTIONS_TEXT))
    public = emotion.read_goemotions(shared / "goemotions" / "ekman" / "train.tsv")
    return Emotion(emotion.together(public, shop))


def acts() -> Acts:
    """Customers' lines; see acts_head.py."""
    return Acts(acts_head.act_examples())


def _unit(weights: Floats) -> Floats:
    return np.asarray(weights / max(float(np.linalg.norm(weights)), 1e-6), np.float32)
