"""Loading and unloading adapters while the engine serves, with a scripted backend in a real child process."""

from __future__ import annotations

import os
import signal
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.engine.cache import CacheKey, KvCache, PublicKey
from assistant.engine.child import Worker
from assistant.engine.messages import AdapterChanged, LoadAdapter, UnloadAdapter
from assistant.engine.process import EngineProcess
from assistant.engine.scheduler import Scheduler
from assistant.engine.scripted_backend import ScriptedOptions
from assistant.errors import EngineError, ModelError
from tests.unit.test_engine_process import request, start, text_of, wait_until

__all__ = ["start"]


def named(adapter: str, request_id: str, text: str = "hello") -> object:
    return replace(request(text, request_id), adapter=adapter)


def ask(engine: EngineProcess, adapter: str, request_id: str, text: str = "hello") -> str:
    return text_of(list(engine.generate(named(adapter, request_id, text))))  # type: ignore[arg-type]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "kind.gguf"
    path.write_bytes(b"x")
    return path


def test_an_adapter_is_loaded_while_serving_and_outlives_a_restart(start: object, file: Path) -> None:
    engine: EngineProcess = start()  # type: ignore[operator]
    with pytest.raises(EngineError, match="no adapter 'kind'"):
        engine.generate(named("kind", "a"))  # type: ignore[arg-type]
    engine.load_adapter("kind", file)
    assert engine.adapters == {"kind": file}
    assert ask(engine, "kind", "b") == "hello"
    assert engine.pid is not None
    os.kill(engine.pid, signal.SIGKILL)
    wait_until(lambda: engine.status().restarts == 1 and engine.status().ready)
    assert ask(engine, "kind", "c") == "hello"


def test_an_adapter_whose_file_is_gone_at_a_restart_costs_only_its_own_requests(start: object, file: Path) -> None:
    engine: EngineProcess = start()  # type: ignore[operator]
    engine.load_adapter("kind", file)
    file.unlink()
    assert engine.pid is not None
    os.kill(engine.pid, signal.SIGKILL)
    wait_until(lambda: engine.status().restarts == 1 and engine.status().ready)
    wait_until(lambda: "kind" not in engine.adapters)
    with pytest.raises(EngineError, match="no adapter 'kind'"):
        engine.generate(named("kind", "a"))  # type: ignore[arg-type]
    assert text_of(list(engine.generate(request("still here", "b")))) == "still here"


def test_a_file_that_nobody_uses_any_more_is_not_needed_to_come_back(start: object, tmp_path: Path) -> None:
    old, new = tmp_path / "old.gguf", tmp_path / "new.gguf"
    for path in (old, new):
        path.write_bytes(b"x")
    engine: EngineProcess = start(adapters={"old": old})  # type: ignore[operator]
    engine.load_adapter("new", new)
    engine.unload_adapter("old")
    old.unlink()
    assert engine.pid is not None
    os.kill(engine.pid, signal.SIGKILL)
    wait_until(lambda: engine.status().restarts == 1 and engine.status().ready)
    assert ask(engine, "new", "a") == "hello" and engine.adapters == {"new": new}


def test_an_adapter_that_the_operator_named_must_be_there_at_the_start(start: object, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no adapter file"):
        start(adapters={"gone": tmp_path / "gone.gguf"})  # type: ignore[operator]


class Wire:
    """A connection that notes what is sent."""

    def __init__(self) -> None:
        self.sent: list[object] = []

    def send(self, report: object) -> None:
        self.sent.append(report)


def test_an_unload_that_a_load_carries_out_is_reported_too(file: Path) -> None:
    wire, scheduler = Wire(), Scheduler(ScriptedOptions(adapters={"kind": file}).open(), 2)
    worker = Worker(wire)  # type: ignore[arg-type]
    for command in (UnloadAdapter("kind"), LoadAdapter("kind", file)):
        assert worker._obey(scheduler, command)
    assert wire.sent == [AdapterChanged("kind", is_gone=True), AdapterChanged("kind")]


def test_a_broken_adapter_is_refused_with_its_reason(start: object, tmp_path: Path) -> None:
    engine: EngineProcess = start()  # type: ignore[operator]
    with pytest.raises(ModelError, match="no adapter file"):
        engine.load_adapter("gone", tmp_path / "gone.gguf")
    assert engine.adapters == {}


def test_unloading_waits_for_those_who_use_it(start: object, file: Path) -> None:
    engine: EngineProcess = start(step_s=0.01, adapters={"old": file})  # type: ignore[operator]
    answer = engine.generate(named("old", "a", "x" * 60))  # type: ignore[arg-type]
    next(answer)
    unloading = threading.Thread(target=engine.unload_adapter, args=("old",))
    unloading.start()
    time.sleep(0.1)
    assert unloading.is_alive(), "it waits for the answer that is under way"
    assert len(text_of(list(answer))) == 59
    unloading.join(5)
    assert not unloading.is_alive() and engine.adapters == {}
    with pytest.raises(ModelError, match="no adapter 'old'"):
        engine.unload_adapter("old")
    assert engine.pid is not None
    os.kill(engine.pid, signal.SIGKILL)
    wait_until(lambda: engine.status().restarts == 1 and engine.status().ready)
    with pytest.raises(EngineError, match="no adapter 'old'"):
        list(engine.generate(named("old", "b")))  # type: ignore[arg-type]


def test_a_forgotten_adapter_leaves_no_tokens() -> None:
    backend = ScriptedOptions(num_slots=2, num_public=1).open()
    cache = KvCache(backend, 2, 1)
    public = PublicKey("m", "kind", (1, 2))
    memory, _ = cache.acquire(CacheKey("m", "kind", "c"), public, [1, 2, 3])
    backend.memories[memory][:] = [1, 2]
    cache.publish(memory, public)
    backend.memories[memory][:] = [1, 2, 3]
    cache.release(memory, [1, 2, 3])
    cache.forget_adapter("kind")
    assert backend.memories == [[], [], []]
    assert cache.acquire(CacheKey("m", "kind", "c"), public, [1, 2, 3])[1] == 0
