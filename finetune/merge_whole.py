"""Writes a trained DoRA adapter as a whole model: it scales the base's weights, which no adapter file can say.

The merged weights are computed by PEFT itself in 32 bits, put in the place of the base's in a GGUF file of 32 bits, and
rounded to the type that is asked for. Such a file is served as a model of its own; the gates judge adapters.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from assistant.engine.offline import requantise
from assistant.errors import ModelError
from finetune.base import load_base
from finetune.convert import their_order, their_place
from finetune.merge import checked_type


def merge_whole(
    base: Path, trained: Path, target: Path, file_type: str, config: Mapping[str, Any], threads: int = 1
) -> int:
    """Write `base` (GGUF) with the PEFT adapter in the folder `trained` merged in as `file_type`; returns how many
    tensors changed. `config` is the base's Hugging Face configuration. Raises ModelError for a type not offered."""
    import gguf

    checked_type(file_type)
    merged = _merged(base, trained)
    with tempfile.TemporaryDirectory(prefix="backroom-merge-", dir=target.parent) as folder:
        exact = Path(folder) / "exact.gguf"
        requantise(base, exact, "F32", threads)
        weights = {tensor.name: tensor.data for tensor in gguf.GGUFReader(str(exact), "r+").tensors}
        changed = 0
        for name, values in merged.items():
            _, layer, _, projection = name.split(".")
            place = their_place(layer, projection)
            if place not in weights:
                raise ModelError(f"{base}: the base has no tensor {place}; the adapter was trained on another base")
            changed += not np.array_equal(weights[place], ordered := their_order(projection, values, config))
            weights[place][:] = ordered
        for data in weights.values():
            if isinstance(data, np.memmap):
                data.flush()
        part = Path(folder) / "merged.gguf"
        requantise(exact, part, file_type, threads)
        part.replace(target)
    return changed


def _merged(base: Path, trained: Path) -> dict[str, Any]:
    """The merged weights of every projection that is adapted ("layers.3.mlp.up_proj" -> (out, in), 32 bits)."""
    from peft import PeftModel

    model = PeftModel.from_pretrained(load_base(base, "float32"), str(trained))
    adapted = [n.removesuffix(".lora_A.default") for n, _ in model.named_modules() if n.endswith(".lora_A.default")]
    whole = model.merge_and_unload()
    found = {}
    for name in (n[n.index("layers.") :] for n in adapted):
        found[name] = whole.model.get_submodule(name).weight.detach().numpy()
    return found
