"""What the words of a message ask of a basket beside its sum, and what tells that they ask something else.

Looks at words and at what the clauses were read as; finds no products and knows no prices.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.request import Piece, Request
from assistant.understand.kinds import COSTS, OF_BASKET, SAVE, SHIPPING, TOGETHER

ADDS_UP = re.compile(
    r"\bwhat (?:do|would|will|must|shall) (?:i|we) (?:have to |end up |need to )*(?:pay(?:ing)?|owe|spend(?:ing)?)\b"
    r"|\b(?:what|how much)(?:'s| is| will| would| does| do)? "
    r"(?:that|it|this|those|they|these|all (?:of )?(?:that|it|this))"
    r"(?: all)?(?: be| make| come to| cost| amount to| add up to)?(?: then| altogether)?\W*$"
)
"""What asks for a sum without naming things: "what do I pay?", "how much is all that?"."""
_INCLUDING = re.compile(
    r"\b(?:with|incl\w*|plus|on top|all in|delivered|everything|total|altogether|comes? to|set me back|cost me)\b"
)
_TO_ORDER = re.compile(r"\b(?:to order|i order|ordering|order (?:a|an|the|\d+)|order for)\b")
_TIME = re.compile(r"\b(?:how long|when|days?|arrives?)\b")


def counts_anew(folded: str, before: Sequence[Piece]) -> bool:
    """Whether there is a number that the basket doesn't have: its old sum would be no answer to that."""
    known = {str(p.quantity) for p in before} | {w for p in before for o in p.wanted for w in str(o.value).split()}
    numbers = re.findall(
        r"(?<![\d.,$€£])\b(\d{1,2})\b(?![.,]?\d|\s?(?:%|percent|pounds?|quid|euros?|dollars?|for|off))", folded
    )
    return any(n not in known for n in numbers)


def asks_besides(folded: str, labels: set[str]) -> frozenset[str]:
    """What is asked beside the sum, as `Basket.asks` has it."""
    asks = set()
    if "free_shipping" in labels or re.search(r"\bfree (?:shipping|delivery|postage)\b", folded):
        asks.add("free_shipping")
    with_it = bool(SHIPPING.search(folded)) and bool(_INCLUDING.search(folded)) and not _TIME.search(folded)
    if with_it and labels & OF_BASKET:
        asks.add("shipping")
    if "save" in labels or SAVE.search(folded):
        asks.add("save")
    return frozenset(asks)


def compares(requests: Sequence[Request], folded: str) -> bool:
    """Whether something else is asked of the products; "I'd like to order two" is about a basket, "my order" isn't."""
    acts = {r.act for r in requests} - ({"order"} if _TO_ORDER.search(folded) else set())
    if TOGETHER.search(folded) and COSTS.search(folded) and not _RIVALS.search(folded):
        acts -= {"compare"}  # "both, how much"
    if ADDS_UP.search(folded):
        acts -= {"policy", "compare"}  # "what do I pay?" is no question about ways to pay
    return bool(acts & {"compare", "policy", "order", "human"})


def asks_else(requests: Sequence[Request]) -> bool:
    """Whether a word says something that is neither sold nor of a sum."""
    words = {w for r in requests for w in r.extra.get("unlinked", ())}
    return any(not TOGETHER.search(w) and w not in ("plus", "with", "pls") for w in words)


_RIVALS = re.compile(r"\b(?:\w+er|\w+est|which|more|less|most|least|than|or|vs|versus|between|difference|compare\w*)\b")


def apart(requests: Sequence[Request], folded: str) -> bool:
    """Whether each thing has a question of its own: the price of one, and whether another is there."""
    own = {r.act for r in requests if r.products and not r.from_context}
    return len(own) > 1 and "price" in own and not TOGETHER.search(folded)


def changes(requests: Sequence[Request], labels: set[str], folded: str) -> bool:
    """Whether a clause with products changes the basket, rather than asking something else about them."""
    return bool(labels & OF_BASKET) or (
        "?" not in folded
        and all(r.act in ("none", "search", "details", "availability", "yes", "price") for r in requests)
    )


def asks_code_only(folded: str) -> bool:
    """Whether a code is asked about by itself ("does TENNER still work?")."""
    if re.search(r"\b(?:if|when) i (?:use|add|apply|enter)\b", folded):
        return False
    return bool(re.search(r"\b(?:work|works|working|valid|still|expired?|good for|use|does)\b", folded))
