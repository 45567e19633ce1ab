"""The packaged MiniLM in torch, for training its upper layers further on single messages.

    low = lower(texts)                 # the states below the trained layers, computed once: they never change
    top = Top()                        # the trained layers, as packaged
    top(states, mask)                  # (B, T, 384) -> (B, T, 384)
    top.packed()                       # as assistant/encoder.py puts them into the packaged graph

Plain PyTorch on one thread: the states of the lower half make a pass over the texts a third as dear. Knows no task.
Needs the `finetune` extra.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import BertWordPieceTokenizer
from torch import Tensor, nn
from torch.nn import functional

from assistant.shop.embed import DIMENSIONS, MAX_TOKENS, VOCABULARY, packaged_model
from assistant.shop.onnx_weights import layers, pack

FIRST, LAST = 3, 6
"""The trained layers unless a task says otherwise: from the fourth of six to the last."""
_HEADS = 12
_CHUNK = 64
_PARTS = {
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "joined": "attention.output.dense",
    "wide": "intermediate.dense",
    "narrow": "output.dense",
    "norm": "attention.output.LayerNorm",
    "last_norm": "output.LayerNorm",
}
"""What a layer's parts are called here -> in the packaged model."""


class Layer(nn.Module):  # type: ignore[misc]
    """One layer of BERT: attention and two dense layers, each with its residual and norm."""

    def __init__(self, number: int, weights: dict[str, NDArray[np.float32]], dropout: float = 0.1) -> None:
        super().__init__()
        size = DIMENSIONS
        self.query, self.key, self.value, self.joined = (nn.Linear(size, size) for _ in range(4))
        self.wide, self.narrow = nn.Linear(size, 4 * size), nn.Linear(4 * size, size)
        self.norm, self.last_norm = (nn.LayerNorm(size, eps=1e-12) for _ in range(2))
        self._dropout, self._number = dropout, number
        own = {f"{here}.{kind}": weights[f"{self._name(there)}.{kind}"]
               for here, there in _PARTS.items() for kind in ("weight", "bias")}  # fmt: skip
        self.load_state_dict({name: torch.tensor(_turned(value)) for name, value in own.items()})

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        """(B, T, 384) with (B, 1, 1, T), True where there is a token -> (B, T, 384)"""
        shape = (*states.shape[:2], _HEADS, DIMENSIONS // _HEADS)
        query, key, value = (part(states).view(shape).transpose(1, 2) for part in (self.query, self.key, self.value))
        seen = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        joined = self.joined(seen.transpose(1, 2).reshape(states.shape))
        states = self.norm(states + functional.dropout(joined, self._dropout, self.training))
        dense = self.narrow(functional.gelu(self.wide(states)))
        out: Tensor = self.last_norm(states + functional.dropout(dense, self._dropout, self.training))
        return out

    def weights(self) -> dict[str, NDArray[np.float32]]:
        """By the packaged model's names, matrices as (inputs, outputs)."""
        return {
            f"{self._name(_PARTS[name.split('.')[0]])}.{name.split('.')[1]}": _turned(value.numpy())
            for name, value in self.state_dict().items()
        }

    def _name(self, part: str) -> str:
        return f"encoder.layer.{self._number}.{part}"


def _turned(value: NDArray[np.float32]) -> NDArray[np.float32]:
    """Between `x @ w` and torch's `x @ w.T`."""
    return np.ascontiguousarray(value.T)


class Top(nn.Module):  # type: ignore[misc]
    """The layers that are trained."""

    def __init__(self, first: int = FIRST) -> None:
        super().__init__()
        weights = layers(packaged_model())
        self.layers = nn.ModuleList(Layer(number, weights) for number in range(first, LAST))

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        """(B, T, 384), (B, T) -> (B, T, 384)"""
        for layer in self.layers:
            states = layer(states, mask[:, None, None, :])
        return states

    def packed(self) -> dict[str, NDArray[Any]]:
        """The layers in int8, by the packaged model's names."""
        found: dict[str, NDArray[np.float32]] = {}
        for layer in self.layers:
            assert isinstance(layer, Layer)
            found |= layer.weights()
        return pack(found)


@dataclass(frozen=True)
class Lower:
    """The states of many texts below the trained layers: all tokens in one array, text i's from `starts[i]`."""

    tokens: NDArray[np.float16]  # (num_tokens, 384), in half precision for there are many
    starts: NDArray[np.int64]  # (num_texts + 1,)

    @property
    def lengths(self) -> NDArray[np.int64]:
        """(num_texts,): tokens of each text, [CLS] and [SEP] among them."""
        return np.diff(self.starts)

    def batch(self, texts: NDArray[np.int64]) -> tuple[Tensor, Tensor]:
        """The states of some texts, padded, and where there is a token: (B, T, 384), (B, T)."""
        lengths = self.lengths[texts]
        states = torch.zeros(len(texts), int(lengths.max()), DIMENSIONS)
        mask = torch.arange(states.shape[1])[None] < torch.tensor(lengths)[:, None]
        for row, text in enumerate(texts):
            own = self.tokens[self.starts[text] : self.starts[text + 1]]
            states[row, : len(own)] = torch.from_numpy(own.astype(np.float32))
        return states, mask


def lower(texts: Sequence[str], most: int = MAX_TOKENS, first: int = FIRST) -> Lower:
    """Run the layers below `first` over `texts`, at most `most` tokens of each: about 2 ms of CPU a text."""
    tokenizer = BertWordPieceTokenizer(str(VOCABULARY), lowercase=True)
    tokenizer.enable_truncation(most)
    ids = [tokenizer.encode(text).ids for text in texts]
    starts = np.cumsum([0, *(len(each) for each in ids)])
    found = np.zeros((int(starts[-1]), DIMENSIONS), np.float16)
    below = Below(first)
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    for at in range(0, len(order), _CHUNK):
        chunk = order[at : at + _CHUNK]
        states, _ = below([ids[i] for i in chunk])
        for row, i in enumerate(chunk):
            found[starts[i] : starts[i + 1]] = states[row, : len(ids[i])].numpy()
    return Lower(found, starts)


class Below:
    """The layers below the trained ones, which never change."""

    def __init__(self, first: int = FIRST) -> None:
        self._weights = layers(packaged_model())
        self._layers = [Layer(number, self._weights).eval() for number in range(first)]

    def __call__(self, ids: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
        """The states of some texts, padded, and where there is a token: (B, T, 384), (B, T)."""
        with torch.no_grad():
            states, mask = _embedded(ids, self._weights)
            for layer in self._layers:
                states = layer(states, mask[:, None, None, :])
        return states, mask


def _embedded(ids: Sequence[Sequence[int]], weights: dict[str, NDArray[np.float32]]) -> tuple[Tensor, Tensor]:
    longest = max(map(len, ids))
    padded = np.zeros((len(ids), longest), np.int64)
    for row, each in enumerate(ids):
        padded[row, : len(each)] = each
    word, position, kind = (weights[f"embeddings.{n}_embeddings.weight"] for n in ("word", "position", "token_type"))
    summed = torch.tensor(word[padded] + position[:longest] + kind[0])
    norm, bias = (torch.tensor(weights[f"embeddings.LayerNorm.{n}"]) for n in ("weight", "bias"))
    mask = torch.arange(longest)[None] < torch.tensor([len(each) for each in ids])[:, None]
    return functional.layer_norm(summed, (DIMENSIONS,), norm, bias, 1e-12), mask
