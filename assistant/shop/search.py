"""Search: what a customer's words find among the products and the policy pages.

    search = Search(db, default_embedder())
    search.refresh()                                     # embeds what changed; without it words alone are searched
    search.products("trail shoes", Filters(price_max=10000), sort="cheapest", limit=3)
    search.policies("how long can I return things?")

Words (FTS5) and meaning (vectors) are joined in one score. Price, stock and activity are always read from the shop's
rows as they are now. Knows nothing of conversations and of the model.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Literal

from assistant.shop import search_index as index
from assistant.shop import search_policies as policies
from assistant.shop import search_vectors as vectors
from assistant.shop.embed import Embedder, Vectors
from assistant.shop.search_index import Doc
from assistant.shop.search_live import Offer, live_offers
from assistant.shop.search_policies import PolicyHit
from assistant.shop.search_rank import CONFIDENT, Fit, Judge
from assistant.shop.search_schema import ensure
from assistant.shop.search_scope import scope_of
from assistant.shop.search_sort import asked_for, first_in_order
from assistant.shop.search_terms import Query, Vocabulary, parse
from assistant.store.database import Database

Sort = Literal["relevance", "cheapest", "most_expensive", "newest", "best_rated"]

_BY_WORDS, _BY_OPTIONS, _BY_MEANING = 50, 20, 40
_CHUNK = 50


@dataclass(frozen=True)
class Filters:
    """What a product or one of its variants must have. Prices are minor units, inclusive; texts match in any case.

    `options` and `attributes` map a name ("size", "material") to the values that will do; `attributes` looks among the
    product's specs as well. A product passes when at least one active variant meets all of price, stock and options.
    """

    category: str | None = None
    subcategory: str | None = None
    brand: str | None = None
    price_min: int | None = None
    price_max: int | None = None
    in_stock: bool = False
    options: Mapping[str, frozenset[str]] = field(default_factory=dict)
    attributes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    rating_min: float | None = None
    product_ids: frozenset[str] | None = None
    without: frozenset[str] = frozenset()

    @property
    def of_variants(self) -> bool:
        """Whether it depends on a product's variants if it passes."""
        return bool(self.price_min is not None or self.price_max is not None or self.in_stock or self.options)


@dataclass(frozen=True)
class Hit:
    """A product that was found. `skus` are the variants that pass the filters: those with the options that the query
    names first, what is in stock before what isn't, then by price (`most_expensive`: the dearest first)."""

    product_id: str
    score: float
    skus: tuple[str, ...]
    confident: bool
    """Whether this is the thing that was asked for, rather than the nearest that the shop has."""
    matched: frozenset[str] = frozenset()
    """Words of the query that are in the name, the category or the brand."""
    missing: frozenset[str] = frozenset()
    """Words of the query that the product has nowhere."""
    similarity: float = 0.0
    """Nearness in meaning (cosine); a guess while the product has no vector."""

    @property
    def lexical(self) -> bool:
        """Whether any word of the query is in the name, the category or the brand."""
        return bool(self.matched)


class Search:
    """Search over one shop. Thread-safe; cheap to make, so a copy of the shop can have its own."""

    def __init__(self, db: Database, embedder: Embedder) -> None:
        """Makes the index when the database has none yet. Raises DatabaseError."""
        self._db = db
        self._embedder = embedder
        self._vocabulary = index.VocabularyReader()
        ensure(db)

    def refresh(self, progress: Callable[[int, int], None] | None = None) -> int:
        """Embed the products that are new or changed; returns how many. `progress` gets (done, to do).

        In short transactions: may be stopped at any time and goes on from there. Raises DatabaseError.
        """
        policies.keep_vectors(self._db, self._embedder)
        return vectors.refresh(self._db, self._embedder, progress)

    def products(
        self, query: str, filters: Filters | None = None, sort: Sort = "relevance", limit: int = 10
    ) -> list[Hit]:
        """The active products that fit the query and pass the filters, at most `limit`.

        An empty query lists everything that passes. By relevance the nearest come even when nothing really fits: see
        `Hit.confident`. Any other order ranks only products that are what was asked for. Raises DatabaseError.
        """
        filters = filters or Filters()
        with self._db.look() as raw:
            vocabulary, synonyms = self._words(raw)
            parsed = parse(query, vocabulary, synonyms)
            scope = scope_of(raw, filters)
            vector = self._embedder.encode([index.in_shop_words(raw, parsed, vocabulary)])[0]
            fits = [] if parsed.empty else self._fits(raw, parsed, vocabulary, vector, scope)
            relevant = sort == "relevance" and not parsed.empty
            hits = _by_relevance(raw, parsed, fits, filters, limit) if relevant else []
            if relevant and (len(hits) >= limit or len(fits) < _BY_WORDS or not filters.of_variants):
                return hits
            chosen = asked_for(raw, parsed, vocabulary, scope, fits)
            found = first_in_order(raw, chosen, filters, parsed, "cheapest" if relevant else sort, limit)
            rest = {product_id: offers for product_id, offers in found.items() if product_id not in _ids(hits)}
            return (hits + self._judged(raw, parsed, vector, rest))[:limit]

    def near(self, text: str, filters: Filters | None = None, limit: int = 10) -> list[Hit]:
        """The products nearest in meaning to a whole message, nearest first, whatever its words; `confident` of none.

        For a need told in sentences, of which no word need be in the shop. Raises DatabaseError.
        """
        filters = filters or Filters()
        with self._db.look() as raw:
            parsed = parse(text, *self._words(raw))
            near = vectors.nearest(raw, self._embedder.encode([text])[0], _BY_MEANING, scope_of(raw, filters))
            docs = {doc.doc_id: doc.product_id for doc in index.read_docs(raw, near)}
            offers = live_offers(raw, list(docs.values()), filters, parsed)
            order = [(docs[doc_id], round(similarity, 4)) for doc_id, similarity in near.items() if doc_id in docs]
            found = [(product_id, s, offers[product_id]) for product_id, s in order if product_id in offers]
            return [Hit(p, s, tuple(o.sku for o in sold), False, similarity=s) for p, s, sold in found[:limit]]

    def policies(self, query: str, limit: int = 3) -> list[PolicyHit]:
        """The paragraphs of the policy pages that are nearest to a question, best first. Raises DatabaseError."""
        return policies.find(self._db, self._embedder, query, limit, self.goods())

    def passages(self) -> list[PolicyHit]:
        """All paragraphs of the policy pages, as `policies` gives them for a question. Raises DatabaseError."""
        return policies.passages(self._db, self._embedder)

    def goods(self) -> Container[str]:
        """The stems of the words that name what the shop sells. Raises DatabaseError."""
        with self._db.look() as raw:
            return self._words(raw)[0].naming

    def _words(self, raw: Any) -> tuple[Vocabulary, Mapping[str, tuple[str, ...]]]:
        """The shop's vocabulary and synonyms."""
        return self._vocabulary.read(raw), index.read_synonyms(raw)

    def _docs(self, raw: Any, doc_ids: Collection[int]) -> list[Doc]:
        return index.read_docs(raw, doc_ids)

    def _fits(
        self, raw: Any, query: Query, vocabulary: Vocabulary, vector: Vectors, scope: list[int] | None
    ) -> list[Fit]:
        """Candidates by words, options and meaning, judged and in order."""
        found = dict.fromkeys(index.by_words(raw, query, vocabulary, _BY_WORDS, scope))
        found |= dict.fromkeys(index.by_options(raw, query.words, _BY_OPTIONS, scope))
        near = vectors.nearest(raw, vector, _BY_MEANING, scope)
        near |= vectors.similarities(raw, vector, [doc_id for doc_id in found if doc_id not in near])
        fits = _judge(raw, query, self._docs(raw, found | near), near)
        return sorted(fits, key=lambda each: (-each.score, each.doc.position))

    def _judged(self, raw: Any, query: Query, vector: Vectors, found: dict[str, list[Offer]]) -> list[Hit]:
        """Hits of products that are in their final order already."""
        docs = {doc.product_id: doc for doc in index.read_docs_of(raw, found)}
        near = {} if query.empty else vectors.similarities(raw, vector, [doc.doc_id for doc in docs.values()])
        fits = {each.doc.product_id: each for each in _judge(raw, query, docs.values(), near)}
        return [_hit(fits[product_id], offers) for product_id, offers in found.items() if product_id in fits]


def _ids(hits: list[Hit]) -> set[str]:
    return {hit.product_id for hit in hits}


def _by_relevance(raw: Any, query: Query, fits: list[Fit], filters: Filters, limit: int) -> list[Hit]:
    hits: list[Hit] = []
    waiting, size = iter(fits), limit + 2
    while chunk := list(islice(waiting, size)):
        size = _CHUNK  # the filters take many
        offers = live_offers(raw, [each.doc.product_id for each in chunk], filters, query)
        hits += [_hit(each, offers[each.doc.product_id]) for each in chunk if each.doc.product_id in offers]
        if len(hits) >= limit:
            break
    return hits[:limit]


def _judge(raw: Any, query: Query, docs: Collection[Doc], near: Mapping[int, float]) -> list[Fit]:
    options = index.options_of(raw, [doc.doc_id for doc in docs], query.words)
    judge = Judge(query)
    return [judge.fit(doc, options.get(doc.doc_id, frozenset()), near.get(doc.doc_id)) for doc in docs]


def _hit(each: Fit, offers: list[Offer]) -> Hit:
    return Hit(
        product_id=each.doc.product_id,
        score=round(each.score, 4),
        skus=tuple(offer.sku for offer in offers),
        confident=each.confidence >= CONFIDENT,
        matched=each.matched,
        missing=each.missing,
        similarity=round(each.similarity, 4),
    )
