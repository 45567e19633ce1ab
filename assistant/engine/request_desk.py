"""The requests on their way through one engine: who waits, who has begun, and what each of them is told.

`RequestDesk` is the supervisor's side, as `AdapterDesk` is for adapters. All of it is called under the engine's lock.
Knows no process and no model.
"""

from __future__ import annotations

import time

from assistant.engine.answer import Pending
from assistant.engine.messages import Begun, Refused
from assistant.engine.request import EngineCounts, EngineEvent, Finished, GenerateRequest, Restarted, Token
from assistant.errors import BusyError, DeadlineError, EngineError


class RequestDesk:
    """At most `capacity` requests, of which the engine answers `num_slots` at once.

    `first` counts answers that have begun and how long that took; the other counts are the engine's own affair.
    """

    def __init__(self, capacity: int, num_slots: int) -> None:
        self._capacity = capacity
        self._num_slots = num_slots
        self._requests: dict[str, Pending] = {}
        self._answer_s = 2.0  # how long an answer takes, learnt from those that ended
        self.first = EngineCounts()

    def __len__(self) -> int:
        return len(self._requests)

    @property
    def all(self) -> list[Pending]:
        return list(self._requests.values())

    @property
    def num_begun(self) -> int:
        return sum(pending.begun for pending in self._requests.values())

    def take(self, request: GenerateRequest) -> Pending:
        """Accept a request. Raises BusyError when there are too many, EngineError for an id that is in use."""
        if request.request_id in self._requests:
            raise EngineError(f"request {request.request_id!r} is already being answered; ids must be unique")
        if len(self._requests) >= self._capacity:
            retry_after_s = self._answer_s * len(self._requests) / self._num_slots
            message = f"{len(self._requests)} answers are on their way already; try again in a moment"
            raise BusyError(message, round(max(1.0, retry_after_s), 1))
        pending = Pending(request, time.monotonic() + request.deadline_s)
        self._requests[request.request_id] = pending
        return pending

    def drop(self, request_id: str) -> bool:
        """Forget a request whose caller has stopped listening; False when it has ended already."""
        return self._requests.pop(request_id, None) is not None

    def deliver(self, request_id: str, output: EngineEvent | Begun | Refused) -> bool:
        """Hand on what the engine says of a request; whether that was its good end."""
        pending = self._requests.get(request_id)
        if pending is None:  # its caller has stopped listening
            return False
        if isinstance(output, Begun):
            pending.begun = True
        elif isinstance(output, Refused):
            del self._requests[request_id]
            error = DeadlineError if output.kind == "deadline" else EngineError
            pending.inbox.put(error(output.message))
        else:
            if isinstance(output, Token):
                self._note_first(pending)
            elif isinstance(output, Finished):
                del self._requests[request_id]
                self._answer_s += 0.2 * (time.monotonic() - pending.started - self._answer_s)
            pending.inbox.put(output)
        return isinstance(output, Finished)

    def _note_first(self, pending: Pending) -> None:
        if not pending.has_token:
            pending.has_token = True
            self.first.first_tokens += 1
            self.first.first_token_s += time.monotonic() - pending.started

    def fail_all(self, message: str) -> None:
        """End every request with an EngineError."""
        for pending in self._requests.values():
            pending.inbox.put(EngineError(message))
        self._requests.clear()

    def end_of(self, conversation: str, message: str) -> list[str]:
        """End a conversation's requests with an EngineError; gives their ids."""
        found = [key for key, pending in self._requests.items() if pending.request.conversation == conversation]
        for request_id in found:
            self._requests.pop(request_id).inbox.put(EngineError(message))
        return found

    def retry_all(self) -> None:
        """The engine died: those that had begun are tried again once; those in the queue had no part in it."""
        for request_id, pending in list(self._requests.items()):
            if not pending.begun:
                continue
            if pending.restarts:
                del self._requests[request_id]
                pending.inbox.put(EngineError("the engine died twice while writing this answer; try again"))
            else:
                pending.begun, pending.restarts = False, 1
                pending.inbox.put(Restarted())
