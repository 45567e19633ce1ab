"""The engine for an hour: customers who stop, go away and come back, and an engine that is killed now and then.

    .venv/bin/python tests/bench/bench_engine_soak.py --seconds 3600 --out tests/bench/results/engine_soak.json

Passes when no request is lost without an error, no slot stays taken, and resident memory in the second half stays
within 2% of the first (after the warm-up). With `--short`, prompts and answers are a fifth as long: more turns where a
machine has little time to give. Idle conversations may be parked in 24 MB, which are full within minutes. Exit code 1
when it doesn't pass; the memory curve (a point each half minute) is in the results.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import signal
import statistics
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import psutil

from assistant.bench.load import Load
from assistant.bench.machine import machine
from assistant.engine.gguf import read_header
from assistant.engine.options import LlamaOptions
from assistant.engine.process import EngineProcess
from assistant.engine.profile import find_profile
from assistant.engine.request import Finished, GenerateRequest, Sampling, Token
from assistant.engine.tokenizer import LlamaTokenizer
from assistant.errors import BackroomError
from assistant.models import resolve

DEADLINE_S = 300


def talk(
    engine: EngineProcess, load: Load, number: int, end: float, seen: Counter[str], *, short: bool, think_s: float
) -> None:
    """One customer until `end`: whole answers, answers stopped or dropped in the middle, new conversations."""
    chance = random.Random(number)
    visit = 0
    while time.monotonic() < end:
        visit += 1
        tokens = public = load.system[:120] if short else load.system
        for turn_number, turn in enumerate(load.turns(chance.randrange(50))):
            tokens += turn.tokens[-40:] if short else turn.tokens
            name = f"{number}-{visit}-{turn_number}"
            patience = chance.choice([10**6, 10**6, 10**6, chance.randint(0, 20)])
            num_answer = turn.num_answer // 5 if short else turn.num_answer
            drawn = Sampling(temperature=0.8, top_p=0.9, repeat_penalty=1.1, seed=visit)
            request = GenerateRequest(
                name,
                f"{number}-{visit}",
                tokens,
                len(public),
                max_tokens=num_answer,
                sampling=drawn if visit % 2 else Sampling(),
                deadline_s=chance.choice([DEADLINE_S] * 9 + [3]),
            )
            try:
                ended, answer = False, engine.generate(request)
                written: list[int] = []
                for event in answer:
                    if isinstance(event, Token):
                        written.append(event.token)
                    ended = ended or isinstance(event, Finished)
                    if len(written) > patience:
                        break
                answer.close()
                seen["answered" if ended else "stopped by the customer" if len(written) > patience else "LOST"] += 1
                tokens += tuple(written)
            except BackroomError as error:
                seen[f"told: {type(error).__name__}"] += 1
            if time.monotonic() > end or len(tokens) > 1500:
                break
            time.sleep(chance.random() * 2 * think_s)
            if chance.random() < 0.05:
                engine.forget(f"{number}-{visit}")


def open_model(threads: int | None) -> tuple[EngineProcess, LlamaTokenizer]:
    """The default model as it is run here, with a small budget for parked memories."""
    model = resolve()
    cores = psutil.cpu_count(logical=False) or 1
    how = find_profile(model.sha256, read_header(model.path), cores)
    options = LlamaOptions(
        model.path,
        sha256=model.sha256,
        weights=how.weights,
        kv_type=how.kv_type,
        threads=threads or how.threads or cores,
        num_slots=6,
        park_mb=24,
    )
    return EngineProcess(options), LlamaTokenizer(model.path)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3600)
    parser.add_argument("--customers", type=int, default=8)
    parser.add_argument("--kill-every", type=float, default=300, help="Seconds between kills of the engine.")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--think", type=float, default=0.0, help="Seconds between turns, on average.")
    parser.add_argument("--short", action="store_true", help="Short prompts and answers.")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    engine, tokenizer = open_model(options.threads)
    load = Load(tokenizer)
    for number in range(50):
        load.turns(number)  # texts are kept: they must not look like a leak
    seen: Counter[str] = Counter()
    end = time.monotonic() + options.seconds
    threads = [
        threading.Thread(
            target=talk,
            args=(engine, load, number, end, seen),
            kwargs={"short": options.short, "think_s": options.think},
        )
        for number in range(options.customers)
    ]
    for thread in threads:
        thread.start()
    ours, memory, next_kill, kills = psutil.Process(), [], time.monotonic() + options.kill_every, 0
    while any(thread.is_alive() for thread in threads):
        time.sleep(1)
        child = 0
        with contextlib.suppress(psutil.Error):
            child = psutil.Process(engine.pid).memory_info().rss if engine.pid else 0
        memory.append((ours.memory_info().rss, child))
        if time.monotonic() > next_kill and time.monotonic() < end - 20 and engine.pid:
            os.kill(engine.pid, signal.SIGKILL)
            next_kill, kills = time.monotonic() + options.kill_every, kills + 1
    time.sleep(1.5)
    status = engine.status()
    engine.close()
    half = len(memory) // 2
    growth = {
        name: round(
            statistics.median(m[i] for m in memory[half:]) / statistics.median(m[i] for m in memory[half // 2 : half]),
            4,
        )
        for i, name in enumerate(("supervisor", "engine"))
    }
    stuck = status.running + status.queued
    results: dict[str, Any] = {
        "machine": machine(),
        "seconds": options.seconds,
        "customers": options.customers,
        "kills": kills,
        "restarts": status.restarts,
        "requests": dict(seen),
        "tokens": {"prompt": status.counts.prompt, "cached": status.counts.cached, "output": status.counts.output},
        "parked": status.counts.parked,
        "resumed": status.counts.resumed,
        "cpu_s_supervisor": round(time.process_time()),
        "slots_still_taken": stuck,
        "memory_mb_each_half_minute": [[round(each / 1e6) for each in point] for point in memory[::30]],
        "memory_second_half_against_first": growth,
        "passed": not seen["LOST"] and not stuck and max(growth.values()) <= 1.02,
    }
    text = json.dumps(results, indent=2)
    print(text)
    if options.out:
        options.out.write_text(text + "\n", encoding="utf-8")
    return 0 if results["passed"] else 1


if __name__ == "__main__":
    sys.exit(main())
