"""Several versions of one thing asked for at once, each told by itself: "one red in M and one navy in L".

Read as a choice of colours and a choice of sizes, a yes would speak of versions that nobody asked for. Says nothing
where every combination is meant ("red or navy, in M or L"). Knows no dialogue and no model.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from assistant.act.choice import Choice, choose
from assistant.act.context import Context
from assistant.act.plan import Plan
from assistant.act.words import options
from assistant.language import fold
from assistant.request import Request, Wanted
from assistant.types import Product, Receipt

_MOST = 4
"""Versions told one by one."""
_ANY_OF = re.compile(r"\bor\b|/")


def each_version(request: Request, product: Product, context: Context, plan: Plan) -> bool:
    """Tells of each version that was asked for, in the customer's order; False where they are one choice."""
    asked = _asked(request)
    parts = _pairs(asked) or _values(asked, request)
    choices = [choose(product, part) for part in parts]
    if len(parts) < 2 or len(parts) > _MOST or any(c.missing for c in choices):
        return False
    if len(_pairs(asked)) == 0 and all(c.available for c in choices):
        return False  # all of them can be had: that is one answer
    for choice in choices:
        _tell(choice, context, plan)
    plan.phrase = False
    return True


def _asked(request: Request) -> list[Wanted]:
    """The values that the message names, in its order."""
    text = fold(request.text)
    found = [w for w in request.wanted if w.value is not None and w.name and not w.pinned]
    places = {id(w): _place(w.asked, text) for w in found}
    return sorted((w for w in found if places[id(w)] >= 0), key=lambda w: places[id(w)])


def _place(value: str, text: str) -> int:
    match = re.search(rf"(?<!\w){re.escape(fold(value))}(?!\w)", text)
    return match.start() if match else -1


def _pairs(asked: Sequence[Wanted]) -> list[list[Wanted]]:
    """The versions where two or more options are named in turn, as often each; empty where they aren't."""
    names = list(dict.fromkeys(w.name for w in asked))
    width = len(names)
    if width < 2 or len(asked) != width * (len(asked) // width) or len(asked) == width:
        return []
    parts = [list(asked[at : at + width]) for at in range(0, len(asked), width)]
    return parts if all({w.name for w in part} == set(names) for part in parts) else []


def _values(asked: Sequence[Wanted], request: Request) -> list[list[Wanted]]:
    """One version for each value where two or more of one option are named, and none of them would do for another."""
    counts = {name: [w for w in asked if w.name == name] for name in dict.fromkeys(w.name for w in asked)}
    several = [found for found in counts.values() if len(found) > 1]
    text = fold(request.text)
    if len(several) != 1 or any(_ANY_OF.search(text[_place(a.asked, text) : _place(b.asked, text)]) for a, b in
                                pairwise(several[0])):  # fmt: skip
        return []
    rest = [w for w in asked if w not in several[0]]
    return [[value, *rest] for value in several[0]]


def _tell(choice: Choice, context: Context, plan: Plan) -> None:
    shown = choice.label_options
    if not choice.sold:
        fact = context.item(plan, choice.product)
        text = options(shown)
        receipt = Receipt("product", choice.product.product_id, "options", text, context.as_of)
        key = context.add_value(fact, "asked", text, receipt, "what was asked for")
        plan.say(f"We don't have the {fact.key('item')} in this combination: {key}.", fact.key("item"), key)
        return
    fact = context.item(plan, choice.product, shown)
    amount, state = context.add_price(fact, choice.sold), context.add_availability(fact, choice.sold)
    be, cost = ("are", "cost") if fact.plural else ("is", "costs")
    plan.say(f"The {fact.key('item')} {cost} {amount}" + (f" and {be} {state}." if state else "."), amount)
