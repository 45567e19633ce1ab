"""The released adapter against its base on shops that nobody trained on, and on one that it was trained on (the demo
shop), asked freely and as in service.

    .venv/bin/python tests/bench/bench_finetune.py [--adapter NAME] [--answers 60] [--out RESULTS.json]

Made conversations with tau2's shop, DummyJSON's and the demo shop are answered by the runtime; every model gets the
same answers to word. Own words passing first time are counted over the notes that may be worded; a statement is wrong
when it says more than the notes (finetune/claims.py), whether or not the check refused it. Needs the `finetune` extra.
"""

from __future__ import annotations

import argparse
import json
import os
from datetime import UTC, datetime
from pathlib import Path

from bench_truth import commit, hardware

from assistant.adapters import UNTRAINED, find, released
from assistant.engine import open_engine
from assistant.models import resolve
from finetune import evaluate
from finetune.config import EvalSettings, ShopSource

SHARED = Path(os.environ.get("BACKROOM_SHARED_DATA", "../shared/data"))
SHOPS = {"tau2": str(SHARED / "tau2-retail"), "dummyjson": str(SHARED / "dummyjson"), "shop": "demo"}
"""Kind of import -> where it is; the last is the shop that training knows."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--adapter", help="a name or a file; default: the released one")
    parser.add_argument("--answers", type=int, default=60)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    base = resolve()
    adapter = find(options.adapter) if options.adapter else released(base.sha256)
    if adapter is None:
        parser.error("no adapter is released for the default model; name one with --adapter")
    sources = tuple(ShopSource(kind=kind, path=path, conversations=30) for kind, path in SHOPS.items())
    todo = evaluate.asked(EvalSettings(shops=sources, answers=options.answers))
    engine, tokenizer = open_engine(
        base.path, adapter=adapter.path, slots=2, context_per_slot=1024, threads=options.threads
    )
    figures = {}
    try:
        for name, each, guided in (
            ("adapter, in service", adapter, True),
            ("adapter, free", adapter, False),
            ("base, grammar", None, False),
            ("base, free", UNTRAINED, False),
            ("base, guided", UNTRAINED, True),
        ):
            results = evaluate.answer_all(engine, tokenizer, each, todo, guided=guided)
            figures[name] = evaluate.summary(results) | {"by_shop": evaluate.by_shop(results)}
            print(name, json.dumps(evaluate.summary(results)), flush=True)
    finally:
        engine.close()
    if options.out:
        head = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "commit": commit(), "hardware": hardware()}
        content = head | {"base": base.id, "adapter": adapter.name, "load": os.getloadavg()[0], "figures": figures}
        options.out.write_text(json.dumps(content, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
