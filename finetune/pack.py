"""Packs tokenised examples into rows: one shared prompt at the front, then examples that see it and themselves only.

Row layout, T tokens: prefix | example | example | ... An example's positions go on from the prefix, as they would if it
stood alone; `segments` say who may see whom. So a row gives the very losses that its examples give one by one, and
what is the same in every prompt is computed once. Only replies and their end marks are learnt from. Numpy only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Tokens:
    """An example as token ids: `prompt` (not learnt), then `reply` with the end mark (learnt)."""

    prompt: tuple[int, ...]
    reply: tuple[int, ...]


@dataclass(frozen=True)
class Row:
    """`ids`, `positions`, `segments` (T,); segment 0 is the shared prefix.

    `sources` are the places whose next token is learnt, `labels` what it is; both (num_supervised,).
    """

    ids: Ints
    positions: Ints
    segments: Ints
    sources: Ints
    labels: Ints

    def mask(self) -> NDArray[np.bool_]:
        """(T, T): whether the place of the row (first index) may see the place of the column."""
        own = self.segments[:, None] == self.segments[None, :]
        shared = self.segments[None, :] == 0
        seen: NDArray[np.bool_] = (own | shared) & np.tri(len(self.ids), dtype=np.bool_)
        return seen


def common_prefix(examples: Sequence[Tokens]) -> tuple[int, ...]:
    """The tokens with which every prompt begins."""
    if not examples:
        return ()
    first, last = min(e.prompt for e in examples), max(e.prompt for e in examples)
    same = 0
    while same < min(len(first), len(last)) and first[same] == last[same]:
        same += 1
    return first[:same]


def rows(examples: Sequence[Tokens], prefix: tuple[int, ...], length: int) -> list[Row]:
    """The examples in rows of at most `length` tokens, in their order. Raises ValueError for one that is longer."""
    out: list[Row] = []
    current: list[Tokens] = []
    used = len(prefix)
    for example in examples:
        size = len(example.prompt) + len(example.reply) - len(prefix)
        if len(prefix) + size > length:
            raise ValueError(f"an example of {len(prefix) + size} tokens doesn't fit into a row of {length}")
        if used + size > length:
            out.append(_row(current, prefix))
            current, used = [], len(prefix)
        current.append(example)
        used += size
    if current:
        out.append(_row(current, prefix))
    return out


def _row(examples: Sequence[Tokens], prefix: tuple[int, ...]) -> Row:
    ids, positions, segments = list(prefix), list(range(len(prefix))), [0] * len(prefix)
    sources: list[int] = []
    labels: list[int] = []
    for number, example in enumerate(examples, start=1):
        own = (*example.prompt[len(prefix) :], *example.reply)
        start = len(ids)
        ids += own
        positions += range(len(prefix), len(prefix) + len(own))
        segments += [number] * len(own)
        first = start + len(own) - len(example.reply)
        sources += range(first - 1, first - 1 + len(example.reply))
        labels += example.reply
    as_array = [np.asarray(x, dtype=np.int64) for x in (ids, positions, segments, sources, labels)]
    return Row(*as_array)
