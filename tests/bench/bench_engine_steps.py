"""Forced tokens and guesses on the product's real prompts: steps and processor time of the same answers without, with
forced tokens, and with guesses too; and whether the answers are the same.

    .venv/bin/python tests/bench/bench_engine_steps.py [--together 8] [--out FILE]

The prompts are what the assistant asks of its engine over the demo shop. One thread, so that processor time is what the
work takes however busy the machine is.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

QUESTIONS = (
    "How much is the Trail Runner GTX?",
    "Do you have the Fellwalker Mid in 43?",
    "Is the Trail Runner GTX available in size 42?",
    "How many Camp Mugs are left?",
    "What is the Trail Runner made of?",
    "How much is the Tarn 2 Tent and is it in stock?",
    "Do you have the Trail Runner Kids?",
    "What does the Camp Mug cost?",
    "Is the Tarn 3 Tent in stock?",
    "Which is your cheapest coffee maker in stock?",
    "How is the Fellwalker Mid rated?",
    "Which colours does the Trail Runner come in?",
)


def requests(model: str, adapter: str | None = "none") -> tuple[list[Any], Any]:
    """What the assistant asks of its engine for the questions, and the tokenizer that it asks with.

    `adapter` is as in the settings: "none" (the sentence grammar), None for the released one (the notes form).
    """
    from assistant.adapters import InUse, choose
    from assistant.engine.request import EngineEvent, EngineStatus, GenerateRequest
    from assistant.engine.tokenizer import LlamaTokenizer
    from assistant.errors import EngineError
    from assistant.models import resolve
    from assistant.pipeline import Assistant
    from assistant.runtime import demo_settings, open_database, prepare_demo

    asked: list[GenerateRequest] = []

    class Listening:
        def generate(self, request: GenerateRequest) -> Iterator[EngineEvent]:
            asked.append(request)
            raise EngineError("only listening")

        def status(self) -> EngineStatus:
            return EngineStatus(ready=True, model="none", context=2048, slots=1)

        def close(self) -> None:
            pass

    from assistant.config import Settings

    tokenizer = LlamaTokenizer(resolve(model).path)
    settings = demo_settings(Settings())
    prepare_demo(settings)
    with open_database(settings) as db:
        in_use = InUse(choose(adapter, resolve(model).sha256))
        assistant = Assistant(db, Listening(), tokenizer, settings, in_use)
        for number, question in enumerate(QUESTIONS):
            assistant.reply(f"c{number}", question)
    return asked, tokenizer


def measure(backend: Any, asked: list[Any], together: int, **mode: bool) -> dict[str, Any]:
    """Answer the requests, `together` at a time; tokens by request, and what it took."""
    from assistant.engine.request import Token
    from assistant.engine.scheduler import Scheduler

    for memory in range(backend.num_sequences):
        backend.truncate(memory, 0)
    scheduler = Scheduler(backend, backend.options.num_slots, **mode)
    first = replace(asked[0], request_id="warm", conversation="warm")
    tokens: dict[str, list[int]] = {}

    def drain() -> None:
        while scheduler.has_work:
            for request_id, event in scheduler.admit() + scheduler.step():
                if isinstance(event, Token):
                    tokens.setdefault(request_id, []).append(event.token)

    scheduler.add(first, time.monotonic() + 600)
    drain()
    tokens.clear()
    steps, began = scheduler.num_steps, time.process_time()
    for start in range(0, len(asked), together):
        for request in asked[start : start + together]:
            scheduler.add(request, time.monotonic() + 600)
        drain()
    counts = scheduler.counts
    return {
        "tokens": tokens,
        "steps": scheduler.num_steps - steps,
        "cpu_s": round(time.process_time() - began, 3),
        "output_tokens": sum(map(len, tokens.values())),
        "forced": counts.forced,
        "guessed": counts.guessed,
        "guessed_right": counts.guessed_right,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="smollm2-135m")
    parser.add_argument("--together", type=int, nargs="*", default=[1, 8])
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_DATA_HOME"] = folder
        from assistant.bench.machine import machine
        from assistant.engine.gguf import read_header
        from assistant.engine.llama import LlamaBackend
        from assistant.engine.options import LlamaOptions
        from assistant.engine.profile import find_profile
        from assistant.models import resolve

        asked, _ = requests(options.model)
        model = resolve(options.model)
        how = find_profile(model.sha256, read_header(model.path), 1)
        backend = LlamaBackend(
            LlamaOptions(
                model.path,
                sha256=model.sha256,
                weights=how.weights,
                kv_type=how.kv_type,
                threads=1,
                num_slots=max(options.together),
                context=1024,
            )
        )
        results: dict[str, Any] = {"machine": machine(), "model": model.id, "requests": len(asked), "modes": {}}
        modes = {
            "neither": {"jumping": False, "guessing": False},
            "forced tokens": {"jumping": True, "guessing": False},
            "both": {"jumping": True, "guessing": True},
        }
        for together in options.together:
            runs = {
                name: min(
                    (measure(backend, asked, together, **mode) for _ in range(options.repeats)),
                    key=lambda run: run["cpu_s"],
                )
                for name, mode in modes.items()
            }
            plain = runs["neither"]
            for run in runs.values():
                run["same_answers"] = sum(run["tokens"].get(k) == v for k, v in plain["tokens"].items())
                run["times_quicker"] = round(plain["cpu_s"] / run["cpu_s"], 2)
            for run in runs.values():
                del run["tokens"]
            results["modes"][f"{together} at once"] = runs
        backend.close()
    text = json.dumps(results, indent=2)
    print(text)
    if options.out:
        options.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
