"""Which line of a shop's texts answers a question: the linear head alone, the reader alone, and both, as shipped.

    .venv/bin/python tests/bench/bench_lines.py [--result FILE]

On what none of it was trained on: every fifth authored shop (finetune/data/lines_*.txt) and hetPQA's test questions
whose product and wording its other parts don't have. Beside it the processor time of a question, with lines that were
read before and with lines that were not. Needs the `finetune` extra, as the pools are built by its code.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from assistant.act.evidence import NUM_READ, UNREAD, default_head  # noqa: E402 (the path above comes first)
from assistant.act.line_reader import WEIGHTS, LineReader, default_reader  # noqa: E402
from finetune.line_pools import Asked  # noqa: E402
from finetune.line_training import KINDS, sources  # noqa: E402

SHARED = Path(os.environ.get("BACKROOM_SHARED_DATA", ROOT.parent / "shared" / "data"))
Told = Callable[[Asked], NDArray[np.float32]]


def both(asked: Asked) -> NDArray[np.float32]:
    """What evidence.scores makes of the lines."""
    found = np.full(len(asked.lines), UNREAD, np.float32)
    near = np.argsort(-asked.first, kind="stable")[:NUM_READ]
    lines = [asked.lines[i] for i in near]
    reader = default_reader()
    read = reader.read(asked.question, [x.in_place for x in lines], [bool(x.name) for x in lines])
    found[near] = read + default_head().standard(asked.told[near]) @ reader.linear
    return found


def reader_alone(asked: Asked) -> NDArray[np.float32]:
    lines = asked.lines
    return default_reader().read(asked.question, [x.in_place for x in lines], [bool(x.name) for x in lines])


def figures(held: Sequence[Asked], told: Told) -> dict[str, float]:
    """Shares of the questions with an answer, and of those without one."""
    answered, silent = [a for a in held if a.right], [a for a in held if not a.right]
    first = right = wrong = 0
    for each in answered:
        scores = told(each)
        best, sure = int(scores.argmax()) in each.right, bool(scores.max() > 0)
        first, right, wrong = first + best, right + (best and sure), wrong + (sure and not best)
    alarms = sum(bool(told(each).max() > 0) for each in silent)
    count = max(1, len(answered))
    found = {"first": first / count, "told_right": right / count, "told_wrong": wrong / count}
    if silent:
        found["told_of_none"] = alarms / len(silent)
    return {"questions": len(answered), "without_answer": len(silent), **{k: round(v, 3) for k, v in found.items()}}


def cost(held: Sequence[Asked]) -> dict[str, float]:
    """Processor time of a question in ms: among lines never read before, and among lines that were."""
    reader = LineReader.open(WEIGHTS)
    some = held[::5][:40]

    def run(question: str) -> float:
        start = time.process_time()
        for number, each in enumerate(some):
            lines = each.lines[:NUM_READ]
            reader.read(question.format(each.question, number), [x.in_place for x in lines], [False] * len(lines))
        return round((time.process_time() - start) / len(some) * 1000, 1)

    num_lines = sum(len(each.lines[:NUM_READ]) for each in some) / len(some)
    return {"lines_of_a_question": round(num_lines, 1), "unread": run("{0}"), "read_before": run("{0} ({1})")}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--result", type=Path, help="where to write the figures as JSON")
    result = options.parse_args().result
    held = sources(SHARED).held
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout
    found: dict[str, object] = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit.strip(),
        "hardware": {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()},
        "cpu_ms": cost(held),
    }
    for kind in dict.fromkeys(KINDS.get(a.source, "other") for a in held):
        part = [a for a in held if KINDS.get(a.source, "other") == kind]
        ways: dict[str, Told] = {"linear_head": lambda a: a.first, "reader": reader_alone, "both": both}
        found[kind] = {name: figures(part, way) for name, way in ways.items()}
        print(kind, json.dumps(found[kind], indent=1), flush=True)
    print(json.dumps(found["cpu_ms"]))
    if result:
        result.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
