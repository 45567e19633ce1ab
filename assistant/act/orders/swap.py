"""Other versions of items: changed in an order that hasn't left, exchanged when it has arrived."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.act.orders import money, phrases
from assistant.act.orders.choose import Choice, choose
from assistant.act.orders.settle import Desk, Outcome, cannot, chosen_lines, refund_when
from assistant.act.orders.taken_back import after_use
from assistant.act.orders.task import Goal
from assistant.act.words import join
from assistant.order_talk import Item
from assistant.shop.accounts import Line, Method, Order
from assistant.shop.order_rules import Swap, too_late
from assistant.shop.order_writes import Write
from assistant.shop.shares import costs_more
from assistant.types import Product, Variant


@dataclass(frozen=True)
class Pair:
    line: Line
    variant: Variant
    difference: int
    """What the new one costs more, in minor units, for the whole line."""


def swap(goal: Goal, desk: Desk) -> Outcome:
    """Every order is one write; whether it is a change or an exchange is for its status to say."""
    out = Outcome()
    rules = desk.rules
    statuses = (*rules.modify_items.statuses, *rules.exchange_items.statuses)
    picked = chosen_lines(goal, desk, statuses, out, "change")
    if out.question:
        return out
    if not picked:
        return _nothing(goal, desk, out, statuses)
    pairs: list[Pair] = []
    for line, item in picked:
        order = desk.account.order(line.order_id)
        if order is None:
            continue
        if (no := _not_now(order, desk)) is not None:
            if no not in out.refusals:
                out.refusals.append(no)
            continue
        arrived = order.status in rules.exchange_items.statuses
        if goal.used and arrived and (no := after_use(line, desk, "exchanged")):
            out.refusals.append(no)
            continue
        pair = _pair(goal, line, item, order, desk, out)
        if out.question:
            return out
        if pair is not None:
            pairs.append(pair)
    for order in desk.account.orders:
        mine = [p for p in pairs if p.line.order_id == order.order_id]
        if mine:
            _one_order(goal, order, mine, desk, out)
            if out.question:
                return out
    _sum(out, desk)
    out.final = not out.writes
    return out


def _nothing(goal: Goal, desk: Desk, out: Outcome, statuses: tuple[str, ...]) -> Outcome:
    orders = [o for o in desk.account.orders if o.status in statuses]
    named = [o for o in orders if o.order_id in goal.orders] or (orders if len(orders) == 1 else [])
    if named:
        return out.ask(
            "item",
            f"Order {desk.sheet.order(named[0])} has {phrases.items(named[0].lines)}. Which item do you want to "
            f"change?",
        )
    if goal.orders and (order := desk.account.order(goal.orders[0])):
        return out.refuse(cannot(order, desk, "changed"))
    if not orders:
        return out.refuse("You have no order whose items can be changed or exchanged.")
    return out.ask("item", f"Which item do you want to change? You have {phrases.the_orders(orders, desk.sheet)}.")


def _rule(order: Order, desk: Desk) -> Swap:
    pending = order.status in desk.rules.modify_items.statuses
    return desk.rules.modify_items if pending else desk.rules.exchange_items


def _not_now(order: Order, desk: Desk) -> str | None:
    rule = _rule(order, desk)
    if not rule.allowed or order.status not in rule.statuses:
        number, state = desk.sheet.order(order), desk.sheet.text(order, "status", phrases.status(order))
        if order.status.startswith("pending ("):
            return (
                f"The items of order {number} have already been changed; that is possible only once, so they "
                f"can't be changed again."
            )
        return f"Order {number} is {state}, so its items can't be changed or exchanged."
    if (days := too_late(order.delivered_at, desk.now, rule, desk.account.member)) is not None:
        return (
            f"The {days} days for exchanging the items of order {desk.sheet.order(order)} are over, so I can't "
            f"exchange them."
        )
    return None


def _pair(goal: Goal, line: Line, item: Item, order: Order, desk: Desk, out: Outcome) -> Pair | None:
    """The line with what takes its place; asks or refuses where that isn't decided."""
    product = desk.product(line.product_id or "")
    if product is None:
        out.refusals.append(f"The {line.name} is no longer sold, so it can't be changed into another version.")
        return None
    like = desk.account.line(str(item.wish.like[0]), int(item.wish.like[1])) if item.wish.like else None
    choice = choose(product, line, item.wish, like, asked=item.asked)
    if choice.variant is not None:
        price = choice.variant.price.minor if _rule(order, desk).price == "today" else line.price
        return Pair(line, choice.variant, costs_more(order, line, price) * line.quantity)
    if item.every and choice.problem in ("gone", "same", "best"):
        return None  # "everything in its dearest version": this one is already
    if goal.otherwise and choice.problem not in ("", "unsaid"):
        out.refusals.append(f"That version of the {line.name} is not available.")
        return None
    _open_choice(choice, product, line, item, desk, out)
    return None


def _open_choice(choice: Choice, product: Product, line: Line, item: Item, desk: Desk, out: Outcome) -> None:
    name, listed = phrases.item(line), _listed(choice.options, line, desk)
    if choice.problem == "unsaid":
        out.ask("option", f"Which option would you like instead of your {name}? Available: {listed}.")
        return
    if not choice.options:
        out.refusals.append(f"There is no other version of the {line.name} available at the moment.")
        return
    if choice.problem == "over":
        out.refusals.append(_too_dear(choice, line, item, desk))
        return
    item.asked = True
    item.offer = choice.options[0].sku if len(choice.options) == 1 else ""
    if choice.problem == "":
        out.ask("option", f"Several versions of the {line.name} fit: {listed}. Which one would you like?")
        return
    why = {
        "best": f"Your {name} is already the one that fits best by price.",
        "same": f"An item can't be exchanged for the very same one, only for another version of the {line.name}.",
        "kind": f"An item can only become another version of the same product, so your {line.name} can't be that.",
    }.get(
        choice.problem,
        f"That version of the {line.name}{' (' + choice.asked + ')' if choice.asked else ''} is not available.",
    )
    if choice.problem in ("same", "kind", "best") or _again(item):
        out.refusals.append(f"{why} Available: {listed}.")
        return
    item.gone = {"wish": item.wish.as_json(), "times": item.times}
    out.ask("option", f"{why} Available are: {listed}. Which one would you like instead?")


def _too_dear(choice: Choice, line: Line, item: Item, desk: Desk) -> str:
    """That what is wished for costs more extra than the customer set, with the figures of the cheapest that fits."""
    least = min(choice.options, key=lambda v: v.price)
    price = desk.sheet.money("sku", least.sku, "price", least.price.minor)
    more = desk.sheet.money("order", line.order_id, "difference", least.price.minor - line.price)
    limit = desk.sheet.money("customer", desk.account.customer_id, "limit", item.wish.extra or 0)
    return (
        f"The {line.name} ({phrases.version(least)}) costs {price}, which is {more} more than yours and over the "
        f"{limit} that you set, so I leave it as it is."
    )


def _again(item: Item) -> bool:
    """Whether the customer wishes once more for what was said to be unavailable."""
    return bool(item.gone) and item.gone["wish"] == item.wish.as_json() and item.times > int(item.gone["times"])


def _listed(variants: list[Variant], line: Line, desk: Desk) -> str:
    shown = sorted(variants, key=lambda v: v.price)[:8]
    parts = [
        f"{phrases.short_version(v, [*shown]) or phrases.version(v)} for "
        f"{desk.sheet.money('sku', v.sku, 'price', v.price.minor)}"
        for v in shown
    ]
    return "; ".join(parts)


def _one_order(goal: Goal, order: Order, pairs: list[Pair], desk: Desk, out: Outcome) -> None:
    rule, pending = _rule(order, desk), order.status in desk.rules.modify_items.statuses
    difference = sum(p.difference for p in pairs)
    if -difference > max(order.paid, 0):
        out.refusals.append(
            f"More would go back for order {desk.sheet.order(order)} than was paid for it, so I can't do that here; a "
            f"colleague can."
        )
        return
    way = money.for_difference(goal.paying(order.order_id), order, desk, difference)
    if way.method is None and not way.choices:
        out.refusals.append(
            way.why_not or "There is no way to pay in your account that could be used for the difference."
        )
        return
    if way.method is None:
        out.refusals += [way.why_not] if way.why_not else []
        out.ask("payment", money.ask_which(way, desk, False, order))
        return
    out.notes += [way.why_not] if way.why_not else []
    each = [p for p in pairs for _ in range(p.line.quantity)]
    out.writes.append(
        Write(
            "modify_pending_order_items" if pending else "exchange_delivered_order_items",
            {
                "order_id": order.order_id,
                "item_ids": [p.line.sku for p in each],
                "new_item_ids": [p.variant.sku for p in each],
                "payment_method_id": way.method.method_id,
            },
            difference,
        )
    )
    changes = join([_change(p, desk) for p in pairs])
    verb = "change in the order, which hasn't left yet," if pending else "exchange"
    out.lines.append(f"{verb} {changes} (order {desk.sheet.order(order)}); {_money(order, pairs, way.method, desk)}")
    out.staff = out.staff or rule.confirm == "staff"
    once = (
        "An order's items can be changed only once" if pending else "The items of an order can be exchanged only once"
    )
    if rule.once and f"{once}." not in out.notes:
        out.notes.append(f"{once}.")


def _change(pair: Pair, desk: Desk) -> str:
    old = desk.sheet.money("order", pair.line.order_id, "paid", pair.line.price)
    new = desk.sheet.money("sku", pair.variant.sku, "price", pair.variant.price.minor)
    now = phrases.options_of(pair.line)
    number = f"{pair.line.quantity} × " if pair.line.quantity > 1 else "the "
    return (
        f"{number}{pair.line.name} for {phrases.version(pair.variant, pair.line)} at {new} (instead of {now} at {old})"
    )


def _money(order: Order, pairs: list[Pair], method: Method, desk: Desk) -> str:
    paid, difference = phrases.method(method), sum(p.difference for p in pairs)
    if difference == 0:
        return f"there is no price difference, and {paid} stays noted for it"
    figure = desk.sheet.money("order", order.order_id, "difference", abs(difference))
    if difference > 0:
        return f"you pay the price difference of {figure} with {paid}"
    when = refund_when(method.source, desk)
    if difference > sum((p.variant.price.minor - p.line.price) * p.line.quantity for p in pairs):
        return f"you get {figure} back to {paid}{when} (what you paid of the price difference, after the discount)"
    return f"you get the price difference of {figure} back to {paid}{when}"


def _sum(out: Outcome, desk: Desk) -> None:
    """Of several orders, what it all comes to."""
    swaps = [w for w in out.writes if "item" in w.action]
    if len(swaps) < 2:
        return
    whole = sum(w.money for w in swaps)
    figure = desk.sheet.money("customer", desk.account.customer_id, "difference_in_total", abs(whole))
    out.notes.append(f"In total you {'pay' if whole > 0 else 'get back'} {figure}.")
