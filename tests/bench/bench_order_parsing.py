"""Requests of tau1-retail parsed into writes: 500 instructions of many accounts, against the writes they stand for.

    .venv/bin/python tests/bench/bench_order_parsing.py [--heldout] [--show 5] [--no-result]

Each instruction is put to the assistant as one message of the signed-in customer, who says yes to every proposal; the
payment or the reason is in the instruction. Right: the database as the expected writes leave it. Tasks with a write
that the shop's rules reject (a gift card without the balance, an item "changed" to itself) are left out. Half of
the tasks are held out. Writes results/order_parsing.json. Knows nothing of how the assistant works.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from bench_orders import CUSTOMERS, ROOT, SHARED, Shop  # noqa: E402

from assistant.types import CustomerRef  # noqa: E402

sys.path.insert(0, str(CUSTOMERS))

Json = dict[str, Any]
TASKS = SHARED / "data" / "tau1-retail" / "tasks_train.json"
MAX_TURNS = 12
_PERSONA = re.compile(r"^.*?You are [^.]*\. ", re.DOTALL)


def instruction(task: Json) -> str:
    """What the customer wants, without the lines that tell an actor who to be."""
    return _PERSONA.sub("", task["instruction"], count=1).strip()


def converse(shop: Shop, task: Json, number: int) -> tuple[list[Json], list[str]]:
    """The writes, and what was said."""
    name, said, writes = f"tau1-{number}", [], []
    text = instruction(task)
    customer = CustomerRef(task["user_id"])
    for _ in range(MAX_TURNS):
        with shop.lend(name) as assistant:
            record = assistant.reply(name, text, customer=customer).as_json()
        said += [f"> {text}", record["reply"]]
        writes += record["writes"]
        if record["handoff"] or "(yes/no)" not in record["reply"]:
            break
        text = "Yes, please go ahead."
    return writes, said


def judge(score: Any, db: Json, task: Json, writes: list[Json]) -> list[str]:
    """What differs between the states that the expected and the made writes leave."""
    want, _ = score.apply_all(db, [(a["name"], a["kwargs"]) for a in task["actions"]])
    got, illegal = score.apply_all(db, [(w["action"], w) for w in writes])
    return [f"illegal {why}" for _, _, why in illegal] + score.differences(want, got)


def main() -> None:
    if not TASKS.is_file():
        sys.exit(f"{TASKS} isn't there: the tasks are not part of the repository")
    import score

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--heldout", action="store_true")
    parser.add_argument("--no-result", action="store_true")
    parser.add_argument("--show", type=int, default=0)
    parser.add_argument("--every", type=int, default=1, help="only every n-th task, for a quick look")
    args = parser.parse_args()
    tasks = [t for n, t in enumerate(json.loads(TASKS.read_text("utf-8"))) if (n % 2 == 1) == args.heldout]
    db = score.load(str(SHARED / "data" / "tau2-retail" / "db.json"))
    tasks = [t for t in tasks if not score.apply_all(db, [(a["name"], a["kwargs"]) for a in t["actions"]])[1]]
    shop, began, kinds, right, shown = Shop(), time.process_time(), Counter(), Counter(), 0
    chosen = tasks[:: args.every]
    for number, task in enumerate(chosen):
        writes, said = converse(shop, task, number)
        problems = judge(score, db, task, writes)
        names = {a["name"] for a in task["actions"]}
        kinds.update(["all", *names])
        right.update([] if problems else ["all", *names])
        if problems and shown < args.show:
            shown += 1
            print("\n".join(said), "\n  WANT", task["actions"], "\n  ", "; ".join(problems)[:400], "\n")
    share = {k: [right[k], n] for k, n in kinds.most_common()}
    print(share, f"{right['all'] / max(1, len(chosen)):.3f}", f"{time.process_time() - began:.0f} s of CPU")
    if not args.no_result and args.every == 1:
        _write("held_out" if args.heldout else "development", share, time.process_time() - began)


def _write(part: str, share: Json, seconds: float) -> None:
    file = HERE / "results" / "order_parsing.json"
    found = json.loads(file.read_text("utf-8")) if file.exists() else {}
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=ROOT).stdout
    found[part] = {
        "right_of": share,
        "accuracy": round(share["all"][0] / share["all"][1], 4),
        "cpu_s": round(seconds, 1),
        "commit": commit.strip(),
        "at": datetime.now(UTC).isoformat(timespec="minutes"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
    }
    file.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
