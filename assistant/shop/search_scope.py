"""The products that pass the filters on what a product is: category, brand, attributes, rating.

Reads the shop's own rows. Knows no query and no variants.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from assistant.shop.search_words import normal, tokens

if TYPE_CHECKING:
    from assistant.shop.search import Filters


def scope_of(raw: Any, filters: Filters) -> list[int] | None:
    """Index numbers of the active products that pass; None when no such filter is set (all pass)."""
    conditions: list[str] = []
    values: list[Any] = []
    for column in ("category", "subcategory", "brand"):
        if (wanted := getattr(filters, column)) is not None:
            conditions.append(f"p.{column} IN (SELECT value FROM json_each(?))")
            values.append(json.dumps(_spellings(raw, column, wanted)))
    if filters.rating_min is not None:
        conditions.append("p.rating >= ?")
        values.append(filters.rating_min)
    if filters.product_ids is not None:
        conditions.append("p.product_id IN (SELECT value FROM json_each(?))")
        values.append(json.dumps(sorted(filters.product_ids)))
    if filters.without:
        conditions.append("p.product_id NOT IN (SELECT value FROM json_each(?))")
        values.append(json.dumps(sorted(filters.without)))
    for name, wanted in filters.attributes.items():
        if (narrowed := _by_facts(name, wanted)) is not None:
            conditions.append("d.doc_id IN (SELECT rowid FROM search_text WHERE search_text MATCH ?)")
            values.append(narrowed)
    if not conditions and not filters.attributes:
        return None
    rows = raw.execute(
        f"""SELECT d.doc_id{", p.attributes, p.specs" if filters.attributes else ""}
        FROM product p JOIN search_doc d ON d.product_id = p.product_id
        WHERE p.active AND {" AND ".join(conditions or ["1"])}""",
        values,
    )
    if not filters.attributes:
        return [row[0] for row in rows]
    return [doc_id for doc_id, attributes, specs in rows if _has_attributes(attributes, specs, filters)]


def _spellings(raw: Any, column: str, wanted: str) -> list[str]:
    """The values of a column that are `wanted` but for upper and lower case, "-" and "_"."""
    if raw.execute(f"SELECT 1 FROM product WHERE {column} = ? LIMIT 1", (wanted,)).fetchone():
        return [wanted]
    rows = raw.execute(f"SELECT DISTINCT {column} FROM product WHERE {column} IS NOT NULL")
    return [row[0] for row in rows if normal(row[0]) == normal(wanted)]


def _by_facts(name: str, wanted: frozenset[str]) -> str | None:
    """An FTS expression that every product with one of these values meets; None when the index can't tell."""
    either = []
    for value in wanted:
        said = name if value.casefold() in ("yes", "true", "1") else value
        words = tokens(said)
        # The index folds other letters ("ß", "²") and apostrophes otherwise than `tokens`.
        if not words or not said.isascii() or "'" in said or value.casefold() in ("no", "false", "0"):
            return None
        either.append("(" + " AND ".join(f'"{word}"' for word in words) + ")")
    return f"facts : ({' OR '.join(either)})" if either else None


def _has_attributes(attributes: str, specs: str, filters: Filters) -> bool:
    known = {normal(name): str(value) for text in (specs, attributes) for name, value in json.loads(text).items()}
    for name, wanted in filters.attributes.items():
        value = known.get(normal(name))
        parts = {normal(part) for part in (value or "").split(";")} | {normal(value or "")}
        if value is None or parts.isdisjoint(normal(each) for each in wanted):
            return False
    return True
