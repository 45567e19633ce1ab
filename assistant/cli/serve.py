"""`backroom demo` and `backroom serve`: the server with API and browser chat."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.options import Adapter, Config, Db, Model, load_settings

if TYPE_CHECKING:
    from assistant.config import Settings

Host = Annotated[str | None, typer.Option("--host", help="Address to listen on (127.0.0.1: this machine only).")]
Port = Annotated[int | None, typer.Option("--port", help="Port to listen on; 0 picks a free one.")]
Isolate = Annotated[
    bool,
    typer.Option("--isolate", help="For evaluation: every conversation gets its own copy of the shop. API only."),
]


def serve(
    db: Db = None,
    host: Host = None,
    port: Port = None,
    model: Model = None,
    adapter: Adapter = None,
    isolate: Isolate = False,
    config: Config = None,
) -> None:
    """Serve the chat for browsers and the API for programs, until Ctrl-C."""
    settings = load_settings(config, db=db, model=model, adapter=adapter, host=host, port=port)
    _serve(settings, isolate=isolate)


def demo(
    host: Host = None,
    port: Port = None,
    model: Model = None,
    adapter: Adapter = None,
    browser: Annotated[bool, typer.Option(help="Open the chat in a browser.")] = True,
    config: Config = None,
) -> None:
    """Make the demo shop, serve it, and open the chat."""
    from assistant.runtime import demo_settings, prepare_demo

    settings = demo_settings(load_settings(config, model=model, adapter=adapter, host=host, port=port))
    _serve(settings, prepare=prepare_demo, browser=browser)


def _serve(
    settings: Settings,
    *,
    isolate: bool = False,
    prepare: Callable[[Settings], object] | None = None,
    browser: bool = False,
) -> None:
    from assistant.logs import set_up
    from assistant.serve import serve as run

    set_up()
    began = time.monotonic()

    def ready(address: str, shop: str, model: str) -> None:
        typer.echo(f"Backroom serves {shop} at {address} with {model} (ready after {time.monotonic() - began:.1f} s)")
        sys.stdout.flush()
        if browser:
            threading.Thread(target=_open, args=(address,), daemon=True).start()

    run(settings, isolate=isolate, prepare=prepare, ready=ready)


def _open(address: str) -> None:
    import webbrowser

    webbrowser.open(address)
