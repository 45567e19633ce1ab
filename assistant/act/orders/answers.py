"""Answers that point back at what was said last: the only version there is, the whole order after all, which of two.

Change the requests under way and say whether anything came of them. Know no rules and write no text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.act.orders.task import DROPPED, OPEN, REFUSED, Goal, Task
from assistant.order_talk import Ask, Item, LineKey, Said, Wish


def lines_of(items: Sequence[Item]) -> set[LineKey]:
    """The lines that items may mean."""
    return {x for i in items for x in i.lines}


def takes_offer(current: Goal | None, said: Said) -> bool:
    """Told of the one version that there is, the customer says yes."""
    offered = [i for i in current.items if i.offer] if current is not None and current.kind == "swap" else []
    if not offered or not said.yes or any(i.wish for i in said.rest.items):
        return False
    for item in offered:
        item.wish, item.offer = Wish(sku=item.offer), ""
    return True


def whole_after_all(task: Task, said: Said) -> bool:
    """Told that only the whole order can be cancelled, the customer says that it is the whole order."""
    parts = [g for g in task.goals if g.kind == "cancel" and g.state == REFUSED and g.orders and (g.items or g.keep)]
    current = parts[-1] if parts else None
    if current is None:
        return False
    asks_else = "?" in said.text and not _THEN.search(said.text)
    if said.asks or said.no or said.forget or said.rest.keep or not said.rest.whole or asks_else:
        return False
    current.items, current.keep, current.whole, current.state = [], [], True, OPEN
    return True


_THEN = re.compile(r"\b(?:what|how) about\b|\bthen\b|\binstead\b")


def done_after_all(current: Goal | None, said: Said) -> bool:
    """Told that it would be possible, the customer wants it done."""
    if current is None or not current.maybe or said.asks or said.no or not (said.yes or _DO_IT.search(said.text)):
        return False
    current.state, current.maybe = OPEN, False
    return True


_DO_IT = re.compile(r"\b(?:do (?:it|that|so)|go ahead|please do)\b")


def choose(task: Task, said: Said) -> bool:
    """The answer to "either a return or an exchange": what wasn't chosen is off. Whether it says which."""
    open_goals = [g for g in task.open_goals if g.kind in ("return", "swap")]
    kinds = {a.kind for a in said.asks} & {"return", "swap"}
    if not kinds:
        lines = lines_of(said.rest.items)
        kinds = {g.kind for g in open_goals if lines & lines_of(g.items)}
    if not kinds:
        kinds = {k for k, words in _WAYS.items() if re.search(words, said.text)}
    for goal in open_goals if len(kinds) == 1 else ():
        if goal.kind not in kinds:
            goal.state = DROPPED
    return len(kinds) == 1


_WAYS = {"return": r"\b(?:return\w*|refund\w*|money)\b", "swap": r"\b(?:exchang\w*|swap\w*|chang\w*)\b"}


def takes_back(current: Goal, ask: Ask, said: Said) -> bool:
    """ "Hmm wait, let's return the dearer one": of the same thing another one, in place of what was proposed."""
    if current.kind != ask.kind or not _WAIT.match(said.text) or lines_of(ask.items) & lines_of(current.items):
        return False
    names = {i.text for i in current.items if i.text}
    return bool(ask.items) and any(re.search(r"\bones?\b", i.text) for i in ask.items) and bool(names)


_WAIT = re.compile(
    r"\W*(?:(?:oh|hm+|um+|uh+|er+|ok|well|sorry)\W+)*(?:wait|hold on|hang on|actually|no|stop|scratch that|on second)\b"
)
