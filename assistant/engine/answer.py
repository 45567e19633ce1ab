"""One answer as its caller sees it: an iterator over what the engine's process sends. Knows no process and no model."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from types import TracebackType

from assistant.engine.request import EngineEvent, Finished, GenerateRequest, Waiting
from assistant.errors import BackroomError, DeadlineError

_GRACE_S = 0.5  # the engine's own word about a deadline is awaited this much longer


@dataclass(eq=False)
class Pending:
    """A request on its way through the engine. Changed only under its engine's lock, `inbox` apart.

    `begun` once it has left the queue; `restarts` counts the engine's deaths since then.
    """

    request: GenerateRequest
    deadline: float
    started: float = field(default_factory=time.monotonic)
    inbox: queue.SimpleQueue[EngineEvent | BackroomError] = field(default_factory=queue.SimpleQueue)
    begun: bool = False
    has_token: bool = False
    restarts: int = 0


class Answer(Generator[EngineEvent, None, None]):
    """Yields an answer's events; see `Engine.generate`. Closing it, or losing the last reference to it, cancels.

    `abandon` is called once, with the request's id, when the caller stops listening before the end.
    """

    def __init__(self, pending: Pending, abandon: Callable[[str], None]) -> None:
        self._pending = pending
        self._abandon = abandon
        self._ended = False
        patience_s = pending.request.patience_s
        self._patient_until = None if patience_s is None else pending.started + patience_s

    def __next__(self) -> EngineEvent:
        if self._ended:
            raise StopIteration
        pending = self._pending
        now = time.monotonic()
        wait_s = max(0.0, pending.deadline - now) + _GRACE_S
        if self._patient_until is not None:
            wait_s = min(wait_s, max(0.0, self._patient_until - now))
        try:
            event = pending.inbox.get(timeout=wait_s)
        except queue.Empty:
            if self._patient_until is not None:
                self._patient_until = None
                return Waiting()
            self.close()
            allowed = f"{pending.request.deadline_s:g} s"
            raise DeadlineError(f"the engine gave no answer within {allowed}; try again or allow more time") from None
        except BaseException:  # Ctrl-C while waiting
            self.close()
            raise
        if isinstance(event, BackroomError):
            self._ended = True
            raise event
        if isinstance(event, Finished):
            self._ended = True
            return replace(event, restarts=pending.restarts)
        return event

    def send(self, value: None, /) -> EngineEvent:
        return next(self)

    def throw(
        self,
        typ: type[BaseException] | BaseException,
        val: BaseException | object = None,
        tb: TracebackType | None = None,
        /,
    ) -> EngineEvent:
        self.close()
        raise typ

    def close(self) -> None:
        """Cancel what is left of the answer. Safe to call twice and after the end."""
        if not self._ended:
            self._ended = True
            self._abandon(self._pending.request.request_id)

    def __del__(self) -> None:
        self.close()
