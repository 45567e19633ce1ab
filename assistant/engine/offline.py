"""What is done with a model file beside serving it: another type of weights, and the logits of every place of a text.

For checking adapters; nothing here is needed to answer a customer. Knows no request and no queue.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.engine.lib import llama, log_tail
from assistant.engine.lora import invocation_of
from assistant.errors import ModelError

FILE_TYPES = {"F32": "LLAMA_FTYPE_ALL_F32", "F16": "LLAMA_FTYPE_MOSTLY_F16", "Q8_0": "LLAMA_FTYPE_MOSTLY_Q8_0",
              "Q4_K_M": "LLAMA_FTYPE_MOSTLY_Q4_K_M", "Q4_1": "LLAMA_FTYPE_MOSTLY_Q4_1"}  # fmt: skip


def requantise(source: Path, target: Path, file_type: str, threads: int = 1) -> None:
    """Write `source` with weights of another type ("F32", "F16", "Q8_0", "Q4_K_M", "Q4_1").

    Raises ModelError when llama.cpp refuses.
    """
    params = llama.llama_model_quantize_default_params()
    params.ftype = getattr(llama, FILE_TYPES[file_type])
    params.allow_requantize = True
    params.nthread = threads
    code = llama.llama_model_quantize(str(source).encode(), str(target).encode(), ctypes.byref(params))
    if code != 0:
        reason = log_tail[-1] if log_tail else f"llama.cpp ends with {code}"
        raise ModelError(f"{source} can't be written as {file_type}: {reason}")


def all_logits(
    model: Path, texts: Sequence[Sequence[int]], adapter: Path | None = None, threads: int = 1
) -> list[NDArray[np.float32]]:
    """For each text (token ids) the logits at each of its places, (num_tokens, num_vocabulary).

    Raises ModelError when a file can't be loaded or a text can't be computed.
    """
    return list(iter_logits(model, texts, adapter, threads))


def iter_logits(
    model: Path, texts: Sequence[Sequence[int]], adapter: Path | None = None, threads: int = 1
) -> Iterator[NDArray[np.float32]]:
    """`all_logits` one text at a time, for texts whose logits together are too much to hold."""
    handle = llama.llama_model_load_from_file(str(model).encode(), _model_params())
    if not handle:
        raise ModelError(f"{model} can't be loaded: {log_tail[-1] if log_tail else 'llama.cpp gives no reason'}")
    longest = max(len(text) for text in texts)
    params = llama.llama_context_default_params()
    params.n_ctx = params.n_batch = params.n_ubatch = longest + 8
    params.n_threads = params.n_threads_batch = threads
    context = llama.llama_init_from_model(handle, params)
    try:
        loaded = _load(handle, adapter) if adapter is not None else None
        invocation = invocation_of(loaded) if loaded else ()
        size = llama.llama_vocab_n_tokens(llama.llama_model_get_vocab(handle))
        for text in texts:
            yield _logits(context, text, size, loaded, activation(text, invocation))
    finally:
        llama.llama_free(context)
        llama.llama_model_free(handle)


def _model_params() -> object:
    params = llama.llama_model_default_params()
    params.n_gpu_layers = 0
    return params


def activation(text: Sequence[int], invocation: tuple[int, ...]) -> int:
    """Where in a text an activated adapter sets in: at the last of its invocation tokens, or not at all."""
    size = len(invocation)
    places = (at for at in range(len(text) - size, -1, -1) if tuple(text[at : at + size]) == invocation)
    return next(places, len(text)) if size else 0


def _load(handle: object, adapter: Path) -> Any:
    loaded = llama.llama_adapter_lora_init(handle, str(adapter).encode())
    if not loaded:
        raise ModelError(f"{adapter} doesn't fit: {log_tail[-1] if log_tail else 'llama.cpp gives no reason'}")
    return loaded


def _logits(context: object, text: Sequence[int], size: int, adapter: Any, place: int) -> NDArray[np.float32]:
    """The logits of a text of which the adapter computes what comes from `place` on."""
    llama.llama_memory_clear(llama.llama_get_memory(context), True)
    parts = [_part(context, text[:place], 0, size, None), _part(context, text[place:], place, size, adapter)]
    return np.concatenate(parts)


def _part(context: object, text: Sequence[int], start: int, size: int, adapter: Any) -> NDArray[np.float32]:
    if not text:
        return np.empty((0, size), dtype=np.float32)
    pointers = (llama.llama_adapter_lora_p_ctypes * 1)(*([adapter] if adapter else []))
    if llama.llama_set_adapters_lora(context, pointers, int(bool(adapter)), (ctypes.c_float * 1)(1.0)) != 0:
        raise ModelError("the adapter can't be switched on")
    batch = llama.llama_batch_init(len(text), 0, 1)
    batch.n_tokens = len(text)
    for place, token in enumerate(text):
        batch.token[place], batch.pos[place], batch.n_seq_id[place] = token, start + place, 1
        batch.seq_id[place][0], batch.logits[place] = 0, 1
    code = llama.llama_decode(context, batch)
    llama.llama_batch_free(batch)
    if code != 0:
        raise ModelError(f"a text of {len(text)} tokens can't be computed (llama_decode ended with {code})")
    address = ctypes.cast(llama.llama_get_logits(context), ctypes.c_void_p).value
    buffer = (ctypes.c_float * (len(text) * size)).from_address(address or 0)
    return np.frombuffer(memoryview(buffer).cast("B"), dtype=np.float32).reshape(len(text), size).copy()
