"""The llama.cpp backend: a GGUF model with its adapters, and one KV stream per memory.

Knows no request, no queue and no text. Runs in the engine's own process, because llama.cpp may end it.
"""

from __future__ import annotations

import ctypes
import time
from collections.abc import Collection, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from assistant.engine.backend import Chunk, Logits, Sampler, Saved
from assistant.engine.convert import converted
from assistant.engine.gguf import read_header
from assistant.engine.lib import last_error, llama
from assistant.engine.lora import LoraSet
from assistant.engine.mask import TokenTable
from assistant.engine.options import LlamaOptions
from assistant.engine.request import Sampling
from assistant.engine.sampler import make_sampler
from assistant.engine.threads import ThreadGovernor
from assistant.engine.vocabulary import Vocabulary
from assistant.errors import EngineError, ModelError

KV_TYPES = {"f32": 0, "f16": 1, "q8_0": 8, "bf16": 30}
"""ggml's numbers for the types that keys and values may be kept in; q8_0 needs flash attention."""


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


class LlamaBackend:
    """Implements `Backend`. Raises ModelError when the model or an adapter can't be loaded."""

    def __init__(self, options: LlamaOptions) -> None:
        self.options = options
        self.model = str(options.model)
        self.context = options.context
        self.num_sequences = options.num_sequences
        self.max_batch = options.max_batch
        self.park_bytes = options.park_mb * 1_000_000
        self.even_chunks = not options.unified_kv
        header = read_header(options.model)
        file = converted(options.model, options.sha256, options.weights)
        params = llama.llama_model_default_params()
        params.n_gpu_layers = 0
        self._model: Any = llama.llama_model_load_from_file(str(file).encode(), params)
        if not self._model:
            raise ModelError(f"{options.model} can't be loaded: {last_error()}; use another model file")
        self.vocabulary = Vocabulary(self._model)
        self.end_tokens = self.vocabulary.end_tokens
        self._lora = LoraSet(self._model, header, (options.name, options.model.stem), options.sha256)
        for name, path in options.adapters.items():
            self._lora.load(name, path)
        self._context: Any = llama.llama_init_from_model(self._model, self._context_params())
        if not self._context:
            raise EngineError(f"no memory for {options.num_sequences} x {options.context} tokens: {last_error()}")
        self._memory = llama.llama_get_memory(self._context)
        self._batch = _Batch(options.max_batch)
        self._governor = ThreadGovernor(options.threads)
        self._warm_up()

    def _warm_up(self) -> None:
        """Compute a few tokens, so that the first customer doesn't wait for the weights to come from disk."""
        self.run([Chunk(memory=0, tokens=[0] * 8, position=0, wanted=(7,))], None)
        self.truncate(0, 0)

    def _context_params(self) -> Any:
        options, params = self.options, llama.llama_context_default_params()
        params.n_ctx = options.context * options.num_sequences
        params.n_seq_max = options.num_sequences
        params.n_batch = params.n_ubatch = options.max_batch
        params.n_threads = params.n_threads_batch = options.threads
        params.flash_attn_type = int(options.flash_attention)
        params.kv_unified = options.unified_kv
        params.type_k = params.type_v = KV_TYPES[options.kv_type]
        params.no_perf = True
        return params

    @property
    def adapters(self) -> Collection[str]:
        return self._lora.loaded

    def invocation(self, adapter: str) -> tuple[int, ...]:
        """See `Backend.invocation`."""
        return self._lora.invocations.get(adapter, ())

    def load_adapter(self, name: str, path: Path) -> None:
        """See `Backend.load_adapter`."""
        self._lora.load(name, path)

    def unload_adapter(self, name: str) -> None:
        """See `Backend.unload_adapter`."""
        self._lora.switch(self._context, None)
        self._lora.unload(name)

    @cached_property
    def table(self) -> TokenTable:
        return TokenTable(self.vocabulary.pieces, self.vocabulary.control, self.vocabulary.encode)

    def run(self, chunks: Sequence[Chunk], adapter: str | None) -> list[list[Logits]]:
        """See `Backend.run`. Raises EngineError when llama.cpp refuses the batch."""
        self._lora.switch(self._context, adapter)
        self._batch.fill(chunks)
        wall, cpu = time.monotonic(), time.process_time()
        code = llama.llama_decode(self._context, self._batch.struct)
        self._adapt_threads(time.monotonic() - wall, time.process_time() - cpu)
        if code != 0:
            raise EngineError(f"llama_decode ended with {code}: {last_error()}")
        num_rows = sum(len(chunk.wanted) for chunk in chunks)
        rows = iter(self._rows(num_rows) if num_rows else ())
        return [[next(rows) for _ in chunk.wanted] for chunk in chunks]

    def _adapt_threads(self, wall_s: float, cpu_s: float) -> None:
        before = self._governor.threads
        threads = self._governor.record(wall_s, cpu_s)
        if threads != before:
            llama.llama_set_n_threads(self._context, threads, threads)

    def _rows(self, num_rows: int) -> Logits:
        """The logits of the last batch, (num_rows, num_tokens), in llama.cpp's own buffer."""
        address = ctypes.cast(llama.llama_get_logits(self._context), ctypes.c_void_p).value
        if not address:
            raise EngineError("llama.cpp gave no logits")
        num_tokens = self.vocabulary.num_tokens
        buffer = (ctypes.c_float * (num_rows * num_tokens)).from_address(address)
        rows: Logits = np.frombuffer(memoryview(buffer).cast("B"), dtype=np.float32).reshape(num_rows, num_tokens)
        return rows

    def copy(self, source: int, target: int, num_tokens: int) -> None:
        """See `Backend.copy`. With split streams llama.cpp copies the whole buffer: the rest is cut off after it."""
        llama.llama_memory_seq_rm(self._memory, target, -1, -1)
        llama.llama_memory_seq_cp(self._memory, source, target, -1, -1)
        llama.llama_memory_seq_rm(self._memory, target, num_tokens, -1)

    def truncate(self, memory: int, num_tokens: int) -> None:
        llama.llama_memory_seq_rm(self._memory, memory, num_tokens or -1, -1)

    def save(self, memory: int) -> Saved:
        """See `Backend.save`."""
        size = llama.llama_state_seq_get_size(self._context, memory)
        saved = np.empty(size, dtype=np.uint8)
        pointer = saved.ctypes.data_as(ctypes.POINTER(ctypes.c_uint8))
        return saved[: llama.llama_state_seq_get_data(self._context, pointer, size, memory)]

    def restore(self, memory: int, saved: Saved) -> bool:
        """See `Backend.restore`."""
        self.truncate(memory, 0)
        pointer = saved.ctypes.data_as(ctypes.POINTER(ctypes.c_uint8))
        if llama.llama_state_seq_set_data(self._context, pointer, len(saved), memory) == len(saved):
            return True
        self.truncate(memory, 0)
        return False

    def sampler(self, sampling: Sampling) -> Sampler:
        return make_sampler(sampling, self.vocabulary.num_tokens)

    def close(self) -> None:
        if self._context:
            llama.llama_free(self._context)
            llama.llama_model_free(self._model)
            self._context = self._model = None
