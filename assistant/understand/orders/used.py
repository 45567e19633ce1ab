"""Whether somebody says that they have used, worn or opened what they want to send back. Knows English and no rules."""

from __future__ import annotations

import re

_USED = re.compile(
    r"\b(?:worn|wore|wear(?:ing)? (?:it|them|this|these)|"
    r"used (?:it|them|this|these|for|once|twice|only|every|a lot|\d)|"
    r"(?:been|was|were|is|are|have|has|'ve|only|already) (?:\w+ ){0,2}"
    r"(?:used|opened|unsealed|washed|broken in|lit|burned)|"
    r"(?:i|we) (?:\w+ ){0,2}(?:opened|unsealed|washed|used|slept in|cooked (?:with|in)|walked in|hiked in|ran in)|"
    r"took (?:it|them) (?:out )?(?:on|for)|broke (?:it|them) in|broke the seal)\b"
)
_NOT = re.compile(r"(?:\b(?:not|never|un|nor|hardly|without)|n't|\bno)\W+(?:\w+\W+){0,2}$")
_FAULT = re.compile(
    r"\b(?:broke|broken|faulty|defect\w*|damaged?|hole|holes|leak\w*|ripp?ed|rips|torn|tore|split|crack\w*|fell apart|"
    r"came (?:off|apart|loose)|stopped working|(?:doesn't|don't|didn't|won't) work|dead|flicker\w*|stuck|peel\w*)\b"
)


def tells_of_use(low: str) -> bool:
    """Whether `low` (mended) says that it was used, and not that it is faulty: a fault is a matter of the warranty."""
    found = [m for m in _USED.finditer(low) if not _NOT.search(low[: m.start()])]
    return bool(found) and not _FAULT.search(low.replace("broken in", " ").replace("broke in", " "))
