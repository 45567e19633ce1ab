"""`backroom ask` and `backroom chat`: the assistant in a terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.options import Adapter, AsJson, Config, Db, Model, load_settings, print_json

if TYPE_CHECKING:
    from assistant.runtime import Runtime
    from assistant.types import CustomerRef

Customer = Annotated[str | None, typer.Option("--customer", metavar="ID|EMAIL", help="The customer who is signed in.")]


def ask(
    question: Annotated[str, typer.Argument(help='What a customer would ask; "-" reads it from stdin.')],
    db: Db = None,
    model: Model = None,
    adapter: Adapter = None,
    customer: Customer = None,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Ask one question and print the answer; with --json, the whole record with its receipts."""
    import uuid

    from assistant.errors import InputError, UsageError
    from assistant.runtime import open_runtime
    from assistant.store.handoffs import ASKED

    text = _stdin() if question == "-" else question
    with open_runtime(load_settings(config, db=db, model=model, adapter=adapter)) as runtime:
        who = _customer(runtime, customer)
        try:
            record = runtime.assistant.reply(f"{ASKED}{uuid.uuid4().hex}", text, customer=who)
        except InputError as error:
            raise UsageError(str(error)) from None  # here it is the operator's
    if as_json:
        print_json(record.as_json())
    else:
        typer.echo(record.reply)


def chat(
    db: Db = None, model: Model = None, adapter: Adapter = None, customer: Customer = None, config: Config = None
) -> None:
    """Chat in the terminal; an empty line or Ctrl-D ends it."""
    import uuid

    from assistant.errors import InputError
    from assistant.runtime import open_runtime
    from assistant.store.handoffs import TYPED
    from assistant.types import Delta

    with open_runtime(load_settings(config, db=db, model=model, adapter=adapter)) as runtime:
        who = _customer(runtime, customer)
        conversation = f"{TYPED}{uuid.uuid4().hex}"
        typer.echo(runtime.assistant.greeting())
        while (line := _line()) is not None:
            try:
                for event in runtime.assistant.turn(conversation, line, customer=who, introduced=True):
                    if isinstance(event, Delta):
                        typer.echo(event.text, nl=False)
                        sys.stdout.flush()
                typer.echo()
            except InputError as error:
                typer.echo(str(error))


def _line() -> str | None:
    try:
        line = input("\n> " if sys.stdin.isatty() else "").strip()
    except (EOFError, UnicodeDecodeError):
        return None
    return line or None


def _stdin() -> str:
    from assistant.errors import UsageError

    try:
        return sys.stdin.buffer.read().decode("utf-8").strip()
    except UnicodeDecodeError as error:
        raise UsageError(f"stdin is not UTF-8 text (byte {error.start}); convert it first") from None


def _customer(runtime: Runtime, name: str | None) -> CustomerRef | None:
    from assistant.customers import find_customer

    if name is None:
        return None
    if "@" in name:
        return find_customer(runtime.db, email=name)
    return find_customer(runtime.db, customer_id=name)
