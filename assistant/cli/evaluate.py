"""`backroom eval`: the evaluations that come with the source; their cases and data sets are no part of a package."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from assistant.cli.options import PLAIN, AsJson, print_json
from assistant.errors import InputError, UsageError

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


@app.command("safety")
def safety(
    baseline: Annotated[
        Path | None,
        typer.Option("--baseline", metavar="FILE", help="An earlier result: ends with 1 when this run is below it."),
    ] = None,
    data: Annotated[
        Path, typer.Option("--data", metavar="DIR", help="The folder of public data sets; without it, authored texts.")
    ] = Path("../shared/data"),
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Where to write the result as JSON.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """What is blocked of harmful texts and refused of harmless ones, on texts that weren't trained on."""
    import json

    from assistant.machine import measured_on
    from assistant.opinions import opinion
    from assistant.screen.judge import Judge
    from finetune.safety_eval import measure, missed, otherwise, worse

    before = _baseline(baseline)
    measured = measured_on() | measure(Judge(opinion()), data)
    if out:
        out.write_text(json.dumps(measured, indent=1) + "\n", "utf-8")
    if as_json:
        print_json(measured)
    else:
        for name, value in measured.items():
            if not isinstance(value, dict):
                typer.echo(f"{name}: {value}")
        for line in missed(measured):
            typer.echo(f"below target: {line}")
    if before is not None and (unlike := otherwise(measured, before)):
        raise UsageError(f"{baseline}: a result on other texts ({'; '.join(unlike)}); give the same --data")
    if before is not None and (lines := worse(measured, before)):
        for line in lines:
            typer.echo(f"worse than the baseline: {line}", err=True)
        raise typer.Exit(1)


def _baseline(file: Path | None) -> dict[str, Any] | None:
    import json

    if file is None:
        return None
    from finetune.safety_eval import is_result

    try:
        found: dict[str, Any] = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{file}: not a result of this command ({error}); make one with --out") from None
    if not is_result(found):
        raise UsageError(f"{file}: not a result of this command; make one with --out")
    return found
