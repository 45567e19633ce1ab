"""`backroom replay`: whole conversations from a file, answered side by side, their results in a file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.options import Adapter, AsJson, Config, Model, load_settings, print_json


def replay(
    cases: Annotated[Path, typer.Argument(metavar="CASES.jsonl", help="One conversation per line.")],
    out: Annotated[
        Path, typer.Option("--out", metavar="RESULTS.jsonl", help="Where the results go, in the same order.")
    ],
    db: Annotated[Path | None, typer.Option("--db", metavar="PATH", help="The shop's database.")] = None,
    model: Model = None,
    adapter: Adapter = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", min=1, help="Conversations at once; default: the engine's slots.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where an earlier run was stopped.")] = False,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Answer every conversation of CASES on its own copy of the shop; the results don't depend on what runs beside."""
    from assistant.errors import UsageError
    from assistant.replay import check_customers, read_cases, run_cases
    from assistant.runtime import open_runtime

    parsed = read_cases(cases)
    settings = load_settings(config, db=db, model=model, adapter=adapter)
    if not settings.shop.db.exists():
        raise UsageError(f"{settings.shop.db} isn't there; check --db, or make a shop with: backroom import")
    # Nobody waits for these answers: how busy the machine is must not decide who words them.
    settings = settings.override(model={"patience_s": 120.0, "deadline_s": 180.0})
    if jobs is not None:
        settings = settings.override(model={"slots": jobs})
    with open_runtime(settings) as runtime:
        check_customers(parsed, cases, runtime.db)
        summary = run_cases(
            parsed,
            out,
            db=runtime.db,
            build=runtime.assistant_for,
            jobs=runtime.process.options.num_slots,
            resume=resume,
            progress=_show if sys.stderr.isatty() and not as_json else None,
        )
    if as_json:
        print_json(vars(summary))
    else:
        typer.echo(f"{summary.num_cases:,} cases, {summary.num_turns:,} turns in {summary.seconds:.1f} s -> {out}")


def _show(done: int, total: int) -> None:
    print(f"\r{done:,} of {total:,} cases", end="\n" if done == total else "", file=sys.stderr, flush=True)
