"""One customer's own account as it is now: address, ways to pay, orders with their lines. Nobody else's rows are read.

Money is integer minor units; moments are in the shop's own time zone, so that their days are the shop's days. Knows no
rules and no dialogue.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, text
from sqlalchemy.orm import Session, selectinload

from assistant.shop.order_payments import given_back, held, paid_by, total_of
from assistant.shop.schema import CustomerRow, OrderRow, PaymentMethodRow, ShopInfo

ADDRESS = ("address1", "address2", "city", "state", "country", "postcode")
Address = Mapping[str, str]


@dataclass(frozen=True)
class Method:
    """A way to pay. Without a row of its own (`on_file` false) it is only what an order says it was paid with."""

    method_id: str
    source: str
    brand: str | None = None
    last_four: str | None = None
    balance: int | None = None
    on_file: bool = True

    def covers(self, amount: int) -> bool:
        """Whether an amount can be charged to it: of a gift card on file it must be known that it holds as much."""
        if self.source != "gift_card" or not self.on_file or amount <= 0:
            return True
        return self.balance is not None and self.balance >= amount


@dataclass(frozen=True)
class Line:
    """One line of an order, as it was sold. `price` is for one piece."""

    order_id: str
    number: int
    sku: str
    product_id: str | None
    name: str
    options: Mapping[str, str]
    quantity: int
    price: int


@dataclass(frozen=True)
class Order:
    """An order. `method` is what it is paid with now; `address` where it goes (the customer's own when unsaid)."""

    order_id: str
    status: str
    ordered_at: datetime | None
    shipped_at: datetime | None
    eta: datetime | None
    delivered_at: datetime | None
    carrier: str | None
    tracking: tuple[str, ...]
    address: Address
    lines: tuple[Line, ...]
    num_payments: int
    paid: int
    method: Method | None
    total: int
    discount: int
    """What was taken off the goods of the whole order."""
    extra: Mapping[str, Any]
    ways: tuple[tuple[Method | None, int], ...] = ()
    """What each way to pay would get back were the order cancelled; of a cancelled one, what it got. Empty where no
    payments are noted."""

    @property
    def open(self) -> bool:
        return self.status.startswith("pending")


@dataclass(frozen=True)
class Account:
    """Everything of one customer that order talk may touch. `orders` are in the order in which they were placed."""

    customer_id: str
    email: str
    first_name: str
    last_name: str
    member: bool
    address: Address
    methods: tuple[Method, ...]
    orders: tuple[Order, ...]

    def order(self, order_id: str) -> Order | None:
        return next((o for o in self.orders if o.order_id == order_id), None)

    def line(self, order_id: str, number: int) -> Line | None:
        order = self.order(order_id)
        return next((x for x in order.lines if x.number == number), None) if order else None

    def method(self, method_id: str) -> Method | None:
        known = [*self.methods, *(o.method for o in self.orders if o.method)]
        return next((m for m in known if m.method_id == method_id), None)


def order_shapes(session: Session) -> frozenset[str]:
    """How this shop's order numbers look, as `shape_of` says it; of those that have a letter, so that no price or
    count looks like one. Tells nothing of any order."""
    ids = session.scalars(select(OrderRow.order_id).limit(200))
    return frozenset(shape_of(i) for i in ids if re.search("[A-Za-z]", i))


def shape_of(number: str) -> str:
    """Letters as they are, digits as "0", all else left out: "#W1234567" and "w7654321" are "w0000000"."""
    return re.sub(r"\d", "0", re.sub(r"[^a-z\d]", "", number.lower()))


def load_account(session: Session, customer_id: str) -> Account | None:
    """The account of `customer_id`; None when there is no such customer."""
    row = session.get(CustomerRow, customer_id)
    if row is None:
        return None
    found = session.scalars(
        select(PaymentMethodRow)
        .where(PaymentMethodRow.customer_id == customer_id)
        .order_by(PaymentMethodRow.payment_method_id)
    )
    methods = {m.payment_method_id: _method(m) for m in found}
    home = {name: str(getattr(row, name)) for name in ADDRESS if getattr(row, name)}
    zone = ZoneInfo(session.scalar(select(ShopInfo.value).where(ShopInfo.key == "timezone")) or "UTC")
    orders = session.scalars(
        select(OrderRow)
        .where(OrderRow.customer_id == customer_id)
        .options(selectinload(OrderRow.lines), selectinload(OrderRow.payments))
        .order_by(OrderRow.ordered_at, text('"order".rowid'))
    )
    return Account(
        customer_id,
        row.email,
        row.first_name,
        row.last_name,
        row.member,
        home,
        tuple(methods.values()),
        tuple(_order(o, home, methods, zone) for o in orders),
    )


def _method(row: PaymentMethodRow) -> Method:
    return Method(row.payment_method_id, row.source, row.brand, row.last_four, row.balance_minor)


def _order(row: OrderRow, home: Address, methods: Mapping[str, Method], zone: ZoneInfo) -> Order:
    lines = tuple(
        Line(
            row.order_id, x.line_no, x.sku, x.product_id, x.name, dict(x.options or {}), x.quantity, x.unit_price_minor
        )
        for x in row.lines
    )
    method = methods.get(paid_by(row.payments) or "")
    if method is None and row.paid_with:
        method = _of_words(row.paid_with)
    goods = sum(x.price * x.quantity for x in lines)
    paid = sum(p.amount_minor if p.kind == "payment" else -p.amount_minor for p in row.payments)
    total = total_of(row)
    off = row.discount_minor
    if off is None:  # not noted: what the total, where it is noted, lacks of the goods and their delivery
        off = max(0, goods + (row.shipping_cost_minor or 0) - total)
    return Order(
        row.order_id,
        row.status,
        _here(row.ordered_at, zone),
        _here(row.shipped_at, zone),
        _here(row.eta, zone),
        _here(row.delivered_at, zone),
        row.carrier,
        tuple(row.tracking or ()),
        dict(row.address) or dict(home),
        lines,
        len(row.payments),
        paid if row.payments else total,
        method,
        total,
        off,
        dict(row.extra or {}),
        _ways(row, total, method, methods),
    )


def _ways(
    row: OrderRow, total: int, method: Method | None, methods: Mapping[str, Method]
) -> tuple[tuple[Method | None, int], ...]:
    """The ways that hold an order's money. `method`: what it is paid with, which a single one is."""
    found = given_back(row.payments, total) if row.status.startswith("cancel") else held(row.payments)
    if len(found) == 1:
        return ((method, found[0][1]),)
    words = {name: _of_words(row.paid_with) for name in ("", row.paid_with) if row.paid_with}
    return tuple((methods.get(name) or words.get(name), amount) for name, amount in found)


def _here(moment: datetime | None, zone: ZoneInfo) -> datetime | None:
    return None if moment is None else moment.astimezone(zone)


def _of_words(paid_with: str) -> Method:
    """What an order says it was paid with: "Visa ending 1881", "PayPal", "bank transfer"."""
    low = paid_with.lower()
    source = (
        "paypal" if "paypal" in low
        else "gift_card" if "gift" in low
        else "credit_card" if re.search(r"visa|master|amex|american|card", low)
        else low
    )  # fmt: skip
    brand = re.search(r"visa|mastercard|amex|american express|maestro", low)
    digits = re.search(r"(\d{4})\s*$", paid_with)
    return Method(paid_with, source, brand[0] if brand else None, digits[1] if digits else None, None, on_file=False)
