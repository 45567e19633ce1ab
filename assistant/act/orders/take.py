"""Takes a new request into those under way: as one of its own, as more of an open one, or in place of it.

What it is about may come from what was spoken of just now. Writes no text and says nothing of what can be done.
"""

from __future__ import annotations

import re

from assistant.act.orders.answers import INSTEAD, in_place_of, lines_of, without
from assistant.act.orders.task import DONE, DROPPED, OPEN, REFUSED, Goal, Task
from assistant.order_talk import Ask, Item, Said, merge_items
from assistant.shop.accounts import Account
from assistant.shop.order_rules import OrderRules
from assistant.understand.orders.words import GOES_THERE


def supersede(ask: Ask, current: Goal | None, said: Said, asked: str, account: Account) -> None:
    """Asked something, the customer wants another thing done with the same order, or "instead": the first is off."""
    other = bool(INSTEAD.search(ask.text))
    if current is not None and current.state == OPEN and asked and in_place_of(current, ask, said, account):
        return
    if (
        current is None
        or current.state != OPEN
        or current.kind == ask.kind
        or said.yes
        or not (asked in ("confirm", "reason", "option") or (asked and other))
    ):
        return
    if {current.kind, ask.kind} <= {"address", "home", "both"}:
        return
    mine = {*current.orders, *(k[0] for k in lines_of(current.items))}
    theirs = {*ask.orders, *(k[0] for k in lines_of(ask.items))}
    if said.no or not theirs or mine & theirs or other or re.search(r"\bthen\b", ask.text):
        current.state = DROPPED


def take(task: Task, ask: Ask, current: Goal | None, account: Account, rules: OrderRules) -> None:
    """A request of its own, or more of one that is open."""
    kind = "address" if ask.kind == "both" else ask.kind
    home = ask.kind in ("both", "home")
    goal = next((g for g in reversed(task.goals) if _same(g, kind, ask)), None)
    if goal is None:
        goal = Goal(kind)
        task.goals.append(goal)
        _inherit(goal, ask, task, current, account, rules)
    goal.state = OPEN
    goal.text = f"{goal.text} {ask.text}".strip()[-600:]
    goal.home = goal.home or home
    if goal.kind == "home" and ask.kind in ("both", "address"):
        goal.kind = "address"
    _fill(goal, ask)
    task.goal = task.goals.index(goal)


def _same(goal: Goal, kind: str, ask: Ask) -> bool:
    """Whether a request continues an open one: the same kind, and not about other orders altogether."""
    if goal.kind != kind and not (goal.kind in ("address", "home") and kind in ("address", "home")):
        return False
    if goal.state not in (OPEN, REFUSED):
        return False
    if goal.state == REFUSED:
        return bool(lines_of(goal.items) & lines_of(ask.items)) or not ask.items
    mine = {*goal.orders, *(k[0] for k in lines_of(goal.items))}
    theirs = {*ask.orders, *(k[0] for k in lines_of(ask.items))}
    return ask.only or not mine or not theirs or bool(mine & theirs)


def _inherit(goal: Goal, ask: Ask, task: Task, current: Goal | None, account: Account, rules: OrderRules) -> None:
    """ "Then cancel it", "return everything in that order": what it is about comes from what was just spoken of."""
    if goal.kind == "home" and not ask.address and _SAME_ADDRESS.search(ask.text):
        goal.address = next((dict(g.address) for g in reversed(task.goals) if g.kind == "address" and g.address), {})
    if goal.kind == "address" and not ask.address and GOES_THERE.search(ask.text):
        goal.address = next((dict(g.address) for g in reversed(task.goals) if g.address and g is not goal), {})
    if ask.items or ask.orders or ask.pattern or (ask.every and not ask.whole):
        return
    if (
        current is not None
        and not _ANOTHER.search(ask.text)
        and (current.items or current.orders)
        and goal.kind in ("cancel", "return", "swap", "address")
    ):
        same = goal.kind in ("cancel", "return", "swap") and not ask.whole
        goal.orders = list(current.orders) or list(dict.fromkeys(k[0] for i in current.items for k in i.lines))
        if same and current.items:
            goal.items = [Item(list(i.lines), i.all, i.count) for i in current.items]
            goal.orders = list(current.orders)
        _drop_settled(goal, current, account, rules)
    elif (
        task.order
        and not _ANOTHER.search(ask.text)
        and (ask.whole or goal.kind in ("cancel", "address", "payment"))
        and not ask.pattern
    ):
        goal.orders = [task.order]


_SAME_ADDRESS = re.compile(
    r"\b(?:it|(?:that|this)(?! (?!(?:one|address|place|too|also|as|for|in|to|on|should|is|now|please)\b)[\w-]+)|"
    r"the same|same one)\b"
)
"""The address that was spoken of; "that second parcel" is none."""
_ANOTHER = re.compile(r"\b(?:another|other|different|second) (?:\w+ )?(?:order|one)\b")


def _drop_settled(goal: Goal, current: Goal, account: Account, rules: OrderRules) -> None:
    """What is done with can't be what the next request is about: an order that was just cancelled goes nowhere."""
    open_to = {
        "cancel": rules.cancel.statuses, "address": rules.modify_address.statuses,
        "payment": rules.modify_payment.statuses, "return": rules.return_items.statuses,
        "swap": (*rules.modify_items.statuses, *rules.exchange_items.statuses),
    }.get(goal.kind)  # fmt: skip
    if current.state != DONE or open_to is None:
        return
    able = {o.order_id for o in account.orders if o.status in open_to}
    goal.orders = [o for o in goal.orders if o in able]
    goal.items = [i for i in goal.items if {k[0] for k in i.lines} & able]


def _fill(goal: Goal, ask: Ask) -> None:
    """Adds to a request what is asked with it."""
    if ask.whole and ask.orders:
        goal.orders = list(ask.orders)
    if ask.every and not ask.items and goal.kind in ("return", "cancel", "swap"):
        goal.items = []
    if ask.whole and goal.kind == "cancel":
        if goal.items and not ask.orders and not goal.orders:
            goal.orders = list(dict.fromkeys(k[0] for k in sorted(lines_of(goal.items))))
        goal.items = []
    merge_items(goal.items, ask.items, ask.only)
    if ask.orders:
        goal.orders = list(dict.fromkeys([*goal.orders, *ask.orders])) if ask.also else list(ask.orders)
    goal.whole, goal.every = goal.whole or ask.whole, goal.every or ask.every
    goal.keep = list(dict.fromkeys([*goal.keep, *ask.keep]))
    goal.items = [i for i in (without(i, ask.keep) for i in goal.items) if i.lines]
    goal.payment = list(ask.payment) or goal.payment
    goal.reason = ask.reason or goal.reason
    goal.address = dict(ask.address) or goal.address
    goal.pattern = ask.pattern or goal.pattern
    goal.unknown = ask.unknown or "" if not ask.orders else ""
    goal.maybe = ask.maybe
    goal.otherwise = ask.otherwise or goal.otherwise
    if ask.every and not ask.orders and goal.kind == "address":
        goal.orders = []
