"""Whether a reply answers a question for the extreme of an attribute ("the lightest") or for a number of choices.

Numbers are read from the source's own texts ("2.2 kg", "330 g (one shoe, size 42)"). Knows no prices.
"""

from __future__ import annotations

import re

from .context import Json, Turn
from .expected import GOOD, Answer, meant, missing, named_in
from .mentions import NUMBER_WORDS, sentences
from .world import Product

_FACTORS = {"kg": 1000.0, "g": 1.0, "l": 1000.0, "ml": 1.0, "m": 100.0, "cm": 1.0, "mm": 0.1, "years": 12.0}
_CLAIM = re.compile(
    r"\b(?:lightest|heaviest|lighter|heavier|longest|shortest|longer|shorter|biggest|largest|smallest|warmest|"
    r"brightest|least|most|highest|lowest)\b",
    re.I,
)


def measure(text: str) -> float | None:
    """The first number of a text in its unit's base: "2.2 kg" -> 2200.0; None without a number."""
    match = re.search(r"(-?\d+(?:[.,]\d+)?)\s*([a-zA-Z]*)", text)
    if not match:
        return None
    return float(match[1].replace(",", ".")) * _FACTORS.get(match[2].lower(), 1.0)


def winners(products: list[Product], part: Json) -> list[set[str]]:
    """The ids of the extreme ones: of all that are listed, and of those that can be had."""
    values = {p.pid: measure(p.facts.get(part["field"], "")) for p in products if p.live}
    pools = []
    for only in (False, True):
        known = {
            p.pid: values[p.pid]
            for p in products
            if values.get(p.pid) is not None and (not only or any(v.can_be_had for v in p.live))
        }
        best = (max if part["which"] == "high" else min)(known.values()) if known else None
        pools.append({pid for pid, value in known.items() if value == best})
    return pools


def attribute_extreme(turn: Turn, part: Json) -> Answer:
    products = meant(turn, part)
    right = set().union(*winners(products, part))
    for text in sentences(turn.reply, turn.world):
        claim = _CLAIM.search(text)
        if not claim:
            continue
        named = {p.pid for p in products if re.search(rf"\b{re.escape(p.name)}(?!\w| [A-Z])", text)}
        if named and not named & right:
            line = f"{text!r} is said of another than {', '.join(sorted(right))}"
            return Answer("WRONG_ANSWER", False, line, line)
    named_all = {p.pid for p in named_in(turn, products)}
    if named_all & right:
        return GOOD
    return missing(f"the right one is {next((p.name for p in products if p.pid in right), 'unknown')}")


def count(turn: Turn, part: Json) -> Answer:
    key = part["option"]
    hits = [v for p in meant(turn, part) for v in p.live if v.options.get(key)]
    right = {len({v.options[key] for v in hits}), len({v.options[key] for v in hits if v.can_be_had})}
    said = {int(n) for n in re.findall(r"(?<![\w.])\d+(?![\w.]\d|\w)", turn.reply)}
    said |= {NUMBER_WORDS[w] for w in re.findall(r"[a-z]+", turn.reply.lower()) if w in NUMBER_WORDS}
    claimed = re.search(rf"\b(\d+|{'|'.join(NUMBER_WORDS)})\s+(?:different\s+)?{key[:4]}\w*", turn.reply, re.I)
    if claimed:
        number = NUMBER_WORDS.get(claimed[1].lower()) if claimed[1].isalpha() else int(claimed[1])
        if number not in right:
            line = f"says {claimed[0]!r}, there are {max(right)}"
            return Answer("WRONG_ANSWER", False, line, line)
    return GOOD if said & right else missing(f"the number of {key} ({max(right)}) is missing")
