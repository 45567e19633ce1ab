"""The engine on another machine: what is sent and comes back, failures, busy servers, the circuit; GBNF."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from assistant.config import Settings
from assistant.engine.gbnf import gbnf
from assistant.engine.remote import RemoteEngine, RemoteOptions
from assistant.engine.request import Finished, GenerateRequest, Placeholders, Restarted, Sampling, Token
from assistant.engine.scripted import ByteTokenizer
from assistant.errors import BusyError, DeadlineError, EngineError
from assistant.runtime import open_runtime
from tests.unit.test_engine_draft import GRAMMAR

Handler = Callable[[httpx.Request], httpx.Response]


def engine(handler: Handler, **options: object) -> RemoteEngine:
    remote = RemoteOptions("http://engine:1/v1", **options)  # type: ignore[arg-type]
    return RemoteEngine(remote, ByteTokenizer(), transport=httpx.MockTransport(handler))


def lines(*texts: str, reason: str = "stop") -> bytes:
    chunks = [{"choices": [{"text": text}]} for text in texts] + [{"choices": [{"text": "", "finish_reason": reason}]}]
    return b"".join(b"data: " + json.dumps(chunk).encode() + b"\n\n" for chunk in chunks) + b"data: [DONE]\n\n"


def request(**changes: object) -> GenerateRequest:
    values: dict[str, object] = {"prompt": (1, 2, 3), "max_tokens": 40, **changes}
    return GenerateRequest("r", "c", **values)  # type: ignore[arg-type]


def text_of(events: list[object]) -> str:
    return bytes(event.token for event in events if isinstance(event, Token)).decode()


def test_token_ids_go_out_and_tokens_come_back() -> None:
    bodies: list[dict[str, object]] = []

    def handler(sent: httpx.Request) -> httpx.Response:
        bodies.append(json.loads(sent.content))
        assert sent.headers["Authorization"] == "Bearer k"
        return httpx.Response(200, content=lines("The mu", "g costs {1.", "price}."))

    remote = engine(handler, key="k", model="m")
    sampling = Sampling(temperature=0.5, seed=7)
    events = list(remote.generate(request(sampling=sampling, placeholders=Placeholders(("{1.item}",), GRAMMAR))))
    assert text_of(events) == "The mug costs {1.price}."
    assert events[-1] == Finished("stop", num_prompt=3, num_completion=24)
    (body,) = bodies
    assert body["prompt"] == [1, 2, 3] and body["seed"] == 7 and body["model"] == "m"
    assert str(body["grammar"]).startswith("root ::= ")
    status = remote.status()
    assert status.ready and status.running == 0 and status.counts.first_tokens == 1


def test_a_failure_is_tried_once_more_and_then_told() -> None:
    answers = [httpx.Response(500), httpx.Response(200, content=lines("ok"))]
    remote = engine(lambda _: answers.pop(0))
    events = list(remote.generate(request()))
    assert text_of(events) == "ok" and isinstance(events[-1], Finished) and events[-1].restarts == 1
    with pytest.raises(EngineError, match="failed"):
        list(engine(lambda _: httpx.Response(500)).generate(request()))


def test_what_broke_off_begins_again() -> None:
    answers = [
        b"data: " + json.dumps({"choices": [{"text": "one two "}]}).encode() + b"\n\ndata: {broken\n\n",
        lines("all"),
    ]
    events = list(engine(lambda _: httpx.Response(200, content=answers.pop(0))).generate(request()))
    assert Restarted() in events
    assert text_of(events[events.index(Restarted()) :]) == "all"


def test_the_circuit_opens_and_closes_again() -> None:
    healthy = False

    def handler(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=lines("ok")) if healthy else httpx.Response(500)

    remote = engine(handler, failures=2, pause_s=0.2)
    with pytest.raises(EngineError):
        list(remote.generate(request()))
    with pytest.raises(BusyError) as busy:
        remote.generate(request())
    assert busy.value.retry_after_s >= 1 and not remote.status().ready
    healthy = True
    time.sleep(0.25)
    assert text_of(list(remote.generate(request()))) == "ok"
    assert remote.status().ready


def test_a_server_is_well_again_when_who_listens_has_heard_enough() -> None:
    answers = [httpx.Response(500)] * 2 + [httpx.Response(200, content=lines("one two ", "three"))]
    remote = engine(lambda _: answers.pop(0), failures=2, pause_s=0.2)
    with pytest.raises(EngineError):
        list(remote.generate(request()))
    time.sleep(0.25)
    answer = remote.generate(request())
    next(answer)
    assert not remote.status().ready, "one request tries it at first"
    answer.close()  # type: ignore[attr-defined]
    assert remote.status().ready


def test_a_server_that_cannot_be_reached_is_given_up_before_one_that_is_slow() -> None:
    limits: list[dict[str, float]] = []

    def handler(sent: httpx.Request) -> httpx.Response:
        limits.append(sent.extensions["timeout"])
        return httpx.Response(200, content=lines("ok"))

    list(engine(handler, connect_s=2.0).generate(request(deadline_s=10.0)))
    (limit,) = limits
    assert limit["connect"] == 2.0 and limit["read"] > 9


def test_a_server_that_says_nothing_is_given_up_when_patience_is_over() -> None:
    limits: list[dict[str, float]] = []

    def silent(sent: httpx.Request) -> httpx.Response:
        limits.append(sent.extensions["timeout"])
        time.sleep(0.2)
        raise httpx.ReadTimeout("nothing came", request=sent)

    with pytest.raises(EngineError, match="nothing came"):
        list(engine(silent).generate(request(deadline_s=10.0, patience_s=0.2)))
    (limit,) = limits
    assert limit["read"] <= 0.2


def test_a_busy_server_says_when_to_come_back() -> None:
    remote = engine(lambda _: httpx.Response(429, headers={"Retry-After": "7"}))
    with pytest.raises(BusyError) as busy:
        list(remote.generate(request()))
    assert busy.value.retry_after_s == 7


def test_deadlines_and_long_prompts() -> None:
    def slow(_: httpx.Request) -> httpx.Response:
        time.sleep(0.1)
        return httpx.Response(200, content=lines("late"))

    with pytest.raises(DeadlineError):
        list(engine(slow).generate(request(deadline_s=0.05)))
    with pytest.raises(EngineError, match="9 fit"):
        engine(slow, context=10).generate(request(prompt=(1,) * 10))


def test_the_grammar_as_gbnf_has_the_same_sentences() -> None:
    text = gbnf(GRAMMAR)
    rules = dict(line.split(" ::= ") for line in text.splitlines())

    def sentences(name: str) -> list[str]:
        found = []
        for way in rules[name].split(" | "):
            match = re.fullmatch(r'"([^"]*)"(?: (\w+))?', way)
            assert match
            found += [match[1] + rest for rest in (sentences(match[2]) if match[2] else [""])]
        return found

    assert set(sentences("root")) == {
        "The {1.item} costs {1.price}.",
        "The {1.item} costs {1.price} and is {1.stock}.",
        "The {1.item} is {1.stock}.",
    }


@pytest.mark.parametrize(("named", "serves"), [(None, None), ("house-words-4", "house-words-4")])
def test_another_server_is_asked_for_an_adapter_only_when_the_operator_names_one(
    named: str | None, serves: str | None, tmp_path: Path
) -> None:
    model = {"remote_url": "http://127.0.0.1:9/v1", "remote_model": "theirs", "adapter": named}
    with open_runtime(Settings().override(model=model, shop={"db": tmp_path / "shop.db"})) as runtime:
        current = runtime.adapters.current
    assert (current.name if current else None) == serves
