"""Signing in to the staff console: a plain form at /staff-in, a cookie for this browser, and the way out.

The cookie is HttpOnly and SameSite=Strict: no script reads it, no other site's page makes a browser send it; forms and
the console's calls from another origin are refused besides. Knows no tab of the console.
"""

from __future__ import annotations

import asyncio
import html
from pathlib import Path
from urllib.parse import parse_qs

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.access.accounts import Accounts, SignInError
from assistant.access.attempts import Attempts, TooMany
from assistant.access.gate import address_of
from assistant.access.sessions import LONGEST, Sessions, SignedIn
from assistant.api_errors import ApiError
from assistant.api_input import refuse_other_sites
from assistant.config import Settings
from ui.page import GRADIO_PREFIX, OPEN_ENDPOINTS

COOKIE = "backroom_staff"
CONSOLE, ENTRY, EXIT = "/staff", "/staff-in", "/staff-out"
MAX_FORM_BYTES = 4096
_PAGE = (Path(__file__).parent / "signin.html").read_text("utf-8")


def who(request: Request, sessions: Sessions) -> SignedIn | None:
    """Who is signed in on the browser that sent this request. Not counted as use: the console's page asks by itself."""
    return sessions.find(request.cookies.get(COOKIE), used=False)


def add_sign_in(app: FastAPI, accounts: Accounts, sessions: Sessions, settings: Settings, shop: str) -> None:
    """Adds the form, the way in and the way out."""
    attempts = Attempts(settings.access.failures_per_minute)

    @app.get(ENTRY, include_in_schema=False)
    async def form(request: Request) -> Response:
        if await asyncio.to_thread(who, request, sessions):
            return RedirectResponse(CONSOLE + "/", 303)
        return _form(shop, "" if await asyncio.to_thread(accounts.all) else "nobody")

    @app.post(ENTRY, include_in_schema=False)
    async def enter(request: Request) -> Response:
        try:
            refuse_other_sites(request, settings.server.public_url)
        except ApiError as error:
            return error.response()
        fields = await _fields(request)
        try:
            with attempts.one(address_of(request)) as attempt:
                name = fields.get("name", "").strip().lower()
                given = name, fields.get("password", ""), fields.get("code", "").strip()
                try:
                    staff = await asyncio.to_thread(accounts.sign_in, *given)
                except SignInError:
                    attempt.failed()
                    return _form(shop, "wrong", 401)
        except TooMany:
            return _form(shop, "often", 429)
        token = await asyncio.to_thread(sessions.begin, staff.name)
        response = RedirectResponse(CONSOLE + "/", 303)
        response.set_cookie(
            COOKIE,
            token,
            max_age=int(LONGEST.total_seconds()),
            path="/",
            httponly=True,
            samesite="strict",
            secure=settings.server.over_https,
        )
        return response

    @app.post(EXIT, include_in_schema=False)
    async def leave(request: Request) -> Response:
        try:
            refuse_other_sites(request, settings.server.public_url)
        except ApiError as error:
            return error.response()
        await asyncio.to_thread(sessions.end, request.cookies.get(COOKIE))
        response = RedirectResponse(ENTRY, 303)
        response.delete_cookie(COOKIE, path="/")
        return response


class ConsoleDoor:
    """ASGI middleware before the console: who isn't signed in is sent to the form, and nothing comes from elsewhere."""

    def __init__(self, app: ASGIApp, sessions: Sessions, public_url: str | None) -> None:
        self.app = app
        self._sessions = sessions
        self._public_url = public_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        inside = scope["type"] == "http" and (scope["path"] == CONSOLE or scope["path"].startswith(CONSOLE + "/"))
        if not inside:
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        try:
            refuse_other_sites(request, self._public_url)
        except ApiError as error:
            await error.response()(scope, receive, send)
            return
        if await asyncio.to_thread(who, request, self._sessions) is None:
            wants_page = request.method == "GET" and "text/html" in request.headers.get("accept", "")
            away: Response = RedirectResponse(ENTRY, 303) if wants_page else Response("sign in first\n", 401)
            await away(scope, receive, send)
            return
        path = scope["path"].removeprefix(CONSOLE)
        if path.startswith(GRADIO_PREFIX) and not OPEN_ENDPOINTS.fullmatch(path):
            await Response("not here\n", 404)(scope, receive, send)  # the console takes no files and calls nobody
            return
        if scope["path"] == CONSOLE:
            await RedirectResponse(CONSOLE + "/", 307)(scope, receive, send)
            return
        await self.app(scope, receive, send)


async def _fields(request: Request) -> dict[str, str]:
    """The form's fields; what isn't a small form has none."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_FORM_BYTES:
            return {}
    try:
        values = parse_qs(body.decode("utf-8"), keep_blank_values=True, max_num_fields=8)
    except ValueError:
        return {}
    return {name: value[0] for name, value in values.items()}


_SAYS = {
    "": "",
    "wrong": "Name, password or code is wrong, or the account is locked for a while.",
    "often": "Too many attempts. Please wait a minute.",
    "nobody": "There is no account yet. The operator makes one with: backroom users add NAME owner",
}


def _form(shop: str, problem: str, status: int = 200) -> HTMLResponse:
    page = _PAGE.replace("{{shop}}", html.escape(shop)).replace("{{problem}}", html.escape(_SAYS[problem]))
    return HTMLResponse(page, status, {"Cache-Control": "no-store"})
