"""Writes a base with an adapter merged into its weights, for engines that take no adapters: Q8_0 or Q4_K_M.

Merging into the 4 bits that a Q4_1 base has undoes the training (99.99% of the codes stay the same), so the weights are
merged in 32 bits and then rounded to the type that is asked for. Knows no torch.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from assistant.engine.offline import requantise
from assistant.errors import ModelError

TYPES = ("Q8_0", "Q4_K_M", "F16")


def merge(base: Path, adapter: Path, target: Path, file_type: str, threads: int = 1) -> None:
    """Write `base` with `adapter` (both GGUF) merged in as `file_type`. Raises ModelError for a type or file that
    doesn't fit."""
    checked_type(file_type)
    with tempfile.TemporaryDirectory(prefix="backroom-merge-", dir=target.parent) as folder:
        exact = Path(folder) / "exact.gguf"
        requantise(base, exact, "F32", threads)
        add_into(exact, adapter)
        part = Path(folder) / "merged.gguf"
        requantise(exact, part, file_type, threads)
        part.replace(target)


def checked_type(file_type: str) -> None:
    """Raises ModelError for a type of weights that would undo the training."""
    if file_type not in TYPES:
        raise ModelError(
            f"merging to {file_type} isn't offered (it would undo the training); use one of {', '.join(TYPES)}"
        )


def add_into(exact: Path, adapter: Path) -> int:
    """Add an adapter to the 32-bit weights in the file `exact`, in place; returns how many tensors changed."""
    import gguf

    lora = gguf.GGUFReader(str(adapter))
    if "adapter.alora.invocation_tokens" in lora.fields:
        raise ModelError(f"{adapter}: an activated adapter can't be merged: the base has to stay as it is before it")
    alpha = float(lora.fields["adapter.lora.alpha"].contents())
    halves = {tensor.name: np.asarray(tensor.data, dtype=np.float32) for tensor in lora.tensors}
    model = gguf.GGUFReader(str(exact), "r+")
    weights = {tensor.name: tensor.data for tensor in model.tensors}
    names = [name.removesuffix(".lora_a") for name in halves if name.endswith(".lora_a")]
    for name in names:
        if name not in weights:
            raise ModelError(f"{adapter}: the base has no tensor {name}; it was made for another base")
        down, up = halves[f"{name}.lora_a"], halves[f"{name}.lora_b"]
        weights[name][:] += (alpha / down.shape[0]) * (up @ down)
    for data in weights.values():
        if isinstance(data, np.memmap):
            data.flush()
    return len(names)
