"""Thanks, goodbyes, complaints, feedback, "are you a person?" and the like in paraphrases that no training text has.

Cases (tests/bench/smalltalk/cases.jsonl): a message and its act; "other" is anything else, which must be none of these.
"""

from __future__ import annotations

import uuid
from typing import Any

from .data import HERE, Json, read_jsonl

ACTS = ("greeting", "thanks", "goodbye", "are_you_human", "human", "complaint", "feedback", "mood")


def measure(split: str, assistant: Any) -> tuple[Json, list[str]]:
    """Accuracy over the acts, and how many other messages were left alone; and the misses."""
    cases = [c for c in read_jsonl(HERE / "smalltalk" / "cases.jsonl") if c["split"] == split]
    right, misses = {True: 0, False: 0}, []
    for case in cases:
        found = [a.act for a in assistant.reply(uuid.uuid4().hex, case["text"], introduced=True).acts]
        other = case["act"] == "other"
        good = not set(found) & set(ACTS) if other else found == [case["act"]]
        right[other] += good
        misses += [] if good else [f"{case['act']} taken for {found}: {case['text']}"]
    num_other = sum(c["act"] == "other" for c in cases)
    num = len(cases) - num_other
    return {
        "cases": len(cases),
        "right": round(right[False] / max(1, num), 4),
        "others_left_alone": round(right[True] / max(1, num_other), 4),
    }, misses
