"""One of the things that were talked of, meant by what the shop writes of it: "the minivan", "the boat one".

Names and kinds are others' business (mentions.py, siblings.py, among.py): here a word stands in no name, and alone in
the text of one of them. Reads products through `lookup`; knows no prices and no acts.
"""

from __future__ import annotations

import re

from assistant.language import STOP_WORDS, fold, stems
from assistant.types import Product
from assistant.understand.clause import Clause
from assistant.understand.naming_signs import Lookup
from assistant.understand.siblings import kind_words
from assistant.understand.state import State

_THE = re.compile(r"\b(?:the|that) ([a-z][a-z-]{2,})\b")
_ONE_WITH = re.compile(
    r"\b(?:the|that) ones? (?:with|w|that has|that had|which has|in) (?:an? |the |some )?((?:[a-z-]+ ?){1,3})"
)
_IS_A = re.compile(r"\b(?:is|are) (?:an?|the|one of)\b([^.;]{3,90})")
"""How a text says what its product is: "The Pacifica Touring is a stylish and well-equipped minivan"."""
_MOST = 6  # things that are looked at, the latest first


def told_apart(clause: Clause, state: State, lookup: Lookup) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The one thing talked of that the clause's words mean beside the others, and these words; nothing where that isn't
    one of them."""
    links = clause.links
    if links.categories or links.subcategories:
        return (), ()
    seen = dict.fromkeys(str(i["product"]) for i in (*state.listed, *reversed(state.topics)))
    products = [p for p in map(lookup, list(seen)[:_MOST]) if p is not None]
    if len(products) < 2:
        return (), ()
    with_it = _ONE_WITH.search(fold(clause.text))
    pointed = [w for w in [*kind_words(clause.text), *(with_it[1].split() if with_it else ())] if w not in _OF_PLACE]
    pointed = [w for w in pointed if w not in STOP_WORDS]
    if pointed and (found := _alone(pointed, products, whole=True)):
        return found, tuple(pointed)
    nouns = [m[1] for m in _THE.finditer(fold(clause.text)) if m[1] not in STOP_WORDS | _OF_PLACE]
    meant = ((found, (noun,)) for noun in nouns if (found := _alone([noun], products, whole=False)))
    return next(meant, ((), ()))


_OF_PLACE = frozenset(
    """first second third fourth last other same one ones two both cheap cheaper cheapest dear dearer dearest best
    better small smaller smallest big bigger biggest large larger largest new newest old older next previous former
    latter price cost stock size colour color""".split()
)
"""Words that point by place or by measure: no text decides them."""


def _alone(words: list[str], products: list[Product], *, whole: bool) -> tuple[str, ...]:
    """The product that alone has all the words in its text (`whole`), or in what it is called and said to be."""
    said = set(stems(" ".join(words)))
    having = [p.product_id for p in products if said <= _written(p, whole=whole)]
    return tuple(having) if len(having) == 1 and said else ()


def _written(product: Product, *, whole: bool) -> set[str]:
    called = [product.name, product.category, product.subcategory or "", product.attributes.get("tags", "")]
    called += _IS_A.findall(product.description)
    if whole:
        options = [value for variant in product.variants for value in variant.options.values()]
        called += [product.description, *product.attributes.values(), *map(str, product.specs.values()), *options]
    return set(stems(" ".join(called)))
