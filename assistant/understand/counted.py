"""So many of the one thing that is meant, and their sum asked: "two of those low chairs in rust, what's that?".

Finds the number that counts and the version that is named beside it; numbers that measure, limit or name a version
count nothing. Knows no prices.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace

from assistant.language import fold, stems, tokenize, words_to_numbers
from assistant.request import Piece, Request
from assistant.types import Product
from assistant.understand.basket import named_options
from assistant.understand.basket_words import ADDS_UP
from assistant.understand.counting import PIECES, governs, is_free, stands_alone
from assistant.understand.kinds import COSTS, TOGETHER
from assistant.understand.options import option_values
from assistant.understand.sizes import relative

Lookup = Callable[[str], Product | None]

_SUM = re.compile(
    r"\bwhat(?:'s| is| are| would| will| do| does)\b[^?.!]{0,20}\b(?:\d{1,2} of (?:them|those|these|it)|"
    r"(?:that|those|these|they|them|it)(?: (?:be|make|come to|on its own|all|then))*)\W*$|=\W*$|\bmakes?\W*$"
)
"""What a number of things is, with no word of money: "in firm, what are two of them?", "what does that make"."""
_FEW, _MANY = 2, 99


def sum_of_many(text: str, requests: Sequence[Request], lookup: Lookup) -> list[Piece]:
    """The one thing that a message was read to be about, as often as it says; empty where it asks no sum of so many."""
    said = words_to_numbers(fold(text))
    ids = {p for r in requests for p in r.products}
    if len(ids) != 1 or not (COSTS.search(said) or TOGETHER.search(said) or ADDS_UP.search(said) or _SUM.search(said)):
        return []
    product = lookup(next(iter(ids)))
    if product is None or any(r.limits.price for r in requests) or (count := how_many(said, product)) is None:
        return []
    return [_version(said, count, product, [r for r in requests if r.products][-1], lookup)]


def _version(said: str, count: int, product: Product, read: Request, lookup: Lookup) -> Piece:
    """The piece in the version that was read and is named now, a size by its word too: "two small ones in black"."""
    rest = re.sub(rf"\b{count}\b", "q" * len(str(count)), said, count=1)
    piece = Piece((product.product_id,), count, (), read.skus if len(read.skus) == 1 else ())
    values = option_values([product])
    named = [w for w in (*named_options(rest, piece, lookup), *relative(rest, values)) if w.value]
    named = [w for at, w in enumerate(named) if all(w.name != n.name for n in named[:at])]
    kept = [w for w in read.wanted if w.value and w.asked != str(count) and w.name not in {n.name for n in named}]
    return replace(piece, wanted=(*kept, *named), skus=() if named else piece.skus)


def how_many(said: str, product: Product) -> int | None:
    """The first number of a message, its number words in figures, that may say how many of the product."""
    values = _values(product)
    own, called = named_numbers(product), (product.name, product.category, product.subcategory or "", *values)
    found = _numbers(said, PIECES | set(stems(" ".join(called))))
    return next((n for n in found if _FEW <= n <= _MANY and str(n) not in own), None)


def named_numbers(product: Product) -> set[str]:
    """The words of a product's name and versions that are numbers of their own, and count nothing: "Tarn 2", size 42,
    10 and 30 of "10x" and "30MP"."""
    values = _values(product)
    glued = {match[1] for value in values if (match := re.fullmatch(r"(\d+)[a-z]+", value.strip().lower()))}
    return {value.split()[0].lower() for value in values} | set(re.findall(r"\d+", product.name)) | glued


def _values(product: Product) -> list[str]:
    return [value for variant in product.variants for value in variant.options.values() if value.split()]


def _numbers(said: str, called: Collection[str]) -> Iterator[int]:
    """The numbers that say how many of what is `called` so, by the stems of its names."""
    tokens = tokenize(said)
    for at, token in enumerate(tokens):
        if token.text.isdigit() and is_free(tokens, at, said):
            thing = next((n for n in range(at + 1, len(tokens)) if tokens[n].stem in called), None)
            if stands_alone(tokens, at, said) or (thing is not None and governs(tokens, at, thing, said)):
                yield int(token.text)
