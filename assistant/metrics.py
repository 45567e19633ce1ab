"""What the server counts, in Prometheus' form: turns, their times, the model's own words, the engine's queue.

One `Metrics` per server, with a registry of its own. Holds no text, no customer and no conversation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric, SummaryMetricFamily
from prometheus_client.registry import Collector

from assistant.engine.request import EngineStatus
from assistant.types import Record

SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)


class Metrics:
    """The counters of one server. Thread-safe, as prometheus_client is."""

    def __init__(self, status: Callable[[], EngineStatus]) -> None:
        self.registry = CollectorRegistry()
        self._turns = Counter("backroom_turns", "Turns by how they ended", ["outcome"], registry=self.registry)
        self._turn_s = Histogram(
            "backroom_turn_seconds", "From message to whole answer", buckets=SECONDS, registry=self.registry
        )
        self._first_s = Histogram(
            "backroom_first_sentence_seconds", "From message to first words", buckets=SECONDS, registry=self.registry
        )
        self._own_words = Histogram(
            "backroom_own_words", "Share of the model's own sentences", buckets=SHARES, registry=self.registry
        )
        self._tokens = Counter("backroom_tokens", "Tokens by kind", ["kind"], registry=self.registry)
        self._requests = Counter(
            "backroom_http_requests", "API requests by path and status", ["path", "status"], registry=self.registry
        )
        self._running = Gauge("backroom_turns_running", "Turns under way", registry=self.registry)
        for name, read in _ENGINE_GAUGES.items():
            gauge = Gauge(f"backroom_engine_{name}", f"The engine's {name}", registry=self.registry)
            gauge.set_function(partial(_read, read, status))

        self.registry.register(_EngineCounters(status))

    def turn_begins(self) -> None:
        self._running.inc()

    def first_words(self, seconds: float) -> None:
        self._first_s.observe(seconds)

    def turn_ends(self, outcome: str, seconds: float, record: Record | None) -> None:
        """`outcome` is done, stopped, busy, invalid or failed; `record` is there when the turn came to its end."""
        self._running.dec()
        self._turns.labels(outcome).inc()
        if record is None:
            return
        self._turn_s.observe(seconds)
        self._own_words.observe(record.own_words)
        for kind, num in record.tokens.items():
            self._tokens.labels(kind).inc(num)

    def request(self, path: str, status: int) -> None:
        self._requests.labels(path, str(status)).inc()

    def text(self) -> bytes:
        """The metrics as /metrics answers them."""
        return generate_latest(self.registry)


class _EngineCounters(Collector):
    """What the engine counts by itself, read when it is asked for."""

    def __init__(self, status: Callable[[], EngineStatus]) -> None:
        self._status = status

    def collect(self) -> Iterator[Metric]:
        counts = self._status().counts
        tokens = CounterMetricFamily("backroom_engine_tokens", "The engine's tokens by kind", labels=["kind"])
        for kind in ("prompt", "cached", "output", "forced", "guessed", "guessed_right"):
            tokens.add_metric([kind], getattr(counts, kind))
        yield tokens
        yield SummaryMetricFamily(
            "backroom_engine_first_token_seconds",
            "From a request to the engine's first token",
            count_value=counts.first_tokens,
            sum_value=counts.first_token_s,
        )
        prompt = counts.prompt + counts.cached
        shares = {
            "cached_share": ("Share of prompt tokens that were not computed again", counts.cached, prompt),
            "guesses_right_share": ("Share of guessed tokens that were right", counts.guessed_right, counts.guessed),
        }
        for name, (text, part, whole) in shares.items():
            yield GaugeMetricFamily(f"backroom_engine_{name}", text, value=part / whole if whole else 0.0)
        for name in ("parked", "resumed"):
            family = CounterMetricFamily(f"backroom_engine_conversations_{name}", f"Idle conversations {name}")
            family.add_metric([], getattr(counts, name))
            yield family


_ENGINE_GAUGES: dict[str, Callable[[EngineStatus], float]] = {
    "ready": lambda status: float(status.ready),
    "running": lambda status: float(status.running),
    "queued": lambda status: float(status.queued),
    "restarts": lambda status: float(status.restarts),
    "slots": lambda status: float(status.slots),
}


def _read(read: Callable[[EngineStatus], float], status: Callable[[], EngineStatus]) -> float:
    return read(status())


def samples(text: bytes) -> Iterator[tuple[str, float]]:
    """`(name with labels, value)` of a /metrics answer, for tests and the doctor."""
    for line in text.decode().splitlines():
        if line and not line.startswith("#"):
            name, value = line.rsplit(" ", 1)
            yield name, float(value)
