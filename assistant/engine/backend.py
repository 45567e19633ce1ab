"""What the scheduler needs of whatever computes the next token: llama.cpp, or a script in tests.

Knows no request, no queue and no library. A backend has `num_sequences` numbered memories (KV caches), each of
`context` tokens. With `even_chunks`, a step is quickest when all of its chunks are of one length; a piece of a prompt
is read quickest in multiples of `prompt_tile` tokens, and slower the shorter it is below that; `park_bytes` is how much
of idle memories may be kept elsewhere; a batch has `max_batch` tokens at most.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.engine.mask import TokenTable
from assistant.engine.request import Sampling


class Interrupted(Exception):
    """A batch was given up: its memories hold what they did before it."""


Logits = NDArray[np.float32]
Saved = NDArray[np.uint8]
"""The contents of a memory, as the backend that made it understands them."""


@dataclass(frozen=True)
class Chunk:
    """Tokens to compute in one memory, from `position` on.

    `wanted` are the places in `tokens`, ascending, after which the logits of the next token are asked for.
    """

    memory: int
    tokens: Sequence[int]
    position: int
    wanted: tuple[int, ...] = ()


class Sampler(Protocol):
    """Chooses the tokens of one answer."""

    def pick(self, logits: Logits) -> int:
        """The next token, already taken note of. `logits` (num_tokens,) may be changed in place."""

    def note(self, token: int) -> None:
        """Take note of a token that was appended without asking."""

    def close(self) -> None:
        """Give back what the library holds. Safe to call twice."""


class Backend(Protocol):
    """Computes tokens in numbered memories. Used by one thread at a time."""

    model: str
    context: int
    num_sequences: int
    even_chunks: bool
    prompt_tile: int
    park_bytes: int
    max_batch: int
    end_tokens: tuple[int, ...]

    @property
    def table(self) -> TokenTable:
        """The vocabulary as the mask wants it."""

    @property
    def adapters(self) -> Collection[str]:
        """Names of the adapters that are loaded."""

    def invocation(self, adapter: str) -> tuple[int, ...]:
        """The tokens with which an activated adapter is switched on; none where it is always at work."""

    def load_adapter(self, name: str, path: Path) -> None:
        """Make `name` usable; raises ModelError when the file is broken or made for another model."""

    def unload_adapter(self, name: str) -> None:
        """Free it. No memory may hold tokens computed with it."""

    def run(self, chunks: Sequence[Chunk], adapter: str | None) -> list[list[Logits]]:
        """Compute the chunks in one batch; for each, the logits (num_tokens,) it wants, valid until the next run.

        Quickest with the chunks in the order of their memories. Raises Interrupted when `interrupt` was called.
        """

    def interrupt(self) -> None:
        """Give up the batch under way, or else the next one. The only method for other threads."""

    def copy(self, source: int, target: int, num_tokens: int) -> None:
        """Make `target` hold the first `num_tokens` tokens of `source`, and nothing else."""

    def truncate(self, memory: int, num_tokens: int) -> None:
        """Forget everything after the first `num_tokens` tokens."""

    def save(self, memory: int) -> Saved:
        """What a memory holds, to be put back by `restore`, by this very backend only."""

    def restore(self, memory: int, saved: Saved) -> bool:
        """Make a memory hold what was saved, and nothing else; False, and empty, when that can't be done."""

    def sampler(self, sampling: Sampling) -> Sampler:
        """A sampler for one answer."""

    def close(self) -> None:
        """Free the model. Safe to call twice."""
