"""Where orders go, where the customer lives, and how an order is paid."""

from __future__ import annotations

from assistant.act.orders import money, phrases
from assistant.act.orders.settle import Desk, Outcome, cannot, refund_when
from assistant.act.orders.task import Goal
from assistant.order_talk import SPLIT
from assistant.shop.accounts import ADDRESS, Order
from assistant.shop.order_writes import Write
from assistant.types import Json


def change_address(goal: Goal, desk: Desk) -> Outcome:
    """Orders, the default address, or both, to one address."""
    out = Outcome()
    if goal.kind == "address" and _of_none(goal, desk):
        goal.kind, goal.home = "home", True
    to_orders = goal.kind == "address"
    orders = _orders(goal, desk, out) if to_orders else []
    if out.question or (out.refusals and not goal.home):
        return out
    address = _address(goal, desk)
    if not address:
        current = phrases.address(orders[0].address if orders else desk.account.address)
        return out.ask(
            "address",
            f"What is the new address? At the moment it is "
            f"{desk.sheet.put('customer', desk.account.customer_id, 'address', current, current)}.",
        )
    arguments = {"zip" if n == "postcode" else n: address.get(n, "") for n in ADDRESS}
    shown = phrases.address(address)
    for order in orders:
        if {k: v for k, v in order.address.items() if v} == address:
            out.notes.append(f"Order {desk.sheet.order(order)} already goes to that address.")
            continue
        out.writes.append(Write("modify_pending_order_address", {"order_id": order.order_id, **arguments}))
        out.lines.append(f"send order {desk.sheet.order(order)} ({', '.join(x.name for x in order.lines)}) to {shown}")
    if goal.home:
        if address == {k: v for k, v in desk.account.address.items() if v}:
            out.notes.append("It is your default address already.")
        elif not desk.rules.default_address.allowed:
            out.refusals.append("The default address can't be changed here.")
        else:
            out.writes.append(Write("modify_user_address", {"user_id": desk.account.customer_id, **arguments}))
            out.lines.append(f"change your default address to {shown}")
    out.final = not out.writes
    if not out.writes and not out.refusals:
        out.refusals.append(" ".join(out.notes) or "There is nothing to change.")
    out.staff = desk.rules.modify_address.confirm == "staff"
    return out


def _of_none(goal: Goal, desk: Desk) -> bool:
    """ "I want to change my address" of somebody who named no order and has none that it could be changed for."""
    statuses = desk.rules.modify_address.statuses
    named = goal.orders or goal.items or goal.every or goal.pattern or "order" in goal.text
    return (
        not named and desk.rules.default_address.allowed and all(o.status not in statuses for o in desk.account.orders)
    )


def _orders(goal: Goal, desk: Desk, out: Outcome) -> list[Order]:
    account, rule = desk.account, desk.rules.modify_address
    left = {order_id for order_id, _ in goal.keep}
    fitting = [o for o in account.orders if o.status in rule.statuses and o.order_id not in left]
    named = [o for o in account.orders if o.order_id in goal.orders and o.order_id not in left]
    if named:
        fits = [o for o in named if o in fitting]
        if not fits:
            out.refuse(cannot(named[0], desk, "sent to another address"))
        return fits
    if (
        not goal.every
        and goal.address.get("address1")
        and len(elsewhere := [o for o in fitting if dict(o.address) != goal.address]) == 1
    ):
        return elsewhere
    if goal.every or goal.pattern or len(fitting) == 1 or (goal.home and goal.whole):
        if not fitting and not goal.home:
            out.refuse("You have no order whose address can still be changed.")
        return fitting
    if not fitting:
        out.refuse("You have no order whose address can still be changed.")
        return []
    if goal.home and not goal.whole:
        return fitting
    out.ask("order", f"Which order is it: {phrases.the_orders(fitting, desk.sheet)}?")
    return []


def _address(goal: Goal, desk: Desk) -> Json:
    """The full address: what was said, with the state and country that the shop knows for that town."""
    found = {k: v for k, v in goal.address.items() if k in ADDRESS}
    if goal.address.get("before"):
        return dict(desk.task.home_before)
    if not found.get("address1"):
        return {}
    home = desk.account.address
    known = (home, *(o.address for o in desk.account.orders))
    for name in ("state", "country"):
        if not found.get(name):
            same = next(
                (a.get(name) for a in known if a.get("city", "").lower() == found.get("city", "").lower()), None
            )
            found[name] = same or (home.get(name, "") if name == "country" else desk.state_of(str(found.get("city"))))
    return {k: str(v) for k, v in found.items() if v}


def change_payment(goal: Goal, desk: Desk) -> Outcome:
    """Another way to pay an order that hasn't left."""
    out, rule = Outcome(), desk.rules.modify_payment
    if not rule.allowed:
        return out.refuse("The payment of an order can't be changed here.")
    if goal.payment == [SPLIT]:
        return out.refuse("A payment can't be split: an order is paid with one payment method as a whole.")
    fitting = [o for o in desk.account.orders if o.status in rule.statuses]
    named = [o for o in desk.account.orders if o.order_id in goal.orders] or [
        o for o in fitting if any(k[0] == o.order_id for i in goal.items for k in i.lines)
    ]
    if not named:
        if len(fitting) != 1:
            if not fitting:
                return out.refuse("You have no order whose payment can still be changed.")
            return out.ask("order", f"Which order is it: {phrases.the_orders(fitting, desk.sheet)}?")
        named = fitting
    order = named[0]
    if order not in fitting:
        return out.refuse(cannot(order, desk, "paid in another way"))
    if order.num_payments != 1 or order.method is None:
        return out.refuse(f"The payment of order {desk.sheet.order(order)} can't be changed again.")
    others = tuple(m for m in desk.account.methods if m.method_id != order.method.method_id)
    wanted = [m for n in goal.payment if (m := desk.account.method(n)) and m in others]
    if not (wanted or others):
        return out.refuse("There is no other payment method in your account, so the payment can't be changed.")
    if not wanted and (choices := money.known(others, order.paid)):
        return out.ask(
            "payment",
            money.ask_which(money.Way(choices=tuple(choices)), desk, False, order).replace(
                "used for the price difference", "used instead"
            ),
        )
    method = (wanted or others)[0]
    figure = desk.sheet.money("order", order.order_id, "total", order.paid)
    if not method.covers(order.paid):
        return out.refuse(money.too_little(method, desk, f"the {figure} of order {desk.sheet.order(order)}"))
    arguments = {"order_id": order.order_id, "payment_method_id": method.method_id}
    out.writes.append(Write("modify_pending_order_payment", arguments))
    when = refund_when(order.method.source, desk)
    out.lines.append(
        f"charge the {figure} of order {desk.sheet.order(order)} to {phrases.method(method)} and give it back to "
        f"{phrases.method(order.method)}{when}"
    )
    out.staff = rule.confirm == "staff"
    return out
