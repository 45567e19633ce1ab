"""Every way to take a message, answered and judged: what the judge of readings learns from, and how well it does.

    .venv/bin/python tests/bench/bench_readings.py --keep ANSWERS.npz [--shop demo] [--split dev] [--made]

Replays the read sets of bench_truth.py (or, with --made, the conversations of readings_shops.py) in code's words. At
each turn all ways are answered, each answer is judged, and the conversation goes on with the first that is right.
Prints how many are right as they are read and with the best of all ways. finetune/reading_judge.py trains on the file.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import numpy as np  # noqa: E402 (the path above comes first)
from bench_truth import KINDS, READ  # noqa: E402
from numpy.typing import NDArray  # noqa: E402
from readings_shops import Wanted, made_shops  # noqa: E402
from truth.check import Verdict, find_products, judge_turn, read_jsonl, unique  # noqa: E402
from truth.context import Turn  # noqa: E402
from truth.more_shops import write_salesbot  # noqa: E402
from truth.quick import quick_assistant  # noqa: E402
from truth.world import SOURCES, Product, World, load  # noqa: E402

from assistant.act.plan import in_code_words  # noqa: E402
from assistant.errors import InputError  # noqa: E402
from assistant.pipeline import Assistant  # noqa: E402
from assistant.readings.second_look import Looked, Taken  # noqa: E402
from assistant.replay import Case, _customer, _now  # noqa: E402
from assistant.store.database import Database  # noqa: E402
from assistant.types import Record  # noqa: E402
from assistant.verify import Verifier  # noqa: E402

Json = dict[str, Any]
Judged = tuple[bool, bool]
"""Whether an answer is right, and whether it states something untrue."""


@dataclass
class Kept:
    """What is kept for training, message by message."""

    split: list[str] = field(default_factory=list)
    count: list[int] = field(default_factory=list)
    inputs: list[NDArray[np.float16]] = field(default_factory=list)
    right: list[bool] = field(default_factory=list)
    wrong: list[bool] = field(default_factory=list)
    told: list[Json] = field(default_factory=list)

    def add(self, split: str, seen: NDArray[np.float32], judged: Sequence[Judged], told: Json) -> None:
        self.split.append(split)
        self.count.append(len(judged))
        self.inputs.append(seen.astype(np.float16))
        self.right += [right for right, _ in judged]
        self.wrong += [wrong for _, wrong in judged]
        self.told.append(told)

    def save(self, path: Path) -> None:
        np.savez_compressed(
            path, split=np.array(self.split), count=np.array(self.count), inputs=np.concatenate(self.inputs),
            right=np.array(self.right), wrong=np.array(self.wrong),
        )  # fmt: skip
        path.with_suffix(".jsonl").write_text("".join(json.dumps(row) + "\n" for row in self.told), "utf-8")

    def line(self, name: str, since: int = 0) -> str:
        ends = np.cumsum([0, *self.count])
        rows = [self.right[a:b] for a, b in zip(ends[since:-1], ends[since + 1 :], strict=True)]
        first, best = sum(r[0] for r in rows), sum(any(r) for r in rows)
        return f"{name:<22} {len(rows):>4} messages, right as read {first}, with the best way {best}"


class Watcher:
    """Stands where the judge would: has every answer judged by `judge`, keeps it, and takes the first that is right."""

    def __init__(self, kept: Kept) -> None:
        self.kept = kept
        self.split = ""
        self.judge: Callable[[Taken], Judged] = lambda taken: (False, False)

    def __call__(self, looked: Looked) -> int:
        judged = [self.judge(each) for each in looked.taken]
        ways = zip(looked.taken, judged, strict=True)
        told = {
            "split": self.split, "before": looked.before, "say": looked.message,
            "ways": [[taken.name, right, in_code_words(taken.plan)[:400]] for taken, (right, _) in ways],
        }  # fmt: skip
        self.kept.add(self.split, looked.inputs, judged, told)
        return next((at for at, (right, _) in enumerate(judged) if right), 0)


def record_of(taken: Taken) -> Record:
    """The record of an answer, had it been given."""
    checker, plan = Verifier(taken.plan), taken.plan
    sentences = [*checker.begin(), *checker.rest()]
    return Record(
        reply=" ".join(s.text for s in sentences), receipts=[r for s in sentences for r in s.receipts],
        cards=plan.cards[:6], clarifying=plan.clarifying, handoff=plan.handoff,
        acts=[r.as_act() for r in taken.requests],
    )  # fmt: skip


def of_truth(shop: str, splits: Sequence[str], kept: Kept) -> None:
    """The read sets of one shop."""
    with tempfile.TemporaryDirectory() as folder:
        source = write_salesbot(SOURCES[shop], Path(folder) / "salesbot") if shop == "salesbot" else SOURCES[shop]
        path = Path(folder) / "shop.db"
        with Database.open(path, create=True) as db:
            assistant, watcher = _assistant(db, KINDS[shop], source, path, kept)
            world = load(shop)
            for split in splits:
                long = HERE / "conversations" / f"{shop}_{split}.jsonl"
                cases = long if "long" in split else HERE / "truth" / f"cases_{shop}_{split}.jsonl"
                if not cases.exists():
                    continue
                since, watcher.split = len(kept.count), split
                for row in read_jsonl(cases):
                    if not any(turn.get("feed") for turn in row["turns"]):
                        _replay(row, world.fresh(), assistant, watcher, db)
                print(kept.line(f"{shop} {split}", since), flush=True)


def _assistant(db: Database, kind: str, source: Path, path: Path, kept: Kept) -> tuple[Assistant, Watcher]:
    watcher = Watcher(kept)
    return quick_assistant(db, kind, source, path, watcher), watcher


def _replay(row: Json, world: World, assistant: Assistant, watcher: Watcher, db: Database) -> None:
    plain = {**row, "turns": [{k: v for k, v in turn.items() if k != "expect"} for turn in row["turns"]]}
    case = Case.model_validate(plain)
    customer, now = _customer(case, db), _now(case, db)
    so_far: list[str] = []
    shown: list[Product] = []
    for turn_row in row["turns"]:
        so_far.append(turn_row["say"])

        def turn_of(record: Record, row: Json = turn_row, shown: Sequence[Product] = tuple(shown)) -> Turn:
            plain = json.loads(json.dumps(record.as_json(), default=str))
            return Turn(world, row["say"], list(so_far), row["expect"], plain, list(shown))

        def judge(taken: Taken, turn_of: Callable[[Record], Turn] = turn_of) -> Judged:
            verdict: Verdict = judge_turn(turn_of(record_of(taken)))
            return verdict.ok, verdict.outcome == "WRONG"

        watcher.judge = judge
        try:
            record = assistant.reply(f"bench-{row['id']}", turn_row["say"], customer=customer, now=now)
        except InputError:
            continue
        turn = turn_of(record)
        named = unique(p for m in find_products(turn.reply, world, turn.focus) for p in m.products)
        shown = unique([*named, *turn.focus, *shown])


def of_made(kept: Kept) -> None:
    """The made-up shops."""
    with tempfile.TemporaryDirectory() as folder:
        for made in made_shops(Path(folder)):
            path = made.folder / "shop.db"
            with Database.open(path, create=True) as db:
                assistant, watcher = _assistant(db, "shop", made.folder, path, kept)
                watcher.split, since = "made", len(kept.count)
                for number, talk in enumerate(made.talks):
                    for message, wanted in talk:
                        watcher.judge = lambda taken, wanted=wanted: _meets(taken, wanted)
                        assistant.reply(f"bench-{number}", message)
                print(kept.line(made.folder.name, since), flush=True)


def _meets(taken: Taken, wanted: Wanted) -> Judged:
    """Whether an answer is what was wanted of it; nothing that a plan holds is untrue."""
    plan = taken.plan
    if wanted.kind == "nothing":
        return not plan.answered or "closest" in in_code_words(plan), False
    receipts = [r for fact in plan.facts for f in fact.fields.values() for r in f.receipts]
    subjects = {fact.subject.split(" (")[0] for fact in plan.facts}
    if wanted.kind == "line":
        return any(_is_line(r.field, str(r.value), wanted) for r in receipts), False
    if wanted.kind == "price":
        return subjects == {wanted.title} and any(r.field == "price" for r in receipts), False
    return wanted.title in {fact.subject.split(" (")[0] for fact in plan.facts[:3]}, False


def _is_line(name: str, value: str, wanted: Wanted) -> bool:
    whole = f"{wanted.name}: {wanted.text}" if wanted.name else wanted.text
    return (bool(wanted.name) and name == wanted.name and value == wanted.text.replace(";", ",")) or (
        _bare(whole) in _bare(value)
    )


def _bare(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shop", action="append", choices=sorted(KINDS))
    parser.add_argument("--split", action="append", choices=READ)
    parser.add_argument("--made", action="store_true", help="the made-up shops instead")
    parser.add_argument("--keep", type=Path, required=True, help="where the answers go (.npz)")
    options = parser.parse_args()
    kept = Kept()
    if options.made:
        of_made(kept)
    for shop in () if options.made else options.shop or list(KINDS):
        of_truth(shop, options.split or list(READ), kept)
    kept.save(options.keep)
    print(kept.line("all"))


if __name__ == "__main__":
    main()
