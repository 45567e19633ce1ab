"""Which orders and items of the account a question is about. Says nothing of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assistant.act.orders.settle import Desk, lines_of
from assistant.shop.accounts import Line, Order
from assistant.types import Json
from assistant.understand.orders.periods import span

MANY = 6
"""Orders or items that are told of in one answer."""
NONE_THEN = "I find no order of yours from that time."


def orders_of(question: Json, desk: Desk, *, one: bool = False) -> list[Order]:
    """The orders that a question is about; with `one`, the one under discussion when it names none."""
    orders = _in_days(list(desk.account.orders), question, desk)
    if question.get("orders"):
        orders = [o for o in orders if o.order_id in question["orders"]]
    elif question.get("lines"):
        ids = {k[0] for k in question["lines"]}
        orders = [o for o in orders if o.order_id in ids]
        if question.get("status"):
            orders = [o for o in orders if any(o.status.startswith(s) for s in question["status"])] or orders
    elif question.get("status"):
        orders = [o for o in orders if any(o.status.startswith(s) for s in question["status"])]
    elif question.get("latest"):
        return orders[-1:]
    elif one and desk.task.order:
        orders = [o for o in orders if o.order_id == desk.task.order] or orders
    return orders[-1:] if question.get("latest") and orders else orders


def _in_days(orders: list[Order], question: Json, desk: Desk) -> list[Order]:
    """Those placed in the days that are asked about; all where none are, or their days aren't noted."""
    days = span(str(question.get("days", "")), desk.now.date())
    if days is None or not any(o.ordered_at for o in orders):
        return orders
    return [o for o in orders if o.ordered_at and days[0] <= o.ordered_at.date() <= days[1]]


def items_of(question: Json, desk: Desk) -> list[Line]:
    """The items that a question names."""
    return lines_of([(str(a), int(b)) for a, b in question.get("lines", [])], desk.account)


def each(orders: Sequence[Order], say: Callable[[Order], str]) -> str | None:
    """What is to be said of each of the orders, of the first few; None without any."""
    return " ".join(say(o) for o in orders[:MANY]) or None
