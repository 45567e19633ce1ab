"""Which way to pay a request uses: what the customer named, in their order of preference, as far as the rules allow.

Amounts are minor units. Says why a way that was named won't do, once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.act.orders import phrases
from assistant.act.orders.settle import Desk
from assistant.act.orders.task import Goal
from assistant.order_talk import ORIGINAL, OTHER, SPLIT
from assistant.shop.accounts import Method, Order

ONE_WAY = "The amount can't be split: only one payment method can be used."


@dataclass
class Way:
    """`method` when it is decided; `why_not` is said of those named that won't do; else `choices` to ask for."""

    method: Method | None = None
    why_not: str = ""
    choices: tuple[Method, ...] = ()


def for_refund(goal: Goal, order: Order, desk: Desk, amount: int) -> Way:
    """Where the money of a return goes: to what was paid with, or to a gift card where the rules allow it."""
    rules = desk.rules.return_items.refund_to
    gifts = [m for m in desk.account.methods if m.source == "gift_card"] if "gift_card" in rules else []
    allowed = {m.method_id: m for m in (order.method, *gifts) if m is not None}
    wanted, named = _resolve(goal, order, desk)
    if goal.payment == [SPLIT]:
        only = next(iter(allowed.values())) if len(allowed) == 1 else None
        return Way(only, ONE_WAY, () if only else tuple(allowed.values()))
    for method in wanted:
        if method.method_id in allowed:
            return Way(method, _why_not_refund(named, method, order, desk) if wanted[0] is not method else "")
    if goal.payment:
        only = next(iter(allowed.values())) if len(allowed) == 1 else order.method
        return Way(only, _why_not_refund(named, only, order, desk))
    if len(allowed) == 1:
        return Way(next(iter(allowed.values())))
    return Way(choices=tuple(allowed.values()))


def _why_not_refund(named: str, instead: Method | None, order: Order, desk: Desk) -> str:
    gift = "gift_card" in desk.rules.return_items.refund_to and any(
        m.source == "gift_card" for m in desk.account.methods
    )
    also = "" if not gift or (order.method and order.method.source == "gift_card") else " or onto a gift card of yours"
    return (
        f"The refund of order {desk.sheet.order(order)} can't go to {named}: it can only go back to "
        f"{phrases.method(order.method)}, which "
        f"you paid with{also}."
    )


def for_difference(goal: Goal, order: Order, desk: Desk, amount: int) -> Way:
    """What pays (or receives) the difference of a swap. A gift card must hold enough, and is no choice where nobody
    knows what it holds."""
    own = known(desk.account.methods, amount) or known([m for m in (order.method,) if m], amount)
    wanted, named = _resolve(goal, order, desk)

    def lacks(card: Method) -> str:
        figure = desk.sheet.money("order", order.order_id, "difference", amount)
        return too_little(card, desk, f"the price difference of {figure}")

    why = ""
    for method in wanted:
        if method.covers(amount):
            return Way(method, why)
        why = lacks(method)
    if why:
        left = [m for m in own if m.covers(amount)]
        return Way(left[0], why) if len(left) == 1 else Way(None, why, tuple(left))
    if goal.payment == [SPLIT]:
        why = ONE_WAY
    elif goal.payment and named:
        why = f"I can't use {named}: it isn't in your account."
    alone = own[0] if len(own) == 1 else desk.account.methods[0] if not own and desk.account.methods else None
    if alone is not None:
        return Way(alone, why) if alone.covers(amount) else Way(None, lacks(alone))
    return Way(None, why, tuple(own))


def known(methods: Sequence[Method], amount: int) -> list[Method]:
    """Those that an amount can be asked of: no gift card of which nobody knows what it holds."""
    return [m for m in methods if m.covers(amount) or m.balance is not None]


def too_little(card: Method, desk: Desk, needed: str) -> str:
    """That a gift card can't pay what is `needed`: it doesn't hold as much, or nobody knows what it holds."""
    if card.balance is None:
        return f"I can't see what is left on your gift card, so it can't be used for {needed}."
    balance = desk.sheet.money("customer", desk.account.customer_id, card.method_id, card.balance)
    return f"The balance of your gift card, {balance}, is not enough for {needed}."


def _resolve(goal: Goal, order: Order, desk: Desk) -> tuple[list[Method], str]:
    """The methods that were named, as far as the customer has them, and the words for the first that won't do."""
    out: list[Method] = []
    bad = ""
    for name in goal.payment:
        if name == ORIGINAL:
            found = order.method
        elif name == OTHER:
            others = [o.method for o in desk.account.orders if o.method and o.order_id != order.order_id]
            found = next((m for m in others if order.method is None or m.method_id != order.method.method_id), None)
        else:
            found = desk.account.method(name)
        if found is None:
            bad = bad or phrases.unknown_method(name)
        elif found not in out:
            out.append(found)
    cards = [m for m in out if m.source == "credit_card"]
    if len(cards) > 1 and order.method in cards:  # "my credit card" of several: the one that the order was paid with
        out = [m for m in out if m == order.method or m.source != "credit_card"]
    return out, bad or (phrases.method(out[0]) if out else "")


def ask_which(way: Way, desk: Desk, refund: bool, order: Order) -> str:
    """Asks for the way to pay, naming those that there are."""
    listed = phrases.methods(desk.account, way.choices, desk.sheet)
    paid = f" Order {desk.sheet.order(order)} was paid with {phrases.method(order.method)}." if order.method else ""
    if refund:
        return f"Which payment method should receive the refund: {listed}?{paid}"
    return f"Which payment method should be used for the price difference: {listed}?{paid}"


def total(amounts: Sequence[int]) -> int:
    return sum(amounts)
