"""What was tried against a running server by hand, and got somewhere, is tried here again on every run."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import httpx
import jwt
import pytest
import uvicorn
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient

from assistant.access.accounts import Accounts, SignInError
from assistant.access.attempts import WINDOW_S, Attempts, TooMany
from assistant.access.sessions import Sessions
from assistant.access.visitors import TokenError, read, site_secret
from assistant.api import conversation_of
from assistant.config import ServerSettings, Settings
from assistant.patience import OwnNames, PatientProtocol
from tests.e2e.chat_stage import ScriptedAssistant
from ui.app import mount
from ui.page import Page
from ui.staff.signin import COOKIE, ConsoleDoor, add_sign_in


def test_forty_wrong_passwords_at_once_are_no_way_past_the_limit(shop_db: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of them passed when an attempt was counted only once it had failed."""
    tried = []

    def slow(self: Accounts, name: str, password: str, code: str = "") -> None:
        tried.append(password)
        time.sleep(0.05)
        raise SignInError("no")

    monkeypatch.setattr(Accounts, "sign_in", slow)
    app = FastAPI()
    settings = Settings().override(access={"failures_per_minute": 4})
    add_sign_in(app, Accounts(shop_db), Sessions(shop_db), settings, "Shop")

    async def all_at_once() -> list[int]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
            form = {"name": "anna", "password": "wrong wrong wrong"}
            answers = await asyncio.gather(*(client.post("/staff-in", data=form) for _ in range(40)))
        return [answer.status_code for answer in answers]

    counts = Counter(asyncio.run(all_at_once()))
    assert counts == {401: 4, 429: 36} and len(tried) == 4


def test_attempts_are_counted_by_address_and_for_a_minute() -> None:
    now = [0.0]
    attempts = Attempts(2, clock=lambda: now[0])

    def fail(address: str) -> None:
        with attempts.one(address) as attempt:
            attempt.failed()

    fail("a")
    with attempts.one("a"):  # one that is good is counted only while it lasts
        with pytest.raises(TooMany):
            fail("a")
        fail("b")
    fail("a")
    with pytest.raises(TooMany):
        fail("a")
    now[0] = WINDOW_S
    fail("a")


def test_attempts_hold_among_threads() -> None:
    attempts, let_in = Attempts(5), []

    def guess(number: int) -> None:
        try:
            with attempts.one("a") as attempt:
                let_in.append(number)
                time.sleep(0.01)
                attempt.failed()
        except TooMany:
            pass

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(guess, range(60)))
    assert len(let_in) == 5


def test_who_has_no_key_cant_name_a_keys_conversation() -> None:
    of_key: Any = SimpleNamespace(key=SimpleNamespace(key_id="0badcafe"))
    of_nobody: Any = SimpleNamespace(key=None)
    users = ["mia", "0badcafe-mia", ".0badcafe-mia", "..0badcafe-mia", "-mia", "0badcaf-e", ".mia"]
    names = [conversation_of(caller, user) for caller in (of_key, of_nobody) for user in users]
    assert len(set(names)) == len(names)
    assert conversation_of(of_nobody, "mia") == "api-mia"


@pytest.fixture
def impatient() -> Iterator[tuple[str, int]]:
    """A server that waits for a request for a third of a second."""

    class Impatient(PatientProtocol):
        arrives_within_s = 0.35

    app = FastAPI()

    @app.post("/slow")
    async def slow(request: Request) -> int:
        body = await request.body()
        await asyncio.sleep(0.8)  # an answer may take longer than a request
        return len(body)

    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, http=Impatient, log_level="critical", ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield sock.getsockname()[:2]
        server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="module")
def chat_page() -> Iterator[TestClient]:
    """The customers' page as it is mounted on a server, with a scripted assistant behind it."""
    with TestClient(mount(FastAPI(), ScriptedAssistant(), Settings())) as client:
        yield client


HEAD = b"POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n"


@pytest.mark.parametrize("begun", [b"", b"POST /slow HT", HEAD, HEAD + b"\r\n{", HEAD[:40] + b"\r\nX-A: b"])
def test_a_request_that_never_ends_is_given_up(impatient: tuple[str, int], begun: bytes) -> None:
    with socket.create_connection(impatient, timeout=10) as slow:
        began = time.monotonic()
        slow.sendall(begun)
        closed = b"x"
        while closed and time.monotonic() - began < 9:
            slow.settimeout(0.1)
            try:
                closed = slow.recv(4096)
            except TimeoutError:  # a byte now and then, as slow attackers send them
                try:
                    slow.sendall(begun[-1:] and b"a")
                except OSError:
                    break
            except OSError:
                break
        assert time.monotonic() - began < 8, "it still waits"


def test_a_request_that_came_in_time_may_take_as_long_as_it_needs(impatient: tuple[str, int]) -> None:
    with httpx.Client(base_url="http://{}:{}".format(*impatient)) as client:
        for _ in range(2):
            assert client.post("/slow", content=b"x" * 10).json() == 10


async def _anything(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"in"})


@pytest.mark.parametrize(
    ("settings", "host", "status"),
    [
        (ServerSettings(), "127.0.0.1:7860", 200),
        (ServerSettings(), "localhost", 200),
        (ServerSettings(), "[::1]:7860", 200),
        (ServerSettings(), "evil.example:7860", 421),
        (ServerSettings(), "127.0.0.1.evil.example", 421),
        (ServerSettings(public_url="https://chat.example.com"), "chat.example.com", 200),
        (ServerSettings(public_url="https://chat.example.com"), "evil.example", 421),
        (ServerSettings(host="0.0.0.0"), "shop.lan:7860", 200),
    ],
)
def test_a_server_of_this_machine_answers_to_its_own_names(settings: ServerSettings, host: str, status: int) -> None:
    client = TestClient(OwnNames(_anything, settings))
    assert client.get("/", headers={"Host": host}).status_code == status


@pytest.mark.parametrize(
    "sent",
    [
        {"component_id": 10**6, "fn_name": "open", "data": None, "session_hash": "x"},
        {"component_id": "x", "fn_name": "open", "data": None, "session_hash": "x"},
        {"component_id": None, "fn_name": 7, "session_hash": []},
        [],
        {},
    ],
)
def test_what_gradio_cant_take_is_no_server_error(chat_page: TestClient, sent: Any) -> None:
    assert 400 <= chat_page.post("/gradio_api/component_server", json=sent).status_code < 500


def test_a_failure_of_our_own_stays_one() -> None:
    async def fails(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 500, "headers": []})
        await send({"type": "http.response.body", "body": b"failed"})
        raise KeyError("ours")

    page = Page(fails, title=lambda: "Shop", accent="#000000", style="", skeleton="")
    client = TestClient(page, raise_server_exceptions=False)
    assert client.post("/gradio_api/component_server", json={}).status_code == 500


def test_a_token_with_times_that_are_no_numbers_is_refused(shop_db: Any) -> None:
    secret = site_secret(shop_db)
    now = int(time.time())
    for times in (
        {"iat": now, "exp": str(now + 600)},
        {"iat": -(10**18), "exp": now + 600},
        {"iat": now, "exp": 1e300},
    ):
        token = jwt.encode({"sub": "mia", "aud": "backroom", **times}, secret, "HS256")
        with pytest.raises(TokenError):
            read(shop_db, secret, token)


@pytest.fixture
def console(shop_db: Any) -> TestClient:
    """A console of which every path answers, with somebody signed in."""
    accounts, sessions, app = Accounts(shop_db), Sessions(shop_db), FastAPI()
    accounts.add("anna", "owner", "seven green kettles")
    add_sign_in(app, accounts, sessions, Settings(), "Shop")
    app.add_middleware(ConsoleDoor, sessions=sessions, public_url=None)

    @app.api_route("/staff/{path:path}", methods=["GET", "POST"])
    def inside(path: str) -> str:
        return "inside"

    client = TestClient(app, follow_redirects=False)
    client.cookies.set(COOKIE, "chosen by an attacker")
    entered = client.post("/staff-in", data={"name": "anna", "password": "seven green kettles"})
    assert "chosen" not in entered.headers["set-cookie"]
    client.cookies.clear()
    client.cookies.set(COOKIE, entered.cookies[COOKIE])
    return client


def test_the_console_takes_no_files_and_calls_nobody(console: TestClient) -> None:
    for path in (
        "",
        "config",
        "assets/a.js",
        "gradio_api/queue/join",
        "gradio_api/queue/data",
        "gradio_api/heartbeat/a",
    ):
        assert console.get(f"/staff/{path}").status_code == 200, path
    for path in ("upload", "file=/etc/passwd", "proxy=http://10.0.0.1/", "info", "run/erase", "call/x", "stream/a/b/c"):
        assert console.post(f"/staff/gradio_api/{path}").status_code == 404, path


def test_another_sites_page_does_nothing_in_the_console(console: TestClient) -> None:
    for headers in ({"Origin": "http://evil"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        assert console.post("/staff/gradio_api/queue/join", headers=headers).status_code == 403
        assert console.post("/staff-out", headers=headers).status_code == 403
    assert console.get("/staff/config").status_code == 200, "nobody was signed out"
