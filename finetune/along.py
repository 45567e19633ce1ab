"""How an adapter came to be: the base, what was kept along its training, the end, and the adapter that is in service.

Each words some of the same answers freely, in the product, and is measured on held-out replies and on what has nothing
to do with shops. Nothing here decides a release. Knows which adapters there are, and not how anything is measured.

    OUT/along/step-000050/ (see checkpoint.keep_along)  OUT/along/step-000050.gguf
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from assistant.adapters import UNTRAINED, Adapter, file_hash, open_adapter, released
from assistant.engine.process import EngineProcess
from finetune.checkpoint import kept_along
from finetune.convert import convert

BASE, END, SERVED = "base", "end", "in service"
_PREFIX = "served-"


@dataclass(frozen=True)
class Point:
    """One of those compared: after how many `steps` (None: not of this run), and what words its answers."""

    name: str
    steps: int | None
    adapter: Adapter

    @property
    def file(self) -> Path | None:
        """The adapter's file, None for the base."""
        return None if self.adapter is UNTRAINED else self.adapter.path


def points(
    out: Path, file: Path, last: int, most: int, base_sha256: str, model_config: Mapping[str, Any]
) -> list[Point]:
    """Those to compare, in the order of their steps: at most `most` of the adapters kept along the way, evenly
    spread; a run too short to keep one is compared with the base and with what is in service all the same. `file`
    is the run's adapter after `last` steps."""
    kept = {steps: folder for steps, folder in kept_along(out).items() if steps < last}
    if most < 1:
        return []
    chosen = spread(sorted(kept), most)
    found = [Point(BASE, 0, UNTRAINED)]
    for steps in chosen:
        served = kept[steps].with_suffix(".gguf")
        convert(kept[steps], served, model_config, {"form": "notes", "base_sha256": base_sha256})
        found.append(Point(f"step {steps}", steps, open_adapter(served)))
    found.append(Point(END, last, open_adapter(file)))
    now = in_service(base_sha256, file)
    if now is not None:
        found.append(Point(f"{SERVED}: {now.name.removeprefix(_PREFIX)}", None, now))
    return found


def in_service(base_sha256: str, file: Path) -> Adapter | None:
    """The adapter that is in service beside the run's own `file`, under a name of its own as both may share one; None
    where there is none, or it is that very file."""
    now = released(base_sha256)
    if now is None or file_hash(now.path) == file_hash(file):
        return None
    return replace(now, name=f"{_PREFIX}{now.name}")


def spread(values: Sequence[int], most: int) -> list[int]:
    """At most `most` of the values, evenly spread, the last among them."""
    count = min(most, len(values))
    return [values[(number + 1) * len(values) // count - 1] for number in range(count)]


class loaded:
    """An adapter in a running engine for as long as it is needed; those that are there already stay."""

    def __init__(self, engine: EngineProcess, adapter: Adapter) -> None:
        self._engine, self._adapter = engine, adapter
        self._mine = adapter is not UNTRAINED and adapter.name not in engine.adapters

    def __enter__(self) -> None:
        if self._mine:
            self._engine.load_adapter(self._adapter.name, self._adapter.path)

    def __exit__(self, *_: object) -> None:
        if self._mine:
            self._engine.unload_adapter(self._adapter.name)


def row(point: Point, figures: Mapping[str, Any], known: Mapping[str, float]) -> dict[str, Any]:
    """A point's figures: `figures` as evaluate.summary gives them, `known` as Judgement measures ability."""
    names = ("answers", "notes", "own_first_time", "standard_error", "wrong_before_checking", "notes_copied", "ended")
    return {
        "name": point.name, "steps": point.steps, **{name: figures[name] for name in names},
        "loss_in_domain": round(known["loss_in_domain"], 4), "loss": round(known["loss"], 4), "right": known["right"],
    }  # fmt: skip
