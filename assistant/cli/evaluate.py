"""`backroom eval`: the evaluations that come with the source; their cases and data sets are no part of a package."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.options import PLAIN, AsJson
from assistant.errors import InputError

app = typer.Typer(help="Evaluations that come with the source.", no_args_is_help=True, **PLAIN)

BENCHES = Path(__file__).parents[2] / "tests" / "bench"


@app.callback()
def _root() -> None:
    pass


@app.command("conversation")
def conversation(
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only", metavar="PART", help="intents, slots, smalltalk, emotion, clarify, turns, customers or pricing."
        ),
    ] = None,
    heldout: Annotated[bool, typer.Option("--heldout", help="The held-out third: totals only.")] = False,
    model_sample: Annotated[
        int, typer.Option("--model-sample", min=0, help="Utterances that the prompted model is asked; 0: none.")
    ] = 40,
    show: Annotated[bool, typer.Option("--show", help="The misses of development cases, on stderr.")] = False,
    result: Annotated[bool, typer.Option("--result/--no-result", help="Keep the figures in the checkout.")] = True,
    as_json: AsJson = False,
) -> None:
    """Intents and slots, emotion, questions back, long conversations, scripted customers: what exists is measured."""
    script = BENCHES / "bench_conversation.py"
    if not script.is_file():
        raise InputError("The evaluation's cases are not installed; run it in a checkout of the source.")
    command = [sys.executable, str(script), "--model-sample", str(model_sample)]
    command += [part for name in only or () for part in ("--only", name)]
    flags = {"--heldout": heldout, "--show": show, "--json": as_json, "--no-result": not result}
    raise typer.Exit(subprocess.run([*command, *(f for f, wanted in flags.items() if wanted)]).returncode)
