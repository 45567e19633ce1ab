"""Answers to what was asked or said last: which item, the only version there is, the whole order after all.

Change the requests under way and say whether anything came of them. Know no rules and write no text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.act.orders.task import DROPPED, OPEN, REFUSED, Goal, Task
from assistant.order_talk import Ask, Item, LineKey, Said, Wish, merge_items
from assistant.shop.accounts import Account
from assistant.types import Json


def lines_of(items: Sequence[Item]) -> set[LineKey]:
    """The lines that items may mean."""
    return {x for i in items for x in i.lines}


def without(item: Item, keep: Sequence[LineKey]) -> Item:
    """The item, changed to mean none of the lines of `keep`."""
    item.lines = [x for x in item.lines if x not in keep]
    return item


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
    refuses = said.no and not _WHOLE.search(said.text)
    if said.asks or refuses or said.forget or said.rest.keep or not said.rest.whole or asks_else:
        return False
    current.items, current.keep, current.whole, current.state = [], [], True, OPEN
    return True


_WHOLE = re.compile(r"^\W*no\b\W+(?:\w+ ){0,3}?(?:whole|entire|complete|all of)\b")
"""A no to the part, not to the whole: "no, the whole order then"."""
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


def in_place_of(current: Goal, ask: Ask, said: Said, account: Account) -> bool:
    """ "Hmm wait, let's return the dearer one", "I'll send the electric one back instead": of the same thing another
    one, in place of what was proposed. What else was proposed stays, if it is of another kind, and how it is paid."""
    if current.kind != ask.kind or not ask.items or lines_of(ask.items) & lines_of(current.items):
        return False
    waits = _WAIT.match(said.text) and any(re.search(r"\bones?\b", i.text) for i in ask.items)
    if not waits and (current.kind == "swap" or not INSTEAD.search(ask.text)):
        return False
    new = {x.product_id for k in lines_of(ask.items) if (x := account.line(*k))}
    left = [i for i in current.items if not {x.product_id for k in i.lines if (x := account.line(*k))} & new]
    current.items = left if left != current.items else []
    if not current.items:
        current.orders, current.whole, current.every, current.reason = [], False, False, None
    return True


INSTEAD = re.compile(r"\b(?:instead|rather)\b(?! (?:of|than)\b)")


def said_again(current: Goal | None, said: Said) -> bool:
    """ "The grill and the helmet, I mean": of what was proposed to be sent back, only what is named again. Whether that
    left anything out."""
    rest = said.rest
    if current is None or current.state != OPEN or current.kind != "return" or said.asks:
        return False
    named, proposed = lines_of(rest.items), lines_of(current.items)
    if "?" in said.text or rest.also or len(rest.items) < 2 or not named & proposed or proposed <= named:
        return False
    current.items = [i for i in current.items if set(i.lines) & named]
    return True


def only_some(current: Goal | None, said: Said, proposal: Sequence[Json], account: Account) -> bool:
    """Whether a yes is to some of what was proposed only: to (1) and not (2), or with some of its items named. What is
    told by number is all that stays of the request, to be proposed once more; a name alone leaves it as it is.
    """
    if current is None or current.state != OPEN:
        return False
    if not said.chosen or len(said.chosen) == len(proposal):
        named = lines_of(said.rest.items)
        named_ones = [i for i in current.items if set(i.lines) & named]
        return 0 < len(named_ones) < len(current.items)
    stays = {str(proposal[n - 1].get("order_id") or "") for n in said.chosen}
    off = {str(p.get("order_id") or "") for p in proposal} - stays
    current.keep += [(o.order_id, x.number) for o in account.orders if o.order_id in off for x in o.lines]
    current.items = [i for i in (without(i, current.keep) for i in current.items) if i.lines]
    current.orders = [o.order_id for o in account.orders if o.order_id in stays]
    if "" in off:
        current.home = False
    elif not current.orders:
        current.kind, current.home = "home", True
    return True


_WAIT = re.compile(
    r"\W*(?:(?:oh|hm+|um+|uh+|er+|ok|well|sorry)\W+)*(?:wait|hold (?:on|it)|hang on|actually|no|stop|"
    r"scratch that|on second)\b"
)


def take_answer(current: Goal | None, rest: Ask, asked: str) -> bool:
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
    """Adds to a request what the answer tells of it."""
    if rest.items and current.kind in ("swap", "return", "cancel") and not _tells_order(current, rest, asked):
        merge_items(current.items, rest.items, rest.only)
    current.keep = list(dict.fromkeys([*current.keep, *rest.keep]))
    current.items = [i for i in (without(i, rest.keep) for i in current.items) if i.lines]
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
    paid = {k[0] for k in lines_of(rest.items)} or set(rest.orders)
    if rest.payment and paid and not current.payment and {k[0] for k in lines_of(current.items)} > paid:
        current.pays |= {o: list(rest.payment) for o in paid}  # "PayPal for the camera" says nothing of the boots
    else:
        current.payment = list(rest.payment) or current.payment
    current.reason = rest.reason or current.reason
    current.address = dict(rest.address) or current.address


def _tells_order(current: Goal, rest: Ask, asked: str) -> bool:
    """ "The vacuum's in it": asked about an order that is to be cancelled, items of it only say which one it is."""
    whole = current.kind == "cancel" and not current.items and bool(current.orders)
    return (
        whole and asked in ("reason", "order") and {k[0] for k in lines_of(rest.items)} & set(current.orders) != set()
    )
