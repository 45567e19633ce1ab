"""Weights in another type than their file's, made once by llama.cpp and kept in the cache folder.

A converted file is named by the hash of the one it comes from. Where it can't be made or kept, the original is used.
Runs in the engine's own process, because a conversion may end it.
"""

from __future__ import annotations

import ctypes
import logging
import os
from pathlib import Path

from assistant.config import cache_home
from assistant.engine.gguf import read_header
from assistant.engine.lib import last_error, llama
from assistant.errors import ModelError

FILE_TYPES = {"f32": 0, "f16": 1, "q4_0": 2, "q8_0": 7, "bf16": 32}
"""llama.cpp's numbers of whole-file types (llama_ftype)."""
_log = logging.getLogger("backroom.engine")


def converted(source: Path, sha256: str, weights: str, folder: Path | None = None) -> Path:
    """The file of `source` (whose hash is `sha256`) with its weights as `weights`; `source` itself for "" or a failure.

    Takes about a second for each gigabyte the first time.
    """
    if not weights or not sha256:
        return source
    folder = folder or cache_home() / "weights"
    target = folder / f"{sha256[:16]}-{weights}.gguf"
    if _is_whole(target):
        return target
    part = target.with_suffix(f".{os.getpid()}.part")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder, target.stem)
        _quantize(source, part, FILE_TYPES[weights])
        part.replace(target)
        return target
    except (OSError, ModelError) as error:
        part.unlink(missing_ok=True)
        _log.warning("%s is used as it is: its weights can't be kept as %s: %s", source.name, weights, error)
        return source


def _sweep(folder: Path, stem: str) -> None:
    """Remove the parts that processes have left which were killed while they converted."""
    for part in folder.glob(f"{stem}.*.part"):
        try:
            os.kill(int(part.suffixes[-2][1:]), 0)  # asks only
        except ProcessLookupError:
            part.unlink(missing_ok=True)
        except (PermissionError, ValueError):
            pass  # another user's process, which lives; not a name of ours


def _is_whole(path: Path) -> bool:
    """Whether it is there and as long as its own table of tensors says."""
    try:
        return read_header(path).kind == "model"
    except ModelError:
        return False


def _quantize(source: Path, target: Path, file_type: int) -> None:
    params = llama.llama_model_quantize_default_params()
    params.ftype = file_type
    params.allow_requantize = True
    params.nthread = 0
    if llama.llama_model_quantize(str(source).encode(), str(target).encode(), ctypes.byref(params)) != 0:
        raise ModelError(last_error())
    read_header(target)
