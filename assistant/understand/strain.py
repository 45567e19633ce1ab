"""How much a conversation has asked of the customer: rises with anger, asking again, and answers that were none.

Works on the mood and the log that the dialogue state keeps; knows no words but those.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rapidfuzz import fuzz

from assistant.understand.feeling import Feeling

Mood = dict[str, Any]
"""What the state keeps: `strain`, `told` (the last emotion acknowledged), `told_at`, `offered_at` (turns), `off`."""

_STRAINING = {"anger": 1.0, "disgust": 0.8, "sadness": 0.3, "fear": 0.3}
_FADES = 0.6
_AT_ONCE = 0.75
"""The most that one message adds: it takes two turns to be too much."""
_ASKED_AGAIN, _UNANSWERED = 0.4, 0.3


def strained(mood: Mood, feeling: Feeling, text: str, log: Sequence[dict[str, Any]]) -> float:
    """The strain after this message: what was left of it, and what the message and the answer before add.

    `log` are the turns before, latest last: {"said": text, "answered": bool}.
    """
    before = _FADES * float(mood.get("strain", 0.0))
    strain = _STRAINING.get(feeling.emotion, 0.0) * feeling.strength
    if log and len(text) > 8 and any(fuzz.ratio(text.lower(), str(t["said"]).lower()) >= 88 for t in log[-3:]):
        strain += _ASKED_AGAIN
    if log and not log[-1]["answered"]:
        strain += _UNANSWERED
    return round(before + min(strain, _AT_ONCE), 3)
