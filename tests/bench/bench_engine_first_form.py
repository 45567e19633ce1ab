"""The engine's first form: time to ready, first token, tokens per second by customers, the mask, and a kill -9.

    .venv/bin/python tests/bench/bench_engine_first_form.py [--model NAME] [--out FILE]

Rates per CPU second of the engine's process stand beside those per second of the clock, because other programs may have
had the cores: the load average before and after says how much. It knows no shop and no network.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import statistics
import subprocess
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from assistant.engine import open_engine
from assistant.engine.lib import build_info
from assistant.engine.mask import TokenTable
from assistant.engine.process import EngineProcess
from assistant.engine.profile import cpu_flags
from assistant.engine.request import Finished, GenerateRequest, Placeholders, Restarted, Token
from assistant.engine.tokenizer import LlamaTokenizer

ROOT = Path(__file__).resolve().parents[2]
SYSTEM = "You are the friendly assistant of a shop. Answer in one or two short sentences, from the facts alone. " * 6
FACTS = "Facts: 1.name = Trail shoe, 1.price = $89.00, 1.stock = 12. 2.name = Warm boot, 2.price = $120.00. " * 3
ALLOWED = tuple(f"{{{number}.{field}}}" for number in (1, 2) for field in ("name", "price", "stock"))


def request(tokenizer: LlamaTokenizer, name: str, max_tokens: int, *, public: bool = True) -> GenerateRequest:
    """A grounded question of a conversation called `name`."""
    system = {"role": "system", "content": SYSTEM}
    question = {"role": "user", "content": f"{FACTS} Question {name}: what do you have for the mountains?"}
    num_public = len(tokenizer.chat([system], generation_prompt=False)) if public else 0
    return GenerateRequest(
        request_id=name,
        conversation=name,
        prompt=tuple(tokenizer.chat([system, question])),
        num_public=num_public,
        max_tokens=max_tokens,
        stop_tokens=tuple(tokenizer.encode("<|im_start|>", special=True)),  # hardly ever comes: answers of one length
        placeholders=Placeholders(ALLOWED),
        deadline_s=600,
    )


def first_token_s(engine: EngineProcess, asked: GenerateRequest) -> tuple[float, int]:
    """Seconds to the first token, and how many prompt tokens were not computed again."""
    started = time.monotonic()
    first, cached = 0.0, 0
    for event in engine.generate(asked):
        if isinstance(event, Token) and not first:
            first = time.monotonic() - started
        elif isinstance(event, Finished):
            cached = event.num_cached
    return first, cached


def measure_ready(model: str, slots: int) -> dict[str, float]:
    """From the call to a loaded model and tokenizer, three times."""
    times = []
    for _ in range(3):
        started = time.monotonic()
        engine, _ = open_engine(model, slots=slots, context_per_slot=1024)
        times.append(time.monotonic() - started)
        engine.close()
    return {"median_s": round(statistics.median(times), 2), "best_s": round(min(times), 2)}


def measure_first_token(engine: EngineProcess, tokenizer: LlamaTokenizer) -> dict[str, Any]:
    """A cold prompt, one whose public prefix is shared, and the same conversation again."""
    cold = request(tokenizer, "cold", 2)
    results: dict[str, Any] = {"prompt_tokens": len(cold.prompt), "public_tokens": cold.num_public}
    for label, name in (("cold", "cold"), ("shared_prefix", "second"), ("same_conversation", "second")):
        seconds, cached = first_token_s(engine, request(tokenizer, name, 2))
        results[label] = {"s": round(seconds, 3), "cached_tokens": cached}
    return results


def measure_customers(engine: EngineProcess, tokenizer: LlamaTokenizer, num: int, num_tokens: int) -> dict[str, Any]:
    """`num` answers of `num_tokens` at once, prompts included."""
    process = psutil.Process(engine.pid)
    asked = [request(tokenizer, f"{num}-{number}", num_tokens) for number in range(num)]
    first: list[float] = []

    def ask(each: GenerateRequest) -> None:
        first.append(first_token_s(engine, each)[0])

    threads = [threading.Thread(target=ask, args=(each,)) for each in asked]
    cpu, started = sum(process.cpu_times()[:2]), time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wall, cpu = time.monotonic() - started, sum(process.cpu_times()[:2]) - cpu
    return {
        "customers": num,
        "output_tokens_per_s": round(num * num_tokens / wall, 1),
        "output_tokens_per_cpu_s": round(num * num_tokens / cpu, 1),
        "first_token_p50_s": round(statistics.median(first), 3),
        "first_token_max_s": round(max(first), 3),
    }


def measure_mask(tokenizer: LlamaTokenizer) -> dict[str, float]:
    """CPU time of the automaton and of masking the logits, per token, and of making the tables."""
    words = tokenizer.vocabulary
    begun = time.process_time()
    table = TokenTable(words.pieces, words.control, words.encode)
    made = time.process_time()
    automaton = table.automaton(ALLOWED, tokenizer.eos_tokens)
    first = time.process_time()
    tokens = words.encode("The shoe costs {1.price} and the boot {2.price}.")
    logits = np.zeros(words.num_tokens, dtype=np.float32)
    repeats, started = 200, time.process_time()
    for _ in range(repeats):
        state = automaton.start
        for token in tokens:
            np.copyto(logits, -np.inf, where=state.forbidden)
            state = automaton.next(state, token)
    per_token = (time.process_time() - started) / (repeats * len(tokens))
    return {
        "ms_per_token": round(1e3 * per_token, 4),
        "new_automaton_ms": round(1e3 * (first - made), 3),
        "vocabulary_tables_ms": round(1e3 * (made - begun), 1),
        "vocabulary_tokens": words.num_tokens,
    }


def measure_kill(engine: EngineProcess, tokenizer: LlamaTokenizer) -> dict[str, float]:
    """SIGKILL after ten tokens of an answer of forty: to the first new token, and to the end."""
    answer = engine.generate(request(tokenizer, "killed", 40))
    for _ in range(10):
        next(answer)
    assert engine.pid is not None
    os.kill(engine.pid, signal.SIGKILL)
    killed = time.monotonic()
    restarted = first = 0.0
    for event in answer:
        if isinstance(event, Restarted):
            restarted = time.monotonic() - killed
        elif isinstance(event, Token) and restarted and not first:
            first = time.monotonic() - killed
    return {
        "noticed_s": round(restarted, 3),
        "first_token_again_s": round(first, 2),
        "whole_answer_s": round(time.monotonic() - killed, 2),
    }


def hardware() -> dict[str, Any]:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    name = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.processor())
    wanted = ("amx_int8", "avx512f", "avx512_vnni", "avx2")
    return {
        "cpu": name,
        "cores": psutil.cpu_count(logical=False),
        "features": [flag for flag in wanted if flag in cpu_flags()],
        "memory_gb": round(psutil.virtual_memory().total / 1e9),
        "llama_cpp_build": build_info(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="smollm2-135m")
    parser.add_argument("--tokens", type=int, default=24)
    parser.add_argument("--customers", type=int, nargs="*", default=[1, 4, 8, 16])
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    slots = max(options.customers)
    results: dict[str, Any] = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit.stdout.strip(),
        "hardware": hardware(),
        "load_average_before": round(os.getloadavg()[0], 2),
        "ready": measure_ready(options.model, slots),
    }
    engine, tokenizer = open_engine(options.model, slots=slots, context_per_slot=1024)
    results["model"] = engine.options.name
    results["first_token"] = measure_first_token(engine, tokenizer)
    results["customers"] = [measure_customers(engine, tokenizer, num, options.tokens) for num in options.customers]
    results["mask"] = measure_mask(tokenizer)
    results["kill_9"] = measure_kill(engine, tokenizer)
    engine.close()
    results["load_average_after"] = round(os.getloadavg()[0], 2)
    text = json.dumps(results, indent=2)
    print(text)
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
