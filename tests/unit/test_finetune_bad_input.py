"""What may go wrong with a run's folder, data and base: one clear line each, and nothing is lost."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("datasketch", reason="needs the extra: uv sync --extra finetune")

from assistant.errors import UsageError
from finetune.config import DataSettings, RunSettings
from finetune.data import make_data, split
from finetune.example import Example, read, write
from finetune.importers import Exchange, read_dialogues
from finetune.run import Run

GOOD = Example("1", "s/g", "s/p", "how much is it?", "The {1.item} costs {1.price}.", "It's {1.price}, the {1.item}.")


def test_one_bad_line_in_a_hundred_thousand_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    file = tmp_path / "talk.jsonl"
    line = json.dumps({"id": "a", "question": "q", "answer": "a"}) + "\n"
    file.write_text(line * 60_000 + '{"id": \n' + line * 40_000, "utf-8")
    found = list(read_dialogues(file))
    bad = [f for f in found if not isinstance(f, Exchange)]
    assert len(found) == 100_001 and [b.where for b in bad] == ["talk.jsonl:60001"]


def test_an_interrupted_write_leaves_what_was_there(tmp_path: Path) -> None:
    file = tmp_path / "train.jsonl"
    write(file, [GOOD])

    def breaks_off() -> object:
        yield GOOD
        raise OSError(28, "No space left on device")

    with pytest.raises(UsageError, match="No space left on device"):
        write(file, breaks_off())  # type: ignore[arg-type]
    assert list(read(file)) == [GOOD] and list(tmp_path.iterdir()) == [file]


def test_a_folder_stays_with_its_base(tmp_path: Path) -> None:
    run = Run(RunSettings(), tmp_path, lambda _: None)
    with run.alone():
        pass
    note = json.loads((tmp_path / "base.json").read_text("utf-8"))
    (tmp_path / "base.json").write_text(json.dumps(note | {"sha256": "0" * 64}), "utf-8")
    with pytest.raises(UsageError, match=r"begun with the base .*use that base, or another folder"), run.alone():
        pass


def test_a_run_is_not_started_twice_in_one_folder(tmp_path: Path) -> None:
    first, second = (Run(RunSettings(), tmp_path, lambda _: None) for _ in range(2))
    with first.alone(), pytest.raises(UsageError, match="another run is at work here"), second.alone():
        pass
    with second.alone():
        pass


def test_an_adapter_of_another_base_or_scale_is_not_trained_on(tmp_path: Path) -> None:
    from finetune.convert import convert  # noqa: F401 - the extra is there

    for change, why in (({"alpha": 64.0}, "its alpha is 32, here it is 64"), ({}, "an adapter for another base")):
        settings = RunSettings()
        run = Run(
            replace(settings, train=replace(settings.train, start_from="house-words", **change)),
            tmp_path, lambda _: None,
        )  # fmt: skip
        if not change:
            run.base = replace(run.base, sha256="0" * 64)
        with pytest.raises(UsageError, match=why):
            run._earlier()


def test_data_that_is_one_big_conversation_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from finetune import data
    from finetune.collect import Refused

    one = [replace(GOOD, id=str(n), question=f"how much is number {n}?") for n in range(50)]
    assert len(split(one, DataSettings())["train"]) == 50
    monkeypatch.setattr(data, "collect", lambda *_: (one, Refused()))
    with pytest.raises(UsageError, match=r"all \d+ examples hang together by conversation or product"):
        make_data(RunSettings(), tmp_path, lambda _: None)
    assert not (tmp_path / "data" / "manifest.json").exists()
    monkeypatch.setattr(data, "collect", lambda *_: ([], Refused()))
    with pytest.raises(UsageError, match="nothing to learn from"):
        make_data(RunSettings(), tmp_path, lambda _: None)


def test_judging_without_an_adapter_says_what_to_run_first(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="make it with `backroom finetune convert`"):
        Run(RunSettings(), tmp_path, lambda _: None).judge()
