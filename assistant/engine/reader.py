"""Reads prompts with flash attention, for a backend that answers without it.

On a CPU, flash attention reads a prompt in three quarters of the time and writes an answer in two or three times of
it: llama.cpp takes its quick way only for 64 tokens and more of one memory. So a prompt is read in a second context, in
one of a few places, and what was read goes back to its memory before anything else is done with that.
A memory is in one of both contexts, never in both. Knows no request and no adapter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.engine.backend import Chunk, Logits, Saved
from assistant.engine.brake import Brake
from assistant.engine.context import LlamaContext
from assistant.engine.options import LlamaOptions
from assistant.engine.relay import Room, UnknownLayout, relay
from assistant.errors import EngineError

TILE = 64
"""Tokens of one memory in one batch from which on flash attention is the quicker one; it works in tiles of as many."""
_PLACES = 2  # a short prompt may overtake a long one
_TRIAL = 8  # tokens
_SAME = 0.25  # nats between what both contexts expect next; rounding makes up to 0.04, other tokens several


@dataclass
class _Place:
    memory: int | None = None
    last_used: int = 0


class Reader:
    """Reads prompts of the memories of `home`. Raises EngineError where there is no room for its own."""

    def __init__(self, model: Any, options: LlamaOptions, num_tokens: int, home: LlamaContext, brake: Brake) -> None:
        self.context = LlamaContext(model, options, num_tokens, _PLACES, brake, flash_attention=True)
        self._home = home
        self._threads = options.threads
        self._places = [_Place() for _ in range(_PLACES)]
        self._rooms = Room(), Room()
        self.num_read = 0  # pieces of prompts

    @staticmethod
    def suits(options: LlamaOptions) -> bool:
        """Whether it may help: the answers do without flash attention, and its quick way takes this type."""
        with_it = options.flash_attention or options.unified_kv
        return options.flash_prompts and not with_it and options.kv_type in ("f16", "f32")

    def works(self) -> bool:
        """Whether this model's memories can go from one context to the other; tried with a few tokens, on one thread:
        on a busy machine more would wait for each other."""
        tokens = list(range(_TRIAL + 1))
        for context in (self.context, self._home):
            context.set_threads(1)
        self._home.truncate(0, 0)
        try:
            self.context.run([Chunk(0, tokens[:-1], 0)])
            moved = self._moved(self.context, 0, self._home)
            if not self._home.restore(0, moved) or self._home.num_held(0) != _TRIAL:
                return False
            back = self._moved(self._home, 0, self.context)
            last = Chunk(0, tokens[-1:], _TRIAL, (0,))
            here, there = (_logarithms(context.run([last])[0][0]) for context in (self.context, self._home))
            return float(np.sum(np.exp(here) * (here - there))) < _SAME and self.context.restore(0, back)
        except (UnknownLayout, EngineError):
            return False
        finally:
            for context in (self.context, self._home):
                context.truncate(0, 0)
                context.set_threads(self._threads)

    def read(self, chunk: Chunk) -> list[list[Logits]]:
        """Compute a piece of a prompt; see `Backend.run`."""
        number = self._find(chunk.memory)
        if number is None:
            number = self._enter(chunk.memory)
        self.num_read += 1
        self._places[number].last_used = self.num_read
        return self.context.run([Chunk(number, chunk.tokens, chunk.position, chunk.wanted)])

    def bring_back(self, memory: int) -> None:
        """Make the memory's own context hold what was read. Raises EngineError when that can't be done."""
        number = self._find(memory)
        if number is None:
            return
        if self.context.num_held(number):
            moved = self._moved(self.context, number, self._home)
            if not self._home.restore(memory, moved):
                raise EngineError("what was read of a prompt could not be moved to where it is answered")
        self._leave(number)

    def drop(self, memory: int) -> None:
        """Forget what was read for a memory."""
        number = self._find(memory)
        if number is not None:
            self._leave(number)

    def truncate(self, memory: int, num_tokens: int) -> None:
        number = self._find(memory)
        if number is not None:
            self.context.truncate(number, num_tokens)

    def holds(self, memory: int) -> bool:
        return self._find(memory) is not None

    def num_held(self, memory: int) -> int:
        number = self._find(memory)
        return 0 if number is None else self.context.num_held(number)

    def _find(self, memory: int) -> int | None:
        return next((n for n, place in enumerate(self._places) if place.memory == memory), None)

    def _enter(self, memory: int) -> int:
        """Take what a memory holds into a place, the one used longest ago giving way; its number."""
        number = min(range(_PLACES), key=lambda n: (self._places[n].memory is not None, self._places[n].last_used))
        if (other := self._places[number].memory) is not None:
            self.bring_back(other)
        if self._home.num_held(memory):
            if not self.context.restore(number, self._moved(self._home, memory, self.context)):
                raise EngineError("a conversation could not be moved to where its prompt is read")
            self._home.truncate(memory, 0)
        self._places[number].memory = memory
        return number

    def _moved(self, source: LlamaContext, memory: int, target: LlamaContext) -> Saved:
        """What a memory holds, as the other context takes it; valid until the next call."""
        return relay(source.save(memory, self._rooms[0]), target.num_memories, self._rooms[1])

    def _leave(self, number: int) -> None:
        self.context.truncate(number, 0)
        self._places[number].memory = None


def _logarithms(row: Logits) -> NDArray[np.float64]:
    """The logarithms of the chances (num_tokens,) that a row of logits stands for."""
    wide = row.astype(np.float64)
    return np.asarray(wide - np.logaddexp.reduce(wide))
