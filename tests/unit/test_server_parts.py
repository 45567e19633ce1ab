"""The server's parts that need no model: the port, and the chat that comes up late."""

from __future__ import annotations

import socket
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from assistant.errors import UsageError
from assistant.serve import address_of, take_port
from assistant.server import LateApp


def app_with(late: LateApp) -> FastAPI:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with late.lifespan():
            yield

    app = FastAPI(lifespan=lifespan)
    app.get("/api")(lambda: "at once")
    app.mount("/", late)
    return app


def test_a_page_waits_for_the_chat_and_the_api_doesn_t() -> None:
    may_go_on, lived = threading.Event(), []

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        lived.append("start")
        yield
        lived.append("end")

    def make() -> FastAPI:
        assert may_go_on.wait(10)
        chat = FastAPI(lifespan=lifespan)
        chat.get("/")(lambda: "the chat")
        return chat

    with TestClient(app_with(LateApp(make))) as client:
        assert client.get("/api").json() == "at once"
        threading.Timer(0.2, may_go_on.set).start()
        assert client.get("/").json() == "the chat"
        assert lived == ["start"]
    assert lived == ["start", "end"]


def test_a_server_may_end_before_its_chat_is_made() -> None:
    may_go_on = threading.Event()

    def make() -> FastAPI:
        may_go_on.wait(10)
        return FastAPI()

    with TestClient(app_with(LateApp(make))) as client:
        assert client.get("/api").status_code == 200
    may_go_on.set()


def test_a_chat_that_can_t_start_is_said_and_the_api_goes_on() -> None:
    def make() -> FastAPI:
        raise RuntimeError("no Gradio")

    with TestClient(app_with(LateApp(make))) as client:
        answer = client.get("/")
        assert answer.status_code == 503 and "API works" in answer.text
        assert client.get("/api").status_code == 200


def test_ports() -> None:
    free = take_port("127.0.0.1", 0)
    port = free.getsockname()[1]
    assert address_of(free) == f"http://127.0.0.1:{port}"
    with pytest.raises(UsageError, match=f"port {port} is in use"):
        take_port("127.0.0.1", port)
    free.close()
    everywhere = take_port("0.0.0.0", 0)
    assert address_of(everywhere).startswith("http://127.0.0.1:")
    everywhere.close()
    for host in ("203.0.113.9", "no such host", "\udcff"):
        with pytest.raises(UsageError):
            take_port(host, 0)
    if socket.has_ipv6:
        six = take_port("::1", 0)
        assert address_of(six).startswith("http://[::1]:")
        six.close()
