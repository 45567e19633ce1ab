"""The page of a customer who came signed in: what it shows when they no longer are, and how their cookie travels."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from assistant.access.visitors import TokenError
from assistant.config import ChatSettings, ServerSettings, Settings
from assistant.types import CustomerRef, Json
from tests.e2e.chat_stage import ScriptedAssistant
from ui.app import Chat, mount
from ui.backend import Backend, new_conversation_id
from ui.turns import Turns
from ui.visitor import COOKIE

SECRET = "my secret order"
KEY = "k" * 16


def believe(token: str) -> CustomerRef:
    if token not in ("mia", "tom"):
        raise TokenError("over")
    return CustomerRef(token)


def browser(token: str | None) -> Any:
    """A request from a browser with this cookie."""
    return SimpleNamespace(cookies={COOKIE: token} if token else {}, client=None)


@pytest.fixture
def assistant() -> ScriptedAssistant:
    return ScriptedAssistant(pace_s=0)


def hers(assistant: ScriptedAssistant) -> str:
    """Mia's conversation: a question, an answer, a colleague's word."""
    name = new_conversation_id()
    for role in ("customer", "assistant", "staff"):
        assistant.conversations.add(name, role, SECRET, {})
    assistant.conversations.owners[name] = "mia"
    return name


@pytest.fixture
def chat(assistant: ScriptedAssistant) -> Chat:
    turns = Turns(lambda name, text, **known: assistant.turn(name, text, introduced=True, **known))
    return Chat(Backend(assistant, ChatSettings()), turns, 100, believe)


@pytest.mark.parametrize("token", [None, "tom", "a token that is over"])
def test_a_customers_conversation_is_shown_to_nobody_else(
    assistant: ScriptedAssistant, chat: Chat, token: str | None
) -> None:
    name = hers(assistant)
    answer = assistant.conversations.messages(name)[1].message_id
    page = chat.open({"conversation": name}, browser(token))
    assert page["conversation"] != name and page["messages"] == []
    assert chat.news({"conversation": name, "seen": 0}, browser(token)) == {"messages": []}
    assert chat.vote({"conversation": name, "message": answer, "vote": 1}, browser(token)) is False
    assert assistant.conversations.votes == {}
    assert chat._turn(name, KEY, "show me shoes", browser(token).cookies) is None and assistant.asked == []
    running = chat._turn(name, KEY, "show me shoes", browser("mia").cookies)
    assert running is not None and chat._turn(name, KEY, None, browser(token).cookies) is None
    assert chat.stop({"conversation": name}, browser(token)) is False
    assert running.wait_released(10)


def test_the_customer_has_it_as_long_as_the_sign_in_lasts(assistant: ScriptedAssistant, chat: Chat) -> None:
    name = hers(assistant)
    answer = assistant.conversations.messages(name)[1].message_id
    page = chat.open({"conversation": name}, browser("mia"))
    assert page["conversation"] == name and len(page["messages"]) == 3
    assert len(chat.news({"conversation": name, "seen": 0}, browser("mia"))["messages"]) == 1
    assert chat.vote({"conversation": name, "message": answer, "vote": 1}, browser("mia")) is True


@pytest.mark.parametrize("token", [None, "tom"])
def test_a_visitors_conversation_stays_with_the_browser(
    assistant: ScriptedAssistant, chat: Chat, token: str | None
) -> None:
    name = new_conversation_id()
    assistant.conversations.add(name, "customer", "hello", {})
    assert chat.open({"conversation": name}, browser(token))["conversation"] == name


async def test_a_question_in_somebody_elses_conversation_begins_a_new_one(
    assistant: ScriptedAssistant, chat: Chat
) -> None:
    asked: Any = SimpleNamespace(_data={"conversation": hers(assistant), "turn": KEY, "text": "hello"})
    assert [state["status"] async for state in chat.ask(asked, browser(None))] == ["gone"]
    assert assistant.asked == []


@pytest.fixture
def client(assistant: ScriptedAssistant) -> Iterator[TestClient]:
    with TestClient(mount(FastAPI(openapi_url=None), assistant, Settings(), believe)) as started:
        yield started


def test_gradio_tells_whose_browser_calls(assistant: ScriptedAssistant, client: TestClient) -> None:
    shell = re.search(r'"id":\s*(\d+),\s*"type":\s*"html"', client.get("/").text)
    assert shell is not None
    name = hers(assistant)

    def opened() -> Json:
        call = {"component_id": int(shell[1]), "fn_name": "open", "session_hash": "s", "data": {"conversation": name}}
        return dict(client.post("/gradio_api/component_server", json=call).json())

    assert SECRET not in str(opened())
    client.cookies.set(COOKIE, "mia")
    assert opened()["conversation"] == name and SECRET in str(opened())
    client.cookies.set(COOKIE, "tom")
    assert SECRET not in str(opened())


@pytest.mark.parametrize(
    ("settings", "secure"),
    [
        ({}, False),
        ({"public_url": "http://chat.shop.example"}, False),
        ({"public_url": "https://chat.shop.example"}, True),
        ({"public_url": "HTTPS://chat.shop.example/"}, True),
        ({"tls_certificate": "chain.pem", "tls_key": "key.pem"}, True),
        ({"tls_certificate": "chain.pem", "public_url": "http://intranet"}, True),
    ],
)
def test_the_cookie_goes_over_https_only_where_browsers_come_over_it(
    assistant: ScriptedAssistant, settings: dict[str, str], secure: bool
) -> None:
    configured = Settings().override(server=settings)
    assert configured.server.over_https is secure and isinstance(configured.server, ServerSettings)
    with TestClient(mount(FastAPI(openapi_url=None), assistant, configured, believe)) as client:
        entered = client.get("/enter?token=mia")
    assert ("secure" in entered.headers["set-cookie"].lower()) is secure
