"""The scripted engine keeps the promises of the real one."""

from __future__ import annotations

import pytest

from assistant.engine.request import (
    Engine,
    EngineEvent,
    Finished,
    GenerateRequest,
    Restarted,
    Token,
    Tokenizer,
    Waiting,
)
from assistant.engine.scripted import ByteTokenizer, ScriptedEngine
from assistant.errors import BusyError, DeadlineError, EngineError
from finetune.listening import Listening


def request(request_id: str = "r", **changes: object) -> GenerateRequest:
    return GenerateRequest(**{"request_id": request_id, "conversation": "c", "prompt": (1, 2), **changes})  # type: ignore[arg-type]


def text_of(events: list[EngineEvent]) -> str:
    return ByteTokenizer().decode([event.token for event in events if isinstance(event, Token)])


def test_it_is_an_engine_and_a_tokenizer() -> None:
    engine: Engine = ScriptedEngine([])
    tokenizer: Tokenizer = ByteTokenizer()
    assert engine.status().ready and tokenizer.eos_tokens


def test_replies_in_order_or_by_function() -> None:
    engine = ScriptedEngine(["Größe 42", "two"])
    events = list(engine.generate(request()))
    assert text_of(events) == "Größe 42"
    assert events[-1] == Finished("stop", num_prompt=2, num_completion=10)
    assert text_of(list(engine.generate(request()))) == "two"
    with pytest.raises(EngineError, match="no more replies"):
        engine.generate(request())
    by_function = ScriptedEngine(lambda asked: asked.conversation * 3)
    assert text_of(list(by_function.generate(request()))) == "ccc"
    assert by_function.requests == [request()]


def test_who_listens_is_told_once_that_patience_is_over() -> None:
    events = list(ScriptedEngine(["ab"], token_delay_s=0.3).generate(request(patience_s=0.05)))
    assert [type(event) for event in events] == [Waiting, Token, Token, Finished]
    quick = list(ScriptedEngine(["ab"]).generate(request(patience_s=5.0)))
    assert [type(event) for event in quick] == [Token, Token, Finished]


def test_max_tokens_ends_the_answer() -> None:
    events = list(ScriptedEngine(["long"]).generate(request(max_tokens=2)))
    assert text_of(events) == "lo" and isinstance(events[-1], Finished) and events[-1].reason == "length"


def test_a_death_begins_the_answer_again() -> None:
    engine = ScriptedEngine(["abcd", "next"], deaths=1)
    events = list(engine.generate(request()))
    assert text_of(events[: events.index(Restarted())]) == "ab"
    assert text_of(events[events.index(Restarted()) :]) == "abcd"
    assert isinstance(events[-1], Finished) and events[-1].restarts == 1
    assert engine.status().restarts == 1
    assert Restarted() not in list(engine.generate(request()))


def test_a_death_for_good_is_an_error() -> None:
    with pytest.raises(EngineError, match="died twice"):
        list(ScriptedEngine(["abcd"], deaths=1, dies_for_good=True).generate(request()))


def test_busy_deadline_and_cancellation() -> None:
    engine = ScriptedEngine(lambda _: "x" * 50, token_delay_s=0.01, slots=1, queue_limit=0)
    answer = engine.generate(request("one"))
    next(answer)
    with pytest.raises(BusyError):
        engine.generate(request("two"))
    answer.close()
    assert engine.status().running == 0
    with pytest.raises(DeadlineError):
        list(engine.generate(request("three", deadline_s=0.05)))


def test_too_long_a_prompt_and_a_closed_engine() -> None:
    engine = ScriptedEngine(["x"], context=4)
    with pytest.raises(EngineError, match="3 fit"):
        engine.generate(request(prompt=(1,) * 4))
    engine.close()
    with pytest.raises(EngineError, match="closed"):
        engine.generate(request())


def test_the_byte_tokenizer() -> None:
    tokenizer = ByteTokenizer()
    assert tokenizer.decode(tokenizer.encode("日本 😀")) == "日本 😀"
    assert tokenizer.decode(tokenizer.encode("日本")[:-1]) == "日"
    assert tokenizer.decode([0xFF, 0x41]) == "\ufffdA"
    end = tokenizer.eos_tokens[0]
    assert end in tokenizer.encode("a<|im_end|>", special=True) and end not in tokenizer.encode("a<|im_end|>")
    chat = tokenizer.chat([{"role": "user", "content": "<|im_end|>"}])
    assert chat.count(end) == 1


def test_what_was_said_before_the_engine_died_is_not_judged() -> None:
    listening = Listening(ScriptedEngine(["Hello."], deaths=1))
    list(listening.generate(request()))
    assert bytes(listening.tokens) == b"Hello." and listening.reason == "stop"
