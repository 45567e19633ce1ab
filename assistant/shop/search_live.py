"""What of a product can be had now: its active variants that pass the filters, read from the shop's own rows.

Knows no index and no vectors.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from assistant.shop.read_rows import is_available
from assistant.shop.search_terms import Query
from assistant.shop.search_words import normal, stems

if TYPE_CHECKING:
    from assistant.shop.search import Filters

_OFFERS = """SELECT v.product_id, v.sku, v.price_minor, v.stock, v.available, v.options, v.position
    FROM json_each(?) j CROSS JOIN variant v ON v.product_id = j.value WHERE v.active"""


class Offer(NamedTuple):
    """A variant that passes. `num_wanted`: how many of the query's words its options have."""

    sku: str
    price_minor: int
    in_stock: bool
    num_wanted: int
    position: int


def live_offers(
    raw: Any, product_ids: Sequence[str], filters: Filters, query: Query, *, dearest_first: bool = False
) -> dict[str, list[Offer]]:
    """The variants of each product that pass the filters; products without any are left out.

    First those with the most of the options that the query names, then what is in stock, then by price.
    """
    sign = -1 if dearest_first else 1
    sql, values = _OFFERS, [json.dumps(product_ids)]
    if filters.price_min is not None:
        sql += f" AND v.price_minor >= {int(filters.price_min)}"
    if filters.price_max is not None:
        sql += f" AND v.price_minor <= {int(filters.price_max)}"
    wanted_forms = [frozenset(word.forms) for word in query.words if word.option_ids]
    found: dict[str, list[Offer]] = {}
    for product_id, sku, price, stock, available, options_json, position in raw.execute(sql, values):
        in_stock = bool(is_available(True, stock, available))
        if (filters.in_stock and not in_stock) or (filters.options and not _passes(options_json, filters.options)):
            continue
        own = _option_stems(options_json) if wanted_forms else frozenset()
        num_wanted = sum(not forms.isdisjoint(own) for forms in wanted_forms)
        found.setdefault(product_id, []).append(Offer(sku, price, in_stock, num_wanted, position))
    for offers in found.values():
        offers.sort(key=lambda offer: (-offer.num_wanted, not offer.in_stock, sign * offer.price_minor, offer.position))
    return found


def _passes(options_json: str, wanted: Mapping[str, Collection[str]]) -> bool:
    options = {normal(name): normal(value) for name, value in json.loads(options_json).items()}
    return all(options.get(normal(name)) in {normal(value) for value in values} for name, values in wanted.items())


@lru_cache(maxsize=65536)
def _option_stems(options_json: str) -> frozenset[str]:
    found: set[str] = set()
    for name, value in json.loads(options_json).items():
        found.update(stems(name if str(value).casefold() in ("yes", "true") else str(value)))
    return frozenset(found)
