"""`backroom privacy`: what the data-protection rights of customers need, from the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.options import PLAIN, AsJson, Config, Db, load_settings, print_json

if TYPE_CHECKING:
    from assistant.config import Settings
    from assistant.privacy.subject import Subject
    from assistant.store.database import Database

app = typer.Typer(
    help="Customers' data: show, erase, correct, restrict, keep no longer than needed.", no_args_is_help=True, **PLAIN
)
ACTOR = "system:command"
Who = Annotated[
    str, typer.Argument(metavar="WHO", help="A customer's id or e-mail address, or a visitor's conversation id.")
]


def _code(value: str) -> str:
    from assistant.store.audit import is_code

    if not is_code(value):
        raise typer.BadParameter("give a short code in lower-case letters, such as request: no free text")
    return value


Reason = Annotated[
    str, typer.Option("--reason", callback=_code, help="A short code for the audit log, such as request or dispute.")
]
Lift = Annotated[bool, typer.Option("--lift", help="Take it off again.")]


@app.command("export")
def export_command(
    who: Who,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FOLDER", help="Write export.json and export.html there.")
    ] = None,
    db: Db = None,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Everything kept about a person, as JSON and as a page to read (Art. 15 and 20 GDPR)."""
    from assistant.privacy.export import export
    from assistant.privacy.export_page import page

    with _open(db, config) as (_, database):
        data = export(database, _find(database, who), actor=ACTOR)
    if out is None:
        print_json(data)
        return
    _write(out / "export.json", json.dumps(data, ensure_ascii=False, indent=2, default=str) + "\n")
    _write(out / "export.html", page(data))
    files = {"json": str(out / "export.json"), "html": str(out / "export.html")}
    print_json(files) if as_json else typer.echo(f"written: {files['json']}, {files['html']}")


@app.command("erase")
def erase_command(
    who: Who,
    reason: Reason = "request",
    certificate: Annotated[
        Path | None, typer.Option("--certificate", metavar="FILE", help="Write the signed certificate there.")
    ] = None,
    db: Db = None,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Erase a person (Art. 17 GDPR): rows, files, training data. Prints a signed certificate."""
    from assistant.privacy.erase import erase

    with _open(db, config) as (settings, database):
        subject = _find(database, who)
        keep = settings.privacy.bookkeeping_days
        result = erase(database, subject, actor=ACTOR, reason=reason, keep_orders_days=keep)
    if certificate is not None:
        _write(certificate, json.dumps(result.certificate, ensure_ascii=False, indent=2) + "\n")
    if as_json:
        print_json(result.as_json())
        return
    typer.echo(
        f"erased in {result.seconds:.1f} s: {sum(result.rows.values())} rows, {len(result.conversations)} conversations"
    )
    if result.emptied.get("order"):
        typer.echo(f"{result.emptied['order']} orders stay for the accounts, without the person")
    if result.adapters:
        typer.echo(f"trained from their conversations, to be released anew: {', '.join(result.adapters)}")
    if result.not_told:
        typer.echo(
            "the shop's own systems hadn't been told of these changes to orders; pass them on by hand:", err=True
        )
    for what in result.not_told:
        typer.echo(f"  {json.dumps(what, ensure_ascii=False)}", err=True)
    for file in [*result.not_cleaned, *([result.older_copy] if result.older_copy else [])]:
        typer.echo(f"delete this file by hand: {file}", err=True)
    if not result.is_clean:
        typer.echo(
            "the database was in use: unused space is overwritten by the server within a minute or two, or now with: "
            "backroom privacy compact"
        )
    if certificate is None:
        typer.echo(json.dumps(result.certificate, ensure_ascii=False))


@app.command("check-certificate")
def check_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A certificate of erasure.")],
    db: Db = None,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Check a certificate's signature against this shop's key. Exit code 1 when it doesn't fit."""
    from assistant.errors import UsageError
    from assistant.privacy.certificate import is_genuine, public_key_of
    from assistant.privacy.secrets import signing_key

    try:
        certificate = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{file} is no certificate ({error}); give the file that `privacy erase` wrote") from None
    with _open(db, config) as (_, database), database.write() as session:
        ours = public_key_of(signing_key(session))
    fits = isinstance(certificate, dict) and is_genuine(certificate, ours)
    print_json({"genuine": fits, "public_key": ours}) if as_json else typer.echo(
        "genuine" if fits else "not ours, or changed"
    )
    if not fits:
        raise typer.Exit(1)


@app.command("correct")
def correct_command(
    who: Who,
    values: Annotated[list[str], typer.Argument(metavar="FIELD=VALUE...", help="phone=..., city=..., email=...")],
    reason: Reason = "request",
    db: Db = None,
    config: Config = None,
) -> None:
    """Put a customer's profile right (Art. 16 GDPR)."""
    from assistant.errors import UsageError
    from assistant.privacy.rights import correct

    pairs = dict(value.partition("=")[::2] for value in values)
    if any("=" not in value for value in values):
        raise UsageError("give each correction as FIELD=VALUE, such as city=Kendal")
    with _open(db, config) as (_, database):
        correct(database, _find(database, who), pairs, actor=ACTOR, reason=reason)
    typer.echo(f"corrected: {', '.join(pairs)}")


@app.command("restrict")
def restrict_command(
    who: Who, lift: Lift = False, reason: Reason = "request", db: Db = None, config: Config = None
) -> None:
    """Store a customer's data but use none of it (Art. 18 GDPR): the assistant treats them as a stranger."""
    _hold(who, "restriction", lift, reason, db, config)


@app.command("hold")
def hold_command(
    who: Who, lift: Lift = False, reason: Reason = "dispute", db: Db = None, config: Config = None
) -> None:
    """Keep a person's data whatever erasure or retention say: a legal hold."""
    _hold(who, "legal_hold", lift, reason, db, config)


@app.command("consent")
def consent_command(
    who: Who,
    given: Annotated[
        bool | None, typer.Option("--give/--withdraw", help="Without it: show what was agreed to.")
    ] = None,
    purpose: Annotated[str, typer.Option("--purpose", help="What it is for.")] = "personalisation",
    db: Db = None,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Note a consent or its withdrawal, or show them all (Art. 7 GDPR)."""
    from assistant.privacy.rights import consents, set_consent

    with _open(db, config) as (_, database):
        subject = _find(database, who)
        if given is not None:
            set_consent(database, subject, given, purpose=purpose, actor=ACTOR)
        rows: list[dict[str, Any]] = [
            {
                "at": row.at.isoformat(timespec="seconds"),
                "purpose": row.purpose,
                "given": row.given,
                "source": row.source,
            }
            for row in consents(database, subject)
        ]
    if as_json:
        print_json(rows)
    for row in [] if as_json else rows:
        typer.echo(f"{row['at']}  {row['purpose']}  {'given' if row['given'] else 'withdrawn'}  ({row['source']})")


@app.command("retention")
def retention_command(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go, delete nothing.")] = False,
    db: Db = None,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Delete what is older than its period in [privacy]. The server does this every day by itself."""
    from assistant.privacy.compact import SMALL_BYTES, compact, compact_due, is_compact_due, size_of
    from assistant.privacy.retention import apply, periods

    with _open(db, config) as (settings, database):
        counts = apply(database, settings.privacy, has_webhook=bool(settings.orders.webhook), dry_run=dry_run)
        with database.read() as session:
            due = is_compact_due(session)
        if due and not dry_run and size_of(database) <= SMALL_BYTES and compact(database):
            with database.write() as session:
                compact_due(session, False)
    days = periods(settings.privacy)
    if as_json:
        print_json({"deleted": counts, "days": days, "dry_run": dry_run})
        return
    for kind, period in days.items():
        kept = f"{period} days" if period else "for ever"
        what = f"{counts.get(kind, 0):,} {'would go' if dry_run else 'deleted'}" if kind in counts else "nothing to do"
        typer.echo(f"{kind:<14} kept {kept:<10} {what}")


@app.command("report")
def report_command(
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FOLDER", help="Write both there as Markdown and HTML.")
    ] = None,
    db: Db = None,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """The record of processing (Art. 30) and an impact sheet (Art. 35), from what is really configured."""
    from assistant.privacy.report import impact_sheet, look, record_of_processing
    from assistant.privacy.report_page import report_page

    with _open(db, config) as (settings, database):
        state = look(database)
    sheets = {
        "record-of-processing": record_of_processing(settings, state),
        "impact-sheet": impact_sheet(settings, state),
    }
    if out is None:
        print_json(sheets) if as_json else typer.echo("\n".join(sheets.values()))
        return
    files = []
    for name, sheet in sheets.items():
        for suffix, content in ((".md", sheet), (".html", report_page(sheet))):
            _write(out / f"{name}{suffix}", content)
            files.append(str(out / f"{name}{suffix}"))
    print_json(files) if as_json else typer.echo("written: " + ", ".join(files))


@app.command("compact")
def compact_command(db: Db = None, config: Config = None) -> None:
    """Rewrite the database's file, so that nothing deleted is left in unused space. Writers wait meanwhile."""
    from assistant.errors import DatabaseError
    from assistant.privacy.compact import compact, compact_due
    from assistant.privacy.erase import finish_all

    with _open(db, config) as (_, database):
        for certificate in finish_all(database):
            typer.echo(f"an erasure that was cut off is finished: {json.dumps(certificate)}")
        if not compact(database, wait_s=30.0):
            raise DatabaseError(f"{database.path} is in use; try again in a moment, or leave it to the server at night")
        with database.write() as session:
            compact_due(session, False)
    typer.echo("the file was written anew")


def _hold(who: str, kind: str, lift: bool, reason: str, db: Path | None, config: Path | None) -> None:
    from assistant.privacy.rights import set_hold

    with _open(db, config) as (_, database):
        subject = _find(database, who)
        changed = set_hold(database, subject, kind, not lift, actor=ACTOR, reason=reason)
    name = kind.replace("_", " ")
    typer.echo(
        f"{name} {'lifted' if lift else 'set'}"
        if changed
        else f"the {name} was {'not there' if lift else 'there'} already"
    )


class _open:
    """The settings and the database of a command, as a context manager."""

    def __init__(self, db: Path | None, config: Path | None) -> None:
        from assistant.runtime import open_database

        self._settings = load_settings(config, db=db)
        self._database = open_database(self._settings, create=False)

    def __enter__(self) -> tuple[Settings, Database]:
        return self._settings, self._database

    def __exit__(self, *_: object) -> None:
        self._database.close()


def _find(database: Database, who: str) -> Subject:
    from assistant.privacy.subject import find_subject

    return find_subject(database, who)


def _write(file: Path, content: str) -> None:
    """A file that only its owner can read: it is about a person."""
    from assistant.errors import UsageError

    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.chmod(0o600)
        file.write_text(content, "utf-8")
    except OSError as error:
        raise UsageError(f"{file} can't be written: {error.strerror}; choose another place") from None
