"""How long a customer's message waits while the shop's catalogue is imported again, in place and aside.

    python tests/bench/bench_import_open.py [NUM_VARIANTS] [--changed 100] [--out FILE]

A shop with its search index and one conversation is imported again with every Nth price changed, by a process of its
own as the command line does it; this one writes a message twenty times a second meanwhile and times each. Wall times,
which are the machine's; the two ways of importing run one after the other on the same data.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

from bench_import import write_folder  # noqa: E402 (the paths above come first)

from assistant.errors import DatabaseError  # noqa: E402
from assistant.machine import measured_on  # noqa: E402
from assistant.shop.importers import import_shop  # noqa: E402
from assistant.shop.search_schema import ensure  # noqa: E402
from assistant.store.conversations import Conversations  # noqa: E402
from assistant.store.database import Database  # noqa: E402

_IMPORT = """
import sys
from pathlib import Path
from assistant.shop.importers import aside, import_shop
from assistant.store.database import Database
if sys.argv[1] == "in_place":
    aside.is_open = lambda db: False
with Database.open(Path(sys.argv[2])) as db:
    print(import_shop(db, "shop", Path(sys.argv[3])).num_written)
"""


def waits(way: str, db: Database, folder: Path) -> dict[str, Any]:
    """What messages waited while one import ran."""
    talks, found, failed = Conversations(db), [], 0
    began = time.perf_counter()
    run = subprocess.Popen(
        [sys.executable, "-c", _IMPORT, way, str(db.path), str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=HERE.parents[1],
    )
    while run.poll() is None:
        at = time.perf_counter()
        try:
            talks.begin_turn(f"web-{way}-{len(found)}", "Is anybody there?", datetime.now(UTC))
        except DatabaseError:
            failed += 1
        found.append(time.perf_counter() - at)
        time.sleep(0.05)
    seconds = time.perf_counter() - began
    written = run.communicate()[0].strip()
    return {
        "seconds": round(seconds, 2),
        "rows_written": int(written),
        "messages": len(found),
        "messages_refused": failed,
        "longest_wait_s": round(max(found), 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("variants", nargs="?", type=int, default=100_000)
    parser.add_argument("--changed", type=int, default=100, help="every Nth price is another")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    results: dict[str, Any] = {**measured_on(), "variants": options.variants}
    with tempfile.TemporaryDirectory(prefix="bench-import-") as place:
        folder = Path(place)
        write_folder(folder / "shop", options.variants)
        with Database.open(folder / "shop.db") as db:
            import_shop(db, "shop", folder / "shop")
            ensure(db)
            Conversations(db).begin_turn("web-first", "Hello", datetime.now(UTC))
            for way, step in (("in_place", options.changed), ("aside", 0)):
                write_folder(folder / "shop", options.variants, price_step=step)
                results[way] = waits(way, db, folder / "shop")
    print(json.dumps(results, indent=1))
    if options.out:
        options.out.write_text(json.dumps(results, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
