"""Answers what customers want to know of their orders, from the rows: one sentence or two for every question.

Every figure is on the sheet with its receipt; sums are of minor units. Knows no rules and changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from assistant.act.orders import phrases
from assistant.act.orders.phrases import Sheet
from assistant.act.orders.settle import Desk, lines_of
from assistant.act.words import join, options
from assistant.shop.accounts import Line, Order
from assistant.types import Json, Product
from assistant.understand.orders.periods import span

_MANY = 6


def answer(question: Json, desk: Desk) -> str | None:
    """The answer to a question that understand.orders.questions found; None when there is nothing to say."""
    if question.get("unknown") and not question.get("orders"):
        return no_such_order(str(question["unknown"]), desk)
    found = _ANSWERS.get(str(question.get("ask")))
    return found(question, desk) if found else None


def no_such_order(number: str, desk: Desk) -> str:
    """The same words for a number that nobody has and for one that somebody else has."""
    number = re.sub(r"^order (?:number |no\.? ?|id )?(?:is )?", "", number).upper()
    asked = desk.sheet.put("customer", desk.account.customer_id, "order_asked", number, number)
    return f"I couldn't find order {asked} in your account."


def _orders(question: Json, desk: Desk, *, one: bool = False) -> list[Order]:
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


def _lines(question: Json, desk: Desk) -> list[Line]:
    return lines_of([(str(a), int(b)) for a, b in question.get("lines", [])], desk.account)


def _each(orders: Sequence[Order], say: Callable[[Order], str]) -> str | None:
    return " ".join(say(o) for o in orders[:_MANY]) or None


def tracking(question: Json, desk: Desk) -> str | None:
    def say(order: Order) -> str:
        number, name = desk.sheet.order(order), join(list(dict.fromkeys(x.name for x in order.lines)))
        if not order.tracking:
            state = desk.sheet.text(order, "status", phrases.status(order))
            return f"Order {number} ({name}) is {state}; it has no tracking number yet."
        code = join([desk.sheet.text(order, f"tracking_{chr(97 + n)}", c) for n, c in enumerate(order.tracking)])
        return f"The tracking number of order {number} ({name}) is {code}{_with(order, desk)}."

    orders = _orders(question, desk, one=True)
    with_code = [o for o in orders if o.tracking]
    return _each(orders if len(orders) == 1 else with_code or orders, say)


def _under_way(order: Order) -> bool:
    """Whether an order is still to arrive."""
    over = ("cancel", "return", "deliver", "exchange", "refund")
    return order.delivered_at is None and not order.status.startswith(over)


def _state(order: Order, desk: Desk) -> str:
    """What is known of an order's way: its state, when it came or is to come, and whether it is late by now."""
    number, state = desk.sheet.order(order), desk.sheet.text(order, "status", phrases.status(order))
    name = join(list(dict.fromkeys(x.name for x in order.lines)))
    parts = [f"Order {number} ({name}) is {state}"]
    if order.delivered_at:
        parts.append(f"it was delivered on {desk.sheet.text(order, 'delivered_at', phrases.day(order.delivered_at))}")
    elif order.eta and _under_way(order):
        day = desk.sheet.text(order, "eta", phrases.day(order.eta))
        late = order.eta.date() < desk.now.date()
        parts.append(f"it was expected on {day}, so it is late, I'm sorry" if late else f"it is expected on {day}")
    elif order.open:
        parts.append("there is no delivery date noted for it")
    if order.tracking:
        code = desk.sheet.text(order, "tracking_a", order.tracking[0])
        parts.append(f"its tracking number is {code}{_with(order, desk)}")
    return "; ".join(parts) + "."


def _with(order: Order, desk: Desk) -> str:
    return f" with {desk.sheet.text(order, 'carrier', order.carrier)}" if order.carrier else ""


def carrier(question: Json, desk: Desk) -> str | None:
    """Who brings the orders named; of none in particular, those that are still to arrive."""

    def say(order: Order) -> str:
        number = desk.sheet.order(order)
        if not order.carrier:
            return f"Who delivers order {number} isn't noted with it."
        when = f"; it is expected on {desk.sheet.text(order, 'eta', phrases.day(order.eta))}" if order.eta else ""
        name = desk.sheet.text(order, "carrier", order.carrier)
        return (
            f"Order {number} {'comes' if _under_way(order) else 'came'} with {name}{when if _under_way(order) else ''}."
        )

    orders = _orders(question, desk, one=True)
    if not (desk.task.order or any(question.get(k) for k in ("orders", "lines", "status", "latest"))):
        orders = [o for o in orders if _under_way(o)] or orders[-1:]
    return _each(orders, say)


def why(question: Json, desk: Desk) -> str | None:
    """What became of the orders named, and why, as far as it is noted."""

    def say(order: Order) -> str:
        noted = str(order.extra.get("cancel_reason") or "")
        if not (noted and order.status.startswith("cancel")):
            return f"{_state(order, desk)} Why isn't noted with it; I can call a colleague who can find out."
        return f"{_state(order, desk)} The reason noted is: {desk.sheet.text(order, 'cancel_reason', noted)}."

    return _each(_orders(question, desk, one=True), say)


def when(question: Json, desk: Desk) -> str | None:
    """Of the orders named; of none in particular, those that are still to arrive, if there are any."""
    orders = _orders(question, desk, one=True)
    if not any(question.get(k) for k in ("orders", "lines", "status", "latest")):
        orders = [o for o in orders if _under_way(o)] or orders
    return _each(orders, lambda o: _state(o, desk))


def waiting(question: Json, desk: Desk) -> str | None:
    """Something hasn't come: the orders that are still to arrive, of those named."""
    orders = _orders({**question, "status": []}, desk, one=True)
    return _each([o for o in orders if _under_way(o)] or orders, lambda o: _state(o, desk))


def ordered(question: Json, desk: Desk) -> str | None:
    """When the orders named were placed; of none in particular, the last one."""

    def say(order: Order) -> str:
        number = desk.sheet.order(order)
        if order.ordered_at is None:
            return f"When order {number} was placed isn't noted."
        return f"Order {number} was placed on {desk.sheet.text(order, 'ordered_at', phrases.day(order.ordered_at))}."

    orders = _orders(question, desk, one=True)
    named = desk.task.order or any(question.get(k) for k in ("orders", "lines", "status"))
    return _each(orders if named else orders[-1:], say)


def email(question: Json, desk: Desk) -> str | None:
    own = desk.sheet.put("customer", desk.account.customer_id, "email", desk.account.email, desk.account.email)
    return f"The e-mail address in your account is {own}." if desk.account.email else None


def total(question: Json, desk: Desk) -> str | None:
    lines = _lines(question, desk)
    orders = _orders(question, desk, one=True)
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
        return f"{_each(orders, say)} {_sum_of(orders, desk)}".strip()
    return _each(orders, say) or _NONE_THEN


def _sum_of(orders: Sequence[Order], desk: Desk) -> str:
    """What several orders come to together; those that were cancelled or sent back were not paid in the end."""
    paid = [o for o in orders if not o.status.startswith(("cancel", "return"))]
    if len(paid) < 2:
        return ""
    figure = desk.sheet.money("customer", desk.account.customer_id, "spent", sum(o.total for o in paid))
    left_out = " (without what was cancelled or returned)" if len(paid) < len(orders) else ""
    return f"Together they come to {figure}{left_out}."


_NONE_THEN = "I find no order of yours from that time."


def item_price(question: Json, desk: Desk) -> str | None:
    def say(line: Line) -> str:
        figure = desk.sheet.money("order", line.order_id, "price", line.price)
        return f"You paid {figure} for the {line.name}; it is {_facts(line)}."

    return " ".join(say(x) for x in _lines(question, desk)[:_MANY]) or None


def _facts(line: Line) -> str:
    return ", ".join(f"{n.replace('_', ' ')} {v}" for n, v in line.options.items() if v) or "without options"


def dearest(question: Json, desk: Desk) -> str | None:
    orders = _orders(question, desk, one=True)
    lines = [x for o in (orders if len(orders) == 1 else orders[-1:]) for x in o.lines]
    if not lines:
        return None
    top = max(lines, key=lambda x: x.price)
    figure = desk.sheet.money("order", top.order_id, "price", top.price)
    return f"The most expensive item of order {top.order_id} is the {phrases.item(top)}, at {figure}."


def refund(question: Json, desk: Desk) -> str | None:
    """What comes back: of everything done so far, and of what is proposed."""
    done = [w for w in desk.task.done if w.get("money", 0) < 0]
    if not done:
        return _sent_back(question, desk)
    whole = -sum(w["money"] for w in done)
    figure = desk.sheet.money("customer", desk.account.customer_id, "refund_in_total", whole)
    return f"In total you get back {figure} for what we have done so far."


def _sent_back(question: Json, desk: Desk) -> str | None:
    """What came back of an order that was cancelled some time ago."""
    over = [o for o in _orders(question, desk, one=True) if o.status.startswith("cancel")]
    if len(over) != 1 or not question.get("orders"):
        return None
    figure = desk.sheet.money("order", over[0].order_id, "total", over[0].total)
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
    cards = [m for m in desk.account.methods if m.source == "gift_card" and m.balance is not None]
    if not cards:
        return "There is no gift card in your account."
    parts = [desk.sheet.money("customer", desk.account.customer_id, m.method_id, m.balance or 0) for m in cards]
    return f"The balance of your gift card is now {join(parts)}."


def address(question: Json, desk: Desk) -> str | None:
    """Where the orders named go; of none in particular, the address of the account and of what is under way."""
    if any(question.get(k) for k in ("orders", "lines")):
        return _each(_orders(question, desk), lambda o: _goes_to(o, desk))
    home = desk.sheet.put(
        "customer",
        desk.account.customer_id,
        "address",
        phrases.address(desk.account.address),
        dict(desk.account.address),
    )
    out = [f"The address in your account is {home}."]
    for order in [o for o in desk.account.orders if _under_way(o)]:
        same = dict(order.address) == dict(desk.account.address)
        goes = "the same address" if same else desk.sheet.text(order, "address", phrases.address(order.address))
        out.append(f"Order {desk.sheet.order(order)} goes to {goes}.")
    return " ".join(out)


def _goes_to(order: Order, desk: Desk) -> str:
    way = "went" if order.delivered_at or order.status == "delivered" else "goes"
    number = desk.sheet.order(order)
    return f"Order {number} {way} to {desk.sheet.text(order, 'address', phrases.address(order.address))}."


def paid_with(question: Json, desk: Desk) -> str | None:
    def say(order: Order) -> str:
        return (
            f"Order {desk.sheet.order(order)} was paid with "
            f"{desk.sheet.text(order, 'paid_with', phrases.method(order.method))}."
        )

    return _each(_orders(question, desk, one=True), say)


def contents(question: Json, desk: Desk) -> str | None:
    lines = _lines(question, desk)
    if lines:
        return " ".join(
            f"In order {x.order_id} you have the {x.name}: {_facts(x)}, for "
            f"{desk.sheet.money('order', x.order_id, f'price_{chr(96 + x.number)}', x.price)}."
            for x in lines[:_MANY]
        )

    def say(order: Order) -> str:
        state = desk.sheet.text(order, "status", phrases.status(order))
        parts = [f"{phrases.item(x)}{f' × {x.quantity}' if x.quantity > 1 else ''}" for x in order.lines]
        return f"Order {desk.sheet.order(order)} ({state}): {join(parts)}."

    return _each(_orders(question, desk), say) or (_NONE_THEN if desk.account.orders else "You have no orders with us.")


def made_of(question: Json, desk: Desk) -> str | None:
    lines = _lines(question, desk)
    return " ".join(f"The {x.name} ({options(x.options)}): {_facts(x)}." for x in lines[:_MANY]) or None


def count(question: Json, desk: Desk) -> str | None:
    """How many versions of a product can be had."""
    product = desk.product(str(question.get("product")))
    if product is None:
        return None
    return versions(product, desk.sheet)


def versions(product: Product, sheet: Sheet) -> str:
    """The number of versions that can be had now, of how many there are."""
    active = [v for v in product.variants if v.active]
    there = [v for v in active if v.available]
    number = sheet.put("product", product.product_id, "versions_available", str(len(there)), len(there))
    if len(there) == len(active):
        return f"There are {number} versions of the {product.name}, all of them available right now."
    every = sheet.put("product", product.product_id, "versions", str(len(active)), len(active))
    return f"There are {number} versions of the {product.name} available right now, of {every} that we have in all."


def guarantee(question: Json, desk: Desk) -> str | None:
    return "I can't guarantee a date: nothing about it is noted with your orders."


_ANSWERS: dict[str, Callable[[Json, Desk], str | None]] = {
    "tracking": tracking,
    "when": when,
    "waiting": waiting,
    "carrier": carrier,
    "why": why,
    "ordered": ordered,
    "email": email,
    "total": total,
    "item_price": item_price,
    "dearest": dearest,
    "refund": refund,
    "rest": rest,
    "balance": balance,
    "address": address,
    "paid_with": paid_with,
    "contents": contents,
    "made_of": made_of,
    "guarantee": guarantee,
    "count": count,
}
