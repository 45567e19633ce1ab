"""The desk where turns arrive: one at a time per conversation, not too many at once, each at the shop it belongs to.

Everything that takes customers' messages in the server (the API, the browser chat) goes through one `Desk`. It bounds
how many turns run, keeps two messages of one conversation from being answered at once, counts what happens, and, when
told to isolate, gives every conversation its own copy of the shop's data. Knows no HTTP and no prompt.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from datetime import datetime
from typing import Any, Protocol

from assistant.errors import BackroomError, BusyError, InputError, StillAnsweringError
from assistant.metrics import Metrics
from assistant.types import CustomerRef, Delta, Done, Event, Record

WAIT_FOR_CONVERSATION_S = 60.0
RETRY_AFTER_S = 2.0
STILL_ANSWERING = "Your last message is still being answered. Please wait for it."


class TurnTaker(Protocol):
    """What the desk needs of an assistant."""

    def turn(
        self,
        conversation_id: str,
        text: str,
        *,
        customer: CustomerRef | None = None,
        now: datetime | None = None,
        introduced: bool = False,
        silent: bool = False,
        done_before: bool = False,
        waiting: str | None = None,
    ) -> Iterator[Event]: ...

    def greeting(self) -> str: ...

    def examples(self) -> list[str]: ...


Shops = Callable[[str], AbstractContextManager[TurnTaker]]
"""Lends the assistant for a conversation's id, for the length of a turn."""


class DeskTurn:
    """A turn's events, as the desk hands them on. Closing it stops the answer."""

    def __init__(self, events: Generator[Event, None, None], hold: _Hold) -> None:
        self._events = events
        self._hold = hold

    def __iter__(self) -> Iterator[Event]:
        return self

    def __next__(self) -> Event:
        return next(self._events)

    def close(self) -> None:
        self._events.close()

    def give_up(self) -> None:
        """The customer is gone while the turn waits for the model, which is told to stop. The turn goes on in code's
        words until it is closed; one that hasn't come to the model yet isn't touched, so ask again."""
        self._hold.give_up()


class _Hold:
    """Whether a turn has its conversation: what the model works at there is for this turn, not for one before it."""

    def __init__(self, stop_model: Callable[[], None]) -> None:
        self._stop_model = stop_model
        self._lock = threading.Lock()
        self._has = False

    @contextmanager
    def on(self, conversation: AbstractContextManager[None]) -> Iterator[None]:
        """Waits for the conversation and has it inside the block."""
        with conversation:
            with self._lock:
                self._has = True
            try:
                yield
            finally:
                with self._lock:
                    self._has = False

    def give_up(self) -> None:
        with self._lock:  # so that the conversation isn't the next turn's by the time that the model is told
            if self._has:
                self._stop_model()


class Desk:
    """Takes turns for one shop. Thread-safe. `shops` lends an assistant per conversation; None: all share one."""

    def __init__(
        self,
        assistant: TurnTaker,
        metrics: Metrics,
        *,
        turns_at_once: int = 64,
        shops: Shops | None = None,
        give_up: Callable[[str], None] = lambda conversation: None,
    ) -> None:
        self.assistant = assistant
        self.metrics = metrics
        self.isolated = shops is not None
        self._shops = shops or self._shared
        self._give_up = give_up
        self._free = threading.BoundedSemaphore(turns_at_once)
        self._locks = ConversationLocks()

    def turn(
        self,
        conversation_id: str,
        text: str,
        *,
        customer: CustomerRef | None = None,
        now: datetime | None = None,
        introduced: bool = False,
        silent: bool = False,
        done_before: bool = False,
        waiting: str | None = None,
    ) -> DeskTurn:
        """The turn's events, as `Assistant.turn` yields them; it begins when the first is asked for.

        The first raises BusyError when too many turns are under way, StillAnsweringError when the conversation's last
        one doesn't end.
        """
        how: dict[str, Any] = {"customer": customer, "now": now, "introduced": introduced}
        how |= {"silent": silent, "done_before": done_before, "waiting": waiting}
        hold = _Hold(lambda: self._give_up(conversation_id))
        return DeskTurn(self._events(hold, conversation_id, text, how), hold)

    def _events(
        self, hold: _Hold, conversation_id: str, text: str, how: dict[str, Any]
    ) -> Generator[Event, None, None]:
        began = time.perf_counter()
        outcome, record, first = "stopped", None, True
        self.metrics.turn_begins()
        try:
            with ExitStack() as stack:
                stack.enter_context(self._place())
                stack.enter_context(hold.on(self._locks.hold(conversation_id)))
                assistant = stack.enter_context(self._shops(conversation_id))
                for event in stack.enter_context(_closing(assistant.turn(conversation_id, text, **how))):
                    if first and isinstance(event, Delta):
                        first = False
                        self.metrics.first_words(time.perf_counter() - began)
                    if isinstance(event, Done):
                        outcome, record = "done", event.record
                    yield event
        except BusyError:
            outcome = "busy"
            raise
        except InputError:
            outcome = "invalid"
            raise
        except Exception:
            outcome = "failed"
            raise
        finally:
            self.metrics.turn_ends(outcome, time.perf_counter() - began, record)

    def reply(
        self,
        conversation_id: str,
        text: str,
        *,
        customer: CustomerRef | None = None,
        now: datetime | None = None,
        waiting: str | None = None,
    ) -> Record:
        """The whole turn at once. Raises what `turn` raises."""
        for event in self.turn(conversation_id, text, customer=customer, now=now, waiting=waiting):
            if isinstance(event, Done):
                return event.record
        raise BackroomError("the turn ended without a result; please report this")

    def recall(
        self, conversation_id: str, texts: list[str], *, customer: CustomerRef | None, now: datetime | None
    ) -> None:
        """Take in earlier messages of a conversation: nothing is generated for them, and nothing done a second time
        but in a fresh copy of the shop, where it hasn't been done.

        A message that can't be answered is passed over, as it was when it was new. Raises BusyError.
        """
        before = not self.isolated
        for text in texts:
            with suppress(InputError):
                for _ in self.turn(conversation_id, text, customer=customer, now=now, silent=True, done_before=before):
                    pass

    @contextmanager
    def _shared(self, conversation_id: str) -> Iterator[TurnTaker]:
        yield self.assistant

    @contextmanager
    def _place(self) -> Iterator[None]:
        if not self._free.acquire(blocking=False):
            raise BusyError("Too many customers are asking at once. Please try again in a moment.", RETRY_AFTER_S)
        try:
            yield
        finally:
            self._free.release()


@contextmanager
def _closing(events: Iterator[Event]) -> Iterator[Iterator[Event]]:
    """Stops the turn below as soon as the block ends, not when the iterator happens to be collected."""
    try:
        yield events
    finally:
        close = getattr(events, "close", None)
        if close is not None:
            close()


class ConversationLocks:
    """One lock per conversation under way; a conversation without turns costs nothing."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._held: dict[str, tuple[threading.Lock, int]] = {}

    @contextmanager
    def hold(self, conversation_id: str) -> Iterator[None]:
        """Waits for the conversation's turn before this one. No RLock: a stream may end on another thread."""
        with self._guard:
            lock, num_users = self._held.get(conversation_id, (threading.Lock(), 0))
            self._held[conversation_id] = (lock, num_users + 1)
        try:
            if not lock.acquire(timeout=WAIT_FOR_CONVERSATION_S):
                raise StillAnsweringError(STILL_ANSWERING, RETRY_AFTER_S)
            try:
                yield
            finally:
                lock.release()
        finally:
            with self._guard:
                lock, num_users = self._held.pop(conversation_id)
                if num_users > 1:
                    self._held[conversation_id] = (lock, num_users - 1)
