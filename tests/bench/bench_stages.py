"""What a turn costs beside the model, by step, in processor time: the same on a busy machine.

    .venv/bin/python tests/bench/bench_stages.py [--shops demo dummyjson] [--turns 240] [--cold] [--out FILE]

The development cases of the truth bench, one conversation after the other over one copy of each shop, worded by code
(the model declines every request). A few conversations go first, so that nothing is measured that only happens once.
Times are of the whole process, the threads that read texts for an answer among it. The shop's lines are read ahead, as
a server does beside its customers; `--cold` leaves that out. Knows no expected answers.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import sys
import tempfile
import time
import types
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

from bench_truth import KINDS, SOURCES, quantiles  # noqa: E402
from truth.quick import _Mute  # noqa: E402

import assistant.pipeline  # noqa: E402
import assistant.speak  # noqa: E402
from assistant.bench.machine import machine  # noqa: E402
from assistant.config import Settings  # noqa: E402
from assistant.customers import find_customer  # noqa: E402
from assistant.engine.scripted import ByteTokenizer  # noqa: E402
from assistant.pipeline import Assistant  # noqa: E402
from assistant.replay import Case, read_cases  # noqa: E402
from assistant.shelving import products_for_sale  # noqa: E402
from assistant.shop.embed import default_embedder  # noqa: E402
from assistant.shop.importers import import_shop  # noqa: E402
from assistant.shop.search import Search  # noqa: E402
from assistant.store.database import Database  # noqa: E402

_WARM = 20  # turns


def steps(shop: str, num_turns: int, profile: cProfile.Profile | None, *, cold: bool = False) -> list[dict[str, float]]:
    """Processor milliseconds of each turn by step."""
    taken: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as folder, Database.open(Path(folder) / "shop.db", create=True) as db:
        import_shop(db, KINDS[shop], SOURCES[shop])
        Search(db, default_embedder()).refresh()
        assistant = Assistant(db, _Mute([]), ByteTokenizer(), Settings().override(shop={"db": db.path}))
        if not cold:
            assistant.read_ahead(products_for_sale(db))
        for case in cases(shop, folder):
            if len(taken) == _WARM and profile:
                profile.enable()
            taken += conversation(assistant, db, case)
            if len(taken) >= num_turns + _WARM:
                break
        if profile:
            profile.disable()
    return taken[_WARM:]


def cases(shop: str, folder: str) -> list[Case]:
    rows = [json.loads(line) for line in (HERE / "truth" / f"cases_{shop}_dev.jsonl").open(encoding="utf-8")]
    for row in rows:
        row["turns"] = [{"say": turn["say"]} for turn in row["turns"]]
    plain = Path(folder) / "cases.jsonl"
    plain.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return read_cases(plain)


def conversation(assistant: Assistant, db: Database, case: Case) -> list[dict[str, float]]:
    who = case.customer
    customer = find_customer(db, email=who.email, customer_id=who.id) if who else None
    return [dict(assistant.reply(case.id, turn.say, customer=customer, now=case.now).ms) for turn in case.turns]


def summary(taken: list[dict[str, float]]) -> dict[str, Any]:
    names = sorted({name for turn in taken for name in turn})
    return {"turns": len(taken), "ms": {name: quantiles([turn.get(name, 0.0) for turn in taken]) for name in names}}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shops", nargs="*", default=["demo", "dummyjson"])
    parser.add_argument("--turns", type=int, default=240)
    parser.add_argument("--cold", action="store_true", help="nothing is read ahead")
    parser.add_argument("--profile", type=Path)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    for module in (assistant.pipeline, assistant.speak):  # the pipeline's own clock, set to processor time
        module.time = types.SimpleNamespace(**{**vars(time), "perf_counter": time.process_time})  # type: ignore[attr-defined]
    profile = cProfile.Profile(time.thread_time) if options.profile else None
    results: dict[str, Any] = {"machine": machine()}
    for shop in options.shops:
        results[shop] = summary(steps(shop, options.turns, profile, cold=options.cold))
    if profile:
        profile.dump_stats(options.profile)
    text = json.dumps(results, indent=2)
    print(text)
    if options.out:
        options.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
