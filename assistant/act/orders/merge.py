"""Takes what a message said into the requests under way: new ones, answers, corrections, things taken back.

Says what comes first; expand.py, take.py and answers.py know how each goes in. Writes no text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from assistant.act.orders.answers import (
    choose,
    done_after_all,
    lines_of,
    said_again,
    take_answer,
    takes_offer,
    whole_after_all,
    without,
)
from assistant.act.orders.expand import expand
from assistant.act.orders.take import supersede, take
from assistant.act.orders.task import DONE, DROPPED, OPEN, REFUSED, WAITING, Goal, Task
from assistant.order_talk import Ask, Said
from assistant.shop.accounts import Account
from assistant.shop.order_rules import OrderRules

WHETHER = "whether"
"""In `Task.asked`: it was said that something would be possible."""
_ASKS_ONLY = re.compile(r"\b(?:do you (?:have|sell)|is there|are there|how much|what(?:'s| is| are)|which)\b")


@dataclass
class Merged:
    """`touched`: something under way was changed, or something new came. `taken`: the requests that it makes."""

    touched: bool = False
    taken: list[Goal] = field(default_factory=list)


def merge(task: Task, said: Said, account: Account, rules: OrderRules, asked: str) -> Merged:
    """Update `task` with a message. `asked` is what the last answer had asked."""
    out = Merged()
    current = task.current
    for drop in said.drops:
        out.touched |= _drop(task, drop)
    gives_up = said.forget and asked != "left"  # asked what a part means, that part is what is to be forgotten
    if gives_up and not said.asks and current is not None and current.state == OPEN:
        current.state = DROPPED
        out.touched = asked != "confirm"
    out.touched |= whole_after_all(task, said)
    out.touched |= asked == "option" and takes_offer(current, said)
    if asked == "either":
        out.touched |= choose(task, said)
    out.touched |= asked == WHETHER and done_after_all(current, said)
    out.touched |= asked == "confirm" and said_again(current, said)
    taken: list[int] = []
    asks = expand(said.asks, account, rules)
    for ask in asks:
        supersede(ask, current, said, asked, account)
        take(task, ask, current, account, rules)
        if ask.fallback and taken and (task.goal or 0) not in taken:
            task.goals[task.goal or 0].state, task.goals[task.goal or 0].after = WAITING, taken[-1]
        taken.append(task.goal or 0)
        out.touched = True
    if taken:
        task.goal = taken[0]
    alone = any(a.only and a.items for a in asks)
    if not said.asks or (said.rest.items and not alone):
        out.touched |= take_answer(current, said.rest, asked)
    if not out.touched and not said.asks and not task.open_goals:
        out.touched |= _more_of_the_same(task, said, account, rules)
    out.taken = [task.goals[n] for n in taken if n < len(task.goals)]
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
    elif task.current is not None and task.current.kind == "payment" and task.current.state == REFUSED:
        goal = _another_way(task.current, said)
    elif "?" not in said.text and task.current is not None and _goes_on(task.current, said.text):
        goal = _once_more(task.current.kind, said, account, rules)
    if goal is None:
        return False
    task.goals.append(goal)
    task.goal = len(task.goals) - 1
    return True


def _another_way(current: Goal, said: Said) -> Goal | None:
    """ "Then let's take the Visa": another way to pay, where the one that was asked for couldn't be had."""
    if not said.rest.payment or said.questions:
        return None
    return Goal("payment", orders=list(current.orders), payment=list(said.rest.payment), text=said.text[-600:])


def _goes_on(current: Goal, text: str) -> bool:
    """Whether the last request is made of something else: "second box: the chair", or, where it was refused, "ok then
    the bottle"."""
    if current.state == REFUSED:
        return bool(_THEN.match(text))
    return current.state == DONE and bool(_NEXT.search(text))


_THEN = re.compile(
    r"\W*(?:(?:ok(?:ay)?|well|alright|right|fine|no|so)\W+)*(?:then|what about|how about|instead)\b(?! (?:is|are)\b)"
)


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


def _drop(task: Task, drop: Ask) -> bool:
    """ "Don't cancel it", "not the boots": the request or the items of it are taken back."""
    goals = [g for g in task.open_goals if g.kind == drop.kind or drop.kind == "get_rid"]
    if not goals:
        return False
    lines = lines_of(drop.items)
    for goal in goals:
        if lines and goal.items and not lines_of(goal.items) <= lines:
            goal.items = [i for i in (without(i, list(lines)) for i in goal.items) if i.lines]
            goal.keep += list(lines)
        elif not lines or lines_of(goal.items) & lines or not goal.items:
            goal.state = DROPPED
    return True
