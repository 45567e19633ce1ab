"""Judges what the shop may come to quote, and reads it, before anybody asks: at start, and when a text has changed.

A thread that reads the catalogue in small pieces and rests after every run of the encoder, so that customers have the
processor. What it found is remembered by screen/shelf.py and by the encoders. Knows no turn.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable, Iterable, Iterator

from sqlalchemy import select

from assistant.guard import Guard
from assistant.rounds import Rounds
from assistant.shop.catalogue import Catalogue
from assistant.shop.schema import ProductRow
from assistant.shop.texts import texts_version
from assistant.store.database import Database
from assistant.types import Product

log = logging.getLogger("backroom.server")

POLL_S, FIRST_AFTER_S, REST_S = 20.0, 3.0, 0.02
ReadAhead = Callable[[Iterable[Product], Callable[[], bool], Callable[[], object]], int]
_PIECE = 100
"""Products that are read at a time: between two readings nothing of the database is held."""


def shop_texts(db: Database) -> Iterator[str]:
    """Every text of the shop that an answer may quote: its facts, pages and promotions, then what is sold."""
    catalogue = Catalogue(db)
    yield from catalogue.info().values()
    yield from (page.text for page in catalogue.policies())
    yield from (promotion.name for promotion in catalogue.promotions())
    for product in products_for_sale(db):
        yield from (product.name, product.description, *product.attributes.values(), *product.specs.values())


def products_for_sale(db: Database) -> Iterator[Product]:
    """The active products, some at a time: a long look holds nothing of the database."""
    with db.read() as session:
        ids = list(
            session.scalars(select(ProductRow.product_id).where(ProductRow.active).order_by(ProductRow.position))
        )
    for start in range(0, len(ids), _PIECE):
        yield from Catalogue(db).products(ids[start : start + _PIECE])


class Shelving:
    """Looks over one shop's texts until `stop`."""

    def __init__(
        self,
        db: Database,
        guard: Guard,
        read_ahead: ReadAhead = lambda products, is_over, rest: 0,
        *,
        poll_s: float = POLL_S,
        first_after_s: float = FIRST_AFTER_S,
    ) -> None:
        self._db = db
        self._guard = guard
        self._read_ahead = read_ahead
        self._seen: Hashable = None
        self._rounds = Rounds(
            "shelving",
            self._round,
            log,
            "the shop's texts are judged when they are quoted",
            every_s=poll_s,
            first_after_s=first_after_s,
        )

    def start(self) -> None:
        self._rounds.start()

    def stop(self) -> None:
        """See `Rounds.stop`."""
        self._rounds.stop()

    def look(self, rest_s: float = 0.0) -> int:
        """Judge what has changed since the last look; returns how many sentences needed the encoder."""
        with self._db.look() as raw:
            version = texts_version(raw)
        if version == self._seen:
            return 0
        num = self._guard.look_ahead(
            shop_texts(self._db), lambda: self._rounds.is_over, lambda: self._rounds.rest(rest_s)
        )
        self._read_ahead(products_for_sale(self._db), lambda: self._rounds.is_over, lambda: self._rounds.rest(rest_s))
        if not self._rounds.is_over:
            self._seen = version
        return num

    def _round(self) -> None:
        if num := self.look(REST_S):
            log.info("%d sentences of the shop were judged ahead", num)
