"""What one shop's texts give to read a message by: its vocabulary, its own names, and a reader made of them.

Owns the vocabulary, which is built again when any of the shop's texts has changed. Thread-safe. Knows no turn and no
conversation.
"""

from __future__ import annotations

import threading
from collections.abc import Hashable

from babel.numbers import get_currency_precision

from assistant.act.context import Context
from assistant.screen.judge import OwnNames, things
from assistant.shop.pricing.terms import fold_code
from assistant.shop.texts import texts_version
from assistant.store.database import Database
from assistant.understand.acts import default_head
from assistant.understand.reading import Reader
from assistant.understand.vocabulary import Vocabulary, load

_QUESTIONS = (
    "How much is the {}?",
    "Is the {} in stock?",
    "Tell me about the {}.",
    "What options are there for the {}?",
)
_NUM_LOOKED_AT = 200
"""Among how many of the products examples are chosen."""


class ShopWords:
    """The words of the shop in `db`, as they are now."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._lock = threading.Lock()
        self._known: tuple[Hashable, Vocabulary, OwnNames] | None = None

    def now(self) -> tuple[Vocabulary, OwnNames]:
        """The vocabulary, and the names of its own that a screen must not take amiss."""
        with self._db.look() as raw:
            version = texts_version(raw)
            with self._lock:
                if self._known is None or self._known[0] != version:
                    words = load(raw)
                    names = [p.name for p in words.products.values()]
                    own = OwnNames(names, [*things(names), *words.brands.values()], words.option_values)
                    self._known = (version, words, own)
                return self._known[1:]

    def questions(self) -> list[str]:
        """Questions to begin with, one for each of a few products."""
        products = list(self.now()[0].products.values())[:_NUM_LOOKED_AT]
        names = [p.name for p in products if p.active]
        picked = names[:: max(1, len(names) // len(_QUESTIONS))]
        return [form.format(name) for form, name in zip(_QUESTIONS, picked, strict=False)]


def reader(words: Vocabulary, context: Context) -> Reader:
    """What reads the messages of one turn."""
    promotions = context.catalogue.promotions()
    kept = context.shopper.preferences if context.shopper else ()
    return Reader(
        words,
        default_head(),
        context.encode,
        lookup=context.catalogue.product,
        digits=get_currency_precision(context.catalogue.currency),
        codes=frozenset(fold_code(p.code) for p in promotions if p.code),
        offers=tuple(p.name for p in promotions),
        known=[{"name": k.name, "value": k.value} for k in kept],
    )
