"""The supervised process, with a scripted backend in a real child process: deaths, queues, deadlines, cancellation."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from assistant.engine.process import EngineProcess
from assistant.engine.request import EngineEvent, Finished, GenerateRequest, Restarted, Token
from assistant.engine.scripted_backend import END, START, ScriptedOptions
from assistant.errors import BusyError, DeadlineError, EngineError, ModelError

Start = Callable[..., EngineProcess]


def request(text: str, request_id: str = "r", *, deadline_s: float = 20.0) -> GenerateRequest:
    prompt = (START, *text.encode(), START)
    return GenerateRequest(request_id, request_id, prompt, stop_tokens=(END,), deadline_s=deadline_s)


def text_of(events: list[EngineEvent]) -> str:
    """The text after the last restart."""
    text = bytearray()
    for event in events:
        if isinstance(event, Restarted):
            text.clear()
        elif isinstance(event, Token):
            text.append(event.token)
    return text.decode()


def wait_until(condition: Callable[[], bool], timeout_s: float = 10.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts engines and closes them after the test."""
    engines: list[EngineProcess] = []

    def make(queue_limit: int = 8, hang_timeout_s: float = 60.0, **options: object) -> EngineProcess:
        scripted = ScriptedOptions(**options)  # type: ignore[arg-type]
        engines.append(EngineProcess(scripted, queue_limit=queue_limit, hang_timeout_s=hang_timeout_s))
        return engines[-1]

    yield make
    for engine in engines:
        engine.close()


def test_an_answer_comes_from_another_process(start: Start) -> None:
    engine = start()
    events = list(engine.generate(request("hello")))
    assert text_of(events) == "hello"
    assert events[-1] == Finished("stop", num_prompt=7, num_cached=0, num_completion=5, restarts=0)
    assert engine.pid not in (None, os.getpid())
    status = engine.status()
    assert (status.ready, status.model, status.queued, status.running, status.restarts) == (True, "scripted", 0, 0, 0)


def test_the_process_imports_nothing_heavy() -> None:
    script = "import sys, assistant.engine.child; print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    heavy = {"fastapi", "gradio", "sqlalchemy", "pydantic", "torch", "jinja2", "babel", "llama_cpp", "onnxruntime"}
    assert heavy.isdisjoint(modules)


def test_many_threads_at_once(start: Start) -> None:
    engine = start(queue_limit=40)
    answers: dict[int, str] = {}

    def ask(number: int) -> None:
        answers[number] = text_of(list(engine.generate(request(f"text {number}", f"r{number}"))))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {number: f"text {number}" for number in range(20)}


def test_killed_in_the_middle_the_answer_begins_again(start: Start) -> None:
    engine = start(step_s=0.02)
    answer = engine.generate(request("a longer answer than most"))
    events = [next(answer) for _ in range(5)]
    pid = engine.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    events += list(answer)
    assert text_of(events) == "a longer answer than most"
    assert sum(isinstance(event, Restarted) for event in events) == 1
    assert isinstance(events[-1], Finished) and events[-1].restarts == 1
    assert engine.status().restarts == 1 and engine.pid != pid
    assert "SIGKILL" in (engine.last_death or "")


def test_what_nobody_waits_for_is_given_up_from_another_thread(start: Start) -> None:
    engine = start(step_s=0.05)
    mine, other = (engine.generate(request("a longer answer than most", name)) for name in ("mine", "other"))
    next(mine)
    threading.Timer(0.1, engine.give_up, ["mine"]).start()
    with pytest.raises(EngineError, match="nobody waits"):
        list(mine)
    assert text_of(list(other)) == "a longer answer than most"
    wait_until(lambda: engine.status().running == 0)


def test_a_segmentation_fault_is_survived(start: Start, tmp_path: Path) -> None:
    mark = tmp_path / "die"
    engine = start(death_mark=mark, death_signal=signal.SIGSEGV)
    mark.touch()
    events = list(engine.generate(request("again")))
    assert text_of(events) == "again" and "SIGSEGV" in (engine.last_death or "")


def test_after_a_second_death_the_caller_is_told(start: Start) -> None:
    engine = start(always_dies=True)
    with pytest.raises(EngineError, match="died twice"):
        list(engine.generate(request("die!")))
    assert text_of(list(engine.generate(request("fine", "next")))) == "fine"


def test_those_in_the_queue_are_not_blamed(start: Start) -> None:
    engine = start(num_slots=1, always_dies=True, step_s=0.01)
    first = engine.generate(request("die!", "first"))
    waiting = engine.generate(request("waits", "second"))
    with pytest.raises(EngineError):
        list(first)
    events = list(waiting)
    assert text_of(events) == "waits"
    assert isinstance(events[-1], Finished) and events[-1].restarts == 0


def test_a_full_queue_says_when_to_come_back(start: Start) -> None:
    engine = start(num_slots=1, queue_limit=2, step_s=0.02)
    answers = [engine.generate(request("x" * 60, f"r{number}")) for number in range(3)]
    with pytest.raises(BusyError) as caught:
        engine.generate(request("one more", "r9"))
    assert caught.value.retry_after_s >= 1
    wait_until(lambda: engine.status().running == 1)
    assert engine.status().queued == 2
    answers[0].close()
    assert text_of(list(engine.generate(request("now", "r10")))) == "now"
    assert text_of(list(answers[1])) == "x" * 60


def test_closing_an_answer_frees_its_slot(start: Start) -> None:
    engine = start(num_slots=1, queue_limit=1, step_s=0.01)
    answer = engine.generate(request("x" * 100, "long"))
    next(answer)
    answer.close()
    started = time.monotonic()
    assert text_of(list(engine.generate(request("y", "short")))) == "y"
    assert time.monotonic() - started < 3
    assert list(answer) == []


@pytest.mark.parametrize("how", ["stop", "deadline"])
def test_who_waits_has_the_slot_long_before_the_step_would_end(start: Start, how: str) -> None:
    engine = start(num_slots=1, step_s=3.0)
    began = time.monotonic()
    first = engine.generate(request("first", "first", deadline_s=0.8 if how == "deadline" else 20.0))
    wait_until(lambda: engine.status().running == 1)
    second = engine.generate(request("second", "second"))
    wait_until(lambda: engine.status().queued == 1)
    time.sleep(0.2)  # the first one's step is under way
    if how == "stop":
        first.close()  # type: ignore[attr-defined]
    else:
        with pytest.raises(DeadlineError):
            list(first)
    wait_until(lambda: engine.status().queued == 0)
    assert time.monotonic() - began < 2.5
    second.close()  # type: ignore[attr-defined]


def test_a_client_that_reads_late_or_never_holds_nobody_up(start: Start) -> None:
    engine = start(num_slots=1, queue_limit=4)
    never = engine.generate(request("n" * 50, "never"))
    late = engine.generate(request("l" * 50, "late"))
    assert text_of(list(engine.generate(request("quick", "quick")))) == "quick"
    assert engine.status().running == engine.status().queued == 0, "their slots are free although nobody has read"
    assert text_of(list(late)) == "l" * 50
    never.close()


def test_a_dropped_answer_is_cancelled_too(start: Start) -> None:
    engine = start(num_slots=1, queue_limit=0)
    next(engine.generate(request("x" * 100, "long")))
    assert text_of(list(engine.generate(request("y", "short")))) == "y"


def test_the_deadline_holds(start: Start) -> None:
    engine = start(step_s=0.05)
    with pytest.raises(DeadlineError, match=r"within 0\.3 s"):
        list(engine.generate(request("x" * 100, deadline_s=0.3)))
    assert engine.status().running == 0


def test_the_deadline_holds_even_when_the_engine_is_silent(start: Start) -> None:
    engine = start(step_s=3.0)
    started = time.monotonic()
    with pytest.raises(DeadlineError):
        list(engine.generate(request("x", deadline_s=0.2)))
    assert time.monotonic() - started < 2.9


def test_a_hanging_process_is_replaced(start: Start) -> None:
    engine = start(hang_timeout_s=3.0)
    assert engine.pid is not None
    psutil.Process(engine.pid).suspend()
    assert text_of(list(engine.generate(request("back", deadline_s=60.0)))) == "back"
    assert engine.status().restarts == 1


def test_a_request_that_cannot_be_answered_is_refused_at_once(start: Start) -> None:
    engine = start(context=16)
    with pytest.raises(EngineError, match="15 fit"):
        engine.generate(request("x" * 30))
    first = engine.generate(request("x", "same"))
    with pytest.raises(EngineError, match="unique"):
        engine.generate(request("x", "same"))
    first.close()


def test_a_model_that_does_not_load_is_a_model_error(start: Start) -> None:
    with pytest.raises(ModelError, match="no such model"):
        start(load_error="no such model")


def test_a_model_file_that_breaks_in_service_is_no_mistake_of_those_who_ask(start: Start) -> None:
    engine = start(step_s=0.05)
    under_way = engine.generate(request("x" * 100))
    next(under_way)
    engine.options = replace(engine.options, load_error="no such model")  # type: ignore[type-var]
    assert engine.pid is not None
    os.kill(engine.pid, signal.SIGKILL)
    with pytest.raises(EngineError, match="no such model"):
        list(under_way)
    with pytest.raises(EngineError, match="no such model"):
        engine.generate(request("y", "r2"))


def test_close_ends_the_process_and_what_waits(start: Start) -> None:
    engine = start(step_s=0.05)
    answer = engine.generate(request("x" * 100))
    next(answer)
    pid = engine.pid
    assert pid is not None
    engine.close()
    engine.close()
    with pytest.raises(EngineError, match="closed"):
        list(answer)
    with pytest.raises(EngineError, match="closed"):
        engine.generate(request("y", "r2"))
    assert not psutil.pid_exists(pid)
    assert not engine.status().ready


def test_the_process_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    script = (
        "from assistant.engine.process import EngineProcess\n"
        "from assistant.engine.scripted_backend import ScriptedOptions\n"
        "import time\n"
        "print(EngineProcess(ScriptedOptions()).pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    wait_until(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE, 5)
