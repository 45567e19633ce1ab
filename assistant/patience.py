"""How long the server waits for a request to arrive, and which names it answers to. ASGI and uvicorn, no route.

uvicorn ends a connection that is idle between two requests, but waits for ever for one that has begun: a few hundred
connections that send a byte now and then would use up what a process may have open.
"""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlsplit

import h11
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from assistant.access.gate import is_this_machine
from assistant.config import ServerSettings

ARRIVES_WITHIN_S = 60.0
"""From a request's first byte, or the connection's beginning, to the request's last byte."""
_ARRIVING = (h11.IDLE, h11.SEND_BODY)


class PatientProtocol(H11Protocol):
    """uvicorn's protocol with an end to its patience."""

    arrives_within_s = ARRIVES_WITHIN_S

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.their_state in _ARRIVING:
            self._wait()
        else:
            self._arrived()

    def connection_lost(self, exc: Exception | None) -> None:
        self._arrived()
        super().connection_lost(exc)

    def _wait(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(self.arrives_within_s, self._give_up)

    def _arrived(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        self._deadline = None
        if self.conn.their_state in _ARRIVING and not self.transport.is_closing():
            self.transport.close()


class OwnNames:
    """ASGI middleware of a server that only this machine reaches: it answers to this machine's names and to those in
    `public_url`. Else a page on the internet whose name is suddenly this machine's address (DNS rebinding) could use
    it through a visitor's browser. A server that others reach may be called anything, and asks for keys."""

    def __init__(self, app: ASGIApp, settings: ServerSettings) -> None:
        self.app = app
        self._is_local = is_this_machine(settings.host)
        self._names = {settings.host.lower(), _name_in(urlsplit(settings.public_url or "").netloc)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self._is_local:
            name = _name_in(Headers(scope=scope).get("host", ""))
            if name and name not in self._names and not is_this_machine(name):
                text = "This server isn't known under that name; the operator adds it as public_url in [server].\n"
                await PlainTextResponse(text, 421)(scope, receive, send)
                return
        await self.app(scope, receive, send)


def _name_in(host: str) -> str:
    """The name in "shop.example:8080" or "[::1]:8080", small."""
    host = host.strip().lower()
    return host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
