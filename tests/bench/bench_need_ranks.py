"""Where what is meant stands among what the shop sells, for every wish of the read conversations: first, first three.

    .venv/bin/python tests/bench/bench_need_ranks.py [--split street_g ...] [--shop demo ...] [--told]

Each turn that expects a search is asked by itself, without filters and without its conversation: of the search by
words, of the search by meaning, and of needs.py, which orders both. "none": how often a wish that the shop can't meet
scores below one that it can, of all such pairs (0.5 is chance). Knows no answers.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parents[1]))

from bench_truth import KINDS, READ  # noqa: E402 (the path above comes first)
from truth.check import read_jsonl  # noqa: E402
from truth.more_shops import write_salesbot  # noqa: E402
from truth.world import SOURCES  # noqa: E402

from assistant.act import needs  # noqa: E402
from assistant.shop.catalogue import Catalogue  # noqa: E402
from assistant.shop.embed import default_embedder  # noqa: E402
from assistant.shop.importers import import_shop  # noqa: E402
from assistant.shop.search import Filters, Search  # noqa: E402
from assistant.store.database import Database  # noqa: E402

Json = dict[str, Any]
_LIMIT, _ALL = 24, 5000


def wishes(shop: str, split: str) -> Iterator[tuple[str, set[str]]]:
    """(message, the names of what would answer it; empty: nothing does)"""
    path = HERE / "truth" / f"cases_{shop}_{split}.jsonl"
    for case in read_jsonl(path) if path.exists() else ():
        for turn in case["turns"]:
            expected = [e for e in turn.get("expect", ()) if isinstance(e, dict)]
            found = {name for e in expected for part in _searches(e) for name in part.get("products", ())}
            if found or any(e["kind"] == "absent" for e in expected):
                yield turn["say"], found


def _searches(expected: Json) -> Iterator[Json]:
    if expected["kind"] == "search":
        yield expected
    for part in expected.get("parts", ()):
        yield from _searches(part)


def ranked(shop: str, asked: list[tuple[str, set[str]]]) -> Iterator[tuple[set[str], Json]]:
    """(what would answer, {way of ranking: names in order}), with the best score of needs.py under "score"."""
    with tempfile.TemporaryDirectory() as folder:
        source = SOURCES[shop]
        source = write_salesbot(source, Path(folder) / "salesbot") if shop == "salesbot" else source
        with Database.open(Path(folder) / "shop.db", create=True) as db:
            import_shop(db, KINDS[shop], source)
            search, catalogue = Search(db, default_embedder()), Catalogue(db)
            search.refresh()
            context: Any = SimpleNamespace(search=search, catalogue=catalogue, encode=default_embedder().encode)

            def names(ids: list[str]) -> list[str]:
                known = {p.product_id: p.name for p in catalogue.products(ids)}
                return [known[i] for i in ids if i in known]

            sold = set(names([h.product_id for h in search.products("", limit=_ALL)]))
            for text, meant in asked:
                wanted = meant & sold
                if meant and not wanted:
                    continue  # what is expected is told by its kind, not by a name
                words = " ".join(needs.said_words(text))
                found = needs.matches(text, Filters(), context)
                by_words = search.products(words, limit=_LIMIT) if words else []
                yield (
                    wanted,
                    {
                        "words": names([h.product_id for h in by_words]),
                        "meaning": names([h.product_id for h in search.near(text, limit=_LIMIT)]),
                        "needs": names([m.hit.product_id for m in found]),
                        "score": found[0].score if found else 0.0,
                    },
                )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--split", nargs="*", default=READ)
    parser.add_argument("--shop", nargs="*", default=list(KINDS))
    parser.add_argument("--told", action="store_true", help="only wishes that are told in words enough")
    options = parser.parse_args()
    ranks: dict[tuple[str, str], list[int]] = defaultdict(list)
    met: list[float] = []
    unmet: list[float] = []
    for shop in options.shop:
        asked = [w for split in options.split for w in wishes(shop, split) if not options.told or needs.is_told(w[0])]
        for wanted, found in ranked(shop, asked):
            (met if wanted else unmet).append(found["score"])
            for way in ("words", "meaning", "needs") if wanted else ():
                at = next((n for n, name in enumerate(found[way]) if name in wanted), _LIMIT)
                ranks[way, shop].append(at)
                ranks[way, "all"].append(at)
    for (way, shop), places in sorted(ranks.items()):
        at = np.array(places)
        print(f"{way} {shop}: {len(at)}, first {np.mean(at < 1):.1%}, first three {np.mean(at < 3):.1%}")
    if met and unmet:
        print(f"none: {np.mean(np.array(met)[:, None] > np.array(unmet)[None]):.3f} of {len(unmet)}")


if __name__ == "__main__":
    main()
