"""Sizes said loosely: "the big one" of S, M and L, "I take a 39" where the shop says that M fits 39 to 41.

Works on one product's options and texts; knows no stock and no dialogue.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from assistant.language import fold
from assistant.request import Wanted
from assistant.types import Product
from assistant.understand.vocabulary import canonical

_ORDER = "xxxs xxs xs s m l xl xxl xxxl".split()
_BEDS = "single twin double full queen king superking".split()
_SMALL = frozenset("small smaller smallest little littler tiny mini short shorter shortest".split())
_BIG = frozenset("big bigger biggest large larger largest huge long longer longest tall taller tallest".split())
_MIDDLE = frozenset("medium middle mid".split())
_LENGTH = frozenset("short shorter shortest long longer longest tall taller tallest".split())
_VESSELS = "bag|pack|packet|box|jar|tin|can|canister|bottle|tub|tube|sack|carton|pouch|roll|bar|cylinder"
"""What things are sold in: "the small bags" of what comes in 250 g and 1 kg."""
_POINTED = re.compile(
    rf"\b(?:the |a |that |your )?(?:very )?([a-z]+)[- ](?:one|ones|size|sized|version|(?:{_VESSELS})s?)\b"
    r"|\bthe (smaller|bigger|larger|smallest|biggest|largest)\b(?! (?:of|one|ones|size|version)\b)(?=\W|$)"
)
_RANGE = r"(?:eu |uk |us )?(\d+(?:\.\d+)?)(?:\s?(?:-|–|to|/)\s?(\d+(?:\.\d+)?))?"
_WORN = re.compile(
    r"\b(?:size|sz|in an?|in|a|an|take|wear|wears|takes|im|i'm|am|usually|normally)\s+(\d{1,3}(?:\.5)?)\b"
    r"|^\W*(?:and |or )?(\d{1,3}(?:\.5)?)\W*$"
)


def relative(text: str, values: Mapping[str, Sequence[str]]) -> list[Wanted]:
    """The value that a word of size points at among a product's own: "the big one", "smallest size"."""
    folded = fold(text)
    for match in (*_POINTED.finditer(folded), *_named(folded, values)):
        word = match[1] or match[2]
        options = [(n, ordered) for n, vs in values.items() if (ordered := in_order(vs)) and len(ordered) > 1]
        if own := [o for o in options if fold(o[0]) in re.split(r"[\W_]+", match[0].removesuffix("s"))]:
            options = own
        elif word in _LENGTH:
            options = [o for o in options if "length" in o[0].lower()] or options
        else:
            options = [o for o in options if "size" in o[0].lower()] or options
        if len(options) != 1:
            continue
        name, ordered = options[0]
        if (word.endswith("er") and len(ordered) > 2) or word in (v.lower() for v in ordered):
            continue  # "the bigger one" of three says bigger than which
        if word in _SMALL | _BIG or (word in _MIDDLE and len(ordered) == 3):
            value = ordered[0] if word in _SMALL else ordered[-1] if word in _BIG else ordered[1]
            return [Wanted(word, name, value)]
    return []


_UP = "bigger|larger|up|longer|higher|wider|taller|upwards|more"
_DOWN = "smaller|down|shorter|lower|narrower|downwards|less"
_STEP = re.compile(
    rf"\b(?P<n>a|an|one|[1-4]|next|0\.5 an?|half an?) (?:full |whole )?sizes? (?P<a>{_UP}|{_DOWN})\b"
    rf"|\b(?:the )?next (?:size )?(?P<b>{_UP}|{_DOWN})(?: size| one)?\b"
    rf"|\bthe same(?: (?:one|thing|again))?,?(?: but| only| just| in)+(?: an?)?(?: (?:size|bit|little))*"
    rf" (?P<c>{_UP}|{_DOWN})\b"
)


def step(text: str) -> tuple[str, float] | None:
    """How many sizes further a message asks for, with its words: "one size bigger" -> ("one size bigger", 1.0); below
    zero downwards."""
    match = _STEP.search(fold(text))
    if match is None:
        return None
    number = match["n"] or "1"
    size = 0.5 if number.startswith(("0.5", "half")) else float(number) if number.isdigit() else 1.0
    word = match["a"] or match["b"] or match["c"]
    return match[0], size if word in _UP.split("|") else -size


def stepped(text: str, values: Mapping[str, Sequence[str]], chosen: Mapping[str, str]) -> list[Wanted]:
    """The value that is that many sizes further than the one `chosen` before; no value where there is none."""
    found = step(text)
    options = [(n, o) for n, vs in values.items() if (o := in_order(vs)) and chosen.get(n) in o]
    options = [o for o in options if "size" in o[0].lower()] or options
    if found is None or len(options) != 1:
        return []
    (name, ordered), (words, far) = options[0], found
    at = ordered.index(chosen[name]) + far
    if at.is_integer():
        return [Wanted(words, name, ordered[int(at)] if 0 <= at < len(ordered) else None)]
    number = re.fullmatch(r"\d+(?:\.\d+)?", chosen[name])
    half = f"{float(chosen[name]) + far:g}" if number else words
    return [Wanted(half, name, half if half in ordered else None)]


def _named(folded: str, values: Mapping[str, Sequence[str]]) -> list[re.Match[str]]:
    """Where a word of size stands before the option's own name: "the big jar" of the option jar."""
    names = "|".join(re.escape(fold(n)) for n in values if n)
    sized = "|".join(sorted(_SMALL | _BIG | _MIDDLE))
    return list(re.finditer(rf"\b({sized})()[- ](?:{names})s?\b", folded)) if names else []


def in_order(values: Sequence[str]) -> list[str]:
    """The values from the smallest to the largest; empty where they have no order (colours, several measures)."""
    plain = [canonical(v) for v in values]
    for order in (_ORDER, _BEDS):
        if plain and all(p in order for p in plain):
            return [v for _, v in sorted(zip(map(order.index, plain), values, strict=True))]
    numbers = [re.fullmatch(r"(\d+(?:\.\d+)?)([a-z]*)", p) for p in plain]
    if numbers and all(numbers) and len({n[2] for n in numbers if n}) == 1:
        return [v for _, v in sorted((float(n[1]), v) for n, v in zip(numbers, values, strict=True) if n)]
    return []


def worn(text: str, product: Product, values: Mapping[str, Sequence[str]]) -> list[Wanted]:
    """The size that the product's own texts give for a number that somebody wears: 39 is M where "M fits 39-41"; no
    value where no size is for that number."""
    match = _WORN.search(fold(text))
    if match is None:
        return []
    asked = match[1] or match[2]
    for name, own in values.items():
        spans = fits(product, own) if "size" in name.lower() and asked not in own else {}
        found = [value for value, (low, high) in spans.items() if low <= float(asked) <= high]
        if len(found) == 1:
            return [Wanted(asked, name, found[0])]
        if spans and min(low for low, _ in spans.values()) - _NEAR <= float(asked) <= _NEAR + max(
            high for _, high in spans.values()
        ):
            return [Wanted(asked, name, None)]
    return []


_NEAR = 12
"""How far from the sizes a number may be and still be one: 47 where L fits 42-44, but no 2 and no 300."""


def fits(product: Product, values: Sequence[str]) -> dict[str, tuple[float, float]]:
    """What each size is in numbers, by the product's own words ("S fits 36-38"); empty unless two sizes are told."""
    texts = (product.description, *product.attributes.values(), *product.specs.values())
    found: dict[str, tuple[float, float]] = {}
    for value in values:
        if value[:1].isdigit():
            continue
        said = re.compile(rf"(?<!\w){re.escape(value)}{_IS}{_RANGE}", re.IGNORECASE)
        if match := next((m for t in texts if (m := said.search(t))), None):
            found[value] = (float(match[1]), float(match[2] or match[1]))
    return found if len(found) > 1 else {}


_IS = r"\b\s?(?:fits|is|are|for|suits|equals|=|:|\()\s?(?:sizes? )?"


def chart(product: Product, wanted: Sequence[Wanted]) -> str:
    """The shop's sentence by which a number that was asked for is one of the sizes; empty where none was."""
    for each in wanted:
        if each.value is None or not each.asked[:1].isdigit() or each.value[:1].isdigit():
            continue
        said = re.compile(rf"(?<!\w){re.escape(each.value)}{_IS}{_RANGE}", re.IGNORECASE)
        for line in re.split(r"(?<=[.!?])\s+", product.description):
            if said.search(line):
                return line
    return ""
