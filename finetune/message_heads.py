"""The heads over the message encoder while they are trained: what the runtime's heads compute, in torch.

    Pooled      assistant/screen/head.py and assistant/understand/feeling.py: rectified units' largest and mean over the
                tokens, hashed words and letters beside them
    Linear      the mean of the states and known words, as assistant/linear.py

`Pooled.arrays()` are a head's weights by the names that the runtime reads. Knows no texts. Needs the `finetune` extra.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from assistant.screen.head import EMBEDDING_SCALE
from assistant.shop.embed import DIMENSIONS

Floats = NDArray[np.float32]
_STATE_LENGTH = 7.6  # the usual length of a token's state
_UNIT_SCALE = 5.0  # to which a linear head's embedding is brought


@dataclass(frozen=True)
class Bag:
    """Some texts' sparse features: each text's columns, and what each column counts."""

    columns: Tensor  # (num_features,)
    values: Tensor  # (num_features,)
    starts: Tensor  # (B,)

    @classmethod
    def of(cls, columns: Sequence[NDArray[np.int64]], values: Sequence[Floats]) -> Bag:
        ends = np.cumsum([0, *(len(each) for each in columns[:-1])])
        joined = (torch.from_numpy(np.concatenate(columns).astype(np.int64)),
                  torch.from_numpy(np.concatenate(values).astype(np.float32)))  # fmt: skip
        return cls(*joined, torch.from_numpy(ends.astype(np.int64)))


class Pooled(nn.Module):  # type: ignore[misc]
    """logits = a bag of hashed features + what rectified units make of every token (+ the embedding, when `dense`)."""

    def __init__(self, outputs: int, buckets: int, *, dense: bool, dropout: float, units: int = 128) -> None:
        super().__init__()
        self.hidden, self.out = nn.Linear(DIMENSIONS, units), nn.Linear(2 * units, outputs)
        self.hashed = nn.EmbeddingBag(buckets, outputs, mode="sum")
        self.dense = nn.Linear(DIMENSIONS, outputs, bias=False) if dense else None
        self._dropout = dropout
        nn.init.normal_(self.hidden.weight, std=1 / _STATE_LENGTH)
        nn.init.normal_(self.out.weight, std=0.05)
        for zero in (self.hidden.bias, self.out.bias, self.hashed.weight):
            nn.init.zeros_(zero)
        if self.dense is not None:
            nn.init.zeros_(self.dense.weight)

    def forward(self, states: Tensor, mask: Tensor, bag: Bag) -> Tensor:
        """(B, T, 384), (B, T) -> (B, outputs). [CLS] and [SEP] are left out, as the runtime does."""
        inner = mask.clone()
        inner[:, 0] = False
        inner[torch.arange(len(mask)), mask.sum(1) - 1] = False
        there, count = inner[:, :, None], inner.sum(1, keepdim=True).clamp(min=1)
        units = functional.relu(self.hidden(states)) * there
        pooled = torch.cat([units.max(1).values, units.sum(1) / count], 1)
        logits: Tensor = self.out(functional.dropout(pooled, self._dropout, self.training))
        logits = logits + self.hashed(bag.columns, bag.starts, per_sample_weights=bag.values)
        if self.dense is not None:
            mean = (states * there).sum(1) / count
            logits = logits + self.dense(EMBEDDING_SCALE * mean / (mean.norm(dim=1, keepdim=True) + 1e-9))
        return logits

    def arrays(self) -> dict[str, Floats]:
        """hashed (buckets, outputs), hidden (384, units), hidden_bias, out (2 * units, outputs), bias (and dense)."""
        found = {
            "hashed": self.hashed.weight, "hidden": self.hidden.weight.T, "hidden_bias": self.hidden.bias,
            "out": self.out.weight.T, "bias": self.out.bias,
        }  # fmt: skip
        if self.dense is not None:
            found["dense"] = self.dense.weight.T
        return {name: np.ascontiguousarray(value.detach().numpy()) for name, value in found.items()}


class Linear(nn.Module):  # type: ignore[misc]
    """logits = the texts' embeddings and the known words that are there."""

    def __init__(self, outputs: int, words: int, scale: float) -> None:
        super().__init__()
        self.embedding = nn.Linear(DIMENSIONS, outputs)
        self.words = nn.EmbeddingBag(words, outputs, mode="sum")
        self._scale = scale
        for zero in (self.embedding.weight, self.embedding.bias, self.words.weight):
            nn.init.zeros_(zero)

    def forward(self, states: Tensor, mask: Tensor, bag: Bag) -> Tensor:
        """(B, T, 384), (B, T) -> (B, outputs)"""
        mean = functional.normalize((states * mask[:, :, None]).sum(1), dim=1)
        embedding = self.embedding(_UNIT_SCALE * functional.dropout(mean, 0.1, self.training))
        words = self.words(bag.columns, bag.starts, per_sample_weights=bag.values)
        logits: Tensor = embedding + self._scale * words
        return logits
