"""What the screening's head learns from, how much each text counts, and what its decision is chosen on.

    lessons(shared)     everything written for this, what is public of what it must tell apart, everyday talk, and a
                        share of all that as it is typed in haste; nothing that is held out (safety_data.py)
    apart(rows)         of those an eighth of the hand-written and public texts, on which the decision is chosen

Knows no model.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rapidfuzz import fuzz, process

from finetune import acts_head
from finetune.safety_data import HAND_WRITTEN, OK, Example, authored, public, sampled
from finetune.safety_talk import talk, typed

MOST = {"hetpqa": 4000, "bitext": 1800, "multidogo": 800, "cucom": 3000, "tau1": 150, "inthewild_jailbreaks": 450}
"""Texts of a public source at most, so that none drowns the others."""
ENCODED = 600
"""Characters of a text that are encoded."""
BULK = frozenset(
    "small_talk everyday benign_deep shop_talk benign_said cucom_talk spans dogo_talk qa_texts benign_patterns "
    "bitext_talk benign_wide names hetpqa cucom asked".split()
)
"""Harmless texts of which there are many."""
SCARY = frozenset({"wildguard_benign", "benign_lines", "benign_more"})
_PLAIN = frozenset({"hetpqa", "bitext", "cucom", "multidogo"})
_COUNTERPARTS = 0.3  # how much an expanded counterpart counts: there are many, and they look like real questions
_SMALL_TALK = 0.5  # strangers' comments are not all as mild as they look
_TYPED = 0.25  # of the shorter texts once more as hurried fingers type them
_ANY_MOOD = frozenset({"complaint", "feedback", "mood", "none"})  # acts whose lines may be rude
_APART = 8  # every so-manieth text
_ALIKE = 85.0  # from which a text is too like one that is set apart to be learnt from


def shown(shared: Path) -> list[Example]:
    """What is written for this and what is public of what it must tell apart, nothing held out."""
    return [e for e in sampled([*authored(), *public(shared)], MOST) if not e.held_out]


def lessons(shared: Path) -> list[Example]:
    """Everything that may be learnt from, each text once: everyday talk too, a share of it typed in haste."""
    rows, everyday = shown(shared), [*talk(shared), *asked()]
    return list({e.text: e for e in [*typed([*rows, *everyday], _TYPED), *everyday, *rows]}.values())


def asked() -> list[Example]:
    """What customers ask of a shop, as the acts are learnt from it: harmless, by many writers."""
    found = acts_head.sources()
    return [
        Example(text, OK, "asked", False)
        for name, lines in found.items()
        for text, act in zip(lines.texts, lines.labels, strict=True)
        if name != "public" and act not in _ANY_MOOD
    ]


def apart(rows: Sequence[Example]) -> tuple[list[Example], list[Example]]:
    """(what is learnt from, what the decision is chosen on); texts much like one of the latter are in neither."""
    chosen = [e for e in rows if _may_be_apart(e) and zlib.crc32(b"dev" + e.text.encode()) % _APART == 0]
    names = {e.text for e in chosen}
    rest = [e for e in rows if e.text not in names]
    close = [e for e in rest if _may_be_apart(e) and e.source not in _PLAIN]
    against = [e.text.lower() for e in chosen if e.source not in _PLAIN]
    alike = process.cdist(
        [e.text.lower() for e in close], against, scorer=fuzz.ratio, score_cutoff=_ALIKE, workers=1
    ) if close and against else np.zeros((len(close), 1))  # fmt: skip
    left_out = {e.text for e, row in zip(close, alike, strict=True) if row.any()}
    return [e for e in rest if e.text not in left_out], chosen


def _may_be_apart(example: Example) -> bool:
    return example.source in {*HAND_WRITTEN, "do_not_answer", "wildguard_benign", *_PLAIN}


def weight(example: Example) -> float:
    """How much a text counts: harmful ones double, hand-written ones three times."""
    if example.source in ("benign_deep", "benign_said"):
        return _COUNTERPARTS
    if example.source == "small_talk":
        return _SMALL_TALK
    return (1.0 if example.label == OK else 2.0) * (3.0 if example.source in HAND_WRITTEN else 1.0)
