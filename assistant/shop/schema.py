"""The shop's tables: products with variants, customers with orders, promotions, policy pages.

Money is integer minor units of the shop's one currency (`shop_info["currency"]`). Ids are the shop's own text ids.
Knows nothing of search (search.py keeps its index beside these tables) or of conversations (store/).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from assistant.store.base import Base


class ShopInfo(Base):
    """Facts of the shop itself by name: `name`, `currency`, `locale`, `timezone`, `now` (fixes the clock), `hours`."""

    __tablename__ = "shop_info"
    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class ProductRow(Base):
    """A product. `attributes` are its columns of any name (material, care), `specs` its technical values."""

    __tablename__ = "product"
    product_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(index=True)
    category: Mapped[str] = mapped_column(default="", index=True)
    subcategory: Mapped[str | None]
    brand: Mapped[str | None] = mapped_column(index=True)
    description: Mapped[str] = mapped_column(default="")
    active: Mapped[bool] = mapped_column(default=True)
    replaced_by: Mapped[str | None]
    image: Mapped[str | None]
    url: Mapped[str | None]
    rating: Mapped[float | None]
    specs: Mapped[dict[str, str]] = mapped_column(default=dict)
    attributes: Mapped[dict[str, str]] = mapped_column(default=dict)
    position: Mapped[int] = mapped_column(default=0)
    """The order in which the shop lists its products; a higher one is newer."""

    variants: Mapped[list[VariantRow]] = relationship(back_populates="product", order_by="VariantRow.position")


class VariantRow(Base):
    """One buyable thing. `stock` NULL: the shop doesn't count; then `available` says what is known (NULL: nothing)."""

    __tablename__ = "variant"
    __table_args__ = (
        CheckConstraint("price_minor >= 0", name="price_not_negative"),
        CheckConstraint("stock IS NULL OR stock >= 0", name="stock_not_negative"),
        Index("ix_variant_product_price", "product_id", "price_minor"),
    )
    sku: Mapped[str] = mapped_column(primary_key=True)
    product_id: Mapped[str] = mapped_column(ForeignKey("product.product_id", ondelete="CASCADE"))
    price_minor: Mapped[int]
    compare_at_minor: Mapped[int | None]
    stock: Mapped[int | None]
    available: Mapped[bool | None]
    active: Mapped[bool] = mapped_column(default=True)
    gtin: Mapped[str | None]
    image: Mapped[str | None]
    options: Mapped[dict[str, str]] = mapped_column(default=dict)
    position: Mapped[int] = mapped_column(default=0)

    product: Mapped[ProductRow] = relationship(back_populates="variants")


class CustomerRow(Base):
    """A customer. `preferences` are stated ones (size_shoe, avoids); `consent` is to personalisation."""

    __tablename__ = "customer"
    customer_id: Mapped[str] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(index=True)
    first_name: Mapped[str] = mapped_column(default="")
    last_name: Mapped[str] = mapped_column(default="")
    phone: Mapped[str | None]
    address1: Mapped[str | None]
    address2: Mapped[str | None]
    city: Mapped[str | None]
    state: Mapped[str | None]
    postcode: Mapped[str | None]
    country: Mapped[str | None]
    member: Mapped[bool] = mapped_column(default=False)
    joined: Mapped[date | None]
    consent: Mapped[bool] = mapped_column(default=True)
    preferences: Mapped[dict[str, str]] = mapped_column(default=dict)

    payment_methods: Mapped[list[PaymentMethodRow]] = relationship(back_populates="customer")


class PaymentMethodRow(Base):
    """A way to pay that the customer has on file. Never a full card number: brand and last four digits only."""

    __tablename__ = "payment_method"
    payment_method_id: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customer.customer_id", ondelete="CASCADE"), index=True)
    source: Mapped[str]
    """`credit_card`, `gift_card` or `paypal`."""
    brand: Mapped[str | None]
    last_four: Mapped[str | None]
    balance_minor: Mapped[int | None]

    customer: Mapped[CustomerRow] = relationship(back_populates="payment_methods")


class OrderRow(Base):
    """An order. `status`: pending, processed, shipped, delivered, cancelled, returned, or a tau2 status such as
    "exchange requested". `address` is where it goes; `extra` keeps what has no column here."""

    __tablename__ = "order"
    order_id: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customer.customer_id", ondelete="CASCADE"), index=True)
    ordered_at: Mapped[datetime | None]
    status: Mapped[str]
    shipped_at: Mapped[datetime | None]
    eta: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    carrier: Mapped[str | None]
    tracking: Mapped[list[str]] = mapped_column(default=list)
    shipping_cost_minor: Mapped[int | None]
    discount_minor: Mapped[int | None]
    total_minor: Mapped[int | None]
    paid_with: Mapped[str | None]
    address: Mapped[dict[str, str]] = mapped_column(default=dict)
    extra: Mapped[dict[str, Any]] = mapped_column(default=dict)

    lines: Mapped[list[OrderLineRow]] = relationship(back_populates="order", order_by="OrderLineRow.line_no")
    payments: Mapped[list[PaymentRow]] = relationship(back_populates="order", order_by="PaymentRow.payment_no")


class OrderLineRow(Base):
    """One line of an order, as it was sold: name, price and options stay when the catalogue changes."""

    __tablename__ = "order_line"
    order_id: Mapped[str] = mapped_column(ForeignKey("order.order_id", ondelete="CASCADE"), primary_key=True)
    line_no: Mapped[int] = mapped_column(primary_key=True)
    sku: Mapped[str] = mapped_column(index=True)
    product_id: Mapped[str | None]
    name: Mapped[str] = mapped_column(default="")
    options: Mapped[dict[str, str]] = mapped_column(default=dict)
    quantity: Mapped[int] = mapped_column(default=1)
    unit_price_minor: Mapped[int]

    order: Mapped[OrderRow] = relationship(back_populates="lines")


class PaymentRow(Base):
    """One movement of money on an order: `kind` is "payment" or "refund"."""

    __tablename__ = "payment"
    order_id: Mapped[str] = mapped_column(ForeignKey("order.order_id", ondelete="CASCADE"), primary_key=True)
    payment_no: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    amount_minor: Mapped[int]
    payment_method_id: Mapped[str | None]

    order: Mapped[OrderRow] = relationship(back_populates="payments")


class BrowsingRow(Base):
    """A product that a customer looked at."""

    __tablename__ = "browsing"
    customer_id: Mapped[str] = mapped_column(ForeignKey("customer.customer_id", ondelete="CASCADE"), primary_key=True)
    product_id: Mapped[str] = mapped_column(ForeignKey("product.product_id", ondelete="CASCADE"), primary_key=True)
    viewed_at: Mapped[datetime] = mapped_column(primary_key=True)


class PreferenceRow(Base):
    """A preference that a customer told in a conversation, kept with their consent. `name` says of what kind (size,
    avoids, likes, budget); one kind may have several values."""

    __tablename__ = "preference"
    customer_id: Mapped[str] = mapped_column(ForeignKey("customer.customer_id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)
    told_at: Mapped[datetime]


class ReviewRow(Base):
    """A review: untrusted text, never obeyed. `review_no` counts within the product."""

    __tablename__ = "review"
    product_id: Mapped[str] = mapped_column(ForeignKey("product.product_id", ondelete="CASCADE"), primary_key=True)
    review_no: Mapped[int] = mapped_column(primary_key=True)
    rating: Mapped[float | None]
    author: Mapped[str] = mapped_column(default="")
    text: Mapped[str] = mapped_column(default="")
    written_on: Mapped[date | None]


class PromotionRow(Base):
    """A promotion as SHOP_FORMAT describes it. `value_minor` for money types (fixed, member_price, bundle),
    `percent` for percentages (Decimal as text, "12.5"), `buy`/`free` for buy_N_get_M. Days are inclusive, in the
    shop's zone."""

    __tablename__ = "promotion"
    promotion_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    type: Mapped[str]
    percent: Mapped[str | None]
    value_minor: Mapped[int | None]
    buy: Mapped[int | None]
    free: Mapped[int | None]
    applies_to: Mapped[str] = mapped_column(default="all")
    min_subtotal_minor: Mapped[int | None]
    code: Mapped[str | None]
    members_only: Mapped[bool] = mapped_column(default=False)
    starts: Mapped[date | None]
    ends: Mapped[date | None]
    combinable: Mapped[bool] = mapped_column(default=False)
    description: Mapped[str] = mapped_column(default="")


class PolicyRow(Base):
    """A policy page: Markdown. `policy_id` is the file's stem."""

    __tablename__ = "policy"
    policy_id: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    text: Mapped[str]
    position: Mapped[int] = mapped_column(default=0)
