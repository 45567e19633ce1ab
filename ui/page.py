"""The page around the chat: what the browser may load, what of Gradio is reachable, and our own first paint.

Gradio's page is made ours on its way out (title, language, no foreign meta data, the shop's colours before any script
has run), it carries a policy that forbids the browser every host but this one, and of Gradio's endpoints only those
answer that the chat uses. Knows nothing of conversations.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = "; ".join(
    (
        "default-src 'self'",
        # Gradio's page starts from inline scripts and compiles its templates: both come from this server only.
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)

GRADIO_PREFIX = "/gradio_api/"
OPEN_ENDPOINTS = re.compile(
    r"/gradio_api/(queue/(join|data)|component_server/?|heartbeat/[\w-]+|reset/?|cancel|app_id/?|startup-events|theme\.css)"
)
CLOSED_PAGES = re.compile(r"/(config/?|monitoring.*|robots\.txt|login/?|logout/?|deep_link|pwa_icon.*)")

_META = re.compile(r"<meta\b[^>]*\b(?:property|name)=\"(?:og|twitter):[^>]*>", re.DOTALL)
_TITLE = re.compile(r"<title>.*?</title>", re.DOTALL)
_MANIFEST = re.compile(r"<link rel=\"manifest\"[^>]*>")


def our_page(html: str, title: str, style: str, skeleton: str, language: str = "en") -> str:
    """Gradio's page made ours. All texts are escaped here; `style` and `skeleton` are our own files."""
    html = _MANIFEST.sub("", _META.sub("", _TITLE.sub("", html)))
    html = re.sub(r"<html\b(\s+lang=\"[^\"]*\")?", f'<html lang="{escape(language)}"', html, count=1)
    head = (
        f"<title>{escape(title)}</title>\n"
        '<meta name="referrer" content="no-referrer">\n'
        f'<meta property="og:title" content="{escape(title)}">\n'
        f"<style>{style}</style>\n"
    )
    html = html.replace("<head>", "<head>\n" + head, 1)
    return re.sub(
        r"(<body\b[^>]*>)",
        lambda match: match.group(1) + "\n" + skeleton.replace("{name}", escape(title)),
        html,
        count=1,
    )


class Page:
    """ASGI middleware around the whole server; only Gradio's own paths are touched.

    `title` is a function, because a shop may be renamed while the server runs.
    """

    def __init__(self, app: ASGIApp, title: Callable[[], str], style: str, skeleton: str) -> None:
        self.app = app
        self._title = title
        self._style = style
        self._skeleton = skeleton

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path = scope["path"]
        if (path.startswith(GRADIO_PREFIX) and not OPEN_ENDPOINTS.fullmatch(path)) or CLOSED_PAGES.fullmatch(path):
            await PlainTextResponse("not here\n", status_code=404)(scope, receive, send)
        elif path == "/" and scope["method"] == "GET":
            await self._serve_page(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _serve_page(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Holds the page back until it is whole, makes it ours and sends it on under our policy."""
        start: Message = {}
        body = bytearray()

        async def collect(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                return
            body.extend(message.get("body", b""))
            if message.get("more_body"):
                return
            page = bytes(body)
            headers = MutableHeaders(scope=start)
            if headers.get("content-type", "").startswith("text/html") and start["status"] == 200:
                page = our_page(page.decode("utf-8"), self._title(), self._style, self._skeleton).encode("utf-8")
                headers["content-length"] = str(len(page))
                headers["content-security-policy"] = POLICY
                headers["referrer-policy"] = "no-referrer"
                headers["x-content-type-options"] = "nosniff"
                headers["cache-control"] = "no-store"
            await send(start)
            await send({"type": "http.response.body", "body": page})

        await self.app(scope, receive, collect)
