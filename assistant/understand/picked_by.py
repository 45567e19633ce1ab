"""Which of the things talked about a clause means by what tells them apart: "the heavier one", what comes in XL.

Looks at the values of the few products that were shown or told; knows no prices and no stock.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from assistant import measures
from assistant.language import fold
from assistant.request import Request
from assistant.types import Product
from assistant.understand.options import match_options, option_values
from assistant.understand.pointing import the_two
from assistant.understand.state import State

Lookup = Callable[[str], Product | None]

_THE_MORE = re.compile(
    r"\b(?:the|that) (?:much )?([a-z]+er)(?: (?:one|model|pair)| of (?:the|those|these) (?:two|pair))?\b"
)
_TWO, _FEW = 2, 3


def by_measure(text: str, state: State, lookup: Lookup) -> tuple[str, ...]:
    """The one of the things shown or told last that has more, or less, of what a comparative measures: "the lighter
    one"; empty where the shop's values don't tell."""
    match = _THE_MORE.search(fold(text))
    wanted = measures.asked(match[1]) if match and " than " not in fold(text) else None
    ids = dict.fromkeys(str(i["product"]) for i in the_two(state, text)) if wanted else {}
    products = [p for p in map(lookup, ids) if p is not None]
    if wanted is None or not _TWO <= len(products) <= _FEW:
        return ()
    best = measures.comparable({p.product_id: measures.value_of(p, wanted) for p in products}, wanted)
    first = measures.winners(best, wanted) if len(best) == len(products) else ()
    return first if len(first) == 1 else ()


def by_version(
    request: Request, text: str, blocked: frozenset[int], state: State, lookup: Lookup, *, pointed: bool
) -> tuple[str, ...]:
    """The other thing shown or told last that comes in all that a clause names, where the one talked about doesn't;
    empty where there is no such one, or several, and where the clause points at it ("does it come in green")."""
    named = request.extra.get("named", ())
    one = len(request.products) == 1 and request.from_context and not pointed
    if not one or all(w.value is not None for w in named):
        return ()
    told = [str(t["product"]) for t in state.topics[-_FEW:]]
    others = dict.fromkeys([*(str(i["product"]) for i in state.listed), *told])
    fit: list[str] = []
    for product in map(lookup, [p for p in others if p not in request.products]):
        found = match_options(text, option_values([product]), blocked) if product else []
        if product and len(found) >= len(named) and all(w.value is not None for w in found):
            fit.append(product.product_id)
    return tuple(fit) if len(fit) == 1 else ()
