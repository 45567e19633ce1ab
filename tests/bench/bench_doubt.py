"""What the second look costs and what it gives: answers right and wrong, and a turn's processor time, by its threshold.

    .venv/bin/python tests/bench/bench_doubt.py [--split street_j] [--doubt none 0 -1.25 -2.5] [--out FILE]

`assistant/readings/second_look.py` answers a message in other ways only where the first answer is doubted by more than
DOUBT (log odds). Each threshold is a run of the truth bench in code's words with that value; "none" never looks twice.
One run goes first unmeasured, for what is read only once in a process.
Times are of the whole process and say nothing of the model. Shows totals only.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
import types
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

from bench_truth import KINDS, NO_MODEL, bench  # noqa: E402

import assistant.pipeline  # noqa: E402
import assistant.speak  # noqa: E402
from assistant.bench.machine import machine  # noqa: E402
from assistant.readings import second_look  # noqa: E402

_NEVER = "none"
_KEPT = ("turns", "answerable", "answered", "answered_share", "wrong_shown", "false_dont_know_share")


def at_threshold(doubt: str, shops: list[str], splits: list[str]) -> dict[str, Any]:
    """Figures of each split with one threshold, and the processor milliseconds of a turn and of its answering."""
    second_look.DOUBT = float("inf") if doubt == _NEVER else float(doubt)
    with tempfile.TemporaryDirectory(prefix="backroom-doubt-") as folder:
        figures, _ = bench(shops, splits, [NO_MODEL], Path(folder))
    totals = {split: figures[f"all {split}"] for split in splits}
    return {
        split: {k: f[k] for k in _KEPT} | {"ms": {k: f["ms"][k] for k in ("act", "total")}}
        for split, f in totals.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shop", nargs="*", default=sorted(KINDS), choices=sorted(KINDS))
    parser.add_argument("--split", nargs="*", default=["street_j", "street_m"])
    parser.add_argument("--doubt", nargs="*", default=[_NEVER, "0", "-1.25", "-2.5"])
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    for module in (assistant.pipeline, assistant.speak):  # the pipeline's own clock, set to processor time
        module.time = types.SimpleNamespace(**{**vars(time), "perf_counter": time.process_time})  # type: ignore[attr-defined]
    at_threshold(options.doubt[-1], options.shop, options.split)
    results: dict[str, Any] = {"machine": machine(), "by_doubt": {}}
    for doubt in options.doubt:
        results["by_doubt"][doubt] = at_threshold(doubt, options.shop, options.split)
        if options.out:  # after each, so that a run can be stopped
            options.out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(results["by_doubt"], indent=1))


if __name__ == "__main__":
    main()
