"""Search as one turn sees it: what was searched for once is not searched for again.

A message is taken in several ways and each is answered (readings/), so that one turn asks the same up to ten times.
What was found stays for that turn and no longer: it holds a customer's words, and the next turn sees the shop anew.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Hashable, Mapping
from typing import Any, TypeVar, cast

from assistant.shop import search_policies as policies
from assistant.shop.embed import Vectors
from assistant.shop.search import Filters, Hit, Search, Sort
from assistant.shop.search_index import Doc
from assistant.shop.search_policies import Pages, PolicyHit
from assistant.shop.search_rank import Fit
from assistant.shop.search_terms import Query, Vocabulary

Found = TypeVar("Found")


class SearchGlance(Search):
    """A `Search` of one turn. Make a new one for every turn; for one thread."""

    def __init__(self, search: Search) -> None:
        self._db, self._embedder, self._vocabulary = search._db, search._embedder, search._vocabulary
        self._found: dict[Hashable, Any] = {}
        self._seen: dict[int, Doc | None] = {}

    def products(
        self, query: str, filters: Filters | None = None, sort: Sort = "relevance", limit: int = 10
    ) -> list[Hit]:
        """See `Search.products`."""
        find = super().products
        return list(
            self._once(("products", query, _key(filters), sort, limit), lambda: find(query, filters, sort, limit))
        )

    def near(self, text: str, filters: Filters | None = None, limit: int = 10) -> list[Hit]:
        """See `Search.near`."""
        find = super().near
        return list(self._once(("near", text, _key(filters), limit), lambda: find(text, filters, limit)))

    def policies(self, query: str, limit: int = 3) -> list[PolicyHit]:
        """See `Search.policies`."""
        pages: Pages = self._once("pages", lambda: policies.read_pages(self._db, self._embedder))
        return policies.find_in(pages, self._embedder, query, limit, self.goods())

    def goods(self) -> Container[str]:
        """See `Search.goods`."""
        return self._once("goods", super().goods)

    def _words(self, raw: Any) -> tuple[Vocabulary, Mapping[str, tuple[str, ...]]]:
        find = super()._words
        return self._once("words", lambda: find(raw))

    def _docs(self, raw: Any, doc_ids: Collection[int]) -> list[Doc]:
        if new := [doc_id for doc_id in doc_ids if doc_id not in self._seen]:
            self._seen |= dict.fromkeys(new)
            self._seen |= {doc.doc_id: doc for doc in super()._docs(raw, new)}
        return [doc for doc_id in doc_ids if (doc := self._seen[doc_id]) is not None]

    def _fits(
        self, raw: Any, query: Query, vocabulary: Vocabulary, vector: Vectors, scope: list[int] | None
    ) -> list[Fit]:
        find = super()._fits
        key = ("fits", query, None if scope is None else tuple(scope))
        return self._once(key, lambda: find(raw, query, vocabulary, vector, scope))

    def _once(self, key: Hashable, find: Callable[[], Found]) -> Found:
        if key not in self._found:
            self._found[key] = find()
        return cast(Found, self._found[key])


def _key(filters: Filters | None) -> Hashable:
    """Filters as what a dictionary can be asked for: its mappings are none."""
    if filters is None:
        return None
    values = vars(filters) | {name: tuple(sorted(getattr(filters, name).items())) for name in ("options", "attributes")}
    return tuple(values.values())
