"""The running server: the API, the browser chat beside it, and what a crash left unanswered.

The API answers as soon as the model is loaded; the browser chat (Gradio takes seconds to import) follows in the
background, and a page asked for meanwhile waits for it. Knows how the parts start and stop, not what they do.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import uvicorn
from fastapi import FastAPI
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.access import visitors
from assistant.access.gate import Gate, others_reach
from assistant.access.keys import ApiKeys
from assistant.api import create_app
from assistant.config import ServerSettings, Settings
from assistant.customers import find_customer
from assistant.desk import Desk
from assistant.errors import BackroomError
from assistant.isolate import IsolatedShops
from assistant.metrics import Metrics
from assistant.patience import OwnNames, PatientProtocol
from assistant.privacy.caretaker import Caretaker
from assistant.shelving import Shelving
from assistant.shop.outbox_sender import Sender
from assistant.types import CustomerRef, Event

if TYPE_CHECKING:
    from assistant.pipeline import Assistant
    from assistant.runtime import Runtime
    from assistant.shop.catalogue import Catalogue
    from assistant.store.conversations import Conversations, PendingTurn
    from assistant.store.database import Database

log = logging.getLogger("backroom.server")

ANSWER_LATE = timedelta(minutes=15)
"""A message that a crash left unanswered is answered at the next start if it is younger; else it is only marked."""
SERVED_PREFIXES = ("web-", "api-")
GRACE_S = 5
MAKING = "making-the-chat"


@dataclass(frozen=True)
class Face:
    """What the browser chat sees of the assistant: its turns go over the desk."""

    desk: Desk
    assistant: Assistant

    @property
    def conversations(self) -> Conversations:
        return self.assistant.conversations

    @property
    def catalogue(self) -> Catalogue:
        return self.assistant.catalogue

    def turn(
        self, conversation_id: str, text: str, *, customer: CustomerRef | None = None, introduced: bool = False
    ) -> Iterator[Event]:
        return self.desk.turn(conversation_id, text, customer=customer, introduced=introduced)

    def greeting(self) -> str:
        return self.assistant.greeting()

    def examples(self) -> list[str]:
        return self.assistant.examples()


class LateApp:
    """An ASGI app that is still being made: requests wait for it. `make` runs in a thread."""

    def __init__(self, make: Callable[[], FastAPI]) -> None:
        self._make = make
        self._app: asyncio.Future[ASGIApp] | None = None

    @asynccontextmanager
    async def lifespan(self) -> AsyncIterator[None]:
        """Makes the app in the background, and runs its own start and end."""
        self._app = asyncio.get_running_loop().create_future()
        over = asyncio.Event()
        task = asyncio.create_task(self._run(self._app, over))
        try:
            yield
        finally:
            over.set()
            if not self._app.done():
                task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _run(self, future: asyncio.Future[ASGIApp], over: asyncio.Event) -> None:
        try:
            app = await self._made()
            async with app.router.lifespan_context(app):
                future.set_result(app)
                await over.wait()
        except Exception as error:
            log.exception("the browser chat couldn't start")
            if not future.done():
                future.set_exception(error)

    async def _made(self) -> FastAPI:
        """What `make` makes, in a thread that nobody has to wait for when the server ends before it is done."""
        loop = asyncio.get_running_loop()
        made: asyncio.Future[FastAPI] = loop.create_future()

        def work() -> None:
            try:
                settle, value = made.set_result, self._make()
            except Exception as error:
                settle, value = made.set_exception, error  # type: ignore[assignment]
            with suppress(RuntimeError):  # the loop is closed: the server has ended meanwhile
                loop.call_soon_threadsafe(lambda: made.done() or settle(value))

        threading.Thread(target=work, name=MAKING, daemon=True).start()
        return await made

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self._app is not None, "requests come only inside the lifespan"
        try:
            app = await asyncio.shield(self._app)
        except Exception:
            text = "The chat couldn't start; the server's log says why. The API works.\n"
            app = PlainTextResponse(text, 503)
        await app(scope, receive, send)


def build_app(runtime: Runtime, settings: Settings, *, isolate: bool = False) -> tuple[FastAPI, Callable[[], None]]:
    """The whole server and what to call at its end. With `isolate` there is no browser chat: see `IsolatedShops`."""
    pool: IsolatedShops[Any] | None = None
    if isolate:
        pool = IsolatedShops(runtime.db, runtime.assistant_for, settings.limits.isolated_shops)
    metrics = Metrics(runtime.process.status)
    desk = Desk(
        runtime.assistant,
        metrics,
        turns_at_once=settings.limits.turns_at_once,
        shops=pool.lend if pool else None,
        give_up=runtime.process.give_up,
    )

    def customer(customer_id: str | None, email: str | None) -> Any:
        return find_customer(runtime.db, customer_id=customer_id, email=email)

    gate = Gate(ApiKeys(runtime.db), settings.access, exposed=others_reach(settings.server))
    app = create_app(
        desk,
        settings,
        status=runtime.process.status,
        find_customer=customer,
        gate=gate,
        trouble=runtime.db.trouble,
        count_tokens=lambda text: len(runtime.tokenizer.encode(text)),
        staff_said=runtime.assistant.conversations.said_by_staff,
    )
    if pool is None:
        _add_chat(app, Face(desk, runtime.assistant), settings, runtime.db)
        left = [
            turn
            for turn in runtime.assistant.conversations.pending()
            if turn.conversation_id.startswith(SERVED_PREFIXES) or turn.led_by
        ]
        threading.Thread(target=_answer_left, args=(runtime, desk, left), daemon=True).start()
    caretaker = Caretaker(
        runtime.db, settings.privacy, lambda: _forget(runtime, pool), has_webhook=bool(settings.orders.webhook)
    )
    caretaker.start()
    shelving = Shelving(runtime.db, runtime.assistant.guard, runtime.assistant.read_ahead)
    shelving.start()
    sender = Sender(runtime.db, settings.orders.webhook) if settings.orders.webhook and pool is None else None
    if sender:
        sender.start()

    def close() -> None:
        if sender:
            sender.stop()
        shelving.stop()
        caretaker.stop()
        if pool:
            pool.close()

    return app, close


def _forget(runtime: Runtime, pool: IsolatedShops[Any] | None) -> None:
    """Drop what this process holds of conversations: somebody was erased."""
    runtime.process.forget()
    if pool:
        pool.drop_idle()


def _add_chat(app: FastAPI, face: Face, settings: Settings, db: Database) -> None:
    def make() -> FastAPI:
        from ui.app import mount
        from ui.staff.app import mount_staff

        return mount(
            mount_staff(FastAPI(openapi_url=None), db, settings, face),
            face,
            settings,
            lambda token: visitors.read(db, visitors.site_secret(db), token),
        )

    late = LateApp(make)
    before = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(outer: FastAPI) -> AsyncIterator[Any]:
        async with late.lifespan(), before(outer) as state:
            yield state

    app.router.lifespan_context = lifespan
    app.mount("/", late, name="chat")


def _answer_left(runtime: Runtime, desk: Desk, left: list[PendingTurn]) -> None:
    """Answer what a crash left unanswered. What is too old is only marked, and what a colleague said for a customer:
    nobody is signed in now who may."""
    if not left:
        return
    runtime.process.wait_ready()
    for turn in left:
        try:
            if turn.led_by or datetime.now(UTC) - turn.at > ANSWER_LATE:
                runtime.assistant.conversations.interrupt(turn.message_id)
            else:
                customer = CustomerRef(turn.customer_id) if turn.customer_id else None
                desk.reply(turn.conversation_id, turn.text, customer=customer, waiting=turn.message_id)
        except BackroomError as error:
            log.warning("a message from before the restart isn't answered any more: %s", error)
            runtime.assistant.conversations.interrupt(turn.message_id)
        except Exception:
            # One message must not keep those behind it from being answered.
            log.exception("a message from before the restart could not be answered")


def leave_at_once() -> None:
    """Ends the process if the chat is still being made: a thread in the middle of imports can't be stopped any other
    way, and the interpreter's orderly end may crash beneath it. Everything else has to be closed before."""
    if any(thread.name == MAKING for thread in threading.enumerate()):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


class _Server(uvicorn.Server):
    """uvicorn's server, ended by SIGINT or SIGTERM without raising the signal again: the rest has to be closed too."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def run(
    app: FastAPI, sock: socket.socket, loaded: Callable[[], BackroomError | None], settings: ServerSettings
) -> None:
    """Serve until SIGINT or SIGTERM. `loaded` waits for the engine in a thread; what it returns ends the server."""
    config = uvicorn.Config(
        OwnNames(app, settings),
        http=PatientProtocol,
        log_level="warning",
        log_config=None,  # through the process's own log, which masks
        ws="none",
        timeout_graceful_shutdown=GRACE_S,
        server_header=False,
        ssl_certfile=settings.tls_certificate,
        ssl_keyfile=settings.tls_key,
    )
    server = _Server(config)
    failure: list[BackroomError] = []

    def watch() -> None:
        error = loaded()
        if error is not None:
            failure.append(error)
            server.should_exit = True

    threading.Thread(target=watch, daemon=True).start()
    server.run(sockets=[sock])
    if failure:
        raise failure[0]
