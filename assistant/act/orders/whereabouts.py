"""Where orders are: their state, when they came or come, with whom, where to and why not.

Says only what is noted with them, from their rows. Promises nothing and changes nothing.
"""

from __future__ import annotations

from assistant.act.orders import phrases
from assistant.act.orders.asked_of import each, orders_of
from assistant.act.orders.settle import Desk
from assistant.act.words import join
from assistant.shop.accounts import Order
from assistant.types import Json


def tracking(question: Json, desk: Desk) -> str | None:
    """The tracking numbers of the orders named, where they have one."""

    def say(order: Order) -> str:
        number, name = desk.sheet.order(order), join(list(dict.fromkeys(x.name for x in order.lines)))
        if not order.tracking:
            state = desk.sheet.text(order, "status", phrases.status(order))
            return f"Order {number} ({name}) is {state}; it has no tracking number yet."
        code = join([desk.sheet.text(order, f"tracking_{chr(97 + n)}", c) for n, c in enumerate(order.tracking)])
        return f"The tracking number of order {number} ({name}) is {code}{_with(order, desk)}."

    orders = orders_of(question, desk, one=True)
    with_code = [o for o in orders if o.tracking]
    return each(orders if len(orders) == 1 else with_code or orders, say)


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

    orders = orders_of(question, desk, one=True)
    if not (desk.task.order or any(question.get(k) for k in ("orders", "lines", "status", "latest"))):
        orders = [o for o in orders if _under_way(o)] or orders[-1:]
    return each(orders, say)


def why(question: Json, desk: Desk) -> str | None:
    """What became of the orders named, and why, as far as it is noted."""

    def say(order: Order) -> str:
        noted = str(order.extra.get("cancel_reason") or "")
        if not (noted and order.status.startswith("cancel")):
            return f"{_state(order, desk)} Why isn't noted with it; I can call a colleague who can find out."
        return f"{_state(order, desk)} The reason noted is: {desk.sheet.text(order, 'cancel_reason', noted)}."

    return each(orders_of(question, desk, one=True), say)


def when(question: Json, desk: Desk) -> str | None:
    """Of the orders named; of none in particular, those that are still to arrive, if there are any."""
    orders = orders_of(question, desk, one=True)
    if not any(question.get(k) for k in ("orders", "lines", "status", "latest")):
        orders = [o for o in orders if _under_way(o)] or orders
    return each(orders, lambda o: _state(o, desk))


def waiting(question: Json, desk: Desk) -> str | None:
    """Something hasn't come: the orders that are still to arrive, of those named."""
    orders = orders_of({**question, "status": []}, desk, one=True)
    return each([o for o in orders if _under_way(o)] or orders, lambda o: _state(o, desk))


def ordered(question: Json, desk: Desk) -> str | None:
    """When the orders named were placed; of none in particular, the last one."""

    def say(order: Order) -> str:
        number = desk.sheet.order(order)
        if order.ordered_at is None:
            return f"When order {number} was placed isn't noted."
        return f"Order {number} was placed on {desk.sheet.text(order, 'ordered_at', phrases.day(order.ordered_at))}."

    orders = orders_of(question, desk, one=True)
    named = desk.task.order or any(question.get(k) for k in ("orders", "lines", "status"))
    return each(orders if named else orders[-1:], say)


def address(question: Json, desk: Desk) -> str | None:
    """Where the orders named go; of none in particular, the address of the account and of what is under way."""
    if any(question.get(k) for k in ("orders", "lines")):
        return each(orders_of(question, desk), lambda o: _goes_to(o, desk))
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


def guarantee(question: Json, desk: Desk) -> str | None:
    """No date is promised."""
    return "I can't guarantee a date: nothing about it is noted with your orders."
