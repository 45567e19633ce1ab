"""The writer that every importer writes a shop through: streaming, in one transaction, changing only what differs.

An importer is a module with `load(path, writer)`. It calls `writer.shop(...)` first (currency and time zone), then
hands over rows as dicts of the schema's columns (money in minor units, see `values`), each with its place:

    for place, cells in read_csv(path, writer, required=("sku",)):
        try:
            writer.variant({"sku": ..., "price_minor": writer.money(cells["price"], "price"), ...}, place)
        except BadValue as bad:
            writer.reject(place, bad)

Rows are kept in batches, parents are written before their children, whatever order they come in. Columns that a row
leaves out keep what the database has. Nothing is ever deleted but outgrown order lines, payments and reviews. Orders
that customers had changed here stay as they are until the source knows (`changed_here`).
Knows no file format.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from assistant.errors import ImportFailedError
from assistant.shop import schema
from assistant.shop.importers import values
from assistant.shop.importers.changed_here import ChangedHere
from assistant.shop.importers.children import NumberedWriter, OrderLineWriter
from assistant.shop.importers.facts import ShopFacts
from assistant.shop.importers.report import BadValue, ImportProgress, ImportReport, Place, ProgressCallback
from assistant.shop.importers.tables import Parent, Row, TableWriter, known_keys, missing_parent
from assistant.shop.importers.wishes import Wishes
from assistant.shop.pricing.terms import Target, parts_of, plain

BATCH = 5000
ORDER_STATUSES = ("pending", "processed", "shipped", "delivered", "cancelled", "returned")
REQUEST_STATUSES = ("pending (item modified)", "return requested", "exchange requested")
"""Statuses that an order takes when a customer asks to change it, in tau2-bench's words."""
MONEY_AND_COUNTS = (
    "price_minor",
    "compare_at_minor",
    "stock",
    "unit_price_minor",
    "total_minor",
    "shipping_cost_minor",
)


class ShopWriter:
    """Takes rows of all the shop's tables. One for each import; not thread-safe."""

    def __init__(self, session: Session, report: ImportReport, progress: ProgressCallback | None = None) -> None:
        self._session = session
        self._connection = session.connection()
        self.report = report
        self._progress = progress
        self._facts = ShopFacts(session, report)
        self._changed_here = ChangedHere(self._connection)
        self._replaced_by: list[tuple[Place, str, str]] = []
        self._targets: list[tuple[str, Target]] = []
        self._wishes: Wishes | None = None
        self._order = (
            "product", "variant", "customer", "payment_method", "order", "order_line", "payment", "browsing", "review",
            "promotion", "policy",
        )  # fmt: skip
        self._writers: dict[str, TableWriter] = {}

    @property
    def currency(self) -> str:
        """The shop's currency. Raises ImportFailedError when neither the import nor the database has said it."""
        return self._facts.currency

    @property
    def zone(self) -> ZoneInfo:
        """The shop's time zone (UTC until somebody says otherwise)."""
        return self._facts.zone

    @property
    def wishes(self) -> Wishes:
        """What customers have taken back here."""
        self._wishes = self._wishes or Wishes(self._session)
        return self._wishes

    def money(self, cell: Any, column: str) -> int:
        """An amount in the shop's currency as minor units; raises BadValue."""
        return values.money(cell, self.currency, column)

    def money_or_none(self, cell: Any, column: str) -> int | None:
        """Like `money`; None for an empty cell."""
        return values.money_or_none(cell, self.currency, column)

    def moment_or_none(self, cell: Any, column: str) -> datetime | None:
        """An ISO 8601 moment, without a zone in the shop's; raises BadValue. None for an empty cell."""
        return values.moment_or_none(cell, self.zone, column)

    def reject(self, place: Place, problem: BadValue) -> None:
        """A row that can't be taken."""
        self.report.reject(problem.at(place))

    def gap(self, name: str, parent: str, place: Place) -> None:
        """A row of an order's lines or payments, or of a product's reviews (`name`: "order_line"), was rejected: its
        number stays free, so that what is stored under it stays."""
        writer = self._writers.get(name) or self._open(name)
        if parent and isinstance(writer, NumberedWriter):
            writer.add_gap(place, parent)

    def warn(self, text: str) -> None:
        """A remark for the operator that doesn't stop the import."""
        self.report.warn(text)

    def fatal(self, place: Place, column: str, value: object, problem: str, remedy: str) -> ImportFailedError:
        """The error to raise when a file as a whole can't be taken (no header, a missing column), skipping or not."""
        row = BadValue(column, value, problem, remedy).at(place)
        return ImportFailedError(f"{row}; nothing was imported", [row])

    def progress(self, file: str, num_rows: int, fraction: float | None) -> None:
        """Tell whoever watches how far the current file is."""
        if self._progress is not None:
            self._progress(ImportProgress(file, num_rows, fraction))

    def shop(self, facts: Mapping[str, str], place: Place) -> None:
        """Facts of the shop by name. Checks `currency`, `timezone`, `locale` and `now`; raises BadValue. A currency
        that isn't the database's is refused: prices there are in the old one."""
        self._facts.take(facts, place)

    def shop_defaults(self, facts: Mapping[str, str], place: Place) -> None:
        """Facts that count only until the shop sets its own."""
        self._facts.take(self._facts.missing(facts), place)

    def product(self, row: Row, place: Place) -> None:
        """A product; needs `product_id` and `name`. `replaced_by` may name a product that comes later."""
        _needs(row, "product_id", "name")
        if row.get("replaced_by"):
            self._replaced_by.append((place, row["product_id"], row["replaced_by"]))
        self._add("product", row, place)

    def variant(self, row: Row, place: Place) -> None:
        """A variant; needs `sku`, `product_id`, `price_minor`. Give `stock` or, where nobody counts, `available`."""
        _needs(row, "sku", "product_id")
        if row.get("stock") is not None:
            row = {**row, "available": None}  # the count says it
        self._add("variant", row, place)

    def customer(self, row: Row, place: Place) -> None:
        """A customer; needs `customer_id`. Leave `consent` out where the source doesn't say."""
        _needs(row, "customer_id")
        self._add("customer", self.wishes.customer(row), place)

    def payment_method(self, row: Row, place: Place) -> None:
        """A way to pay; needs `payment_method_id`, `customer_id`, `source`. Never a full card number."""
        _needs(row, "payment_method_id", "customer_id", "source")
        self._add("payment_method", row, place)

    def order(self, row: Row, place: Place) -> None:
        """An order; needs `order_id`, `customer_id` and a `status` out of the known ones."""
        _needs(row, "order_id", "customer_id", "status")
        if row["status"] not in ORDER_STATUSES and row["status"] not in REQUEST_STATUSES:
            raise BadValue("status", row["status"], "is not a status", f"use one of {', '.join(ORDER_STATUSES)}")
        self._changed_here.source_says(row["order_id"], row["status"])
        self._add("order", row, place)

    def order_line(self, row: Row, place: Place) -> None:
        """The next line of an order; needs `order_id`, `sku`, `quantity`, `unit_price_minor`. Without `name` the line
        takes name, product and options from the catalogue, and the SKU must be there."""
        _needs(row, "order_id", "sku")
        if row.get("quantity", 1) < 1:
            raise BadValue("quantity", row["quantity"], "is not a quantity", "a quantity is 1 or more")
        self._add("order_line", row, place)

    def payment(self, row: Row, place: Place) -> None:
        """The next movement of money on an order; needs `order_id`, `kind` (payment or refund) and `amount_minor`."""
        _needs(row, "order_id", "kind")
        if row["kind"] not in ("payment", "refund"):
            raise BadValue("kind", row["kind"], "is not a kind of payment", "use payment or refund")
        self._add("payment", row, place)

    def browsing(self, row: Row, place: Place) -> None:
        """A product that a customer looked at; needs `customer_id`, `product_id`, `viewed_at`."""
        _needs(row, "customer_id", "product_id")
        if self.wishes.may_be_viewed(row):
            self._add("browsing", row, place)

    def review(self, row: Row, place: Place) -> None:
        """The next review of a product; needs `product_id`."""
        _needs(row, "product_id")
        self._add("review", row, place)

    def promotion(self, row: Row, place: Place) -> None:
        """A promotion; needs `promotion_id`, `name`, `type` (see assistant.shop.promotions_format)."""
        _needs(row, "promotion_id", "name", "type")
        parts = parts_of(row.get("applies_to") or "all", bundle=row["type"] == "bundle")
        self._targets += [(row["promotion_id"], target) for part in parts for target in part]
        self._add("promotion", row, place)

    def policy(self, row: Row, place: Place) -> None:
        """A policy page; needs `policy_id`, `title`, `text`. A text whose first heading isn't the title gets it
        as a heading, so that a page says the same when it is written out and read again."""
        _needs(row, "policy_id", "title", "text")
        if values.first_heading(row["text"]) != row["title"]:
            row = {**row, "text": f"# {row['title']}\n\n{row['text']}"}
        self._add("policy", row, place)

    def _add(self, name: str, row: Row, place: Place) -> None:
        for column in MONEY_AND_COUNTS:
            amount = row.get(column)
            if amount is not None and amount < 0:
                raise BadValue(column.removesuffix("_minor"), amount, "is negative", "it must be 0 or more")
        writer = self._writers.get(name) or self._open(name)
        writer.add(place, row)
        if writer.num_queued >= BATCH:
            self._flush_through(name)

    def _flush_through(self, last: str) -> None:
        """Write what is queued for a table and, before it, for the tables that it may depend on."""
        for name in self._order:
            if name in self._writers:
                self._writers[name].flush()
            if name == last:
                return

    def _open(self, name: str) -> TableWriter:
        reject, connection = self.reject, self._connection
        product, customer, order = _parent("product"), _parent("customer"), _parent("order")
        counts = self.report.counts(_REPORTED[name])
        table = _TABLES[name]
        writer: TableWriter
        if name == "order_line":
            writer = OrderLineWriter(connection, counts, reject, order)
        elif name in ("payment", "review"):
            writer = NumberedWriter(connection, table, counts, reject, order if name == "payment" else product)
        else:
            parents = {
                "variant": (product,), "payment_method": (customer,), "order": (customer,),
                "browsing": (customer, product),
            }.get(name, ())  # fmt: skip
            writer = TableWriter(connection, table, counts, reject, parents, name in ("product", "variant"))
        if name in ("order", "order_line", "payment"):
            writer.leaves = self._changed_here.leaves
        self._writers[name] = writer
        return writer

    def finish(self) -> None:
        """Write what is still queued, check `replaced_by` and drop outgrown rows. `import_shop` calls it."""
        self._flush_through(self._order[-1])
        self._check_replacements()
        self._check_targets()
        for warning in self._wishes.warnings() if self._wishes else ():
            self.warn(warning)
        for writer in self._writers.values():
            if isinstance(writer, NumberedWriter):
                writer.finish()
        if (left := self._changed_here.warning()) is not None:
            self.warn(left)

    def _check_replacements(self) -> None:
        table = _TABLES["product"]
        there = known_keys(self._connection, table, {new for _, _, new in self._replaced_by})
        for place, product_id, new in self._replaced_by:
            if new not in there:
                self.reject(place, missing_parent("replaced_by", new, "product"))
                cleared = table.update().where(table.c.product_id == product_id).values(replaced_by=None)
                self._connection.execute(cleared)

    def _check_targets(self) -> None:
        """A promotion of a category or brand that no product has is never given: most likely it is misspelt."""
        for kind in ("category", "subcategory", "brand"):
            named = [(promotion_id, target) for promotion_id, target in self._targets if target.kind == kind]
            if not named:
                continue
            column = _TABLES["product"].c[kind]
            there = {plain(value) for (value,) in self._connection.execute(select(column).distinct()) if value}
            for promotion_id, target in named:
                if target.value not in there:
                    self.warn(f"the promotion {promotion_id} is for the {kind} {target.value!r}, which no product has")


_MODELS = (
    schema.ProductRow, schema.VariantRow, schema.CustomerRow, schema.PaymentMethodRow, schema.OrderRow,
    schema.OrderLineRow, schema.PaymentRow, schema.BrowsingRow, schema.ReviewRow, schema.PromotionRow, schema.PolicyRow,
)  # fmt: skip
_TABLES: dict[str, Table] = {model.__tablename__: model.metadata.tables[model.__tablename__] for model in _MODELS}
_REPORTED = {name: "policies" if name == "policy" else name if name == "browsing" else f"{name}s" for name in _TABLES}


def _parent(name: str) -> Parent:
    return Parent(f"{name}_id", _TABLES[name], name)


def _needs(row: Row, *columns: str) -> None:
    for column in columns:
        if not row.get(column):
            raise BadValue(column, "", "is empty", f"every row needs its {column}")
