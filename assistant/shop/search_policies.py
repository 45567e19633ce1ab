"""Finds the paragraph of a policy page that answers a question: by its words (BM25) and by its meaning.

A shop has some dozens of paragraphs, so the pages are read as they are now at every question; what was made of them
(paragraphs, vectors) is kept by the hash of their text. Knows no products.
"""

from __future__ import annotations

import hashlib
import math
import re
import threading
from collections import Counter, OrderedDict
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from assistant.shop.embed import DIMENSIONS, Embedder, Vectors
from assistant.shop.page_tables import unrolled
from assistant.shop.search_vectors import from_int8, to_int8
from assistant.shop.search_words import STOP_WORDS, common_synonyms, stem, tokens
from assistant.store.database import Database, driver

CONFIDENT = 0.34
"""The score from which on a paragraph is about the question; fitted on the development queries of tests/bench."""
_WITHOUT_GOODS = 0.15
"""The score that it still has when the words for goods in the question are left out: that a paragraph speaks of tents
doesn't make it one about hiring them. Of 164 questions about pages that were read, those it has to do with have 0.21 or
more, the others 0.05 or less."""
_KEPT = 8
_K1, _B = 1.2, 0.5
# asked of a policy, these words do mean something
_TELLING = frozenset("cost costs price order ordering size sizes pay buy stock colour color offer".split())


@dataclass(frozen=True)
class PolicyHit:
    """A paragraph that was found. `confident`: it is about what was asked, rather than the nearest there is."""

    policy_id: str
    title: str
    heading: str
    passage: str
    score: float
    confident: bool
    asked: str
    """The query in words that the pages have: "swap" is "exchange" where only that is written."""


@dataclass(frozen=True)
class _Passage:
    policy_id: str
    title: str
    heading: str
    text: str
    counts: Counter[str]
    length: int
    """How many words it has."""

    @property
    def context(self) -> str:
        """The paragraph with the page's name and the headings that it stands under: what is embedded."""
        page = self.policy_id.replace("-", " ").replace("_", " ")
        headings = ". ".join(dict.fromkeys(part for part in (page, self.title, self.heading) if part))
        return f"{headings}. {self.text}"


@dataclass(frozen=True)
class Pages:
    """All paragraphs of a shop with their vectors (N, 384) and how many of them have each stem."""

    passages: tuple[_Passage, ...]
    vectors: Vectors
    frequencies: Counter[str]
    having: Mapping[str, Sequence[int]]
    """Each stem with the places of the paragraphs that have it."""
    mean_length: float
    spelt: Mapping[str, str]
    """Each stem of the pages as it is first written there."""


_pages_by_hash: OrderedDict[bytes, Pages] = OrderedDict()
_lock = threading.Lock()


def find(
    db: Database, embedder: Embedder, query: str, limit: int, goods: Container[str] = frozenset()
) -> list[PolicyHit]:
    """The paragraphs nearest to the query, best first. `goods`: the stems that name what the shop sells.

    Raises DatabaseError.
    """
    return find_in(read_pages(db, embedder), embedder, query, limit, goods)


def read_pages(db: Database, embedder: Embedder) -> Pages:
    """The pages as they are now, to be searched by `find_in`. Raises DatabaseError."""
    with db.look() as raw:
        return _pages(raw, embedder)


def find_in(pages: Pages, embedder: Embedder, query: str, limit: int, goods: Container[str]) -> list[PolicyHit]:
    """See `find`."""
    if not pages.passages or not query.strip():
        return []
    score = _scores(query, pages, embedder)
    order = np.argsort(-score)[:limit]
    named = [word for word in tokens(query) if stem(word) in goods]
    rest = " ".join(word for word in tokens(query) if stem(word) not in goods)
    bare = _scores(rest, pages, embedder) if named and rest else score
    asked = _in_page_words(query[:500], pages)
    return [
        _hit(passage, float(score[i]), bare[i] >= _WITHOUT_GOODS or _is_titled(passage, named), asked)
        for i, passage in ((i, pages.passages[i]) for i in order)
    ]


def _scores(query: str, pages: Pages, embedder: Embedder) -> Vectors:
    """How near each paragraph is, by meaning and by words, (N,)."""
    lexical = np.array(_bm25(_words(query), pages), np.float32)
    similarity = pages.vectors @ embedder.encode([_in_page_words(query[:500], pages)])[0]
    return np.asarray(similarity + 0.25 * lexical, np.float32)


def _is_titled(passage: _Passage, named: Sequence[str]) -> bool:
    """Whether the goods named are what the page or its section is about ("Gift cards")."""
    return bool({stem(w) for w in named} & {stem(w) for w in tokens(f"{passage.title} {passage.heading}")})


def _in_page_words(query: str, pages: Pages) -> str:
    """The query with words that no page has replaced by one that the pages have for the same thing ("swap": exchange).

    For the embedder, to which the two are less alike than they are to a shop.
    """
    synonyms, between = common_synonyms(), "|".join(_BETWEEN)
    single = [(word,) for word in tokens(query) if word not in STOP_WORDS and stem(word) not in pages.frequencies]
    for said in dict.fromkeys((*single, *_pairs(query))):
        forms = (form.split() for form in synonyms.get(" ".join(map(stem, said)), ()))
        known = next((parts for parts in forms if all(part in pages.spelt for part in parts)), None)
        if known:
            written = rf"(?: (?:{between}))? ".join(map(re.escape, said))
            query = re.sub(rf"\b{written}\b", " ".join(pages.spelt[p] for p in known), query, flags=re.IGNORECASE)
    return query


_BETWEEN = ("it", "them", "this", "that", "these", "those")
"""What stands between the parts of a verb: "pick it up"."""
_INSTEAD = "instead"
"""Says that something else was spoken of, and nothing of what is wanted."""


def _pairs(query: str) -> list[tuple[str, str]]:
    return list(pairwise(word for word in tokens(query) if word not in _BETWEEN))


def _words(query: str) -> list[tuple[str, ...]]:
    """The content words of a question, each as the stems that count as a match (itself and its synonyms)."""
    words = [word for word in tokens(query) if word != _INSTEAD]
    kept = [stem(word) for word in words if word not in STOP_WORDS or word in _TELLING]
    pairs = [f"{stem(first)} {stem(second)}" for first, second in _pairs(query)]
    synonyms = common_synonyms()
    return [
        (form, *synonyms.get(form, ()))
        for form in dict.fromkeys((*kept, *(pair for pair in pairs if pair in synonyms)))
    ]


def _hit(passage: _Passage, score: float, of_more_than_goods: bool, asked: str) -> PolicyHit:
    confident = score >= CONFIDENT and of_more_than_goods
    return PolicyHit(passage.policy_id, passage.title, passage.heading, passage.text, round(score, 4), confident, asked)


def passages(db: Database, embedder: Embedder) -> list[PolicyHit]:
    """All paragraphs, whatever is asked. Raises DatabaseError."""
    with db.look() as raw:
        pages = _pages(raw, embedder)
    return [_hit(passage, 0.0, False, "") for passage in pages.passages]


def keep_vectors(db: Database, embedder: Embedder) -> None:
    """Embed the paragraphs that are new, and keep their vectors in the database. Raises DatabaseError."""
    with db.look() as raw:
        pages = _pages(raw, embedder)
        known = {row[0] for row in raw.execute("SELECT hash FROM search_passage")}
    now = {_hash(passage.context): i for i, passage in enumerate(pages.passages)}
    if known == now.keys():
        return
    with db.write() as session:
        driver(session).executemany("DELETE FROM search_passage WHERE hash = ?", [(h,) for h in known - now.keys()])
        driver(session).executemany(
            "INSERT OR IGNORE INTO search_passage VALUES (?, ?)",
            [(h, to_int8(pages.vectors[i])) for h, i in now.items() if h not in known],
        )


def _pages(raw: Any, embedder: Embedder) -> Pages:
    rows = raw.execute("SELECT policy_id, title, text FROM policy ORDER BY position, policy_id").fetchall()
    key = hashlib.blake2b(repr(rows).encode(), digest_size=16).digest()
    with _lock:
        if key in _pages_by_hash:
            _pages_by_hash.move_to_end(key)
            return _pages_by_hash[key]
    passages = tuple(passage for row in rows for passage in split(*row))
    kept = dict(raw.execute("SELECT hash, vector FROM search_passage").fetchall())
    missing = [passage.context for passage in passages if _hash(passage.context) not in kept]
    fresh = dict(zip(missing, embedder.encode(missing), strict=True))
    # a vector that was just made goes through int8 too, so that the answer doesn't depend on what is kept
    vectors = [from_int8(kept.get(_hash(p.context)) or to_int8(fresh[p.context])) for p in passages]
    frequencies = Counter(word for passage in passages for word in passage.counts)
    length = sum(passage.length for passage in passages) / max(len(passages), 1)
    having: dict[str, list[int]] = {}
    for i, passage in enumerate(passages):
        for word in passage.counts:
            having.setdefault(word, []).append(i)
    spelt = {stem(word): word for p in reversed(passages) for word in reversed(tokens(f"{p.title} {p.text}"))}
    pages = Pages(passages, np.array(vectors, np.float32).reshape(-1, DIMENSIONS), frequencies, having, length, spelt)
    with _lock:
        _pages_by_hash[key] = pages
        if len(_pages_by_hash) > _KEPT:
            _pages_by_hash.popitem(last=False)
    return pages


def split(policy_id: str, title: str, text: str) -> list[_Passage]:
    """The paragraphs of a page, each with the heading above it. A list belongs to the line that introduces it."""
    passages: list[_Passage] = []
    heading = ""
    for block in _blocks(text):
        if match := re.match(r"#{1,6}\s+(.*)", block):
            heading = match.group(1).strip() if match.group(1).strip() != title else ""
            block = block[match.end() :].strip()
            if not block:
                continue
        plain = " ".join(unrolled(block).replace("**", "").split())
        counts = Counter(stem(word) for word in tokens(f"{policy_id} {title} {heading} {plain}"))
        passages.append(_Passage(policy_id, title, heading, plain, counts, counts.total()))
    return passages


def _blocks(text: str) -> list[str]:
    blocks: list[str] = []
    for block in re.split(r"\n\s*\n|\n(?=#)", text.replace("\r\n", "\n")):
        block = block.strip()
        if block and blocks and re.match(r"[-*]\s|\d+\.\s", block) and blocks[-1].endswith(":"):
            blocks[-1] += "\n" + block
        elif block:
            blocks.append(block)
    return blocks


def _bm25(words: Sequence[tuple[str, ...]], pages: Pages) -> list[float]:
    """BM25 of each paragraph as a share of what one that has all the words would get: 0 to 1."""
    num = len(pages.passages)
    scores, best = [0.0] * num, 0.0
    for forms in words:
        frequency = max(_count(pages.frequencies, form) for form in forms)
        weight = math.log(1 + (num - frequency + 0.5) / (frequency + 0.5))
        best += weight
        having = [i for form in forms for i in pages.having.get(form.partition(" ")[0], ())]
        for i in dict.fromkeys(having):
            passage = pages.passages[i]
            count = sum(_count(passage.counts, form) for form in forms)
            length = passage.length / pages.mean_length
            scores[i] += weight * count * (_K1 + 1) / (count + _K1 * (1 - _B + _B * length))
    return [min(score / best, 1.0) if best else 0.0 for score in scores]


def _count(counts: Counter[str], form: str) -> int:
    """How often a form occurs; one of several words ("american express") as often as the rarest of them."""
    return min(counts[part] for part in form.split())


def _hash(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=16).digest()
