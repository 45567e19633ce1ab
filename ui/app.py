"""The customer's chat: a Gradio app at "/" of the server, with a page of its own and Gradio's events as transport.

    ask     event: a customer's text in, the growing answer out (every state whole, so none can be missed)
    open    call: what a page shows when it comes up, and whether an answer is still being made
    news    call: what colleagues have written since
    stop    call: end the running answer
    vote    call: keep a thumb up or down

Add the server's own routes before `mount`: Gradio takes every path that is left. Knows nothing of models or databases.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Mapping
from functools import partial, wraps
from pathlib import Path
from typing import Any

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

import gradio as gr
from fastapi import FastAPI
from fastapi.responses import FileResponse, PlainTextResponse, Response

from assistant.access.gate import address_of, is_this_machine
from assistant.access.pace import Pace
from assistant.config import Settings
from assistant.errors import BackroomError, BusyError
from assistant.types import CustomerRef, Json
from ui.backend import Backend, ChatAssistant, new_conversation_id, valid_conversation_id
from ui.cards import IMAGE_ROUTE, IMAGE_TYPES, PICTURE_HEADERS, image_file
from ui.page import Page
from ui.theme import DEFAULT_ACCENT, variables
from ui.turns import Failure, Turn, Turns
from ui.visitor import Believe, add_visitors, signed_in

WEB = Path(__file__).parent / "web"
SCRIPTS = ("dom.js", "message.js", "link.js", "composer.js", "chat.js")
STYLES = ("base.css", "message.css")
STOPPED_S = 10.0


class Chat:
    """The five things that a page may ask for. Every argument comes from a browser and is checked here, and whether the
    conversation is open to who is signed in on that browser: its id alone shows a customer's conversation to nobody."""

    def __init__(
        self,
        backend: Backend,
        turns: Turns,
        max_chars: int,
        believe: Believe | None = None,
        per_minute: int = 0,
    ) -> None:
        self._believe = believe
        self._pace = Pace(per_minute)
        self.backend = backend
        self.turns = turns
        self.max_chars = max_chars

    def open(self, asked: Any = None, request: gr.Request | None = None) -> Json:
        """What a page shows when it comes up. Without a conversation's id, with a made-up one, or with a customer's who
        isn't signed in (any more), a new one begins."""
        known = self._conversation(asked, request)
        conversation_id = known or new_conversation_id()
        turn = self.turns.get(conversation_id)
        return {
            "conversation": conversation_id,
            "shop": self.backend.shop_name(),
            "greeting": self.backend.greeting(),
            "examples": self.backend.examples(),
            "messages": self.backend.messages(conversation_id) if known else [],
            "running": turn.snapshot() if turn is not None and turn.running else None,
            "arrived": self._arrived(turn, asked),
            "max_chars": self.max_chars,
        }

    def _arrived(self, turn: Turn | None, asked: Any) -> bool | None:
        """Whether the message of the turn that a page names is kept: it isn't sure, for its connection was lost. None:
        that turn isn't known (any more)."""
        if turn is None or not isinstance(asked, dict) or asked.get("turn") != turn.key:
            return None
        return self.backend.arrived(turn)

    def news(self, asked: Any = None, request: gr.Request | None = None) -> Json:
        """What colleagues wrote since: the conversation's messages of staff beyond the `seen` first ones."""
        conversation_id = self._conversation(asked, request)
        seen = asked.get("seen") if isinstance(asked, dict) else None
        if conversation_id is None or not isinstance(seen, int) or seen < 0:
            return {"messages": []}
        return {"messages": self.backend.staff_messages(conversation_id)[seen:]}

    def stop(self, asked: Any = None, request: gr.Request | None = None) -> bool:
        """Ends the running answer; what was released stays."""
        conversation_id = self._conversation(asked, request)
        return conversation_id is not None and self.turns.stop(conversation_id)

    def vote(self, asked: Any = None, request: gr.Request | None = None) -> bool:
        """Keeps a thumb up (1) or down (-1) on an answer of this very conversation."""
        conversation_id = self._conversation(asked, request)
        if conversation_id is None or not isinstance(asked.get("message"), str):
            return False
        return self.backend.vote(conversation_id, asked["message"], asked.get("vote"))

    async def ask(self, event: gr.EventData, request: gr.Request) -> AsyncIterator[Json]:
        """The growing answer: `{"turn", "status", "sentences", "error", "message"}`, each state whole."""
        asked = event._data
        conversation_id = _conversation(asked)
        key = asked.get("turn") if conversation_id else None
        if conversation_id is None or not (isinstance(key, str) and 8 <= len(key) <= 64):
            return
        nothing: Json = {"turn": key, "sentences": [], "error": None, "message": None}
        try:
            who = _cookies(request), _counted(request)
            turn = await asyncio.to_thread(self._turn, conversation_id, key, asked.get("text"), *who)
        except BackroomError as error:
            yield {**nothing, "status": "failed", "error": vars(Failure.of(error))}
            return
        if turn is None:
            yield {**nothing, "status": "gone"}
            return
        async for state in turn.follow():
            if state["status"] == "stopped":
                # Stopping is shown at once; what the store keeps of it is known only when the pipeline has let go.
                yield {**state, "message": None}
                await turn.released(STOPPED_S)
            ended = state["status"] not in ("thinking", "answering")
            end = await asyncio.to_thread(self._end, turn, state["status"]) if ended else {"message": None}
            yield {**state, **end}

    def _end(self, turn: Turn, status: str) -> Json:
        """What a page is told when a turn has ended: the answer as it was kept, and how many messages of the customer's
        there are now."""
        answer = None if status == "failed" else self.backend.answer(turn.conversation_id, turn)
        return {"message": answer, "num_asked": self.backend.num_asked(turn.conversation_id)}

    def _turn(
        self, conversation_id: str, key: str, text: Any, cookies: Mapping[str, str], address: str | None = None
    ) -> Turn | None:
        """The turn to follow: a new one for a text, the one under way where a page only comes back. None: there is
        none, or the conversation isn't open to who is signed in. Raises BusyError where too much comes from `address`,
        or too much altogether."""
        customer = self._signed_in(cookies)
        if not self.backend.is_open_to(conversation_id, customer):
            return None
        if isinstance(text, str):
            if address is not None and not self._pace.may(address):
                raise BusyError(f"more than {self._pace.per_minute} messages in a minute from one address", 30.0)
            num_before = self.backend.num_messages(conversation_id)
            return self.turns.begin(conversation_id, text[: self.max_chars * 4], key, num_before, customer, address)
        turn = self.turns.get(conversation_id)
        return turn if turn is not None and turn.key == key else None

    def _conversation(self, asked: Any, request: gr.Request | None) -> str | None:
        """The conversation that a page names, if it is open to who is signed in on its browser."""
        name = _conversation(asked)
        if name is None or not self.backend.is_open_to(name, self._signed_in(_cookies(request))):
            return None
        return name

    def _signed_in(self, cookies: Mapping[str, str]) -> CustomerRef | None:
        return signed_in(cookies, self._believe) if self._believe else None


def _conversation(asked: Any) -> str | None:
    """The conversation that a page names, if it is one that a page can have."""
    name = asked.get("conversation") if isinstance(asked, dict) else None
    return name if valid_conversation_id(name) else None


def _cookies(request: gr.Request | None) -> Mapping[str, str]:
    return {} if request is None else dict(request.cookies)


def _counted(request: gr.Request) -> str | None:
    """The address that a browser's messages are counted under; None for this machine's own."""
    address = address_of(request)
    return None if is_this_machine(address) else address


def _callable_by_page(method: Callable[..., Any]) -> Callable[..., Any]:
    """A plain function, as Gradio marks the functions that a page may call. By its type it gives it the request."""

    @wraps(method)
    def function(asked: Any = None, request: gr.Request | None = None) -> Any:
        return method(asked, request)

    return function


def blocks(chat: Chat) -> Any:
    """The Gradio app: one component that is the chat's shell, and the events that it sends."""
    script = "\n".join((WEB / name).read_text("utf-8") for name in SCRIPTS)
    with gr.Blocks(title=chat.backend.shop_name(), analytics_enabled=False, fill_height=True, fill_width=True) as app:
        shell = gr.HTML(
            value=None,
            html_template=(WEB / "shell.html").read_text("utf-8"),
            js_on_load=script,
            apply_default_css=False,
            elem_id="backroom",
            server_functions=[_callable_by_page(method) for method in (chat.open, chat.news, chat.stop, chat.vote)],
        )
        shell.ask(
            chat.ask,
            outputs=[shell],
            api_visibility="private",
            show_progress="hidden",
            trigger_mode="multiple",
            # Turns keeps the count itself and says so when it is full; a second queue would only hide that.
            concurrency_limit=None,
        )
    app.queue(api_open=False, max_size=256, default_concurrency_limit=None)
    return app


def mount(app: FastAPI, assistant: ChatAssistant, settings: Settings, believe: Believe | None = None) -> FastAPI:
    """Puts the chat at "/" of the server and returns the server. `believe` reads the tokens of signed-in customers.

    The assistant is told that its customers know already that it is an AI: the page says so before they ask anything.
    Raises ConfigError when the accent is no colour.
    """
    backend = Backend(assistant, settings.chat)
    limits = settings.limits
    turns = Turns(partial(assistant.turn, introduced=True), limits.turns_at_once, limits.turns_per_address)
    chat = Chat(backend, turns, limits.message_chars, believe, limits.messages_per_minute)
    if believe is not None:
        add_visitors(app, believe, secure=settings.server.over_https)
    accent = settings.chat.accent or DEFAULT_ACCENT
    style = variables(accent) + "\n".join((WEB / name).read_text("utf-8") for name in STYLES)

    @app.get(IMAGE_ROUTE + "/{name:path}", include_in_schema=False)
    def picture(name: str) -> Response:
        path = image_file(backend.pictures, name)
        if path is None:
            return PlainTextResponse("no such picture\n", status_code=404)
        return FileResponse(path, media_type=IMAGE_TYPES[path.suffix.lower()], headers=PICTURE_HEADERS)

    skeleton = (WEB / "skeleton.html").read_text("utf-8")
    app.add_middleware(
        Page,
        title=backend.shop_name,
        accent=accent,
        style=style,
        skeleton=skeleton,
        embed_in=settings.access.embed_in,
    )
    gr.mount_gradio_app(
        app,
        blocks(chat),
        path="/",
        theme=gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]),
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
