"""A MiniLM whose layers were trained further for one task, on onnxruntime: states of the tokens of a text.

    encoder = Encoder.open(path)                  # path: the trained layers, int8 (assistant/shop/onnx_weights.py)
    encoder.states("does it come with a strap")   -> (num_tokens, 384), the first is [CLS], the last [SEP]

The graph and the words' vectors are the packaged model's; only what was trained is in the file, beside the weights of
its head, which `rest` hands over unread. Knows no task and needs no torch.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file
from tokenizers import BertWordPieceTokenizer

from assistant.errors import ModelError
from assistant.shop.embed import MAX_TOKENS, VOCABULARY, open_session, packaged_model
from assistant.shop.onnx_weights import with_layers

States = NDArray[np.float32]
_OF_LAYERS = ("encoder.", "embeddings.")


def joined(tokenizer: BertWordPieceTokenizer, parts: Sequence[tuple[str, int]]) -> list[int]:
    """The token ids of several texts that are read as one, each as far as its number of tokens."""
    ids = [tokenizer.token_to_id("[CLS]")]
    for text, most in parts:
        ids += [*tokenizer.encode(text, add_special_tokens=False).ids[:most], tokenizer.token_to_id("[SEP]")]
    return ids


class Encoder:
    """One trained encoder. Thread-safe; remembers nothing. A text's states never depend on what else is read."""

    def __init__(self, session: onnxruntime.InferenceSession, rest: dict[str, NDArray[Any]]) -> None:
        self._session = session
        self.rest = rest  # the tensors of the file that are no layer's: those of the head
        self._tokenizer = BertWordPieceTokenizer(str(VOCABULARY), lowercase=True)
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._pieces = BertWordPieceTokenizer(str(VOCABULARY), lowercase=True)

    @classmethod
    def open(cls, path: Path) -> Encoder:
        """Raises ModelError when the file is missing or broken, or when it doesn't fit the packaged model."""
        try:
            tensors = load_file(path)
        except (OSError, SafetensorError) as error:
            raise ModelError(f"{path} can't be read ({error}); reinstall Backroom") from error
        own = {name: value for name, value in tensors.items() if name.startswith(_OF_LAYERS)}
        try:
            model = with_layers(packaged_model(), own)
        except ValueError as error:
            raise ModelError(f"{path} doesn't fit the packaged model ({error}); reinstall Backroom") from error
        return cls(open_session(model, path.name), {n: v for n, v in tensors.items() if n not in own})

    def states(self, text: str) -> States:
        """(num_tokens, 384) for the first 128 tokens, [CLS] and [SEP] among them."""
        encoded = self._tokenizer.encode(text)
        return self._run(encoded.ids, encoded.type_ids)

    def states_of(self, parts: Sequence[tuple[str, int]]) -> States:
        """The same of several texts read as one, each as far as its number of tokens: [CLS] text [SEP] text [SEP]."""
        ids = joined(self._pieces, parts)
        return self._run(ids, [0] * len(ids))

    def _run(self, ids: Sequence[int], types: Sequence[int]) -> States:
        tokens = np.array([ids], np.int64)
        inputs = {
            "input_ids": tokens,
            "attention_mask": np.ones_like(tokens),
            "token_type_ids": np.array([types], np.int64),
        }
        hidden: States = self._session.run(None, inputs)[0][0]
        return hidden
