"""Keeps where a training run stands: whole or not at all, the last two. Knows no model and no loss.

OUT/checkpoints/step-000025/state.pt (matrices and the optimizer's moments), state.json (see State)
OUT/along/step-000050/               the adapter as it was at each held-out evaluation (PEFT's form), to be judged
"""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from assistant.errors import UsageError
from finetune.train_settings import State

_KEPT = 2


def save(out: Path, state: State, weights: Mapping[str, Any], optimizer: Mapping[str, Any]) -> None:
    """Keep everything that is needed to go on; those before the last two are removed after.

    Raises UsageError where it can't be written; what was kept before is still there.
    """
    import torch

    final = out / "checkpoints" / f"step-{state.step:06d}"
    part = final.with_suffix(".part")
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        kept = {name: values.detach().cpu() for name, values in weights.items()}
        whole = io.BytesIO()  # torch's own writer raises something else on a full disk
        torch.save({"weights": kept, "optimizer": optimizer}, whole)
        (part / "state.pt").write_bytes(whole.getbuffer())
        (part / "state.json").write_text(json.dumps(asdict(state)))
        shutil.rmtree(final, ignore_errors=True)
        part.replace(final)
    except OSError as error:
        shutil.rmtree(part, ignore_errors=True)
        raise UsageError(
            f"{final}: the checkpoint can't be written ({error.strerror}); free some space and run the same again, "
            "it goes on from the last one"
        ) from None
    for old in sorted(final.parent.glob("step-??????"))[:-_KEPT]:
        shutil.rmtree(old, ignore_errors=True)


def standing(out: Path) -> State | None:
    """Where the last whole checkpoint stands, or None where there is none."""
    found = _last(out)
    return None if found is None else State(**json.loads((found / "state.json").read_text()))


def latest(out: Path, device: str) -> tuple[State, dict[str, Any], dict[str, Any]] | None:
    """The state, matrices and optimizer of the last whole checkpoint, or None where there is none."""
    import torch

    found, state = _last(out), standing(out)
    if found is None or state is None:
        return None
    kept = torch.load(found / "state.pt", map_location=device, weights_only=True)
    return state, kept["weights"], kept["optimizer"]


def _last(out: Path) -> Path | None:
    return max((out / "checkpoints").glob("step-??????"), default=None)


def keep_along(out: Path, step: int, model: Any) -> None:
    """Keep the adapter as it is after `step` steps, for good: what comes of a run is judged along the way too.

    Raises UsageError where it can't be written.
    """
    from safetensors import SafetensorError

    final = out / "along" / f"step-{step:06d}"
    part = final.with_suffix(".part")
    try:
        shutil.rmtree(part, ignore_errors=True)
        model.save_pretrained(str(part))
        shutil.rmtree(final, ignore_errors=True)
        part.replace(final)
    except (OSError, SafetensorError) as error:
        shutil.rmtree(part, ignore_errors=True)
        raise UsageError(
            f"{final}: can't be written ({error}); free some space and run the same again, "
            "it goes on from the last checkpoint"
        ) from None


def kept_along(out: Path) -> dict[int, Path]:
    """The folders of `keep_along` by step, in order."""
    return {int(folder.name[5:]): folder for folder in sorted((out / "along").glob("step-??????"))}


def finish(folder: Path, model: Any, training: Mapping[str, Any]) -> None:
    """Write the trained adapter in PEFT's form, and what it came of in training.json, last.

    Raises UsageError where it can't be written; the last checkpoint is still there.
    """
    from safetensors import SafetensorError

    try:
        (folder / "training.json").unlink(missing_ok=True)
        model.save_pretrained(str(folder))
        part = folder / "training.json.part"
        part.write_text(json.dumps(training, indent=1))
        part.replace(folder / "training.json")
    except (OSError, SafetensorError) as error:
        raise UsageError(
            f"{folder}: the adapter can't be written ({error}); free some space and run the same again, "
            "it goes on from the last checkpoint"
        ) from None
