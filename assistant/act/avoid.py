"""Whether a product has what somebody avoids: by its own attributes, else by its texts, with "without" taken at its
word.

A little general knowledge (wool is of animals, milk is dairy) makes diets into things to avoid; what the shop itself
says ("vegan: no") comes first. Silence counts as "hasn't", so whoever has an allergy must still look at the label.
"""

from __future__ import annotations

import re

from assistant.language import fold, stems
from assistant.types import Product

_ANIMAL = (
    "leather wool merino down silk fur suede felt cashmere alpaca feather goose beeswax honey milk egg gelatine meat "
    "fish"
).split()
_OF: dict[str, list[str]] = {
    "animal products": _ANIMAL,
    "vegan": _ANIMAL,
    "vegetarian": ["meat", "fish", "gelatine", "beef", "chicken", "pork", "salmon", "tuna"],
    "lactose intolerant": ["milk", "lactose", "cream", "butter", "cheese"],
    "dairy free": ["milk", "lactose", "cream", "butter", "cheese"],
    "dairy": ["milk", "lactose", "cream", "butter", "cheese", "yogurt"],
    "nuts": ["nut", "almond", "hazelnut", "walnut", "cashew", "peanut", "pistachio"],
    "gluten": ["gluten", "wheat", "barley", "rye", "spelt"],
    "coeliac": ["gluten", "wheat", "barley", "rye", "spelt"],
    "celiac": ["gluten", "wheat", "barley", "rye", "spelt"],
    "gluten free": ["gluten", "wheat", "barley", "rye", "spelt"],
    "gluten intolerant": ["gluten", "wheat", "barley", "rye", "spelt"],
    "wool": ["wool", "merino", "lambswool"],
    "plastic": ["plastic", "polyester", "nylon", "polyamide", "polypropylene", "acrylic"],
}
_NEEDS_YES = frozenset({"vegan", "vegetarian"})
_FALSE = frozenset({"no", "none", "false", "0"})
_TRUE = frozenset({"yes", "true", "1"})
_NEGATED = re.compile(r"\b(?:without|no|not|free of|free from|non|instead of|never|nor|neither)\b[^.;]*$")


def has(product: Product, avoided: str) -> bool:
    """Whether the product has, or may have, what is avoided ("wool", "vegan": whatever is of animals)."""
    avoided = fold(avoided).strip()
    fields = {fold(k): fold(str(v)) for k, v in {**product.specs, **product.attributes}.items()}
    if (says := fields.get("vegan")) is not None and avoided in ("vegan", "animal products", "leather", "wool", "down"):
        if says in _TRUE:
            return False
        if avoided in ("vegan", "animal products") and says in _FALSE:
            return True
    if avoided in _NEEDS_YES and (own := fields.get(avoided)) is not None:
        return own in _FALSE
    words = _OF.get(avoided) or _OF.get(avoided.removesuffix("s")) or [avoided]
    texts = [product.name, *fields.values(), fold(product.description)]
    return any(_says(text, word) for text in texts for word in words)


def _says(text: str, word: str) -> bool:
    """Whether a text has the word (any form of it) where nothing before it in the clause denies it."""
    wanted = stems(word)
    folded = fold(text)
    for match in re.finditer(r"[a-z]+(?:-[a-z]+)*", folded):
        parts = [s for part in match[0].split("-") for s in stems(part)]
        if wanted[0] not in parts or not set(wanted) <= {*parts, *stems(folded)}:
            continue
        free = match[0].endswith("-free") or folded[match.end() :].startswith((" free", "-free"))
        if not free and not _NEGATED.search(folded[: match.start()]):
            return True
    return False
