"""Thousands of requests leave nothing behind: neither in the scheduler nor in the process that asks."""

from __future__ import annotations

import gc
import time
import tracemalloc
from collections.abc import Callable

from assistant.engine.answer import Answer
from assistant.engine.messages import Begun
from assistant.engine.request import Finished, GenerateRequest, Placeholders, Sampling, Token
from assistant.engine.request_desk import RequestDesk
from assistant.engine.scheduler import Scheduler
from assistant.engine.scripted_backend import END, START, ScriptedOptions


def growth(work: Callable[[int], None], num: int) -> int:
    """Bytes by which `num` rounds leave more behind than as many rounds before them."""
    for number in range(num):
        work(number)
    gc.collect()
    tracemalloc.start()
    for number in range(num, 2 * num):
        work(number)
    gc.collect()
    left, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return left


def test_the_scheduler_keeps_nothing_of_requests_that_ended() -> None:
    backend = ScriptedOptions(num_slots=3, context=300, park_bytes=4000).open()
    scheduler = Scheduler(backend, 3)

    def turn(number: int) -> None:
        limits = Placeholders(("{1.price}",)) if number % 3 == 0 else None
        prompt = (START, *b"the same for everybody", START, *b"question", START)
        request = GenerateRequest(f"r{number}", f"c{number}", prompt, 20, 12, 0, (END,), Sampling(), limits, None, 30.0)
        scheduler.add(request, time.monotonic() + 30)
        if number % 5 == 0:
            scheduler.cancel(f"r{number}")
        if number % 7 == 0:
            scheduler.forget(f"c{number - 3}")
        while scheduler.has_work:
            scheduler.admit()
            scheduler.step()
        backend.batches.clear()  # what it notes for tests

    assert growth(turn, 300) < 10_000


def test_the_desk_keeps_nothing_of_answers_that_were_read_or_dropped() -> None:
    desk = RequestDesk(10, 2)

    def answer(number: int) -> None:
        name = f"r{number}"
        reading = Answer(desk.take(GenerateRequest(name, "c", (1, 2))), desk.drop)
        desk.deliver(name, Begun())
        desk.deliver(name, Token(3))
        if number % 3:
            desk.deliver(name, Finished("stop"))
            assert len(list(reading)) == 2
        elif number % 2:
            reading.close()
        else:
            desk.retry_all()
            desk.deliver(name, Begun())
            desk.retry_all()  # dead twice: it is told, and gone
        del reading
        assert len(desk) == 0

    assert growth(answer, 500) < 10_000
