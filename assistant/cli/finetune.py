"""`backroom finetune`: from dialogues to an adapter that is proven better, and into service and out again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.options import PLAIN, AsJson, print_json
from assistant.errors import UsageError

if TYPE_CHECKING:
    from finetune.run import Run

finetune_app = typer.Typer(
    name="finetune", help="Fine-tune the model on a shop's dialogues, judge the result, serve it.",
    no_args_is_help=True, **PLAIN,
)  # fmt: skip

ConfigFile = Annotated[
    Path, typer.Option("--config", metavar="FILE", help="The run's settings, like finetune/configs/ci.toml.")
]
Out = Annotated[
    Path, typer.Option("--out", metavar="DIR", help="The run's folder; the same folder goes on where it stopped.")
]
Minutes = Annotated[float | None, typer.Option("--minutes", min=0.1, help="At most so many minutes of training.")]


def _open(config: Path, out: Path, minutes: float | None = None) -> Run:
    try:
        from finetune.config import load
        from finetune.run import Run, with_budget
    except ImportError as error:
        raise UsageError(
            f"fine-tuning needs more packages ({error.name} is missing): install them with `uv sync --extra finetune`"
        ) from None
    return Run(with_budget(load(config), minutes), out.expanduser(), lambda line: typer.echo(line, err=True))


@finetune_app.command("run")
def run(config: ConfigFile, out: Out, minutes: Minutes = None, release: Annotated[
    bool, typer.Option("--release", help="Put it into service when all gates hold.")
] = False, as_json: AsJson = False) -> None:  # fmt: skip
    """Everything: data, training, conversion, parity, evaluation, gates, report."""
    opened = _open(config, out, minutes)
    if release and not opened.settings.gates.release:
        raise UsageError(f"{config}: a trial, whose gates are too wide for a release; give another --config")
    with opened.alone():
        verdict = opened.all()
    if release and verdict["passed"]:
        from finetune.release import release as put

        typer.echo(f"released as {put(out)}", err=True)
    if as_json:
        print_json({k: verdict[k] for k in ("passed", "file", "sha256", "gates", "figures", "parity")})
    else:
        state = "all gates hold" if verdict["passed"] else "not fit for release"
        typer.echo(f"{out / verdict['file']}: {state}; report in {out / 'report.md'}")
    if not verdict["passed"]:
        raise typer.Exit(1)


@finetune_app.command("data")
def data(config: ConfigFile, out: Out, as_json: AsJson = False) -> None:
    """Make, check, de-duplicate and split what is to be learnt."""
    opened = _open(config, out)
    with opened.alone():
        manifest = opened.data()
    print_json(manifest) if as_json else typer.echo(f"{manifest['counts']} -> {out / 'data'}")


@finetune_app.command("train")
def train(config: ConfigFile, out: Out, minutes: Minutes = None) -> None:
    """Train on the run's data, or go on from the last checkpoint."""
    opened = _open(config, out, minutes)
    with opened.alone():
        opened.train()
    typer.echo(f"trained -> {out / 'adapter'}")


@finetune_app.command("convert")
def convert(config: ConfigFile, out: Out) -> None:
    """Write the trained adapter as GGUF."""
    opened = _open(config, out)
    with opened.alone():
        typer.echo(str(opened.convert()))


@finetune_app.command("eval")
def evaluate(config: ConfigFile, out: Out, as_json: AsJson = False) -> None:
    """Judge the converted adapter against its base, in the product."""
    opened = _open(config, out)
    with opened.alone():
        verdict = opened.judge()
    print_json(verdict) if as_json else typer.echo(f"report in {out / 'report.md'}")


@finetune_app.command("release")
def release(
    out: Annotated[Path, typer.Argument(metavar="DIR", help="A finished run's folder.")],
    share: Annotated[
        float, typer.Option("--share", min=0.0, max=1.0, help="Try it on this share of the conversations first.")
    ] = 1.0,
) -> None:
    """Put a run's adapter into service, if all of its gates hold."""
    from finetune.release import release as put

    typer.echo(f"released as {put(out.expanduser(), share=share)}; a running server takes it over within seconds")


@finetune_app.command("rollback")
def rollback(
    model: Annotated[
        str | None, typer.Option("--model", metavar="NAME|PATH", help="The base; default: the default.")
    ] = None,
) -> None:
    """Go back to the release before; behind your first, to what comes with Backroom."""
    from assistant.models import resolve
    from finetune.release import rollback as back

    now = back(resolve(model).sha256)
    typer.echo(f"in service now: {now or 'the base, without an adapter'}")
