"""Has a confirmed proposal carried out, and says what was done: refunds, new totals, balances, as the rows are now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from assistant.act.orders import phrases
from assistant.act.orders.settle import Desk
from assistant.shop.accounts import Account
from assistant.shop.order_writes import OrderDesk, Write, WriteRefused


@dataclass
class Carried:
    """`problem` when nothing was changed; else what to say, and the account as it is now."""

    account: Account
    said: list[str] = field(default_factory=list)
    problem: str = ""


def carry_out(
    writer: OrderDesk | None,
    account: Account,
    writes: Sequence[Write],
    key: str,
    desk: Desk,
    reload: Callable[[], Account | None],
    led_by: str | None = None,
) -> Carried:
    """All writes or none, in the name of the colleague who leads (None: of the customer); without a `writer` they were
    made before.

    What is noted on the task: the writes with their money, and the address before a change.
    """
    try:
        if writer is not None:
            actor = f"staff:{led_by}" if led_by else None
            writer.carry_out(account.customer_id, writes, key=key, now=desk.now, actor=actor)
    except WriteRefused as refused:
        return Carried(account, problem=str(refused))
    if any(w.action == "modify_user_address" for w in writes):
        desk.task.home_before = dict(account.address)
    desk.task.done += [{**w.as_json(), "money": w.money} for w in writes]
    after = reload() or account
    return Carried(after, _report(writes, account, after, desk))


def _report(writes: Sequence[Write], before: Account, after: Account, desk: Desk) -> list[str]:
    said = ["That's done."]
    for write in writes:
        order = after.order(str(write.arguments.get("order_id")))
        if order is None:
            said.append(f"Your default address is now {phrases.address(after.address)}.")
            continue
        number, state = desk.sheet.order(order), desk.sheet.text(order, "status", phrases.status(order))
        money = desk.sheet.money("order", order.order_id, "amount", abs(write.money))
        if write.action == "cancel_pending_order":
            said.append(f"Order {number} is cancelled and {money} will be refunded.")
        elif write.action == "return_delivered_order_items":
            said.append(f"Order {number} is marked “{state}”; the refund is {money}.")
            said += [desk.rules.return_items.note] if desk.rules.return_items.note else []
        elif write.action == "exchange_delivered_order_items":
            said.append(f"Order {number} is marked “{state}”; the price difference is {money}{_way(write.money)}.")
            said += [desk.rules.exchange_items.note] if desk.rules.exchange_items.note else []
        elif write.action == "modify_pending_order_items":
            new = desk.sheet.money("order", order.order_id, "new_total", order.total)
            said.append(
                f"Order {number} is changed: the price difference is {money}{_way(write.money)}, and the order's "
                f"total is now {new}."
            )
        elif write.action == "modify_pending_order_address":
            new = desk.sheet.money("order", order.order_id, "total", order.total)
            said.append(f"Order {number} now goes to {phrases.address(order.address)}; its total stays {new}.")
        else:
            paid = after.method(str(write.arguments.get("payment_method_id")))
            said.append(f"Order {number} is now paid with {phrases.method(paid)}.")
    said += _totals(desk) + _balances(before, after, desk)
    return list(dict.fromkeys(said))


def _way(money: int) -> str:
    return " in your favour" if money < 0 else ""


def _totals(desk: Desk) -> list[str]:
    """What comes back in all, once there is more than one amount."""
    back = [w for w in desk.task.done if w.get("money", 0) < 0]
    if len(back) < 2:
        return []
    figure = desk.sheet.money("customer", desk.account.customer_id, "refund_in_total", -sum(w["money"] for w in back))
    return [f"All in all you get back {figure}."]


def _balances(before: Account, after: Account, desk: Desk) -> list[str]:
    said = []
    old = {m.method_id: m.balance for m in before.methods}
    for method in after.methods:
        if method.source == "gift_card" and method.balance is not None and method.balance != old.get(method.method_id):
            figure = desk.sheet.money("customer", after.customer_id, "balance", method.balance)
            said.append(f"The balance of your gift card is now {figure}.")
    return said
