"""Parts of search that only large shops reach: sign bits, bounded words, lists by price over many products."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from assistant.shop import search_vectors
from assistant.shop.embed import default_embedder
from assistant.shop.search import Filters, Search
from assistant.shop.search_schema import driver, ensure
from assistant.store.database import Database

NUM = 6000


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, Search]]:
    """6,000 mugs of which number N costs N cents more than a euro; every 600th is a teapot."""
    db = Database.open(tmp_path_factory.mktemp("large") / "shop.db")
    with db.write() as session:
        raw = driver(session)
        raw.executemany(
            """INSERT INTO product(product_id, name, category, subcategory, description, active, specs, attributes,
            position) VALUES (?, ?, 'Kitchen', ?, 'Holds tea.', 1, '{}', '{}', ?)""",
            [(f"p{n}", f"{'Teapot' if n % 600 == 0 else 'Mug'} {n}", "Teapots" if n % 600 == 0 else "Mugs", n)
             for n in range(NUM)],
        )  # fmt: skip
        raw.executemany(
            """INSERT INTO variant(sku, product_id, price_minor, stock, active, options, position)
            VALUES (?, ?, ?, ?, 1, ?, 0)""",
            [(f"s{n}", f"p{n}", 100 + n, n % 2, '{"colour": "red"}' if n % 3 else "{}") for n in range(NUM)],
        )
    search = Search(db, default_embedder())
    rng = np.random.default_rng(0)
    vectors = rng.standard_normal((NUM, 384)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    with db.write() as session:
        search_vectors.put(driver(session), {n + 1: (b"", vectors[n]) for n in range(NUM)})
    yield db, search
    db.close()


def test_signs_first_finds_nearly_the_exact_neighbours(large: tuple[Database, Search]) -> None:
    db, _ = large
    rng = np.random.default_rng(1)
    with db.read() as session:
        raw = driver(session)
        stored = {i: search_vectors.from_int8(v) for i, v in raw.execute("SELECT doc_id, vector FROM search_vector")}
        matrix = np.stack(list(stored.values()))
        found = 0
        for _ in range(20):
            near = matrix[rng.integers(NUM)] + 0.05 * rng.standard_normal(384).astype(np.float32)
            exact = [list(stored)[i] for i in np.argsort(-(matrix @ near))[:1]]
            found += exact[0] in search_vectors.nearest(raw, near / np.linalg.norm(near), 10)
    assert found >= 19


def test_a_scope_limits_the_neighbours(large: tuple[Database, Search]) -> None:
    db, _ = large
    with db.read() as session:
        raw = driver(session)
        vector = default_embedder().encode(["teapot"])[0]
        for scope in ([1, 2, 3], list(range(1, 5000))):
            assert search_vectors.nearest(raw, vector, 10, scope).keys() <= set(scope)
        assert search_vectors.nearest(raw, vector, 10, []) == {}


def test_the_cheapest_of_very_many(large: tuple[Database, Search]) -> None:
    _, search = large
    assert [hit.product_id for hit in search.products("mug", sort="cheapest", limit=3)] == ["p1", "p2", "p3"]
    assert [hit.product_id for hit in search.products("mugs", sort="most_expensive", limit=2)] == ["p5999", "p5998"]
    assert [hit.product_id for hit in search.products("teapot", sort="cheapest", limit=2)] == ["p0", "p600"]
    stocked = search.products("mug", Filters(in_stock=True, price_min=200), sort="cheapest", limit=2)
    assert [hit.product_id for hit in stocked] == ["p101", "p103"]
    assert [hit.product_id for hit in search.products("", sort="newest", limit=1)] == ["p5999"]


def test_a_filter_reaches_beyond_the_most_relevant(large: tuple[Database, Search]) -> None:
    _, search = large
    dear = search.products("mug", Filters(price_min=6090), limit=5)
    assert {hit.product_id for hit in dear} == {"p5990", "p5991", "p5992", "p5993", "p5994"}
    red = search.products("mug", Filters(price_min=6000, price_max=6003, options={"Colour": frozenset({"Red"})}))
    assert {hit.product_id for hit in red} == {f"p{n}" for n in range(5900, 5904) if n % 3}


def test_a_word_that_all_products_have_finds_what_has_the_other(large: tuple[Database, Search]) -> None:
    _, search = large
    assert search.products("kitchen teapot 1200")[0].product_id == "p1200"
    assert search.products("mug 4321")[0].product_id == "p4321"


def test_an_index_of_another_version_is_made_again(tmp_path: Path) -> None:
    db = Database.open(tmp_path / "shop.db")
    ensure(db)
    with db.write() as session:
        driver(session).execute("UPDATE search_meta SET version = 0")
        driver(session).execute(
            """INSERT INTO product(product_id, name, category, description, active, specs, attributes, position)
            VALUES ('x', 'Old Lamp', 'Lights', '', 1, 'not json', '{}', 0)"""
        )
    ensure(db)
    with db.read() as session:
        raw = driver(session)
        assert raw.execute("SELECT count(*) FROM search_text WHERE search_text MATCH 'lamps'").fetchone() == (1,)
        assert raw.execute("SELECT count(*) FROM search_doc").fetchone() == (1,)
    db.close()
