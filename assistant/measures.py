"""Numbers out of the shop's own texts, and which of them an adjective asks for: "the lightest", "is it warmer".

A value counts as a measure by its first number and unit ("2.2 kg", "330 g (one shoe, size 42)"); only measures of one
dimension are compared. An adjective says which attributes it is about and whether more or less of it is meant. Works
for attributes of any name, of products and of their options. Words no answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.language import fold, stem, stems
from assistant.types import Product

_UNITS: dict[str, tuple[str, float]] = {
    "kg": ("mass", 1000.0), "g": ("mass", 1.0), "gram": ("mass", 1.0), "grams": ("mass", 1.0), "mg": ("mass", 0.001),
    "lb": ("mass", 453.6), "lbs": ("mass", 453.6), "pounds": ("mass", 453.6), "oz": ("mass", 28.35),
    "mm": ("length", 1.0), "cm": ("length", 10.0), "m": ("length", 1000.0), "inch": ("length", 25.4),
    "inches": ("length", 25.4), "in": ("length", 25.4), "ft": ("length", 304.8), "feet": ("length", 304.8),
    "ml": ("volume", 1.0), "cl": ("volume", 10.0), "l": ("volume", 1000.0), "litre": ("volume", 1000.0),
    "litres": ("volume", 1000.0), "liter": ("volume", 1000.0), "liters": ("volume", 1000.0),
    "min": ("time", 1.0), "minutes": ("time", 1.0), "h": ("time", 60.0), "hr": ("time", 60.0), "hours": ("time", 60.0),
    "hour": ("time", 60.0), "days": ("time", 1440.0), "weeks": ("time", 10080.0), "months": ("time", 43800.0),
    "month": ("time", 43800.0), "years": ("time", 525600.0), "year": ("time", 525600.0),
    "w": ("power", 1.0), "kw": ("power", 1000.0), "watts": ("power", 1.0), "v": ("voltage", 1.0), "lm": ("light", 1.0),
    "lumens": ("light", 1.0), "mah": ("charge", 1.0),
    "wh": ("energy", 1.0), "gb": ("data", 1.0), "tb": ("data", 1000.0),
    "mb": ("data", 0.001), "°c": ("temperature", 1.0), "c": ("temperature", 1.0), "tog": ("tog", 1.0),
    "bar": ("pressure", 1.0), "db": ("sound", 1.0), "hz": ("frequency", 1.0), "%": ("share", 1.0), "k": ("kelvin", 1.0),
}  # fmt: skip
_NUMBER = re.compile(r"(?<![\w.])(-?\d+(?:[.,]\d{3})*(?:[.,]\d+)?)\s*-?\s*(°?[a-zA-Z%]+)?")
_ASKED_UNIT = re.compile(r"\bhow many (?:more |fluid |whole )?([a-z]+)\b|\b(?:in|what) ([a-z]{4,})\W*$")
_SEVERAL = re.compile(r"\d\s*(?:[a-z]{1,3}\s*)?(?:x|×|by)\s*\d", re.IGNORECASE)

_ADJECTIVES: dict[str, tuple[int, str]] = {
    "light": (-1, "weight"), "heavy": (1, "weight"),
    "tall": (1, "height"), "high": (1, "height"), "deep": (1, "depth"), "wide": (1, "width"), "broad": (1, "width"),
    "narrow": (-1, "width"), "thick": (1, "thickness"), "thin": (-1, "thickness"), "slim": (-1, "thickness"),
    "long": (1, "length|duration|burn time|battery life|keeps hot"), "short": (-1, "length|height|duration"),
    "big": (1, "capacity|volume|sleeps|screen|diameter|size"),
    "large": (1, "capacity|volume|sleeps|screen|diameter|size"),
    "small": (-1, "capacity|volume|sleeps|screen|diameter|size"), "tiny": (-1, "capacity|volume|size"),
    "compact": (-1, "volume|size"), "roomy": (1, "sleeps|capacity|volume"), "spacious": (1, "sleeps|capacity|volume"),
    "bright": (1, "brightness|light output|lumens"), "dim": (-1, "brightness"),
    "warm": (1, "warmth|tog|comfort temperature|limit temperature|temperature rating|fill power"),
    "strong": (1, "strength|power"), "powerful": (1, "power|wattage|output|pressure"), "weak": (-1, "strength|power"),
    "loud": (1, "noise"), "quiet": (-1, "noise"), "fast": (1, "speed"), "slow": (-1, "speed"),
    "hard": (1, "hardness"),
}  # fmt: skip
"""Adjective -> more (1) or less (-1) of what it asks for, and the names that such an attribute has in shops."""
_COLD_IS_MORE = "temperature"  # of two temperatures that something is made for, the lower one is the warmer thing
_MORE = frozenset(
    "most highest longest biggest largest greatest best maximum max higher longer bigger larger more".split()
)
_LESS = frozenset("least lowest shortest smallest fewest minimum min lower shorter smaller less fewer".split())
_IRREGULAR = {
    "heaviest": "heavy",
    "heavier": "heavy",
    "biggest": "big",
    "bigger": "big",
    "thinnest": "thin",
    "thinner": "thin",
    "slimmest": "slim",
    "slimmer": "slim",
    "tiniest": "tiny",
    "widest": "wide",
    "wider": "wide",
    "largest": "large",
    "larger": "large",
    "roomiest": "roomy",
    "roomier": "roomy",
}


@dataclass(frozen=True)
class Measure:
    """A number in the base of its dimension: "2.2 kg" is 2200 of "mass". `dimension` is empty for a bare number."""

    value: float
    dimension: str


@dataclass(frozen=True)
class Asked:
    """What a comparison in words is about: `names` of attributes, and `more` (True) or less of it. `word` is the
    customer's own ("lightest")."""

    word: str
    more: bool
    names: tuple[str, ...]


@dataclass(frozen=True)
class Value:
    """A product's measured value: where it stands, the shop's own text, its measure and, for an option, the SKU.

    `source` is the product's name where the value is only written there."""

    name: str
    text: str
    measure: Measure
    sku: str | None = None
    source: str = ""


def measure(text: str, name: str = "") -> Measure | None:
    """The measure in a value's text; None without a number, or with several sides ("45 x 15 cm").

    `name` may give the unit of a bare number (`warranty_years`).
    """
    match = _NUMBER.search(text)
    if not match or _SEVERAL.search(text):
        return None
    number = float(re.sub(r",(?=\d{3}\b)", "", match[1]).replace(",", "."))
    unit = (match[2] or "").lower()
    if unit not in _UNITS:
        unit = next((w for w in name.lower().replace("_", " ").split() if w in _UNITS), "")
    dimension, factor = _UNITS.get(unit, ("", 1.0))
    return Measure(number * factor, dimension)


def measured(text: str) -> bool:
    """Whether a text is a number with a unit that measures something ("60 litres"), not a bare number ("size 10")."""
    found = measure(text)
    return found is not None and bool(found.dimension)


def asked_dimension(text: str) -> str:
    """The dimension of the unit that a question counts in: "how many watts is it" -> "power"; else empty."""
    for match in _ASKED_UNIT.finditer(fold(text)):
        word = match[1] or match[2]
        unit = next(
            (u for u in (word, word.removesuffix("s"), f"{word}s") if u in _UNITS and len(word) > 1 and word != "in"),
            "",
        )
        if unit or word in _LONG_UNITS:
            return _UNITS[unit or _LONG_UNITS[word]][0]
    return ""


_LONG_UNITS = {
    "kilo": "kg", "kilos": "kg", "kilograms": "kg", "ounces": "oz", "gigs": "gb", "gigabytes": "gb",
    "terabytes": "tb", "volts": "v", "millimetres": "mm", "centimetres": "cm", "metres": "m", "meters": "m",
    "millilitres": "ml", "minute": "min", "foot": "ft",
}  # fmt: skip


def dimensions(text: str, name: str = "") -> set[str]:
    """The dimensions of every number in a text that has a unit; `name` may give the unit of a bare number."""
    found = {_UNITS[m[2].lower()][0] for m in _NUMBER.finditer(text) if m[2] and m[2].lower() in _UNITS}
    whole = measure(text, name)
    return found | ({whole.dimension} if whole and whole.dimension else set())


def asked(text: str, kind: Sequence[str] = ()) -> Asked | None:
    """What a superlative or comparative in `text` asks for; None where there is none of a measurable kind.

    `kind` are stems of words that name products: "the biggest tent" asks for no attribute called "tent".
    """
    words = re.findall(r"[a-z]+", fold(text))
    for at, word in enumerate(words):
        base, degree = adjective(word), word
        if base is None and word in ("more", "most", "less", "least") and at + 1 < len(words):
            base, degree = (words[at + 1] if words[at + 1] in _ADJECTIVES else None), word
        if base is None:
            continue
        direction, names = _ADJECTIVES[base]
        named = _named_after(words[at + 1 :], kind) if base in _OF_ANYTHING else ()
        return Asked(word, (direction > 0) != (degree in ("less", "least")), named or tuple(names.split("|")))
    if match := re.search(r"\bweigh\w*\b.{0,12}\b(most|more|least|less)\b", fold(text)):
        more = match[1] in ("most", "more")
        return Asked("heaviest" if more else "lightest", more, ("weight",))
    if (match := _DIFFERENCE.search(fold(text))) and (match[1] or match[2]) not in _NO_MEASURES:
        return Asked("most", True, (match[1] or match[2],))
    for at, word in enumerate(words):
        if word in _MORE | _LESS and (named := _named_after(words[at + 1 :], kind)):
            return Asked(word, word in _MORE, named)
    return None


_DIFFERENCE = re.compile(r"\b([a-z]{4,}) (?:diff|difference)\b|\b(?:diff|difference) in ([a-z]{4,})\b")
_NO_MEASURES = frozenset("price cost money main what whats only real other some much same that this just".split())


def difference(text: str) -> bool:
    """Whether it is asked by how much two things differ."""
    return bool(
        _DIFFERENCE.search(fold(text)) or re.search(r"\b(?:by )?how much\b.*\w+er\b|\bby how much\b", fold(text))
    )


def gap(a: Value, b: Value) -> str:
    """How far two values are apart, in the unit of the first: "0.7 kg"; empty where no unit is written."""
    match = _NUMBER.search(a.text)
    unit = (match[2] or "") if match else ""
    if unit.lower() not in _UNITS:
        return ""
    return f"{abs(a.measure.value - b.measure.value) / _UNITS[unit.lower()][1]:.3g} {unit}"


_OF_ANYTHING = frozenset("long short big large small high strong".split())
_NOT_A_NAME = frozenset(
    "one ones of the item items is are you do does did have has your than it in for we i a an and or to with at which "
    "what expensive affordable popular recent please that this those these there got possible".split()
)


def _named_after(following: Sequence[str], kind: Sequence[str]) -> tuple[str, ...]:
    """The words behind "longest", "most" that say of what: "water column", then "water" alone."""
    words: list[str] = []
    for word in following[:2]:
        if word in _NOT_A_NAME or stem(word) in kind:
            break
        words.append(word)
    return tuple(" ".join(words[:count]) for count in range(len(words), 0, -1))


def adjective(word: str) -> str | None:
    """ "light" for "lightest" and "lighter": the adjective of a superlative or comparative that asks for a measure."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    bases = (word.removesuffix(ending) for ending in ("est", "er", "st", "r") if word.endswith(ending))
    return next((base for base in bases if base in _ADJECTIVES), None)


def is_superlative(text: str) -> bool:
    """Whether `text` has a superlative of a measurable kind: "lightest", "weighs the least", "most pockets"."""
    words = re.findall(r"[a-z]+", fold(text))
    if any(word.endswith("st") and adjective(word) for word in words):
        return True
    found = asked(text)
    return found is not None and bool({"most", "least", "highest", "lowest", "longest", "fewest"} & set(words))


def value_of(product: Product, wanted: Asked) -> list[Value]:
    """The product's measured values of what is asked, of the first name that it has any of. Options give one for each
    variant on sale; an attribute gives one for the product."""
    for name in wanted.names:
        for key, text in {**product.attributes, **product.specs}.items():
            found = measure(text, key) if is_called(key, name) else None
            if found is not None:
                return [Value(key, text, found)]
        values = [
            Value(key, text, found, variant.sku)
            for variant in product.variants
            if variant.active
            for key, text in variant.options.items()
            if is_called(key, name) and (found := measure(text, key)) is not None
        ]
        if values:
            return values
    return _in_name(product) if {"screen", "size", "diameter"} & set(wanted.names) else []


_INCHES = re.compile(r"(?<![\w.])(\d{1,3}(?:\.\d+)?) ?(?:\"|”|''|-?inch(?:es)?\b)")


def _in_name(product: Product) -> list[Value]:
    """The size in inches that stands in a product's name and nowhere else: "Insignia - 50" Class TV"."""
    match = _INCHES.search(product.name)
    found = measure(f"{match[1]} inch") if match else None
    return [Value("size", f"{match[1]} inches", found, None, product.name)] if match and found is not None else []


def is_called(key: str, name: str) -> bool:
    """Whether an attribute's key is of that name: "warranty_years" of "guarantee", "Burn time" of "burn"."""
    words = set(stems(key.replace("_", " ")))
    return any({stem(w) for w in each.split()} <= words for each in _SYNONYMS.get(name, (name,)))


_SYNONYMS: dict[str, tuple[str, ...]] = {
    "warranty": ("warranty", "guarantee"), "guarantee": ("warranty", "guarantee"), "screen": ("screen", "display"),
    "display": ("screen", "display"), "size": ("size",), "weight": ("weight", "mass"), "battery": ("battery",),
}  # fmt: skip


def comparable(values: dict[str, list[Value]], wanted: Asked) -> dict[str, Value]:
    """Each product's best value, in the dimension and of the name that most of them share: only those are compared."""
    count: dict[tuple[str, str], int] = {}
    for group in values.values():
        for key in {(v.name, v.measure.dimension) for v in group}:
            count[key] = count.get(key, 0) + 1
    if not count:
        return {}
    shared = max(count, key=lambda key: count[key])
    pick = max if more_of(wanted, shared[1]) else min
    best: dict[str, Value] = {}
    for product_id, group in values.items():
        fitting = [v for v in group if (v.name, v.measure.dimension) == shared]
        if fitting:
            best[product_id] = pick(fitting, key=lambda v: v.measure.value)
    return best


def more_of(wanted: Asked, dimension: str) -> bool:
    """Whether the higher value is asked for: the warmer of two things for the cold is the lower temperature."""
    return wanted.more != (dimension == _COLD_IS_MORE and adjective(wanted.word) == "warm")


def winners(best: dict[str, Value], wanted: Asked) -> tuple[str, ...]:
    """The ids of the products that have the most (or least) of it; several where they are equal."""
    if not best:
        return ()
    more = more_of(wanted, next(iter(best.values())).measure.dimension)
    top = (max if more else min)(v.measure.value for v in best.values())
    return tuple(p for p, v in best.items() if v.measure.value == top)


def predicate(
    wanted: Asked, value: Value, name: str, *, several: bool, plural: bool = False, equal: bool = False
) -> str:
    """What is said of a winner, after its name: "is the lightest", "are lighter", "has the longest warranty". `name` is
    how the value is called, `several` says that more than two were compared, `equal` that others have as much."""
    more = more_of(wanted, value.measure.dimension)
    if name == "weight":
        be, word = "are" if plural else "is", ("heav" if more else "light")
        ending = {True: "iest" if more else "est", False: "ier" if more else "er"}[several]
        if not several:
            return f"{be} the {word}{ending} one{'s' if plural else ''}"
        return f"{be} {'equally ' if equal else ''}the {word}{ending}"
    high, low = ("longest", "shortest") if value.measure.dimension == "time" else ("highest", "lowest")
    if not several:
        high, low = ("longer", "shorter") if value.measure.dimension == "time" else ("higher", "lower")
    return f"{'have' if plural else 'has'} the {high if more else low} {name}"
