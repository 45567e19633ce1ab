"""The HTTP API: OpenAI's chat completions over the shop's assistant, health, metrics and a docs page of its own.

    POST /v1/chat/completions   stream and not; `user` is the conversation; the RECORD is under `backroom`
    GET  /v1/models  /healthz  /readyz  /metrics  /docs

`create_app` adds the routes; the browser chat is mounted on the same app afterwards (it takes every other path). Knows
how turns travel, not how they are answered. Callers name conversations themselves, so this API is for the shop's own
programs: a key continues the conversations that came through it, and without keys whoever may call continues any that
came without one (never one of the browser chat).
"""

from __future__ import annotations

import asyncio
import json
import re
import threading
import time
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import asdict, replace
from typing import Any, TypeVar

import anyio
from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse, StreamingResponse
from fastapi_offline import FastAPIOffline
from starlette.requests import ClientDisconnect
from starlette.routing import Match, Route

from assistant import __version__
from assistant.access.gate import Caller, Gate, open_gate
from assistant.access.headers import SecurityHeaders
from assistant.api_cut import Cut
from assistant.api_errors import RETRY_AFTER_S, UNAVAILABLE, ApiError, event, install, translate
from assistant.api_input import BodyLimit, read_chat_request, refuse_other_sites
from assistant.api_models import BackroomExtension, ChatRequest, chunk, completion, request_schema, usage
from assistant.config import Settings
from assistant.desk import Desk, DeskTurn
from assistant.engine.request import EngineStatus
from assistant.errors import UsageError
from assistant.store.conversations import StoredMessage
from assistant.store.handoffs import ONCE, reaches
from assistant.types import CustomerRef, Delta, Event, Json, Record

AI_HEADERS = {"X-AI-Generated": "true", "Cache-Control": "no-store"}
"""Marks every answer as written by a machine, for programs; the chat says it to people in words."""
CHAT_PATH = "/v1/chat/completions"
NUM_EARLIER = 20
_LIKE_A_KEYS = re.compile(r"[0-9a-f]{8}-|\.")
GIVE_UP_EVERY_S = 0.05
HUNG_UP = 499
"""What is counted for callers that are gone; nobody sees it."""
T = TypeVar("T")
FindCustomer = Callable[[str | None, str | None], CustomerRef]
StaffSaid = Callable[[str], list[StoredMessage]]
"""What colleagues wrote in a conversation that its caller hasn't been given, with the answer that it gets now."""
CountTokens = Callable[[str], int]


def create_app(
    desk: Desk,
    settings: Settings,
    *,
    status: Callable[[], EngineStatus],
    find_customer: FindCustomer,
    gate: Gate | None = None,
    trouble: Callable[[], str | None] = lambda: None,
    count_tokens: CountTokens = lambda text: len(text.split()),
    staff_said: StaffSaid = lambda conversation: [],
) -> FastAPI:
    """The server without the browser chat. `find_customer` takes an id and an address, one of them None; `trouble`
    says what keeps the database from being written; `count_tokens` counts those of the model (here: the words);
    `staff_said` is asked after each answer in a conversation that goes on.

    `gate` None: everybody who reaches the server may use the API.
    """
    gate = gate or open_gate()
    app = FastAPIOffline(
        title="Backroom",
        version=__version__,
        summary="A shop assistant that never leaves the building.",
        description="Answers are written by an AI; each carries the header `X-AI-Generated: true`.",
        redoc_url=None,
        # The viewer would send the description to a validator on the internet.
        swagger_ui_parameters={"validatorUrl": None},
    )
    app.add_middleware(BodyLimit, max_bytes=settings.limits.request_bytes)
    app.add_middleware(
        SecurityHeaders, embed_in=settings.access.embed_in, tls=settings.server.tls_certificate is not None
    )
    install(app)
    _add_health(app, desk, status, gate, trouble)
    _add_models(app, status, gate)
    chat = ChatEndpoint(desk, settings, status, find_customer, gate, count_tokens, staff_said)

    @app.post(CHAT_PATH, summary="Answer a customer", tags=["chat"], openapi_extra=request_schema())
    async def chat_completions(request: Request) -> Response:
        try:
            response = await chat.answer(request)
        except ClientDisconnect:  # in the middle of what it sent
            response = Response(status_code=HUNG_UP)
        except Exception as error:
            response = translate(error).response()
        desk.metrics.request(CHAT_PATH, response.status_code)
        return response

    _add_refusals(app)
    return app


class ChatEndpoint:
    """One chat completion, from request to response."""

    def __init__(
        self,
        desk: Desk,
        settings: Settings,
        status: Callable[[], EngineStatus],
        find_customer: FindCustomer,
        gate: Gate,
        count_tokens: CountTokens,
        staff_said: StaffSaid,
    ) -> None:
        self._desk = desk
        self._limits = settings.limits
        self._public_url = settings.server.public_url
        self._trusted = settings.server.trust_customer or desk.isolated
        self._status = status
        self._find_customer = find_customer
        self._gate = gate
        self._count_tokens = count_tokens
        self._staff_said = staff_said
        self._threads = CapacityLimiter(settings.limits.turns_at_once + 8)

    async def answer(self, request: Request) -> Response:
        """The whole answer, or its stream once the first words are there. Raises ApiError and BackroomError before."""
        refuse_other_sites(request, self._public_url)
        caller = await self._run(self._gate.admit, request, "chat")
        chat = await read_chat_request(request, self._limits.json_depth, self._limits.message_chars)
        status = self._status()
        if not status.ready and status.restarts == 0:
            text = "The model is still loading. Please try again in a moment."
            raise ApiError(503, text, "loading", kind=UNAVAILABLE, retry_after_s=RETRY_AFTER_S)
        conversation = conversation_of(caller, chat.user) if chat.user else f"{ONCE}{uuid.uuid4().hex}"
        turn = await self._run(self._turn, chat, caller, conversation)
        events = self._events(turn)
        model, cut = status.model, Cut(stop=chat.stops(), max_tokens=chat.limit(), count=self._count_tokens)
        async with self._listened_to(request, turn):
            item = await anext(events)
        if chat.stream:
            stream = self._stream(chat, model, item, events, cut, conversation)
            return StreamingResponse(stream, 200, AI_HEADERS, "text/event-stream")
        async with aclosing(events), self._listened_to(request, turn):
            while isinstance(item, Delta):
                cut.take(item.text)
                if await request.is_disconnected():
                    return Response(status_code=HUNG_UP)
                item = await anext(events)
        cut.rest()
        record = replace(item.record, reply=cut.sent)
        kept = await self._run(self._kept, record, conversation)
        body = completion(_new_id(), int(time.time()), record.model or model, record, cut.finish, kept)
        return JSONResponse(body, 200, AI_HEADERS)

    def _kept(self, record: Record, conversation: str) -> Json:
        """What an answer carries under `backroom`: its RECORD, and what colleagues have written meanwhile."""
        said = self._staff_said(conversation) if reaches(conversation) else []
        colleague = [{"text": message.text, "at": message.at.isoformat()} for message in said]
        return record.as_json() | ({"colleague": colleague} if colleague else {})

    def _turn(self, chat: ChatRequest, caller: Caller, conversation: str) -> DeskTurn:
        """The turn, not yet begun. Runs in a thread: it may read the database."""
        extension = chat.backroom or BackroomExtension()
        if chat.backroom is not None and not (self._trusted or caller.speaks_for_customers):
            text = (
                "'backroom' is believed only from trusted callers: with an API key of the scope 'customers', "
                "trust_customer in [server], or --isolate."
            )
            raise ApiError(403, text, "not_trusted", param="backroom")
        if extension.now is not None and extension.now.tzinfo is None:
            raise ApiError(422, "backroom.now: the time needs its zone, as in 2026-03-01T12:00:00Z", "invalid_field")
        customer = None
        if extension.customer is not None:
            try:
                customer = self._find_customer(extension.customer.id, extension.customer.email)
            except UsageError as error:
                raise ApiError(422, f"backroom.customer: {error}", "unknown_customer", param="backroom") from None
        if not chat.user:
            self._desk.recall(conversation, chat.earlier()[-NUM_EARLIER:], customer=customer, now=extension.now)
        introduced = any(message.role == "assistant" for message in chat.messages)
        return self._desk.turn(
            conversation, chat.question(), customer=customer, now=extension.now, introduced=introduced
        )

    async def _events(self, turn: DeskTurn) -> AsyncGenerator[Event, None]:
        """The turn's events, each waited for in a thread. However this ends, the turn is closed; when it ends in the
        middle of a wait, the model is stopped first, which would otherwise finish its sentence for nobody."""
        at_work = threading.Lock()

        def step() -> Event | None:
            with at_work:
                return next(turn, None)

        try:
            while (item := await to_thread.run_sync(step, abandon_on_cancel=True, limiter=self._threads)) is not None:
                yield item
        finally:
            with anyio.CancelScope(shield=True):
                while at_work.locked():
                    await self._run(turn.give_up)
                    await anyio.sleep(GIVE_UP_EVERY_S)
                await self._run(turn.close)

    @asynccontextmanager
    async def _listened_to(self, request: Request, turn: DeskTurn) -> AsyncIterator[None]:
        """Inside it, a caller that hangs up stops the model. (A stream under way notices that by itself.)"""

        async def watch() -> None:
            while not await request.is_disconnected():
                await asyncio.sleep(GIVE_UP_EVERY_S)
            while True:
                await self._run(turn.give_up)
                await asyncio.sleep(GIVE_UP_EVERY_S)

        watching = asyncio.create_task(watch())
        try:
            yield
        finally:
            watching.cancel()

    async def _stream(
        self,
        chat: ChatRequest,
        model: str,
        first: Event,
        events: AsyncGenerator[Event, None],
        cut: Cut,
        conversation: str,
    ) -> AsyncIterator[str]:
        """Server-sent events. A failure in the middle is an `error` event; nothing follows it."""
        head = (_new_id(), int(time.time()), model)
        include_usage = bool(chat.stream_options and chat.stream_options.include_usage)
        yield _sse(chunk(*head, {"role": "assistant", "content": ""}))
        try:
            item: Event = first
            while isinstance(item, Delta):
                if text := cut.take(item.text):
                    yield _sse(chunk(*head, {"content": text}))
                item = await anext(events)
            if text := cut.rest():
                yield _sse(chunk(*head, {"content": text}))
            record = replace(item.record, reply=cut.sent)
            kept = await self._run(self._kept, record, conversation)
            for line in _last_chunks(head, record, cut.finish, include_usage, kept):
                yield line
        except Exception as error:
            yield _sse(event(error))
        finally:
            with anyio.CancelScope(shield=True):
                await events.aclose()

    async def _run(self, function: Callable[..., T], *args: Any) -> T:
        return await to_thread.run_sync(function, *args, limiter=self._threads)


def conversation_of(caller: Caller, user: str) -> str:
    """The id of the conversation that a caller names: each key has its own, and who has none can't name a key's."""
    if caller.key is not None:
        return f"api-{caller.key.key_id}-{user}"
    return f"api-.{user}" if _LIKE_A_KEYS.match(user) else f"api-{user}"


def _last_chunks(
    head: tuple[str, int, str], record: Record, finish: str, include_usage: bool, kept: Json
) -> Iterator[str]:
    """The end of a stream: the RECORD (`kept`) with `finish_reason`, the usage when asked for, and `[DONE]`."""
    yield _sse({**chunk(*head, {}, finish), "backroom": kept, **({"usage": None} if include_usage else {})})
    if include_usage:
        yield _sse({**chunk(*head, None), "backroom": kept, "usage": usage(record)})
    yield "data: [DONE]\n\n"


def _sse(data: Json) -> str:
    return f"data: {json.dumps(data, separators=(',', ':'))}\n\n"


def _new_id() -> str:
    return f"chatcmpl-{uuid.uuid4().hex}"


def _add_health(
    app: FastAPI, desk: Desk, status: Callable[[], EngineStatus], gate: Gate, trouble: Callable[[], str | None]
) -> None:
    @app.head("/healthz", include_in_schema=False)
    @app.get("/healthz", summary="Is the server up?", tags=["health"])
    async def healthz() -> Json:
        return {"status": "ok", "version": __version__}

    @app.head("/readyz", include_in_schema=False)
    @app.get("/readyz", summary="Can it answer?", tags=["health"])
    async def readyz() -> JSONResponse:
        now = status()
        headers = {"Retry-After": str(RETRY_AFTER_S)}
        if await to_thread.run_sync(trouble):  # the log says what it is: this answer is open to anybody
            return JSONResponse({"status": "the database can't be written", "engine": asdict(now)}, 503, headers)
        if now.ready:
            return JSONResponse({"status": "ready", "engine": asdict(now)})
        return JSONResponse({"status": "the model is loading", "engine": asdict(now)}, 503, headers)

    @app.get("/metrics", summary="Counters in Prometheus' form", tags=["health"], response_class=PlainTextResponse)
    async def metrics(request: Request) -> Response:
        await to_thread.run_sync(gate.admit, request, "metrics")
        return Response(desk.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")


def _add_models(app: FastAPI, status: Callable[[], EngineStatus], gate: Gate) -> None:
    created = int(time.time())

    def entry() -> Json:
        return {"id": status().model, "object": "model", "created": created, "owned_by": "backroom"}

    @app.get("/v1/models", summary="The model in service", tags=["chat"])
    async def models(request: Request) -> Json:
        await to_thread.run_sync(gate.admit, request, "chat")
        return {"object": "list", "data": [entry()]}

    @app.get("/v1/models/{model_id:path}", summary="One model", tags=["chat"])
    async def model(model_id: str, request: Request) -> Json:
        await to_thread.run_sync(gate.admit, request, "chat")
        if model_id not in (status().model, "backroom"):  # as requests may call it
            raise ApiError(404, f"No model {model_id!r} is in service; it is {status().model!r}.", "model_not_found")
        return entry()


def _add_refusals(app: FastAPI) -> None:
    """What isn't there under /v1 is refused in OpenAI's form, not by the browser chat that takes every other path."""

    @app.api_route("/v1/{path:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"], include_in_schema=False)
    async def not_there(request: Request, path: str) -> Response:
        others = [r for r in app.router.routes if isinstance(r, Route) and r.matches(request.scope)[0] is Match.PARTIAL]
        allowed = ", ".join(sorted({method for route in others for method in route.methods or ()}))
        if allowed:
            response = ApiError(
                405, f"/v1/{path} takes {allowed}, not {request.method}.", "method_not_allowed"
            ).response()
            response.headers["Allow"] = allowed
            return response
        return ApiError(404, f"There is no /v1/{path} here; /docs lists what there is.", "not_found").response()
