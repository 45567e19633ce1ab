"""The API by itself: OpenAI's form, the RECORD, what is refused and how, isolation, whose word is believed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from fastapi.testclient import TestClient

from assistant.api import create_app
from assistant.api_errors import translate
from assistant.config import Settings
from assistant.customers import find_customer
from assistant.desk import Desk
from assistant.engine.request import EngineStatus
from assistant.errors import ModelError
from assistant.isolate import IsolatedShops
from assistant.metrics import Metrics, samples
from assistant.store.handoffs import Handoffs
from tests.stand_in import NOW, StandIn, ready_status

PATH = "/v1/chat/completions"
Status = Callable[[], EngineStatus]


def client_for(assistant: StandIn, status: Status = ready_status, isolate: bool = False, **server: Any) -> TestClient:
    settings = Settings().override(server=server, limits={"message_chars": 200, "request_bytes": 4096})
    shops = IsolatedShops(assistant.db, StandIn, 8).lend if isolate else None
    desk = Desk(assistant, Metrics(status), turns_at_once=4, shops=shops)
    app = create_app(
        desk,
        settings,
        status=status,
        find_customer=lambda key, email: find_customer(assistant.db, customer_id=key, email=email),
        staff_said=assistant.conversations.said_by_staff,
    )
    return TestClient(app, raise_server_exceptions=False)


@pytest.fixture
def client(scripted_assistant: StandIn) -> Iterator[TestClient]:
    with client_for(scripted_assistant) as made:
        yield made


def ask(client: TestClient, text: str, user: str | None = "u1", **more: Any) -> Any:
    body = {"model": "backroom", "messages": [{"role": "user", "content": text}], **more}
    return client.post(PATH, json=body | ({"user": user} if user else {}))


def test_an_answer_in_openai_s_form_with_the_record(client: TestClient) -> None:
    response = ask(client, "price MUG")
    body = response.json()
    assert response.status_code == 200
    assert response.headers["x-ai-generated"] == "true"
    assert body["object"] == "chat.completion" and body["model"] == "stand-in"
    choice = body["choices"][0]
    assert choice["message"] == {"role": "assistant", "content": "MUG costs 12.50."}
    assert choice["finish_reason"] == "stop"
    assert (body["usage"]["prompt_tokens"], body["usage"]["total_tokens"]) == (7, 10)
    assert body["backroom"]["reply"] == "MUG costs 12.50."
    assert body["backroom"]["receipts"][0] == {
        "sku": "MUG",
        "field": "price",
        "value": "12.50",
        "as_of": "2026-03-01T12:00:00+00:00",
    }


@pytest.mark.parametrize(
    "fields",
    [{"stream": None}, {"model": None}, {"stream": True, "stream_options": {"include_usage": None}}, {"user": None}],
)
def test_null_stands_for_what_the_stock_client_leaves_out(client: TestClient, fields: dict[str, Any]) -> None:
    response = ask(client, "price MUG", **fields)
    assert response.status_code == 200 and "MUG costs 12.50." in response.text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"stop": ["a", "b", "c", "d", "e"]}, "stop: List should have at most 4 items after validation, not 5"),
        ({"stop": "x" * 201}, "stop: String should have at most 200 characters"),
        ({"stop": [""]}, "stop.0: String should have at least 1 character"),
        ({"user": "u" * 300}, "user: String should have at most 256 characters"),
        ({"user": "a\0"}, "user: text must not hold NUL characters"),
        ({"stop": 5}, "stop: Input should be a valid string"),
    ],
)
def test_what_is_too_long_is_told_so(client: TestClient, fields: dict[str, Any], said: str) -> None:
    error = ask(client, "price MUG", **fields).json()["error"]
    assert error["message"] == said and error["param"] == said.split(":")[0]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            [{"type": "text", "text": "look"}, {"type": "image_url"}],
            "messages.0.content.1.type: Input should be 'text'",
        ),
        ("a\0b", "messages.0.content: text must not hold NUL characters"),
        ([{"type": "text", "text": "a\0"}], "messages.0.content.0.text: text must not hold NUL characters"),
        (5, "messages.0.content: Input should be a valid string"),
    ],
)
def test_a_field_that_does_not_fit_is_named_as_the_caller_knows_it(client: TestClient, content: Any, said: str) -> None:
    response = client.post(PATH, json={"messages": [{"role": "user", "content": content}]})
    error = response.json()["error"]
    assert response.status_code == 422 and error["message"] == said and error["param"] == said.split(":")[0]


def test_what_is_not_there_is_refused_in_openai_s_form(client: TestClient) -> None:
    missing = client.post("/v1/completions", json={"prompt": "x"})
    assert missing.status_code == 404 and missing.json()["error"]["code"] == "not_found"
    wrong = client.get(PATH)
    assert wrong.status_code == 405 and wrong.json()["error"]["code"] == "method_not_allowed"
    assert wrong.headers["allow"] == "POST" and "takes POST, not GET" in wrong.json()["error"]["message"]


def test_a_caller_that_hangs_up_while_sending_is_no_error_of_ours(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    sent: list[Any] = []
    received = iter([{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}])
    scope = {"type": "http", "method": "POST", "path": PATH, "headers": [], "query_string": b"", "client": None}

    async def receive() -> Any:
        return next(received)

    async def send(message: Any) -> None:
        sent.append(message)

    anyio.run(client.app, scope, receive, send)
    assert sent[0]["status"] == 499 and not caplog.records


def test_user_is_the_conversation(client: TestClient, scripted_assistant: StandIn) -> None:
    assert "Turn 1." in ask(client, "hi", "a").json()["choices"][0]["message"]["content"]
    assert "Turn 2." in ask(client, "hi again", "a").json()["choices"][0]["message"]["content"]
    assert "Turn 1." in ask(client, "hi", "b").json()["choices"][0]["message"]["content"]
    kept = scripted_assistant.conversations.messages("api-a")
    assert [message.role for message in kept] == ["customer", "assistant"] * 2


def test_an_api_caller_cannot_name_a_browser_s_conversation(client: TestClient, scripted_assistant: StandIn) -> None:
    list(scripted_assistant.turn("web-secret", "my address is 5 Low Road"))
    assert "Turn 1." in ask(client, "what did I say?", "web-secret").json()["choices"][0]["message"]["content"]


def test_without_user_the_earlier_messages_are_the_context(client: TestClient) -> None:
    messages = [
        {"role": "user", "content": "hello"},
        {"role": "assistant", "content": "hi"},
        {"role": "user", "content": [{"type": "text", "text": "and then?"}]},
    ]
    for _ in range(2):
        body = client.post(PATH, json={"messages": messages}).json()
        assert body["choices"][0]["message"]["content"] == "Turn 2. You said: and then?"


def events(text: str) -> list[Any]:
    lines = [line.removeprefix("data: ") for line in text.split("\n\n") if line]
    return [line if line == "[DONE]" else json.loads(line) for line in lines]


def test_a_stream_ends_with_the_record_the_usage_and_done(client: TestClient) -> None:
    response = ask(client, "hello", stream=True, stream_options={"include_usage": True})
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["x-ai-generated"] == "true"
    *chunks, last, done = events(response.text)
    assert done == "[DONE]"
    assert chunks[0]["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    words = "".join(c["choices"][0]["delta"].get("content", "") for c in chunks)
    assert words == "Turn 1. You said: hello"
    assert chunks[-1]["choices"][0]["finish_reason"] == "stop"
    assert chunks[-1]["backroom"]["reply"] == words
    assert last["choices"] == [] and last["usage"]["completion_tokens"] == 3 and last["backroom"]["reply"] == words
    plain = events(ask(client, "hello", stream=True).text)
    assert plain[-1] == "[DONE]" and plain[-2]["backroom"]["model"] == "stand-in" and "usage" not in plain[-2]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("text", "status", "code", "retry"),
    [
        ("busy", 429, "busy", "3"),
        ("dead", 503, "unavailable", "2"),
        ("price NOTHING", 422, "invalid_message", None),
        ("boom", 500, "internal", None),
    ],
)
def test_failures_before_the_first_words(
    client: TestClient, text: str, status: int, code: str, retry: str | None, stream: bool
) -> None:
    response = ask(client, text, stream=stream)
    assert response.status_code == status
    assert response.headers.get("retry-after") == retry
    assert response.json()["error"]["code"] == code
    assert "secret" not in response.text


def test_the_log_explains_the_number_of_an_error_of_ours(caplog: pytest.LogCaptureFixture) -> None:
    answer = translate(ModelError("the head's file is broken"))
    number = str(answer.body["error"]["message"]).partition("number ")[2][:8]
    assert f"{number}: the head's file is broken" in caplog.text


def test_a_failure_in_mid_stream_is_an_error_event(client: TestClient) -> None:
    *chunks, last = events(ask(client, "half", stream=True).text)
    assert chunks[-1]["choices"][0]["delta"]["content"] == "Half of it."
    assert last["error"]["code"] == "unavailable"


def test_an_unexpected_failure_in_mid_stream_is_one_too_and_the_log_explains_its_number(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    *chunks, last = events(ask(client, "bang", stream=True).text)
    assert chunks[-1]["choices"][0]["delta"]["content"] == "Half of it."
    assert last["error"]["code"] == "internal" and "secret" not in str(last)
    number = re.search(r"number (\w+)", last["error"]["message"])
    assert number is not None and number[1] in caplog.text


@pytest.mark.parametrize("stream", [False, True])
def test_what_a_colleague_wrote_comes_with_the_next_answer_once(
    client: TestClient, scripted_assistant: StandIn, stream: bool
) -> None:
    def kept(text: str, **how: Any) -> Any:
        response = ask(client, text, "visit-1", stream=stream, **how)
        return events(response.text)[-2]["backroom"] if stream else response.json()["backroom"]

    assert "colleague" not in kept("a person, please")
    queue = Handoffs(scripted_assistant.db)
    handoff = queue.call("api-visit-1", "asked", {}, NOW)
    queue.claim(handoff.handoff_id, "bert", NOW)
    for text in ("Hello, this is Bert.", "What is it about?"):
        queue.reply(handoff.handoff_id, "bert", text, NOW)
    assert kept("my kettle")["colleague"] == [
        {"text": "Hello, this is Bert.", "at": NOW.isoformat()},
        {"text": "What is it about?", "at": NOW.isoformat()},
    ]
    assert "colleague" not in kept("are you there?")
    queue.reply(handoff.handoff_id, "bert", "Yes.", NOW)
    assert [said["text"] for said in kept("good", max_tokens=1)["colleague"]] == ["Yes."]
    assert "colleague" not in ask(client, "hello", None).json()["backroom"]


def test_what_a_colleague_wrote_waits_while_an_answer_is_cut_off(scripted_assistant: StandIn) -> None:
    conversations, queue = scripted_assistant.conversations, Handoffs(scripted_assistant.db)
    list(scripted_assistant.turn("api-u", "hello"))
    handoff = queue.call("api-u", "asked", {}, NOW)
    queue.claim(handoff.handoff_id, "bert", NOW)
    queue.reply(handoff.handoff_id, "bert", "Bert here.", NOW)
    cut = scripted_assistant.turn("api-u", "and now?")
    next(cut)
    cut.close()  # type: ignore[attr-defined]
    assert conversations.messages("api-u")[-1].status == "stopped"
    list(scripted_assistant.turn("api-u", "again"))
    assert [m.text for m in conversations.said_by_staff("api-u")] == ["Bert here."]
    assert conversations.said_by_staff("nothing") == []


BAD_BODIES: list[tuple[str, bytes, int, str]] = [
    ("nothing", b"", 400, "empty_body"),
    ("no json", b"hello", 400, "not_json"),
    ("no utf-8", b'{"messages": [{"role": "user", "content": "\xff\xfe"}]}', 400, "not_utf8"),
    ("a raw NUL", b'{"messages": [{"role": "user", "content": "a\x00b"}]}', 400, "not_json"),
    ("an array", b"[]", 400, "not_an_object"),
    ("deep", b"[" * 1500 + b"]" * 1500, 400, "too_deep"),
    ("deep objects", b'{"a":' * 600 + b"1" + b"}" * 600, 400, "too_deep"),
    ("a huge number", b'{"messages": ' + b"9" * 4000 + b"}", 422, "invalid_field"),
    ("no messages", b"{}", 422, "invalid_field"),
    ("empty messages", b'{"messages": []}', 422, "invalid_field"),
    ("escaped NUL", rb'{"messages": [{"role": "user", "content": "a\u0000b"}]}', 422, "invalid_field"),
    ("half a surrogate", rb'{"messages": [{"role": "user", "content": "a\ud800b"}]}', 422, "invalid_field"),
    ("NUL in user", rb'{"user": "\u0000", "messages": [{"role": "user", "content": "a"}]}', 422, "invalid_field"),
    ("empty text", b'{"messages": [{"role": "user", "content": "  \\n"}]}', 422, "empty_message"),
    ("no text", b'{"messages": [{"role": "user"}]}', 422, "empty_message"),
    ("a picture", b'{"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}', 422, "invalid_field"),
    ("assistant last", b'{"messages": [{"role": "assistant", "content": "a"}]}', 422, "last_role"),
    ("unknown role", b'{"messages": [{"role": "king", "content": "a"}]}', 422, "invalid_field"),
    ("n of 2", b'{"n": 2, "messages": [{"role": "user", "content": "a"}]}', 400, "unsupported_parameter"),
    ("no tokens", b'{"max_tokens": 0, "messages": [{"role": "user", "content": "a"}]}', 422, "invalid_field"),
    ("too long", b'{"messages": [{"role": "user", "content": "' + b"a" * 201 + b'"}]}', 422, "message_too_long"),
    ("1 MB", b'{"messages": [{"role": "user", "content": "' + b"a" * 1_000_000 + b'"}]}', 413, "too_large"),
]


@pytest.mark.parametrize(("body", "status", "code"), [b[1:] for b in BAD_BODIES], ids=[b[0] for b in BAD_BODIES])
def test_a_bad_body_is_refused_clearly(client: TestClient, body: bytes, status: int, code: str) -> None:
    response = client.post(PATH, content=body, headers={"content-type": "application/json"})
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (status, code), response.text
    assert error["type"] == "invalid_request_error" and error["message"] and "\n" not in error["message"].strip()


def test_a_large_body_without_a_declared_length_is_refused(client: TestClient) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(100):
            yield b" " * 1000

    response = client.post(PATH, content=pieces(), headers={"content-type": "application/json"})
    assert (response.status_code, response.json()["error"]["code"]) == (413, "too_large")


def test_strange_characters_are_answered(client: TestClient) -> None:
    for text in ("\u202eright to left", "zero\u200bwidth", "emoji 🥾", "line\u2028break", "a\x1b[31mb"):
        assert ask(client, text).status_code == 200
        assert events(ask(client, text, stream=True).text)[-1] == "[DONE]"


def test_other_paths_answer_in_openai_s_form(client: TestClient) -> None:
    assert client.get("/v1/nothing").json()["error"]["code"] == "not_found"
    assert client.get(PATH).json()["error"]["code"] == "method_not_allowed"
    assert client.get("/v1/models/gpt-4").json()["error"]["code"] == "model_not_found"


def test_models_health_and_metrics(client: TestClient) -> None:
    assert client.get("/v1/models").json()["data"][0]["id"] == "stand-in"
    assert client.get("/v1/models/stand-in").json()["object"] == "model"
    assert client.get("/v1/models/backroom").json()["id"] == "stand-in"
    assert client.get("/healthz").json()["status"] == "ok"
    assert client.get("/readyz").status_code == 200
    ask(client, "hello")
    ask(client, "busy")
    counted = dict(samples(client.get("/metrics").content))
    assert counted['backroom_turns_total{outcome="done"}'] == 1
    assert counted['backroom_turns_total{outcome="busy"}'] == 1
    assert counted["backroom_turns_running"] == 0
    assert counted['backroom_http_requests_total{path="/v1/chat/completions",status="429"}'] == 1
    assert counted["backroom_engine_ready"] == 1


def test_a_loading_model_is_said(scripted_assistant: StandIn) -> None:
    def loading() -> EngineStatus:
        return EngineStatus(ready=False, model="stand-in", context=2048, slots=4)

    with client_for(scripted_assistant, loading) as client:
        assert client.get("/healthz").status_code == 200
        for response in (client.get("/readyz"), ask(client, "hello")):
            assert response.status_code == 503 and response.headers["retry-after"] == "2"
    assert scripted_assistant.conversations.counts()["messages"] == 0


def test_the_docs_page_needs_nothing_from_outside(client: TestClient) -> None:
    page = client.get("/docs").text
    assert "https://" not in page.replace("https://github.com", "") and "http://" not in page
    assert '"validatorUrl": null' in page
    for part in page.split('"'):
        if part.startswith("/static-offline-docs/"):
            assert client.get(part).status_code == 200
    described = client.get("/openapi.json").json()["paths"][PATH]["post"]
    assert "messages" in json.dumps(described["requestBody"])


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://testserver", 200),
        ("https://evil.example", 403),
        ("null", 403),
        ("http://[", 403),
        ("https://shop.example", 200),
    ],
)
def test_another_site_s_page_is_refused(scripted_assistant: StandIn, origin: str, status: int) -> None:
    with client_for(scripted_assistant, public_url="https://shop.example/chat") as client:
        body = {"messages": [{"role": "user", "content": "hi"}]}
        assert client.post(PATH, json=body, headers={"origin": origin}).status_code == status


def test_a_signed_in_customer_is_believed_only_from_a_trusted_caller(scripted_assistant: StandIn) -> None:
    with client_for(scripted_assistant) as client:
        refused = ask(client, "who am I", backroom={"customer": {"email": "mia@example.com"}})
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "not_trusted")
        assert "nobody" in ask(client, "who am I").json()["backroom"]["reply"]
    with client_for(scripted_assistant, trust_customer=True) as client:
        for number, customer in enumerate(({"email": "TOM@example.com"}, {"id": "tom"})):
            reply = ask(client, "who am I", f"t{number}", backroom={"customer": customer}).json()["backroom"]["reply"]
            assert reply == "You are tom."
        for wrong in ({"email": "x@y.z"}, {"id": "x"}, {}, {"name": "tom"}):
            assert ask(client, "who am I", "t9", backroom={"customer": wrong}).status_code == 422
        assert ask(client, "who", "t9", backroom={"now": "2026-03-01T12:00:00"}).status_code == 422
        stolen = ask(client, "hello", "t0", backroom={"customer": {"id": "mia"}})
        assert (stolen.status_code, stolen.json()["error"]["code"]) == (422, "invalid_message")


def test_isolated_conversations_have_a_shop_each(scripted_assistant: StandIn, tmp_path: Path) -> None:
    with client_for(scripted_assistant, isolate=True) as client:
        assert ask(client, "cancel W1", "one").json()["backroom"]["writes"][0]["order_id"] == "W1"
        assert "Turn 2." in ask(client, "hello", "one").json()["backroom"]["reply"]
        assert "Turn 1." in ask(client, "hello", "two").json()["backroom"]["reply"]
    with scripted_assistant.db.read() as session:
        from assistant.shop.schema import OrderRow

        assert session.get_one(OrderRow, "W1").status == "pending"
    assert scripted_assistant.conversations.counts()["messages"] == 0


def test_a_load_balancer_may_ask_with_head(client: TestClient) -> None:
    for path in ("/healthz", "/readyz"):
        answer = client.head(path)
        assert answer.status_code == 200 and not answer.content
