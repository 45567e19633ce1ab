"""A fine-tuning run from data to a judged adapter, stage by stage; what is done already is not done again.

    OUT/data  OUT/adapter  OUT/NAME.gguf  OUT/parity.json  OUT/evaluation.json  OUT/report.md  OUT/verdict.json (last)

One run per folder at a time. Knows the order of the stages, and of none how it works.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from assistant.adapters import file_hash, find, lineage
from assistant.engine.tokenizer import LlamaTokenizer
from assistant.errors import UsageError
from assistant.models import ResolvedModel, resolve
from assistant.privacy.training import register_adapter
from assistant.store.database import Database
from finetune.base import model_config, unquantised
from finetune.config import RunSettings
from finetune.data import make_data, template_hash
from finetune.judgement import Judgement
from finetune.report import write_json

Progress = Callable[[str], None]


class Run:
    """A run in a folder. Raises UsageError when the folder belongs to another base."""

    def __init__(self, settings: RunSettings, out: Path, progress: Progress = print) -> None:
        self.settings, self.out, self.progress = settings, out, progress
        if settings.base and Path(settings.base).expanduser().is_dir():
            raise UsageError(
                f"{settings.base} is a folder: name it as weights, and as base the GGUF file of it that is served"
            )
        self.base: ResolvedModel = resolve(settings.base)
        self.file = out / f"{settings.name}.gguf"

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keeps others out of the folder. Raises UsageError when somebody is at work in it."""
        try:
            self.out.mkdir(parents=True, exist_ok=True)
            file = (self.out / ".lock").open("w")
        except OSError as error:
            raise UsageError(
                f"{self.out}: can't be written ({error.strerror}); give another folder with --out"
            ) from None
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise UsageError(
                    f"{self.out}: another run is at work here; wait for it, or give another --out"
                ) from None
            self._same_base()
            yield

    def all(self) -> dict[str, Any]:
        """Every stage; returns the verdict."""
        self.data()
        self.train()
        self.convert()
        return self.judge()

    def data(self) -> dict[str, Any]:
        return make_data(self.settings, self.out, self.progress)

    def train(self) -> None:
        """Train, or go on, or see that it is done."""
        from finetune.train import Trainer

        settings, data = self.settings.train, self.out / "data" / "tokens.safetensors"
        if not data.is_file():
            raise UsageError(f"{self.out}: no data here yet; make it with `backroom finetune data`")
        done = self._training()
        if done and done["settings"] == asdict(settings) and done["state"].get("data") == file_hash(data):
            self.progress(f"train: done already, {done['state']['step']} steps")
            return
        if settings.dora and not self.settings.merged:
            raise UsageError(
                'no adapter file holds DoRA, only a whole model does: set merged = ["Q8_0"], or dora = false'
            )
        weights = self._weights()
        trainer = Trainer(weights, data, self.out, settings, self.progress)
        if settings.start_from:
            trainer.learner.begin_with(self._earlier())
        state = trainer.train()
        self.progress(f"train: {state.step} steps in {state.seconds:.0f} s")

    def _weights(self) -> Path:
        """What is trained on: the base as it is served, or the folder that the settings name in its stead."""
        if not self.settings.weights:
            return self.base.path
        return unquantised(Path(self.settings.weights).expanduser().resolve(), self.base.path)

    def _earlier(self) -> dict[str, Any]:
        """The matrices to begin with. Raises UsageError when they are for another base, or scaled otherwise."""
        from finetune.convert import read_back, scale_of

        settings = self.settings.train
        adapter = find(settings.start_from)
        if adapter.base_sha256 != self.base.sha256:
            raise UsageError(f"{adapter.path}: an adapter for another base; begin with one for {self.base.id}")
        alpha = settings.alpha * (settings.rank**0.5 if settings.rslora else 1)
        if abs(scale_of(adapter.path) - alpha) > 1e-3:
            raise UsageError(
                f"{adapter.path}: its alpha is {scale_of(adapter.path):g}, here it is {alpha:g}; set the same"
            )
        self.progress(f"train: begins with {adapter.path} (sha256 {file_hash(adapter.path)[:12]})")
        return read_back(adapter.path, model_config(self.base.path))

    def convert(self) -> Path:
        """Write the trained matrices as a GGUF adapter that says which data they learnt."""
        from finetune.convert import convert

        training, data = self._training(), self.out / "data" / "tokens.safetensors"
        if training is None:
            raise UsageError(f"{self.out}: nothing is trained here yet; train it with `backroom finetune train`")
        if not data.is_file() or training["state"].get("data") != file_hash(data):
            raise UsageError(f"{self.out}: the data was made anew since the adapter was trained; give another --out")
        if self.settings.train.dora:
            self._whole_models()
        manifest = json.loads((self.out / "data" / "manifest.json").read_text("utf-8"))
        metadata = {
            "form": "notes",
            "base_sha256": self.base.sha256,
            "base": self.base.id,
            "data_sha256": manifest["sha256"]["train.jsonl"],
            "phrasebook_sha256": manifest["phrasebook_sha256"],
            "template_sha256": manifest.get("template_sha256") or template_hash(LlamaTokenizer(self.base.path)),
            "licence": self.settings.licence,
        }
        if begun_with := training["settings"]["start_from"]:
            metadata["started_from_sha256"] = " ".join(lineage(find(begun_with).path))
        count = convert(self.out / "adapter", self.file, model_config(self.base.path), metadata)
        self._note_sources(self.file)
        self.progress(f"convert: {count} tensors, {self.file.stat().st_size:,} bytes -> {self.file}")
        for file_type in self.settings.merged:
            from finetune.merge import merge

            target = self.out / f"{self.settings.name}-{file_type}.gguf"
            merge(self.base.path, self.file, target, file_type)
            self._note_sources(target)
            self.progress(f"merge: {target.stat().st_size:,} bytes -> {target}")
        return self.file

    def _whole_models(self) -> None:
        """What a DoRA run gives. Raises UsageError that says so: the gates are for adapters."""
        from finetune.merge_whole import merge_whole

        config, written = model_config(self.base.path), []
        for file_type in self.settings.merged:
            target = self.out / f"{self.settings.name}-{file_type}.gguf"
            merge_whole(self.base.path, self.out / "adapter", target, file_type, config)
            self._note_sources(target)
            written.append(str(target))
        raise UsageError(
            f"{', '.join(written)}: a whole model, as no adapter file holds DoRA; take it with `backroom models add`, "
            "for gates and release are for adapters (dora = false)"
        )

    def _note_sources(self, file: Path) -> None:
        """Note in every shop whose conversations were learnt from which file came of them, before anybody serves it."""
        for source in self.settings.data.reviews:
            with Database.open(Path(source.db).expanduser()) as db:
                register_adapter(db, self.out / "data", file.stem, file_hash(file))

    def judge(self) -> dict[str, Any]:
        """Parity, answers side by side, gates and report; the verdict is written last."""
        training = self._training()
        if training is None or not self.file.is_file():
            raise UsageError(f"{self.out}: no converted adapter here; make it with `backroom finetune convert`")
        return Judgement(self.settings, self.base, self.out, self.file, training, self.progress).judge()

    def _training(self) -> dict[str, Any] | None:
        file = self.out / "adapter" / "training.json"
        if not file.is_file():
            return None
        training: dict[str, Any] = json.loads(file.read_text("utf-8"))
        return training

    def _same_base(self) -> None:
        """A folder is of one base for good: matrices trained on one mean nothing on another."""
        note = self.out / "base.json"
        if note.is_file():
            noted = json.loads(note.read_text("utf-8"))
            if noted["sha256"] != self.base.sha256:
                raise UsageError(
                    f"{self.out}: begun with the base {noted['id']} (sha256 {noted['sha256'][:12]}), now it is "
                    f"{self.base.id} ({self.base.sha256[:12]}); use that base, or another folder"
                )
        else:
            write_json(note, {"id": self.base.id, "sha256": self.base.sha256})


def with_budget(settings: RunSettings, minutes: float | None) -> RunSettings:
    """The settings with another time budget for training."""
    return settings if minutes is None else replace(settings, train=replace(settings.train, minutes=minutes))
