"""The network behind the tagger of names while it is trained: what assistant/privacy/tagger.py computes, in torch.

A layer of rectified units reads each word (its states, its shape, its hashed spelling), a second one reads every word
with its neighbours. Knows no files and no sources of texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from assistant.privacy.tagger import BUCKETS, LABELS, NEIGHBOURS, NUM_SHAPES
from assistant.shop.embed import DIMENSIONS

_UNITS, _WIDE = 96, 64
_DROPOUT = 0.4
_BATCH = 48  # texts
_RATE, _DECAY = 4e-3, 1e-4


@dataclass(frozen=True)
class Text:
    """A text's words: what is known of each (num_words, DIMENSIONS + NUM_SHAPES), its pieces, and its label."""

    dense: NDArray[np.float32]
    pieces: list[list[int]]
    labels: list[int]


class Network(nn.Module):  # type: ignore[misc]
    """Scores every word of a batch of texts for each of LABELS."""

    def __init__(self) -> None:
        super().__init__()
        self.spelling = nn.EmbeddingBag(BUCKETS, _UNITS, mode="sum")
        nn.init.normal_(self.spelling.weight, std=0.05)
        self.dense = nn.Linear(DIMENSIONS + NUM_SHAPES, _UNITS)
        self.wide = nn.Linear((2 * NEIGHBOURS + 1) * _UNITS, _WIDE)
        self.out = nn.Linear(_WIDE, len(LABELS))
        self.skip = nn.Linear(_UNITS, len(LABELS), bias=False)
        self.dropout = nn.Dropout(_DROPOUT)

    def forward(self, texts: Sequence[Text]) -> Tensor:
        """(num_words of all texts, num_labels)"""
        dense = torch.from_numpy(np.concatenate([t.dense for t in texts]).astype(np.float32))
        starts: list[int] = []
        flat: list[int] = []
        places: list[int] = []
        at = NEIGHBOURS
        for text in texts:
            for pieces in text.pieces:
                starts.append(len(flat))
                flat += pieces
            places += range(at, at + len(text.pieces))
            at += len(text.pieces) + NEIGHBOURS  # nothing between two texts, so that they don't see one another
        units = self.dropout(torch.relu(self.dense(dense) + self.spelling(torch.tensor(flat), torch.tensor(starts))))
        spread = units.new_zeros(at + NEIGHBOURS, _UNITS)
        here = torch.tensor(places)
        spread[here] = units
        around = torch.cat([spread[here + k] for k in range(-NEIGHBOURS, NEIGHBOURS + 1)], dim=1)
        wide = self.dropout(torch.relu(self.wide(around)))
        return self.out(wide) + self.skip(units)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The weights by the names that the tagger reads, inputs first."""
        with torch.no_grad():
            found = {
                "spelling": self.spelling.weight,
                "dense": self.dense.weight.T,
                "dense_bias": self.dense.bias,
                "wide": self.wide.weight.T,
                "wide_bias": self.wide.bias,
                "out": self.out.weight.T,
                "out_bias": self.out.bias,
                "skip": self.skip.weight.T,
            }
            return {name: np.ascontiguousarray(w.numpy().astype(np.float16)) for name, w in found.items()}


def fit(texts: Sequence[Text], *, epochs: int = 6, seed: int = 0) -> Network:
    """A network that has seen every text `epochs` times."""
    torch.manual_seed(seed)
    network, order = Network(), np.random.default_rng(seed)
    adam = torch.optim.AdamW(network.parameters(), lr=_RATE, weight_decay=_DECAY)
    steps = epochs * -(-len(texts) // _BATCH)
    rates = torch.optim.lr_scheduler.OneCycleLR(adam, _RATE, total_steps=steps + 1)
    for _ in range(epochs):
        places = order.permutation(len(texts))
        for at in range(0, len(places), _BATCH):
            batch = [texts[i] for i in places[at : at + _BATCH]]
            labels = torch.tensor([label for text in batch for label in text.labels])
            loss = nn.functional.cross_entropy(network(batch), labels)
            adam.zero_grad()
            loss.backward()
            adam.step()
            rates.step()
    network.eval()
    return network
