"""Reads what the shop writes before anybody asks about it: a line that was never read costs an answer some 6 ms.

Facts and pages first, of which every shop has few, then products in the shop's order, as far as there is room in what
the encoders remember. What an answer reads is the same whether it was read ahead or not. Knows no turn and no thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from assistant.act.aspects import lines_of
from assistant.act.evidence import Line, read_line
from assistant.act.needs import lines_of as need_lines_of
from assistant.act.pages import lines_of_pages
from assistant.act.shop_facts import told_facts
from assistant.linear import Encode
from assistant.shop.catalogue import Catalogue
from assistant.shop.search import Search
from assistant.types import Product

ROOM = 3000
"""Lines that are read ahead: three quarters of what is remembered, so that questions have room too."""


def read_ahead(
    catalogue: Catalogue,
    search: Search,
    products: Iterable[Product],
    encode: Encode,
    is_over: Callable[[], bool] = bool,
    rest: Callable[[], object] = bool,
) -> int:
    """Read lines of the shop until `is_over` or until there is no room; `rest` comes after each. Returns how many."""
    num = 0
    for line, needs in _lines(catalogue, search, products):
        if is_over() or num >= ROOM:
            break
        read_line(line, encode)
        encode(needs)
        rest()
        num += 1
    return num


def _lines(catalogue: Catalogue, search: Search, products: Iterable[Product]) -> Iterator[tuple[Line, list[str]]]:
    """Each line with what else is compared by meaning beside it."""
    for name, value in told_facts(catalogue.info()).items():
        yield Line(value, name), []
    for line in lines_of_pages(catalogue, search):
        yield line, []
    for product in products:
        needs = need_lines_of(product)
        for line in lines_of(product):
            yield line, needs
            needs = []
