"""How good a model's answers are beside being true: what they use of the notes, repetition, tone, learnt by heart.

Shares of answers or of sentences, 0 to 1. The words in which somebody's anger or joy is met are code's, said before the
model's part, so tone here is the customer's own register: formal, casual, or neither. Knows no engine and no model.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any

from assistant.act.plan import PLACEHOLDER
from assistant.wording.notes import Note, allowed, notes, typed
from assistant.wording.pattern import canonical
from finetune.evaluate import Asked, Result, sentences

_WORD = re.compile(r"\{[^}]*\}|[a-z']+")
_IN_A_ROW = 4


def quality(results: Sequence[Result], todo: Sequence[Asked], learnt: Collection[str]) -> dict[str, Any]:
    """The figures of `results`, which are answers to `todo`, one by one; `learnt` are the replies of the training."""
    used, toned, off_tone, said = 0.0, 0, 0, 0
    for result, each in zip(results, todo, strict=True):
        found = notes(each.plan)
        used += _used(result.raw, found)
        for sentence in sentences(result.raw):
            registers = registers_of(canonical(typed(sentence, each.plan)), found)
            said += bool(registers)
            own = bool(registers) and "" not in registers
            toned += own
            off_tone += own and each.register not in registers
    count = max(1, len(results))
    return {
        "evidence_used": round(used / count, 4),
        "repeats": round(sum(repeats(r.raw) for r in results) / count, 4),
        "by_heart": round(sum(r.raw in learnt for r in results) / count, 4),
        "toned": round(toned / max(1, said), 4),
        "off_tone": round(off_tone / max(1, said), 4),
    }


def registers_of(form: str, found: Sequence[Note]) -> set[str]:
    """The registers ("", "c", "f") of the phrasebook's lines that a canonical sentence is one of; empty if of none."""
    return {
        line.register
        for note in found
        for entry, _ in note.entries
        for line in entry.lines
        if line.pattern.match(form) is not None
    }


def repeats(raw: str) -> bool:
    """Whether four words in a row come twice. Placeholders are words, and what they stand for isn't looked at."""
    words = _WORD.findall(raw.lower())
    rows = [tuple(words[at : at + _IN_A_ROW]) for at in range(len(words) - _IN_A_ROW + 1)]
    return len(set(rows)) < len(rows)


def _used(raw: str, found: Sequence[Note]) -> float:
    """The share of the facts to be told that are told."""
    wanted = set(allowed(found))
    told = {match[0] for match in PLACEHOLDER.finditer(raw)}
    return len(wanted & told) / len(wanted) if wanted else 1.0
