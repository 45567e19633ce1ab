"""`backroom orders`: the rules for order self-service, and what waits for the shop's own systems."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.options import PLAIN, AsJson, Config, Db, load_settings, print_json

orders = typer.Typer(help="Order self-service: its rules, and the outbox.", no_args_is_help=True, **PLAIN)


@orders.command()
def rules(
    db: Db = None,
    set_file: Annotated[
        Path | None, typer.Option("--set", metavar="FILE", help="Put these rules (TOML) into force at once.")
    ] = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Show what customers may have done to their orders, as a file to edit; with --set, change it."""
    from assistant.errors import UsageError
    from assistant.runtime import open_database
    from assistant.shop.order_rules import FACT, OrderRules, text
    from assistant.shop.schema import ShopInfo
    from assistant.store.audit import audit

    with open_database(load_settings(config, db=db), create=False) as database:
        if set_file is not None:
            try:
                new = set_file.read_text("utf-8")
            except (OSError, UnicodeDecodeError) as error:
                raise UsageError(f"{set_file}: can't be read ({error}); give a TOML file") from None
            OrderRules.parse(new, str(set_file))
            with database.write() as session:
                session.merge(ShopInfo(key=FACT, value=new))
                audit(session, "system:cli", "orders.rules", "shop:order_rules", "administration")
        with database.read() as session:
            row = session.get(ShopInfo, FACT)
            found = row.value if row is not None else text()
    if as_json:
        print_json(OrderRules.parse(found).model_dump())
    else:
        typer.echo(found, nl=False)


@orders.command()
def outbox(
    db: Db = None,
    send: Annotated[
        bool, typer.Option("--send", help="Deliver what waits to the address `webhook` in [orders] of the settings.")
    ] = False,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Show the writes that the shop's own systems haven't been told of; with --send, tell them."""
    from datetime import UTC, datetime

    from assistant.errors import BackroomError, UsageError
    from assistant.runtime import open_database
    from assistant.shop.outbox import message, num_waiting, waiting
    from assistant.shop.outbox_sender import deliver, webhook, webhook_secret

    settings = load_settings(config, db=db)
    with open_database(settings, create=False) as database:
        if send:
            if settings.orders.webhook is None:
                raise UsageError("there is no webhook; set `webhook` in [orders] of the settings file")
            send_one = webhook(settings.orders.webhook, webhook_secret(database, by="system:cli"))
            delivered, left = deliver(database, send_one, datetime.now(UTC))
            if left:
                why = waiting(database)[0].problem or "another sender is at it"
                raise BackroomError(f"{delivered} delivered, {left} still wait: {why}")
            print_json({"delivered": delivered, "waiting": left}) if as_json else typer.echo(f"{delivered} delivered")
            return
        rows, num = waiting(database), num_waiting(database)
    if as_json:
        print_json([{**message(r), "tries": r.num_tries, "problem": r.problem} for r in rows])
    else:
        for row in rows:
            told = f"  (tried {row.num_tries} times: {row.problem})" if row.num_tries else ""
            what = f"{row.body.get('action')} {row.body.get('order_id', row.customer_id)}"
            typer.echo(f"{row.at:%Y-%m-%d %H:%M} {what}{told}")
        typer.echo(f"{num} waiting" + (f", the oldest {len(rows)} above" if num > len(rows) else ""))


@orders.command("webhook-secret")
def webhook_secret_of(
    renew: Annotated[bool, typer.Option("--renew", help="Make a new one; the next message is signed with it.")] = False,
    db: Db = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """The secret with which messages to the webhook are signed (Standard Webhooks); made at first use."""
    from assistant.runtime import open_database
    from assistant.shop.outbox_sender import webhook_secret

    with open_database(load_settings(config, db=db), create=False) as database:
        secret = webhook_secret(database, renew=renew, by="system:cli")
    print_json({"secret": secret}) if as_json else typer.echo(secret)
