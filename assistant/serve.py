"""`serve` from first to last: take the port, start the engine, then everything that takes longer to import.

The order is what makes it quick: a port in use is said before anything is loaded, and the engine's process loads the
model while this one imports the web server. Knows no HTTP.
"""

from __future__ import annotations

import errno
import logging
import socket
import ssl
import threading
from collections.abc import Callable
from typing import Protocol

from assistant.config import ServerSettings, Settings
from assistant.errors import BackroomError, UsageError
from assistant.shop.catalogue import Catalogue

log = logging.getLogger("backroom.server")
_WARM_S = 1.0  # ready is not held back longer than that


class Ready(Protocol):
    """Called once the server can answer: with its address, the shop's name and the model's."""

    def __call__(self, address: str, shop: str, model: str) -> None: ...


def serve(
    settings: Settings, *, ready: Ready, isolate: bool = False, prepare: Callable[[Settings], object] | None = None
) -> None:
    """Serve until SIGINT or SIGTERM. `prepare` runs after the port is taken and before the database is opened.

    Raises UsageError's kinds for the operator's mistakes, EngineError when the model can't be loaded.
    """
    check_tls(settings.server)
    sock = take_port(settings.server.host, settings.server.port)
    try:
        from assistant.runtime import open_runtime

        if prepare is not None:
            prepare(settings)
        with open_runtime(settings, wait=False) as runtime:
            # While the engine loads the model and this process imports the web server: the first customer's first words
            # don't wait for what every turn needs.
            warming = threading.Thread(target=_warm, args=(runtime.assistant.warm,), name="warm-up", daemon=True)
            warming.start()
            from assistant.server import build_app, run

            app, close = build_app(runtime, settings, isolate=isolate)

            def loaded() -> BackroomError | None:
                try:
                    runtime.process.wait_ready()
                except BackroomError as error:
                    return error
                warming.join(_WARM_S)
                status = runtime.process.status()
                ready(
                    address_of(sock, tls=settings.server.tls_certificate is not None),
                    _shop_name(runtime.assistant.catalogue),
                    f"{status.model} ({status.summary})",
                )
                if runtime.releases is not None:
                    runtime.releases.start()
                return None

            try:
                run(app, sock, loaded, settings.server)
            finally:
                close()
    finally:
        sock.close()
    from assistant.server import leave_at_once

    leave_at_once()


def _shop_name(catalogue: Catalogue) -> str:
    """What the ready line calls the shop. Not every export says a name."""
    if name := catalogue.info().get("name"):
        return name
    holds_goods = next(catalogue.iter_products(), None) is not None
    return "a shop that doesn't say its name" if holds_goods else "an empty shop"


def _warm(warm: Callable[[], None]) -> None:
    """Warming is a favour: what goes wrong in it goes wrong again for the one who needs it, and is told there."""
    try:
        warm()
    except Exception:
        log.info("the server isn't warmed up", exc_info=True)


def check_tls(settings: ServerSettings) -> None:
    """Raises UsageError when certificate and key aren't both there, or don't fit each other."""
    certificate, key = settings.tls_certificate, settings.tls_key
    if certificate is None and key is None:
        return
    if certificate is None or key is None:
        raise UsageError("HTTPS needs both tls_certificate and tls_key in [server]")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key)
    except OSError as error:
        raise UsageError(
            f"HTTPS: {certificate} and {key} can't be used ({error}); give a PEM chain and its key"
        ) from None


def address_of(sock: socket.socket, *, tls: bool = False) -> str:
    """The address to open on this machine: `http://127.0.0.1:7860`."""
    scheme = "https" if tls else "http"
    host, port = sock.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def take_port(host: str, port: int) -> socket.socket:
    """A listening socket. Raises UsageError when the port is taken or not allowed, or the address is not ours."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        sock = socket.socket(family, socket.SOCK_STREAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(address)
        sock.listen(256)
    except (OSError, UnicodeError) as error:
        code = getattr(error, "errno", None)
        problem = {
            errno.EADDRINUSE: f"port {port} is in use; stop what listens there, or choose another with --port",
            errno.EACCES: f"port {port} needs special rights; choose one above 1023 with --port",
            errno.EADDRNOTAVAIL: f"{host} is not an address of this machine; use 127.0.0.1 or 0.0.0.0 with --host",
        }.get(code or 0, f"can't listen on {host} port {port}: {error}; check --host and --port")
        raise UsageError(problem) from None
    sock.setblocking(False)
    return sock
