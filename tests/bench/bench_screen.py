"""What screening a turn costs, in both directions, over real turns of several shops answered in code's words.

    python tests/bench/bench_screen.py [--shop demo tau2] [--out tests/bench/results/screen.json]

Times in ms of CPU of the thread, so that other load on the machine matters little: `message` is what becomes of the
message before it is understood, `answer` the plan's texts and every sentence before its release, `both` a turn's sum;
`runs` is how often the encoder ran for the screening alone, beside what understanding needs of the very same texts.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

from truth.world import SOURCES  # noqa: E402

from assistant.config import Settings  # noqa: E402 (the paths above come first)
from assistant.encoder import Encoder  # noqa: E402
from assistant.engine.request import GenerateRequest  # noqa: E402
from assistant.engine.scripted import ByteTokenizer, ScriptedEngine  # noqa: E402
from assistant.errors import EngineError  # noqa: E402
from assistant.guard import Guard  # noqa: E402
from assistant.machine import measured_on  # noqa: E402
from assistant.pipeline import Assistant  # noqa: E402
from assistant.shelving import Shelving  # noqa: E402
from assistant.shop.embed import Embedder, default_embedder  # noqa: E402
from assistant.shop.importers import import_shop  # noqa: E402
from assistant.shop.search import Search  # noqa: E402
from assistant.store.database import Database  # noqa: E402

KINDS = {"demo": "shop", "tau2": "tau2", "dummyjson": "dummyjson"}
STEPS = {"take": "message", "verdict": "message", "clean": "answer", "may_say": "answer"}


class Meter:
    """Adds up what a turn's screening costs. Wraps the guard's methods and counts the encoder's runs in them."""

    def __init__(self) -> None:
        self.turn: dict[str, float] = {}
        self._inside = False
        for name, step in STEPS.items():
            setattr(Guard, name, self._timed(getattr(Guard, name), step))
        hidden, run = Embedder._hidden, Encoder._run

        def counted(embedder: Embedder, tokens: list[int]) -> Any:
            if self._inside:
                self._add("runs", 1)
            return hidden(embedder, tokens)

        def counted_too(encoder: Encoder, ids: Any, types: Any) -> Any:
            if self._inside:
                self._add("runs", 1)
            return run(encoder, ids, types)

        setattr(Embedder, "_hidden", counted)  # noqa: B010 (a method is replaced on purpose)
        setattr(Encoder, "_run", counted_too)  # noqa: B010

    def _timed(self, method: Callable[..., Any], step: str) -> Callable[..., Any]:
        def timed(*args: Any, **options: Any) -> Any:
            began, self._inside = time.thread_time(), True
            try:
                return method(*args, **options)
            finally:
                self._inside = False
                self._add(step, (time.thread_time() - began) * 1e3)

        return timed

    def _add(self, name: str, amount: float) -> None:
        self.turn[name] = self.turn.get(name, 0.0) + amount


class _Mute(ScriptedEngine):
    """Declines every request at once: code words the answers."""

    def generate(self, request: GenerateRequest) -> Any:
        raise EngineError("measured without a model")


def measure(shop: str, meter: Meter, most: int, *, ahead: bool = True) -> list[dict[str, float]]:
    """What each turn of a shop's development cases cost, at most `most` turns; the first three are left out.

    `ahead`: the shop's texts were judged before, as the server does in the background when it has started.
    """
    cases = [
        json.loads(line)
        for split in ("dev", "fresh_a")
        for line in (HERE / "truth" / f"cases_{shop}_{split}.jsonl").read_text("utf-8").splitlines()
    ]
    found: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as folder, Database.open(Path(folder) / "shop.db", create=True) as db:
        import_shop(db, KINDS[shop], SOURCES[shop])
        Search(db, default_embedder()).refresh()
        assistant = Assistant(db, _Mute([]), ByteTokenizer(), Settings())
        if ahead:
            Shelving(db, assistant.guard).look()
        for case in cases:
            for turn in case["turns"]:
                meter.turn = {"message": 0.0, "answer": 0.0, "runs": 0.0}
                assistant.reply(case["id"], turn["say"])
                found.append(meter.turn)
                if len(found) == most:
                    return found[3:]
    return found[3:]


def summary(turns: list[dict[str, float]]) -> dict[str, Any]:
    """Median and 95th percentile by part, and the mean number of the encoder's runs."""
    parts = {name: [t[name] for t in turns] for name in ("message", "answer")}
    parts["both"] = [t["message"] + t["answer"] for t in turns]
    cost = {n: {f"p{p}": round(float(np.percentile(v, p)), 2) for p in (50, 95)} for n, v in parts.items()}
    return {"turns": len(turns), **cost, "runs": round(sum(t["runs"] for t in turns) / len(turns), 3)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shop", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--turns", type=int, default=250)
    parser.add_argument("--cold", action="store_true", help="the shop's texts are judged when first quoted")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    meter, turns = Meter(), {}
    for shop in options.shop:
        turns[shop] = measure(shop, meter, options.turns, ahead=not options.cold)
    results = {
        **measured_on(),
        "of": "ms of CPU",
        "judged_ahead": not options.cold,
        **{shop: summary(found) for shop, found in turns.items()},
    }
    results["all"] = summary([t for found in turns.values() for t in found])
    print(json.dumps(results, indent=1))
    if options.out:
        options.out.write_text(json.dumps(results, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
