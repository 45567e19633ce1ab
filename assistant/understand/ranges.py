"""A measure within a value that is a range: a head of 58 cm wears the helmet of "55-59 cm".

Works on one product's options; a measure at the end of one range and the beginning of the next means both. Knows no
stock and no dialogue.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from assistant.language import Tok, stems
from assistant.request import Wanted

_RANGE = re.compile(
    r"(\d+(?:\.\d+)?)\s*[a-z\"']*\s*(?:-|–|—|to)\s*(\d+(?:\.\d+)?)\s*([a-z\"']*)(?: .*)?", re.IGNORECASE
)
_MEASURE = re.compile(r"(\d+(?:\.\d+)?)([a-z\"']*)")


def in_ranges(tokens: Sequence[Tok], values: Mapping[str, Sequence[str]], taken: set[int]) -> list[tuple[int, Wanted]]:
    """The values whose range holds a measure that is said, with where it is said; those tokens are then `taken`.

    The measure has the range's unit, or none and the option's name is said too ("head 58").
    """
    spans = {name: some for name, vs in values.items() if (some := _spans(vs))}
    if not spans:
        return []
    said = {s for token in tokens for s in stems(token.text)}
    found: list[tuple[int, Wanted]] = []
    for at, token in enumerate(tokens):
        measure = _MEASURE.fullmatch(token.text)
        if measure is None or at in taken:
            continue
        unit, end = measure[2], at + 1
        if (
            not unit
            and end < len(tokens)
            and any(_same(tokens[end].text, u) for some in spans.values() for *_, u in some)
        ):
            unit, end = tokens[end].text, at + 2
        for name, some in spans.items():
            named = not unit and bool(set(stems(name)) & said)
            fitting = [v for v, low, high, u in some if low <= float(measure[1]) <= high and (named or _same(unit, u))]
            if fitting and (unit or named):
                asked = " ".join(t.text for t in tokens[at:end])
                found += [(at, Wanted(asked, name, value)) for value in fitting]
                taken.update(range(at, end))
                break
    return found


def _spans(values: Sequence[str]) -> list[tuple[str, float, float, str]]:
    """The values that are ranges: (value, from, to, unit)."""
    found = [(v, m) for v in values if (m := _RANGE.fullmatch(v.strip()))]
    return [(v, float(m[1]), float(m[2]), m[3].lower()) for v, m in found if float(m[1]) < float(m[2])]


def _same(said: str, unit: str) -> bool:
    return bool(said) and said.lower().rstrip("s") == unit.rstrip("s")
