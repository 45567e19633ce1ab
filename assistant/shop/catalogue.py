"""What the shop sells, read from the database as it is at this moment: products, variants, policies, facts, the clock.

A `Catalogue` caches nothing: a change by anybody is in the very next call. A `Glance` is what one turn sees of it, each
row read once. Finds things by id only (finding them by words is search's work) and prices nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.errors import DatabaseError
from assistant.shop import read_rows as rows
from assistant.shop.schema import PromotionRow, ShopInfo
from assistant.store.database import Database
from assistant.types import Policy, Product, Variant

_BATCH = 500


def shop_currency(session: Session) -> str:
    """The shop's currency. Raises DatabaseError for a database that holds no shop."""
    found = session.scalar(select(ShopInfo.value).where(ShopInfo.key == "currency"))
    if found is None:
        raise DatabaseError(rows.NO_SHOP)
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
        with self._db.look() as raw:
            return dict(raw.execute(rows.FACTS).fetchall())

    @property
    def currency(self) -> str:
        """ISO 4217. Raises DatabaseError for a database that holds no shop."""
        with self._db.look() as raw:
            return rows.currency_of(raw)

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
        found: dict[str, Product] = {}
        with self._db.look() as raw:
            for start in range(0, len(ids), _BATCH):
                some = ids[start : start + _BATCH]
                there = raw.execute(rows.PRODUCTS + rows.among("product_id", some), some).fetchall()
                found |= {product.product_id: product for product in rows.products_of(raw, there)}
        return [found[product_id] for product_id in ids if product_id in found]

    def variant(self, sku: str) -> Variant | None:
        """The variant with this SKU; None when there is none."""
        with self._db.look() as raw:
            return rows.variant_of(raw, sku)

    def policies(self) -> list[Policy]:
        """The policy pages in the shop's order."""
        with self._db.look() as raw:
            return [Policy(*row) for row in raw.execute(rows.PAGES)]

    def categories(self) -> list[str]:
        """The names of the categories and subcategories that the shop's active products are in."""
        with self._db.look() as raw:
            return list(dict.fromkeys(name for row in raw.execute(rows.KINDS) for name in row if name))

    def promotions(self) -> list[PromotionRow]:
        """All promotions, running or not, not attached to the database. Not to be changed."""
        with self._db.look() as raw:
            return rows.promotions_of(raw)

    def iter_products(self) -> Iterator[Product]:
        """All products, active or not, in the shop's order, with the variants of a few hundred in memory at a time.

        All of them from one consistent state of the database, which is held until the iterator ends or is closed.
        """
        with self._db.look() as raw:
            ordered = raw.execute(f"{rows.PRODUCTS} ORDER BY position, product_id")
            while some := ordered.fetchmany(_BATCH):
                yield from rows.products_of(raw, some)


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
        self._policies: list[Policy] | None = None

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

    def policies(self) -> list[Policy]:
        """See `Catalogue.policies`."""
        if self._policies is None:
            self._policies = super().policies()
        return list(self._policies)

    def products(self, ids: Sequence[str]) -> list[Product]:
        """See `Catalogue.products`."""
        new = [product_id for product_id in dict.fromkeys(ids) if product_id not in self._seen]
        if new:
            self._seen |= dict.fromkeys(new)
            self._seen |= {product.product_id: product for product in super().products(new)}
        return [product for product_id in ids if (product := self._seen[product_id]) is not None]
