"""Scripted customers against the tau2 shop, in this process and without a model: how many end with the right database.

    .venv/bin/python tests/bench/bench_orders.py [--heldout] [--repeat 4] [--only 1 2] [--show] [--no-result]
    .venv/bin/python tests/bench/bench_orders.py --folder tests/bench/queries/customers_h [--why]

Plays ../shared/customers with its own simulator and scorer; every conversation has its own copy of the shop. Every
third script is held out: of those only totals are shown unless --show asks for more. Writes results/orders.json.
`--folder` plays scripts.jsonl and tasks.json of a folder instead (queries/customers_*: ours, in the same format).
`answer` can be given to score.py as --callable. Knows nothing of how the assistant works.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SHARED = Path(os.environ.get("BACKROOM_SHARED_DATA") or ROOT.parent / "shared")
CUSTOMERS, DATA = SHARED / "customers", SHARED / "data" / "tau2-retail"
sys.path[:0] = [str(ROOT), str(CUSTOMERS)]

from assistant.config import Settings  # noqa: E402
from assistant.engine.request import EngineEvent, EngineStatus, GenerateRequest  # noqa: E402
from assistant.engine.scripted import ByteTokenizer  # noqa: E402
from assistant.errors import EngineError  # noqa: E402
from assistant.isolate import IsolatedShops  # noqa: E402
from assistant.pipeline import Assistant  # noqa: E402
from assistant.shop.embed import default_embedder  # noqa: E402
from assistant.shop.importers import import_shop  # noqa: E402
from assistant.shop.search import Search  # noqa: E402
from assistant.store.database import Database  # noqa: E402

Json = dict[str, Any]


class SilentEngine:
    """An engine that says nothing: answers come in code's own words."""

    def generate(self, request: GenerateRequest) -> Iterator[EngineEvent]:
        raise EngineError("no model here")

    def status(self) -> EngineStatus:
        return EngineStatus(ready=True, model="none", context=2048, slots=1)

    def close(self) -> None:
        return None


class Shop:
    """The tau2 shop, imported once, with an assistant on a copy for every conversation."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="bench-orders-")
        self._db = Database.open(Path(self._folder.name) / "tau2.db", key="bench")
        import_shop(self._db, "tau2", DATA)
        Search(self._db, default_embedder()).refresh()  # as `backroom import` does: messages are looked at twice then
        self._shops = IsolatedShops(
            self._db, lambda db: Assistant(db, SilentEngine(), ByteTokenizer(), Settings()), limit=2
        )

    def lend(self, name: str) -> AbstractContextManager[Assistant]:
        """The assistant of one conversation."""
        return self._shops.lend(name)

    def answer(self, body: Json) -> Json:
        with self.lend(body["user"]) as assistant:
            record = assistant.reply(body["user"], body["messages"][-1]["content"]).as_json()
        return {"choices": [{"message": {"content": record["reply"]}}], "backroom": record}


_shop: list[Shop] = []


def answer(body: Json) -> Json:
    """For score.py --callable bench_orders:answer."""
    if not _shop:
        _shop.append(Shop())
    return _shop[0].answer(body)


def main() -> None:
    if not CUSTOMERS.is_dir():
        sys.exit(f"{CUSTOMERS} isn't there: the scripted customers are not part of the repository")
    import score

    args = _arguments()
    db = score.load(str(DATA / "db.json"))
    chosen, tasks = _made(args, db) if args.made else _scripts(args, score)
    if args.only:
        chosen = [s for s in chosen if s["id"] in args.only]
    began, results = time.process_time(), []
    for script in chosen:
        trials = []
        for trial in range(args.repeat):
            talk = score.converse(script, lambda body, _: answer(body), f"{script['id']}-{trial}", trial)
            verdict = score.judge(db, tasks[script["id"]], talk)
            trials.append(verdict)
            if args.show and not verdict["pass"]:
                print("\n".join(f"{m['role'][:4]:>5} {m['content']}" for m in talk["messages"]))
            if (args.show or args.why) and not verdict["pass"]:
                print(
                    script["id"],
                    trial,
                    "FAIL",
                    "; ".join(verdict["reasons"])[:700],
                    "| end:",
                    verdict["end"],
                    verdict["goals"],
                    "\n",
                )
        unwanted = sum(_unwanted(tasks[script["id"]], t) for t in trials)
        results.append({"id": script["id"], "passes": sum(t["pass"] for t in trials), "wrong": unwanted})
    hat = {
        k: round(sum(math.comb(r["passes"], k) / math.comb(args.repeat, k) for r in results) / max(1, len(results)), 4)
        for k in range(1, args.repeat + 1)
    }
    seconds = round(time.process_time() - began, 1)
    print(f"{len(results)} tasks, pass^k {hat}, {seconds} s of CPU")
    wrong = sum(r["wrong"] for r in results)
    print(f"conversations with a write that the task doesn't expect: {wrong}")
    if not args.totals:
        print("failed:", *[r["id"] for r in results if r["passes"] < args.repeat])
    if not args.no_result and not args.only:
        _write(args, hat, results, seconds)


def _unwanted(task: Json, trial: Json) -> bool:
    """Whether a conversation that ends with another state wrote anything that its task doesn't expect: the worst way
    to fail."""
    expected = [_plain(a["name"], a["arguments"]) for a in task["evaluation_criteria"]["actions"]]
    made = [_plain(w["action"], w) for w in trial["writes"]]
    return not trial["state_ok"] and any(m not in expected for m in made)


def _plain(name: str, arguments: Json) -> Json:
    """A write without what makes no difference: the order of items, and how an address is spelt."""
    kept = {k: v for k, v in arguments.items() if k not in ("action", "address2", "country", "state")}
    return {"": name} | {k: sorted(v) if isinstance(v, list) else str(v).lower() for k, v in kept.items()}


def _scripts(args: argparse.Namespace, score: Any) -> tuple[list[Json], Json]:
    """The scripts that others wrote, and their tasks; or those of `--folder`, all of them."""
    if args.folder:
        scripts = score.load(str(args.folder / "scripts.jsonl"))
        return scripts, {t["id"]: t for t in score.load(str(args.folder / "tasks.json"))}
    scripts = score.load(str(CUSTOMERS / "scripts_train.jsonl"))
    tasks = {t["id"]: t for t in score.load(str(DATA / "tasks_train.json"))}
    held = {s["id"] for n, s in enumerate(scripts) if n % 3 == 2}
    return [s for s in scripts if args.all or (s["id"] in held) == args.heldout], tasks


def _made(args: argparse.Namespace, db: Json) -> tuple[list[Json], Json]:
    """Customers made up from the shop's rows, as many as asked for."""
    sys.path.insert(0, str(HERE))
    from order_customers import make

    return make(db, args.made, args.seed, args.heldout, args.round)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for flag in ("heldout", "all", "show", "why", "totals", "no-result"):
        parser.add_argument(f"--{flag}", action="store_true")
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--folder", type=Path, help="a folder with scripts.jsonl and tasks.json to play instead")
    parser.add_argument("--made", type=int, default=0, help="that many made-up customers instead of the scripts")
    parser.add_argument("--round", type=int, default=1, help="which round of voices the made-up customers speak in")
    parser.add_argument("--seed", type=int, default=7)
    return parser.parse_args()


def _write(args: argparse.Namespace, hat: dict[int, float], results: list[Json], seconds: float) -> None:
    file = HERE / "results" / "orders.json"
    found = json.loads(file.read_text("utf-8")) if file.exists() else {}
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=ROOT).stdout
    part = "all" if args.all else "held_out" if args.heldout else "development"
    part = f"made_{part}" + f"_{args.round}" * (args.round > 1) if args.made else part
    found[part] = {
        "tasks": len(results), "trials": args.repeat, "pass^k": hat, "cpu_s": seconds, "commit": commit.strip(),
        "at": datetime.now(UTC).isoformat(timespec="minutes"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
    }  # fmt: skip
    if part == "development":
        found[part]["failed"] = [r["id"] for r in results if r["passes"] < args.repeat]
    file.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
