"""Idle conversations are parked when another needs their memory, within a budget, and only their own next turn gets
them back."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from assistant.engine.cache import CacheKey, KvCache, PublicKey
from assistant.engine.request import Finished, GenerateRequest
from assistant.engine.scheduler import Scheduler
from assistant.engine.scripted_backend import END, START, ScriptedBackend, ScriptedOptions

TURN = 90


def asked(conversation: str, text: bytes, request_id: str = "r", adapter: str | None = None) -> GenerateRequest:
    prompt = (START, *text, START)
    return GenerateRequest(request_id, conversation, prompt, max_tokens=4, stop_tokens=(END,), adapter=adapter)


def end_of(scheduler: Scheduler, request: GenerateRequest) -> Finished:
    scheduler.add(request, time.monotonic() + 30)
    while True:
        for _, event in scheduler.admit() + scheduler.step():
            if isinstance(event, Finished):
                return event


def make(park_bytes: int = 10_000, **options: object) -> Scheduler:
    backend = ScriptedOptions(num_slots=1, num_public=0, park_bytes=park_bytes, **options).open()  # type: ignore[arg-type]
    return Scheduler(backend, 1)


def test_a_parked_conversation_goes_on_where_it_was() -> None:
    scheduler = make()
    for conversation in ("a", "b"):
        end_of(scheduler, asked(conversation, conversation.encode() * TURN))
    assert scheduler.counts.parked == 1
    again = end_of(scheduler, asked("a", b"a" * TURN + b"more"))
    assert again.num_cached >= TURN and scheduler.counts.resumed == 1
    assert scheduler.counts.cached == again.num_cached


@pytest.mark.parametrize(
    "other", [{"conversation": "c"}, {"conversation": ""}, {"conversation": "a", "adapter": "kind"}]
)
def test_nobody_else_gets_it(other: dict[str, str]) -> None:
    scheduler = make(adapters={"kind": Path(__file__)})
    end_of(scheduler, asked("a", b"a" * TURN))
    end_of(scheduler, asked("b", b"b" * TURN))
    assert end_of(scheduler, asked(text=b"a" * TURN, **other)).num_cached == 0  # type: ignore[arg-type]
    assert scheduler.counts.resumed == 0


def test_the_budget_holds_and_the_oldest_goes_first() -> None:
    scheduler = make(park_bytes=800)  # two of these conversations at 4 bytes a token
    for conversation in ("a", "b", "c", "d"):
        end_of(scheduler, asked(conversation, conversation.encode() * TURN))
    cache = scheduler._cache
    assert [key.conversation for key in cache._parked] == ["b", "c"]
    assert sum(len(each.saved) for each in cache._parked.values()) <= 800
    assert end_of(scheduler, asked("a", b"a" * TURN)).num_cached == 0
    assert end_of(make(park_bytes=100), asked("a", b"a" * TURN)).num_cached == 0


def test_what_is_forgotten_is_not_parked_any_more() -> None:
    for forget in (lambda s: s.forget("a"), lambda s: s.forget(None), lambda s: s._cache.forget_adapter("kind")):
        scheduler = make(adapters={"kind": Path(__file__)})
        end_of(scheduler, asked("a", b"a" * TURN, adapter="kind"))
        end_of(scheduler, asked("b", b"b" * TURN))
        assert scheduler.counts.parked == 1
        forget(scheduler)
        assert not scheduler._cache._parked
        assert end_of(scheduler, asked("a", b"a" * TURN, adapter="kind")).num_cached == 0


def test_a_memory_that_can_not_be_put_back_is_computed_again() -> None:
    class Forgetful(ScriptedBackend):
        def restore(self, memory: int, saved: object) -> bool:
            self.memories[memory] = []
            return False

    backend = Forgetful(ScriptedOptions(num_slots=1, num_public=0, park_bytes=10_000))
    cache = KvCache(backend, 1, 0, 10_000)
    nothing, tokens = PublicKey("m", None, ()), list(range(TURN))
    for conversation in ("a", "b"):
        memory, _ = cache.acquire(CacheKey("m", None, conversation), nothing, tokens)
        backend.memories[memory] = list(tokens)
        cache.release(memory, tokens)
    assert cache.acquire(CacheKey("m", None, "a"), nothing, [*tokens, 1]) == (0, 0)
