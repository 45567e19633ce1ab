"""Which of the things talked about, shown or sold a clause means without its name: the gold one, another kind.

Works on names and on the options of products (read live through `lookup`); knows no prices.
"""

from __future__ import annotations

from assistant.language import STOP_WORDS, squash, stems
from assistant.request import Request
from assistant.types import Product
from assistant.understand.clause import Clause, count_positions
from assistant.understand.naming import Naming
from assistant.understand.naming_signs import Lookup
from assistant.understand.options import own_options
from assistant.understand.siblings import kind_words, points_beside, sibling
from assistant.understand.state import State
from assistant.understand.vocabulary import ProductName, Vocabulary

MOST_COMPARED = 3
"""Things that are compared side by side."""
_TELLING = 3  # letters and digits of a value from which on it tells one thing from another


def alike(request: Request, state: State, vocabulary: Vocabulary) -> tuple[str, ...]:
    """What is compared where only a kind is named: those of it that were shown, else all, where they are few."""
    kind = request.limits.subcategory or request.limits.category
    if not kind:
        return ()
    entries = vocabulary.products
    seen = dict.fromkeys(str(i["product"]) for i in (*state.listed, *state.topics))
    shown = [p for p in seen if p in entries and kind in (entries[p].subcategory, entries[p].category)]
    every = [p for p, e in entries.items() if e.active and kind in (e.subcategory, e.category)]
    return tuple(shown if len(shown) > 1 else every if 1 < len(every) <= MOST_COMPARED else ())


def other_of_kind(clause: Clause, state: State, vocabulary: Vocabulary, lookup: Lookup) -> tuple[str, ...]:
    """The product of the same kind that the clause points at instead of what is talked about."""
    entries = vocabulary.products
    focus = [entries[p] for p in state.focus[:3] if p in entries]
    if not focus or not points_beside(clause.text):
        return ()
    own = own_options(filter(None, map(lookup, state.focus[:3])))
    seen = dict.fromkeys(str(i["product"]) for i in (*state.listed, *state.topics))
    near = sibling(clause.text, focus, [entries[p] for p in seen if p in entries], own)
    return near or sibling(clause.text, focus, _kin(focus[0], vocabulary), own)


def _kin(entry: ProductName, vocabulary: Vocabulary) -> list[ProductName]:
    """The products of the same kind."""
    kind = entry.subcategory or entry.category
    ids = set[str]().union(*(vocabulary.by_kind.get(s, set()) for s in stems(kind)))
    return [e for e in (vocabulary.products[p] for p in sorted(ids)) if kind in (e.subcategory, e.category) and kind]


def of_another_kind(products: tuple[str, ...], clause: Clause, vocabulary: Vocabulary) -> bool:
    """Whether the clause names a kind of product that none of these is of ("any tents?" after a talk of coffee)."""
    kinds = {kind for _, kind in (*clause.links.categories, *clause.links.subcategories)}
    entries = [vocabulary.products[p] for p in products if p in vocabulary.products]
    return bool(kinds) and not any(kinds & {e.category, e.subcategory} for e in entries)


def narrowed(products: tuple[str, ...], clause: Clause, naming: Naming, lookup: Lookup) -> tuple[str, ...]:
    """Of several products talked about, those that a word of the clause tells from the others ("the gold one")."""
    if len(products) < 2:
        return products
    counts = count_positions(clause)
    words = {t.stem for i, t in enumerate(clause.links.tokens) if t.text not in STOP_WORDS and i not in counts}
    told = {p: words & set(naming.stems(p)) for p in products}
    most = max(len(t) for t in told.values())
    most_told = tuple(p for p in products if len(told[p]) == most)
    return most_told if most else _of_that_kind(products, words, lookup) or _having(products, clause, lookup)


def _of_that_kind(products: tuple[str, ...], words: set[str], lookup: Lookup) -> tuple[str, ...]:
    """Of several products talked about, those that the shop files under a word of the clause: "back to the boots"."""
    kinds = {p: set(stems(f"{found.subcategory or ''} {found.category}")) for p in products if (found := lookup(p))}
    told = tuple(p for p in products if words & kinds.get(p, set()))
    return told if len(told) < len(products) else ()


def _having(products: tuple[str, ...], clause: Clause, lookup: Lookup) -> tuple[str, ...]:
    """Of several products talked about, those with a value that the clause points by: "the 20,000 mm kind"."""
    said = squash("".join(kind_words(clause.text))).replace(",", "")
    if len(said) < _TELLING:
        return products
    having = tuple(p for p in products if (found := lookup(p)) is not None and said in _squashed(found))
    return having or products


def _squashed(product: Product) -> str:
    """All values that the shop gives of a product, without blanks and commas."""
    values = [*product.attributes.values(), *product.specs.values()]
    values += [v for variant in product.variants for v in variant.options.values()]
    return squash(" / ".join(map(str, values))).replace(",", "")
