"""`backroom users`: staff accounts, API keys, and the secret that the shop's site signs customers' tokens with."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.options import PLAIN, AsJson, Config, Db, load_settings, print_json

if TYPE_CHECKING:
    from assistant.store.database import Database

app = typer.Typer(help="Staff accounts and API keys.", no_args_is_help=True, **PLAIN)
keys_app = typer.Typer(help="API keys for programs.", no_args_is_help=True, **PLAIN)
app.add_typer(keys_app, name="keys")

Name = Annotated[str, typer.Argument(metavar="NAME", help="The login name.")]
Role = Annotated[str, typer.Argument(metavar="ROLE", help="owner, manager, agent, researcher or auditor.")]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input instead of asking for it.")
]


@app.command("add")
def add(
    name: Name,
    role: Role,
    password_stdin: FromStdin = False,
    db: Db = None,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Make a staff account. The password is asked for, never given as an argument."""
    from assistant.access.accounts import Accounts

    with _open(db, config) as database:
        staff = Accounts(database).add(name, role, _password(password_stdin))
        _say(f"{staff.name} may sign in at /staff as {staff.role}", vars(staff), as_json)


@app.command("list")
def list_(db: Db = None, as_json: AsJson = False, config: Config = None) -> None:
    """Every staff account."""
    from assistant.access.accounts import Accounts

    with _open(db, config) as database:
        accounts = Accounts(database).all()
    if as_json:
        print_json([vars(staff) for staff in accounts])
        return
    for staff in accounts:
        marks = [staff.role, "second factor" if staff.has_totp else "", "" if staff.active else "closed"]
        typer.echo(f"{staff.name:<20} {', '.join(mark for mark in marks if mark)}")
    if not accounts:
        typer.echo("no staff accounts yet; make one: backroom users add NAME owner")


@app.command("role")
def role(name: Name, role: Role, db: Db = None, as_json: AsJson = False, config: Config = None) -> None:
    """Give an account another role."""
    from assistant.access.accounts import Accounts

    with _open(db, config) as database:
        Accounts(database).set_role(name, role)
        _say(f"{name} is {role} now", {"name": name, "role": role}, as_json)


@app.command("password")
def password(
    name: Name, password_stdin: FromStdin = False, db: Db = None, as_json: AsJson = False, config: Config = None
) -> None:
    """Set a new password; the account is unlocked and signed out everywhere."""
    from assistant.access.accounts import Accounts

    with _open(db, config) as database:
        Accounts(database).set_password(name, _password(password_stdin))
        _say(f"{name} has a new password", {"name": name}, as_json)


@app.command("totp")
def totp(
    name: Name,
    off: Annotated[bool, typer.Option("--off", help="Turn the second factor off.")] = False,
    db: Db = None,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Turn the second factor on: prints the address for the authenticator app, once."""
    from assistant.access.accounts import Accounts

    with _open(db, config) as database:
        address = Accounts(database).set_totp(name, not off)
        text = f"enter this into the authenticator app: {address}" if address else f"{name} signs in without a code now"
        _say(text, {"name": name, "uri": address}, as_json)


@app.command("close")
def close(
    name: Name,
    reopen: Annotated[bool, typer.Option("--reopen", help="Open it again.")] = False,
    db: Db = None,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Close an account; its sessions end at once."""
    from assistant.access.accounts import Accounts

    with _open(db, config) as database:
        Accounts(database).set_active(name, reopen)
        _say(f"{name} is {'open' if reopen else 'closed'}", {"name": name, "active": reopen}, as_json)


@app.command("site-secret")
def site_secret(
    renew: Annotated[bool, typer.Option("--renew", help="Make a new one; tokens signed with the old one end.")] = False,
    db: Db = None,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """The secret with which the shop's own site signs customers' tokens (JWT, HS256); made at first use."""
    from assistant.access.visitors import site_secret as secret_of

    with _open(db, config) as database:
        secret = secret_of(database, renew=renew, by="system:cli")
        _say(secret, {"secret": secret}, as_json)


@keys_app.command("add")
def keys_add(
    label: Annotated[str, typer.Argument(metavar="LABEL", help="What the key is for.")],
    scope: Annotated[list[str], typer.Option("--scope", help="chat, customers, metrics; may be given several times.")],
    days: Annotated[int | None, typer.Option("--days", min=1, max=36500, help="Ends after so many days.")] = None,
    db: Db = None,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Make an API key; its text is shown once."""
    from assistant.access.keys import ApiKeys

    ends = datetime.now(UTC) + timedelta(days=days) if days else None
    with _open(db, config) as database:
        key, text = ApiKeys(database).add(label, scope, expires_at=ends)
        _say(text, {**_key_json(key), "key": text}, as_json)


@keys_app.command("list")
def keys_list(db: Db = None, as_json: AsJson = False, config: Config = None) -> None:
    """Every API key, without its secret."""
    from assistant.access.keys import ApiKeys

    with _open(db, config) as database:
        keys = ApiKeys(database).all()
    if as_json:
        print_json([_key_json(key) for key in keys])
        return
    for key in keys:
        end = "revoked" if key.revoked_at else f"until {key.expires_at:%Y-%m-%d}" if key.expires_at else ""
        typer.echo(f"{key.key_id}  {key.label:<24} {' '.join(sorted(key.scopes)):<24} {end}".rstrip())


@keys_app.command("revoke")
def keys_revoke(
    key_id: Annotated[str, typer.Argument(metavar="ID", help="The key's id, as `keys list` shows it.")],
    db: Db = None,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """End an API key now."""
    from assistant.access.keys import ApiKeys

    with _open(db, config) as database:
        ApiKeys(database).revoke(key_id)
        _say(f"the key {key_id} is revoked", {"id": key_id}, as_json)


@contextmanager
def _open(db: Any, config: Any) -> Iterator[Database]:
    from assistant.runtime import open_database

    with open_database(load_settings(config, db=db), create=False) as database:
        yield database


def _password(from_stdin: bool) -> str:
    from assistant.errors import UsageError

    if from_stdin:
        try:
            return sys.stdin.buffer.readline().decode("utf-8").rstrip("\r\n")
        except UnicodeDecodeError as error:
            raise UsageError(f"the password is not UTF-8 text (byte {error.start}); convert it first") from None
    if not sys.stdin.isatty():
        raise UsageError("a password is asked for in a terminal; in a script use --password-stdin")
    first = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != first:
        raise UsageError("the two passwords differ; nothing was changed")
    return first


def _key_json(key: Any) -> dict[str, Any]:
    values = {**vars(key), "scopes": sorted(key.scopes)}
    return {"id": values.pop("key_id"), **values}


def _say(text: str, data: Any, as_json: bool) -> None:
    if as_json:
        print_json(data)
    else:
        typer.echo(text)
