"""What the shop writes of a product, as words: whether a word of a message belongs to what is talked about.

"Is the zip on the left?" of a sleeping bag with a zip is no question about zip-off trousers. Knows no dialogue.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from assistant.language import STOP_WORDS, stem, stems
from assistant.types import Product

_STOPS = frozenset(stem(w) for w in STOP_WORDS)


def own_words(products: Iterable[Product]) -> frozenset[str]:
    """The stems of everything that is written of these products beside their names."""
    return frozenset[str]().union(*(_words(text) for p in products for text in _texts(p)))


def _texts(product: Product) -> list[str]:
    texts = [product.description]
    for group in (product.attributes, product.specs):
        texts += [f"{name} {value}" for name, value in group.items()]
    texts += [f"{name} {value}" for v in product.variants for name, value in v.options.items()]
    return texts


@lru_cache(maxsize=4096)
def _words(text: str) -> frozenset[str]:
    return frozenset(stems(text.replace("_", " ").replace("-", " "))) - _STOPS
