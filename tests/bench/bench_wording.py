"""How often a harmless change of a customer's wording changes the answer.

    .venv/bin/python tests/bench/bench_wording.py [--shop demo] [--split dev] [--change typo] [--keep FILE]

Replays the cases of the read sets without a model. Before every turn the conversation's state is copied, and the same
message is asked once more for each change of truth/reworded.py that changes it: in capitals, without its question mark,
with a line break, a slip of the pen, "pls". The answer (code's own words) must be the same; and where the checker found
the right answer to the message as it was written, it must find it in the answer to the changed one. Writes
tests/bench/results/wording.json. It knows nothing of how the assistant works.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from bench_truth import KINDS, commit, hardware  # noqa: E402 (the path above comes first)
from truth.check import judge_case, read_jsonl  # noqa: E402
from truth.more_shops import write_salesbot  # noqa: E402
from truth.quick import quick_assistant  # noqa: E402
from truth.reworded import CHANGES  # noqa: E402
from truth.world import SOURCES, load  # noqa: E402

from assistant.pipeline import Assistant  # noqa: E402
from assistant.store.database import Database  # noqa: E402
from assistant.types import Record  # noqa: E402

Json = dict[str, Any]
SPLITS = ("dev", "fresh_b", "street_a", "street_b", "street_c", "street_d")


def cases_of(shop: str, splits: Sequence[str], every: int) -> list[Json]:
    """Every so-manieth case without a customer and without changes of the shop's data."""
    rows: list[Json] = []
    for split in splits:
        path = HERE / "truth" / f"cases_{shop}_{split}.jsonl"
        rows += read_jsonl(path) if path.exists() else []
    plain = [r for r in rows if not r.get("customer") and not any(t.get("feed") for t in r["turns"])]
    return plain[::every]


def ask(assistant: Assistant, state: Json, text: str, now: datetime | None) -> Record:
    """The answer to `text` in a conversation of its own that has come as far as `state`."""
    conversation = uuid.uuid4().hex
    if state:
        begun = assistant.conversations.begin_turn(conversation, "...", datetime.now(UTC))
        assistant.conversations.finish_turn(begun, Record(), state, datetime.now(UTC))
    return assistant.reply(conversation, text, now=now, introduced=True)


def told(reply: str) -> str:
    """What an answer says, without what only greets or thanks back."""
    return re.sub(r"\s+", " ", re.sub(r"^(?:Hello!?|You're welcome[.!]?)\s*", "", reply)).strip()


def rows_of(shop: str, cases: Sequence[Json], assistant: Assistant, names: Sequence[str]) -> Iterator[Json]:
    """One row for each message and change: whether the answer is the same, and the verdicts before and after."""
    world = load(shop)
    for case in cases:
        now = datetime.fromisoformat(case["now"]) if case.get("now") else None
        state: Json = {}
        records: list[Json] = []
        conversation = uuid.uuid4().hex
        for number, turn in enumerate(case["turns"]):
            so_far = {**case, "turns": case["turns"][: number + 1]}
            changed = {n: c for n in names if (c := CHANGES[n](turn["say"])) != turn["say"]}
            answers = {n: ask(assistant, state, text, now) for n, text in changed.items()}
            first = assistant.reply(conversation, turn["say"], now=now, introduced=True)
            state = assistant.conversations.state(conversation)
            records.append(first.as_json())
            before = judge_case(world, so_far, records)[-1]
            for name, record in answers.items():
                same = told(record.reply) == told(first.reply)
                after = before if same else judge_case(world, so_far, [*records[:-1], record.as_json()])[-1]
                yield {
                    "case": case["id"], "turn": number + 1, "change": name, "said": changed[name], "same": same,
                    "ok": [before.ok, after.ok], "wrong": [bool(before.wrong), bool(after.wrong)],
                    "answers": [first.reply, record.reply],
                }  # fmt: skip


def shares(rows: Sequence[Json]) -> Json:
    """Of each change and of all: how many were asked, answered otherwise, and no longer rightly; wrong statements."""
    out: Json = {}
    for name in (*CHANGES, "all"):
        own = [r for r in rows if name in (r["change"], "all")]
        right = [r for r in own if r["ok"][0]]
        if own:
            out[name] = {
                "asked": len(own),
                "other_answer": round(sum(not r["same"] for r in own) / len(own), 4),
                "was_right": len(right),
                "no_longer_right": round(sum(not r["ok"][1] for r in right) / max(1, len(right)), 4),
                "newly_wrong": sum(r["wrong"][1] and not r["wrong"][0] for r in own),
                "newly_right": sum(r["ok"][1] and not r["ok"][0] for r in own),
            }
    return out


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shop", action="append", choices=sorted(KINDS), help="only this shop (may be repeated)")
    parser.add_argument("--split", action="append", choices=SPLITS, help="only these cases (may be repeated)")
    parser.add_argument("--change", action="append", choices=sorted(CHANGES), help="only this change")
    parser.add_argument("--every", type=int, default=3, help="every so-manieth case (default 3)")
    parser.add_argument("--keep", type=Path, help="write every row to this file (JSON lines)")
    parser.add_argument("--no-result", action="store_true", help="don't write the results file")
    options = parser.parse_args()
    began, rows = time.process_time(), []
    with tempfile.TemporaryDirectory(prefix="backroom-wording-") as temporary:
        folder = Path(temporary)
        for shop in options.shop or [s for s in KINDS if SOURCES[s].is_dir()]:
            source = write_salesbot(SOURCES[shop], folder / "salesbot") if shop == "salesbot" else SOURCES[shop]
            with Database.open(folder / f"{shop}.db", create=True) as db:
                assistant = quick_assistant(db, KINDS[shop], source, folder / f"{shop}.db")
                cases = cases_of(shop, options.split or SPLITS, options.every)
                rows += rows_of(shop, cases, assistant, options.change or list(CHANGES))
    figures = shares(rows)
    for name, row in figures.items():
        print(
            f"{name:<14} asked {row['asked']:>5}  other answer {row['other_answer']:>6.1%}  "
            f"no longer right {row['no_longer_right']:>6.1%} of {row['was_right']:>5}  "
            f"newly right {row['newly_right']:>3}  newly wrong {row['newly_wrong']:>2}"
        )
    if options.keep:
        options.keep.write_text("".join(json.dumps(r) + "\n" for r in rows), "utf-8")
    if not options.no_result:
        head = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "commit": commit(), "hardware": hardware()}
        by_case = Counter(r["case"].split("-")[0] for r in rows)
        body = {**head, "cpu_s": round(time.process_time() - began, 1), "messages": dict(by_case), "figures": figures}
        (HERE / "results" / "wording.json").write_text(json.dumps(body, indent=1) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
