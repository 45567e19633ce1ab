"""What the engine counts is in /metrics, under names that an operator's dashboards may rely on."""

from __future__ import annotations

from assistant.engine.request import EngineCounts, EngineStatus
from assistant.metrics import Metrics, samples

COUNTS = EngineCounts(
    prompt=300,
    cached=100,
    output=80,
    forced=20,
    guessed=10,
    guessed_right=8,
    parked=3,
    resumed=2,
    first_tokens=4,
    first_token_s=6.0,
)


def test_the_engine_s_own_counts_are_told() -> None:
    status = EngineStatus(True, "m", 2048, slots=8, queued=5, running=7, restarts=1, counts=COUNTS)
    told = dict(samples(Metrics(lambda: status).text()))
    expected = {
        "queued": 5,
        "running": 7,
        "slots": 8,
        "restarts": 1,
        'tokens_total{kind="prompt"}': 300,
        'tokens_total{kind="cached"}': 100,
        'tokens_total{kind="output"}': 80,
        'tokens_total{kind="forced"}': 20,
        "first_token_seconds_count": 4,
        "first_token_seconds_sum": 6.0,
        "cached_share": 0.25,
        "guesses_right_share": 0.8,
        "conversations_parked_total": 3,
        "conversations_resumed_total": 2,
    }
    assert {name: told[f"backroom_engine_{name}"] for name in expected} == expected


def test_an_engine_that_has_done_nothing_yet_divides_by_nothing() -> None:
    told = dict(samples(Metrics(lambda: EngineStatus(False, "m", 2048, 8)).text()))
    assert told["backroom_engine_cached_share"] == told["backroom_engine_guesses_right_share"] == 0
    assert told["backroom_engine_ready"] == 0
