"""The desk and isolation: one turn at a time per conversation, a bound on all, copies that come and go."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from assistant.desk import Desk
from assistant.errors import BusyError, EngineError
from assistant.isolate import IsolatedShops
from assistant.metrics import Metrics, samples
from assistant.shop.schema import OrderRow
from assistant.store.database import Database
from assistant.types import Delta
from tests.stand_in import StandIn, ready_status


def desk_for(assistant: StandIn, **options: Any) -> Desk:
    return Desk(assistant, Metrics(ready_status), **options)


def counted(desk: Desk, name: str) -> float:
    return dict(samples(desk.metrics.text()))[name]


def test_two_messages_of_one_conversation_are_answered_one_after_the_other(scripted_assistant: StandIn) -> None:
    desk = desk_for(scripted_assistant)
    replies: list[str] = []
    threads = [threading.Thread(target=lambda: replies.append(desk.reply("c", "same words").reply)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(replies) == [f"Turn {number}. You said: same words" for number in range(1, 7)]
    roles = [message.role for message in scripted_assistant.conversations.messages("c")]
    assert roles == ["customer", "assistant"] * 6
    assert desk._locks._held == {}


def test_closing_the_iterator_stops_the_turn_and_frees_its_place(scripted_assistant: StandIn) -> None:
    desk = desk_for(scripted_assistant, turns_at_once=1)
    for _ in range(3):
        turn = desk.turn("c", "slow")
        assert isinstance(next(turn), Delta)
        with pytest.raises(BusyError):
            next(desk.turn("other", "hello"))
        turn.close()
        assert scripted_assistant.closed.is_set()
        assert desk.reply("other", "hello").reply
    assert [m.status for m in scripted_assistant.conversations.messages("c")] == ["done", "stopped"] * 3
    assert counted(desk, 'backroom_turns_total{outcome="stopped"}') == 3
    assert counted(desk, 'backroom_turns_total{outcome="busy"}') == 3
    assert counted(desk, "backroom_turns_running") == 0


def test_a_turn_that_fails_frees_its_place_too(scripted_assistant: StandIn) -> None:
    desk = desk_for(scripted_assistant, turns_at_once=1)
    for word in ("dead", "half", "boom", "dead"):
        with pytest.raises((EngineError, RuntimeError)):
            desk.reply("c", word)
    assert desk.reply("c", "hello").reply.startswith("Turn")
    assert counted(desk, 'backroom_turns_total{outcome="failed"}') == 4


def test_copies_are_apart_bounded_and_removed(shop_db: Database) -> None:
    shops = IsolatedShops(shop_db, StandIn, limit=2)
    with shops.lend("a") as first, shops.lend("b") as second, shops.lend("c"):
        list(first.turn("x", "cancel W1"))
        for assistant, status in ((first, "cancelled"), (second, "pending")):
            with assistant.db.read() as session:
                assert session.get_one(OrderRow, "W1").status == status
        assert shops.num_copies == 3
    with shops.lend("a") as again:
        assert again is first
    with shops.lend("d"):
        assert shops.num_copies <= 2
    with shops.lend("a") as kept:
        assert kept is first
    folder = first.db.path.parent
    shops.close()
    assert not folder.exists()


def test_a_conversation_waits_at_most_so_long(scripted_assistant: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.desk.WAIT_FOR_CONVERSATION_S", 0.1)
    desk = desk_for(scripted_assistant)
    turn = desk.turn("c", "slow")
    next(turn)
    began = time.monotonic()
    with pytest.raises(BusyError, match="still being answered"):
        desk.reply("c", "hello?")
    assert time.monotonic() - began < 5
    turn.close()
    assert desk.reply("c", "hello?").reply


def test_who_waits_in_line_stops_nobody_elses_answer(scripted_assistant: StandIn) -> None:
    told: list[str] = []
    desk = desk_for(scripted_assistant, give_up=told.append)
    first, second = desk.turn("c", "slow"), desk.turn("c", "hello")
    second.give_up()  # not begun
    next(first)
    waits = threading.Thread(target=next, args=(second,))
    waits.start()
    for _ in range(20):
        second.give_up()
        time.sleep(0.01)
    assert told == [] and waits.is_alive()
    first.give_up()
    assert told == ["c"]
    first.close()
    waits.join(5)
    first.give_up()
    assert told == ["c"], "what is over stops nothing that came after it"
    second.give_up()
    assert told == ["c", "c"]
    second.close()
    second.give_up()
    assert told == ["c", "c"]


def test_one_that_fails_or_gives_up_waiting_stops_nothing(
    scripted_assistant: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.desk.WAIT_FOR_CONVERSATION_S", 0.1)
    told: list[str] = []
    desk = desk_for(scripted_assistant, give_up=told.append)
    failed = desk.turn("c", "dead")
    with pytest.raises(EngineError):
        next(failed)
    first, second = desk.turn("c", "slow"), desk.turn("c", "hello")
    next(first)
    with pytest.raises(BusyError):
        next(second)
    second.give_up()
    failed.give_up()
    assert told == []
    first.close()
