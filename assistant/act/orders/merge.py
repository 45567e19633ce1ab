"""Takes what a message said into the requests under way: new ones, answers, corrections, things taken back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.act.orders.answers import choose, done_after_all, takes_back, takes_offer, whole_after_all
from assistant.act.orders.cancel import either
from assistant.act.orders.settle import Desk
from assistant.act.orders.task import DONE, DROPPED, OPEN, REFUSED, Goal, Task
from assistant.order_talk import Ask, Item, LineKey, Said, merge_items
from assistant.shop.accounts import Account
from assistant.shop.order_rules import OrderRules
from assistant.understand.orders.used import tells_of_use

WHETHER = "whether"
"""In `Task.asked`: it was said that something would be possible."""
_ASKS_ONLY = re.compile(r"\b(?:do you (?:have|sell)|is there|are there|how much|what(?:'s| is| are)|which)\b")


@dataclass
class Merged:
    """`touched`: something under way was changed, or something new came."""

    touched: bool = False


def merge(task: Task, said: Said, account: Account, rules: OrderRules, asked: str) -> Merged:
    """Update `task` with a message. `asked` is what the last answer had asked."""
    out = Merged()
    current = task.current
    for drop in said.drops:
        out.touched |= _drop(task, drop, current, bool(said.asks))
    gives_up = said.forget and asked != "left"  # asked what a part means, that part is what is to be forgotten
    if gives_up and not said.asks and current is not None and current.state == OPEN:
        current.state = DROPPED
        out.touched = asked != "confirm"
    out.touched |= whole_after_all(task, said)
    out.touched |= asked == "option" and takes_offer(current, said)
    if asked == "either":
        out.touched |= choose(task, said)
    out.touched |= asked == WHETHER and done_after_all(current, said)
    taken: list[int] = []
    expanded = _expand(said.asks, account, rules)
    asks = [
        a for a in expanded if a.kind != "return" or not (_conditional_swap(a, expanded) or _second_best(a, expanded))
    ]
    for ask in asks:
        _supersede(task, ask, current, said, asked)
        _take(task, ask, current, account, rules)
        taken.append(task.goal or 0)
        out.touched = True
    if taken:
        task.goal = taken[0]
    alone = any(a.only and a.items for a in asks)
    if not said.asks or (said.rest.items and not alone):
        out.touched |= _answer(current, said.rest, task, asked)
    if not out.touched and not said.asks and not task.open_goals:
        out.touched |= _more_of_the_same(task, said, account, rules)
    for goal in task.open_goals if tells_of_use(said.text) else ():
        goal.used = True
    return out


def _more_of_the_same(task: Task, said: Said, account: Account, rules: OrderRules) -> bool:
    """ "And the watch. I want one with a black dial": nothing is under way any more, but items are named with a wish;
    or "Second box: the chair and the camera." after a return."""
    if _ASKS_ONLY.search(said.text):
        return False
    items = [i for i in said.rest.items if i.wish]
    goal = None
    if items and (task.goals or said.own):
        goal = Goal("swap", items, payment=list(said.rest.payment), text=said.text[-600:])
    elif "?" not in said.text and _NEXT.search(said.text) and task.current is not None and task.current.state == DONE:
        goal = _once_more(task.current.kind, said, account, rules)
    if goal is None:
        return False
    task.goals.append(goal)
    task.goal = len(task.goals) - 1
    return True


def _once_more(kind: str, said: Said, account: Account, rules: OrderRules) -> Goal | None:
    """The last request again, for the other items or the other order that is told of; None when it isn't plain."""
    rest = said.rest
    if kind == "return":
        can = {o.order_id for o in account.orders if o.status in rules.return_items.statuses}
        fits = [i for i in rest.items if {k[0] for k in i.lines} & can]
        fits = fits or rest.items  # why they can't be sent back is said then
        return Goal("return", fits, payment=list(rest.payment), text=said.text[-600:]) if fits else None
    if kind != "cancel":
        return None
    can = {o.order_id for o in account.orders if o.status in rules.cancel.statuses}
    sets = [{k[0] for k in i.lines} for i in rest.items]
    orders = (set.intersection(*sets) if sets else set(rest.orders)) & can
    if len(orders) != 1:
        return None
    return Goal("cancel", orders=list(orders), whole=True, reason=rest.reason, text=said.text[-600:])


_NEXT = re.compile(
    r"\b(?:2nd|second|next|another|also|too|as well|then there's|same (?:for|with|goes)|the other (?:one|order|box))\b"
)


def _conditional_swap(back: Ask, asks: Sequence[Ask]) -> bool:
    """ "Return it; if you have the same one I'd rather exchange it": one request, with the return as the second "
    "best."""
    for ask in asks:
        if ask.kind == "swap" and re.search(r"\bif\b", ask.text) and _lines(ask.items) & _lines(back.items):
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
    lines = _lines(back.items)
    for ask in asks[: asks.index(back)][::-1]:
        same_order = {k[0] for k in _lines(ask.items)} & set(back.orders)
        if ask.kind == "swap" and (not lines or _lines(ask.items) & lines or same_order):
            ask.otherwise, ask.payment = "return", ask.payment or back.payment
            return True
    return False


def _supersede(task: Task, ask: Ask, current: Goal | None, said: Said, asked: str) -> None:
    """Asked something, the customer wants another thing done with the same order, or "instead": the first is off."""
    other = bool(_INSTEAD.search(ask.text))
    if current is not None and current.state == OPEN and asked and takes_back(current, ask, said):
        current.state = DROPPED
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
    mine = {*current.orders, *(k[0] for k in _lines(current.items))}
    theirs = {*ask.orders, *(k[0] for k in _lines(ask.items))}
    if said.no or not theirs or mine & theirs or other or re.search(r"\bthen\b", ask.text):
        current.state = DROPPED


_INSTEAD = re.compile(r"\b(?:instead|rather)\b(?! (?:of|than)\b)")


def _expand(asks: Sequence[Ask], account: Account, rules: OrderRules) -> list[Ask]:
    """ "Return or cancel, whatever is possible" as one request of each; "address" that is also the default one."""
    out: list[Ask] = []
    for ask in asks:
        if ask.kind != "get_rid":
            out.append(ask)
            continue
        goal = Goal("return", list(ask.items), list(ask.orders), ask.whole, ask.every, list(ask.keep), text=ask.text)
        desk = Desk(account, rules, None, Task(), None, lambda _: None)  # type: ignore[arg-type]
        parts = either(goal, desk) or [goal]
        for part in parts:
            out.append(
                Ask(
                    part.kind,
                    ask.text,
                    part.items,
                    part.orders,
                    part.whole,
                    part.every,
                    part.keep,
                    ask.payment,
                    ask.reason,
                )
            )
    return out


def _take(task: Task, ask: Ask, current: Goal | None, account: Account, rules: OrderRules) -> None:
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
    elif goal.kind == "address" and ask.kind == "home" and not goal.orders and not goal.every:
        pass
    _fill(goal, ask)
    task.goal = task.goals.index(goal)


def _same(goal: Goal, kind: str, ask: Ask) -> bool:
    """Whether a request continues an open one: the same kind, and not about other orders altogether."""
    if goal.kind != kind and not (goal.kind in ("address", "home") and kind in ("address", "home")):
        return False
    if goal.state not in (OPEN, REFUSED):
        return False
    if goal.state == REFUSED:
        return bool(_lines(goal.items) & _lines(ask.items)) or not ask.items
    mine = {*goal.orders, *(k[0] for k in _lines(goal.items))}
    theirs = {*ask.orders, *(k[0] for k in _lines(ask.items))}
    return ask.only or not mine or not theirs or bool(mine & theirs)


def _inherit(goal: Goal, ask: Ask, task: Task, current: Goal | None, account: Account, rules: OrderRules) -> None:
    """ "Then cancel it", "return everything in that order": what it is about comes from what was just spoken of."""
    if goal.kind == "home" and not ask.address and _SAME_ADDRESS.search(ask.text):
        goal.address = next((dict(g.address) for g in reversed(task.goals) if g.kind == "address" and g.address), {})
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


_SAME_ADDRESS = re.compile(r"\b(?:it|that|this|the same|same one)\b")
_ANOTHER = re.compile(r"\b(?:another|other|different|second) (?:\w+ )?(?:order|one)\b")


def _drop_settled(goal: Goal, current: Goal, account: Account, rules: OrderRules) -> None:
    """What is done with can't be what the next request is about: an order that was just cancelled goes nowhere."""
    open_to = {
        "cancel": rules.cancel.statuses, "address": rules.modify_address.statuses,
        "payment": rules.modify_payment.statuses,
    }.get(goal.kind)  # fmt: skip
    if current.state != DONE or open_to is None:
        return
    able = {o.order_id for o in account.orders if o.status in open_to}
    goal.orders = [o for o in goal.orders if o in able]
    goal.items = [i for i in goal.items if {k[0] for k in i.lines} & able]


def _fill(goal: Goal, ask: Ask) -> None:
    if ask.whole and ask.orders:
        goal.orders = list(ask.orders)
    if ask.every and not ask.items and goal.kind in ("return", "cancel", "swap"):
        goal.items = []
    if ask.whole and goal.kind == "cancel":
        if goal.items and not ask.orders and not goal.orders:
            goal.orders = list(dict.fromkeys(k[0] for k in sorted(_lines(goal.items))))
        goal.items = []
    merge_items(goal.items, ask.items, ask.only)
    if ask.orders:
        goal.orders = list(dict.fromkeys([*goal.orders, *ask.orders])) if ask.also else list(ask.orders)
    goal.whole, goal.every = goal.whole or ask.whole, goal.every or ask.every
    goal.keep = list(dict.fromkeys([*goal.keep, *ask.keep]))
    goal.items = [i for i in (_without(i, ask.keep) for i in goal.items) if i.lines]
    goal.payment = list(ask.payment) or goal.payment
    goal.reason = ask.reason or goal.reason
    goal.address = dict(ask.address) or goal.address
    goal.pattern = ask.pattern or goal.pattern
    goal.unknown = ask.unknown or "" if not ask.orders else ""
    goal.maybe = ask.maybe
    goal.otherwise = ask.otherwise or goal.otherwise
    if ask.every and not ask.orders and goal.kind == "address":
        goal.orders = []


def _without(item: Item, keep: Sequence[LineKey]) -> Item:
    item.lines = [x for x in item.lines if x not in keep]
    return item


def _lines(items: Sequence[Item]) -> set[LineKey]:
    return {x for i in items for x in i.lines}


def _answer(current: Goal | None, rest: Ask, task: Task, asked: str) -> bool:
    """What belongs to no new request goes to the one that the last answer was about. True when it changed anything."""
    if current is None or current.state not in (OPEN, REFUSED):
        return False
    before = current.as_json()
    if current.state == REFUSED and (current.kind != "swap" or not any(i.wish for i in rest.items)):
        return False  # a wish for another item is a request of its own
    current.unknown = rest.unknown or "" if asked == "order" and not rest.orders else ""
    if asked == "order" and current.kind in ("cancel", "address", "payment") and not (rest.orders or current.items):
        _by_contents(rest)
    if rest.items and current.items and asked == "item" and not rest.also:
        _narrow(current, rest)
    elif rest.items or rest.keep or rest.orders or rest.payment or rest.reason or rest.address or rest.every:
        _fill_answer(current, rest, asked)
    changed = before != current.as_json()
    if changed:
        current.state = OPEN
    return changed


def _by_contents(rest: Ask) -> None:
    """ "It's got a camera and some earbuds in it": which order, told by what is in it."""
    sets = [{k[0] for k in i.lines} for i in rest.items]
    common = set.intersection(*sets) if sets else set()
    if len(common) == 1:
        rest.orders, rest.items = list(common), []


def _narrow(current: Goal, rest: Ask) -> None:
    """The answer to "which item": of what was unclear, what is named now."""
    for item in rest.items:
        mine = next((i for i in current.items if set(i.lines) & set(item.lines)), None)
        if mine is None:
            current.items.append(item)
            continue
        mine.lines = [x for x in mine.lines if x in item.lines]
        mine.all = mine.all or item.all
        if item.wish:
            mine.wish = item.wish.over(mine.wish)


def _fill_answer(current: Goal, rest: Ask, asked: str) -> None:
    if rest.items and current.kind in ("swap", "return", "cancel") and not _tells_order(current, rest, asked):
        merge_items(current.items, rest.items, rest.only)
    current.keep = list(dict.fromkeys([*current.keep, *rest.keep]))
    current.items = [i for i in (_without(i, rest.keep) for i in current.items) if i.lines]
    told_again = asked in ("reason", "payment") and set(rest.orders) <= set(current.orders) and not rest.only
    if rest.orders and asked in ("order", "item", "confirm", "reason", "payment", "") and not told_again:
        fits = [i for i in current.items if any(k[0] in rest.orders for k in i.lines)]
        for item in fits:
            item.lines = [k for k in item.lines if k[0] in rest.orders]
        current.orders = list(rest.orders)
    if rest.every and asked in ("order", "item"):
        current.every = True
        for item in current.items:
            item.all = True
    current.payment = list(rest.payment) or current.payment
    current.reason = rest.reason or current.reason
    current.address = dict(rest.address) or current.address


def _tells_order(current: Goal, rest: Ask, asked: str) -> bool:
    """ "The vacuum's in it": asked about an order that is to be cancelled, items of it only say which one it is."""
    whole = current.kind == "cancel" and not current.items and bool(current.orders)
    return whole and asked in ("reason", "order") and {k[0] for k in _lines(rest.items)} & set(current.orders) != set()


def _drop(task: Task, drop: Ask, current: Goal | None, more: bool) -> bool:
    """ "Don't cancel it", "not the boots": the request or the items of it are taken back."""
    goals = [g for g in task.open_goals if g.kind == drop.kind or drop.kind == "get_rid"]
    if not goals:
        return False
    lines = _lines(drop.items)
    for goal in goals:
        if lines and goal.items and not _lines(goal.items) <= lines:
            goal.items = [i for i in (_without(i, list(lines)) for i in goal.items) if i.lines]
            goal.keep += list(lines)
        elif not lines or _lines(goal.items) & lines or not goal.items:
            goal.state = DROPPED
    return True
