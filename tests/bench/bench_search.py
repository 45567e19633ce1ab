"""How well search finds what customers mean, and how long it takes at 1,000 to 1,000,000 variants.

    .venv/bin/python tests/bench/bench_search.py quality [dev|heldout]     # recall on tests/bench/queries
    .venv/bin/python tests/bench/bench_search.py speed 1000 10000 100000   # latency on made-up catalogues
    (--out FILE adds the figures to a JSON file, beside the hardware and the commit)

Times are of whole `Search.products` calls with the embedding of the query, every query asked for the first time. CPU
time stands beside wall time, as other programs may have had the cores.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import resource
import subprocess
import tempfile
import time
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from assistant.shop import search_index, search_vectors
from assistant.shop.embed import default_embedder
from assistant.shop.search import Filters, Search
from assistant.shop.search_schema import driver
from assistant.shop.search_terms import parse
from tests.bench.search_shops import ADJECTIVES, MATERIALS, ROOT, SHOPS, THINGS, made_up_shop, make_vectors, open_shop

QUERIES = ROOT / "tests" / "bench" / "queries"


def quality(split: str) -> dict[str, Any]:
    """Recall at 5 of search, BM25 alone and vectors alone; how often `confident` is right; the same for policies."""
    queries = [json.loads(line) for line in (QUERIES / f"search_{split}.jsonl").read_text("utf-8").splitlines()]
    scores: dict[str, list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        shops = {name: Search(open_shop(name, Path(folder)), default_embedder()) for name in SHOPS}
        for search in shops.values():
            search.refresh()
        for query in queries:
            search = shops[query["shop"]]
            judge = _judge_product if query["kind"] == "product" else _judge_policy
            for name, value in judge(search, query).items():
                scores[name].append(value)
    figures = {name: round(float(np.mean(values)), 4) for name, values in sorted(scores.items())}
    return {**figures, "num_queries": len(queries)}


def _judge_product(search: Search, query: dict[str, Any]) -> dict[str, float]:
    hits = search.products(query["query"], limit=5)
    confident = bool(hits) and hits[0].confident
    expected = set(query["expect"])
    if not expected:
        return {"absent_not_confident": float(not confident)}
    by_words, by_meaning = _baselines(search, query["query"])
    return {
        "recall_at_5": _recall([hit.product_id for hit in hits], expected),
        f"recall_at_5_{query['shop']}": _recall([hit.product_id for hit in hits], expected),
        "recall_at_5_bm25_only": _recall(by_words, expected),
        "recall_at_5_vectors_only": _recall(by_meaning, expected),
        "first_is_right": float(bool(hits) and hits[0].product_id in expected),
        "present_confident": float(confident),
    }


def _judge_policy(search: Search, query: dict[str, Any]) -> dict[str, float]:
    hits = search.policies(query["query"], limit=3)
    if not query["expect"]:
        return {"policy_absent_not_confident": float(not hits[0].confident)}
    return {
        "policy_recall_at_3": float(any(query["passage"] in hit.passage for hit in hits)),
        "policy_first_is_right": float(query["passage"] in hits[0].passage),
        "policy_present_confident": float(hits[0].confident),
    }


def _recall(found: list[str], expected: set[str]) -> float:
    return len(expected & set(found[:5])) / min(5, len(expected))


def _baselines(search: Search, text: str) -> tuple[list[str], list[str]]:
    """The five first by plain BM25 over the query's words, and by cosine similarity alone."""
    with search._db.read() as session:
        raw = driver(session)
        vocabulary = search_index.VocabularyReader().read(raw)
        words = [f'"{word.text}"' for word in parse(text, vocabulary, {}).words]
        match = (
            "SELECT rowid FROM search_text WHERE search_text MATCH ? ORDER BY bm25(search_text, 10, 6, 6, 2, 1) LIMIT 5"
        )
        rows = raw.execute(match, (" OR ".join(words),)).fetchall() if words else []
        near = search_vectors.nearest(raw, default_embedder().encode([text])[0], 5)
        ids = dict(raw.execute("SELECT doc_id, product_id FROM search_doc").fetchall())
    return [ids[row[0]] for row in rows], [ids[doc_id] for doc_id in near]


def speed(num_variants: int, num_queries: int = 150) -> dict[str, Any]:
    """Latencies of queries as customers ask them, by kind, on a made-up catalogue of that size."""
    with tempfile.TemporaryDirectory() as folder:
        db = made_up_shop(Path(folder), num_variants)
        start = time.perf_counter()
        search = Search(db, default_embedder())
        build_s = time.perf_counter() - start
        make_vectors(db)
        start = time.perf_counter()
        search.products("warm up")
        figures: dict[str, Any] = {"first_query_ms": round((time.perf_counter() - start) * 1000, 1)}
        times: dict[str, list[tuple[float, float]]] = defaultdict(list)
        for kind, arguments in _questions(random.Random(1), num_queries):
            wall, cpu = time.perf_counter(), time.process_time()
            search.products(**arguments)
            times[kind].append((time.perf_counter() - wall, time.process_time() - cpu))
        everything = [pair for pairs in times.values() for pair in pairs]
        for kind, pairs in {**times, "all": everything}.items():
            wall_ms, cpu_ms = (np.array(column) * 1000 for column in zip(*pairs, strict=True))
            figures[kind] = {
                "p50_ms": round(float(np.percentile(wall_ms, 50)), 2),
                "p95_ms": round(float(np.percentile(wall_ms, 95)), 2),
                "p50_cpu_ms": round(float(np.percentile(cpu_ms, 50)), 2),
                "p95_cpu_ms": round(float(np.percentile(cpu_ms, 95)), 2),
                "num": len(pairs),
            }
        figures |= {
            "num_products": num_variants // 10,
            "build_index_s": round(build_s, 2),
            "database_mb": round(sum(file.stat().st_size for file in Path(folder).iterdir()) / 1e6, 1),
            "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        }
        db.close()
    return figures


def _questions(rng: random.Random, num: int) -> list[tuple[str, dict[str, Any]]]:
    things = [thing for names in THINGS.values() for thing in names.split(",")]
    found: list[tuple[str, dict[str, Any]]] = []
    for no in range(num):
        thing, adjective, material = rng.choice(things), rng.choice(ADJECTIVES), rng.choice(MATERIALS)
        kinds: list[tuple[str, dict[str, Any]]] = [
            ("plain", {"query": f"do you have a {adjective} {thing}"}),
            ("detailed", {"query": f"I'm looking for a {material} {thing} that is {adjective}, in red"}),
            ("misspelt", {"query": f"{thing[:-2]}{thing[-1]}{thing[-2]} {material} {no}"}),
            ("by use", {"query": f"something {adjective} to give my uncle for his {rng.choice(things)} collection"}),
            ("common words", {"query": f"{material} gift for every day, easy to clean, warranty {no}"}),
            ("filtered", {"query": f"{thing} {no}", "filters": Filters(price_max=5000, in_stock=True, options={
                "color": frozenset({"navy"})})}),
            ("cheapest", {"query": f"{adjective} {thing}", "sort": "cheapest"}),
            ("cheapest of a kind", {"query": f"{thing}s", "sort": "cheapest"}),
            ("best rated", {"query": f"{material} {thing}", "sort": "best_rated"}),
            ("list", {"query": "", "filters": Filters(category=rng.choice(list(THINGS))), "sort": "cheapest"}),
        ]  # fmt: skip
        found.append(kinds[no % len(kinds)])
    return found


def keep(out: Path, section: str, figures: dict[str, Any]) -> None:
    """Add a section's figures to the results file."""
    results = json.loads(out.read_text("utf-8")) if out.exists() else {}
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=ROOT, check=False
    )
    results[section] = {
        **figures,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit.stdout.strip(),
        "cpu": f"{os.cpu_count()} cores, {platform.machine()}, {_cpu_name()}",
        "load": round(os.getloadavg()[0], 2),
    }
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n", "utf-8")


def _cpu_name() -> str:
    lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("quality", "speed"))
    parser.add_argument("arguments", nargs="+", help="splits or numbers of variants")
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    for argument in args.arguments:
        try:
            figures = quality(argument) if args.what == "quality" else speed(int(argument))
        except FileNotFoundError as error:
            parser.exit(2, f"{error}\n")
        print(args.what, argument, json.dumps(figures, indent=1))
        if args.out:
            keep(args.out, f"{args.what} {argument}", figures)


if __name__ == "__main__":
    main()
