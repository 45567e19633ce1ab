"""Brings one request to the point where it can be proposed, or says what is missing or why it can't be.

    outcome = settle(goal, desk)      refusals, one question, or the writes with the words that describe them

Checks the shop's rules against the rows as they are now; writes nothing. What is said is in the words of the customer's
own orders, every figure on the sheet.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from assistant.act.orders import phrases
from assistant.act.orders.phrases import Sheet
from assistant.act.orders.task import Goal, Task
from assistant.act.words import join
from assistant.order_talk import Item, LineKey
from assistant.shop.accounts import Account, Line, Order
from assistant.shop.order_rules import OrderRules
from assistant.shop.order_writes import Write
from assistant.types import Product
from assistant.understand.orders.items import told_apart_by


@dataclass(frozen=True)
class Desk:
    """What a request is judged with: the account and the shop as they are now."""

    account: Account
    rules: OrderRules
    sheet: Sheet
    task: Task
    now: datetime
    product: Callable[[str], Product | None]
    state_of: Callable[[str], str] = lambda city: ""


@dataclass
class Outcome:
    """`lines` describe the `writes`, one each. `question`: (what it asks, the sentence). `final`: it can't be done."""

    refusals: list[str] = field(default_factory=list)
    question: tuple[str, str] | None = None
    writes: list[Write] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    staff: bool = False
    final: bool = False

    def refuse(self, text: str) -> Outcome:
        self.refusals.append(text)
        self.final = not self.writes
        return self

    def ask(self, kind: str, text: str) -> Outcome:
        self.question = self.question or (kind, text)
        return self


def lines_of(keys: Sequence[LineKey], account: Account) -> list[Line]:
    return [x for k in keys if (x := account.line(*k))]


def chosen_lines(
    goal: Goal, desk: Desk, statuses: Sequence[str], outcome: Outcome, verb: str
) -> list[tuple[Line, Item]]:
    """The lines that a request means, of each as many pieces as are meant, and what was said of it. Asks on `outcome`
    where that is open."""
    account = desk.account
    kept = set(goal.keep)
    out: list[tuple[Line, Item]] = []
    for item in goal.items:
        lines = [x for x in lines_of(item.lines, account) if (x.order_id, x.number) not in kept]
        taken = {(x.order_id, x.number) for x, _ in out}
        free = [x for x in lines if (x.order_id, x.number) not in taken] or lines
        free = _of_count(free, item.count)
        if len(free) > 1 and not item.all and not (item.count and _num_pieces(free) == item.count):
            if len({(x.sku, x.order_id) for x in free}) > 1:
                outcome.ask("item", which_item(free, desk, verb))
                return []
            free = free if item.count else free[:1]
        out += [(x, item) for x in _pieces(free, item)]
    if out or goal.items:
        return list({(x.order_id, x.number): (x, i) for x, i in out}.values())
    if goal.every or goal.whole:
        orders = orders_meant(goal, desk, statuses)
        return [
            (x, Item([(x.order_id, x.number)])) for o in orders for x in o.lines if (o.order_id, x.number) not in kept
        ]
    if len(goal.orders) == 1 and (order := account.order(goal.orders[0])) and len(order.lines) == 1:
        return [(order.lines[0], Item([(order.order_id, order.lines[0].number)]))]
    return []


def _of_count(lines: list[Line], count: int | None) -> list[Line]:
    """Of lines of several orders, those of the one order that has just `count` pieces: "the two lamps". A single piece
    may be of any."""
    if not count or count < 2 or _num_pieces(lines) <= count:
        return lines
    by_order = [[x for x in lines if x.order_id == o] for o in dict.fromkeys(x.order_id for x in lines)]
    just = [own for own in by_order if _num_pieces(own) == count]
    return just[0] if len(just) == 1 else lines


def _num_pieces(lines: Sequence[Line]) -> int:
    return sum(x.quantity for x in lines)


def _pieces(lines: Sequence[Line], item: Item) -> list[Line]:
    """As many pieces of lines as are meant: "one of the two canisters". Where all the lines are, so many of each."""
    if not item.count:
        return list(lines)
    out, left = [], item.count
    for line in lines:
        num = min(line.quantity, item.count if item.all else left)
        left -= num
        out += [replace(line, quantity=num)] if num else []
    return out


def which_item(lines: Sequence[Line], desk: Desk, verb: str) -> str:
    """Several lines may be meant: names each by its options and order, and asks."""
    parts = []
    for line in told_apart_by(lines)[:6]:
        order = desk.account.order(line.order_id)
        price = desk.sheet.money("order", line.order_id, f"price_{_letters(line.number)}", line.price)
        where = f", order {desk.sheet.order(order)}" if order else ""
        parts.append(f"the {phrases.item(line)} for {price}{where}")
    listed = "; ".join(parts)
    return f"You have more than one {lines[0].name}: {listed}. Which item do you want to {verb}?"


def _letters(number: int) -> str:
    return "".join(chr(97 + int(c)) for c in str(number))


def orders_meant(goal: Goal, desk: Desk, statuses: Sequence[str]) -> list[Order]:
    """The orders that a request for whole orders means: those named, else all that it can apply to."""
    account = desk.account
    named = [o for o in account.orders if o.order_id in goal.orders]
    if named:
        return named
    fitting = [o for o in account.orders if o.status in statuses]
    if not goal.pattern:
        return fitting
    of_kind = [o for o in fitting if o.status.startswith(goal.pattern)]
    if not of_kind and re.search(rf"\b{goal.pattern} (?:[\w-]+ )?(?:orders?|ones?|parcel|purchase)\b", goal.text):
        return [o for o in account.orders if o.status.startswith(goal.pattern)] or fitting
    return of_kind or fitting


def cannot(order: Order, desk: Desk, what: str) -> str:
    """Why an order's status rules something out, and what can be done instead."""
    rules, number = desk.rules, desk.sheet.order(order)
    state = desk.sheet.text(order, "status", phrases.status(order))
    instead = []
    if order.status in rules.return_items.statuses and rules.return_items.allowed and what != "returned":
        instead.append("return or exchange its items")
    if order.status in rules.cancel.statuses and rules.cancel.allowed and what != "cancelled":
        instead.append("cancel the whole order")
    if order.status in rules.modify_items.statuses and what not in ("changed", "cancelled"):
        instead.append("change its items")
    more = f" What I can do is {' or '.join(instead)}." if instead else ""
    return f"Order {number} is {state}, so it can't be {what}.{more}"


def refund_when(source: str | None, desk: Desk) -> str:
    """When money is back, to be put behind where it goes: " within 5 working days"; "" where the rules don't say."""
    when = desk.rules.refund.gift_card if source == "gift_card" else desk.rules.refund.other
    return f" {when.strip()}" if when.strip() else ""


def goes_back(order: Order, desk: Desk, name: str) -> str:
    """What of a cancelled order goes back where: "€20.00 goes back to your Visa card and €5.00 to your gift card"."""
    parts: list[str] = []
    for method, amount in order.ways or ((order.method, order.paid),):
        figure = desk.sheet.money("order", order.order_id, name, amount)
        when = refund_when(method.source if method else None, desk)
        parts.append(f"{figure} {'' if parts else 'goes back '}to {phrases.method(method)}{when}")
    return join(parts)
