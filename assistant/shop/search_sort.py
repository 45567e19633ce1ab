"""Lists in the order of price, age or rating: which products are what was asked for, and the first of them.

By relevance a product that is only near may come last; in the order of price it would come first. So here the set is
decided before the order: products that are the thing named (by name or kind), with as many of the other words as any
has. Prices are read live, and only as far as the list needs. Knows no vectors.
"""

from __future__ import annotations

import heapq
import json
from collections.abc import Collection, Generator, Iterator, Sequence
from itertools import count, islice
from typing import TYPE_CHECKING, Any

from assistant.shop import search_index as index
from assistant.shop.search_live import Offer, live_offers
from assistant.shop.search_rank import CONFIDENT, Fit, head_match
from assistant.shop.search_terms import Query, Vocabulary, Word

if TYPE_CHECKING:
    from assistant.shop.search import Filters, Sort

_NAMING = "name kind"
_MAX_SET = 20_000
_MANY = 5000
_MAX_WALK = 20_000
_CHUNK = 20
_NEARLY = 0.08
_NEAR = 0.4

Found = dict[str, list[Offer]]


def asked_for(
    raw: Any, query: Query, vocabulary: Vocabulary, scope: Collection[int] | None, fits: Sequence[Fit]
) -> list[int] | None:
    """Index numbers of the products that are what the query names; None: all. `fits` are the most relevant ones."""
    if query.empty:
        return None if scope is None else list(scope)
    head = query.head
    if head is not None and head.known and any(vocabulary.names(form) for form in head.forms):
        named = index.matching(raw, head, _NAMING, _MAX_SET, scope)
        degrees = {doc.doc_id: head_match(head, doc) for doc in index.read_names(raw, named)}
        things = [doc_id for doc_id, degree in degrees.items() if degree == 1.0] or list(degrees)
        if things:
            return _with_most_words(raw, query, head, things)
    return _nearest(fits)


def _with_most_words(raw: Any, query: Query, head: Word, things: list[int]) -> list[int]:
    """Those that have the most of the other words, wherever they have them: "waterproof" in "waterproof jacket"."""
    weights = dict.fromkeys(things, 0.0)
    for word in query.words:
        if word == head or not word.known or word.weak:
            continue
        having = set(index.matching(raw, head, _NAMING, _MAX_SET, with_word=word))
        having.update(index.options_of(raw, things, [word]))
        for doc_id in having & weights.keys():
            weights[doc_id] += word.weight
    most = max(weights.values())
    return [doc_id for doc_id, weight in weights.items() if weight >= most - 1e-6]


def _nearest(fits: Sequence[Fit]) -> list[int]:
    """Without a word to go by: what is certainly meant, otherwise what is nearly as near as the nearest."""
    if not fits:
        return []
    sure = [each for each in fits if each.confidence >= CONFIDENT]
    best = max(each.similarity for each in fits)
    near = [each for each in fits if each.similarity >= max(best - _NEARLY, _NEAR)]
    return [each.doc.doc_id for each in {each.doc.doc_id: each for each in (*sure, *near)}.values()]


def first_in_order(
    raw: Any, doc_ids: Collection[int] | None, filters: Filters, query: Query, sort: Sort, limit: int
) -> Found:
    """The first `limit` products in the order of `sort` that pass the filters, with their variants, in that order.

    A product's price is that of its first variant that passes: with the options that the query names, if it has any.
    """
    by_price = sort in ("cheapest", "most_expensive")
    sign = -1 if sort == "most_expensive" else 1
    if filters.options:
        doc_ids = index.with_options(raw, doc_ids, filters.options)
    candidates = _in_order(raw, doc_ids, filters, sort)
    found: list[tuple[int, int, str, list[Offer]]] = []
    place = count()
    while chunk := list(islice(candidates, _CHUNK)):
        if by_price and len(found) >= limit and sign * chunk[0][1] > found[limit - 1][0]:
            break  # no product from here on can be cheaper than the last of the list
        offers = live_offers(raw, [product_id for product_id, _ in chunk], filters, query, dearest_first=sign < 0)
        for product_id, _ in chunk:
            if product_id in offers:
                key = sign * offers[product_id][0].price_minor if by_price else 0
                found.append((key, next(place), product_id, offers[product_id]))
        found = heapq.nsmallest(limit, found) if by_price else found
        if not by_price and len(found) >= limit:
            break
    return {product_id: offers for _, _, product_id, offers in found[:limit]}


def _in_order(raw: Any, doc_ids: Collection[int] | None, filters: Filters, sort: Sort) -> Iterator[tuple[str, int]]:
    """(product, a bound of its price) in order. The price is the lowest (highest) of any active variant."""
    if sort in ("cheapest", "most_expensive"):
        return _by_price(raw, doc_ids, filters, "ASC" if sort == "cheapest" else "DESC")
    order = {"newest": "p.position DESC", "best_rated": "p.rating DESC, p.position"}.get(sort, "p.position")
    if doc_ids is None:
        rows = raw.execute(f"SELECT p.product_id, 0 FROM product p WHERE p.active ORDER BY {order}")
    else:
        rows = raw.execute(
            f"""SELECT p.product_id, 0 FROM json_each(?) j CROSS JOIN search_doc d ON d.doc_id = j.value
            CROSS JOIN product p ON p.product_id = d.product_id WHERE p.active ORDER BY {order}""",
            (json.dumps(list(doc_ids)),),
        )
    return iter(rows)


def _by_price(raw: Any, doc_ids: Collection[int] | None, filters: Filters, direction: str) -> Iterator[tuple[str, int]]:
    limits = "".join(
        f" AND v.price_minor {operator} {int(price)}"
        for operator, price in ((">=", filters.price_min), ("<=", filters.price_max))
        if price is not None
    )
    if doc_ids is None or len(doc_ids) > _MANY:
        finished, seen = yield from _walk(raw, doc_ids, limits, direction)
        if finished:
            return
        doc_ids = [doc_id for doc_id in doc_ids or () if doc_id not in seen]
    yield from raw.execute(
        f"""SELECT product_id, price FROM (SELECT p.product_id AS product_id, (SELECT v.price_minor FROM variant v
            WHERE v.product_id = p.product_id AND v.active{limits} ORDER BY v.price_minor {direction} LIMIT 1) AS price
        FROM json_each(?) j CROSS JOIN search_doc d ON d.doc_id = j.value
        CROSS JOIN product p ON p.product_id = d.product_id WHERE p.active)
        WHERE price IS NOT NULL ORDER BY price {direction}""",
        (json.dumps(list(doc_ids)),),
    )


def _walk(
    raw: Any, doc_ids: Collection[int] | None, limits: str, direction: str
) -> Generator[tuple[str, int], None, tuple[bool, set[int]]]:
    """Go through all prices in order, as the first of very many products come soon. Returns whether it came to the
    end, and what it met; of a set it gives up after 20,000 prices, as all of the set may lie at the other end."""
    wanted = None if doc_ids is None else frozenset(doc_ids)
    seen: set[int] = set()
    rows = raw.execute(
        f"""SELECT d.doc_id, v.product_id, v.price_minor FROM variant v CROSS JOIN search_doc d
        ON d.product_id = v.product_id CROSS JOIN product p ON p.product_id = v.product_id
        WHERE v.active AND p.active{limits} ORDER BY v.price_minor {direction}"""
    )
    for num, (doc_id, product_id, price) in enumerate(rows):
        if wanted is not None and num == _MAX_WALK:
            return False, seen
        if doc_id not in seen and (wanted is None or doc_id in wanted):
            seen.add(doc_id)
            yield product_id, price
    return True, seen
