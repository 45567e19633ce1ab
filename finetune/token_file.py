"""The file between data and training: examples as token ids, by split. Knows no tokenizer and no torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from assistant.errors import UsageError
from finetune.pack import Tokens


def read_tokens(path: Path) -> dict[str, list[Tokens]]:
    """The splits of a token file: "train", "dev", and "keep", which may be empty. Raises UsageError when it is none."""
    from safetensors.numpy import load_file

    try:
        arrays = load_file(path)
    except Exception as error:
        raise UsageError(f"{path}: no token file ({error}); make it with `backroom finetune data`") from None
    splits: dict[str, list[Tokens]] = {}
    for split in ("train", "dev", "keep"):
        if split == "keep" and "keep.ids" not in arrays:
            splits[split] = []
            continue
        ids, ends = arrays[f"{split}.ids"], arrays[f"{split}.ends"]
        start = 0
        splits[split] = []
        for prompt_end, end in ends:
            splits[split].append(
                Tokens(tuple(int(t) for t in ids[start:prompt_end]), tuple(int(t) for t in ids[prompt_end:end]))
            )
            start = int(end)
    return splits


def write_tokens(path: Path, splits: Mapping[str, Sequence[Tokens]]) -> None:
    """Write a token file: for each split all ids in a line, and the end of each prompt and reply in it."""
    from safetensors.numpy import save_file

    arrays: dict[str, Any] = {}
    for split, examples in splits.items():
        ids: list[int] = []
        ends: list[tuple[int, int]] = []
        for example in examples:
            ids += example.prompt
            prompt_end = len(ids)
            ids += example.reply
            ends.append((prompt_end, len(ids)))
        arrays[f"{split}.ids"] = np.asarray(ids, dtype=np.int32)
        arrays[f"{split}.ends"] = np.asarray(ends, dtype=np.int64).reshape(-1, 2)
    part = path.with_name(path.name + ".part")
    save_file(arrays, part)
    part.replace(path)
