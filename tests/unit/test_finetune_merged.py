"""An adapter beside Q8_0 weights chooses the tokens that the merged model does; another scale or order doesn't."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the extra: uv sync --extra finetune")
pytest.importorskip("gguf", reason="needs the extra: uv sync --extra finetune")
pytest.importorskip("peft", reason="needs the extra: uv sync --extra finetune")

from finetune import convert as converting
from finetune import merged_parity
from finetune.base import load_base
from finetune.config import GateSettings
from finetune.merged_parity import same_merged
from finetune.pack import Tokens
from tests.unit.test_finetune_convert import tiny  # noqa: F401

LIMIT, UNLIKE = GateSettings().merged_same, 0.9


def _examples(count: int) -> list[Tokens]:
    rng = np.random.default_rng(7)
    texts = [[int(t) for t in rng.integers(3, 60, 40)] for _ in range(count)]
    return [Tokens(tuple(text[:10]), tuple(text[10:])) for text in texts]


@pytest.fixture
def config(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:  # noqa: F811
    """The tiny GGUF file has no tokenizer, without which transformers can't read it: its folder is used."""
    from finetune import merge_whole

    found: dict[str, object] = load_base(tiny / "hf", "float32").config.to_dict()
    monkeypatch.setattr(merge_whole, "load_base", lambda path, dtype: load_base(tiny / "hf", dtype))
    monkeypatch.setattr(merged_parity, "model_config", lambda path: found)
    return found


def _same(tiny: Path, adapter: Path) -> dict[str, float]:  # noqa: F811
    return same_merged(tiny / "base.gguf", tiny / "lora", adapter, _examples(30), 600)


def test_the_adapter_beside_its_base_chooses_as_when_merged(
    tiny: Path,  # noqa: F811
    tmp_path: Path,
    config: dict[str, object],
) -> None:
    converting.convert(tiny / "lora", tmp_path / "a.gguf", config, {})
    found = _same(tiny, tmp_path / "a.gguf")
    assert found["merged_tokens"] == 600, "as many replies as it takes, no more"
    # a random model is undecided more often than a trained one, and between two that are as likely rounding decides
    assert found["merged_same_clear"] >= LIMIT and found["merged_same"] > UNLIKE
    assert 300 < found["merged_clear"] < 600


def test_another_scale_is_found_out(tiny: Path, tmp_path: Path, config: dict[str, object]) -> None:  # noqa: F811
    import shutil

    shutil.copytree(tiny / "lora", tmp_path / "lora")
    file = tmp_path / "lora" / "adapter_config.json"
    settings = json.loads(file.read_text())
    file.write_text(json.dumps(settings | {"lora_alpha": settings["lora_alpha"] * 2}))
    converting.convert(tmp_path / "lora", tmp_path / "a.gguf", config, {})
    found = _same(tiny, tmp_path / "a.gguf")
    assert found["merged_same"] < UNLIKE and found["merged_same_clear"] < UNLIKE, found


def test_rows_in_another_order_are_found_out(
    tiny: Path,  # noqa: F811
    tmp_path: Path,
    config: dict[str, object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as wrong:
        wrong.setattr(converting, "permute", lambda matrix, num_heads: matrix)
        converting.convert(tiny / "lora", tmp_path / "a.gguf", config, {})
    found = _same(tiny, tmp_path / "a.gguf")
    assert found["merged_same"] < UNLIKE and found["merged_same_clear"] < UNLIKE, found


def test_an_activated_adapter_has_no_merged_model(tiny: Path, tmp_path: Path) -> None:  # noqa: F811
    (tmp_path / "adapter_config.json").write_text(json.dumps({"alora_invocation_tokens": [3, 4]}))
    assert same_merged(tiny / "base.gguf", tmp_path, tmp_path / "a.gguf", _examples(2), 20) == {}
