"""Several of one version set against one of another: "is that cheaper than 4 of the small bags".

Works on the clause's words and the options of what is talked about; knows no prices.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from assistant.language import fold
from assistant.request import Piece, Request
from assistant.types import Product
from assistant.understand.carry import wanted_from
from assistant.understand.options import match_options, option_values
from assistant.understand.sizes import relative
from assistant.understand.state import State

Lookup = Callable[[str], Product | None]
_TWO = 2


def against_many(text: str, state: State, lookup: Lookup) -> Request | None:
    """The request that sets one version against several of another; None where the text is of no such thing."""
    sides = _sides(fold(text), state, lookup)
    if not sides:
        return None
    return Request("compare", text, products=sides[0].products, from_context=True, extra={"sides": sides})


_THAN_MANY = re.compile(
    r"\b(?:cheaper|dearer|less|more|better value|more expensive|worth it)\b.*\bthan (?:buying |getting |taking )?"
    r"(\d{1,2}) (?:of )?(?:the |those |these )?(.+)$"
)


def _sides(folded: str, state: State, lookup: Lookup) -> tuple[Piece, ...]:
    """The version talked about, and so many of another of the same thing: "is that cheaper than 4 small bags?"."""
    match = _THAN_MANY.search(folded)
    product = lookup(state.focus[0]) if match and len(state.focus) == 1 else None
    if match is None or product is None or int(match[1]) < _TWO:
        return ()
    values = option_values([product])
    other = [w for w in (*match_options(match[2], values), *relative(match[2], values)) if w.value][:1]
    told = tuple(wanted_from(w) for w in state.wanted)
    if not other or any(w.name == other[0].name and w.value == other[0].value for w in told):
        return ()
    kept = tuple(w for w in told if w.name != other[0].name)
    return Piece((product.product_id,), 1, told), Piece((product.product_id,), int(match[1]), (*other, *kept))
