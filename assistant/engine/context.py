"""One llama.cpp context: some numbered memories of a loaded model, and batches computed in them.

A model may have several, which share its weights and nothing else. Knows no adapter, no request and no file. Runs in
the engine's own process, because llama.cpp may end it.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

import numpy as np

from assistant.engine.backend import Chunk, Interrupted, Logits, Saved
from assistant.engine.brake import Brake
from assistant.engine.lib import last_error, llama
from assistant.engine.options import LlamaOptions
from assistant.engine.relay import Room
from assistant.errors import EngineError

KV_TYPES = {"f32": 0, "f16": 1, "q8_0": 8, "bf16": 30}
"""ggml's numbers for the types that keys and values may be kept in; q8_0 needs flash attention."""

_GIVEN_UP = 2  # llama_decode's word for it


class _Batch:
    """A reusable llama_batch over numpy arrays of `capacity` tokens."""

    def __init__(self, capacity: int) -> None:
        self.tokens = np.zeros(capacity, dtype=np.int32)
        self.positions = np.zeros(capacity, dtype=np.int32)
        self.counts = np.ones(capacity, dtype=np.int32)
        self.memories = np.zeros(capacity, dtype=np.int32)
        self.outputs = np.zeros(capacity, dtype=np.int8)
        step = self.memories.itemsize
        self.pointers = np.array([self.memories.ctypes.data + step * i for i in range(capacity)], dtype=np.uintp)
        self.struct = llama.llama_batch()
        for name, array in (("token", self.tokens), ("pos", self.positions), ("n_seq_id", self.counts)):
            setattr(self.struct, name, array.ctypes.data_as(ctypes.POINTER(ctypes.c_int32)))
        self.struct.seq_id = self.pointers.ctypes.data_as(ctypes.POINTER(ctypes.POINTER(ctypes.c_int32)))
        self.struct.logits = self.outputs.ctypes.data_as(ctypes.POINTER(ctypes.c_int8))

    def fill(self, chunks: Sequence[Chunk]) -> None:
        end = 0
        for chunk in chunks:
            start, end = end, end + len(chunk.tokens)
            self.tokens[start:end] = chunk.tokens
            self.positions[start:end] = np.arange(chunk.position, chunk.position + end - start)
            self.memories[start:end] = chunk.memory
            self.outputs[start:end] = 0
            self.outputs[[start + place for place in chunk.wanted]] = 1
        self.struct.n_tokens = end


class LlamaContext:
    """`num_memories` memories of the loaded `model`, as `options` say but for `flash_attention`.

    `num_tokens` is the size of the vocabulary. The methods are those of `Backend`. Raises EngineError where there is no
    room for the memories.
    """

    def __init__(
        self,
        model: Any,
        options: LlamaOptions,
        num_tokens: int,
        num_memories: int,
        brake: Brake,
        *,
        flash_attention: bool,
    ) -> None:
        params = llama.llama_context_default_params()
        params.n_ctx = options.context * num_memories
        params.n_seq_max = num_memories
        params.n_batch = params.n_ubatch = options.max_batch
        params.n_threads = params.n_threads_batch = options.threads
        params.flash_attn_type = int(flash_attention)
        params.kv_unified = options.unified_kv
        params.type_k = params.type_v = KV_TYPES[options.kv_type]
        params.no_perf = True
        brake.attach(params)
        self.pointer: Any = llama.llama_init_from_model(model, params)
        if not self.pointer:
            raise EngineError(f"no memory for {num_memories} x {options.context} tokens: {last_error()}")
        self.num_memories = num_memories
        self._num_tokens = num_tokens
        self._is_unified = options.unified_kv
        self._room = Room()
        self._memory = llama.llama_get_memory(self.pointer)
        self._batch = _Batch(options.max_batch)

    def run(self, chunks: Sequence[Chunk]) -> list[list[Logits]]:
        """Raises EngineError when llama.cpp refuses the batch, Interrupted when the brake was pulled."""
        self._batch.fill(chunks)
        code = llama.llama_decode(self.pointer, self._batch.struct)
        if code == _GIVEN_UP:
            for chunk in chunks:  # llama.cpp may have computed some of them
                self.truncate(chunk.memory, chunk.position)
            raise Interrupted
        if code != 0:
            raise EngineError(f"llama_decode ended with {code}: {last_error()}")
        num_rows = sum(len(chunk.wanted) for chunk in chunks)
        rows = iter(self._rows(num_rows) if num_rows else ())
        return [[next(rows) for _ in chunk.wanted] for chunk in chunks]

    def _rows(self, num_rows: int) -> Logits:
        """The logits of the last batch, (num_rows, num_tokens), in llama.cpp's own buffer."""
        address = ctypes.cast(llama.llama_get_logits(self.pointer), ctypes.c_void_p).value
        if not address:
            raise EngineError("llama.cpp gave no logits")
        buffer = (ctypes.c_float * (num_rows * self._num_tokens)).from_address(address)
        rows: Logits = np.frombuffer(memoryview(buffer).cast("B"), dtype=np.float32)
        return rows.reshape(num_rows, self._num_tokens)

    def set_threads(self, threads: int) -> None:
        llama.llama_set_n_threads(self.pointer, threads, threads)

    def num_held(self, memory: int) -> int:
        """How many tokens a memory holds."""
        return int(llama.llama_memory_seq_pos_max(self._memory, memory)) + 1

    def copy(self, source: int, target: int, num_tokens: int) -> None:
        """Between memories of their own llama.cpp would copy only with the next batch, and over whatever had been put
        there meanwhile, or saved without it: so what is held is saved and restored, at once."""
        if self._is_unified:
            llama.llama_memory_seq_rm(self._memory, target, -1, -1)
            llama.llama_memory_seq_cp(self._memory, source, target, -1, -1)
        elif not self.restore(target, self.save(source, self._room)):
            raise EngineError(f"{num_tokens} tokens could not be copied from one memory to another")
        self.truncate(target, num_tokens)

    def truncate(self, memory: int, num_tokens: int) -> None:
        llama.llama_memory_seq_rm(self._memory, memory, num_tokens or -1, -1)

    def save(self, memory: int, room: Room | None = None) -> Saved:
        """What a memory holds, in `room` or in bytes of its own."""
        size = llama.llama_state_seq_get_size(self.pointer, memory)
        saved = room.of(size) if room else np.empty(size, dtype=np.uint8)
        pointer = saved.ctypes.data_as(ctypes.POINTER(ctypes.c_uint8))
        return saved[: llama.llama_state_seq_get_data(self.pointer, pointer, size, memory)]

    def restore(self, memory: int, saved: Saved) -> bool:
        self.truncate(memory, 0)
        pointer = saved.ctypes.data_as(ctypes.POINTER(ctypes.c_uint8))
        if llama.llama_state_seq_set_data(self.pointer, pointer, len(saved), memory) == len(saved):
            return True
        self.truncate(memory, 0)
        return False

    def close(self) -> None:
        if self.pointer:
            llama.llama_free(self.pointer)
            self.pointer = None
