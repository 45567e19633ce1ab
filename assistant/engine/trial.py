"""One way of running a model, measured: `python -m assistant.engine.trial`, options pickled on stdin, JSON on stdout.

In a process of its own, because a setting that llama.cpp doesn't survive must not end the tuning. The work is like a
shop's: one shared text, a part of its own for every conversation, then answers. Knows no candidate and no choice.
"""

from __future__ import annotations

import json
import pickle
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.engine.backend import Chunk
from assistant.engine.llama import LlamaBackend
from assistant.engine.options import LlamaOptions

_SHARED, _OWN, _PROMPT, _REPEATS = 384, 48, 192, 4


@dataclass(frozen=True)
class Work:
    """What a trial computes: `tokens` of real text. `reference` is where the distributions of the next token lie or,
    with `is_reference`, are put."""

    options: LlamaOptions
    tokens: tuple[int, ...]
    reference: Path
    is_reference: bool = False


def run(work: Work) -> dict[str, float]:
    """Milliseconds of the clock and of the processor for each kind of step, and the divergence from the reference."""
    began = time.monotonic()
    backend = LlamaBackend(work.options)
    results = {"load_s": round(time.monotonic() - began, 2)}
    results["divergence"] = _divergence(backend, work)
    slots, text = range(work.options.num_slots), work.tokens
    backend.truncate(0, 0)
    for start in range(0, _SHARED, work.options.max_batch):
        backend.run([Chunk(0, text[start : min(_SHARED, start + work.options.max_batch)], start)], None)
    for slot in slots[1:]:
        backend.copy(0, slot, _SHARED)
    own = max(1, min(_OWN, work.options.max_batch // len(slots)))
    backend.run([Chunk(slot, text[slot : slot + own], _SHARED) for slot in slots], None)
    end = _SHARED + own

    def answers(number: int) -> None:
        backend.run([Chunk(slot, [text[number]], end + number, (0,)) for slot in slots], None)

    def answer(number: int) -> None:
        backend.run([Chunk(0, [text[number]], end + _REPEATS + number, (0,))], None)

    results.update(_timed("answers", answers))
    results.update(_timed("answer", answer))
    backend.truncate(0, _SHARED)

    def prompt(number: int) -> None:
        backend.truncate(0, _SHARED)
        step = work.options.max_batch
        for start in range(0, _PROMPT, step):
            backend.run([Chunk(0, text[start : min(_PROMPT, start + step)], _SHARED + start)], None)

    results.update(_timed("prompt", prompt, 2))
    backend.close()
    return results


def _timed(name: str, step: Callable[[int], None], repeats: int = _REPEATS) -> dict[str, float]:
    """The best of some repeats: other programs only ever make a step slower."""
    wall, cpu = [], []
    for number in range(repeats):
        began, used = time.monotonic(), time.process_time()
        step(number)
        wall.append(time.monotonic() - began)
        cpu.append(time.process_time() - used)
    return {f"{name}_ms": round(1e3 * min(wall), 1), f"{name}_cpu_ms": round(1e3 * min(cpu), 1)}


def _divergence(backend: LlamaBackend, work: Work) -> float:
    """Mean Kullback-Leibler divergence (nats) of the next token's distribution from the reference's, over a text."""
    num = 96
    wanted = tuple(range(num // 2, num))
    (rows,) = backend.run([Chunk(0, work.tokens[-num:], 0, wanted)], None)
    logs = np.stack([row - np.logaddexp.reduce(row.astype(np.float64)) for row in rows]).astype(np.float32)
    if work.is_reference:
        np.save(work.reference, logs)
        return 0.0
    reference = np.load(work.reference)
    return round(float((np.exp(reference) * (reference - logs)).sum(axis=1).mean()), 6)


def main() -> None:
    """Entry point of the process."""
    work = pickle.load(sys.stdin.buffer)
    print(json.dumps(run(work)))


if __name__ == "__main__":
    main()
