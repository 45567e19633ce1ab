"""The llama.cpp backend: a GGUF model with its adapters, one KV stream per memory, and a reader for its prompts.

Knows no request, no queue and no text. Runs in the engine's own process, because llama.cpp may end it.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from assistant.engine.backend import Chunk, Logits, Sampler, Saved
from assistant.engine.brake import Brake
from assistant.engine.context import LlamaContext
from assistant.engine.convert import converted
from assistant.engine.gguf import read_header
from assistant.engine.lib import last_error, llama
from assistant.engine.lora import LoraSet
from assistant.engine.mask import TokenTable
from assistant.engine.options import LlamaOptions
from assistant.engine.reader import TILE, Reader
from assistant.engine.request import Sampling
from assistant.engine.sampler import make_sampler
from assistant.engine.threads import ThreadGovernor, is_crowded
from assistant.engine.vocabulary import Vocabulary
from assistant.errors import ModelError


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
        self._brake = brake = Brake()
        num_tokens, flash = self.vocabulary.num_tokens, options.flash_attention
        self._answers = LlamaContext(
            self._model, options, num_tokens, options.num_sequences, brake, flash_attention=flash
        )
        self._reader = self._make_reader()
        in_tiles = self._reader or (options.weights == "bf16" and options.max_batch >= TILE)
        self.prompt_tile = TILE if in_tiles else 1  # BF16 is long: what is fetched of it should serve many tokens
        self._governor = ThreadGovernor(options.threads, crowded=is_crowded)
        for context in self._contexts:
            context.set_threads(self._governor.threads)
        if self._reader is None:  # its trial has computed already
            self._warm_up()

    def _make_reader(self) -> Reader | None:
        """Where prompts are read, if that is quicker on the whole and this model allows it."""
        if not Reader.suits(self.options) or self.options.max_batch < TILE:
            return None
        reader = Reader(self._model, self.options, self.vocabulary.num_tokens, self._answers, self._brake)
        if reader.works():
            return reader
        reader.context.close()
        return None

    def _warm_up(self) -> None:
        """Compute a few tokens, so that the first customer doesn't wait for the weights to come from disk."""
        self.run([Chunk(memory=0, tokens=[0] * 8, position=0, wanted=(7,))], None)
        self.truncate(0, 0)

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
        for context in self._contexts:
            self._lora.switch(context.pointer, None)
        self._lora.unload(name)

    @cached_property
    def table(self) -> TokenTable:
        return TokenTable(self.vocabulary.pieces, self.vocabulary.control, self.vocabulary.encode)

    @property
    def _contexts(self) -> list[LlamaContext]:
        return [self._answers, *([self._reader.context] if self._reader else [])]

    def run(self, chunks: Sequence[Chunk], adapter: str | None) -> list[list[Logits]]:
        """See `Backend.run`. Raises EngineError when llama.cpp refuses the batch."""
        wall, cpu = time.monotonic(), time.process_time()
        try:
            rows = self._run(chunks, adapter)
        finally:
            self._brake.release()
        self._adapt_threads(time.monotonic() - wall, time.process_time() - cpu)
        return rows

    def _run(self, chunks: Sequence[Chunk], adapter: str | None) -> list[list[Logits]]:
        """In the reader where that is quicker, else where answers are computed."""
        if self._reader and len(chunks) == 1 and len(chunks[0].tokens) >= TILE:
            self._lora.switch(self._reader.context.pointer, adapter)
            return self._reader.read(chunks[0])
        self._bring_back(*(chunk.memory for chunk in chunks))
        self._lora.switch(self._answers.pointer, adapter)
        return self._answers.run(chunks)

    def interrupt(self) -> None:
        """See `Backend.interrupt`."""
        self._brake.pull()

    def _bring_back(self, *memories: int) -> None:
        if self._reader:
            for memory in memories:
                self._reader.bring_back(memory)

    def _adapt_threads(self, wall_s: float, cpu_s: float) -> None:
        before = self._governor.threads
        threads = self._governor.record(wall_s, cpu_s)
        if threads != before:
            for context in self._contexts:
                context.set_threads(threads)

    def num_held(self, memory: int) -> int:
        """How many tokens a memory holds."""
        if self._reader and self._reader.holds(memory):
            return self._reader.num_held(memory)
        return self._answers.num_held(memory)

    def copy(self, source: int, target: int, num_tokens: int) -> None:
        """See `Backend.copy`."""
        self._bring_back(source)
        self._drop(target)
        self._answers.copy(source, target, num_tokens)

    def truncate(self, memory: int, num_tokens: int) -> None:
        """See `Backend.truncate`."""
        if num_tokens and self._reader and self._reader.holds(memory):
            self._reader.truncate(memory, num_tokens)
            return
        self._drop(memory)
        self._answers.truncate(memory, num_tokens)

    def _drop(self, memory: int) -> None:
        if self._reader:
            self._reader.drop(memory)

    def save(self, memory: int) -> Saved:
        """See `Backend.save`."""
        self._bring_back(memory)
        return self._answers.save(memory)

    def restore(self, memory: int, saved: Saved) -> bool:
        """See `Backend.restore`."""
        self._drop(memory)
        return self._answers.restore(memory, saved)

    def sampler(self, sampling: Sampling) -> Sampler:
        return make_sampler(sampling, self.vocabulary.num_tokens)

    def close(self) -> None:
        if self._model:
            for context in self._contexts:
                context.close()
            llama.llama_model_free(self._model)
            self._model = None
