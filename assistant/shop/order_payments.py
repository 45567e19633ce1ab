"""What an order came to, and which ways to pay hold its money: the payments and refunds of one order, added up.

Amounts are minor units. Reads rows and changes none; knows no rules and no dialogue.
"""

from __future__ import annotations

from collections.abc import Sequence

from assistant.shop.schema import OrderRow, PaymentRow


def total_of(order: OrderRow) -> int:
    """An order's total; where none is noted, its goods and their delivery less the discount."""
    if order.total_minor is not None:
        return order.total_minor
    goods = sum(x.unit_price_minor * x.quantity for x in order.lines)
    return max(0, goods + (order.shipping_cost_minor or 0) - (order.discount_minor or 0))


def held(payments: Sequence[PaymentRow]) -> list[tuple[str, int]]:
    """What the shop still holds of an order's money, by way to pay ("" where none is noted), in the order in which they
    paid: earlier refunds are taken off."""
    by_method: dict[str, int] = {}
    for payment in payments:
        sign = 1 if payment.kind == "payment" else -1
        method = payment.payment_method_id or ""
        by_method[method] = by_method.get(method, 0) + sign * payment.amount_minor
    left = sum(by_method.values())
    out = []
    for method, amount in by_method.items():
        # A refund may have gone to another way to pay than the money came from: no more goes back than is held in all.
        amount = min(amount, left)
        if amount > 0:
            out.append((method, amount))
            left -= amount
    return out


def paid_by(payments: Sequence[PaymentRow]) -> str | None:
    """The way to pay that an order's money is on: after a change of payment the new one. Of several the first that
    still holds some; of an order that was given back in full the one that held it last. None where none is noted.
    """
    for end in range(len(payments), 0, -1):
        if ways := held(payments[:end]):
            return ways[0][0] or None
    return None


def given_back(payments: Sequence[PaymentRow], total: int) -> list[tuple[str, int]]:
    """What went back of a cancelled order, by way to pay: the last refunds, which come to its total. Empty where the
    rows don't say so."""
    out: list[tuple[str, int]] = []
    for payment in reversed(payments):
        if payment.kind == "payment" or total <= 0:
            break
        out.insert(0, (payment.payment_method_id or "", payment.amount_minor))
        total -= payment.amount_minor
    return out if total == 0 else []
