"""The shop's own words: product names, categories, brands, options and attributes, indexed for linking.

Built from any imported shop, nothing is written for one. Knows no prices and no stock: those are read when an answer is
made, never remembered here.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from assistant.language import STOP_WORDS, fold, squash, stem, stems, tokenize
from assistant.shop.search_words import synonym_groups
from assistant.understand.titles import short_names

COLOURS = frozenset(
    """
    black white grey gray silver gold golden red blue green yellow orange purple pink brown beige navy teal
    turquoise violet cream ivory khaki olive maroon burgundy charcoal cyan magenta lilac lavender mint coral
    rose bronze copper tan indigo crimson aqua mustard plum peach
    """.split()
)
"""Colour words of English, so that "in purple?" is an option even where no product is purple."""

SIZE_WORDS = {
    "xs": ("extra small", "x small", "xsmall"),
    "s": ("small",),
    "m": ("medium",),
    "l": ("large",),
    "xl": ("extra large", "x large", "xlarge"),
    "xxl": ("extra extra large", "double extra large", "2xl", "xx large"),
    "xxxl": ("3xl", "triple extra large"),
}


@dataclass(frozen=True)
class ProductName:
    """A product as it can be named: its name's stems and the words that describe it (category, brand)."""

    product_id: str
    name: str
    stems: tuple[str, ...]
    category: str
    subcategory: str | None
    brand: str | None
    active: bool
    replaced_by: str | None


@dataclass
class Vocabulary:
    """The indexed words of one shop at one moment. Read-only once built."""

    products: dict[str, ProductName] = field(default_factory=dict)
    by_stem: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    by_kind: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Stem of a category, subcategory or brand -> the products of it ("watch" -> every product of "mens-watches")."""
    joined: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Two words written as one: "tshirt" -> ("t", "shirt")."""
    categories: dict[tuple[str, ...], str] = field(default_factory=dict)
    subcategories: dict[tuple[str, ...], str] = field(default_factory=dict)
    brands: dict[tuple[str, ...], str] = field(default_factory=dict)
    option_values: dict[str, set[tuple[str, str]]] = field(default_factory=lambda: defaultdict(set))
    """Canonical value -> the (option, value) pairs that write it so."""
    option_names: dict[str, str] = field(default_factory=dict)
    attribute_names: set[str] = field(default_factory=set)
    known: dict[str, str] = field(default_factory=dict)
    """Every single word of the shop -> its stem: what a misspelt word is corrected to."""
    english: frozenset[str] = frozenset()
    """Ordinary English words: they are never taken for misspellings."""
    called: dict[str, frozenset[str]] = field(default_factory=dict)
    """Product with a long title -> the stems of what it is called for short, if anything."""
    written: frozenset[str] = frozenset()
    """The words of the shop's pages: what a customer asks about them in."""

    @cached_property
    def known_stems(self) -> frozenset[str]:
        """The stems of the shop's words."""
        return frozenset(self.known.values())

    @cached_property
    def by_letter(self) -> dict[str, list[str]]:
        """The words of the catalogue and of the pages by their first letter, as spelling.py takes them."""
        starts: dict[str, list[str]] = defaultdict(list)
        for word in sorted({*self.known, *self.written}):
            if len(word) > 3 and word.isascii():
                starts[word[0]].append(word)
        return dict(starts)

    def sells(self, word: str) -> bool:
        """Whether a word stands in a product's name or in that of its kind."""
        return any(s in self.by_stem or s in self.by_kind for s in stems(word))

    def of_one_option(self, first: str, second: str) -> bool:
        """Whether both words are values of the same option: two colours, two sizes."""
        return bool(self._options_of(first) & self._options_of(second))

    def _options_of(self, value: str) -> set[str]:
        """The names of the options that a value belongs to; a colour word is of one even where nothing has it."""
        names = {squash(name) for name, _ in self.option_values.get(canonical(value), ())}
        return names | {"colour"} if fold(value) in COLOURS else names

    def is_word(self, word: str) -> bool:
        """Whether it is a word of English or of this shop."""
        return word in self.english or self.is_own(word)

    def is_own(self, word: str) -> bool:
        """Whether it is a word of this shop's catalogue or pages."""
        return word in self.known or word in self.joined or word in self.written

    def is_part(self, subcategory: str, category: str) -> bool:
        """Whether a product of the subcategory stands in the category."""
        return any(p.subcategory == subcategory and p.category == category for p in self.products.values())

    def idf(self, word_stem: str) -> float:
        """How much a word tells products apart; stop words tell almost nothing."""
        df = len(self.by_stem.get(word_stem, ()))
        return math.log(1 + (len(self.products) + 1) / (df + 0.5)) * (0.15 if word_stem in _STOP_STEMS else 1.0)


_OF_PAYING = frozenset(stem(w) for w in ("voucher", "coupon", "code", "offer", "deal"))
"""What somebody pays less with is no other word for a thing that they buy: "I have a voucher" asks for no gift card."""
_STOP_STEMS = frozenset(stem(w) for w in STOP_WORDS)


def build(
    products: Iterable[ProductName],
    options: Iterable[tuple[str, str]],
    attributes: Iterable[str],
    english: frozenset[str] = frozenset(),
    synonyms: Iterable[Sequence[str]] = (),
    pages: Iterable[str] = (),
) -> Vocabulary:
    """A vocabulary from plain data; see `load` for the database. `synonyms` are groups of words for one thing, `pages`
    the texts of the shop's pages."""
    written = frozenset(t.text for page in pages for t in tokenize(page) if t.text.isalpha() and len(t.text) > 3)
    vocabulary = Vocabulary(english=english, written=written)
    for product in products:
        vocabulary.products[product.product_id] = product
        _add_phrase(vocabulary, product.name)
        for word_stem in product.stems:
            vocabulary.by_stem[word_stem].add(product.product_id)
        for phrases, value in (
            (vocabulary.categories, product.category),
            (vocabulary.subcategories, product.subcategory),
            (vocabulary.brands, product.brand),
        ):
            if value:
                phrases.setdefault(stems(value), value)
                _add_phrase(vocabulary, value)
                for word_stem in stems(value):
                    vocabulary.by_kind[word_stem].add(product.product_id)
    titles = {key: product.name for key, product in vocabulary.products.items() if product.active}
    vocabulary.called = {key: frozenset(stems(short)) for key, short in short_names(titles).items()}
    for name, value in options:
        vocabulary.option_names.setdefault(squash(name), name)
        vocabulary.option_values[canonical(value)].add((name, value))
        _add_phrase(vocabulary, value)
    vocabulary.attribute_names.update(attributes)
    for name in attributes:
        _add_phrase(vocabulary, name)
    for group in synonyms:
        _add_synonyms(vocabulary, group)
    return vocabulary


def _add_synonyms(vocabulary: Vocabulary, group: Sequence[str]) -> None:
    """Other words for what the shop has: "rucksack" where it sells backpacks. Words of its own names stay names.

    A word becomes a kind's other name only where the group means that one kind: with daypacks and backpacks on two
    shelves a rucksack is either.
    """
    phrases = [phrase for phrase in map(stems, group) if phrase and not set(phrase) & _OF_PAYING]
    sold = [p for p in phrases if all(word in vocabulary.by_stem or word in vocabulary.by_kind for word in p)]
    if not sold or len(sold) == len(phrases):
        return
    products: set[str] = set()
    for phrase in sold:
        products |= set.intersection(*({*vocabulary.by_stem[w], *vocabulary.by_kind[w]} for w in phrase))
    for phrase in phrases:
        if phrase in sold:
            continue
        for kinds in (vocabulary.subcategories, vocabulary.categories):
            if len(sold) == 1 and sold[0] in kinds:
                kinds.setdefault(phrase, kinds[sold[0]])
        for word in phrase:
            if word not in vocabulary.by_stem and (len(word) > 3 or len(phrase) == 1):
                vocabulary.by_kind[word] |= products


def _add_phrase(vocabulary: Vocabulary, phrase: str) -> None:
    words = [w for w in fold(phrase).replace("-", " ").replace("_", " ").replace("'", "").split() if w.isalpha()]
    for word in words:
        vocabulary.known[word] = stem(word)
    for first, second in pairwise(words):
        vocabulary.joined.setdefault(first + second, (stem(first), stem(second)))


def load(raw: Any) -> Vocabulary:
    """The vocabulary of the shop that a driver's connection reads, in a handful of queries whatever its size."""
    products = [
        ProductName(product_id, name, stems(name), category, subcategory, brand, bool(active), replaced_by)
        for product_id, name, category, subcategory, brand, active, replaced_by in raw.execute(
            "SELECT product_id, name, category, subcategory, brand, active, replaced_by FROM product ORDER BY position"
        )
    ]
    options = [
        (str(name), str(value))
        for name, value in raw.execute("SELECT DISTINCT o.key, o.value FROM variant, json_each(variant.options) AS o")
        if value is not None
    ]
    attributes = [
        str(name)
        for column in ("attributes", "specs")
        for (name,) in raw.execute(f"SELECT DISTINCT a.key FROM product, json_each(product.{column}) AS a")
    ]
    own = raw.execute("SELECT value FROM shop_info WHERE key = 'synonyms'").fetchone()
    pages = [f"{title} {text}" for title, text in raw.execute("SELECT title, text FROM policy")]
    return build(products, options, attributes, english_words(), synonym_groups(own[0] if own else ""), pages)


_english: frozenset[str] | None = None


def english_words() -> frozenset[str]:
    """The whole words in the embedder's vocabulary: some 20,000 ordinary English words."""
    global _english
    if _english is None:
        path = Path(__file__).parent.parent / "shop" / "data" / "minilm_vocab.txt"
        words = path.read_text(encoding="utf-8").split("\n") if path.exists() else []
        _english = frozenset(w for w in words if w.isalpha() and len(w) > 2)
    return _english


_UNIT_FORMS = {
    "inches": "inch", '"': "inch", "in": "inch", "foot": "ft", "feet": "ft", "gigabytes": "gb", "gigabyte": "gb",
    "gigs": "gb", "gig": "gb", "g": "g", "grams": "g", "gram": "g", "kilo": "kg", "kilos": "kg", "pounds": "lb",
    "pound": "lb", "lbs": "lb", "ounces": "oz", "ounce": "oz", "litre": "l", "litres": "l", "liter": "l",
    "liters": "l", "millilitres": "ml", "milliliters": "ml", "hrs": "hour", "hr": "hour", "hours": "hour",
    "h": "hour", "terabyte": "tb", "terabytes": "tb", "watts": "w", "watt": "w", "volts": "v", "volt": "v",
    "cups": "cup", "pieces": "piece", "pcs": "piece", "meters": "m", "metres": "m", "metre": "m", "meter": "m",
    "mins": "minute", "minutes": "minute", "min": "minute", "stages": "stage", "speeds": "speed", "years": "year",
    "months": "month", "packs": "pack", "megapixels": "mp", "megapixel": "mp", "mpix": "mp",
}  # fmt: skip
_BASE_UNITS = {"l": ("ml", 1000.0), "kg": ("g", 1000.0), "tb": ("gb", 1000.0), "m": ("cm", 100.0), "cl": ("ml", 10.0)}
_MEASURE = re.compile(r"(\d+(?:\.\d+)?)([a-z\"]*)(.*)")


@lru_cache(maxsize=16384)
def canonical(value: str) -> str:
    """One form for all ways to write an option's value: "extra large" and "XL", "1 litre" and "1000ml"."""
    value = squash(value)
    value = _SIZE_FORMS.get(value, value)
    value = _MADE_OF.get(value, value)
    if match := _MEASURE.fullmatch(value):
        number, unit, rest = float(match[1]), match[2], match[3]
        unit = _UNIT_FORMS.get(unit, unit)
        if unit in _BASE_UNITS:
            unit, factor = _BASE_UNITS[unit]
            number *= factor
        return f"{number:g}{unit}{rest}"
    return value.replace("gray", "grey").replace("color", "colour")


def is_unit(word: str) -> bool:
    """Whether a word is a unit of measure ("gb", "inches"), or money."""
    return (
        word in _UNIT_FORMS
        or word in _UNIT_FORMS.values()
        or word in ("euros", "dollars", "bucks", "pounds", "usd", "eur")
    )


_MADE_OF = {
    "wooden": "wood", "woollen": "wool", "woolen": "wool", "silken": "silk", "golden": "gold", "metallic": "metal",
}  # fmt: skip
_SIZE_FORMS: Mapping[str, str] = {squash(word): size for size, words in SIZE_WORDS.items() for word in words}
