"""`backroom doctor`: is everything here that Backroom needs, and what to do where it isn't."""

from __future__ import annotations

import typer

from assistant.cli.options import AsJson, Config, Db, Model, load_settings, print_json


def doctor(db: Db = None, model: Model = None, as_json: AsJson = False, config: Config = None) -> None:
    """Check Python, llama.cpp, processor, model, database, disk and port. Exit code 1 when something is wrong."""
    from assistant.doctor import iter_checks

    settings = load_settings(config, db=db, model=model)
    checks = []
    for check in iter_checks(
        db=settings.shop.db,
        model=settings.model.name,
        host=settings.server.host,
        port=settings.server.port,
        min_free_mb=500,
    ):
        checks.append(check)
        if not as_json:
            typer.echo(f"{'ok  ' if check.ok else 'FAIL'}  {check.name}: {check.detail}")
            if check.remedy and not check.ok:
                typer.echo(f"      -> {check.remedy}")
    if as_json:
        print_json({"ok": all(check.ok for check in checks), "checks": [vars(check) for check in checks]})
    if not all(check.ok for check in checks):
        raise typer.Exit(1)
