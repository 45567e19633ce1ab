"""How soon a step of the model ends that is given up, in processor time of the thread that computes it: the same on a
busy machine, where `bench_engine_cancel.py` measures the crowd.

    .venv/bin/python tests/bench/bench_engine_interrupt.py [--held 1500] [--repeats 25] [--out FILE]

One thread. A piece of a prompt, and answers of several conversations, behind long contexts; each given up at a moment
drawn by lot. What a step takes as a whole stands beside: that long a cancelled slot was kept before.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from assistant.bench.load import Load
from assistant.bench.machine import machine
from assistant.engine.backend import Chunk, Interrupted
from assistant.engine.llama import LlamaBackend
from assistant.engine.options import LlamaOptions
from assistant.engine.tokenizer import LlamaTokenizer
from assistant.models import resolve

_ANSWERS, _WIDE = 4, 4


def given_up(backend: LlamaBackend, chunks: Sequence[Chunk], after_cpu_s: float) -> float | None:
    """Processor seconds from the moment that it was given up until it had ended; None when it had ended before."""
    clock = time.pthread_getcpuclockid(threading.get_ident())
    began, pulled = time.clock_gettime(clock), []

    def pull() -> None:
        while time.clock_gettime(clock) - began < after_cpu_s:
            time.sleep(0.0005)
        pulled.append(time.clock_gettime(clock))
        backend.interrupt()

    thread = threading.Thread(target=pull)
    thread.start()
    try:
        backend.run(chunks, None)
    except Interrupted:
        return time.clock_gettime(clock) - pulled[0]
    finally:
        while thread.is_alive():
            sum(range(1000))  # the moment may not have come yet
        backend._brake.release()
    return None


def measure(backend: LlamaBackend, chunks: Sequence[Chunk], repeats: int) -> dict[str, Any]:
    def back() -> None:
        for chunk in chunks:
            backend.truncate(chunk.memory, chunk.position)

    chance, ends = random.Random(7), []
    began = time.thread_time()
    backend.run(chunks, None)
    whole = time.thread_time() - began
    for _ in range(repeats):
        back()
        ends.append(given_up(backend, chunks, chance.random() * whole))
    back()
    ms = sorted(1e3 * end for end in ends if end is not None)
    return {
        "whole_step_ms": round(1e3 * whole),
        "given_up": len(ms),
        "p50_ms": round(ms[len(ms) // 2], 1),
        "p95_ms": round(ms[int(0.95 * (len(ms) - 1))], 1),
        "max_ms": round(ms[-1], 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--held", type=int, default=1500)
    parser.add_argument("--repeats", type=int, default=25)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    model = resolve()
    load = Load(LlamaTokenizer(model.path))
    tokens = [token for turn in [load.turns(n) for n in range(3)] for each in turn for token in each.tokens]
    tokens = [*load.system, *tokens][: options.held + 256]
    backend = LlamaBackend(
        LlamaOptions(
            model.path, sha256=model.sha256, weights="q8_0", threads=1, num_slots=_ANSWERS, num_public=0, context=2560
        )
    )
    for start in range(0, options.held, 128):
        backend.run([Chunk(0, tokens[start : min(start + 128, options.held)], start)], None)
    for memory in range(1, _ANSWERS):
        backend.copy(0, memory, options.held)
    answers = [
        Chunk(memory, tokens[options.held : options.held + _WIDE], options.held, (_WIDE - 1,))
        for memory in range(_ANSWERS)
    ]
    piece = [Chunk(0, tokens[options.held : options.held + 128], options.held)]
    results = {
        "machine": machine(),
        "held": options.held,
        "answers": measure(backend, answers, options.repeats),
        "prompt": measure(backend, piece, options.repeats),
    }
    backend.close()
    text = json.dumps(results, indent=2)
    print(text)
    if options.out:
        options.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
