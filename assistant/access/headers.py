"""Security headers on every response: the browser is told to load nothing from elsewhere and to be framed by nobody.

The content-security policy allows inline script and style and `eval` (Gradio's pages are made of them), but no other
origin: what a page of ours might be tricked into, it can't send anything away. Knows no route.
"""

from __future__ import annotations

from collections.abc import Sequence

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors {ancestors}"
)


class SecurityHeaders:
    """ASGI middleware. `embed_in` are the origins whose pages may frame the chat; none: nobody's but our own."""

    def __init__(self, app: ASGIApp, *, embed_in: Sequence[str] = (), tls: bool = False) -> None:
        self.app = app
        ancestors = " ".join(["'self'", *embed_in])
        self._headers = {
            "Content-Security-Policy": _POLICY.format(ancestors=ancestors),
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
            "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
            "Cross-Origin-Opener-Policy": "same-origin",
        }
        if not embed_in:
            self._headers["X-Frame-Options"] = "SAMEORIGIN"
        if tls:
            self._headers["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, with_headers)
