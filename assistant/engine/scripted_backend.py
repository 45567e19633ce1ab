"""A backend without a model: what a memory holds decides the next token, so tests can see which memory was used.

It echoes the bytes of the prompt's last message, or says `reply`; and it dies on demand, to try out the supervisor.
Knows no llama.cpp and no request.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from assistant.engine.backend import Chunk, Interrupted, Logits, Sampler, Saved
from assistant.engine.mask import TokenTable
from assistant.engine.request import Sampling
from assistant.errors import ModelError

NUM_TOKENS = 258
START, END = 256, 257
"""Control tokens of `ByteTokenizer`: the next token depends on what follows the last START."""


@dataclass(frozen=True)
class ScriptedOptions:
    """Implements `BackendOptions`. `reply` None echoes the message before the last START.

    Each step takes `step_s`. The process dies of `death_signal` in the step after the file `death_mark` has appeared
    (and removes it first); with `always_dies`, whenever a prompt holds the byte "!". `load_error` is what loading fails
    with.
    """

    reply: str | None = None
    step_s: float = 0.0
    num_slots: int = 2
    num_public: int = 1
    context: int = 256
    even_chunks: bool = False
    prompt_tile: int = 1
    park_bytes: int = 0
    max_batch: int = 512
    adapters: Mapping[str, Path] = field(default_factory=dict)
    invocations: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    death_mark: Path | None = None
    death_signal: int = signal.SIGKILL
    always_dies: bool = False
    load_error: str | None = None
    name: str = "scripted"
    summary: str = "a script"

    def open(self) -> ScriptedBackend:
        """See `BackendOptions.open`."""
        if self.load_error:
            raise ModelError(self.load_error)
        return ScriptedBackend(self)


class _Greedy:
    """The likeliest token; remembers what it was told."""

    def __init__(self) -> None:
        self.noted: list[int] = []

    def pick(self, logits: Logits) -> int:
        return int(logits.argmax())

    def note(self, token: int) -> None:
        self.noted.append(token)

    def close(self) -> None:
        pass


class ScriptedBackend:
    """Implements `Backend`. `memories` shows what each memory holds, `batches` what was computed together."""

    def __init__(self, options: ScriptedOptions) -> None:
        self.options = options
        self.model = options.name
        self.context = options.context
        self.num_sequences = options.num_slots + options.num_public
        self.max_batch = options.max_batch
        self.park_bytes = options.park_bytes
        self.even_chunks = options.even_chunks
        self.prompt_tile = options.prompt_tile
        self.end_tokens = (END,)
        self.memories: list[list[int]] = [[] for _ in range(self.num_sequences)]
        self.batches: list[tuple[str | None, list[Chunk]]] = []
        self.is_closed = False
        self._interruption = threading.Event()
        self._adapters: list[str] = []
        pieces = [bytes([value]) for value in range(256)] + [b"<|im_start|>", b"<|im_end|>"]
        self._table = TokenTable(pieces, (START, END), lambda text: list(text.encode()))
        for name, path in options.adapters.items():
            self.load_adapter(name, path)

    @property
    def table(self) -> TokenTable:
        return self._table

    @property
    def adapters(self) -> Collection[str]:
        return self._adapters

    def invocation(self, adapter: str) -> tuple[int, ...]:
        """See `Backend.invocation`."""
        return self.options.invocations.get(adapter, ())

    def load_adapter(self, name: str, path: Path) -> None:
        if not path.is_file():
            raise ModelError(f"no adapter file at {path}")
        self._adapters.append(name)

    def unload_adapter(self, name: str) -> None:
        self._adapters.remove(name)

    def run(self, chunks: Sequence[Chunk], adapter: str | None) -> list[list[Logits]]:
        """See `Backend.run`. Raises AssertionError when a chunk doesn't continue what its memory holds."""
        if self._interruption.wait(self.options.step_s):
            self._interruption.clear()
            raise Interrupted
        self.batches.append((adapter, list(chunks)))
        rows: list[list[Logits]] = []
        for chunk in chunks:
            memory = self.memories[chunk.memory]
            assert len(memory) == chunk.position, f"memory {chunk.memory} holds {len(memory)}, not {chunk.position}"
            assert list(chunk.wanted) == sorted(set(chunk.wanted))
            start = len(memory)
            memory.extend(chunk.tokens)
            assert len(memory) <= self.context, f"memory {chunk.memory} is overfull"
            self._die_if_asked(memory)
            rows.append([self._logits(memory[: start + place + 1]) for place in chunk.wanted])
        return rows

    def interrupt(self) -> None:
        """See `Backend.interrupt`."""
        self._interruption.set()

    def _logits(self, memory: list[int]) -> Logits:
        """The scripted next token far in front, and the letters behind it in the order of the alphabet."""
        start = len(memory) - memory[::-1].index(START) if START in memory else 0
        answer = memory[start:]
        message = memory[: max(0, start - 1)]
        before = len(message) - message[::-1].index(START) if START in message else 0
        text = list(self.options.reply.encode()) if self.options.reply is not None else message[before:]
        row = -np.arange(NUM_TOKENS, dtype=np.float32)
        row[text[len(answer)] if len(answer) < len(text) else END] = 1.0
        return row

    def _die_if_asked(self, memory: list[int]) -> None:
        mark = self.options.death_mark
        if self.options.always_dies and ord("!") in memory:
            os.kill(os.getpid(), self.options.death_signal)
        if mark is not None and mark.exists():
            mark.unlink()
            os.kill(os.getpid(), self.options.death_signal)

    def copy(self, source: int, target: int, num_tokens: int) -> None:
        self.memories[target] = self.memories[source][:num_tokens]

    def truncate(self, memory: int, num_tokens: int) -> None:
        del self.memories[memory][num_tokens:]

    def save(self, memory: int) -> Saved:
        return np.array(self.memories[memory], dtype="<u4").view(np.uint8)

    def restore(self, memory: int, saved: Saved) -> bool:
        self.memories[memory] = saved.view("<u4").tolist()
        return True

    def sampler(self, sampling: Sampling) -> Sampler:
        return _Greedy()

    def close(self) -> None:
        self.is_closed = True
