"""A customer who comes signed in from the shop's own site: the token in, a cookie, and the way out.

    GET  /enter?token=...   the shop's site sends the browser here; the token is checked and becomes the cookie
    GET  /leave             ends it

The cookie holds the token itself (HttpOnly), and everything that a page asks for checks it anew: it ends when it says
so, when the secret is renewed, and when the customer is erased. Both ways begin a new conversation, as a page does
whose sign-in has ended, so that on a shared machine nobody sees the one before. Knows no turn.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse

from assistant.access.visitors import TokenError
from assistant.types import CustomerRef

COOKIE = "backroom_customer"
Believe = Callable[[str], CustomerRef]
"""Reads a token; raises TokenError."""

_ANEW = """<!doctype html><meta charset="utf-8"><title>One moment</title><script>
const kept = ["conversation", "unsent", "draft", "votes"];
try { for (const name of kept) localStorage.removeItem("backroom." + name); } catch {}
location.replace("/");
</script><noscript><a href="/">Go on</a></noscript>"""


def signed_in(cookies: Mapping[str, str], believe: Believe) -> CustomerRef | None:
    """The customer whose browser this is; None for a visitor, or when the token has ended."""
    token = cookies.get(COOKIE)
    if not token:
        return None
    try:
        return believe(token)
    except TokenError:
        return None


def add_visitors(app: FastAPI, believe: Believe, *, secure: bool) -> None:
    """Adds the way in and the way out."""

    @app.get("/enter", include_in_schema=False)
    async def enter(request: Request) -> Response:
        token = request.query_params.get("token", "")
        try:
            await asyncio.to_thread(believe, token)
        except TokenError as error:
            return PlainTextResponse(f"{error}\n", 403, {"Cache-Control": "no-store"})
        response = _anew()
        response.set_cookie(COOKIE, token, path="/", httponly=True, samesite="lax", secure=secure)
        return response

    @app.get("/leave", include_in_schema=False)
    async def leave() -> Response:
        response = _anew()
        response.delete_cookie(COOKIE, path="/")
        return response


def _anew() -> HTMLResponse:
    return HTMLResponse(_ANEW, headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
