"""The packaged encoder with other layers: the same weights give the same states, others give others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from assistant.encoder import Encoder
from assistant.errors import ModelError
from assistant.shop.embed import default_embedder, packaged_model
from assistant.shop.onnx_weights import layers, pack

LAST = "encoder.layer.5.output.dense.weight"


@pytest.fixture(scope="module")
def weights() -> dict[str, np.ndarray]:
    return {name: value for name, value in layers(packaged_model()).items() if ".layer." in name}


def test_weights_put_back_unchanged_give_the_packaged_models_states(
    tmp_path: Path, weights: dict[str, np.ndarray]
) -> None:
    save_file({**pack(weights), "head.bias": np.ones(1, np.float32)}, tmp_path / "same.safetensors")
    encoder = Encoder.open(tmp_path / "same.safetensors")
    assert np.abs(encoder.states("a red scarf")[1:-1] - default_embedder().tokens("a red scarf")[0]).max() < 0.4
    assert list(encoder.rest) == ["head.bias"]


def test_small_moves_of_training_are_not_rounded_away(weights: dict[str, np.ndarray]) -> None:
    moved = weights[LAST] + np.float32(0.0004)
    packed = pack({LAST: moved})
    kept = packed[LAST] * packed[f"{LAST}.scale"] - weights[LAST]
    assert 0.0003 < kept.mean() < 0.0005


def test_one_changed_matrix_is_computed_with(tmp_path: Path, weights: dict[str, np.ndarray]) -> None:
    save_file(pack({LAST: -weights[LAST]}), tmp_path / "other.safetensors")
    encoder = Encoder.open(tmp_path / "other.safetensors")
    assert not np.allclose(encoder.states("a red scarf")[1:-1], default_embedder().tokens("a red scarf")[0], atol=0.1)


def test_a_file_that_does_not_fit_is_named(tmp_path: Path) -> None:
    save_file({LAST: np.zeros((2, 2), np.int8)}, tmp_path / "wrong.safetensors")
    with pytest.raises(ModelError, match=r"wrong\.safetensors"):
        Encoder.open(tmp_path / "wrong.safetensors")
    (tmp_path / "broken.safetensors").write_bytes(b"not weights")
    with pytest.raises(ModelError, match=r"broken\.safetensors"):
        Encoder.open(tmp_path / "broken.safetensors")
