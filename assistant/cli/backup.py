"""`backroom backup`, `backroom restore` and `backroom privacy rotate-key`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.options import AsJson, Config, Db, load_settings, print_json

KeyFile = Annotated[
    Path | None, typer.Option("--key-file", metavar="FILE", help="The backup's key; else FILE.key or BACKROOM_DB_KEY.")
]


def backup(
    out: Annotated[Path, typer.Argument(metavar="FILE", help="A new file for the backup.")],
    db: Db = None,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Write an encrypted backup while the server runs, and prove it by reading it all. The key is not in it."""
    from assistant.runtime import open_database
    from assistant.store.backup import back_up, manifest_file

    with open_database(load_settings(config, db=db), create=False) as database:
        manifest = back_up(database, out.expanduser())
    if as_json:
        print_json({"file": str(out), **asdict(manifest)})
        return
    typer.echo(f"{out}: {manifest.size / 2**20:.1f} MB, {sum(manifest.rows.values()):,} rows, read back and sound")
    typer.echo(
        f"manifest: {manifest_file(out)}; keep the database's key elsewhere: the backup is worth nothing without it"
    )


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup.")],
    check_only: Annotated[bool, typer.Option("--check", help="Only read it all, restore nothing.")] = False,
    key_file: KeyFile = None,
    db: Db = None,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Put a backup in the place of the database, after reading it all. Who was erased since stays erased."""
    from assistant.errors import UsageError
    from assistant.privacy.restore import restore_backup
    from assistant.store.backup import check, key_of
    from assistant.store.keys import read_key

    settings = load_settings(config, db=db)
    if key_file is not None and not key_file.is_file():
        raise UsageError(f"the key file {key_file} isn't there; check the path, or leave out --key-file")
    given = read_key(key_file) if key_file is not None else None
    key = key_of(file, given, settings.shop.db)
    if check_only:
        manifest, again = check(file, key), 0
    else:
        keep = settings.privacy.bookkeeping_days
        manifest, again = restore_backup(file, settings.shop.db, keep_orders_days=keep, key=key)
    if as_json:
        print_json({"file": str(file), "restored": not check_only, "erased_again": again, **asdict(manifest)})
        return
    rows = f"{sum(manifest.rows.values()):,} rows"
    typer.echo(f"{file} is sound: {rows}" if check_only else f"{settings.shop.db} is as the backup: {rows}")
    if again:
        typer.echo(f"{again} persons in it were erased since, and are erased again")


def rotate(db: Db = None, config: Config = None) -> None:
    """Encrypt the database with a new key. Stop the server first; a crash in between harms nothing."""
    from assistant.store.rotate import rotate_key

    path = load_settings(config, db=db).shop.db
    rotate_key(path)
    typer.echo(f"{path} has a new key; backups made before still need the old one")
