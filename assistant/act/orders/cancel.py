"""Cancelling orders that haven't left, and sending back items that have arrived."""

from __future__ import annotations

import re

from assistant.act.orders import money, phrases
from assistant.act.orders.settle import (
    Desk,
    Outcome,
    cannot,
    chosen_lines,
    goes_back,
    lines_of,
    orders_meant,
    refund_when,
)
from assistant.act.orders.taken_back import after_use, is_of
from assistant.act.orders.task import Goal
from assistant.act.words import join
from assistant.order_talk import ORIGINAL
from assistant.shop.accounts import Line, Order
from assistant.shop.order_rules import too_late
from assistant.shop.order_writes import Write
from assistant.shop.shares import refund_of


def cancel(goal: Goal, desk: Desk) -> Outcome:
    """A whole order, or several; a part of one can't be cancelled."""
    out, rule = Outcome(), desk.rules.cancel
    orders = _orders(goal, desk, out)
    if out.question or out.refusals:
        return out
    if not rule.allowed:
        return out.refuse("Orders can't be cancelled here.")
    fit = [o for o in orders if o.status in rule.statuses]
    for order in orders:
        if order not in fit and (order.order_id in goal.orders or goal.items or not fit):
            out.refuse(cannot(order, desk, "cancelled"))
    if not fit:
        return (
            out
            if out.refusals
            else out.refuse("None of your orders can be cancelled: there is none that hasn't left yet.")
        )
    out.final = False
    if rule.reasons and goal.reason not in rule.reasons:
        which = join([desk.sheet.order(o) for o in fit])
        return out.ask("reason", f"May I ask for the reason why you want to cancel order {which}: {_or(rule.reasons)}?")
    for order in fit:
        wanted = [m for m in (desk.account.method(n) for n in goal.payment) if m is not None]
        ways = [m for m, _ in order.ways if m] or [m for m in (order.method,) if m]
        if goal.payment and goal.payment[0] != ORIGINAL and ways and not any(m in ways for m in wanted[:1]):
            named = phrases.method(wanted[0]) if wanted else phrases.unknown_method(goal.payment[0])
            out.notes.append(
                f"The refund of a cancelled order can't go to {named}: it can only go back to "
                f"{phrases.ways(ways)}, which you paid with."
            )
        arguments = {"order_id": order.order_id, **({"reason": goal.reason} if goal.reason else {})}
        out.writes.append(Write("cancel_pending_order", arguments, -order.paid))
        because = f" (reason: {goal.reason})" if goal.reason else ""
        out.lines.append(
            f"cancel the whole order {desk.sheet.order(order)} with {phrases.items(order.lines)}{because}; "
            f"{goes_back(order, desk, 'refund')}"
        )
    out.staff = rule.confirm == "staff"
    return out


def _or(reasons: tuple[str, ...]) -> str:
    return " or ".join(f"“{r}”" for r in reasons)


def _orders(goal: Goal, desk: Desk, out: Outcome) -> list[Order]:
    account, rule = desk.account, desk.rules.cancel
    if goal.items and not goal.whole:
        lines = chosen_lines(goal, desk, rule.statuses, out, "cancel")
        if out.question:
            return []
        wanted = {(x.order_id, x.number): x.quantity for x, _ in lines}
        orders = [o for o in account.orders if o.order_id in {x.order_id for x, _ in lines}]
        for order in orders:
            rest = [x for x in order.lines if wanted.get((x.order_id, x.number), 0) < x.quantity]
            if rest and order.status in rule.statuses:
                goal.orders = [order.order_id]
                out.refuse(_only_whole(order, rest, desk))
        return orders
    meant = orders_meant(goal, desk, rule.statuses)
    if goal.items and not goal.orders:
        meant = [o for o in account.orders if o.order_id in {k[0] for i in goal.items for k in i.lines}]
    if goal.keep and not goal.items:
        whole = [o for o in meant if not any((o.order_id, x.number) in goal.keep for x in o.lines)]
        for order in [o for o in meant if o not in whole and o.status in rule.statuses]:
            if not whole or order.order_id in goal.orders:
                goal.orders = [order.order_id]
                out.refuse(_only_whole(order, [x for x in order.lines if (x.order_id, x.number) in goal.keep], desk))
        meant = whole
    said = [o for o in meant if re.sub(r"\D", "", o.order_id) in goal.text]
    if len(meant) > 1 and not goal.every and len(said) < len(meant) and not goal.items and "orders" not in goal.text:
        out.ask("order", f"Which order do you want to cancel: {phrases.the_orders(meant, desk.sheet)}?")
    return meant


def _only_whole(order: Order, rest: list[Line], desk: Desk) -> str:
    return (
        f"I can't cancel single items of an order, only the whole order: {desk.sheet.order(order)} also has "
        f"{phrases.items(rest)}. If the whole order is to be cancelled, just say so."
    )


def give_back(goal: Goal, desk: Desk) -> Outcome:
    """Delivered items; each order is one write, the refund per order."""
    out, rule = Outcome(), desk.rules.return_items
    picked = chosen_lines(goal, desk, rule.statuses, out, "return")
    if out.question:
        return out
    back = {x.order_id for x, _ in picked}
    if len(back) > 1 and goal.whole and not (goal.every or goal.orders or goal.items or "orders" in goal.text):
        orders = [o for o in desk.account.orders if o.order_id in back]
        return out.ask("order", f"Which order do you want to return: {phrases.the_orders(orders, desk.sheet)}?")
    if not rule.allowed:
        return out.refuse("Returns aren't taken here; I can pass you on to a colleague.")
    if not picked:
        return _nothing(goal, desk, out)
    for order in desk.account.orders:
        lines = [x for x, _ in picked if x.order_id == order.order_id]
        if not lines:
            continue
        if (no := _not_back(order, lines, desk, used=goal.used)) is not None:
            if goal.every and not goal.items and any(w.action for w in out.writes):
                out.notes.append(no)
            else:
                out.refusals.append(no)
            continue
        _one_order(goal, order, lines, desk, out)
        if out.question:
            return out
    out.final = not out.writes
    out.staff = rule.confirm == "staff"
    return out


def _nothing(goal: Goal, desk: Desk, out: Outcome) -> Outcome:
    back = [o for o in desk.account.orders if o.status in desk.rules.return_items.statuses]
    named = [o for o in back if o.order_id in goal.orders] or (back if len(back) == 1 else [])
    if goal.orders and not named and (order := desk.account.order(goal.orders[0])):
        return out.refuse(cannot(order, desk, "returned"))
    if named:
        return out.ask(
            "item",
            f"Order {desk.sheet.order(named[0])} has {phrases.items(named[0].lines)}. Which items do you want to "
            f"return?",
        )
    if not back:
        return out.refuse("You have no delivered order, so there is nothing that can be returned.")
    return out.ask("item", f"Which item do you want to return? Delivered are {phrases.the_orders(back, desk.sheet)}.")


def _not_back(order: Order, lines: list[Line], desk: Desk, *, used: bool = False) -> str | None:
    rule = desk.rules.return_items
    if order.status not in rule.statuses:
        return cannot(order, desk, "returned")
    days = too_late(order.delivered_at, desk.now, rule, desk.account.member)
    if days is not None and order.delivered_at is not None:
        when = desk.sheet.text(order, "delivered_at", phrases.day(order.delivered_at))
        return (
            f"Order {desk.sheet.order(order)} was delivered on {when}; the {days} days for sending things back "
            f"are over, so I can't take it back."
        )
    for line in lines:
        if is_of(line, rule.excluded, desk):
            return (
                f"The {line.name} can't be returned: it is one of the things that the shop doesn't take back "
                f"once they are opened or used. A colleague can check yours."
            )
        if used and (no := after_use(line, desk, "returned")):
            return no
    return None


def _one_order(goal: Goal, order: Order, lines: list[Line], desk: Desk, out: Outcome) -> None:
    amount = refund_of(order, lines)
    way = money.for_refund(goal.paying(order.order_id), order, desk, amount)
    if way.method is None:
        out.notes += [way.why_not] if way.why_not else []
        out.ask("payment", money.ask_which(way, desk, True, order))
        return
    if way.why_not:
        out.notes.append(way.why_not)
    skus = [x.sku for x in lines for _ in range(x.quantity)]
    out.writes.append(
        Write(
            "return_delivered_order_items",
            {"order_id": order.order_id, "item_ids": skus, "payment_method_id": way.method.method_id},
            -amount,
        )
    )
    figure = desk.sheet.money("order", order.order_id, "refund", amount)
    when = refund_when(way.method.source, desk)
    parts = join([f"the {phrases.item(x)}" if x.quantity == 1 else phrases.items([x]) for x in lines])
    paid = " (what you paid, after the discount)" if amount < sum(x.price * x.quantity for x in lines) else ""
    out.lines.append(
        f"return {parts} from order {desk.sheet.order(order)}; {figure}{paid} is refunded to "
        f"{phrases.method(way.method)}{when}"
    )


def either(goal: Goal, desk: Desk) -> list[Goal]:
    """ "Cancel or return, whatever is possible": one request of each kind that applies."""
    cancel_rule, back_rule = desk.rules.cancel, desk.rules.return_items
    items = [(x, i) for i in goal.items for x in lines_of(i.lines, desk.account)]
    status = {o.order_id: o.status for o in desk.account.orders}
    out = []
    for kind, statuses in (("cancel", cancel_rule.statuses), ("return", back_rule.statuses)):
        data = goal.as_json() | {"kind": kind}
        part = Goal.from_json(data)
        part.items = [i for i in part.items if any(status.get(k[0]) in statuses for k in i.lines)]
        part.orders = [o for o in part.orders if status.get(o) in statuses]
        if not goal.every and not part.items and not part.orders:
            continue
        if goal.every and not any(s in statuses for s in status.values()):
            continue
        if not items or part.items or goal.every:
            part.pattern = ""
            out.append(part)
    return out
