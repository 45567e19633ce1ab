"""Questions back: are they asked when, and only when, several readings would be answered differently?

Cases (tests/bench/clarify/cases.jsonl): turns, whether the last answer must ask, the choices that it must name, and
what the customer says then, which must get the answer to the first question (and may be asked which version of it).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from .data import HERE, Json, read_jsonl


def measure(split: str, assistant_for: Callable[[str], Any]) -> tuple[Json, list[str]]:
    """Precision, recall and the rest on the cases of `split`; and what went wrong, line by line."""
    cases = [c for c in read_jsonl(HERE / "clarify" / "cases.jsonl") if c["split"] == split]
    count = {"right": 0, "needless": 0, "missed": 0, "named": 0, "to_name": 0, "answered": 0, "to_answer": 0}
    wrong = []
    for case in cases:
        assistant, conversation = assistant_for(case["shop"]), uuid.uuid4().hex
        records = [assistant.reply(conversation, turn, introduced=True) for turn in case["turns"]]
        last = records[-1]
        count["right"] += last.clarifying and case["ask"]
        count["needless"] += last.clarifying and not case["ask"]
        count["missed"] += not last.clarifying and case["ask"]
        faults = [] if last.clarifying == case["ask"] else ["asks" if last.clarifying else "doesn't ask"]
        if case.get("names") and last.clarifying:
            named = all(name in last.reply for name in case["names"])
            count["to_name"] += 1
            count["named"] += named
            faults += [] if named else ["doesn't name the choices"]
        if then := case.get("then"):
            after = assistant.reply(conversation, then["say"], introduced=True)
            good = after.reply not in (last.reply, "") and then.get("has", "") in after.reply
            good = good and not (after.clarifying and "do you mean" in after.reply)
            count["to_answer"] += 1
            count["answered"] += good
            faults += [] if good else [f"then {then['say']!r} -> {after.reply!r}"]
        wrong += [f"{case['id']} {' / '.join(case['turns'])}: {'; '.join(faults)} -> {last.reply}"] if faults else []
    right = count["right"]
    figures = {
        "cases": len(cases),
        "precision": round(right / max(1, right + count["needless"]), 4),
        "recall": round(right / max(1, right + count["missed"]), 4),
        **count,
    }
    return figures, wrong
