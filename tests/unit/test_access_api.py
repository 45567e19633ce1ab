"""API keys, customers' tokens, rates and headers: who may use the API, for what and how often."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import pytest
from fastapi import Request
from fastapi.testclient import TestClient

from assistant.access.gate import Gate, others_reach
from assistant.access.keys import ApiKey, ApiKeys
from assistant.access.visitors import TokenError, read, sign, site_secret
from assistant.api import create_app
from assistant.config import ServerSettings, Settings
from assistant.customers import find_customer
from assistant.desk import Desk
from assistant.errors import UsageError
from assistant.metrics import Metrics
from tests.stand_in import StandIn, ready_status

QUESTION = {"model": "backroom", "messages": [{"role": "user", "content": "hello"}]}


def _client(assistant: StandIn, *, exposed: bool, address: str = "203.0.113.7", **access: Any) -> TestClient:
    settings = Settings().override(access=access)
    gate = Gate(ApiKeys(assistant.db), settings.access, exposed=exposed)
    app = create_app(
        Desk(assistant, Metrics(ready_status)),
        settings,
        status=ready_status,
        find_customer=lambda key, email: find_customer(assistant.db, customer_id=key, email=email),
        gate=gate,
    )
    return TestClient(app, client=(address, 1234))


def _ask(client: TestClient, key: str | None = None, **body: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return client.post("/v1/chat/completions", json=QUESTION | body, headers=headers)


def test_a_server_that_others_reach_needs_a_key_of_the_scope(scripted_assistant: StandIn) -> None:
    client, keys = _client(scripted_assistant, exposed=True), ApiKeys(scripted_assistant.db)
    assert _ask(client).status_code == 401
    assert client.get("/metrics").status_code == 401 and client.get("/healthz").status_code == 200
    _, chat = keys.add("till", ["chat"])
    _, metrics = keys.add("monitor", ["metrics"])
    assert _ask(client, chat).status_code == 200
    assert _ask(client, metrics).json()["error"]["code"] == "wrong_scope"
    assert client.get("/metrics", headers={"Authorization": f"Bearer {metrics}"}).status_code == 200


def test_a_revoked_expired_or_changed_key_is_refused(scripted_assistant: StandIn) -> None:
    client, keys = _client(scripted_assistant, exposed=True), ApiKeys(scripted_assistant.db)
    revoked, text = keys.add("old", ["chat"])
    keys.revoke(revoked.key_id)
    key, good = keys.add("new", ["chat"], expires_at=datetime.now(UTC) + timedelta(days=1))
    assert keys.find(good) == key and keys.find(good, now=datetime.now(UTC) + timedelta(days=2)) is None
    for bad in (text, good[:-1] + ("a" if good[-1] != "a" else "b"), "br_00000000_x"):
        assert _ask(client, bad).status_code == 401
    with pytest.raises(UsageError, match="unknown scope 'all'"):
        keys.add("everything", ["all"])


def test_this_machine_needs_no_key_unless_told_so_and_any_bearer_passes(scripted_assistant: StandIn) -> None:
    local = _client(scripted_assistant, exposed=False, address="127.0.0.1")
    assert _ask(local).status_code == 200 and _ask(local, "unused").status_code == 200
    assert _ask(_client(scripted_assistant, exposed=False, require_key=True)).status_code == 401


@pytest.mark.parametrize(
    ("server", "reached"),
    [
        ({}, False),
        ({"host": "localhost"}, False),
        ({"public_url": "http://localhost:8080"}, False),
        ({"public_url": "https://[::1]"}, False),
        ({"host": "0.0.0.0"}, True),
        ({"public_url": "https://chat.shop.example"}, True),
        ({"host": "::1", "public_url": "https://CHAT.shop.example:8443/talk"}, True),
        ({"public_url": "chat.shop.example"}, True),
        ({"public_url": "http://192.168.1.5"}, True),
    ],
)
def test_a_proxy_before_the_server_lets_others_reach_it(server: dict[str, Any], reached: bool) -> None:
    assert others_reach(ServerSettings(**server)) is reached


def test_only_a_key_for_customers_may_say_who_is_signed_in(scripted_assistant: StandIn) -> None:
    client, keys = _client(scripted_assistant, exposed=True), ApiKeys(scripted_assistant.db)
    who = {"backroom": {"customer": {"id": "mia"}}}
    _, chat = keys.add("till", ["chat"])
    _, site = keys.add("site", ["chat", "customers"])
    assert _ask(client, chat, **who).status_code == 403
    assert _ask(client, site, **who).status_code == 200


def test_a_key_continues_its_own_conversations_only(scripted_assistant: StandIn) -> None:
    client, keys = _client(scripted_assistant, exposed=True), ApiKeys(scripted_assistant.db)
    (one, first), (other, second) = keys.add("one", ["chat"]), keys.add("other", ["chat"])
    for key in (first, second):
        assert _ask(client, key, user="same").status_code == 200
    talks = [scripted_assistant.conversations.messages(f"api-{key.key_id}-same") for key in (one, other)]
    assert [len(messages) for messages in talks] == [2, 2]


def test_too_many_requests_and_too_many_wrong_keys_are_told_when_to_come_back(scripted_assistant: StandIn) -> None:
    client, keys = _client(scripted_assistant, exposed=True, requests_per_minute=3), ApiKeys(scripted_assistant.db)
    _, key = keys.add("till", ["chat"])
    answers = [_ask(client, key) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[-1].headers["retry-after"] == "60"
    guesser = _client(scripted_assistant, exposed=True, failures_per_minute=2)
    assert [_ask(guesser, "br_00000000_x").status_code for _ in range(3)] == [401, 401, 429]
    assert _ask(guesser, key).status_code == 429, "a right guess after many wrong ones is not believed either"


def test_any_number_of_requests_at_once_may_carry_one_good_key(scripted_assistant: StandIn) -> None:
    keys = ApiKeys(scripted_assistant.db)
    _, text = keys.add("till", ["chat"])
    together = threading.Barrier(8, timeout=20)

    class Slow(ApiKeys):
        def find(self, text: str | None, *, now: datetime | None = None) -> ApiKey | None:
            together.wait()
            return super().find(text, now=now)

    gate = Gate(
        Slow(scripted_assistant.db), Settings().override(access={"failures_per_minute": 2}).access, exposed=True
    )
    request = Request(
        {"type": "http", "headers": [(b"authorization", f"Bearer {text}".encode())], "client": ("203.0.113.7", 1)}
    )
    with ThreadPoolExecutor(8) as pool:
        admitted = [pool.submit(gate.admit, request, "chat") for _ in range(8)]
    assert [caller.result().key is not None for caller in admitted] == [True] * 8


def test_every_response_carries_the_security_headers(scripted_assistant: StandIn) -> None:
    client = _client(scripted_assistant, exposed=False, embed_in=["https://www.shop.example"])
    for path in ("/healthz", "/docs", "/nothing"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'self' https://www.shop.example" in headers["content-security-policy"]
        assert "default-src 'self'" in headers["content-security-policy"]


def test_a_customers_token_is_believed_only_when_everything_about_it_is_right(shop_db: Any) -> None:
    secret = site_secret(shop_db)
    assert site_secret(shop_db) == secret
    assert read(shop_db, secret, sign(secret, "mia")).customer_id == "mia"
    now = datetime.now(UTC)
    claims = {"sub": "mia", "aud": "backroom", "iat": now, "exp": now + timedelta(hours=1)}
    bad = {
        "another secret": sign("x" * 43, "mia"),
        "over": sign(secret, "mia", now=now - timedelta(hours=2)),
        "too long": sign(secret, "mia", timedelta(days=2)),
        "no such customer": sign(secret, "nobody"),
        "for somebody else": jwt.encode(claims | {"aud": "till"}, secret, "HS256"),
        "unsigned": jwt.encode(claims, "", "none"),
        "without an end": jwt.encode({k: v for k, v in claims.items() if k != "exp"}, secret, "HS256"),
        "no token": "x.y.z",
    }
    for what, token in bad.items():
        with pytest.raises(TokenError):
            read(shop_db, secret, token)
            pytest.fail(what)
    renewed = site_secret(shop_db, renew=True)
    with pytest.raises(TokenError):
        read(shop_db, renewed, sign(secret, "mia"))
