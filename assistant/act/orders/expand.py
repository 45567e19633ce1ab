"""What a message asks for, as requests of one kind each: "return or cancel it" is one of each, the second best is none.

Looks at the account for what can be done with which item; changes no request under way.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.act.orders.answers import lines_of
from assistant.act.orders.cancel import either
from assistant.act.orders.settle import Desk
from assistant.act.orders.task import Goal, Task
from assistant.order_talk import Ask
from assistant.shop.accounts import Account
from assistant.shop.order_rules import OrderRules


def _conditional_swap(back: Ask, asks: Sequence[Ask]) -> bool:
    """ "Return it; if you have the same one I'd rather exchange it": one request, with the return as the second "
    "best."""
    for ask in asks:
        if ask.kind == "swap" and re.search(r"\bif\b", ask.text) and lines_of(ask.items) & lines_of(back.items):
            ask.otherwise, ask.payment = "return", ask.payment or back.payment
            return True
    return False


_IF_GONE = re.compile(
    r"\bif\b[^.;!?]*\b(?:run out|ran out|sold out|out of|gone|not|no|none|n't|isn't|haven't|don't|can't|cannot|"
    r"unavailable|impossible)\b|\b(?:otherwise|or else|failing that)\b"
)


def _second_best(back: Ask, asks: Sequence[Ask]) -> bool:
    """ "Exchange it for a black one; if you've run out of that, I'd sooner return it": one request again."""
    if not _IF_GONE.search(back.text):
        return False
    lines = lines_of(back.items)
    for ask in asks[: asks.index(back)][::-1]:
        same_order = {k[0] for k in lines_of(ask.items)} & set(back.orders)
        if ask.kind == "swap" and (not lines or lines_of(ask.items) & lines or same_order):
            ask.otherwise, ask.payment = "return", ask.payment or back.payment
            return True
    return False


def expand(asks: Sequence[Ask], account: Account, rules: OrderRules) -> list[Ask]:
    """The requests of a message, each to be done by itself; a second best is part of the first (`Ask.otherwise`)."""
    every = _by_kind(asks, account, rules)
    return [a for a in every if a.kind != "return" or not (_conditional_swap(a, every) or _second_best(a, every))]


def _by_kind(asks: Sequence[Ask], account: Account, rules: OrderRules) -> list[Ask]:
    """ "Return or cancel, whatever is possible" as one request of each."""
    out: list[Ask] = []
    for ask in asks:
        if ask.kind != "get_rid":
            out.append(ask)
            continue
        goal = Goal("return", list(ask.items), list(ask.orders), ask.whole, ask.every, list(ask.keep), text=ask.text)
        desk = Desk(account, rules, None, Task(), None, lambda _: None)  # type: ignore[arg-type]
        parts = either(goal, desk) or [goal]
        out += [
            Ask(p.kind, ask.text, p.items, p.orders, p.whole, p.every, p.keep, ask.payment, ask.reason) for p in parts
        ]
    return out
