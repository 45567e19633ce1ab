"""Packs tokenised examples into rows: one shared beginning at the front, then prompts that see it and themselves only.

Row layout, T tokens: prefix | prompt reply reply | prompt reply | ... Examples with the same prompt that follow each
other share it: each reply sees the prefix, its prompt and itself. Positions go on as they would if the example stood
alone; `segments` and `branches` say who may see whom. So a row gives the very losses that its examples give one by
one, and what is the same in several is computed once. Only replies and their end marks are learnt from. Numpy only.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.errors import UsageError

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Tokens:
    """An example as token ids: `prompt` (not learnt), then `reply` with the end mark (learnt)."""

    prompt: tuple[int, ...]
    reply: tuple[int, ...]


@dataclass(frozen=True)
class Row:
    """`ids`, `positions`, `segments`, `branches` (T,); segment 0 is the shared prefix, branch 0 a segment's prompt.

    `sources` are the places whose next token is learnt, `labels` what it is; both (num_supervised,).
    """

    ids: Ints
    positions: Ints
    segments: Ints
    branches: Ints
    sources: Ints
    labels: Ints

    def mask(self) -> NDArray[np.bool_]:
        """(T, T): whether the place of the row (first index) may see the place of the column."""
        same_reply = (self.branches[:, None] == self.branches[None, :]) | (self.branches[None, :] == 0)
        own = (self.segments[:, None] == self.segments[None, :]) & same_reply
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
    """The examples in rows of at most `length` tokens, in their order. Raises UsageError for one that is longer."""
    out: list[Row] = []
    current: list[Tokens] = []
    used = len(prefix)
    for example in examples:
        whole = len(example.prompt) + len(example.reply)
        if whole > length:
            raise UsageError(f"an example of {whole} tokens doesn't fit into a row of {length}; set more row_tokens")
        shared = bool(current) and current[-1].prompt == example.prompt
        size = len(example.reply) if shared else whole - len(prefix)
        if used + size > length:
            out.append(_row(current, prefix))
            current, used, size = [], len(prefix), whole - len(prefix)
        current.append(example)
        used += size
    if current:
        out.append(_row(current, prefix))
    return out


def _row(examples: Sequence[Tokens], prefix: tuple[int, ...]) -> Row:
    ids, positions = list(prefix), list(range(len(prefix)))
    segments, branches = [0] * len(prefix), [0] * len(prefix)
    sources: list[int] = []
    labels: list[int] = []

    def add(tokens: Sequence[int], first_position: int, segment: int, branch: int) -> None:
        ids.extend(tokens)
        positions.extend(range(first_position, first_position + len(tokens)))
        segments.extend([segment] * len(tokens))
        branches.extend([branch] * len(tokens))

    for segment, (prompt, same) in enumerate(itertools.groupby(examples, lambda e: e.prompt), start=1):
        add(prompt[len(prefix) :], len(prefix), segment, 0)
        last = len(ids) - 1
        for branch, example in enumerate(same, start=1):
            sources += [last, *range(len(ids), len(ids) + len(example.reply) - 1)]
            labels += example.reply
            add(example.reply, len(prompt), segment, branch)
    as_array = [np.asarray(x, dtype=np.int64) for x in (ids, positions, segments, branches, sources, labels)]
    return Row(*as_array)
