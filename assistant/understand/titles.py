"""What a long title is called for short: `Microsoft - Surface Laptop 4 - 13.5" Touch-Screen - 16GB` is the "Microsoft -
Surface Laptop 4".

Marketplaces write a thing's whole description into its name; customers say the beginning of it. Works on names alone:
knows no shop, no language and no dialogue.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping

_LONG = 45  # characters; a name that can be said in a breath is said whole
_CUT = re.compile(r"\s+[-–—|/:]\s+|[,;:(\[]\s*|\s+(?:with|w/|for|incl(?:uding|\.)?|includes)\s+", re.IGNORECASE)
_MIN_WORDS = 2


def short_names(names: Mapping[str, str]) -> dict[str, str]:
    """The shortest beginning of each long name that no other name begins with; short names are left out.

    A beginning ends where the name pauses (a dash, a comma, a bracket, "with") and has two words or more. Two names
    that differ only in what comes later ("... - Silver", "... - Blue") have none before that.
    """
    beginnings = Counter(part for name in names.values() for part in {_same(b) for b in _beginnings(name)})
    wholes = {_same(name) for name in names.values()}
    found = {}
    for key, name in names.items():
        if len(name) <= _LONG:
            continue
        own = (b for b in _beginnings(name) if len(b.split()) >= _MIN_WORDS and b != name)
        short = next((b for b in own if beginnings[_same(b)] == 1 and _same(b) not in wholes), None)
        if short is not None:
            found[key] = short
    return found


def _beginnings(name: str) -> Iterator[str]:
    """The parts of a name up to each of its pauses, shortest first; the whole name last."""
    for pause in _CUT.finditer(name):
        if pause.start():
            yield name[: pause.start()].strip()
    yield name


def _same(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))
