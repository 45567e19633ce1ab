"""Real questions about products, each with one piece of evidence: how faithful and complete the answers are.

    python tests/bench/bench_product_qa.py --system NAME [--model PATH] [--adapter NAME] --out FILE
    python tests/bench/bench_product_qa.py --judge FILE... [--result RESULTS.json]

hetPQA's test questions of products and wordings that its train split doesn't have, and semiPQA's seen attributes. A
model by itself gets the evidence in its prompt and answers in its own words; with --adapter the answer is worded as
the product would, from notes with placeholders. The second form judges the answers automatically
(product_qa/measure.py), beside what was judged by hand ("hand": true or false in an answer), and says how far the two
agree.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import re
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench.product_qa.measure import judge

DATA = Path(os.environ.get("BACKROOM_SHARED_DATA", "../shared/data")) / "product-qa"
SYSTEM = "You answer customers of a shop. Use only the evidence. Answer in one short sentence."


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def cases(hetpqa: int, semipqa: int) -> list[dict[str, str]]:
    """The questions: those of hetPQA without any whose product or wording is in its train split."""
    train = _rows("hetPQA/train.csv")
    products, asked = {r["ASIN"] for r in train}, {_plain(r["question"]) for r in train}
    test = [r for r in _rows("hetPQA/test.csv") if r["ASIN"] not in products and _plain(r["question"]) not in asked]
    dice = random.Random(7)
    found = [
        {"set": "hetPQA", "question": r["question"], "evidence": r["candidate"], "human": r["answer"]}
        for r in dice.sample(test, hetpqa)
    ]
    seen = [r for r in _rows("semiPQA/test_seen.csv") if r["text"].strip()]
    return found + [
        {"set": "semiPQA", "question": _asks(r["data"]), "evidence": r["data"], "human": r["text"]}
        for r in dice.sample(seen, semipqa)
    ]


def _asks(data: str) -> str:
    """A question for a record of semiPQA's, which has none: about its attribute."""
    return f"What can you tell me about its {data.partition(':')[0].strip().replace('_', ' ')}?"


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", text.lower()))


def answer_alone(model: str | None, todo: list[dict[str, str]]) -> None:
    """The model by itself: evidence in the prompt, its own words."""
    from assistant.engine import open_engine
    from assistant.engine.request import GenerateRequest, Token
    from assistant.models import resolve

    engine, tokenizer = open_engine(resolve(model).path, slots=1, context_per_slot=1024, threads=1)
    try:
        for number, case in enumerate(todo):
            asked = f"Question: {case['question']}\nEvidence: {case['evidence'][:600]}"
            prompt = tokenizer.chat([{"role": "system", "content": SYSTEM}, {"role": "user", "content": asked}])
            request = GenerateRequest(
                request_id=str(number), conversation=str(number), prompt=tuple(prompt), num_public=0, max_tokens=48,
                stop_tokens=tokenizer.eos_tokens, deadline_s=600.0,
            )  # fmt: skip
            began = time.process_time()
            tokens = [e.token for e in engine.generate(request) if isinstance(e, Token)]
            case["answer"] = tokenizer.decode(tokens).strip()
            print(f"{number + 1}/{len(todo)} {time.process_time() - began:.1f}", file=sys.stderr, flush=True)
    finally:
        engine.close()


def answer_in_product(adapter_name: str, todo: list[dict[str, str]]) -> None:
    """As the product would: notes with placeholders, worded by the adapter, rendered by code."""
    from assistant.adapters import InUse, find
    from assistant.config import ModelSettings
    from assistant.engine import open_engine
    from assistant.models import resolve
    from assistant.speak import Speaker, Turn
    from assistant.types import Record
    from finetune.import_records import exchange
    from finetune.import_turns import Exchange
    from finetune.learn import plan_of

    adapter = find(adapter_name)
    engine, tokenizer = open_engine(resolve().path, adapter=adapter.path, slots=1, context_per_slot=1024, threads=1)
    try:
        speaker = Speaker(engine, tokenizer, ModelSettings(deadline_s=600.0, patience_s=400.0), InUse(adapter))
        for number, case in enumerate(todo):
            row = (
                {"question": case["question"], "evidence": case["evidence"], "answer": case["human"]}
                if case["set"] == "hetPQA"
                else {"data": case["evidence"], "text": case["human"]}
            )
            known = next(exchange(row, str(number)))
            turn = Turn(Record(), 0.0)
            if isinstance(known, Exchange):
                for _ in speaker.say(turn, str(number), case["question"], plan_of(known)):
                    pass
            case["answer"] = turn.record.reply
            case["own_words"] = str(turn.record.own_words)
    finally:
        engine.close()


def summary(files: list[Path]) -> dict[str, Any]:
    """For each system the shares, and the agreement with what was judged by hand."""
    out: dict[str, Any] = {}
    agreement: Counter[str] = Counter()
    for file in files:
        answers = json.loads(file.read_text("utf-8"))
        verdicts = [judge(a["answer"], a["evidence"], a["question"], a["human"]) for a in answers["answers"]]
        shares: dict[str, Any] = {}
        for name in sorted({a["set"] for a in answers["answers"]}):
            mine = [(v, a) for v, a in zip(verdicts, answers["answers"], strict=True) if a["set"] == name]
            shares[name] = {
                "answers": len(mine),
                "faithful": round(sum(v.faithful for v, _ in mine) / len(mine), 3),
                "complete": round(sum(v.complete for v, _ in mine) / len(mine), 3),
                "both": round(sum(v.good for v, _ in mine) / len(mine), 3),
                "both_by_hand": round(sum(a["hand"] for _, a in mine) / len(mine), 3) if "hand" in mine[0][1] else None,
            }
        out[answers["system"]] = shares
        for verdict, answer in zip(verdicts, answers["answers"], strict=True):
            if "hand" in answer:
                agreement[
                    f"{'good' if answer['hand'] else 'bad'} by hand, {'good' if verdict.good else 'bad'} here"
                ] += 1
    same = agreement["good by hand, good here"] + agreement["bad by hand, bad here"]
    total = sum(agreement.values())
    return {
        "systems": out,
        "judged_by_hand": total,
        "agreement": round(same / total, 3) if total else None,
        **agreement,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--system")
    parser.add_argument("--model")
    parser.add_argument("--adapter")
    parser.add_argument("--hetpqa", type=int, default=15)
    parser.add_argument("--semipqa", type=int, default=10)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--judge", type=Path, nargs="*")
    parser.add_argument("--result", type=Path)
    options = parser.parse_args()
    if options.judge:
        found = summary(options.judge)
        print(json.dumps(found, indent=1))
        if options.result:
            options.result.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
        return
    todo = cases(options.hetpqa, options.semipqa)
    if options.adapter:
        answer_in_product(options.adapter, todo)
    else:
        answer_alone(options.model, todo)
    options.out.write_text(json.dumps({"system": options.system, "answers": todo}, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
