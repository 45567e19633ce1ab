"""`backroom audit`: check the audit log, look at it, take it out for an auditor."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.options import PLAIN, AsJson, Config, Db, load_settings, print_json

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

app = typer.Typer(help="The audit log: who did what, when and why.", no_args_is_help=True, **PLAIN)
About = Annotated[
    str | None,
    typer.Option("--about", metavar="KIND:ID", help="Only entries on this reference: customer:mia, staff:anna."),
]
Action = Annotated[str | None, typer.Option("--action", help="Only this action or its family: order, order.cancel.")]


@app.command("verify")
def verify_command(
    expect: Annotated[
        str | None, typer.Option("--expect", metavar="COUNT:DIGEST", help="A head printed earlier and kept elsewhere.")
    ] = None,
    renew: Annotated[
        bool, typer.Option("--renew", help="First note the head beside the database anew, with an entry that says so.")
    ] = False,
    db: Db = None,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Check that no entry was changed, moved, added or taken away. Exit code 1 when one was."""
    from assistant.errors import UsageError
    from assistant.runtime import open_database
    from assistant.store.audit_verify import renew_anchor, verify

    with open_database(load_settings(config, db=db), create=False) as database:
        if renew:
            renew_anchor(database)
        try:
            verdict = verify(database, expect)
        except ValueError as error:
            raise UsageError(str(error)) from None
    if as_json:
        print_json(verdict.as_json())
    elif verdict.ok:
        typer.echo(f"{verdict.num_entries:,} entries, all as they were written. Head: {verdict.head}")
    else:
        for problem in verdict.problems:
            typer.echo(problem)
    if not verdict.ok:
        typer.echo(f"backroom: the audit log fails the check ({len(verdict.problems)} findings)", err=True)
        raise typer.Exit(1)


@app.command("list")
def list_command(
    about: About = None,
    action: Action = None,
    limit: Annotated[
        int, typer.Option("--limit", min=1, max=10_000_000, help="At most this many, the newest first.")
    ] = 50,
    db: Db = None,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Show the newest entries."""
    from assistant.runtime import open_database
    from assistant.store.audit_verify import entries

    with open_database(load_settings(config, db=db), create=False) as database, database.read() as session:
        rows = list(entries(session, about=_about(session, about), action=action, limit=limit, newest=True))
    if as_json:
        print_json(rows)
        return
    for row in rows:
        details = " ".join(f"{key}={value}" for key, value in row["details"].items())
        typer.echo(
            f"{row['entry']:>7}  {row['at'][:19]}Z  {row['actor']}  {row['action']}  {row['subject']}"
            f"  ({row['reason']})  {details}".rstrip()
        )


@app.command("export")
def export_command(
    out: Annotated[Path, typer.Argument(metavar="FILE", help="A new file for the entries, one JSON object a line.")],
    about: About = None,
    action: Action = None,
    db: Db = None,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Write the entries as JSON lines. Whole, the file can be checked without Backroom: each digest is the SHA-256 of
    the digest before it and the entry's own values, joined by NUL."""
    from assistant.errors import UsageError
    from assistant.runtime import open_database
    from assistant.store.audit_verify import entries

    num = 0
    with open_database(load_settings(config, db=db), create=False) as database, database.read() as session:
        try:
            with out.open("x", encoding="utf-8") as file:
                for row in entries(session, about=_about(session, about), action=action):
                    file.write(json.dumps(row, ensure_ascii=False) + "\n")
                    num += 1
        except OSError as error:
            raise UsageError(
                f"{out} can't be written: {error.strerror}; give a new file in a folder that is there"
            ) from None
    print_json({"file": str(out), "entries": num}) if as_json else typer.echo(f"{num:,} entries in {out}")


def _about(session: Session, reference: str | None) -> list[str] | None:
    """The reference as it stands in the log: a person's as the pseudonym, which only the salt gives away."""
    from assistant.errors import UsageError
    from assistant.store.audit import PERSONAL, pseudonyms

    if reference is None:
        return None
    kind, colon, identity = reference.partition(":")
    if not colon or not identity:
        raise UsageError(f"{reference!r} is no reference; write KIND:ID, such as customer:mia or staff:anna")
    return pseudonyms(session, [reference]) if kind in PERSONAL and not identity.startswith("~") else [reference]
