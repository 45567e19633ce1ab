"""How often somebody may ask within a minute, by whatever name they are counted under: a key, an address.

    pace = Pace(600)
    if not pace.may("address:203.0.113.7"): ...

The minute moves along: it is the last 60 seconds at any time. Thread-safe. Knows no HTTP.
"""

from __future__ import annotations

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter


class Pace:
    """At most `per_minute` under each name; 0: no limit."""

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def may(self, name: str) -> bool:
        """Whether one more is not too many. It is counted if so."""
        return not self.per_minute or self._limiter.hit(RateLimitItemPerMinute(self.per_minute), "requests", name)
