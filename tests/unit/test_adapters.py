"""Which adapter serves: named, released, rolled back, tried on a share; never one of another base, never half a one."""

from __future__ import annotations

import hashlib
import json
import struct
from pathlib import Path
from typing import Any

import pytest

from assistant.adapters import SHIPPED, InUse, canary, choose, find, local, released
from assistant.engine.gguf import read_header
from assistant.engine.lora import LoraSet
from assistant.errors import ModelError, UsageError
from assistant.releases import Releases
from finetune.release import release, rollback

BASE = "b" * 64


@pytest.fixture(autouse=True)
def _none_shipped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for module in ("assistant.adapters", "finetune.release"):
        monkeypatch.setattr(f"{module}.SHIPPED", tmp_path / "shipped")


def gguf(path: Path, **metadata: str) -> Path:
    """A GGUF file without tensors that says it is an adapter."""
    values = {"general.type": "adapter", **{f"backroom.{k}": v for k, v in metadata.items()}}

    def text(value: str) -> bytes:
        return struct.pack("<Q", len(value.encode())) + value.encode()

    body = b"".join(text(k) + struct.pack("<I", 8) + text(v) for k, v in values.items())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 0, len(values)) + body + b"\0" * 64)
    return path


def a_run(folder: Path, name: str = "mine", *, holds: bool = True, base: str = BASE) -> Path:
    """What a finished run leaves."""
    file = gguf(folder / f"{name}.gguf", base_sha256=base, form="notes", made_in=str(folder))
    gates: list[dict[str, Any]] = [{"name": "own words", "found": 0.9, "limit": ">= 0.8", "holds": holds}]
    verdict = {"file": file.name, "sha256": hashlib.sha256(file.read_bytes()).hexdigest(), "gates": gates}
    (folder / "verdict.json").write_text(json.dumps(verdict))
    (folder / "report.md").write_text("# report")
    return folder


def test_released_served_and_rolled_back(tmp_path: Path) -> None:
    assert released(BASE) is None
    assert release(a_run(tmp_path / "one")) == "mine"
    assert release(a_run(tmp_path / "two")) == "mine-2"
    found = choose(None, BASE)
    assert found is not None and (found.name, found.form) == ("mine-2", "notes")
    assert (local() / "mine-2" / "report.md").is_file()
    assert rollback(BASE) == "mine"
    assert rollback(BASE) is None
    assert choose(None, BASE) is None
    with pytest.raises(UsageError, match="nothing to roll back"):
        rollback(BASE)


def shipped(home: Path, name: str) -> Path:
    """An adapter that comes with Backroom."""
    file = gguf(home / "shipped" / name / f"{name}.gguf", base_sha256=BASE, form="notes", made_in="the house")
    (home / "shipped" / "released.json").write_text(json.dumps({"released": {BASE: [name]}}))
    return file


def test_behind_the_first_own_release_is_the_one_that_came_with_backroom(tmp_path: Path) -> None:
    file = shipped(tmp_path, "house")
    release(a_run(tmp_path / "one"), share=0.5)
    assert rollback(BASE) == "house", "with a canary alone, what serves is the shipped one"
    release(a_run(tmp_path / "one"))
    assert rollback(BASE) == "house"
    serving = choose(None, BASE)
    assert serving is not None and serving.path == file
    with pytest.raises(UsageError, match="nothing to roll back"):
        rollback(BASE)


def test_a_release_never_takes_the_name_of_one_that_came_with_backroom(tmp_path: Path) -> None:
    shipped(tmp_path, "house")
    assert release(a_run(tmp_path / "one", "house")) == "house-2"
    assert choose(None, BASE) == find("house-2")


def test_a_run_whose_gates_dont_hold_is_not_released(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="own words"):
        release(a_run(tmp_path / "run", holds=False))
    assert released(BASE) is None


def test_a_file_that_changed_after_it_was_judged_is_not_released(tmp_path: Path) -> None:
    run = a_run(tmp_path / "run")
    gguf(run / "mine.gguf", base_sha256=BASE, form="notes", other="x")
    with pytest.raises(UsageError, match="not the file that was judged"):
        release(run)


def test_nothing_is_in_service_when_the_release_breaks_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    run = a_run(tmp_path / "run")
    monkeypatch.setattr("finetune.release.shutil.copyfile", full)
    with pytest.raises(UsageError, match="No space left"):
        release(run)
    assert released(BASE) is None


def test_an_adapter_of_another_base_is_refused_by_both_hashes(tmp_path: Path) -> None:
    file = gguf(tmp_path / "other.gguf", base_sha256="c" * 64)
    with pytest.raises(ModelError, match=r"another base .*cccccccccccc instead of bbbbbbbbbbbb"):
        choose(str(file), BASE)


def test_none_turns_it_off_and_an_unknown_name_is_an_error(tmp_path: Path) -> None:
    release(a_run(tmp_path / "run"))
    assert choose("none", BASE) is None
    with pytest.raises(ModelError, match="no adapter 'nowhere'"):
        choose("nowhere", BASE)
    assert find("mine").name == "mine"


def test_a_canary_words_its_share_and_always_the_same_conversations(tmp_path: Path) -> None:
    release(a_run(tmp_path / "one"))
    release(a_run(tmp_path / "two"), share=0.25)
    trial = canary(BASE)
    assert trial is not None and trial[0].name == "mine-2"
    in_use = InUse(released(BASE), *trial)
    names = [in_use.of(f"c{n}").name for n in range(2000)]  # type: ignore[union-attr]
    assert 0.2 < names.count("mine-2") / 2000 < 0.3
    assert names == [in_use.of(f"c{n}").name for n in range(2000)]  # type: ignore[union-attr]
    assert rollback(BASE) == "mine" and canary(BASE) is None


class Process:
    """An engine that notes what is loaded."""

    def __init__(self) -> None:
        self.adapters: dict[str, Path] = {}

    def load_adapter(self, name: str, path: Path) -> None:
        self.adapters[name] = path

    def unload_adapter(self, name: str) -> None:
        del self.adapters[name]


def test_a_running_server_takes_a_release_over_and_a_rollback(tmp_path: Path) -> None:
    process, in_use = Process(), InUse()
    follower = Releases(process, in_use, BASE)  # type: ignore[arg-type]
    assert follower.look() is False
    release(a_run(tmp_path / "one"))
    assert follower.look() is True
    assert in_use.current is not None and in_use.current.name == "mine" and list(process.adapters) == ["mine"]
    release(a_run(tmp_path / "two"))
    follower.look()
    assert in_use.current.name == "mine-2" and list(process.adapters) == ["mine-2"]
    rollback(BASE)
    follower.look()
    assert in_use.current.name == "mine" and list(process.adapters) == ["mine"]


def test_another_file_of_the_name_that_serves_is_taken_over_all_the_same(tmp_path: Path) -> None:
    file = shipped(tmp_path, "house")
    process, in_use = Process(), InUse(released(BASE))
    process.adapters["house"] = file
    follower = Releases(process, in_use, BASE)  # type: ignore[arg-type]
    assert follower.look() is False
    mine = gguf(local() / "house" / "house.gguf", base_sha256=BASE, form="notes", made_in="here")
    (local() / "released.json").write_text(json.dumps({"released": {BASE: ["house"]}}))
    assert follower.look() is True and process.adapters == {"house-2": mine}
    assert in_use.current is not None and in_use.current.name == "house-2"
    assert follower.look() is False
    rollback(BASE)
    assert follower.look() is True and process.adapters == {"house": file}


def test_a_shipped_adapter_is_refused_by_another_base_of_its_shape() -> None:
    file = SHIPPED / "house-words-4" / "house-words-4.gguf"
    other = LoraSet(None, read_header(file), ("other",), "f" * 64)
    with pytest.raises(ModelError, match="made for another llama model, not for other"):
        other.load("x", file)
