"""Values that a product doesn't have, of a kind that it comes in or could: "in purple?", "size 47", "in XXL".

What it does have is found before (options.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from assistant.language import STOP_WORDS, Tok, tokenize
from assistant.request import Wanted
from assistant.understand.value_places import LETTER_SIZES, belongs_before, negated
from assistant.understand.vocabulary import COLOURS, canonical

_SIZE = re.compile(r"\b(?:(?:size|sz)\b[\s:]*|(?:in )?an?\s+)(\d{1,3}(?:\.5)?|x{0,3}[sml])\b(?!['])")


def _is_colours(name: str, values: Sequence[str]) -> bool:
    """Whether an option is of colours: by its name, and by values that aren't all numbers (a colour temperature)."""
    named = {"colour", "color"} & {t.text for t in tokenize(name)}
    return bool(named) and not all(v[:1].isdigit() for v in values)


def missing_values(
    text: str, tokens: Sequence[Tok], values: Mapping[str, Sequence[str]], taken: set[int]
) -> list[tuple[int, Wanted]]:
    """Values of a kind that the product comes in but doesn't have: a colour, a size, a number with an option's unit."""
    found: list[tuple[int, Wanted]] = []
    colour_option = next((n for n, vs in values.items() if _is_colours(n, vs)), None)
    for at, tok in enumerate(tokens):
        if at not in taken and tok.text in COLOURS and not negated(tokens, at):
            found.append((at, Wanted(tok.text, colour_option, None)))
            taken.add(at)
    found += _missing_sizes(text, tokens, values, taken)
    units = {_unit(v): name for name, vs in values.items() for v in vs if _unit(v)}
    for at, tok in enumerate(tokens[:-1]):
        if tokens[at + 1].text == "in" and at + 2 < len(tokens):
            continue  # "the 800 in orange" is no length
        unit = _unit(tok.text + tokens[at + 1].text)
        if at not in taken and (unit in units or unit in _MEASURES):
            found.append((at, Wanted(f"{tok.text} {tokens[at + 1].text}", units.get(unit), None)))
            taken.update((at, at + 1))
    return found


_MEASURES = frozenset("ml gb inch cm mm ft g w v mah oz lb".split())


def _missing_sizes(
    text: str, tokens: Sequence[Tok], values: Mapping[str, Sequence[str]], taken: set[int]
) -> list[tuple[int, Wanted]]:
    """Sizes that the product doesn't come in: "size 47", "in 47?", "in XXL", "an extra small"."""
    found: list[tuple[int, Wanted]] = []
    option = next((n for n in values if "size" in n.lower()), None)
    for match in _SIZE.finditer(text.lower()):
        at = next((i for i, t in enumerate(tokens) if t.end > match.start(1)), -1)
        explicit = match[0].startswith(("size", "sz"))
        if at >= 0 and at not in taken and (explicit or (option and not match[1].isdigit())):
            found.append((at, Wanted(match[1], option, None)))
            taken.add(at)
    if option is None:
        return found + _worn_sizes(text, tokens, taken)
    numbered = any(v[:1].isdigit() for v in values[option])
    lettered = any(canonical(v) in LETTER_SIZES for v in values[option])
    for at, tok in enumerate(tokens):
        span = (at - 1, at) if belongs_before(tokens, at) else (at,)
        asked = ("" if tokens[span[0]].text[0].isdigit() else " ").join(tokens[i].text for i in span)
        before = tokens[span[0] - 1].text if span[0] else ""
        following = tokens[at + 1].text if at + 1 < len(tokens) else "one"
        placed = before in ("in", "size", "a", "an") or len(tokens) <= 2
        letters = canonical(asked) in LETTER_SIZES and (lettered or (numbered and "x" in tok.text))
        a_size = letters and (placed or "x" in tok.text) and len(asked) > 1
        opens = before in ("in", "about") or (before in ("a", "an") and at > 1 and tokens[at - 2].text in ("in", "get"))
        a_number = numbered and tok.text.isdigit() and opens and following in STOP_WORDS
        if not taken.intersection(span) and (a_size or a_number):
            found.append((at, Wanted(asked, option, None)))
            taken.update(span)
    return found


_WORN = re.compile(
    r"\bin (?:an? )?((?:extra )?(?:small|large)|medium|x{0,3}[sml]|king size|queen size)\b(?! (?:quantit|box|pack))"
    r"|\b(?:have|got|get|come|comes) (?:it|this|that|one|them|these|those)? ?in an? "
    r"(?P<number>\d{1,2})\b(?![.,]\d)(?=\W*$)"
)


def _worn_sizes(text: str, tokens: Sequence[Tok], taken: set[int]) -> list[tuple[int, Wanted]]:
    """ "In medium" of a product that has no sizes at all: it is still asked for, and no "yes" may follow."""
    found: list[tuple[int, Wanted]] = []
    for match in _WORN.finditer(text.lower()):
        asked = match[1] or match["number"]
        at = next((i for i, t in enumerate(tokens) if t.end > match.end() - len(asked)), -1)
        if at >= 0 and at not in taken:
            found.append((at, Wanted(asked, None, None)))
            taken.add(at)
    return found


def _unit(value: str) -> str:
    """The unit of a measured value in its canonical form: "1.5L" -> "ml", "8-inch" -> "inch", "blue" -> ""."""
    match = re.match(r"\d+(?:\.\d+)?(?:e\+\d+)?([a-z]+)", canonical(value))
    return match[1] if match else ""
