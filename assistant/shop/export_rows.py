"""A shop's rows as the cells of SHOP_FORMAT's files: the counterpart of `importers.folder_rows`.

Columns beyond SHOP_FORMAT.md are written only where a shop wouldn't come back the same without them. Writes no file.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, or_, select, text
from sqlalchemy.orm import Session

from assistant.shop import schema
from assistant.shop.catalogue import shop_currency
from assistant.shop.importers import folder_rows
from assistant.shop.promotions_format import COLUMNS as PROMOTION_COLUMNS
from assistant.shop.promotions_format import format_promotion
from assistant.types import Money

Cells = dict[str, str]


@dataclass(frozen=True)
class Shop:
    """How the shop writes amounts and times."""

    currency: str
    zone: ZoneInfo

    @classmethod
    def of(cls, session: Session, facts: Mapping[str, str]) -> Shop:
        return cls(shop_currency(session), ZoneInfo(facts.get("timezone", "UTC")))

    def cell(self, value: Any) -> str:
        """Any value but money as a cell."""
        if value is None or value == {} or value == []:
            return ""
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, datetime):
            return value.astimezone(self.zone).isoformat()
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, float):
            return format(Decimal(repr(value)), "f")
        if isinstance(value, dict):
            return json.dumps(value, ensure_ascii=False)
        return "; ".join(value) if isinstance(value, list) else str(value)

    def amount(self, minor: int | None) -> str:
        """Money as a cell."""
        return "" if minor is None else str(Money(minor, self.currency).decimal)


@dataclass(frozen=True)
class Columns:
    """A file's columns. `free` maps the names that the shop gave (attributes, options, preferences) to headers."""

    names: tuple[str, ...]
    free: Mapping[str, str]


@dataclass(frozen=True)
class ExportFile:
    """One file: its rows come from `model` in the order of `order`; `money` maps columns to the model's amounts."""

    stem: str
    model: Any
    known: tuple[str, ...]
    order: tuple[Any, ...]
    money: Mapping[str, str]
    renamed: Mapping[str, str]
    free: str | None = None
    needed: bool = False
    extra: Callable[[Session], tuple[str, ...]] = lambda session: ()

    def query(self) -> Select[Any]:
        return select(*self.model.__table__.columns).order_by(*self.order)

    def columns(self, session: Session) -> Columns:
        names = (*self.known, *self.extra(session))
        if self.free is None:
            return Columns(names, {})
        taken = _RESERVED[self.stem]
        table = self.model.__tablename__
        statement = text(f"SELECT DISTINCT key FROM {table}, json_each({table}.{self.free}) ORDER BY key")
        found = session.scalars(statement).all()
        free = {name: f"{folder_rows.FREE_PREFIX}{name}" if name in taken else name for name in found}
        return Columns((*names, *free.values()), free)

    def cells(self, row: Any, columns: Columns, shop: Shop) -> Cells:
        if self.stem == "promotions":
            return format_promotion(row, shop.currency)
        found: Cells = {}
        for name in columns.names:
            if name in self.money:
                found[name] = shop.amount(getattr(row, self.money[name]))
            elif name == "specs":
                found[name] = _pairs(row.specs)
            elif hasattr(row, attribute := self.renamed.get(name, name)) and name not in columns.free.values():
                found[name] = shop.cell(getattr(row, attribute))
        for name, value in (getattr(row, self.free) if self.free else {}).items():
            found[columns.free[name]] = shop.cell(value)
        return found


def _pairs(specs: Mapping[str, str]) -> str:
    """`Name=value; Name=value`, or a JSON object where that would be read differently."""
    if any(";" in part or "=" in name for name, value in specs.items() for part in (name, value)):
        return json.dumps(dict(specs), ensure_ascii=False)
    return "; ".join(f"{name}={value}" for name, value in specs.items())


def _variant_extras(session: Session) -> tuple[str, ...]:
    known = session.scalar(select(schema.VariantRow.sku).where(schema.VariantRow.available.is_not(None)).limit(1))
    return ("available",) if known is not None else ()


def _order_extras(session: Session) -> tuple[str, ...]:
    def used(column: Any) -> bool:
        return session.scalar(select(schema.OrderRow.order_id).where(func.length(column) > 2).limit(1)) is not None

    return tuple(name for name in ("address", "extra") if used(text(f'"{name}"')))


def _line_extras(session: Session) -> tuple[str, ...]:
    """Name, product and options as sold, when a line isn't what the catalogue says today."""
    line, variant, product = schema.OrderLineRow, schema.VariantRow, schema.ProductRow
    differing = (
        select(line.order_id)
        .outerjoin(variant, variant.sku == line.sku)
        .outerjoin(product, product.product_id == variant.product_id)
        .where(
            or_(
                product.name.is_distinct_from(line.name),
                variant.product_id.is_distinct_from(line.product_id),
                variant.options.is_distinct_from(line.options),
            )
        )
    )
    found = session.scalar(differing.limit(1))
    return () if found is None else ("product_id", "name", "options")


_RESERVED = {"products": folder_rows.PRODUCT, "variants": folder_rows.VARIANT, "customers": folder_rows.CUSTOMER}


def _file(stem: str, model: Any, known: str, order: tuple[Any, ...], money: str = "", **more: Any) -> ExportFile:
    amounts = dict(pair.split("=") for pair in money.split())
    return ExportFile(stem, model, tuple(known.split()), order, amounts, more.pop("renamed", {}), **more)


FILES: tuple[ExportFile, ...] = (
    _file(
        "products", schema.ProductRow,
        "product_id name category subcategory brand description active replaced_by image url rating specs",
        (schema.ProductRow.position, schema.ProductRow.product_id), free="attributes", needed=True,
    ),
    _file(
        "variants", schema.VariantRow, "sku product_id price stock compare_at_price gtin active image",
        (schema.VariantRow.position, schema.VariantRow.sku), "price=price_minor compare_at_price=compare_at_minor",
        free="options", needed=True, extra=_variant_extras,
    ),
    _file(
        "customers", schema.CustomerRow,
        "customer_id email first_name last_name phone address1 address2 city state postcode country member joined"
        " consent",
        (schema.CustomerRow.customer_id,), free="preferences",
    ),
    _file(
        "payment_methods", schema.PaymentMethodRow, "payment_method_id customer_id source brand last_four balance",
        (schema.PaymentMethodRow.payment_method_id,), "balance=balance_minor",
    ),
    _file(
        "orders", schema.OrderRow,
        "order_id customer_id ordered_at status shipped_at eta delivered_at carrier tracking shipping_cost discount"
        " total paid_with",
        (schema.OrderRow.order_id,), "shipping_cost=shipping_cost_minor discount=discount_minor total=total_minor",
        extra=_order_extras,
    ),
    _file(
        "order_lines", schema.OrderLineRow, "order_id sku quantity unit_price",
        (schema.OrderLineRow.order_id, schema.OrderLineRow.line_no), "unit_price=unit_price_minor", extra=_line_extras,
    ),
    _file(
        "payments", schema.PaymentRow, "order_id kind amount payment_method_id",
        (schema.PaymentRow.order_id, schema.PaymentRow.payment_no), "amount=amount_minor",
    ),
    _file(
        "browsing", schema.BrowsingRow, "customer_id product_id viewed_at",
        (schema.BrowsingRow.customer_id, schema.BrowsingRow.viewed_at, schema.BrowsingRow.product_id),
    ),
    _file(
        "reviews", schema.ReviewRow, "product_id rating author text date",
        (schema.ReviewRow.product_id, schema.ReviewRow.review_no), renamed={"date": "written_on"},
    ),
    _file("promotions", schema.PromotionRow, " ".join(PROMOTION_COLUMNS), (schema.PromotionRow.promotion_id,)),
)  # fmt: skip
