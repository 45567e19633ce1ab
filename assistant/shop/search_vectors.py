"""The vectors of products: kept as int8 in the database, searched exactly when few, by their signs first when many.

Up to 2,000 vectors (or a scope that small) every one is compared by sqlite-vec's cosine. Beyond that, the sign bits of
all vectors (48 bytes each, kept in memory) choose some hundred by Hamming distance, and only those are compared
exactly. Knows no words and no filters.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.shop.embed import DIMENSIONS, Embedder, Vectors
from assistant.store.database import Database, driver

EXACT_UP_TO = 2000
_OVERSAMPLE = 256
_BATCH = 128
_KEPT = 8

Progress = Callable[[int, int], None]
"""Called with (number done, number to do)."""


@dataclass(frozen=True)
class _Signs:
    """The sign bits of all vectors: doc_ids (N,), bits (N, 6) as 64-bit words."""

    doc_ids: NDArray[np.int64]
    bits: NDArray[np.uint64]


_signs_by_token: OrderedDict[int, _Signs] = OrderedDict()
_signs_lock = threading.Lock()


def to_int8(vector: Vectors) -> bytes:
    """A unit vector as 384 signed bytes, scaled so that the largest component is 127."""
    return np.round(vector * (127.0 / max(float(np.abs(vector).max()), 1e-9))).astype(np.int8).tobytes()


def from_int8(stored: bytes) -> Vectors:
    """The unit vector that `to_int8` was given, nearly."""
    vector = np.frombuffer(stored, np.int8).astype(np.float32)
    unit: Vectors = vector / max(float(np.linalg.norm(vector)), 1e-9)
    return unit


def _to_bits(vector: Vectors) -> bytes:
    return np.packbits(vector > 0).tobytes()


def similarities(raw: Any, vector: Vectors, doc_ids: Collection[int]) -> dict[int, float]:
    """Cosine similarity of these products, where they have a vector."""
    rows = raw.execute(
        """SELECT v.doc_id, 1 - vec_distance_cosine(vec_int8(v.vector), vec_int8(?))
        FROM json_each(?) j CROSS JOIN search_vector v ON v.doc_id = j.value""",
        (to_int8(vector), json.dumps(list(doc_ids))),
    )
    return dict(rows.fetchall())


def nearest(raw: Any, vector: Vectors, limit: int, scope: Sequence[int] | None = None) -> dict[int, float]:
    """The `limit` products nearest to the vector with their cosine similarity, nearest first.

    `scope` None: among all; otherwise only among these. Above 2,000 of them the result is approximate.
    """
    if scope is not None and len(scope) <= EXACT_UP_TO:
        found = similarities(raw, vector, scope)
        return dict(sorted(found.items(), key=lambda item: -item[1])[:limit])
    signs = _signs(raw)
    if scope is None and len(signs.doc_ids) <= EXACT_UP_TO:
        rows = raw.execute(
            """SELECT doc_id, 1 - vec_distance_cosine(vec_int8(vector), vec_int8(?)) AS similarity
            FROM search_vector ORDER BY similarity DESC LIMIT ?""",
            (to_int8(vector), limit),
        )
        return dict(rows.fetchall())
    ids, bits = signs.doc_ids, signs.bits
    if scope is not None:
        inside = np.isin(ids, np.fromiter(scope, np.int64, len(scope)))
        ids, bits = ids[inside], bits[inside]
    query = np.frombuffer(_to_bits(vector), np.uint64)
    distance = np.bitwise_count(bits ^ query).sum(axis=1, dtype=np.uint16)
    num = min(max(_OVERSAMPLE, 2 * limit), len(ids))
    chosen = ids[np.argpartition(distance, num - 1)[:num]] if num else ids
    found = similarities(raw, vector, chosen.tolist())
    return dict(sorted(found.items(), key=lambda item: -item[1])[:limit])


def _signs(raw: Any) -> _Signs:
    token = raw.execute("SELECT vectors FROM search_meta").fetchone()[0]
    with _signs_lock:
        if token in _signs_by_token:
            _signs_by_token.move_to_end(token)
            return _signs_by_token[token]
    rows = raw.execute("SELECT doc_id, bits FROM search_bits").fetchall()
    doc_ids = np.fromiter((row[0] for row in rows), np.int64, len(rows))
    bits = np.frombuffer(b"".join(row[1] for row in rows), np.uint64).reshape(len(rows), DIMENSIONS // 64)
    signs = _Signs(doc_ids, bits)
    with _signs_lock:
        _signs_by_token[token] = signs
        if len(_signs_by_token) > _KEPT:
            _signs_by_token.popitem(last=False)
    return signs


def product_text(name: str, category: str, subcategory: str | None, brand: str | None, description: str) -> str:
    """What of a product is embedded: its name first, since the beginning counts most."""
    kind = ", ".join(part.replace("-", " ") for part in (subcategory, category) if part and part != name)
    made = f" by {brand}" if brand and brand.casefold() not in name.casefold() else ""
    return f"{name}{made}. {kind}. {description[:200]}".strip()


_TEXTS = """SELECT d.doc_id, p.name, p.category, p.subcategory, p.brand, p.description, v.hash
    FROM search_doc d JOIN product p ON p.product_id = d.product_id LEFT JOIN search_vector v ON v.doc_id = d.doc_id
    WHERE d.embedded = 0 """


def refresh(db: Database, embedder: Embedder, progress: Progress | None = None) -> int:
    """Embed the products whose text has changed; returns how many were embedded anew.

    Works in short transactions, so it can be stopped at any moment and goes on from there. Raises DatabaseError.
    """
    with db.look() as raw:
        to_do = raw.execute("SELECT count(*) FROM search_doc WHERE embedded = 0").fetchone()[0]
    done = embedded = 0
    while True:
        with db.look() as raw:
            rows = raw.execute(_TEXTS + "ORDER BY d.doc_id LIMIT ?", (_BATCH,)).fetchall()
        if not rows:
            return embedded
        texts = {row[0]: product_text(*row[1:6]) for row in rows}
        new = {row[0] for row in rows if row[6] != _hash(texts[row[0]])}
        vectors = dict(zip(new, embedder.encode([texts[doc_id] for doc_id in new]), strict=True))
        embedded += _keep(db, texts, vectors)
        done += len(rows)
        if progress is not None:
            progress(min(done, to_do), to_do)


def _hash(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def _keep(db: Database, texts: dict[int, str], vectors: dict[int, Vectors]) -> int:
    """Write a batch of vectors, except those of products that changed meanwhile: their turn comes again."""
    with db.write() as session:
        raw = driver(session)
        now = raw.execute(
            _TEXTS + "AND d.doc_id IN (SELECT value FROM json_each(?))", (json.dumps(list(texts)),)
        ).fetchall()
        same = [row[0] for row in now if product_text(*row[1:6]) == texts[row[0]]]
        written = [doc_id for doc_id in same if doc_id in vectors]
        put(raw, {doc_id: (_hash(texts[doc_id]), vectors[doc_id]) for doc_id in written})
        raw.executemany("UPDATE search_doc SET embedded = 1 WHERE doc_id = ?", [(doc_id,) for doc_id in same])
    return len(written)


def put(raw: Any, vectors: dict[int, tuple[bytes, Vectors]]) -> None:
    """Keep vectors, each with the hash of the text that it was made of."""
    raw.executemany(
        "INSERT OR REPLACE INTO search_vector VALUES (?, ?, ?)",
        [(doc_id, text_hash, to_int8(vector)) for doc_id, (text_hash, vector) in vectors.items()],
    )
    raw.executemany(
        "INSERT OR REPLACE INTO search_bits VALUES (?, ?)",
        [(doc_id, _to_bits(vector)) for doc_id, (_, vector) in vectors.items()],
    )
    raw.execute("UPDATE search_meta SET vectors = random()")
