"""Whether a product has what somebody avoids: by its own attributes, else by its texts, with "without" taken at its
word.

A little general knowledge (wool is of animals, milk is dairy) makes diets into things to avoid; what the shop itself
says ("vegan: no", "free from: nuts") comes first. A denial holds for what it plainly names and no further, so that in
doubt a text has it. Silence counts as "hasn't", so whoever has an allergy must still look at the label.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from assistant.language import STOP_WORDS, fold, stems
from assistant.types import Product

_ANIMAL = (
    "leather wool merino down silk fur suede felt cashmere alpaca feather goose beeswax honey milk egg gelatine meat "
    "fish"
).split()
_MEAT = "meat beef pork veal lamb chicken turkey duck bacon ham sausage salami".split()
_OF: dict[str, list[str]] = {
    "animal products": _ANIMAL,
    "vegan": _ANIMAL,
    "vegetarian": [*_MEAT, "fish", "gelatine", "salmon", "tuna"],
    "lactose intolerant": ["milk", "lactose", "cream", "butter", "cheese"],
    "dairy free": ["milk", "lactose", "cream", "butter", "cheese"],
    "milk": ["milk", "lactose", "cream", "butter", "cheese", "yogurt"],
    "meat": _MEAT,
    "alcohol": ["alcohol", "wine", "beer", "rum", "brandy", "liqueur", "kirsch", "whisky", "whiskey", "vodka", "gin"],
    "dairy": ["milk", "lactose", "cream", "butter", "cheese", "yogurt"],
    "nuts": (
        "nut almond hazelnut walnut cashew peanut pistachio pecan macadamia marzipan praline nougat frangipane"
    ).split(),
    "gluten": ["gluten", "wheat", "barley", "rye", "spelt"],
    "coeliac": ["gluten", "wheat", "barley", "rye", "spelt"],
    "celiac": ["gluten", "wheat", "barley", "rye", "spelt"],
    "gluten free": ["gluten", "wheat", "barley", "rye", "spelt"],
    "gluten intolerant": ["gluten", "wheat", "barley", "rye", "spelt"],
    "feathers": ["feather", "down", "eider", "goose"],
    "wool": ["wool", "merino", "lambswool"],
    "fish": ["fish", "salmon", "tuna", "cod", "trout", "anchovy", "mackerel", "herring"],
    "shellfish": ["shellfish", "crustacean", "mollusc", "prawn", "shrimp", "crab", "lobster", "mussel", "oyster"],
    "soy": ["soy", "soya", "soybean", "tofu"],
    "pescatarian": _MEAT,
    "plastic": ["plastic", "polyester", "nylon", "polyamide", "polypropylene", "acrylic"],
}
_LABELS = {"nuts": ["nut"], "milk": ["milk", "dairy"], "gluten": ["gluten"], "meat": ["meat"], "fish": ["fish"]}
"""What a label calls a group as a whole: "may contain nuts" speaks of the hazelnut too."""
_ALL_KINDS = frozenset({"vegan", "animal products"})
_UNTOLD = frozenset({"kosher", "halal", "diabetic"})
"""What no contents tell: only the shop's own yes or no."""
_NEEDS_YES = frozenset({"vegan", "vegetarian", *_UNTOLD})
_FALSE = frozenset({"no", "none", "false", "0"})
_TRUE = frozenset({"yes", "true", "1"})
_OTHER_CLAUSE = STOP_WORDS | frozenset("contain contains containing made plus though although yet nor".split())
_WORD = rf"\b(?!(?:{'|'.join(sorted(_OTHER_CLAUSE))})\b)[a-z]+\b"
_THING = rf"{_WORD}(?:[ -]{_WORD}){{0,3}}"
"""A thing in its own few words: "added palm oil". A word of another clause ends it."""
_LEAD = (
    r"(?:-|:? +)(?:(?:any|even|an?|the|with|contain(?:s|ing)?|have|having|has|use|using|made (?:with|from|of|using)|"
    r"traces? of) +)*"
)
"""What may stand between a denial and its thing: "not made with", "no trace of"."""
_OR = rf"(?:(?:, ?{_THING})*,? (?:or|nor)(?= ){_LEAD}{_THING}| ?/ ?{_THING})*"
_DENIAL = re.compile(
    rf"\b(?:no|not|non|instead of|never|nor|neither|cannot|[a-z]+n't){_LEAD}{_THING}{_OR}"
    rf"|\bwithout{_LEAD}{_THING}(?:(?: and {_THING})+|{_OR})"
    rf"|\bfree (?:of|from){_LEAD}{_THING}(?:, ?{_THING})*(?:,? (?:and|or|nor) {_THING})?"
)
"""A denial with all that it holds for: behind a comma only what a list goes on to name with "or" at its end, or what
something is free from. "No added sugar, almonds and honey" may well have almonds."""


def has(product: Product, avoided: str) -> bool:
    """Whether the product has, or may have, what is avoided ("wool", "vegan": whatever is of animals)."""
    avoided = fold(avoided).strip()
    fields = {fold(k).replace("_", " "): fold(str(v)) for k, v in {**product.specs, **product.attributes}.items()}
    if avoided in _NEEDS_YES and (own := fields.get(avoided)) is not None:
        return own in _FALSE
    says = fields.get("vegan")
    if avoided in _UNTOLD or (avoided in _ALL_KINDS and says in _FALSE):
        return avoided not in _UNTOLD
    words, labels = _words(avoided), _labels(avoided)
    settled = says in _TRUE and _suits("vegan", avoided)
    if settled or any(_suits(value, avoided) for name, value in fields.items() if _DIET_FIELD.search(name)):
        return avoided not in _NEEDS_YES | _ALL_KINDS and _may_have(product, fields, [*words, *labels])
    free = " ".join(value for name, value in fields.items() if _FREE_FIELD.search(name))
    if free and any(_says(free, word) for word in (avoided, *words[:1], *labels)):
        return False
    told = [f"{n} {v}" for n, v in fields.items() if v not in _FALSE and not _FREE_FIELD.search(n) and _of_it(n, v)]
    return names("\n".join([product.name, *told, fold(product.description)]), avoided)


def names(text: str, avoided: str) -> bool:
    """Whether a text names what is avoided, or the group that it is of."""
    return any(_says(line, word) for line in text.split("\n") for word in [*_words(avoided), *_labels(avoided)])


def _may_have(product: Product, fields: Mapping[str, str], words: Sequence[str]) -> bool:
    """Whether the label warns of it all the same: a vegan cake may have traces of milk."""
    warned = [value for name, value in fields.items() if _LABEL_FIELD.search(name)]
    warned += [s for s in re.split(r"[.;\n]", fold(product.description)) if _WARNS.search(s)]
    return any(_says(text, word) for text in warned for word in words)


def _of_it(name: str, value: str) -> bool:
    """Whether a field may tell what is in a product, and not what it is for ("meat; fish") or where it is from
    ("Turkey")."""
    return not _FROM_FIELD.search(name) and (not _DIET_FIELD.search(name) or bool(_NOT.search(value)))


def _words(avoided: str) -> list[str]:
    return _OF.get(avoided) or _OF.get(avoided.removesuffix("s")) or _OF.get(f"{avoided}s") or [avoided]


def _labels(avoided: str) -> list[str]:
    """What a label calls the groups that something is of."""
    own = stems(avoided)
    return [label for group, labels in _LABELS.items() if own in map(stems, _OF[group]) for label in labels]


_FREE_FIELD = re.compile(r"\b(?:free|without|contains no|not in it)\b")
_DIET_FIELD = re.compile(r"\b(?:diets?|suitable|suits|dietary)\b")
_FROM_FIELD = re.compile(r"\b(?:country|origin|made in)\b")
_LABEL_FIELD = re.compile(r"\b(?:allergens?|contains|may contain|traces)\b")
_WARNS = re.compile(r"\b(?:may contain|traces?|handles?|allerg\w+)\b")
_NOT = re.compile(r"\b(?:not?|non)\b")


def _suits(value: str, avoided: str) -> bool:
    """Whether a diet that the shop names for a product rules out what is avoided: a vegan cake has no milk."""
    named = set() if _NOT.search(value) else set(re.findall(r"[a-z]+", value))
    animal = avoided in ("vegan", "animal products") or bool(set(_words(avoided)) & {*_ANIMAL, "cheese"})
    meat = avoided == "vegetarian" or bool(set(_words(avoided)) & {*_MEAT, "fish", "gelatine"})
    return ("vegan" in named and (animal or meat)) or ("vegetarian" in named and meat and avoided != "vegan")


_ITEM = r"[a-z]+(?:[ -]products?)?"
_AND = r"(?:\s*[,&]\s*|\s+(?:and|or|nor)\s+)(?:without |no |any )?"
_WITHOUT = re.compile(
    r"\b(?:without|no|not? (?:any|containing|contain)|free (?:of|from)|minus|can(?:'t|not) (?:have|eat|drink))\s+"
    rf"(?:any\s+)?(?P<what>{_ITEM}(?:{_AND}{_ITEM})*)"
)
_ALLERGIC = re.compile(rf"\b(?:allergic to|intolerant to|allergy to|allerg(?:y|ies) (?:against|for)) (?P<what>{_ITEM})")
"""Said of whomever: what is good for somebody who is allergic to feathers has none in it."""
_X_FREE = re.compile(r"\b(?P<what>[a-z]+)[ -]free\b")
_DIET = re.compile(r"\b(?:vegan|vegetarian|pescatarian|kosher|halal|coeliac|celiac|diabetic|intolerant|free)\b")
_KNOWN = frozenset(fold(w) for w in (*_OF, *(w for words in _OF.values() for w in words)))
"""What is avoided for its own sake. "Without the burner" is the version that has none, and no matter of these."""


def is_of_diet(avoided: str) -> bool:
    """Whether something is avoided for its own sake: what things are made of, and what people don't eat."""
    word = fold(avoided).strip()
    return bool({word, word.removesuffix("s"), f"{word}s"} & _KNOWN)


def as_told(avoided: str) -> str:
    """What is avoided as it reads in a sentence: of "a nut allergy", nuts."""
    return f"{avoided}s" if f"{avoided}s" in _OF else avoided


def is_diet(avoided: str) -> bool:
    """Whether it is a way to eat, which a thing may be fit for; what else is avoided, a thing has or hasn't."""
    return bool(_DIET.search(avoided))


def unwanted(text: str) -> list[str]:
    """What a message wants products to be without, of what people avoid: "without egg or nuts", "dairy-free"."""
    folded = fold(text)
    allergic = [re.sub(r"[ -]products?$", "", m["what"].strip()) for m in _ALLERGIC.finditer(folded)]
    said = [re.split(r"\W+(?:and|or|nor)\W+|\s*[,&]\s*", m["what"]) for m in _WITHOUT.finditer(folded)]
    said += [[m["what"]] for m in _X_FREE.finditer(folded)]
    words = [re.sub(r"^(?:without|no|any)\s+|[ -]products?$", "", w.strip()) for group in said for w in group]
    known = [w for w in words if {w, w.removesuffix("s"), f"{w}s"} & _KNOWN]
    return list(dict.fromkeys([*known, *allergic]))


def _says(text: str, word: str) -> bool:
    """Whether a text has the word (any form of it) where it isn't denied."""
    wanted = stems(word)
    folded = fold(text)
    if not set(wanted) <= set(stems(folded)):
        return False
    for match in re.finditer(r"[a-z]+", folded):
        if wanted[0] not in stems(match[0]) or _FREE.match(folded, match.end()):
            continue
        if match[0] == "down" and (_TO.match(folded, match.end()) or _UP_AND.search(folded[: match.start()])):
            continue
        if not any(start <= match.start() < end for start, end in _denied(folded)):
            return True
    return False


_FREE = re.compile(r"(?:-[a-z]+)*[ -]free\b")
_TO = re.compile(r" (?:to|the|into|when|by|your|its|from)\b")
_UP_AND = re.compile(r"\b(?:up and|upside|(?:fold|slow|cool|roll|turn|pull|break|lie|lay|sit|step|tie|strip)\w*) $")
"""Around a "down" that is no plumage: "comfortable down to -5 °C", "folds down"."""


@lru_cache(maxsize=4096)
def _denied(folded: str) -> tuple[tuple[int, int], ...]:
    """From where to where a text denies what it names."""
    return tuple(m.span() for m in _DENIAL.finditer(folded))
