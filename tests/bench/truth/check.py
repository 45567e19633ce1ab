"""The ruler of the project: judges what customers saw, turn by turn, against the shop's source files.

    python tests/bench/truth/check.py SHOP CASES.jsonl RESULTS.jsonl      (SHOP: tau2, dummyjson or demo)

Independent of the assistant: it imports nothing of it, loads the shop from its source files, applies each turn's
`feed` itself, and reads only the RECORDs that `backroom replay` wrote. A turn is WRONG when anything that the customer
saw isn't true at that moment; otherwise it is judged by what was asked (ANSWERED, CLARIFIED, DONT_KNOW, OFF_TOPIC_OK,
WRONG_ANSWER, FREE). It does not know how the reply came about.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

if __package__ in (None, ""):  # run as a script
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    __package__ = "truth"

from .answered import judge_answer
from .availability import judge_availability, polarity
from .context import Json, Turn, bind, unique
from .expected import ANSWERABLE
from .figures import judge_kinds, judge_other, judge_stock
from .mentions import find_products, plain
from .money import judge_money
from .receipts import judge_cards, judge_receipts
from .wording import judge_wording
from .world import Product, World, load


@dataclass
class Verdict:
    """What one turn is worth. `wrong`: every untrue statement shown; `receipts`: receipts that the data don't bear."""

    outcome: str
    ok: bool
    why: str
    wrong: list[str] = field(default_factory=list)
    receipts: list[str] = field(default_factory=list)
    kinds: tuple[str, ...] = ()

    @property
    def answerable(self) -> bool:
        return any(kind in ANSWERABLE for kind in self.kinds)

    def line(self) -> str:
        return f"{self.outcome}: {'; '.join(self.wrong) or self.why}"


def judge_turn(turn: Turn) -> Verdict:
    """The verdict on one turn: first whether all that it says is true, then whether it answers."""
    kinds = tuple(part["kind"] for part in turn.parts)
    answer = judge_answer(turn)
    if "stock" in kinds and not any(v.stock is not None for p in turn.focus for v in p.variants):
        kinds = tuple("dontknow" if kind == "stock" else kind for kind in kinds)
    listed = [v for p in turn.focus for v in p.live]
    if "avail" in kinds and listed and all(v.is_unknown for v in listed):
        kinds = tuple("dontknow" if kind == "avail" else kind for kind in kinds)
    wrong = untrue(turn) + judge_cards(turn.world, turn.record)
    if answer.wrong:
        wrong.append(answer.wrong)
    receipts = judge_receipts(turn.world, turn.record)
    if wrong:
        return Verdict("WRONG", False, answer.why, wrong, receipts, kinds)
    return Verdict(answer.outcome, answer.ok, answer.why, [], receipts, kinds)


def untrue(turn: Turn) -> list[str]:
    """Every statement of the reply that isn't true at this moment, one line each."""
    wrong: list[str] = []
    first = True
    for sentence in bind(turn):
        if sentence.is_of_a_page:
            continue
        counted, rest = judge_stock(sentence)
        kinds, rest = judge_kinds(sentence, rest)
        wrong += counted + kinds + judge_money(sentence) + judge_other(sentence, rest)
        wrong += judge_availability(sentence, first) + judge_wording(sentence)
        first = first and polarity(sentence.text) is None
    return list(dict.fromkeys(wrong))


def judge_case(world: World, case: Json, records: Iterable[Json]) -> list[Verdict]:
    """The verdicts of one conversation, in order. The world is copied: a case never changes another's data."""
    world = world.fresh()
    verdicts, said = [], []
    shown: list[Product] = []
    for turn_row, record in zip(case["turns"], records, strict=True):
        for change in turn_row.get("feed", []):
            world.apply(change)
        said.append(turn_row["say"])
        turn = Turn(world, turn_row["say"], list(said), turn_row["expect"], record, list(shown))
        verdicts.append(judge_turn(turn))
        named = unique(p for m in find_products(turn.reply, world, turn.focus) for p in m.products)
        shown = unique([*named, *turn.focus, *shown])
    return verdicts


def totals(verdicts: Iterable[Verdict]) -> Json:
    """The figures of the table: shares are 0 to 1, None where there is nothing to share."""
    rows = list(verdicts)
    answerable = [v for v in rows if v.answerable]
    answered = [v for v in answerable if v.ok]
    unknown = [v for v in answerable if v.outcome == "DONT_KNOW" and not v.ok]
    return {
        "turns": len(rows),
        "wrong_shown": sum(bool(v.wrong) for v in rows),
        "wrong_receipts": sum(bool(v.receipts) for v in rows),
        "answerable": len(answerable),
        "answered": len(answered),
        "answered_share": len(answered) / len(answerable) if answerable else None,
        "false_dont_know": len(unknown),
        "false_dont_know_share": len(unknown) / len(answerable) if answerable else None,
        "others_ok": sum(v.ok for v in rows if not v.answerable),
        "others": sum(not v.answerable for v in rows),
        "outcomes": dict(Counter(v.outcome for v in rows)),
        "not_ok_by_kind": dict(Counter(v.kinds[0] for v in rows if not v.ok)),
    }


def read_jsonl(path: Path) -> list[Json]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def judge_files(shop: str, cases: Path, results: Path) -> list[tuple[Json, int, Json, Verdict]]:
    """(case, turn number, record, verdict) for every turn of a cases file and what replay wrote for it."""
    world = load(shop)
    written = {row["id"]: row for row in read_jsonl(results)}
    rows: list[tuple[Json, int, Json, Verdict]] = []
    for case in read_jsonl(cases):
        records: list[Json] = written[case["id"]]["turns"]
        rows += [(case, n, records[n], v) for n, v in enumerate(judge_case(world, case, records))]
    return rows


def main(arguments: list[str]) -> int:
    shop, cases, results = arguments
    rows = judge_files(shop, Path(cases), Path(results))
    for case, number, record, verdict in rows:
        if not verdict.ok:
            print(
                f"{case['id']} turn {number + 1}\n  Q {case['turns'][number]['say']}\n  A "
                f"{plain(str(record.get('reply')))}\n  {verdict.line()}"
            )
    print(json.dumps(totals(v for *_, v in rows), indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
