"""Offers, baskets and advice: how often the amount is right, and how often anything untrue is shown.

    .venv/bin/python tests/bench/bench_pricing.py [--heldout] [--generated 60 --seed 1] [--failures]

Runs the cases of tests/bench/pricing over fresh imports, in code's own words (no model: the wording doesn't matter
here), judges them with an oracle that shares no code with the assistant, and writes tests/bench/results/pricing.json.
Of the held-out cases only totals are shown. Also checks the arithmetic of shoppingbench's vouchers.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

from bench_truth import commit, hardware  # noqa: E402 (the path above comes first)

from assistant.config import Settings  # noqa: E402
from assistant.engine.scripted import ScriptedEngine  # noqa: E402
from assistant.pipeline import Assistant  # noqa: E402
from assistant.replay import Case, run_cases  # noqa: E402
from assistant.shop.embed import default_embedder  # noqa: E402
from assistant.shop.importers import import_shop  # noqa: E402
from assistant.shop.search import Search  # noqa: E402
from assistant.store.database import Database  # noqa: E402
from tests.bench.pricing import generated, vouchers  # noqa: E402
from tests.bench.pricing.check import Verdict, judge  # noqa: E402
from tests.bench.pricing.sources import KINDS, SOURCES, load  # noqa: E402

Json = dict[str, Any]
Say = Callable[[str], None]


def read(split: str, shop: str) -> list[Json]:
    """The cases of one split ("dev", "heldout") for one shop."""
    lines = (HERE / "pricing" / f"cases_{split}.jsonl").read_text("utf-8").splitlines()
    return [case for case in map(json.loads, lines) if case["shop"] == shop]


def answer(cases: Sequence[Json], shop: str, folder: Path) -> dict[str, Json]:
    """The result of every case, by its id."""
    db = Database.open(folder / f"{shop}.db", key="bench")
    import_shop(db, KINDS[shop], SOURCES[shop])
    Search(db, default_embedder()).refresh()
    engine = ScriptedEngine(lambda _: "", context=50_000)
    plain = [_case(case) for case in cases]
    run_cases(
        plain,
        folder / "results.jsonl",
        db=db,
        build=lambda copy: Assistant(copy, engine, engine.tokenizer, Settings()),
        jobs=1,
    )
    db.close()
    results = map(json.loads, (folder / "results.jsonl").read_text("utf-8").splitlines())
    return {result["id"]: result for result in results}


def _case(case: Json) -> Case:
    turns = [{k: v for k, v in turn.items() if k != "expect"} for turn in case["turns"]]
    customer = {"id": case["customer"]} if case["customer"] else None
    return Case.model_validate({"id": case["id"], "customer": customer, "now": case["now"], "turns": turns})


def totals(verdicts: Sequence[tuple[str, Verdict]]) -> Json:
    """Shares over judged turns: all, and by kind of expectation."""
    right = sum(v.ok for _, v in verdicts)
    by_kind = Counter(kind for kind, _ in verdicts)
    return {
        "turns": len(verdicts),
        "right": right,
        "right_share": round(right / len(verdicts), 3) if verdicts else None,
        "wrong_shown": sum(bool(v.wrong) for _, v in verdicts),
        "without_receipts": sum(bool(v.receipts) for _, v in verdicts),
        "by_kind": {
            kind: [sum(v.ok for k, v in verdicts if k == kind), count] for kind, count in sorted(by_kind.items())
        },
    }


def bench(shops: Sequence[str], splits: Sequence[str], say: Say = print, *, failures: bool = False) -> Json:
    """The figures by split and shop; `backroom eval conversation` calls this too."""
    figures: Json = {}
    for split in splits:
        everything: list[tuple[str, Verdict]] = []
        for shop in shops:
            if not SOURCES[shop].is_dir():
                say(f"{shop}: left out, its source is not at {SOURCES[shop]}")
                continue
            cases = read(split, shop)
            with tempfile.TemporaryDirectory(prefix="backroom-pricing-") as folder:
                results = answer(cases, shop, Path(folder))
            for case in cases:
                records = results[case["id"]]["turns"]
                for number, verdict in judge(case, records, load(shop)):
                    if verdict is None:
                        continue
                    everything.append((case["turns"][number]["expect"]["kind"], verdict))
                    if failures and split == "dev" and (not verdict.ok or verdict.receipts):
                        say(f"\n{case['id']} turn {number + 1}: {case['turns'][number]['say']}")
                        say(f"  {records[number]['reply']}\n  => {verdict}")
        figures[split] = totals(everything)
        say(f"{split}: {json.dumps(figures[split])}")
    return figures


def bench_generated(shops: Sequence[str], count: int, seed: int, say: Say = print, *, failures: bool = False) -> Json:
    """The same figures over random baskets (see generated.py), `count` for each shop."""
    everything: list[tuple[str, Verdict]] = []
    for shop in (s for s in shops if SOURCES[s].is_dir()):
        cases = list(generated.cases(load(shop), shop, count, seed))
        with tempfile.TemporaryDirectory(prefix="backroom-pricing-") as folder:
            results = answer(cases, shop, Path(folder))
        for case in cases:
            record = results[case["id"]]["turns"][0]
            ((_, verdict),) = judge(case, [record], load(shop))
            if verdict is not None:
                everything.append(("pay", verdict))
                if failures and not verdict.ok:
                    say(f"\n{case['turns'][0]['say']}\n  {record['reply']}\n  => {verdict}")
    figures = totals(everything) | {"seed": seed}
    say(f"generated: {json.dumps(figures)}")
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shop", action="append", choices=sorted(KINDS), help="only this shop (may be repeated)")
    parser.add_argument("--heldout", action="store_true", help="the held-out cases too (totals only)")
    parser.add_argument("--failures", action="store_true", help="show what went wrong in development cases")
    parser.add_argument("--generated", type=int, default=0, help="so many random baskets for each shop, too")
    parser.add_argument("--seed", type=int, default=1, help="which random baskets")
    parser.add_argument("--no-result", action="store_true", help="don't write the results file")
    options = parser.parse_args()
    splits = ["dev", "heldout"] if options.heldout else ["dev"]
    figures = bench(options.shop or list(KINDS), splits, failures=options.failures)
    if options.generated:
        shops = options.shop or list(KINDS)
        figures["generated"] = bench_generated(shops, options.generated, options.seed, failures=options.failures)
    figures["vouchers"] = vouchers.measure()
    print(f"vouchers: {json.dumps(figures['vouchers'])}")
    if not options.no_result:
        head = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "commit": commit(), "hardware": hardware()}
        target = HERE / "results" / "pricing.json"
        target.write_text(json.dumps({**head, "figures": figures}, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
