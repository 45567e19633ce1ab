"""The conversation's evaluation: intents, slots, emotion, questions back, long conversations, scripted customers.

    backroom eval conversation [--heldout] [--only emotion] [--model-sample 40] [--json]
    .venv/bin/python tests/bench/bench_conversation.py ...          # the same

Prints a table and writes tests/bench/results/conversation.json. Development cases by default, their misses with --show;
of the held-out third (--heldout) totals only. Data that isn't there is named and left out. Knows nothing of how the
assistant works; the parts are in tests/bench/talking, truth and ../customers.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(ROOT)]

from talking import data, feelings, intents, questions, slots, smalltalk  # noqa: E402 (the paths above come first)
from talking.data import Json, Missing  # noqa: E402

RESULTS = HERE / "results" / "conversation.json"
PARTS = ("intents", "slots", "smalltalk", "emotion", "clarify", "turns", "customers", "pricing")


def run_intents(options: argparse.Namespace, folder: Path) -> Json:
    """MultiDoGO and Bitext, three ways."""
    sets = {"multidogo": lambda: data.multidogo(3000, 1000), "bitext": data.bitext}
    out: Json = {}
    ask = close = None
    for name, read in sets.items():
        try:
            read_set = read()
            out[name] = intents.measure(name, read_set)
        except Missing as missing:
            out[name] = {"left_out": str(missing)}
            continue
        if options.model_sample:
            if ask is None:
                ask, close = intents.default_model()
            out[name] |= intents.prompted(read_set, ask, options.model_sample)
    if close is not None:
        close()
    return out


def run_slots(options: argparse.Namespace, folder: Path) -> Json:
    return {"multidogo": slots.measure(data.multidogo_slots("train", 4000), data.multidogo_slots("test", 1500))}


def run_smalltalk(options: argparse.Namespace, folder: Path) -> Json:
    figures, misses = smalltalk.measure("heldout" if options.heldout else "dev", _assistants(folder)("demo"))
    _show(options, misses)
    return {"paraphrases": figures}


def run_emotion(options: argparse.Namespace, folder: Path) -> Json:
    figures, misses = feelings.shop_messages("heldout" if options.heldout else "dev")
    _show(options, misses)
    out: Json = {"shop messages": figures}
    try:
        out["goemotions dev"] = feelings.goemotions()
    except Missing as missing:
        out["goemotions dev"] = {"left_out": str(missing)}
    return out


def run_clarify(options: argparse.Namespace, folder: Path) -> Json:
    figures, wrong = questions.measure("heldout" if options.heldout else "dev", _assistants(folder))
    _show(options, wrong)
    return {"cases": figures}


def run_turns(options: argparse.Namespace, folder: Path) -> Json:
    """Long conversations with a check at every turn, in code's own words."""
    from bench_truth import KINDS, NO_MODEL, SOURCES, bench

    splits = ["long_b" if options.heldout else "long_a"]
    shops = [shop for shop in KINDS if SOURCES[shop].exists()]
    num = sum(len(data.read_jsonl(p)) for p in (HERE / "conversations").glob(f"*_{splits[0]}.jsonl"))
    with _quiet(options):
        figures, _ = bench(shops, splits, [NO_MODEL], folder)
    kept = ("turns", "wrong_shown", "answerable", "answered", "answered_share", "false_dont_know_share")
    total = figures.get(f"all {splits[0]}", {})
    return {"conversations": {"conversations": num, **{k: total.get(k) for k in kept}}}


def run_customers(options: argparse.Namespace, folder: Path) -> Json:
    """Scripted customers on the tau2 shop, by the bench that plays them."""
    return _other("bench_orders.py", ["--heldout"] if options.heldout else [], "orders.json", options)


def run_pricing(options: argparse.Namespace, folder: Path) -> Json:
    return _other("bench_pricing.py", ["--heldout"] if options.heldout else [], "pricing.json", options)


def _other(script: str, arguments: list[str], results: str, options: argparse.Namespace) -> Json:
    """What another bench writes; it is run first."""
    if not (HERE / script).exists():
        raise Missing(f"tests/bench/{script} isn't there yet")
    done = subprocess.run([sys.executable, str(HERE / script), *arguments], capture_output=True, text=True, cwd=ROOT)
    if done.returncode:
        raise Missing(f"{script} ended with {done.returncode}: {(done.stderr or done.stdout).strip()[-300:]}")
    _show(options, done.stdout.splitlines()[-12:])
    figures: Json = json.loads((HERE / "results" / results).read_text("utf-8"))
    return {"figures": figures.get("held_out" if options.heldout else "development", figures)}


RUN: dict[str, Callable[[argparse.Namespace, Path], Json]] = {
    "intents": run_intents, "slots": run_slots, "smalltalk": run_smalltalk, "emotion": run_emotion,
    "clarify": run_clarify, "turns": run_turns, "customers": run_customers, "pricing": run_pricing,
}  # fmt: skip


def _assistants(folder: Path) -> Callable[[str], Any]:
    """Assistants in code's own words, one per shop, made when first asked for."""
    from bench_truth import KINDS, SOURCES

    from assistant.config import Settings
    from assistant.engine.scripted import ScriptedEngine
    from assistant.pipeline import Assistant
    from assistant.shop.importers import import_shop
    from assistant.store.database import Database

    @lru_cache
    def made(shop: str) -> Assistant:
        if not SOURCES[shop].exists():
            raise Missing(f"{SOURCES[shop]} isn't there")
        db = Database.open(folder / f"ask-{shop}.db", key="evaluation")
        import_shop(db, KINDS[shop], SOURCES[shop])
        engine = ScriptedEngine(lambda _: "", context=50_000)
        return Assistant(db, engine, engine.tokenizer, Settings())

    return made


class _quiet:
    """Keeps another bench's table off standard output when JSON is wanted."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._to = sys.stderr if options.json else sys.stdout

    def __enter__(self) -> None:
        self._before, sys.stdout = sys.stdout, self._to

    def __exit__(self, *_: object) -> None:
        sys.stdout = self._before


def _show(options: argparse.Namespace, lines: list[str]) -> None:
    if options.show and not options.heldout:
        print("\n".join(lines), file=sys.stderr)


def table(results: Json) -> str:
    """The figures as lines of text: part, what, then name and value."""
    lines = []
    for part, rows in results.items():
        for name, figures in rows.items():
            shown = "  ".join(
                f"{k} {v}" for k, v in figures.items() if not isinstance(v, (dict, list)) and v is not None
            )
            lines.append(f"{part:<10} {name:<15} {shown}")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", choices=PARTS, help="only this part (may be repeated)")
    parser.add_argument("--heldout", action="store_true", help="the held-out third: totals only")
    parser.add_argument("--model-sample", type=int, default=40, help="utterances for the prompted model; 0: none")
    parser.add_argument("--show", action="store_true", help="the misses of development cases, on stderr")
    parser.add_argument("--json", action="store_true", help="print the results as JSON")
    parser.add_argument("--no-result", action="store_true", help="don't write the results file")
    options = parser.parse_args()
    results: Json = {}
    with tempfile.TemporaryDirectory(prefix="backroom-eval-") as temporary:
        for part in options.only or PARTS:
            try:
                results[part] = RUN[part](options, Path(temporary))
            except Missing as missing:
                results[part] = {"-": {"left_out": str(missing)}}
            if not options.json:
                print(table({part: results[part]}), flush=True)
    if options.json:
        print(json.dumps(results, indent=1))
    if not options.no_result:
        write(results, "held_out" if options.heldout else "development")
    return 0


def write(results: Json, split: str) -> None:
    """Keep the results under their split, each part with when, at which commit and on what it was measured."""
    from bench_truth import commit, hardware

    kept: Json = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    head = {"at": datetime.now(UTC).isoformat(timespec="minutes"), "commit": commit(), "hardware": hardware()}
    for part, rows in results.items():
        kept.setdefault(split, {})[part] = {**head, "load": round(os.getloadavg()[0], 1), **rows}
    RESULTS.write_text(json.dumps(kept, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
