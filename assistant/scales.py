"""Which values of an option are more than others: numbers with units, sizes, and words that stand for a degree.

"bigger" needs to know that "1000ml" is more than "750ml", "large" more than "medium", "expert" more than "beginner".
Knows English and no shop.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from assistant.language import stem, stems, tokenize
from assistant.understand.vocabulary import canonical, is_unit

_DEGREES: tuple[tuple[str, ...], ...] = (
    ("none", "very low", "low", "medium", "high", "very high"),
    ("mini", "portable", "compact", "xxs", "xs", "s", "m", "l", "xl", "xxl", "xxxl"),
    ("beginner", "easy", "intermediate", "advanced", "hard", "expert"),
    ("basic", "standard", "professional"),
    ("basic", "standard", "plus", "pro", "premium"),
    ("thin", "medium", "thick"),
    ("light", "medium", "dark"),
    ("short", "regular", "long"),
    ("720p", "1080p", "2k", "4k", "5k", "8k"),
    ("i3", "i5", "i7", "i9"),
)

_ADJECTIVES: tuple[tuple[str, int, str], ...] = (
    (r"bright", 1, "brightness lumen"),
    (r"dim(?:m)?", -1, "brightness lumen"),
    (r"big(?:g)?|large?|bulk(?:y|i)", 1, "size capacity volume diameter frame length height piece storage count"),
    (r"small", -1, "size capacity volume diameter frame length height piece storage count"),
    (r"long", 1, "length height battery duration"),
    (r"short", -1, "length height battery duration"),
    (r"tall|high", 1, "height size"),
    (r"eas(?:y|i)|simpl", -1, "difficulty level"),
    (r"hard|difficult|challenging|tough", 1, "difficulty level"),
    (r"thick", 1, "thickness"),
    (r"thin(?:n)?", -1, "thickness"),
    (r"heav(?:y|i)", 1, "weight"),
    (r"light", -1, "weight"),
    (r"strong|powerful", 1, "pressure power"),
    (r"weak", -1, "pressure power"),
    (r"fast|quick", 1, "speed processor"),
    (r"slow", -1, "speed processor"),
    (r"sharp", 1, "resolution"),
    (r"wide", 1, "width view"),
    (r"narrow", -1, "width view"),
    (r"roomy|spacious", 1, "capacity size"),
)
"""Stem of an adjective, what it means, and the words of options that it speaks of, the likeliest first."""


def rank(values: Sequence[str]) -> dict[str, float] | None:
    """How much each value is; None where they have no order (colours)."""
    numbers = {v: _number(v) for v in values}
    if len([n for n in numbers.values() if n is not None]) == len(values) and len(set(numbers.values())) > 1:
        return {v: float(n or 0.0) for v, n in numbers.items()}
    for scale in _DEGREES:
        places = {v: _place(v, scale) for v in values}
        if all(p is not None for p in places.values()):
            return {v: float(p or 0) for v, p in places.items()}
    return None


def _place(value: str, scale: Sequence[str]) -> int | None:
    form = canonical(value)
    forms = [canonical(s) for s in scale]
    return forms.index(form) if form in forms else None


def _number(value: str) -> float | None:
    match = re.match(r"(\d+(?:\.\d+)?(?:e\+\d+)?)", canonical(value))
    return float(match[1]) if match else None


def number_in(value: str) -> float | None:
    """The number of a value as the shop writes it: "1000" of "1000 pieces", 1.5 of "1.5L"."""
    match = re.search(r"\d+(?:\.\d+)?", value.replace(",", ""))
    return float(match[0]) if match else None


def adjective(word: str, options: Mapping[str, Sequence[str]]) -> tuple[str, int] | None:
    """The option of a product that an adjective speaks of, and in which direction: "brighter" -> ("brightness", 1)."""
    for pattern, sign, names in _ADJECTIVES:
        if re.fullmatch(rf"(?:{pattern})(?:e?r|e?st|)", word):
            for name in names.split():
                for option in options:
                    if stem(name) in stems(option) and rank(options[option]):
                        return option, sign
    return None


def option_named(words: str, options: Mapping[str, Sequence[str]]) -> str | None:
    """The option that words name by its own name or by the unit of its values: "pieces", "zoom", "storage"."""
    asked = {t.stem for t in tokenize(words)}
    for option in options:
        if asked & {s for s in stems(option) if len(s) > 2}:
            return option
    asked |= {canonical(f"1{t.text}")[1:] for t in tokenize(words) if is_unit(t.text)}
    for option, values in options.items():
        units = {
            t.stem for v in values for t in tokenize(v) if t.text.isalpha() and (len(t.text) > 2 or is_unit(t.text))
        }
        if asked & units and all(number_in(v) is not None for v in values):
            return option
    return None
