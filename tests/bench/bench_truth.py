"""How often customers are shown something untrue, and how often they get their answer, over three shops.

    .venv/bin/python tests/bench/bench_truth.py [--heldout] [--shop tau2] [--model NAME] [--keep DIR] [--no-result]
    .venv/bin/python tests/bench/bench_truth.py --no-model --split fresh_a --keep /tmp/truth    # while developing

Imports each shop into a temporary database, runs `backroom replay` over the cases of tests/bench/truth (their
expectations are taken out first), judges every reply with the checker beside them, prints a table and writes
tests/bench/results/truth.json. Failures of the development cases go to a file for whoever mends them; of the held-out
cases (heldout, street_j, street_n, and street_m, whose customers are angry, sad, afraid, glad or joking) only totals
are shown; both halves of tests/bench/truth/make_fresh.py have been read by now. It knows nothing of how the assistant
works.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from truth.check import Verdict, judge_case, read_jsonl, totals  # noqa: E402 (the path above comes first)
from truth.mentions import plain  # noqa: E402
from truth.more_shops import write_salesbot  # noqa: E402
from truth.world import SOURCES, load  # noqa: E402

Json = dict[str, Any]
NO_MODEL = "--no-model"
ROOT = HERE.parents[1]
KINDS = {"tau2": "tau2", "dummyjson": "dummyjson", "demo": "shop", "magento": "magento", "salesbot": "shop"}
STREET = (
    "street_a",
    "street_b",
    "street_c",
    "street_d",
    "street_e",
    "street_f1",
    "street_f2",
    "street_g",
    "street_h",
    "street_i",
    "street_k",
    "street_l",
    "street_o",
    "street_q",
    "street_r",
    "street_s",
    "street_t",
    "street_u",
    "street_v",
    "street_w",
    "street_x",
)
READ = ("dev", "fresh_a", "fresh_b", "long_a", "long_b", *STREET)
SPLITS = (*READ, "heldout", "street_j", "street_m", "street_n")


def replay(shop: str, cases: Sequence[Json], folder: Path, extra: Sequence[str]) -> tuple[list[Json], float]:
    """The results of `backroom replay` on a fresh import of the shop, and the seconds that the replay took."""
    backroom = str(Path(sys.executable).with_name("backroom"))
    database, plain_cases, results = folder / f"{shop}.db", folder / "cases.jsonl", folder / "results.jsonl"
    source = write_salesbot(SOURCES[shop], folder / "salesbot") if shop == "salesbot" else SOURCES[shop]
    rows = [
        {**case, "turns": [{k: v for k, v in turn.items() if k != "expect"} for turn in case["turns"]]}
        for case in cases
    ]
    plain_cases.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    start = time.perf_counter()
    if NO_MODEL in extra:
        from truth.quick import replay_quickly

        replay_quickly(KINDS[shop], source, database, plain_cases, results)
        return read_jsonl(results), time.perf_counter() - start
    if not database.exists():
        _run([backroom, "import", KINDS[shop], str(source), "--db", str(database)])
    _run([backroom, "replay", str(plain_cases), "--out", str(results), "--db", str(database), *extra])
    return read_jsonl(results), time.perf_counter() - start


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    if done.returncode:
        sys.exit(f"{' '.join(command)}\nended with {done.returncode}: {(done.stderr or done.stdout).strip()[-2000:]}")


def judge(shop: str, cases: Sequence[Json], results: Iterable[Json]) -> list[tuple[Json, int, Json, Verdict]]:
    """(case, turn number, record, verdict) of every turn. A case without a result counts as turns without a reply."""
    world, written = load(shop), {row["id"]: row for row in results}
    rows = []
    for case in cases:
        records: list[Json] = list(written.get(case["id"], {}).get("turns", []))
        records += [{"reply": ""}] * (len(case["turns"]) - len(records))
        rows += [(case, n, records[n], verdict) for n, verdict in enumerate(judge_case(world, case, records))]
    return rows


def quantiles(values: Sequence[float]) -> Json:
    """Median and 95th percentile in milliseconds."""
    ordered = sorted(values)
    return {
        "p50": round(statistics.median(ordered), 2),
        "p95": round(ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))], 2),
    }


def speeds(records: Sequence[Json]) -> Json:
    """Milliseconds per step (p50, p95) and the mean share of the model's own words."""
    steps = sorted({step for record in records for step in record.get("ms", {})})
    ms = {step: quantiles([r["ms"][step] for r in records if step in r.get("ms", {})]) for step in steps}
    own = [record["own_words"] for record in records if "own_words" in record]
    return {"ms": ms, "own_words": round(statistics.mean(own), 3) if own else None}


def failures(shop: str, rows: Iterable[tuple[Json, int, Json, Verdict]]) -> str:
    """What went wrong in development cases, grouped by verdict, with the conversation up to the turn."""
    texts: dict[str, list[str]] = {}
    for case, number, record, verdict in rows:
        if verdict.ok and not verdict.receipts:
            continue
        so_far = " | ".join(turn["say"] for turn in case["turns"][:number])
        lines = [
            f"### {case['id']} turn {number + 1} [{'/'.join(verdict.kinds)}]",
            f"before: {so_far}" if so_far else "",
        ]
        lines += [
            f"Q: {case['turns'][number]['say']}",
            f"A: {plain(str(record.get('reply', '')))}",
            f"=> {verdict.line()}",
        ]
        lines += [f"receipt: {line}" for line in verdict.receipts]
        texts.setdefault(verdict.outcome, []).append("\n".join(line for line in lines if line))
    return "".join(
        f"\n## {shop}: {name} ({len(group)})\n\n" + "\n\n".join(group) + "\n" for name, group in texts.items()
    )


def hardware() -> Json:
    """What this ran on."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        cpu = next(
            (line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if "model name" in line), cpu
        )
    return {"cpu": cpu, "cores": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()}


def commit() -> str:
    done = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True, cwd=ROOT)
    return done.stdout.strip()


def print_row(name: str, figures: Json) -> None:
    def share(key: str) -> str:
        return "-" if figures[key] is None else f"{figures[key]:.1%}"

    print(
        f"{name:<20} turns {figures['turns']:>4}  wrong {figures['wrong_shown']:>3}  receipts "
        f"{figures['wrong_receipts']:>3}  "
        f"answered {figures['answered']}/{figures['answerable']} {share('answered_share')}  "
        f"false don't-know {share('false_dont_know_share')}  others {figures['others_ok']}/{figures['others']}  "
        f"own words {figures.get('own_words')}  {figures.get('seconds', 0):.0f} s"
    )


def bench(shops: Sequence[str], splits: Sequence[str], extra: Sequence[str], folder: Path) -> tuple[Json, str]:
    """Figures by shop and split, and the failures text (development only)."""
    figures: Json = {}
    text = ""
    everything: dict[str, list[tuple[Verdict, Json]]] = {split: [] for split in splits}
    for shop in shops:
        if not SOURCES[shop].is_dir():
            print(f"{shop}: left out, its source is not at {SOURCES[shop]}")
            continue
        for split in splits:
            long = HERE / "conversations" / f"{shop}_{split}.jsonl"
            path = long if "long" in split else HERE / "truth" / f"cases_{shop}_{split}.jsonl"
            if not path.exists():
                continue
            cases = read_jsonl(path)
            results, seconds = replay(shop, cases, folder, extra)
            rows = judge(shop, cases, results)
            records = [record for _, _, record, _ in rows]
            name = f"{shop} {split}"
            figures[name] = {**totals(v for *_, v in rows), **speeds(records), "seconds": round(seconds, 1)}
            print_row(name, figures[name])
            everything[split] += [(v, record) for _, _, record, v in rows]
            if split in READ:
                text += failures(shop, rows)
    for split, pairs in everything.items():
        if not pairs:
            continue
        figures[f"all {split}"] = {**totals(v for v, _ in pairs), **speeds([record for _, record in pairs])}
        print_row(f"all {split}", figures[f"all {split}"])
    return figures, text


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shop", action="append", choices=sorted(KINDS), help="only this shop (may be repeated)")
    parser.add_argument("--heldout", action="store_true", help="the held-out cases too (totals only)")
    parser.add_argument("--split", action="append", choices=SPLITS, help="only these cases (may be repeated)")
    parser.add_argument(NO_MODEL, action="store_true", help="code words every answer: fast, for developing")
    parser.add_argument("--model", help="another model than the default")
    parser.add_argument("--jobs", type=int, help="conversations at once (default: as many as the engine has slots)")
    parser.add_argument("--keep", type=Path, help="keep databases and failures in this folder")
    parser.add_argument("--no-result", action="store_true", help="don't write the results file")
    options = parser.parse_args()
    extra = ["--model", options.model] if options.model else []
    extra += ["--jobs", str(options.jobs)] if options.jobs else []
    extra += [NO_MODEL] if options.no_model else []
    splits = options.split or (["dev", "heldout"] if options.heldout else ["dev"])
    with tempfile.TemporaryDirectory(prefix="backroom-truth-") as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        figures, text = bench(options.shop or list(KINDS), splits, extra, folder)
        if options.keep:
            (options.keep / "failures.md").write_text(text, "utf-8")
            print(f"failures of cases that may be seen: {options.keep / 'failures.md'}")
    if not options.no_result:
        target = HERE / "results" / "truth.json"
        target.parent.mkdir(exist_ok=True)
        head: Json = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "commit": commit(), "hardware": hardware()}
        head["settings"] = {k: v for k, v in os.environ.items() if k.startswith("BACKROOM_") and "KEY" not in k}
        target.write_text(
            json.dumps(
                {**head, "model": "none" if options.no_model else options.model or "default", "figures": figures},
                indent=1,
            )
            + "\n"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
