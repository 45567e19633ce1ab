"""The page around the chat: what the browser may load, what of Gradio is reachable, and our own first paint.

Gradio's page is made ours on its way out (title, language, no foreign meta data, the shop's colours before any script
has run), it carries a policy that forbids the browser every host but this one, and of Gradio's endpoints only those
answer that the chat uses. Knows nothing of conversations.
"""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Callable, Sequence
from html import escape
from urllib.parse import quote

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.cards import monogram
from ui.theme import palette

log = logging.getLogger("backroom.ui")

_POLICY = "; ".join(
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
    )
)


def policy(embed_in: Sequence[str] = ()) -> str:
    """What the browser may load, and whose pages may frame ours: only those of the origins given."""
    ancestors = " ".join(("'self'", *embed_in))
    return f"{_POLICY}; frame-ancestors {ancestors}"


GRADIO_PREFIX = "/gradio_api/"
OPEN_ENDPOINTS = re.compile(
    r"/gradio_api/(queue/(join|data)|component_server/?|heartbeat/[\w-]+|reset/?|cancel|app_id/?|startup-events|theme\.css)"
)
CLOSED_PAGES = re.compile(r"/(config/?|monitoring.*|robots\.txt|login/?|logout/?|deep_link|pwa_icon.*|favicon\.ico)")

SAME_PAGE = (None, b"same-origin", b"none")
"""What a browser says (Sec-Fetch-Site) of a request that comes from our own page; other sites' pages are refused."""

_META = re.compile(r"<meta\b[^>]*\b(?:property|name)=\"(?:og|twitter):[^>]*>", re.DOTALL)
_TITLE = re.compile(r"<title>.*?</title>", re.DOTALL)
_MANIFEST = re.compile(r"<link rel=\"manifest\"[^>]*>")


def our_page(html: str, title: str, accent: str, style: str, skeleton: str) -> str:
    """Gradio's page made ours. `title` is the shop's name, escaped here; `style` and `skeleton` are our own files."""
    name = escape(title)
    html = _MANIFEST.sub("", _META.sub("", _TITLE.sub("", html)))
    html = re.sub(r"<html\b(\s+lang=\"[^\"]*\")?", '<html lang="en"', html, count=1)
    head = (
        f"<title>{name}</title>\n"
        '<meta name="referrer" content="no-referrer">\n'
        f'<meta property="og:title" content="{name}">\n'
        f'<link rel="icon" href="{icon(title, accent)}">\n'
        f"<style>{style}</style>\n"
    )
    first_sight = skeleton.replace("{name}", name)
    html = html.replace("<head>", "<head>\n" + head, 1)
    return re.sub(r"(<body\b[^>]*>)", lambda match: match.group(1) + "\n" + first_sight, html, count=1)


def icon(title: str, accent: str) -> str:
    """The tab's icon as a data address: the shop's initial on its colour."""
    shades = palette(accent, "light")
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">'
        f'<rect width="64" height="64" rx="16" fill="{shades.accent}"/>'
        f'<text x="32" y="45" text-anchor="middle" font-family="Georgia,serif" font-size="38" '
        f'fill="{shades.on_accent}">{escape(monogram(title)[:1])}</text></svg>'
    )
    return "data:image/svg+xml," + quote(drawing)


class Page:
    """ASGI middleware around the whole server; only Gradio's own paths are touched.

    `title` is a function, because a shop may be renamed while the server runs.
    """

    def __init__(
        self,
        app: ASGIApp,
        title: Callable[[], str],
        accent: str,
        style: str,
        skeleton: str,
        embed_in: Sequence[str] = (),
    ) -> None:
        self.app = app
        self._policy = policy(embed_in)
        self._title = title
        self._accent = accent
        self._style = style
        self._skeleton = skeleton

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif refusal := _refusal(scope):
            status, why = refusal
            await PlainTextResponse(why + "\n", status_code=status)(scope, receive, send)
        elif scope["path"] == "/" and scope["method"] == "GET":
            await self._serve_page(scope, receive, send)
        elif scope["path"].startswith(GRADIO_PREFIX):
            await self._ask_gradio(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _ask_gradio(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Gradio takes what it is sent for granted: what makes it fail before it answers came from no page of ours."""
        held: list[Message] = []

        async def note(message: Message) -> None:
            if held or (message["type"] == "http.response.start" and message["status"] == 500):
                held.append(message)
            else:
                await send(message)

        failure: Exception | None = None
        try:
            await self.app(scope, receive, note)
        except Exception as error:
            failure = error
        if failure is not None and held and _is_gradios_own(failure):
            log.info("a request that the chat's page doesn't send: %s", type(failure).__name__)
            await PlainTextResponse("not understood\n", status_code=400)(scope, receive, send)
            return
        for message in held:
            await send(message)
        if failure is not None:
            raise failure

    async def _serve_page(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Holds the page back until it is whole, makes it ours and sends it on under our policy."""
        start: Message = {}
        body = bytearray()

        async def collect(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                return
            if message["type"] != "http.response.body":
                return
            body.extend(message.get("body", b""))
            if message.get("more_body"):
                return
            page = bytes(body)
            headers = MutableHeaders(scope=start)
            if headers.get("content-type", "").startswith("text/html") and start["status"] == 200:
                html = page.decode("utf-8")
                page = our_page(html, self._title(), self._accent, self._style, self._skeleton).encode("utf-8")
                headers["content-length"] = str(len(page))
                headers["content-security-policy"] = self._policy
                headers["referrer-policy"] = "no-referrer"
                headers["x-content-type-options"] = "nosniff"
                headers["cache-control"] = "no-store"
            await send(start)
            await send({"type": "http.response.body", "body": page})

        await self.app(scope, receive, collect)


def _is_gradios_own(error: Exception) -> bool:
    """Whether an error is of a kind that wrong input makes, and arose in Gradio's code, not in ours or the store's."""
    frames = list(traceback.walk_tb(error.__traceback__))
    last = frames[-1][0].f_globals.get("__name__", "") if frames else ""
    return isinstance(error, LookupError | TypeError | ValueError | AttributeError) and last.startswith("gradio.")


def _refusal(scope: Scope) -> tuple[int, str] | None:
    """Why a request is turned away, as HTTP status and words; None when it may pass."""
    path = scope["path"]
    if not path.startswith(GRADIO_PREFIX):
        return (404, "not here") if CLOSED_PAGES.fullmatch(path) else None
    if not OPEN_ENDPOINTS.fullmatch(path):
        return 404, "not here"
    headers = dict(scope["headers"])
    if headers.get(b"sec-fetch-site") not in SAME_PAGE:
        return 403, "only this shop's own page may ask"
    if scope["method"] == "POST" and not headers.get(b"content-type", b"application/json").startswith(
        b"application/json"
    ):
        return 415, "files are not taken"
    return None
