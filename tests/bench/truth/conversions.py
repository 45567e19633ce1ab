"""Judges sizes of one system given in another ("43 is UK 9") by the conversions that the shop's own texts state.

Knows no products: a size guide holds for all of them.
"""

from __future__ import annotations

import re

from .world import World

_SYSTEM = r"(?:EU|UK|US)"
_SIZE = r"\d{1,3}(?:\.\d)?"
_CONVERSION = re.compile(
    rf"(?:\b(?P<from>{_SYSTEM})\s?)?(?<![\d.,])\b(?P<a>{_SIZE})\s?"
    rf"(?:is|are|=|equals|means|corresponds to|would be|takes)\s(?:about |an? |our |your |the |size )*"
    rf"(?P<to>{_SYSTEM})\s?(?:size )?(?P<b>{_SIZE})(?![\d])"
)


def _pairs(text: str) -> set[tuple[str, str, str]]:
    """(a size, the system that it is given in, the size there), for both directions where both systems are named."""
    found = set()
    system = ""
    for match in _CONVERSION.finditer(text):
        system = match["from"] or system
        found.add((match["a"], match["to"], match["b"]))
        if system:
            found.add((match["b"], system, match["a"]))
    return found


def judge_conversions(world: World, text: str) -> tuple[list[str], str]:
    """What is wrong about the conversions in `text`, and the text with the judged ones blanked out."""
    if not _CONVERSION.search(text):
        return [], text
    known = {pair for page in [*world.policies.values(), *(p.text for p in world.products)] for pair in _pairs(page)}
    wrong = []
    for match in list(_CONVERSION.finditer(text)) if known else []:
        if (match["a"], match["to"], match["b"]) not in known:
            right = sorted(b for a, system, b in known if (a, system) == (match["a"], match["to"]))
            wrong.append(f"says {match[0]!r}; the shop's size guide says {' or '.join(right) or 'nothing of it'}")
        text = text[: match.start()] + " " * len(match[0]) + text[match.end() :]
    return wrong, text
