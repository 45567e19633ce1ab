"""What was paid for orders and items, what comes back, and what is left on a gift card.

Sums are of minor units, from the rows and from what was done in this conversation. Knows no rules and changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from assistant.act.orders import phrases
from assistant.act.orders.asked_of import MANY, NONE_THEN, each, items_of, orders_of
from assistant.act.orders.settle import Desk, goes_back
from assistant.act.words import join
from assistant.shop.accounts import Line, Order
from assistant.types import Json


def total(question: Json, desk: Desk) -> str | None:
    """What the orders or items named came to."""
    lines = items_of(question, desk)
    orders = orders_of(question, desk, one=True)
    if len(question.get("of_order", [])) == 1:  # "the order with the bag and the lamp": these only say which
        lines, orders = [], [o for o in orders if [o.order_id] == question["of_order"]] or orders
    if len(lines) > 1 and question.get("sum"):
        whole = sum(x.price * x.quantity for x in lines)
        figure = desk.sheet.money("customer", desk.account.customer_id, "paid_for_them", whole)
        return (
            f"For {join([f'the {phrases.item(x)} of order {x.order_id}' for x in lines])} you paid {figure} in total."
        )
    if lines and len(orders) != 1:
        return item_price(question, desk)

    def say(order: Order) -> str:
        figure = desk.sheet.money("order", order.order_id, "total", order.total)
        return (
            f"The total of order {desk.sheet.order(order)} "
            f"({join(list(dict.fromkeys(x.name for x in order.lines)))}) is {figure}."
        )

    if question.get("days") and len(orders) > 1:
        return f"{each(orders, say)} {_sum_of(orders, desk)}".strip()
    return each(orders, say) or NONE_THEN


def _sum_of(orders: Sequence[Order], desk: Desk) -> str:
    """What several orders come to together; those that were cancelled or sent back were not paid in the end."""
    paid = [o for o in orders if not o.status.startswith(("cancel", "return"))]
    if len(paid) < 2:
        return ""
    figure = desk.sheet.money("customer", desk.account.customer_id, "spent", sum(o.total for o in paid))
    left_out = " (without what was cancelled or returned)" if len(paid) < len(orders) else ""
    return f"Together they come to {figure}{left_out}."


def item_price(question: Json, desk: Desk) -> str | None:
    """What was paid for each of the items named."""

    def say(line: Line) -> str:
        figure = desk.sheet.money("order", line.order_id, "price", line.price)
        return f"You paid {figure} for the {line.name}; it is {phrases.facts(line)}."

    return " ".join(say(x) for x in items_of(question, desk)[:MANY]) or None


def dearest(question: Json, desk: Desk) -> str | None:
    """The most expensive item of an order."""
    orders = orders_of(question, desk, one=True)
    lines = [x for o in (orders if len(orders) == 1 else orders[-1:]) for x in o.lines]
    if not lines:
        return None
    top = max(lines, key=lambda x: x.price)
    figure = desk.sheet.money("order", top.order_id, "price", top.price)
    return f"The most expensive item of order {top.order_id} is the {phrases.item(top)}, at {figure}."


def sent_back(question: Json, desk: Desk) -> str | None:
    """What came back of an order that was cancelled some time ago."""
    over = [o for o in orders_of(question, desk, one=True) if o.status.startswith("cancel")]
    if len(over) != 1 or not (question.get("orders") or question.get("status")):
        return None
    figure = desk.sheet.money("order", over[0].order_id, "total", over[0].total)
    if len(over[0].ways) > 1:
        shares = goes_back(over[0], desk, "refund")
        return f"Order {desk.sheet.order(over[0])} is cancelled: of its total of {figure}, {shares}."
    back = phrases.method(over[0].method) if over[0].method else "where it was paid from"
    return f"Order {desk.sheet.order(over[0])} is cancelled: its total of {figure} goes back to {back}."


def rest(question: Json, desk: Desk) -> str | None:
    """What the items of an order that stay came to."""
    order = desk.account.order(str(desk.task.order))
    if order is None:
        return None
    gone = [s for w in desk.task.done if w.get("order_id") == order.order_id for s in w.get("item_ids", [])]
    gone += [s for w in desk.task.proposal if w.get("order_id") == order.order_id for s in w.get("item_ids", [])]
    left = []
    for line in order.lines:
        for _ in range(line.quantity):
            if line.sku in gone:
                gone.remove(line.sku)
            else:
                left.append(line)
    if not left:
        return f"No other items are left in order {desk.sheet.order(order)}."
    figure = desk.sheet.money("order", order.order_id, "rest", sum(x.price for x in left))
    return (
        f"For the remaining items of order {desk.sheet.order(order)}, {join([x.name for x in left])}, you paid "
        f"{figure} in total."
    )


def balance(question: Json, desk: Desk) -> str | None:
    """What is left on the gift cards of the account."""
    every = [m for m in desk.account.methods if m.source == "gift_card"]
    cards = [m for m in every if m.balance is not None]
    if not cards:
        unknown = "I can't see what is left on your gift card."
        return unknown if every else "There is no gift card in your account."
    parts = [desk.sheet.money("customer", desk.account.customer_id, m.method_id, m.balance or 0) for m in cards]
    return f"The balance of your gift card is now {join(parts)}."


def paid_with(question: Json, desk: Desk) -> str | None:
    """How the orders named were paid."""

    def say(order: Order) -> str:
        return (
            f"Order {desk.sheet.order(order)} was paid with "
            f"{desk.sheet.text(order, 'paid_with', phrases.method(order.method))}."
        )

    return each(orders_of(question, desk, one=True), say)
