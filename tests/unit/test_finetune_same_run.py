"""A folder's run goes on with the data and settings that it was begun with, and with no others. Needs no torch."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from assistant.adapters import file_hash
from assistant.errors import UsageError
from finetune.config import RunSettings
from finetune.pack import Tokens
from finetune.run import Run
from finetune.token_file import write_tokens
from finetune.train import Trainer
from finetune.train_settings import State, TrainSettings

SETTINGS = TrainSettings(lr=1e-3, epochs=1, seed=1, minutes=2)


@pytest.fixture(autouse=True)
def no_learner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("finetune.train.Learner", lambda *_: None)


def tokens(out: Path, reply: int = 9) -> Path:
    file = out / "data" / "tokens.safetensors"
    file.parent.mkdir(parents=True, exist_ok=True)
    write_tokens(file, {"train": [Tokens((1, 2), (reply, 7))], "dev": []})
    return file


def begun(out: Path, data: Path, settings: TrainSettings = SETTINGS) -> dict[str, Any]:
    """A checkpoint and the end of a run, as far as they are notes; returns where it stands."""
    state = asdict(State(step=5, total=5, data=file_hash(data), settings=settings.learning()))
    for folder, name, content in (
        (out / "checkpoints" / "step-000005", "state.json", state),
        (out / "adapter", "training.json", {"settings": asdict(settings), "state": state}),
    ):
        folder.mkdir(parents=True)
        (folder / name).write_text(json.dumps(content))
    return state


def trainer(out: Path, data: Path, settings: TrainSettings = SETTINGS) -> Trainer:
    return Trainer(Path("base.gguf"), data, out, settings, lambda _: None)


@pytest.mark.parametrize("change", [{"lr": 1e-5}, {"epochs": 10.0}, {"seed": 2}])
def test_a_run_with_other_settings_is_refused_where_one_was_begun(tmp_path: Path, change: dict[str, Any]) -> None:
    data = tokens(tmp_path)
    begun(tmp_path, data)
    (name,) = change
    with pytest.raises(
        UsageError, match=rf"begun with other settings \({name} = 0?\.?\d+\); give another --out, or rem"
    ):
        trainer(tmp_path, data, replace(SETTINGS, **change))


def test_a_run_on_other_data_is_refused_where_one_was_begun(tmp_path: Path) -> None:
    begun(tmp_path, tokens(tmp_path))
    with pytest.raises(UsageError, match="begun with other data; give another --out"):
        trainer(tmp_path, tokens(tmp_path, reply=8))


def test_a_checkpoint_that_notes_no_data_is_not_gone_on_from(tmp_path: Path) -> None:
    data = tokens(tmp_path)
    state = begun(tmp_path, data)
    old = {name: value for name, value in state.items() if name not in ("data", "settings")}
    (tmp_path / "checkpoints" / "step-000005" / "state.json").write_text(json.dumps(old))
    with pytest.raises(UsageError, match="begun with other data"):
        trainer(tmp_path, data)


def test_a_run_may_go_on_for_longer_and_with_more_threads(tmp_path: Path) -> None:
    data = tokens(tmp_path)
    begun(tmp_path, data)
    assert trainer(tmp_path, data).state.data == file_hash(data)
    trainer(tmp_path, data, replace(SETTINGS, minutes=20.0, threads=2, save_every=5))
    trainer(tmp_path / "another", tokens(tmp_path, reply=8), replace(SETTINGS, lr=1e-5))


def test_what_is_trained_already_is_not_done_again_and_counts_for_its_own_data_only(tmp_path: Path) -> None:
    said: list[str] = []
    begun(tmp_path, tokens(tmp_path))
    run = Run(replace(RunSettings(), train=SETTINGS), tmp_path, said.append)
    run.train()
    assert said == ["train: done already, 5 steps"]
    tokens(tmp_path, reply=8)
    with pytest.raises(UsageError, match="begun with other data"):
        run.train()


def test_no_adapter_is_stamped_with_data_that_it_has_not_learnt(tmp_path: Path) -> None:
    begun(tmp_path, tokens(tmp_path))
    tokens(tmp_path, reply=8)
    (tmp_path / "data" / "manifest.json").write_text(json.dumps({"sha256": {"train.jsonl": "b" * 64}}))
    with pytest.raises(UsageError, match="the data was made anew since the adapter was trained"):
        Run(replace(RunSettings(), train=SETTINGS), tmp_path, lambda _: None).convert()
