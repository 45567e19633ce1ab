"""What each write does to the rows, after checking that it may: one function per action.

Statuses and notes are those that tau2-bench's tools leave ("pending (item modified)", "exchange requested"), so that
an imported shop's own tools understand them. Money is integer minor units. Knows no dialogue and no transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from assistant.shop.accounts import load_account
from assistant.shop.order_payments import held, paid_by, total_of
from assistant.shop.order_rules import Action, OrderRules, Swap, too_late
from assistant.shop.read_rows import is_available
from assistant.shop.schema import CustomerRow, OrderLineRow, OrderRow, PaymentMethodRow, PaymentRow, VariantRow
from assistant.shop.shares import costs_more

MODIFIED, EXCHANGE, RETURN, CANCELLED = (
    "pending (item modified)",
    "exchange requested",
    "return requested",
    "cancelled",
)
ADDRESS = {
    "address1": "address1", "address2": "address2", "city": "city", "state": "state", "country": "country",
    "zip": "postcode",
}  # fmt: skip


class Refused(Exception):
    """The change may not be made; the message says why, to the customer."""


@dataclass(frozen=True)
class Change:
    """One change under way, inside its transaction."""

    session: Session
    customer: CustomerRow
    rules: OrderRules
    now: datetime
    arguments: Mapping[str, Any]
    money: int

    def order(self, action: Action) -> OrderRow:
        """The customer's own order, in a status in which `action` is allowed."""
        order = self.session.get(OrderRow, str(self.arguments.get("order_id")))
        if order is None or order.customer_id != self.customer.customer_id:
            raise Refused("That order isn't one of yours.")
        if not action.allowed or order.status not in action.statuses:
            raise Refused(f"Order {order.order_id} is {order.status} now, so this can't be done any more.")
        return order

    def method(self, order: OrderRow) -> tuple[str, PaymentMethodRow | None]:
        """The way to pay that was named: the customer's own, or the words that the order says it was paid with."""
        name = str(self.arguments.get("payment_method_id") or "")
        row = self.session.get(PaymentMethodRow, name)
        if row is not None and row.customer_id == self.customer.customer_id:
            return name, row
        if row is None and name and name == order.paid_with:
            return name, None
        raise Refused("That way to pay isn't in your account.")


def _original(order: OrderRow) -> str | None:
    return paid_by(order.payments) or order.paid_with


def _pay(change: Change, order: OrderRow, method: str, amount: int, row: PaymentMethodRow | None) -> None:
    """Note a payment (positive) or refund (negative); a gift card's balance follows, where it is known."""
    _check_balance(row, amount)
    if row is not None and row.source == "gift_card" and row.balance_minor is not None:
        row.balance_minor -= amount
    if not order.payments and (total := total_of(order)):
        _add(change, order, order.paid_with, total)  # else a difference alone would stand for all that was paid
    _add(change, order, method, amount)


def _check_balance(row: PaymentMethodRow | None, amount: int) -> None:
    """That a gift card holds an amount that is to be paid with it."""
    if row is None or row.source != "gift_card" or amount <= 0:
        return
    if row.balance_minor is None:
        raise Refused("What is left on the gift card isn't known.")
    if row.balance_minor < amount:
        raise Refused("The balance of the gift card isn't enough.")


def _add(change: Change, order: OrderRow, method: str | None, amount: int) -> None:
    number = max((p.payment_no for p in order.payments), default=0) + 1
    kind = "payment" if amount > 0 else "refund"
    change.session.add(
        PaymentRow(
            order_id=order.order_id,
            payment_no=number,
            kind=kind,
            amount_minor=abs(amount),
            payment_method_id=method or None,
        )
    )
    change.session.flush()
    change.session.expire(order, ["payments"])


def _stock(change: Change, sku: str, by: int) -> None:
    variant = change.session.get(VariantRow, sku)
    if change.rules.reserve_stock and variant is not None and variant.stock is not None:
        if variant.stock + by < 0:
            raise Refused("The item you want is no longer in stock.")
        variant.stock += by


def cancel(change: Change) -> None:
    """Cancel a whole order; everything paid, and not given back yet, goes back to where it came from."""
    order = change.order(change.rules.cancel)
    reasons = change.rules.cancel.reasons
    if reasons and change.arguments.get("reason") not in reasons:
        raise Refused(f"An order can be cancelled only when it is {' or '.join(reasons)}.")
    for method, amount in held(order.payments):
        _pay(change, order, method, -amount, change.session.get(PaymentMethodRow, method))
    for line in order.lines:
        _stock(change, line.sku, line.quantity)
    order.status = CANCELLED
    order.extra = {**order.extra, "cancel_reason": change.arguments.get("reason")}


def _pieces(order: OrderRow, skus: Sequence[str]) -> list[OrderLineRow]:
    """A line for every piece named, each piece of the order at most once."""
    left = {line.line_no: line.quantity for line in order.lines}
    found = []
    for sku in skus:
        line = next((x for x in order.lines if x.sku == sku and left[x.line_no]), None)
        if line is None:
            raise Refused("An item named isn't in that order.")
        left[line.line_no] -= 1
        found.append(line)
    if not found:
        raise Refused("No item was named.")
    return found


def _swaps(change: Change, order: OrderRow, rule: Swap) -> list[tuple[OrderLineRow, VariantRow, int]]:
    """Line, its new variant, and the new one's price, for every piece."""
    old, new = change.arguments.get("item_ids") or [], change.arguments.get("new_item_ids") or []
    if len(old) != len(new):
        raise Refused("Every item needs one to take its place.")
    pairs = []
    for line, sku in zip(_pieces(order, old), new, strict=True):
        variant = change.session.get(VariantRow, sku)
        if variant is None or variant.product_id != line.product_id or sku == line.sku:
            raise Refused(f"{line.name} can only become another version of the same product.")
        if not is_available(variant.active and variant.product.active, variant.stock, variant.available):
            raise Refused(f"The {line.name} you want is no longer available.")
        pairs.append((line, variant, line.unit_price_minor if rule.price == "ordered" else variant.price_minor))
    _check_money(change, order, pairs)
    return pairs


def _check_money(change: Change, order: OrderRow, pairs: Sequence[tuple[OrderLineRow, VariantRow, int]]) -> None:
    """That the difference is what the customer was told, and no more goes back than was paid."""
    account = load_account(change.session, change.customer.customer_id)
    now = account.order(order.order_id) if account else None
    own = {x.number: x for x in now.lines} if now else {}
    if now is None or sum(costs_more(now, own[line.line_no], price) for line, _, price in pairs) != change.money:
        raise Refused("A price has changed since I told you the difference.")
    if -change.money > max(now.paid, 0):
        raise Refused("More would go back than was paid for this order.")


def modify_items(change: Change) -> None:
    """Put other versions into an order that hasn't left; the difference is paid or given back."""
    rule = change.rules.modify_items
    order = change.order(rule)
    pairs = _swaps(change, order, rule)
    method, row = change.method(order)
    if change.money:
        _pay(change, order, method, change.money, row)
    if order.total_minor is not None:
        order.total_minor += change.money
    if order.discount_minor:  # what didn't come back of a difference was the discount on it
        order.discount_minor += sum(price - line.unit_price_minor for line, _, price in pairs) - change.money
    for line, variant, price in pairs:
        _stock(change, variant.sku, -1)
        _stock(change, line.sku, 1)
        _replace(change, order, line, variant, price)
    if rule.once:
        order.status = MODIFIED


def _replace(change: Change, order: OrderRow, line: OrderLineRow, variant: VariantRow, price: int) -> None:
    """One piece of a line becomes another variant; of several pieces, one is split off."""
    if line.quantity > 1:
        line.quantity -= 1
        number = max(x.line_no for x in order.lines) + 1
        line = OrderLineRow(order_id=order.order_id, line_no=number, product_id=line.product_id, name=line.name)
        change.session.add(line)
    line.sku, line.options, line.quantity, line.unit_price_minor = variant.sku, dict(variant.options), 1, price
    change.session.flush()
    change.session.expire(order, ["lines"])


def modify_address(change: Change) -> None:
    """Send an order elsewhere."""
    order = change.order(change.rules.modify_address)
    order.address = _address(change.arguments)


def default_address(change: Change) -> None:
    """Change where a customer lives. Orders stay as they are."""
    if not change.rules.default_address.allowed or change.arguments.get("user_id") != change.customer.customer_id:
        raise Refused("That address can't be changed here.")
    for name in ADDRESS.values():
        setattr(change.customer, name, _address(change.arguments).get(name))


def _address(arguments: Mapping[str, Any]) -> dict[str, str]:
    found = {column: str(arguments[name]) for name, column in ADDRESS.items() if arguments.get(name)}
    if "address1" not in found or "city" not in found:
        raise Refused("An address needs a street and a town.")
    return found


def modify_payment(change: Change) -> None:
    """Pay an order in another way: the whole amount on the new one, the old one gets it back."""
    order = change.order(change.rules.modify_payment)
    payments = [p for p in order.payments if p.kind == "payment"]
    method, row = change.method(order)
    if len(order.payments) != 1 or payments[0].payment_method_id == method:
        raise Refused("The payment of this order can't be changed like that.")
    old, amount = payments[0].payment_method_id or "", payments[0].amount_minor
    _pay(change, order, method, amount, row)
    _pay(change, order, old, -amount, change.session.get(PaymentMethodRow, old))
    order.paid_with = row.source.replace("_", " ") if row is not None else method


def return_items(change: Change) -> None:
    """Note that delivered items come back; the money follows when they have."""
    rule = change.rules.return_items
    order = change.order(rule)
    if (days := too_late(order.delivered_at, change.now, rule, change.customer.member)) is not None:
        raise Refused(f"The {days} days for sending it back are over.")
    method, row = change.method(order)
    gift = row is not None and row.source == "gift_card" and "gift_card" in rule.refund_to
    if method != _original(order) and not gift:
        raise Refused("The money can only go back to where it came from.")
    skus = list(change.arguments.get("item_ids") or [])
    _pieces(order, skus)
    order.status = RETURN
    order.extra = {**order.extra, "return_items": sorted(skus), "return_payment_method_id": method}


def exchange_items(change: Change) -> None:
    """Note that delivered items come back for other versions of the same."""
    rule = change.rules.exchange_items
    order = change.order(rule)
    if (days := too_late(order.delivered_at, change.now, rule, change.customer.member)) is not None:
        raise Refused(f"The {days} days for exchanging it are over.")
    pairs = _swaps(change, order, rule)
    method, row = change.method(order)
    _check_balance(row, change.money)
    for _, variant, _ in pairs:
        _stock(change, variant.sku, -1)
    order.status = EXCHANGE
    order.extra = {
        **order.extra,
        "exchange_items": sorted(change.arguments.get("item_ids") or []),
        "exchange_new_items": sorted(change.arguments.get("new_item_ids") or []),
        "exchange_payment_method_id": method,
        "exchange_price_difference_minor": change.money,
    }


EFFECTS: dict[str, Callable[[Change], None]] = {
    "cancel_pending_order": cancel,
    "modify_pending_order_items": modify_items,
    "modify_pending_order_address": modify_address,
    "modify_pending_order_payment": modify_payment,
    "modify_user_address": default_address,
    "return_delivered_order_items": return_items,
    "exchange_delivered_order_items": exchange_items,
}
