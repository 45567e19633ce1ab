"""`backroom bench engine`: our engine and its peers under the same load, one after the other, in one run.

The peers get slots equal to the customers, the same model file, and the best of the settings that a short try finds.
Knows how to put a run together; the load, the clients and the peers are in the files beside it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psutil

from assistant.bench import peers
from assistant.bench.clients import Client, LlamaServerClient, OurClient, PythonServerClient
from assistant.bench.customers import visit
from assistant.bench.load import Load
from assistant.bench.machine import machine
from assistant.engine import open_engine
from assistant.engine.tokenizer import LlamaTokenizer
from assistant.errors import BackroomError
from assistant.models import ModelStore

OURS = "backroom"
PEERS = ("llama-server", "llama_cpp.server", "xllamacpp")
_TRY_TURNS = 1
_SETTINGS: tuple[tuple[bool | None, bool | None], ...] = ((None, None), (False, False), (True, False))


@dataclass(frozen=True)
class Plan:
    """What is to be measured. `limit_s` bounds each engine's run; a rate is then that of what was done until then."""

    customers: int = 16
    turns: int = 6
    think_s: float = 0.0
    model: str | None = None
    threads: int | None = None
    peers: tuple[str, ...] = PEERS
    llama_server: Path | None = None
    build: bool = True
    try_settings: bool = True
    limit_s: float = 300.0


def run(plan: Plan, say: Callable[[str], None]) -> dict[str, Any]:
    """Measure, and return what `--json` prints: ratios of ours to each peer's, and every engine's own figures."""
    store = ModelStore()
    model = store.resolve(plan.model or store.default)
    tokenizer = LlamaTokenizer(model.path)
    load = Load(tokenizer, plan.turns)
    longest = max(_longest(load, number) for number in range(plan.customers))
    context = -(-longest // 256) * 256
    threads = plan.threads or psutil.cpu_count(logical=False) or 1
    setup = peers.Setup(model.path, plan.customers, context, threads)
    results: dict[str, Any] = {"load_average_before": round(os.getloadavg()[0], 2)}
    engines: dict[str, dict[str, Any]] = {}
    missing: dict[str, str] = {}
    say(f"{OURS}: {plan.customers} customers, {plan.turns} turns, think time {plan.think_s:g} s")
    engines[OURS] = _ours(plan, model.id, tokenizer, load, setup)
    for name in plan.peers:
        try:
            start = _starter(name, plan, say)
            chosen, tried = _best(name, start, setup, plan, load, tokenizer, say)
            say(f"{name} ({chosen.label})")
            engines[name] = {
                "settings": chosen.label,
                "tried": tried,
                **_measure(name, start, chosen, plan, load, tokenizer),
            }
        except (BackroomError, OSError) as error:
            missing[name] = str(error)
            say(f"{name}: {error}")
    results["load_average_after"] = round(os.getloadavg()[0], 2)
    return {
        **_ratios(engines),
        **results,
        **_about(plan, model.id, context, threads),
        "missing": missing,
        "engines": engines,
    }


def _longest(load: Load, customer: int) -> int:
    return len(load.system) + sum(len(turn.tokens) + turn.num_answer for turn in load.turns(customer)) + 8


def _about(plan: Plan, model: str, context: int, threads: int) -> dict[str, Any]:
    keys = {"customers": plan.customers, "turns": plan.turns, "think_s": plan.think_s, "model": model}
    return {**keys, "context": context, "threads": threads, "machine": machine()}


def _ratios(engines: dict[str, dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Ours divided by each peer's; for first tokens, where less is better, theirs divided by ours."""
    ours = engines[OURS]
    ratios: dict[str, dict[str, float]] = {}
    for key in ("output_tokens_per_s", "output_tokens_per_cpu_s"):
        ratios[f"ratio_{key}"] = {
            name: round(ours[key] / each[key], 2) for name, each in engines.items() if name != OURS and each[key]
        }
    mine = ours["first_token_s"]["all"]
    ratios["ratio_first_token_p95"] = {
        name: round(each["first_token_s"]["all"]["p95"] / mine["p95"], 2)
        for name, each in engines.items()
        if name != OURS and each["first_token_s"]["all"] and mine
    }
    return ratios


def _ours(plan: Plan, model: str, tokenizer: LlamaTokenizer, load: Load, setup: peers.Setup) -> dict[str, Any]:
    began = time.monotonic()
    engine, _ = open_engine(
        model, slots=setup.slots, context_per_slot=setup.context, threads=plan.threads, queue_limit=1000
    )
    ready_s = round(time.monotonic() - began, 2)
    try:
        assert engine.pid is not None
        client = OurClient(engine, tokenizer.eos_tokens)
        figures = visit(client, load, plan.customers, think_s=plan.think_s, limit_s=plan.limit_s, pid=engine.pid)
        return {"settings": engine.options.summary, "ready_s": ready_s, **figures}
    finally:
        engine.close()


Start = Callable[[peers.Setup], Any]


def _starter(name: str, plan: Plan, say: Callable[[str], None]) -> Start:
    """How a peer is started on this machine, fetched or built first where that is allowed."""
    if name == "llama-server":
        binary = peers.find_llama_server(plan.llama_server)
        if binary is None:
            if not plan.build:
                raise BackroomError("not here; name the binary with --llama-server, or leave out --no-build")
            from assistant.bench.build_server import build

            binary = build(peers.built_llama_server(), say)
        return lambda setup: peers.llama_server(binary, setup)
    packages = peers.find_packages(name)
    if packages is None:
        if not plan.build:
            raise BackroomError("its packages aren't here; leave out --no-build to fetch them")
        from assistant.bench.build_server import find_uv

        packages = peers.fetch_packages(name, find_uv())
    run_peer = peers.xllamacpp if name == "xllamacpp" else peers.python_server
    return lambda setup: run_peer(packages, setup)


def _best(
    name: str,
    start: Start,
    setup: peers.Setup,
    plan: Plan,
    load: Load,
    tokenizer: LlamaTokenizer,
    say: Callable[[str], None],
) -> tuple[peers.Setup, dict[str, float]]:
    """The settings under which a peer was quickest in a short try, and what each gave."""
    if name == "llama_cpp.server" or not plan.try_settings:
        known = setup if name == "llama_cpp.server" else replace(setup, flash_attention=False, unified=False)
        return known, {}
    short = Load(tokenizer, _TRY_TURNS)
    tried: dict[str, float] = {}
    best, best_rate = setup, -1.0
    for flash_attention, unified in _SETTINGS:
        one = replace(setup, flash_attention=flash_attention, unified=unified)
        say(f"{name}: trying {one.label}")
        figures = _measure(name, start, one, replace(plan, limit_s=plan.limit_s / 4, think_s=0.0), short, tokenizer)
        tried[one.label] = figures["output_tokens_per_s"]
        if tried[one.label] > best_rate:
            best, best_rate = one, tried[one.label]
    return best, tried


def _measure(
    name: str, start: Start, setup: peers.Setup, plan: Plan, load: Load, tokenizer: LlamaTokenizer
) -> dict[str, Any]:
    with start(setup) as (address, pid):
        client: Client
        if name == "llama_cpp.server":
            client = PythonServerClient(address, tokenizer)
        else:
            client = LlamaServerClient(address, setup.slots)
        return visit(client, load, plan.customers, think_s=plan.think_s, limit_s=plan.limit_s, pid=pid)
