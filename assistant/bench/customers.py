"""Simulated customers at one engine, and what they saw: tokens, first words, and the CPU time that it took.

Knows no particular engine.
"""

from __future__ import annotations

import math
import statistics
import threading
import time
from dataclasses import dataclass, field

import psutil

from assistant.bench.clients import Client
from assistant.bench.load import Load


@dataclass
class Seen:
    """What one customer saw, turn by turn. Changed by that customer's thread alone."""

    first_s: list[float] = field(default_factory=list)
    num_tokens: int = 0
    num_prompt: int = 0
    problem: str | None = None


def visit(client: Client, load: Load, customers: int, *, think_s: float, limit_s: float, pid: int) -> dict[str, object]:
    """Let `customers` customers talk at once until all are done or `limit_s` is over; rates and times to first tokens.

    Each of them reads for `think_s` between its turns. `pid` is the engine's process; the CPU time is its family's.
    """
    seen = [Seen() for _ in range(customers)]
    end = time.monotonic() + limit_s
    threads = [
        threading.Thread(target=_talk, args=(client, load, number, think_s, end, one), daemon=True)
        for number, one in enumerate(seen)
    ]
    for number in range(customers):
        load.turns(number)  # texts are made before the clock runs
    cpu, began = _cpu_s(pid), time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.1, end + 60 - time.monotonic()))
    wall, cpu = time.monotonic() - began, _cpu_s(pid) - cpu
    return _summary(seen, wall, cpu, client)


def _talk(client: Client, load: Load, customer: int, think_s: float, end: float, seen: Seen) -> None:
    tokens = load.system
    try:
        for turn in load.turns(customer):
            if seen.first_s:
                time.sleep(think_s)
            tokens += turn.tokens
            asked, first = time.monotonic(), 0.0
            seen.num_prompt += len(tokens)
            for piece in client.answer(customer, tokens, len(load.system), turn.num_answer):
                first = first or time.monotonic() - asked
                seen.num_tokens += len(piece)
                tokens += tuple(piece)
                if time.monotonic() > end:
                    return
            seen.first_s.append(first)
    except Exception as error:  # whatever a peer does wrong is a result, too
        seen.problem = f"{type(error).__name__}: {error}"


def _summary(seen: list[Seen], wall_s: float, cpu_s: float, client: Client) -> dict[str, object]:
    first = [one.first_s[0] for one in seen if one.first_s]
    later = [each for one in seen for each in one.first_s[1:]]
    num_tokens, num_prompt = sum(one.num_tokens for one in seen), sum(one.num_prompt for one in seen)
    problems = [one.problem for one in seen if one.problem]
    return {
        "output_tokens": num_tokens,
        "output_tokens_per_s": round(num_tokens / wall_s, 2),
        "output_tokens_per_cpu_s": round(num_tokens / cpu_s, 2) if cpu_s else None,
        "wall_s": round(wall_s, 1),
        "cpu_s": round(cpu_s, 1),
        "prompt_tokens": num_prompt,
        "prompt_tokens_computed": num_prompt - client.num_cached,
        "turns": len(first) + len(later),
        "first_token_s": {
            "first_turn": _quantiles(first),
            "later_turns": _quantiles(later),
            "all": _quantiles([*first, *later]),
        },
        "problems": problems[:3],
    }


def _quantiles(values: list[float]) -> dict[str, float] | None:
    if not values:
        return None
    ordered = sorted(values)
    return {"p50": round(statistics.median(ordered), 3), "p95": round(ordered[math.ceil(0.95 * len(ordered)) - 1], 3)}


def _cpu_s(pid: int) -> float:
    process = psutil.Process(pid)
    return float(sum(sum(each.cpu_times()[:2]) for each in [process, *process.children(recursive=True)]))
