"""A process that hangs is told from one that gets no processor time."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import psutil
import pytest

from assistant.engine.watch import HangWatch


class Process:
    """A process whose state and CPU time are what the test says."""

    def __init__(self, pid: int) -> None:
        self.state, self.used = psutil.STATUS_RUNNING, 0.0

    def status(self) -> str:
        return self.state

    def cpu_times(self) -> tuple[float, float]:
        return self.used, 0.0


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    monkeypatch.setattr(psutil, "Process", Process)
    monkeypatch.setattr(psutil, "pid_exists", lambda pid: True)
    yield SimpleNamespace(time=0.0)


def watch(now: SimpleNamespace) -> tuple[HangWatch, Process]:
    made = HangWatch(1, clock=lambda: now.time)
    return made, made._process  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("state", "cores", "counted"),
    [
        (psutil.STATUS_RUNNING, 0.05, False),  # it wants to run and hardly may
        (psutil.STATUS_RUNNING, 1.9, True),  # it computes in circles
        (psutil.STATUS_SLEEPING, 0.0, True),  # it waits for something that doesn't come
        (psutil.STATUS_STOPPED, 0.0, True),
    ],
)
def test_what_counts_as_hanging(now: SimpleNamespace, state: str, cores: float, counted: bool) -> None:
    watching, process = watch(now)
    for _ in range(100):
        now.time += 1
        process.state, process.used = state, process.used + cores
        stuck_s = watching.look()
    assert stuck_s == (100 if counted else 0)


def test_progress_begins_anew(now: SimpleNamespace) -> None:
    watching, process = watch(now)
    process.state = psutil.STATUS_SLEEPING
    now.time = 50
    assert watching.look() == 50
    now.time = 70
    watching.progressed()
    now.time = 80
    assert watching.look() == 10


def test_a_process_that_has_ended_is_no_trouble() -> None:
    watching = HangWatch(2**22 + 1)
    watching.progressed()
    assert watching.look() < 1
