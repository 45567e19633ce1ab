"""The commands of `backroom`, put together. Knows what there is, not how any of it works."""

from __future__ import annotations

import typer

from assistant.cli import (
    audit,
    backup,
    bench,
    doctor,
    evaluate,
    finetune,
    heads,
    models,
    orders,
    privacy,
    replay,
    serve,
    shop,
    talk,
    users,
)
from assistant.cli.options import PLAIN


def _version(wanted: bool) -> None:
    if wanted:
        from assistant import __version__

        typer.echo(f"backroom {__version__}")
        raise typer.Exit


app = typer.Typer(
    name="backroom",
    help="A shop assistant that never leaves the building: a local model phrases what the shop's own data says.",
    epilog="Start with: backroom demo",
    no_args_is_help=True,
    add_completion=False,
    **PLAIN,
)


@app.callback()
def _root(
    version: bool = typer.Option(
        False, "--version", help="Print the version and leave.", callback=_version, is_eager=True
    ),
) -> None:
    pass


app.command("demo")(serve.demo)
app.command("serve")(serve.serve)
app.command("chat")(talk.chat)
app.command("ask")(talk.ask)
app.command("replay")(replay.replay)
app.command("import")(shop.import_)
app.add_typer(shop.export_app, name="export")
app.add_typer(models.app, name="models")
app.add_typer(orders.orders, name="orders")
privacy.app.command("rotate-key")(backup.rotate)
app.add_typer(privacy.app, name="privacy")
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.add_typer(audit.app, name="audit")
app.add_typer(users.app, name="users")
app.add_typer(evaluate.app, name="eval")
finetune.finetune_app.command("head")(heads.head)
app.add_typer(finetune.finetune_app, name="finetune")
app.add_typer(bench.app, name="bench")
app.command("doctor")(doctor.doctor)
