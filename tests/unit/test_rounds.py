"""Rounds go on after whatever error, rest as they are told, and end when they are stopped."""

from __future__ import annotations

import logging
import threading
import time

import pytest

from assistant.errors import BackroomError
from assistant.rounds import Rounds

log = logging.getLogger("backroom.test")


def test_a_round_that_fails_is_said_and_followed_by_the_next(caplog: pytest.LogCaptureFixture) -> None:
    errors: list[Exception] = [BackroomError("no room on the disk"), KeyError("unforeseen")]
    done = threading.Event()

    def work() -> None:
        if errors:
            raise errors.pop(0)
        done.set()

    rounds = Rounds("tested", work, log, "the tested work", every_s=0.01)
    rounds.start()
    assert done.wait(5)
    rounds.stop()
    said = [record.getMessage() for record in caplog.records]
    assert said[:2] == ["the tested work: no room on the disk", "the tested work: this round failed unexpectedly"]
    assert [bool(record.exc_info) for record in caplog.records[:2]] == [False, True]


def test_none_begins_before_its_time_or_after_the_end() -> None:
    begun: list[float] = []
    rounds = Rounds("tested", lambda: begun.append(time.monotonic()), log, "", every_s=0.01, first_after_s=0.2)
    started = time.monotonic()
    rounds.start()
    while not begun:
        time.sleep(0.005)
    rounds.stop()
    assert begun[0] - started >= 0.2
    num = len(begun)
    time.sleep(0.05)
    assert len(begun) == num and rounds.is_over


def test_the_end_is_not_waited_for_by_who_rests() -> None:
    rested = threading.Event()

    def work() -> None:
        rested.set()
        rounds.rest(60)

    rounds = Rounds("tested", work, log, "", every_s=60)
    rounds.start()
    assert rested.wait(5)
    started = time.monotonic()
    rounds.stop()
    assert time.monotonic() - started < 5
