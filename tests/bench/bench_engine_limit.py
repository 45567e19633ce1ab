"""How near the engine's steps come to what this machine can do: a step's time against its matrix products alone.

    .venv/bin/python tests/bench/bench_engine_limit.py [--out tests/bench/results/engine_limit.json]

The products are those of the model's own shapes and weight type, run by themselves through ggml; the quickest of them
is the measured peak. For each kind of step: its time, what its products take at that peak, what they take as they run
by themselves at that size (few tokens wait for memory, not for arithmetic), and what else there is: attention above
all, whose share is the difference to the same step over an empty context. One thread, processor time: it doesn't
matter much how busy the machine is. Knows no scheduler.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from assistant.bench.machine import machine
from assistant.engine.backend import Chunk
from assistant.engine.gguf import read_header
from assistant.engine.lib import llama
from assistant.engine.llama import LlamaBackend
from assistant.engine.options import LlamaOptions
from assistant.engine.profile import find_profile
from assistant.models import resolve

GGML_TYPES = {"q8_0": 8, "q4_0": 2, "q4_1": 3, "f16": 1, "bf16": 30}
CONTEXTS = (0, 500, 1500)
PROMPTS, ANSWERS = (32, 192), (1, 4, 16)


class _InitParams(ctypes.Structure):
    _fields_ = [("mem_size", ctypes.c_size_t), ("mem_buffer", ctypes.c_void_p), ("no_alloc", ctypes.c_bool)]


class Ggml:
    """Matrix products by themselves: weights (rows, columns) of one type times n columns of float32."""

    def __init__(self, kind: int) -> None:
        self._kind = kind
        libraries = Path(str(llama.__file__)).parent / "lib"
        self._base = ctypes.CDLL(str(libraries / "libggml-base.so"))
        self._cpu = ctypes.CDLL(str(libraries / "libggml-cpu.so"))
        for name in ("ggml_init", "ggml_new_tensor_2d", "ggml_mul_mat", "ggml_new_graph", "ggml_get_data"):
            getattr(self._base, name).restype = ctypes.c_void_p
        self._base.ggml_quantize_chunk.restype = ctypes.c_size_t
        self._base.ggml_init.argtypes = [_InitParams]
        self._base.ggml_new_tensor_2d.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_int64, ctypes.c_int64]
        self._base.ggml_mul_mat.argtypes = [ctypes.c_void_p] * 3
        self._base.ggml_build_forward_expand.argtypes = [ctypes.c_void_p] * 2
        for function in (self._base.ggml_new_graph, self._base.ggml_get_data, self._base.ggml_free):
            function.argtypes = [ctypes.c_void_p]
        self._base.ggml_quantize_chunk.argtypes = [
            ctypes.c_int,
            *[ctypes.c_void_p] * 2,
            *[ctypes.c_int64] * 3,
            ctypes.c_void_p,
        ]
        self._cpu.ggml_graph_compute_with_ctx.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int]
        self._cpu.ggml_cpu_init()

    def product_ms(self, rows: int, columns: int, num: int) -> float:
        """Milliseconds of processor time of one product on one thread."""
        repeats = min(20, max(3, int(2e9 / (2 * rows * columns * num))))
        context = self._base.ggml_init(
            _InitParams(rows * columns * 5 + 40_000_000 + 8 * num * (rows + columns), None, False)
        )
        weights = self._base.ggml_new_tensor_2d(context, self._kind, columns, rows)
        values = np.random.default_rng(1).standard_normal((rows, columns)).astype(np.float32)
        self._base.ggml_quantize_chunk(
            self._kind, values.ctypes.data, self._base.ggml_get_data(weights), 0, rows, columns, None
        )
        inputs = self._base.ggml_new_tensor_2d(context, 0, columns, num)
        ctypes.memmove(self._base.ggml_get_data(inputs), values.ctypes.data, 4 * columns * min(num, rows))
        graph = self._base.ggml_new_graph(context)
        self._base.ggml_build_forward_expand(graph, self._base.ggml_mul_mat(context, weights, inputs))
        best = _best_ms(lambda: self._cpu.ggml_graph_compute_with_ctx(context, graph, 1), repeats)
        self._base.ggml_free(context)
        return best


def _best_ms(work: Callable[[], object], repeats: int) -> float:
    best = float("inf")
    for _ in range(repeats):
        began = time.process_time()
        work()
        best = min(best, time.process_time() - began)
    return 1000 * best


def shapes(path: Path) -> tuple[list[tuple[int, int, int]], tuple[int, int]]:
    """(rows, columns, how many) of the matrices that every token passes, and those of the vocabulary."""
    values = read_header(path).metadata
    size, hidden = int(values["llama.embedding_length"]), int(values["llama.feed_forward_length"])
    heads, shared = int(values["llama.attention.head_count"]), int(values["llama.attention.head_count_kv"])
    layers, vocabulary = int(values["llama.block_count"]), int(values["llama.vocab_size"])
    narrow = size // heads * shared
    each = [(size, size, 2), (narrow, size, 2), (hidden, size, 2), (size, hidden, 1)]
    return [(rows, columns, num * layers) for rows, columns, num in each], (vocabulary, size)


def steps(backend: LlamaBackend, context: int) -> dict[str, float]:
    """Milliseconds of each kind of step behind `context` tokens."""
    backend.truncate(0, 0)
    for start in range(0, context, 500):
        backend.run([Chunk(0, [5] * min(500, context - start), start)], None)
    for memory in range(1, max(ANSWERS)):
        backend.copy(0, memory, context)
    found = {}

    def prompt(num: int) -> None:
        backend.truncate(0, context)
        backend.run([Chunk(0, list(range(100, 100 + num)), context, (num - 1,))], None)

    def answers(num: int) -> None:
        for memory in range(num):
            backend.truncate(memory, context)
        backend.run([Chunk(memory, [7], context, (0,)) for memory in range(num)], None)

    for num in PROMPTS:
        found[f"prompt of {num}"] = _best_ms(lambda: prompt(num), 3)  # noqa: B023
    for num in ANSWERS:
        found[f"{num} answers"] = _best_ms(lambda: answers(num), 8)  # noqa: B023
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    model = resolve()
    how = find_profile(model.sha256, read_header(model.path), 1)
    kind = how.weights or "q8_0"
    ggml = Ggml(GGML_TYPES[kind])
    matrices, output = shapes(model.path)
    alone: dict[int, tuple[float, float]] = {}  # tokens -> ms of the products of all layers, of the vocabulary's
    peak = 0.0
    for num in sorted({*PROMPTS, *ANSWERS}):
        layers = 0.0
        for rows, columns, count in matrices:
            ms = ggml.product_ms(rows, columns, num)
            peak = max(peak, 2 * rows * columns * num / ms / 1e6)
            layers += ms * count
        alone[num] = layers, ggml.product_ms(*output, min(num, max(ANSWERS)))
        print(num, [round(x, 1) for x in alone[num]], f"peak {peak:.0f} GFLOP/s", flush=True)
    per_token = sum(2 * rows * columns * count for rows, columns, count in matrices)
    setup = LlamaOptions(
        model.path, sha256=model.sha256, weights=how.weights, kv_type=how.kv_type, threads=1,
        num_slots=max(ANSWERS), num_public=1, context=2048,
    )  # fmt: skip
    backend = LlamaBackend(setup)
    table: dict[str, dict[str, Any]] = {}
    empty: dict[str, float] = {}
    one_row = ggml.product_ms(*output, 1)
    for context in CONTEXTS:
        for name, ms in steps(backend, context).items():
            empty.setdefault(name, ms)
            num = int(name.split()[-1] if name.startswith("prompt") else name.split()[0])
            num_rows = 1 if name.startswith("prompt") else num
            at_peak = (per_token * num + 2 * output[0] * output[1] * num_rows) / peak / 1e6
            by_themselves = alone[num][0] + (one_row if num_rows == 1 else alone[num][1])
            table[f"{name}, context {context}"] = {
                "ms": round(ms, 1),
                "products_at_peak_ms": round(at_peak, 1),
                "products_by_themselves_ms": round(by_themselves, 1),
                "attention_over_the_context_ms": round(ms - empty[name], 1),
                "share_of_the_limit": round(at_peak / ms, 2),
                "share_of_the_products_as_they_run": round(by_themselves / ms, 2),
            }
    backend.close()
    text = json.dumps(
        {"machine": machine(), "model": model.id, "weights": kind, "kv_type": how.kv_type, "threads": 1,
         "peak_gflops": round(peak, 1), "steps": table}, indent=2,
    )  # fmt: skip
    print(text)
    if options.out:
        options.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
