"""How soon a slot is free when a customer stops, goes away or runs out of time, while all slots are busy.

    .venv/bin/python tests/bench/bench_engine_cancel.py [--slots 8] [--repeats 20] [--out FILE]

All slots compute long prompts or long answers and one more request waits. Then one of those is stopped (closed),
abandoned (its last reference dropped, as when a connection breaks), or its deadline comes: measured is until the one
that waited has a slot. What it can't be quicker than is the step under way, so the engine's longest steps stand beside.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assistant.bench.load import Load
from assistant.bench.machine import machine
from assistant.engine import open_engine
from assistant.engine.process import EngineProcess
from assistant.engine.request import EngineEvent, GenerateRequest
from assistant.errors import BackroomError

HOWS = ("stop", "gone", "deadline")


class Crowd:
    """Keeps every slot busy; `number` makes ids and conversations."""

    def __init__(self, engine: EngineProcess, load: Load, slots: int) -> None:
        self.engine, self.load, self.slots, self.number = engine, load, slots, 0
        self.answers: list[Iterator[EngineEvent]] = []

    def ask(self, deadline_s: float = 600.0) -> Iterator[EngineEvent]:
        """A request of a new conversation: the system text, a prompt of hundreds of tokens and a long answer."""
        self.number += 1
        turns = self.load.turns(self.number % 40)
        tokens = self.load.system + turns[0].tokens + turns[1].tokens
        name = f"r{self.number}"
        request = GenerateRequest(
            name,
            name,
            tokens,
            len(self.load.system),
            max_tokens=600,
            min_tokens=600,
            stop_tokens=(0,),
            deadline_s=deadline_s,
        )
        answer: Iterator[EngineEvent] = self.engine.generate(request)
        threading.Thread(target=_drain, args=(answer,), daemon=True).start() if deadline_s < 600 else None
        return answer

    def fill(self) -> None:
        while len(self.answers) < self.slots:
            self.answers.append(self.ask())

    def measure(self, how: str, chance: random.Random) -> float:
        """Seconds from the end of one until the one that waits has begun."""
        if how == "deadline":
            self.answers.pop(chance.randrange(len(self.answers))).close()  # type: ignore[attr-defined]
            until = time.monotonic() + 1.5
            self.ask(1.5)
        self._until(lambda: self.engine.status().running == self.slots and not self.engine.status().queued)
        waiting = self.ask()
        time.sleep(chance.random() * 0.3)
        if how == "deadline":
            time.sleep(max(0.0, until - time.monotonic()))
            began = until
        else:
            answer = self.answers.pop(chance.randrange(len(self.answers)))
            began = time.monotonic()
            if how == "stop":
                answer.close()  # type: ignore[attr-defined]
            del answer
        self._until(lambda: self.engine.status().queued == 0)
        took = time.monotonic() - began
        self.answers.append(waiting)
        self.fill()
        return took

    def _until(self, true: Any) -> None:
        while not true():
            time.sleep(0.001)


def _drain(answer: Iterator[EngineEvent]) -> None:
    try:
        for _ in answer:
            pass
    except BackroomError:
        pass


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--slots", type=int, default=8)
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    engine, tokenizer = open_engine("smollm2-135m", slots=options.slots, context_per_slot=2560)
    crowd, chance = Crowd(engine, Load(tokenizer), options.slots), random.Random(3)
    crowd.fill()
    results: dict[str, Any] = {"machine": machine(), "slots": options.slots, "repeats": options.repeats}
    for how in HOWS:
        took = sorted(crowd.measure(how, chance) for _ in range(options.repeats))
        results[how] = {
            "p50_ms": round(took[len(took) // 2] * 1e3),
            "p95_ms": round(took[int(0.95 * (len(took) - 1))] * 1e3),
            "max_ms": round(took[-1] * 1e3),
        }
        print(how, results[how], file=sys.stderr)
    engine.close()
    text = json.dumps(results, indent=2)
    print(text)
    if options.out:
        options.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
