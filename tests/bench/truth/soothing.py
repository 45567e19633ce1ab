"""Whether a reply to trouble or grief is one: a person is called or offered, or it says sorry, and it offers no goods.

For turns in which the customer asks for nothing that a shop's data could answer ("my parcel is three weeks late and
nobody cares", "our dog died last night"). Knows neither what went wrong nor how warm the words are.
"""

from __future__ import annotations

import re

from .availability import polarity
from .context import DONT_KNOW, NOT_CARRIED, NOT_FOUND, Json, Turn
from .expected import GOOD, Answer, meant, missing, named_in
from .mentions import clauses

_STAFF = r"(?:colleagues?|persons?|people|humans?|team|staff|employees?|managers?|agents?|representatives?)"
_PERSON = re.compile(
    rf"\b(?:an?|my|our|another|one of (?:my|our|the)|member of(?: our| the)?|(?:speak|talk) to) (?:real )?{_STAFF}\b"
    r"|\bsome(?:one|body) (?:from|of|in|on|at|here|who|will|can|else)\b|\bput you through\b"
    r"|\b(?:hand|pass)(?:ed|ing)? (?:it|this|that|you) (?:over|on|to)\b"
    r"|\b(?:call|ring|phone|telephone|e-?mail|write to|contact|reach) us\b",
    re.I,
)
_SORRY = re.compile(
    r"\b(?:sorry|apologi[sz]e|apolog(?:y|ies)|condolences|sympath(?:y|ies)|sad to (?:hear|read|learn)|"
    r"should(?: not|n't) have happened)\b",
    re.I,
)


def soothe(turn: Turn, part: Json) -> Answer:
    """`part["products"]`, where given, are what the trouble is with: those alone may be named. What matches
    `part["says"]`, where given, is as good as a sorry (the page about it, or asking for the order number)."""
    own = meant(turn, part)
    allowed = {p.pid for p in own}
    for product in named_in(turn, own):
        if product.pid not in allowed:
            return missing(f"offers {product.name} to somebody who has trouble")
    for card in turn.record.get("cards", []):
        if str(card["product_id"]) not in allowed:
            return missing(f"shows the product {card['product_id']} to somebody who has trouble")
    if turn.record.get("handoff") or _PERSON.search(turn.reply):
        return GOOD
    if part.get("says") and re.search(part["says"], turn.reply, re.I):
        return GOOD
    sorry = _SORRY.search(turn.reply) and not _is_a_shops_sorry(turn)
    return GOOD if sorry else missing("neither a person nor a sorry")


def _is_a_shops_sorry(turn: Turn) -> bool:
    """Whether the reply's "sorry" may be for what it doesn't know or have, or for asking back."""
    if turn.record.get("clarifying") or any(p.search(turn.reply) for p in (DONT_KNOW, NOT_CARRIED, NOT_FOUND)):
        return True
    return any(polarity(c) is not None for c in clauses(turn.reply, turn.world))
