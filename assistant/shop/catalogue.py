"""What the shop sells, read from the database as it is at this moment: products, variants, policies, facts, the clock.

A `Catalogue` caches nothing: a change by anybody is in the very next call. A `Glance` is what one turn sees of it, each
row read once. Finds things by id only (finding them by words is search's work) and prices nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import RowMapping, Table, select
from sqlalchemy.orm import Session

from assistant.errors import DatabaseError
from assistant.shop.schema import PolicyRow, ProductRow, PromotionRow, ShopInfo, VariantRow
from assistant.store.database import Database
from assistant.types import Money, Policy, Product, Variant

_BATCH = 500
_PRODUCT: Table = ProductRow.metadata.tables["product"]
_VARIANT: Table = VariantRow.metadata.tables["variant"]


def shop_currency(session: Session) -> str:
    """The shop's currency. Raises DatabaseError for a database that holds no shop."""
    found = session.scalar(select(ShopInfo.value).where(ShopInfo.key == "currency"))
    if found is None:
        raise DatabaseError("the database holds no shop yet; import one with: backroom import")
    return found


class Catalogue:
    """The shop in `db`. Thread-safe; every call reads for itself."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def glance(self) -> Glance:
        """What one turn sees of the shop."""
        return Glance(self._db)

    def info(self) -> dict[str, str]:
        """The facts of the shop by name: name, currency, locale, timezone, and whatever else it says of itself."""
        with self._db.read() as session:
            return {row.key: row.value for row in session.execute(select(ShopInfo.key, ShopInfo.value))}

    @property
    def currency(self) -> str:
        """ISO 4217. Raises DatabaseError for a database that holds no shop."""
        with self._db.read() as session:
            return shop_currency(session)

    @property
    def locale(self) -> str:
        """Babel's name of the shop's locale, "en_US" when it doesn't say."""
        return self.info().get("locale", "en_US")

    @property
    def timezone(self) -> ZoneInfo:
        """The shop's time zone, UTC when it doesn't say."""
        return ZoneInfo(self.info().get("timezone", "UTC"))

    def now(self) -> datetime:
        """The shop's clock in its own time zone: the fact `now` where that is fixed, else the real time."""
        facts = self.info()
        zone = ZoneInfo(facts.get("timezone", "UTC"))
        if not facts.get("now"):
            return datetime.now(zone)
        moment = datetime.fromisoformat(facts["now"])
        return moment.astimezone(zone) if moment.tzinfo else moment.replace(tzinfo=zone)

    def product(self, product_id: str) -> Product | None:
        """The product, active or not; None when there is none."""
        found = self.products([product_id])
        return found[0] if found else None

    def products(self, ids: Sequence[str]) -> list[Product]:
        """The products with these ids, in that order; ids that nobody has are left out."""
        with self._db.read() as session:
            found: dict[str, Product] = {}
            for start in range(0, len(ids), _BATCH):
                rows = session.execute(select(_PRODUCT).where(_PRODUCT.c.product_id.in_(ids[start : start + _BATCH])))
                found |= {product.product_id: product for product in _with_variants(session, rows.mappings().all())}
        return [found[product_id] for product_id in ids if product_id in found]

    def variant(self, sku: str) -> Variant | None:
        """The variant with this SKU; None when there is none."""
        with self._db.read() as session:
            joined = select(_VARIANT, _PRODUCT.c.active.label("product_active")).join_from(_VARIANT, _PRODUCT)
            row = session.execute(joined.where(_VARIANT.c.sku == sku)).mappings().one_or_none()
            return None if row is None else _variant(row, shop_currency(session), row["product_active"])

    def policies(self) -> list[Policy]:
        """The policy pages in the shop's order."""
        with self._db.read() as session:
            columns = (PolicyRow.policy_id, PolicyRow.title, PolicyRow.text)
            rows = session.execute(select(*columns).order_by(PolicyRow.position, PolicyRow.policy_id))
            return [Policy(policy_id, title, text) for policy_id, title, text in rows]

    def categories(self) -> list[str]:
        """The names of the categories and subcategories that the shop's active products are in."""
        with self._db.read() as session:
            active = select(ProductRow.category, ProductRow.subcategory).where(ProductRow.active).distinct()
            return list(dict.fromkeys(name for row in session.execute(active) for name in row if name))

    def promotions(self) -> list[PromotionRow]:
        """All promotions, running or not, detached from the database."""
        with self._db.read() as session:
            rows = list(session.scalars(select(PromotionRow).order_by(PromotionRow.promotion_id)))
            session.expunge_all()
            return rows

    def iter_products(self) -> Iterator[Product]:
        """All products, active or not, in the shop's order, with the variants of a few hundred in memory at a time.

        All of them from one consistent state of the database, which is held until the iterator ends or is closed.
        """
        with self._db.read() as session:
            ordered = select(_PRODUCT).order_by(_PRODUCT.c.position, _PRODUCT.c.product_id)
            for rows in session.execute(ordered).mappings().partitions(_BATCH):
                yield from _with_variants(session, rows)


class Glance(Catalogue):
    """What one turn sees of the shop: every fact and product is read when first asked for, and then stays as it was.

    Reading, answering and wording ask for the same few products many times over, and an answer must not see two prices
    of one product. Make a new one for every turn; for one thread.
    """

    def __init__(self, db: Database) -> None:
        super().__init__(db)
        self._facts: dict[str, str] | None = None
        self._seen: dict[str, Product | None] = {}
        self._promotions: list[PromotionRow] | None = None

    def info(self) -> dict[str, str]:
        """See `Catalogue.info`."""
        if self._facts is None:
            self._facts = super().info()
        return self._facts

    @property
    def currency(self) -> str:
        """See `Catalogue.currency`."""
        return self.info().get("currency") or super().currency

    def promotions(self) -> list[PromotionRow]:
        """See `Catalogue.promotions`."""
        if self._promotions is None:
            self._promotions = super().promotions()
        return list(self._promotions)

    def products(self, ids: Sequence[str]) -> list[Product]:
        """See `Catalogue.products`."""
        new = [product_id for product_id in dict.fromkeys(ids) if product_id not in self._seen]
        if new:
            self._seen |= dict.fromkeys(new)
            self._seen |= {product.product_id: product for product in super().products(new)}
        return [product for product_id in ids if (product := self._seen[product_id]) is not None]


def _with_variants(session: Session, rows: Sequence[RowMapping]) -> list[Product]:
    if not rows:
        return []
    currency = shop_currency(session)
    wanted = select(_VARIANT).where(_VARIANT.c.product_id.in_([row["product_id"] for row in rows]))
    ordered = wanted.order_by(_VARIANT.c.product_id, _VARIANT.c.position, _VARIANT.c.sku)
    variants = session.execute(ordered).mappings()
    by_product = {key: list(group) for key, group in groupby(variants, lambda row: str(row["product_id"]))}
    return [_product(row, by_product.get(row["product_id"], []), currency) for row in rows]


def _product(row: RowMapping, variants: Sequence[RowMapping], currency: str) -> Product:
    return Product(
        product_id=row["product_id"],
        name=row["name"],
        category=row["category"],
        subcategory=row["subcategory"],
        brand=row["brand"],
        description=row["description"],
        rating=row["rating"],
        attributes=row["attributes"],
        specs=row["specs"],
        active=row["active"],
        replaced_by=row["replaced_by"],
        image=row["image"],
        url=row["url"],
        variants=tuple(_variant(variant, currency, row["active"]) for variant in variants),
    )


def _variant(row: RowMapping, currency: str, product_active: bool) -> Variant:
    compare_at: Any = row["compare_at_minor"]
    return Variant(
        sku=row["sku"],
        product_id=row["product_id"],
        options=row["options"],
        price=Money(row["price_minor"], currency),
        compare_at=None if compare_at is None else Money(compare_at, currency),
        stock=row["stock"],
        available=is_available(row["active"] and product_active, row["stock"], row["available"]),
        active=row["active"],
        image=row["image"],
        gtin=row["gtin"],
    )


def is_available(active: bool, stock: int | None, available: bool | None) -> bool | None:
    """The one rule about "can I have it": never when inactive, by the count where there is one, else as the shop says
    (None: it doesn't)."""
    if not active:
        return False
    return stock > 0 if stock is not None else available
