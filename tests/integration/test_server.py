"""A real server on a real port, talked to by the stock `openai` client and by clients that misbehave."""

from __future__ import annotations

import json
import socket
import threading
import time
from typing import Any
from urllib.parse import urlsplit

import httpx
import openai
import pytest

from tests.stand_in import StandIn


def client_of(served: str, **options: Any) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{served}/v1", api_key="unused", max_retries=0, **options)


def said(text: str) -> Any:
    return [{"role": "user", "content": text}]


def test_the_stock_client(served: str) -> None:
    client = client_of(served)
    assert [model.id for model in client.models.list()] == ["stand-in"]
    answer = client.chat.completions.create(
        model="backroom", messages=said("price MUG"), user="visit", temperature=0.2, max_tokens=50
    )
    assert answer.choices[0].message.content == "MUG costs 12.50."
    assert answer.usage is not None and answer.usage.total_tokens == 10
    record: Any = answer.model_extra
    assert record["backroom"]["receipts"][0]["sku"] == "MUG"


def test_the_stock_client_streams(served: str) -> None:
    chunks = list(
        client_of(served).chat.completions.create(
            model="backroom",
            messages=said("hello"),
            user="visit",
            stream=True,
            stream_options={"include_usage": True},
        )
    )
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == "Turn 1. You said: hello"
    assert chunks[-1].usage is not None and chunks[-1].usage.completion_tokens == 3
    extra: Any = chunks[-1].model_extra
    assert extra["backroom"]["model"] == "stand-in"


@pytest.mark.parametrize(
    ("bounds", "content", "finish"),
    [
        ({"max_tokens": 2}, "Turn 1. ", "length"),
        ({"max_completion_tokens": 4, "max_tokens": 100}, "Turn 1. ", "length"),
        ({"max_tokens": 1}, "", "length"),
        ({"max_tokens": 7}, "Turn 1. You said: one\ntwo.", "stop"),
        ({"stop": "\n"}, "Turn 1. You said: one", "stop"),
        ({"stop": ["wo", "said"]}, "Turn 1. You ", "stop"),
        ({"stop": "two. And"}, "Turn 1. You said: one\ntwo.", "stop"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_where_an_answer_ends_for_the_stock_client(
    served: str, scripted_assistant: StandIn, bounds: Any, content: str, finish: str, stream: bool
) -> None:
    asked = {"model": "backroom", "messages": said("one\ntwo."), "user": "bounded", **bounds}
    if stream:
        chunks = list(client_of(served).chat.completions.create(stream=True, **asked))
        found = "".join(c.choices[0].delta.content or "" for c in chunks)
        ends, record = chunks[-1].choices[0].finish_reason, chunks[-1].model_extra
    else:
        answer = client_of(served).chat.completions.create(**asked)
        found, ends, record = (
            answer.choices[0].message.content or "",
            answer.choices[0].finish_reason,
            answer.model_extra,
        )
    assert (found, ends) == (content, finish)
    assert record is not None and record["backroom"]["reply"] == content
    kept = scripted_assistant.conversations.messages("api-bounded")[-1]
    assert (kept.status, kept.text) == ("done", "Turn 1. You said: one\ntwo.")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("n", 2),
        ("tools", [{"type": "function", "function": {"name": "look_up"}}]),
        ("tool_choice", "required"),
        ("functions", [{"name": "look_up"}]),
        ("response_format", {"type": "json_object"}),
        ("logprobs", True),
        ("top_logprobs", 3),
        ("logit_bias", {"50256": -100}),
        ("modalities", ["text", "audio"]),
        ("web_search_options", {}),
    ],
)
def test_what_can_t_be_honoured_is_refused_by_name(served: str, name: str, value: Any) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        client_of(served).chat.completions.create(model="backroom", messages=said("hello"), **{name: value})
    assert (refused.value.code, refused.value.param) == ("unsupported_parameter", name)
    assert f"'{name}' isn't supported here: " in str(refused.value)


def test_what_asks_for_nothing_is_no_reason_to_refuse(served: str) -> None:
    nothing: Any = {
        "n": 1, "tool_choice": "none", "response_format": {"type": "text"}, "logprobs": False, "logit_bias": {},
        "seed": 7, "top_p": 0.1, "presence_penalty": 1, "extra_body": {"top_k": 3, "tools": []},
    }  # fmt: skip
    answer = client_of(served).chat.completions.create(model="backroom", messages=said("price MUG"), **nothing)
    assert answer.choices[0].message.content == "MUG costs 12.50."


async def test_the_stock_async_client_many_at_once(served: str) -> None:
    import asyncio

    async with openai.AsyncOpenAI(base_url=f"{served}/v1", api_key="unused", max_retries=0) as client:
        answers = await asyncio.gather(
            *(
                client.chat.completions.create(model="backroom", messages=said(f"mine is {n}"), user=f"user-{n}")
                for n in range(40)
            )
        )
    for number, answer in enumerate(answers):
        assert answer.choices[0].message.content == f"Turn 1. You said: mine is {number}"


def test_failures_are_the_client_s_own_exceptions(served: str) -> None:
    client = client_of(served)

    def ask(text: str, **more: Any) -> None:
        client.chat.completions.create(model="backroom", messages=said(text), user="visit", **more)

    with pytest.raises(openai.RateLimitError) as busy:
        ask("busy")
    assert busy.value.response.headers["retry-after"] == "3"
    with pytest.raises(openai.InternalServerError):
        ask("dead")
    with pytest.raises(openai.UnprocessableEntityError, match="empty"):
        ask("")
    with pytest.raises(openai.APIStatusError) as large:
        ask("a" * 1_000_000)
    assert large.value.status_code == 413
    with pytest.raises(openai.NotFoundError):
        client.embeddings.create(model="backroom", input="x")
    with pytest.raises(openai.APIError, match="try again"):
        for _ in client.chat.completions.create(model="backroom", messages=said("half"), user="visit", stream=True):
            pass
    ask("hello")


@pytest.mark.parametrize("stream", [True, False])
def test_a_client_that_leaves_stops_the_answer(served: str, scripted_assistant: StandIn, stream: bool) -> None:
    body = {"messages": said("slow"), "user": "leaver", "stream": stream}
    began = time.monotonic()
    url = f"{served}/v1/chat/completions"
    with pytest.raises(httpx.ReadTimeout), httpx.stream("POST", url, json=body, timeout=1.0) as response:
        for _ in response.iter_lines():
            if time.monotonic() - began > 1.0:
                raise httpx.ReadTimeout("leaving")
    assert scripted_assistant.closed.wait(5)
    deadline = time.monotonic() + 5
    while (kept := scripted_assistant.conversations.messages("api-leaver"))[-1].role == "customer":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert kept[-1].status == "stopped" and kept[-1].text.startswith("Part 0.")


@pytest.mark.parametrize("stream", [True, False])
def test_a_client_that_leaves_in_the_middle_of_a_sentence_stops_the_model(
    served: str, scripted_assistant: StandIn, stream: bool
) -> None:
    body = {"messages": said("deep"), "user": "leaver", "stream": stream}
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(f"{served}/v1/chat/completions", json=body, timeout=0.8)
    assert scripted_assistant.given_up.wait(2) and scripted_assistant.closed.wait(2)


def test_a_client_that_leaves_the_line_stops_nobody_elses_answer(served: str, scripted_assistant: StandIn) -> None:
    url, body = f"{served}/v1/chat/completions", {"messages": said("deep"), "user": "twice", "stream": True}
    with httpx.stream("POST", url, json=body) as first:
        lines = first.iter_lines()  # kept: an iterator that is dropped hangs up
        assert any("Thinking" in line for line in lines)
        for stream in (True, False):
            with pytest.raises(httpx.ReadTimeout):
                httpx.post(url, json={"messages": said("hello"), "user": "twice", "stream": stream}, timeout=0.4)
        assert not scripted_assistant.given_up.wait(0.6)
    assert scripted_assistant.given_up.wait(5)


def test_raw_nonsense_on_the_socket_doesn_t_hurt(served: str) -> None:
    address = urlsplit(served)
    assert address.hostname and address.port
    for nonsense in (
        b"\x00\x01\x02\r\n\r\n",
        b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
        b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{",
        b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
    ):
        with socket.create_connection((address.hostname, address.port), timeout=5) as raw:
            raw.sendall(nonsense)
            raw.shutdown(socket.SHUT_WR)
            answer = raw.recv(4096)
            assert not answer.startswith(b"HTTP/1.1 5"), answer
    assert httpx.get(f"{served}/healthz").status_code == 200


def test_slow_and_quick_customers_don_t_wait_for_each_other(served: str) -> None:
    started = threading.Event()

    def slow() -> None:
        with httpx.stream(
            "POST", f"{served}/v1/chat/completions", json={"messages": said("slow"), "user": "s", "stream": True}
        ) as response:
            for line in response.iter_lines():
                started.set()
                if "Part 10" in line:
                    return

    thread = threading.Thread(target=slow)
    thread.start()
    assert started.wait(10)
    for number in range(10):
        body = {"messages": said("hello"), "user": f"quick-{number}"}
        assert httpx.post(f"{served}/v1/chat/completions", json=body).status_code == 200
    thread.join(20)


def test_every_line_of_a_stream_is_json(served: str) -> None:
    body = {"messages": said("line\u2028break \U0001f97e \u202e"), "stream": True}
    text = httpx.post(f"{served}/v1/chat/completions", json=body).text
    lines = [line.removeprefix("data: ") for line in text.split("\n\n") if line]
    assert lines.pop() == "[DONE]"
    chunks = [json.loads(line) for line in lines]
    assert chunks and all(chunk["object"] == "chat.completion.chunk" for chunk in chunks)
