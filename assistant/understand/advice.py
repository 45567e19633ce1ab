"""A wish for a gift that is spread over a message: who it is for, what they like, and how much it may cost.

"I need a present for my dad. He likes coffee. About 50 pounds" is one request for advice, not three questions. Knows no
products and no dialogue.
"""

from __future__ import annotations

from collections.abc import Sequence

from assistant.request import Limits, Request
from assistant.understand.clause import query_words
from assistant.understand.kinds import Seen
from assistant.understand.quantities import price_bounds, spending

_PART_OF_IT = frozenset(
    "search none details availability options best_rated price stock compare yes no recommend preference cheapest "
    "feedback superlative".split()
)
"""Acts that a clause of such a message may be taken for: what somebody likes sounds like a question about it."""


def advice(text: str, seen: Sequence[Seen], requests: Sequence[Request], digits: int) -> Request | None:
    """The one request of a message of several clauses that asks for a gift; None for any other message."""
    if len(seen) < 2 or all(s.label != "gift" for s in seen) or any(r.act not in _PART_OF_IT for r in requests):
        return None
    said = (price_bounds(s.text, digits) or spending(s.text, digits) for s in seen)
    bounds = next((b for b in said if b), None)
    words = " ".join(query_words(s.clause) for s in seen)
    limits = Limits(price=bounds) if bounds else Limits()
    return Request("recommend", text, query=words, limits=limits, extra={"gift": True, "slots": {"gift": True}})
