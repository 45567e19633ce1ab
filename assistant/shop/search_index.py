"""Reads the search index: the shop's vocabulary, the products that hold a query's words, and their texts.

Every number of rows is bounded, so that a word that half the shop has costs no more than a rare one. Knows no vectors.
"""

from __future__ import annotations

import json
import threading
import time
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from assistant.shop.search_terms import Query, Vocabulary, Word
from assistant.shop.search_words import common_synonyms, normal, parse_synonyms, stem, stems, tokens, unstemmed

_NAMING = ("name", "kind", "brand")
_KEPT = 8
_RELOAD_EVERY_S = 30.0
_SMALL_SHOP = 3000
_BUDGET = 4000
"""How many rows a query may score; more frequent words only filter."""


class Doc(NamedTuple):
    """The texts of a product by which it is judged."""

    doc_id: int
    product_id: str
    name: str
    category: str
    subcategory: str
    brand: str
    facts: str
    description: str
    rating: float | None
    position: int


_vocabularies: OrderedDict[int, tuple[float, Vocabulary]] = OrderedDict()
_vocabulary_lock = threading.Lock()


class VocabularyReader:
    """The vocabulary of one shop, kept while nothing changes. A very large shop's may be 30 seconds old: only typo
    correction and word weights go by it, never what is found."""

    def __init__(self) -> None:
        self._last: tuple[float, Vocabulary] | None = None

    def read(self, raw: Any) -> Vocabulary:
        token = raw.execute("SELECT texts FROM search_meta").fetchone()[0]
        with _vocabulary_lock:
            kept = _vocabularies.get(token)
        if kept is None and self._last is not None and self._last[1].num_docs > _SMALL_SHOP:
            kept = self._last if time.monotonic() - self._last[0] < _RELOAD_EVERY_S else None
        if kept is None:
            kept = (time.monotonic(), _load_vocabulary(raw))
            with _vocabulary_lock:
                _vocabularies[token] = kept
                if len(_vocabularies) > _KEPT:
                    _vocabularies.popitem(last=False)
        self._last = kept
        return kept[1]


def _load_vocabulary(raw: Any) -> Vocabulary:
    counts: dict[str, int] = {}
    naming = set()
    for term, column, num in raw.execute("SELECT term, col, doc FROM search_vocabulary"):
        counts[term] = max(num, counts.get(term, 0))
        if column in _NAMING:
            naming.add(term)
    options: dict[str, set[int]] = {}
    for option_id, name, value in raw.execute("SELECT option_id, name, value FROM search_option"):
        said_yes = value.casefold() in ("yes", "true")
        for form in stems(name if said_yes else value):
            options.setdefault(form, set()).add(option_id)
    num_docs = raw.execute("SELECT count(*) FROM search_doc").fetchone()[0]
    return Vocabulary(num_docs, counts, frozenset(naming), {k: frozenset(v) for k, v in options.items()})


def read_synonyms(raw: Any) -> Mapping[str, tuple[str, ...]]:
    """The common synonyms and the shop's own: the fact `synonyms`, "sneakers = trainers, runners; sofa = couch"."""
    row = raw.execute("SELECT value FROM shop_info WHERE key = 'synonyms'").fetchone()
    return _with_own(row[0]) if row and row[0] else common_synonyms()


@lru_cache(maxsize=64)
def _with_own(text: str) -> Mapping[str, tuple[str, ...]]:
    own = parse_synonyms(text, ";")
    return {**common_synonyms(), **{form: (*others, *common_synonyms().get(form, ())) for form, others in own.items()}}


def _expression(words: Sequence[Word], operator: str, columns: str = "") -> str:
    def one(word: Word) -> str:
        return "(" + " OR ".join(f'"{unstemmed(form)}"' for form in word.forms) + ")"

    return f"{columns}({f' {operator} '.join(one(word) for word in words)})"


def by_words(raw: Any, query: Query, vocabulary: Vocabulary, limit: int, scope: Collection[int] | None) -> list[int]:
    """Products that hold the query's words, best first by BM25: those with all of the words before those with some."""
    words = [word for word in query.words if _count(word, vocabulary)]
    if not words:
        return []
    words.sort(key=lambda word: _count(word, vocabulary))
    found: dict[int, None] = {}
    if _count(words[0], vocabulary) <= _BUDGET:
        found |= dict.fromkeys(_match(raw, _expression(words, "AND"), limit, scope))
        some, budget = [], _BUDGET
        for word in words:
            if (budget := budget - _count(word, vocabulary)) < 0:
                break
            some.append(word)
        if len(found) < limit and len(words) > 1:
            found |= dict.fromkeys(_match(raw, _expression(some, "OR"), limit, scope))
    if query.head is not None and query.head in words and len(found) < limit:
        for columns in ("kind : ", "name : "):
            found |= dict.fromkeys(_match(raw, _expression([query.head], "AND", columns), limit, scope))
    elif not found:
        found = dict.fromkeys(_match(raw, _expression(words, "AND"), limit, scope))
    return list(found)


def _count(word: Word, vocabulary: Vocabulary) -> int:
    return sum(vocabulary.count(form) for form in word.forms)


# "+": look each match up in the list instead of matching anew for every number in the list
_INSIDE = " AND +rowid IN (SELECT value FROM json_each(?))"
_MATCH = """SELECT rowid FROM (SELECT rowid, bm25(search_text, 10, 6, 6, 2, 1) AS score FROM search_text
    WHERE search_text MATCH ?{scope} LIMIT {budget}) ORDER BY score LIMIT ?"""


def _match(raw: Any, expression: str, limit: int, scope: Collection[int] | None) -> list[int]:
    inside = "" if scope is None else _INSIDE
    values = (expression, limit) if scope is None else (expression, json.dumps(list(scope)), limit)
    return [row[0] for row in raw.execute(_MATCH.format(scope=inside, budget=_BUDGET), values)]


def matching(
    raw: Any, head: Word, columns: str, limit: int, scope: Collection[int] | None = None, with_word: Word | None = None
) -> list[int]:
    """All products that have the word in these columns ("name kind"), unordered, at most `limit`.

    `with_word`: only those that have this word too, in whatever column.
    """
    expression = _expression([head], "AND", f"{{{columns}}} : ")
    if with_word is not None:
        expression = f"({expression}) AND {_expression([with_word], 'AND')}"
    values = [expression] + ([] if scope is None else [json.dumps(list(scope))])
    inside = "" if scope is None else _INSIDE
    sql = f"SELECT rowid FROM search_text WHERE search_text MATCH ?{inside} LIMIT {limit}"
    return [row[0] for row in raw.execute(sql, values)]


def by_options(raw: Any, words: Sequence[Word], limit: int, scope: Collection[int] | None) -> list[int]:
    """Products with the option values that the words name ("red", "42"), those with most of them first."""
    wanted = [word.option_ids for word in words if word.option_ids]
    if not wanted:
        return []
    inside = "" if scope is None else " AND doc_id IN (SELECT value FROM json_each(:scope))"
    rows = raw.execute(
        f"""SELECT doc_id, count(*) AS num FROM (SELECT option_id, doc_id FROM search_option_doc
        WHERE option_id IN (SELECT value FROM json_each(:options)){inside} LIMIT {_BUDGET})
        GROUP BY doc_id ORDER BY num DESC LIMIT :limit""",
        {
            "options": json.dumps(sorted(frozenset().union(*wanted))),
            "scope": "[]" if scope is None else json.dumps(list(scope)),
            "limit": limit,
        },
    )
    return [row[0] for row in rows]


def options_of(raw: Any, doc_ids: Collection[int], words: Sequence[Word]) -> dict[int, frozenset[int]]:
    """Which of the words' option values each of these products has."""
    wanted = frozenset().union(*(word.option_ids for word in words)) if words else frozenset()
    if not wanted or not doc_ids:
        return {}
    rows = raw.execute(
        """SELECT o.doc_id, o.option_id FROM json_each(?) w CROSS JOIN json_each(?) d
        CROSS JOIN search_option_doc o ON o.option_id = w.value AND o.doc_id = d.value""",
        (json.dumps(sorted(wanted)), json.dumps(list(doc_ids))),
    )
    found: dict[int, set[int]] = {}
    for doc_id, option_id in rows:
        found.setdefault(doc_id, set()).add(option_id)
    return {doc_id: frozenset(option_ids) for doc_id, option_ids in found.items()}


def with_options(raw: Any, doc_ids: Collection[int] | None, wanted: Mapping[str, Collection[str]]) -> list[int]:
    """Those of the products (None: of all) that have, or once had, one of the values for every option named."""
    known = raw.execute("SELECT option_id, name, value FROM search_option").fetchall()
    for name, values in wanted.items():
        names, texts = normal(name), {normal(value) for value in values}
        options = [row[0] for row in known if normal(row[1]) == names and normal(row[2]) in texts]
        sql = "SELECT o.doc_id FROM search_option_doc o WHERE o.option_id IN (SELECT value FROM json_each(?))"
        if doc_ids is not None:
            sql = """SELECT o.doc_id FROM json_each(?) w CROSS JOIN json_each(?) d
                CROSS JOIN search_option_doc o ON o.option_id = w.value AND o.doc_id = d.value"""
        values_of = (json.dumps(options),) if doc_ids is None else (json.dumps(options), json.dumps(list(doc_ids)))
        doc_ids = list(dict.fromkeys(row[0] for row in raw.execute(sql, values_of)))
    return list(doc_ids or ())


_DOC = """SELECT d.doc_id, p.product_id, p.name, p.category, coalesce(p.subcategory, ''), coalesce(p.brand, ''),
    p.attributes || char(10) || p.specs, p.description, p.rating, p.position
    FROM json_each(?) j CROSS JOIN search_doc d ON d.doc_id = j.value
    CROSS JOIN product p ON p.product_id = d.product_id WHERE p.active"""


def read_docs(raw: Any, doc_ids: Collection[int]) -> list[Doc]:
    """The texts of these products, as far as they are active."""
    return [Doc(*row) for row in raw.execute(_DOC, (json.dumps(list(doc_ids)),))]


def read_names(raw: Any, doc_ids: Collection[int]) -> list[Doc]:
    """Like `read_docs`, without the long texts."""
    sql = _DOC.replace("p.attributes || char(10) || p.specs, p.description", "'', ''")
    return [Doc(*row) for row in raw.execute(sql, (json.dumps(list(doc_ids)),))]


def read_docs_of(raw: Any, product_ids: Collection[str]) -> list[Doc]:
    """The texts of the active products with these ids."""
    sql = _DOC.replace("d.doc_id = j.value", "d.product_id = j.value")
    return [Doc(*row) for row in raw.execute(sql, (json.dumps(list(product_ids)),))]


def in_shop_words(raw: Any, query: Query, vocabulary: Vocabulary) -> str:
    """The query's text with words that the shop doesn't know replaced by those it has for them ("toster": toaster).

    For the embedder, which makes nothing of a misspelt word. Words are as the first product that has them spells them.
    """
    text = query.text
    for word in query.words:
        if vocabulary.has(word.forms[0]):
            continue
        form = next((form for form in word.forms if vocabulary.names(form)), None)
        row = (
            form
            and raw.execute(
                """SELECT p.name || ' ' || coalesce(p.subcategory, '') || ' ' || p.category FROM search_doc d
            JOIN product p ON p.product_id = d.product_id
            WHERE d.doc_id = (SELECT rowid FROM search_text WHERE search_text MATCH ? LIMIT 1)""",
                (f'{{name kind}} : "{unstemmed(form)}"',),
            ).fetchone()
        )
        if form and row:
            spelt = {stem(token): token for token in reversed(tokens(row[0]))}
            text = text.replace(word.text, " ".join(spelt.get(part, part) for part in form.split()))
    return text
