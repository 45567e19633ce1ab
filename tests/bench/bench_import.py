"""How fast a shop folder is imported, and how much memory that takes, at 10,000, 100,000 and 1,000,000 variants.

    .venv/bin/python tests/bench/bench_import.py [--out tests/bench/results/import.json] [NUM_VARIANTS ...]

Each size runs in a process of its own (so that its peak memory is its own) on a folder generated beside the database:
one product for every five variants, eight attributes and specs, three options, and prices, stocks and texts of usual
length. Measured: the first import, the same folder again (nothing differs) and again after 1% of the prices changed.
Rows are products and variants together; rates per CPU second
stand beside those per second, because other programs may have had the cores. It knows no model and no network.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[2]
SIZES = (10_000, 100_000, 1_000_000)
COLOURS = ("black", "white", "navy", "olive", "sand", "brick red", "sky blue")
MATERIALS = ("cotton", "wool", "leather", "canvas", "linen")


def write_folder(folder: Path, num_variants: int, price_step: int = 0) -> None:
    """A shop of `num_variants`; with `price_step` N, every Nth price differs from that of a folder without it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "shop.json").write_text('{"name": "Bench", "currency": "EUR"}', encoding="utf-8")
    with (folder / "products.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow("product_id name category subcategory brand description rating specs material care".split())
        for no in range(num_variants // 5):
            words = f"Item {no} {MATERIALS[no % 5]} number {no * 7919 % 100_003}"
            text = f"{words}, made to last, with a two-year warranty; ships in a plain box. Reference {no}."
            specs = f"Weight={no % 900 + 100} g; Height={no % 50 + 5} cm"
            groups = (f"Category {no % 40}", f"Sub {no % 400}", f"Brand {no % 300}")
            writer.writerow(
                [f"P{no}", words, *groups, text, f"{no % 50 / 10:.1f}", specs, MATERIALS[no % 5], "machine wash"]
            )
    with (folder / "variants.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow("sku product_id price stock compare_at_price gtin colour size length".split())
        for no in range(num_variants):
            cents = no * 37 % 20_000 + 99 + (1 if price_step and no % price_step == 0 else 0)
            row = [f"SKU-{no * 7919 % 10_000_019:08d}", f"P{no // 5}", f"{cents / 100:.2f}", no % 60, ""]
            writer.writerow([*row, f"{4_000_000_000_000 + no}", COLOURS[no % 7], 36 + no % 12, ""])


def measure(num_variants: int) -> dict[str, Any]:
    """One size, in this process."""
    from assistant.shop.importers import import_shop
    from assistant.store.database import Database

    with tempfile.TemporaryDirectory(prefix="bench-import-") as place:
        folder = Path(place)
        write_folder(folder / "shop", num_variants)
        with Database.open(folder / "shop.db") as db:
            before, cpu = peak_mib(), time.process_time()
            first = import_shop(db, "shop", folder / "shop")
            peak, cpu = peak_mib(), time.process_time() - cpu
            again = import_shop(db, "shop", folder / "shop")
            write_folder(folder / "shop", num_variants, price_step=100)
            changed = import_shop(db, "shop", folder / "shop")
            size = (folder / "shop.db").stat().st_size
        return {
            "num_variants": num_variants,
            "num_rows": first.num_rows - 2,
            "first_s": round(first.seconds, 2),
            "first_rows_per_s": round(first.num_rows / first.seconds),
            "first_rows_per_cpu_s": round(first.num_rows / cpu),
            "again_rows_per_s": round(again.num_rows / again.seconds),
            "again_written": again.num_written,
            "changed_rows_per_s": round(changed.num_rows / changed.seconds),
            "changed_written": changed.num_written,
            "peak_rss_mib_before": before,
            "peak_rss_mib_first": peak,
            "peak_rss_mib_all": peak_mib(),
            "database_mib": round(size / 2**20, 1),
        }


def peak_mib() -> float:
    """The highest resident memory that this process has had."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


def hardware() -> dict[str, Any]:
    """The machine, as far as it says."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if Path("/proc/cpuinfo").exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return {
        "cpu": names[0] if names else platform.processor(),
        "num_cpus": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "load_1m": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("sizes", nargs="*", type=int, default=list(SIZES), metavar="NUM_VARIANTS")
    parser.add_argument("--out", type=Path, help="where to write the results as JSON")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(measure(arguments.one)))
        return
    git = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(git, capture_output=True, text=True, cwd=ROOT, check=False)
    report: dict[str, Any] = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit.stdout.strip(),
        "hardware": hardware(),
        "results": [],
    }
    for size in arguments.sizes:
        started = time.perf_counter()
        command = [sys.executable, __file__, "--one", str(size)]
        run = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
        report["results"].append(json.loads(run.stdout))
        print(f"{size}: {run.stdout.strip()} ({time.perf_counter() - started:.0f} s)", file=sys.stderr)
    if arguments.out:
        arguments.out.parent.mkdir(parents=True, exist_ok=True)
        arguments.out.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
