"""`backroom finetune head`: train a classifier (messages, safety, emotion, acts); put in only what is no worse."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.options import AsJson, print_json
from assistant.errors import UsageError


def head(
    name: Annotated[str, typer.Argument(metavar="NAME", help="messages, safety, emotion or acts.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where the new head is written.")],
    measure: Annotated[bool, typer.Option("--measure-only", help="Don't train: FILE is there already.")] = False,
    put: Annotated[bool, typer.Option("--put-in", help="Replace the head in use when every gate holds.")] = False,
    as_json: AsJson = False,
) -> None:
    """Train a classifier by its recipe into FILE and measure it beside the one in use; exit code 1 when it is worse."""
    try:
        from finetune import head_gates
        from finetune.heads import SHARED
    except ImportError as error:
        raise UsageError(
            f"training needs more packages ({error.name} is missing): install them with `uv sync --extra finetune`"
        ) from None
    if name not in head_gates.HEADS:
        raise UsageError(f"no head {name!r} with gates; there are {', '.join(sorted(head_gates.HEADS))}")
    if measure and not out.is_file():
        raise UsageError(f"{out} isn't there; leave --measure-only out to train it")
    shared = Path(os.environ.get("BACKROOM_SHARED_DATA", str(SHARED)))
    if not measure:
        head_gates.train_to(name, out, shared)
    found = head_gates.gates(name, out, shared)
    holds = all(gate.holds for gate in found)
    if put and holds:
        head_gates.put_in(name, out, found)
    if as_json:
        print_json({"head": name, "file": str(out), "holds": holds, "put_in": put and holds,
                    "gates": [asdict(gate) for gate in found]})  # fmt: skip
    else:
        typer.echo("\n".join(str(gate) for gate in found))
        typer.echo(f"{out}: {'put in' if put and holds else 'no worse than the one in use' if holds else 'not fit'}")
    if not holds:
        raise typer.Exit(1)
