"""Turns in progress: followed by any number of pages, stopped at once, never two in one conversation."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from assistant.errors import BackroomError, BusyError, DeadlineError, EngineError, InputError, StillAnsweringError
from assistant.types import Delta, Done, Event, Json, Record
from ui.backend import new_conversation_id, valid_conversation_id
from ui.turns import Failure, Turn, Turns

KEY = "k" * 16


class Script:
    """A pipeline that says one sentence whenever it is let."""

    def __init__(self, num_sentences: int = 2, error: Exception | None = None) -> None:
        self.num_sentences = num_sentences
        self.error = error
        self.let = threading.Semaphore(0)
        self.closed = threading.Event()
        self.asked: list[str] = []

    def turn(self, conversation_id: str, text: str) -> Iterator[Event]:
        self.asked.append(text)
        if self.error:
            raise self.error
        try:
            for number in range(self.num_sentences):
                assert self.let.acquire(timeout=5)
                yield Delta(f"{number}. ")
            yield Done(Record(reply="all"))
        finally:
            self.closed.set()


async def follow(turn: Turn) -> list[Json]:
    return [state async for state in turn.follow()]


async def test_followers_see_every_sentence_and_the_end() -> None:
    script = Script()
    turn = Turns(script.turn).begin("c", "hello", KEY)
    first, second = asyncio.create_task(follow(turn)), asyncio.create_task(follow(turn))
    await asyncio.sleep(0.05)
    script.let.release()
    await asyncio.sleep(0.05)
    script.let.release()
    states = await first
    assert [state["sentences"] for state in states] == [[], ["0. "], ["0. ", "1. "], ["0. ", "1. "]] or len(states) == 3
    assert states[0]["status"] == "thinking" and states[-1]["status"] == "done"
    assert states[-1]["sentences"] == ["0. ", "1. "] == (await second)[-1]["sentences"]
    assert turn.record is not None and turn.record.reply == "all"
    assert (await follow(turn))[0]["status"] == "done"


async def test_silence_has_a_beat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.turns.BEAT_S", 0.02)
    script = Script(1)
    following = asyncio.create_task(follow(Turns(script.turn).begin("c", "hello", KEY)))
    await asyncio.sleep(0.15)
    script.let.release()
    assert max(state["beat"] for state in await following) >= 3


async def test_stop_is_immediate_and_closes_the_pipeline_at_its_next_step() -> None:
    script = Script(5)
    turns = Turns(script.turn)
    turn = turns.begin("c", "hello", KEY)
    script.let.release()
    await asyncio.sleep(0.05)
    assert turns.stop("c") and not turns.stop("c")
    assert (await follow(turn))[-1] == {
        "turn": KEY,
        "status": "stopped",
        "sentences": ["0. "],
        "error": None,
        "beat": 0,
    }
    assert not script.closed.is_set()
    script.let.release()
    assert script.closed.wait(2)
    assert turn.wait_released(2) and turn.snapshot()["sentences"] == ["0. "] and turn.record is None


async def test_stopped_answers_that_wind_down_hold_up_nobody_else() -> None:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
    script = Script(3)
    stopped = [Turns(script.turn).begin("c", "hello", KEY) for _ in range(3)]
    for turn in stopped:
        turn.stop()
    waiting = [asyncio.create_task(turn.released(5)) for turn in stopped]
    assert await asyncio.wait_for(asyncio.to_thread(lambda: "in"), 2) == "in"
    assert await stopped[0].released(0.05) is False
    for _ in range(9):
        script.let.release()
    assert await asyncio.gather(*waiting) == [True] * 3
    assert await stopped[0].released(0) is True


def test_a_new_question_waits_for_the_stopped_answer() -> None:
    script = Script(3)
    turns = Turns(script.turn)
    turns.begin("c", "one", KEY)
    turns.stop("c")
    second = turns.begin("c", "two", "another-key")
    assert second.running and script.asked == ["one"]
    for _ in range(10):
        script.let.release()
    assert second.wait_released(2) and script.asked == ["one", "two"]


def test_one_at_a_time_and_not_too_many() -> None:
    script = Script()
    turns = Turns(script.turn, max_running=2)
    turn = turns.begin("a", "hello", KEY)
    assert turns.begin("a", "hello", KEY) is turn, "the same question of a page that wasn't sure"
    with pytest.raises(StillAnsweringError):
        turns.begin("a", "again", "another-key")
    turns.begin("b", "hello", KEY)
    with pytest.raises(BusyError) as refused:
        turns.begin("c", "hello", KEY)
    assert not isinstance(refused.value, StillAnsweringError)
    assert refused.value.retry_after_s > 0 and turns.get("c") is None
    turns.stop("b")
    assert turns.begin("c", "hello", KEY).running
    for _ in range(10):
        script.let.release()


def test_finished_turns_are_forgotten_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    script = Script(0)
    turns = Turns(script.turn)
    assert turns.begin("a", "hello", KEY).wait_released(2)
    monkeypatch.setattr("ui.turns.KEEP_FINISHED_S", -1.0)
    turns.begin("b", "hello", KEY)
    assert turns.get("a") is None


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (BusyError("queue of 64 is full", 2.5), "busy"),
        (StillAnsweringError("the answer before is being made", 2.0), "busy"),
        (EngineError("engine died at 0xdead"), "engine"),
        (DeadlineError("deadline"), "engine"),
        (BackroomError("internal"), "other"),
        (RuntimeError("internal"), "other"),
        (InputError("Please write less."), "input"),
    ],
)
async def test_failures_in_the_customers_words(error: Exception, kind: str) -> None:
    turn = Turns(Script(error=error).turn).begin("c", "hello", KEY)
    final = (await follow(turn))[-1]
    assert final["status"] == "failed" and final["error"]["kind"] == kind
    shown = final["error"]["text"]
    assert (shown == "Please write less.") if kind == "input" else (str(error) not in shown)
    assert Failure.of(BusyError("x", 2.5)).retry_after_s == 2.5
    assert ("Many people" in shown) == (type(error) is BusyError)
    assert ("Your last message is still being answered" in shown) == isinstance(error, StillAnsweringError)


def test_conversation_ids_cannot_be_guessed_or_made_up() -> None:
    ids = {new_conversation_id() for _ in range(1000)}
    assert len(ids) == 1000 and all(valid_conversation_id(name) for name in ids)
    lengths = ["web-" + "x" * 42, "web-" + "x" * 44, "web-" + "x" * 42 + "\n"]
    for made_up in (*lengths, "alice", "web-1", "", "api-" + "x" * 43, None, 7, ["web-"]):
        assert not valid_conversation_id(made_up)
