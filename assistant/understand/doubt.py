"""A customer doubts the last answer ("are you sure?", "really?"): the same is asked again, and read anew from the rows.

Works on the words alone; knows no shop. What is doubted is the question that the state keeps.
"""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.language import fold
from assistant.request import Request

_DOUBT = re.compile(
    r"^\W*(?:(?:hm+|um+|oh|ok|okay|wait|but|so|and|sorry|no|what|wow|huh|hang on)\W+)*"
    r"(?:(?:are|r|re|you|u|is|was|that|this|it|really|seriously|honestly|definitely|100%?|percent|quite|absolutely|"
    r"about|of|on|price|right|correct|true|accurate|certain|sure|positive|kidding|serious|double|check|please|can|could|"
    r"for|the|answer|still|now|again|confirm|just|me)\W*)+$"
)
_MARK = re.compile(
    r"\b(?:sure|certain|positive|really|seriously|serious|kidding|double ?check|confirm)\b"
    r"|\b(?:right|correct|true|accurate)\W*\?"
    r"|\bis (?:that|this|it) (?:really |still )?(?:right|correct|true|accurate)\b"
)


def doubts(text: str) -> bool:
    """Whether `text` says nothing but that its writer doubts what was told."""
    folded = fold(text)
    return len(folded.split()) <= _SHORT and bool(_MARK.search(folded)) and bool(_DOUBT.match(folded))


_SHORT = 9


def again(requests: list[Request]) -> list[Request]:
    """The requests of the doubted question, marked as asked again."""
    return [replace(r, extra=r.extra | {"again": True}) for r in requests]
