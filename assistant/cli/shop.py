"""`backroom import` and `backroom export`: a shop's data in and out."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.options import PLAIN, AsJson, Config, Db, load_settings, print_json

if TYPE_CHECKING:
    from assistant.shop.importers import ImportProgress, ImportReport
    from assistant.store.database import Database

SHOWN_ROWS = 20
export_app = typer.Typer(help="Write the shop's data out.", no_args_is_help=True, **PLAIN)


def import_(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="shop, shopify, merchant, magento, dummyjson or tau2.")],
    path: Annotated[Path, typer.Argument(metavar="PATH", help="The file or folder to take in.")],
    db: Db = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, change nothing.")] = False,
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Keep the good rows; list the bad ones.")] = False,
    currency: Annotated[
        str | None, typer.Option("--currency", help="ISO 4217, for a source that doesn't say its own (Shopify, ...).")
    ] = None,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Take in a catalogue: all of it or nothing, unless --skip-bad. The same again changes only what differs."""
    from assistant.errors import ImportFailedError, UsageError
    from assistant.privacy.erase import erase_again
    from assistant.runtime import open_database
    from assistant.shop.importers import KINDS, import_shop
    from assistant.store.database import Database

    settings = load_settings(config, db=db)
    if kind not in KINDS:
        raise UsageError(f"there is no import of kind {kind!r}; use one of {', '.join(KINDS)}")
    if not path.exists():
        raise UsageError(f"{path} isn't there; give the file or folder to import")
    again = 0
    with ExitStack() as stack:
        if dry_run and not settings.shop.db.exists():  # leaves neither a database nor its key
            place = Path(stack.enter_context(TemporaryDirectory())) / "shop.db"
            database = stack.enter_context(Database.open(place, create=True))
        else:
            database = stack.enter_context(open_database(settings))
        try:
            with _Bar(hidden=as_json) as bar:
                report = import_shop(
                    database, kind, path, dry_run=dry_run, skip_bad=skip_bad, progress=bar.update, currency=currency
                )
                if not dry_run:
                    again = erase_again(database, keep_orders_days=settings.privacy.bookkeeping_days)
                    bar.index(database)
        except ImportFailedError as error:
            if len(error.rows) > 1:  # one alone is in the message
                for row in error.rows[:SHOWN_ROWS]:
                    typer.echo(str(row), err=True)
            raise
    print_json(report.as_json()) if as_json else _show(report)
    if again:
        typer.echo(f"note: {again} customers in it were erased here before, and are erased again", err=True)


@export_app.command("shop")
def export_shop_command(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A new or empty folder, or an earlier export.")],
    db: Db = None,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Write the shop as a folder of CSV files that `backroom import shop` reads."""
    from assistant.runtime import open_database
    from assistant.shop.exporter import export_shop

    with open_database(load_settings(config, db=db), create=False) as database:
        counts = export_shop(database, folder)
    if as_json:
        print_json({"folder": str(folder), "rows": counts})
    else:
        _table(("file", "rows"), [(name, f"{num:,}") for name, num in counts.items()])


class _Bar:
    """A progress bar on stderr; nothing where stderr is no terminal."""

    def __init__(self, hidden: bool) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        console = Console(stderr=True)
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[rows]}"),
            TimeElapsedColumn(),
            console=console,
            disable=hidden or not console.is_terminal,
            transient=True,
        )
        self._task = self._bar.add_task("reading", total=None, rows="")

    def __enter__(self) -> _Bar:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def update(self, progress: ImportProgress) -> None:
        total = None if progress.fraction is None else 1.0
        rows = f"{progress.num_rows:,} rows"
        self._bar.update(self._task, description=progress.file, total=total, completed=progress.fraction, rows=rows)

    def index(self, db: Database) -> None:
        """Make the search ready for what came in, so that the first customer doesn't wait for it."""
        from assistant.shop.embed import default_embedder
        from assistant.shop.search import Search

        Search(db, default_embedder()).refresh(
            lambda done, total: self._bar.update(
                self._task, description="search index", total=total, completed=done, rows=f"{done:,} of {total:,}"
            )
        )


def _show(report: ImportReport) -> None:
    rows = [
        (name, *(f"{num:,}" for num in (counts.inserted, counts.changed, counts.unchanged, counts.deleted)))
        for name, counts in report.tables.items()
    ]
    _table(("", "new", "changed", "same", "gone"), rows)
    for warning in report.warnings:
        typer.echo(f"note: {warning}")
    if report.num_bad:
        left = "1 bad row was" if report.num_bad == 1 else f"{report.num_bad:,} bad rows were"
        typer.echo(f"{left} left out:", err=True)
        for row in report.bad_rows[:SHOWN_ROWS]:
            typer.echo(f"  {row}", err=True)
    what = "would be written (dry run, nothing was)" if report.dry_run else "written"
    typer.echo(f"{report.num_rows:,} rows read, {report.num_written:,} {what} in {report.seconds:.1f} s")


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """Columns under one another: the first to the left, figures to the right."""
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    for row in [head, *rows]:
        rest = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        typer.echo("  ".join([row[0].ljust(widths[0]), *rest]).rstrip())
