"""Puts the staff console on the server: sign-in, the door, and the Gradio app at /staff.

Mount it before the customers' chat, which takes every path that is left.
"""

from __future__ import annotations

from functools import partial
from zoneinfo import ZoneInfo

import gradio as gr
from fastapi import FastAPI, Request

from assistant.access.accounts import Accounts
from assistant.access.sessions import Sessions
from assistant.config import Settings
from assistant.shop.catalogue import Catalogue
from assistant.store.database import Database
from ui.backend import ChatAssistant
from ui.staff.customers import CustomerDesk
from ui.staff.desk import StaffDesk
from ui.staff.page import HEAD, STYLE, Console
from ui.staff.signin import CONSOLE, ConsoleDoor, add_sign_in, who
from ui.theme import DEFAULT_ACCENT
from ui.turns import Turns


def mount_staff(app: FastAPI, db: Database, settings: Settings, assistant: ChatAssistant) -> FastAPI:
    """Adds the console and returns the server. Nobody gets in before the operator has made an account. Staff who ask
    for a customer know that `assistant` is an AI: the console says so at every answer."""
    accounts, sessions, catalogue = Accounts(db), Sessions(db), Catalogue(db)

    def shop() -> str:
        return settings.chat.title or catalogue.info().get("name", "").strip() or "Our shop"

    def zone() -> ZoneInfo:
        return catalogue.timezone

    def name(request: Request) -> str | None:
        signed_in = who(request, sessions)
        return None if signed_in is None else signed_in.name

    add_sign_in(app, accounts, sessions, settings, shop())
    app.add_middleware(ConsoleDoor, sessions=sessions, public_url=settings.server.public_url)
    turns = Turns(partial(assistant.turn, introduced=True), settings.limits.turns_at_once)
    customers = CustomerDesk(db, turns, settings.limits.message_chars)
    console = Console(StaffDesk(db, settings), customers, sessions, shop, zone).blocks()
    console.queue(api_open=False)
    gr.mount_gradio_app(
        app,
        console,
        path=CONSOLE,
        auth_dependency=name,
        theme=_theme(),
        css=STYLE,
        head=HEAD,
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=False,
        max_file_size="1kb",
        allowed_paths=[],
    )
    return app


def _theme() -> gr.themes.Base:
    """The chat's green on plain ground, in the system's own fonts: nothing is fetched."""
    theme = gr.themes.Base(
        primary_hue=gr.themes.colors.teal, font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]
    )
    accent = {"button_primary_background_fill": DEFAULT_ACCENT, "button_primary_background_fill_hover": DEFAULT_ACCENT}
    return theme.set(**accent, button_primary_text_color="#ffffff")
