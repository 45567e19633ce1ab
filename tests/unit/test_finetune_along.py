"""What is kept along a training: the adapter as it was then, whole, and which of them are judged and how."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="needs the extra: uv sync --extra finetune")
pytest.importorskip("peft", reason="needs the extra: uv sync --extra finetune")

from assistant.adapters import Adapter  # noqa: E402
from finetune.along import loaded, points, spread  # noqa: E402
from finetune.base import model_config  # noqa: E402
from finetune.checkpoint import kept_along  # noqa: E402
from finetune.convert import convert, read_back  # noqa: E402
from finetune.plots import came_along  # noqa: E402
from finetune.token_file import write_tokens  # noqa: E402
from finetune.train import Trainer  # noqa: E402
from tests.unit.test_finetune_train import SETTINGS, some, tiny  # noqa: E402, F401 - a fixture


@pytest.fixture
def run(tiny: Path, tmp_path: Path) -> tuple[Path, int]:  # noqa: F811
    """A run of a tiny model that keeps its adapter every four steps, and its last step."""
    write_tokens(tmp_path / "tokens.safetensors", {"train": some(24), "dev": some(4, 9)})
    out = tmp_path / "run"
    state = Trainer(tiny, tmp_path / "tokens.safetensors", out, replace(SETTINGS, epochs=4), lambda _: None).train()
    convert(out / "adapter", out / "mine.gguf", model_config(tiny), {"form": "notes", "base_sha256": "b"})
    return out, state.step


def test_the_adapter_is_kept_as_it_was(tiny: Path, run: tuple[Path, int], tmp_path: Path) -> None:  # noqa: F811
    from safetensors.numpy import load_file

    out, last = run
    (out / "along" / "step-000003.part").mkdir()  # what a kill in mid-write leaves
    assert list(kept_along(out)) == list(range(4, last + 1, 4))
    early, late, end = (
        load_file(folder / "adapter_model.safetensors")
        for folder in (out / "along" / "step-000004", kept_along(out)[last // 4 * 4], out / "adapter")
    )
    far = {name: abs(early[name] - end[name]).max() for name in end}
    near = {name: abs(late[name] - end[name]).max() for name in end}
    assert max(near.values()) < max(far.values())


def test_the_points_go_from_the_base_to_what_is_in_service(
    tiny: Path, run: tuple[Path, int], monkeypatch: pytest.MonkeyPatch  # noqa: F811
) -> None:  # fmt: skip
    out, last = run
    config = model_config(tiny)
    other = out / "served" / "mine.gguf"
    other.parent.mkdir()
    convert(out / "along" / "step-000004", other, config, {"form": "notes"})
    monkeypatch.setattr("finetune.along.released", lambda _: Adapter("mine", other, "notes", "b"))
    found = points(out, out / "mine.gguf", last, 2, "b", config)
    assert [p.name for p in found][:1] == ["base"] and [p.name for p in found][-2:] == ["end", "in service: mine"]
    assert [p.steps for p in found if p.steps] == sorted(p.steps for p in found if p.steps) and len(found) == 5
    assert len({p.adapter.name for p in found}) == 5, "the engine tells them apart by name"
    assert found[0].file is None and all(read_back(p.file, config) for p in found if p.file)
    monkeypatch.setattr("finetune.along.released", lambda _: Adapter("mine", out / "mine.gguf", "notes", "b"))
    assert len(points(out, out / "mine.gguf", last, 2, "b", config)) == 4, "the run's own adapter is not shown twice"
    assert points(out, out / "mine.gguf", last, 0, "b", config) == []
    monkeypatch.setattr("finetune.along.kept_along", lambda _: {})
    short = points(out, out / "mine.gguf", last, 2, "b", config)
    assert [p.name for p in short] == ["base", "end"], "a run too short to keep one on the way"


def test_they_are_spread_evenly_and_the_last_is_among_them() -> None:
    assert spread(range(10), 3) == [2, 5, 9] and spread(range(2), 5) == [0, 1] and spread([], 3) == []


def test_an_adapter_is_in_the_engine_only_while_it_is_measured() -> None:
    class Engine:
        def __init__(self) -> None:
            self.adapters = {"mine": Path("mine.gguf")}

        def load_adapter(self, name: str, path: Path) -> None:
            self.adapters[name] = path

        def unload_adapter(self, name: str) -> None:
            del self.adapters[name]

    engine = Engine()
    with loaded(engine, Adapter("step-000004", Path("a"), "notes", None)):  # type: ignore[arg-type]
        assert set(engine.adapters) == {"mine", "step-000004"}
        with loaded(engine, Adapter("mine", Path("mine.gguf"), "notes", None)):  # type: ignore[arg-type]
            pass
    assert set(engine.adapters) == {"mine"}


def test_the_picture_is_drawn(tmp_path: Path) -> None:
    row = {"own_first_time": 0.5, "standard_error": 0.1, "wrong_before_checking": 1, "answers": 4, "loss": 4.0}
    came_along(tmp_path / "a.png", [{**row, "steps": steps, "loss_in_domain": 1.0} for steps in (0, 4, None)])
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
