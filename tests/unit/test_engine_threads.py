"""The engine gives up a thread when the machine has other work, and tries again later and later."""

from __future__ import annotations

from itertools import pairwise
from types import SimpleNamespace

from assistant.engine.threads import ThreadGovernor


class Machine:
    """Steps of 0.1 s on a clock of its own; each thread gets `share` of the time it asks for."""

    def __init__(self, threads: int) -> None:
        self.now = SimpleNamespace(s=0.0)
        self.governor = ThreadGovernor(threads, clock=lambda: self.now.s)

    def compute(self, seconds: float, share: float) -> list[int]:
        """The threads of each step."""
        seen = []
        for _ in range(round(seconds / 0.1)):
            self.now.s += 0.1
            seen.append(self.governor.threads)
            self.governor.record(0.1, 0.1 * self.governor.threads * share)
        return seen


def test_a_machine_of_ones_own_is_used_whole() -> None:
    assert set(Machine(2).compute(20, share=0.98)) == {2}


def test_a_crowd_costs_a_thread_at_once_and_tries_come_later_and_later() -> None:
    machine = Machine(2)
    seen = machine.compute(60, share=0.6)
    assert seen[:2] == [2, 1]
    tries = [step for step, (a, b) in enumerate(pairwise(seen)) if (a, b) == (1, 2)]
    pauses = [later - earlier for earlier, later in pairwise(tries)]
    assert len(tries) >= 3
    assert pauses == sorted(pauses)
    assert sum(threads == 2 for threads in seen) < len(seen) / 10


def test_the_thread_comes_back_when_the_crowd_has_gone() -> None:
    machine = Machine(2)
    machine.compute(30, share=0.6)
    assert machine.compute(40, share=0.98)[-1] == 2


def test_one_thread_is_never_given_up() -> None:
    assert set(Machine(1).compute(10, share=0.1)) == {1}


def test_short_steps_are_added_up_before_they_count() -> None:
    governor = ThreadGovernor(2, clock=lambda: 0.0)
    assert [governor.record(0.01, 0.001) for _ in range(6)] == [2, 2, 2, 2, 1, 1]


def test_on_a_crowded_machine_it_begins_with_one_thread_and_tries_more_when_the_crowd_has_gone() -> None:
    now, crowd = [100.0], [True]
    governor = ThreadGovernor(2, clock=lambda: now[0], crowded=lambda: crowd[0])
    assert governor.threads == 1
    for _ in range(3):
        now[0] += 2.0
        assert governor.record(0.06, 0.06) == 1
    crowd[0] = False
    assert governor.record(0.06, 0.06) == 1, "it looks again only after a while"
    now[0] += 2.0
    assert governor.record(0.06, 0.06) == 2
