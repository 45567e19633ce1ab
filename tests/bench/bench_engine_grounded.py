"""One customer's grounded answers, ours against llama-server: the same prompts, held to the same sentences.

    .venv/bin/python tests/bench/bench_engine_grounded.py [--repeats 3] [--out FILE]

The prompts are what the assistant asks of its engine over the demo shop, in both of its forms: with the released
adapter (a wording of each note is chosen) and without (a sentence under a grammar). llama-server gets the sentences as
a GBNF grammar, the adapter by --lora, the same model file and threads, its prompt cache switched on. One question after
the other; what is compared is the time for all of them, and whether the texts are the same.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench.bench_engine_steps import requests


def choices_gbnf(sentences: tuple[tuple[str, ...], ...]) -> str:
    """The sentences of `Placeholders` as a GBNF grammar: one wording of each, in order."""

    def quoted(text: str) -> str:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

    rules = [f"root ::= {' '.join(f's{n}' for n in range(len(sentences)))}"]
    for number, ways in enumerate(sentences):
        lead = " " if number else ""
        rules.append(f"s{number} ::= {' | '.join(quoted(lead + way) for way in ways)}")
    return "\n".join(rules) + "\n"


def grammar_of(request: Any) -> str | None:
    from assistant.engine.gbnf import gbnf

    limits = request.placeholders
    if limits and limits.sentences:
        return choices_gbnf(limits.sentences)
    return gbnf(limits.grammar) if limits and limits.grammar else None


def ours(engine: Any, tokenizer: Any, asked: list[Any], round_: int) -> tuple[float, list[str]]:
    from assistant.engine.request import Token

    texts, began = [], time.monotonic()
    for number, request in enumerate(asked):
        name = f"{round_}-{number}"
        events = engine.generate(replace(request, request_id=name, conversation=name, deadline_s=600))
        texts.append(tokenizer.decode([e.token for e in events if isinstance(e, Token)]))
    return time.monotonic() - began, texts


def theirs(http: httpx.Client, asked: list[Any]) -> tuple[float, list[str]]:
    texts, began = [], time.monotonic()
    for request in asked:
        body = {
            "prompt": list(request.prompt),
            "n_predict": request.max_tokens,
            "temperature": 0.0,
            "samplers": ["temperature"],
            "cache_prompt": True,
            "grammar": grammar_of(request),
        }
        texts.append(http.post("/completion", json=body).raise_for_status().json()["content"])
    return time.monotonic() - began, texts


def compare(adapter: str | None, repeats: int, threads: int) -> dict[str, Any]:
    from assistant.adapters import choose
    from assistant.bench import peers
    from assistant.engine import open_engine
    from assistant.models import resolve

    model = resolve("smollm2-135m")
    asked, tokenizer = requests("smollm2-135m", adapter)
    chosen = choose(adapter, model.sha256)
    file = chosen.path if chosen else None
    engine, _ = open_engine("smollm2-135m", adapter=file, slots=2, context_per_slot=1024, threads=threads)
    ours(engine, tokenizer, asked[:1], 99)  # the public prefix is warm on both sides
    mine = [ours(engine, tokenizer, asked, n) for n in range(repeats)]
    print(f"ours: {min(s for s, _ in mine):.2f} s", file=sys.stderr, flush=True)
    counts = engine.status().counts
    engine.close()
    binary = peers.find_llama_server(None)
    if binary is None:
        raise SystemExit("no llama-server: `backroom bench engine --peer llama-server` builds one")
    runs: dict[str, list[tuple[float, list[str]]]] = {}
    for flash in (None, False):
        setup = peers.Setup(model.path, 1, 1024, threads, flash, None if flash is None else False, file)
        with peers.llama_server(binary, setup) as (address, _), httpx.Client(base_url=address, timeout=600) as http:
            theirs(http, asked[:1])
            runs[setup.label] = [theirs(http, asked) for _ in range(repeats)]
        print(f"llama-server, {setup.label}: {min(s for s, _ in runs[setup.label]):.2f} s", file=sys.stderr, flush=True)
    best = min(runs, key=lambda label: min(seconds for seconds, _ in runs[label]))
    our_s, their_s = min(s for s, _ in mine), min(s for s, _ in runs[best])
    return {
        "answers": len(asked),
        "output_tokens": counts.output,
        "forced": counts.forced,
        "guessed": counts.guessed,
        "guessed_right": counts.guessed_right,
        "ours_s": round(our_s, 3),
        "llama_server_s": round(their_s, 3),
        "llama_server_settings": best,
        "same_texts": sum(a == b for a, b in zip(mine[0][1], runs[best][0][1], strict=True)),
        "times_quicker": round(their_s / our_s, 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--threads", type=int, default=psutil.cpu_count(logical=False) or 1)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    from assistant.bench.machine import machine
    from assistant.config import data_home
    from assistant.models import resolve

    resolve("smollm2-135m")
    profile = data_home() / "engine.json"
    stored = profile.read_text("utf-8") if profile.is_file() else None
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_DATA_HOME"] = folder  # the demo shop's database goes there
        if stored:
            target = data_home() / "engine.json"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(stored, "utf-8")
        results: dict[str, Any] = {
            "machine": machine(),
            "load": round(os.getloadavg()[0], 2),
            "threads": options.threads,
        }
        results["released adapter"] = compare(None, options.repeats, options.threads)
        results["no adapter"] = compare("none", options.repeats, options.threads)
    text = json.dumps(results, indent=2)
    print(text)
    if options.out:
        options.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
