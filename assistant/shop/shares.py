"""What of an order's money falls on its lines: what comes back for pieces, and what another version of one costs more.

Amounts are minor units. Knows no rules and no dialogue.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.shop.accounts import Line, Order


def refund_of(order: Order, lines: Sequence[Line]) -> int:
    """What was paid for these lines (their `quantity` the pieces that come back).

    The order's discount is allotted over its lines in proportion to their amounts, each share rounded down, the
    remainder to the largest line. Of a line of which only some pieces come back, the part is rounded down. Never more
    than was paid for the order.
    """
    amounts = {x.number: x.price * x.quantity for x in order.lines}
    goods = sum(amounts.values())
    discount = min(order.discount, goods)
    shares = {n: discount * amount // goods if goods else 0 for n, amount in amounts.items()}
    if amounts:
        shares[max(amounts, key=lambda n: amounts[n])] += discount - sum(shares.values())
    whole = {x.number: x.quantity for x in order.lines}
    back = sum((amounts[x.number] - shares[x.number]) * x.quantity // max(whole[x.number], 1) for x in lines)
    return min(back, max(order.paid, 0))


def costs_more(order: Order, line: Line, price: int) -> int:
    """What a version at `price` costs more than one piece of a line (negative: gives back).

    A dearer one costs the difference. Of a cheaper one's comes back what was paid of it: the order's discount was taken
    off that too (18.00 paid for 20.00, now one at 10.00: 9.00 back).
    """
    more = price - line.price
    if more >= 0 or not order.discount:
        return more
    return -(refund_of(order, [replace(line, quantity=1)]) * -more // line.price)
