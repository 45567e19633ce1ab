"""Turns in progress: each answer is made in a thread of its own, and any number of browser tabs can follow it.

The answer belongs to the conversation, not to the page: a page that is reloaded or loses its connection in mid-answer
picks it up again, and what was released is in the store in any case. Knows no Gradio and no HTML.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from assistant.errors import BackroomError, BusyError, EngineError, InputError, StillAnsweringError
from assistant.types import CustomerRef, Delta, Done, Event, Json, Record

log = logging.getLogger(__name__)

Status = Literal["thinking", "answering", "done", "stopped", "failed"]
Ask = Callable[..., Iterator[Event]]
"""`Assistant.turn`: a conversation's id and the customer's text, and `customer` when one is signed in."""

KEEP_FINISHED_S = 120.0
"""A finished turn can still be followed for so long: a page that reconnects late sees how it ended."""

BEAT_S = 2.0
"""At least so often a follower hears something, so that a page can tell "still thinking" from "gone"."""

PREVIOUS_TURN_S = 45.0
"""How long a new question waits for the conversation's stopped answer to let go of the engine."""


@dataclass(frozen=True)
class Failure:
    """Why there is no answer, in the customer's words. `kind`: "busy", "engine", "input" or "other"."""

    kind: str
    text: str
    retry_after_s: float | None = None

    @classmethod
    def of(cls, error: BaseException) -> Failure:
        """What a customer is told. Only an InputError's text is written for customers; the others stay in the log."""
        if isinstance(error, InputError):
            return cls("input", str(error))
        if isinstance(error, StillAnsweringError):
            text = "Your last message is still being answered. Your message is kept."
            return cls("busy", text, error.retry_after_s)
        if isinstance(error, BusyError):
            return cls("busy", "Many people are asking at this moment. Your message is kept.", error.retry_after_s)
        if isinstance(error, EngineError):
            return cls("engine", "I couldn't finish this answer. Your message is kept.")
        return cls("other", "Something went wrong on our side. Your message is kept.")


class Turn:
    """One answer in the making; `num_before` messages were kept before it.

    Changed only by its own thread and by `stop`, under its lock; read through `snapshot`.
    """

    def __init__(
        self,
        key: str,
        conversation_id: str,
        text: str,
        num_before: int = 0,
        customer: CustomerRef | None = None,
        address: str | None = None,
    ) -> None:
        self.key = key
        self.address = address
        self._known = {} if customer is None else {"customer": customer}
        self.num_before = num_before
        self.conversation_id = conversation_id
        self.text = text
        self.record: Record | None = None
        self._lock = threading.Lock()
        self._sentences: list[str] = []
        self._status: Status = "thinking"
        self._failure: Failure | None = None
        self._watchers: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []
        self._finished_at: float | None = None
        self._released = threading.Event()

    @property
    def running(self) -> bool:
        """Whether the customer still waits. A stopped turn isn't running, though its thread may be winding down."""
        return self._status in ("thinking", "answering")

    @property
    def expired(self) -> bool:
        return self._finished_at is not None and time.monotonic() - self._finished_at > KEEP_FINISHED_S

    def snapshot(self) -> Json:
        """The whole state so far, never a difference: a follower that misses one loses nothing."""
        with self._lock:
            failure = vars(self._failure) if self._failure else None
            return {"turn": self.key, "status": self._status, "sentences": list(self._sentences), "error": failure}

    def stop(self) -> None:
        """Ends the answer for the customer now; the thread closes the pipeline at its next step."""
        self._finish("stopped")

    def wait_released(self, timeout_s: float) -> bool:
        """Waits until the thread has let go of the pipeline; False when it still holds it."""
        return self._released.wait(timeout_s)

    async def released(self, timeout_s: float) -> bool:
        """As `wait_released`, without a thread: every stopped answer would have one of the few that all pages share."""
        with self._watched() as changed:
            try:
                async with asyncio.timeout(timeout_s):
                    while not self._released.is_set():
                        await changed.wait()
                        changed.clear()
            except TimeoutError:
                return False
        return True

    def run(self, ask: Ask, after: Turn | None) -> None:
        """The thread: takes the answer from the pipeline, sentence by sentence."""
        try:
            if after is not None and not after.wait_released(PREVIOUS_TURN_S):
                raise StillAnsweringError("the stopped answer before this one is still winding down", PREVIOUS_TURN_S)
            events = ask(self.conversation_id, self.text, **self._known)
            try:
                self._take(events)
            finally:
                close = getattr(events, "close", None)
                if close is not None:
                    close()
            self._released.set()
            self._finish("done")
        except BackroomError as error:
            log.warning("a turn failed: %s", error)
            self._fail(Failure.of(error))
        except Exception as error:
            log.exception("a turn failed unexpectedly")
            self._fail(Failure.of(error))
        finally:
            self._released.set()
            self._wake()

    def _take(self, events: Iterator[Event]) -> None:
        for event in events:
            if not self.running:
                return
            if isinstance(event, Delta):
                self._add(event.text)
            elif isinstance(event, Done):
                self.record = event.record

    def _add(self, text: str) -> None:
        with self._lock:
            if self._status in ("thinking", "answering"):
                self._status = "answering"
                self._sentences.append(text)
        self._wake()

    def _fail(self, failure: Failure) -> None:
        with self._lock:
            if self._finished_at is None:
                self._failure = failure
        self._finish("failed")

    def _finish(self, status: Status) -> None:
        with self._lock:
            if self._finished_at is not None:
                return
            self._status = status
            self._finished_at = time.monotonic()
        self._wake()

    def _wake(self) -> None:
        with self._lock:
            watchers = list(self._watchers)
        for loop, changed in watchers:
            if not loop.is_closed():
                loop.call_soon_threadsafe(changed.set)

    async def follow(self) -> AsyncIterator[Json]:
        """Snapshots, at once and after each change, until the turn has ended; `beat` counts the silent ones between."""
        beat = 0
        with self._watched() as changed:
            while True:
                changed.clear()
                state = self.snapshot()
                yield {**state, "beat": beat}
                if state["status"] not in ("thinking", "answering"):
                    return
                try:
                    await asyncio.wait_for(changed.wait(), BEAT_S)
                except TimeoutError:
                    beat += 1

    @contextmanager
    def _watched(self) -> Iterator[asyncio.Event]:
        """Inside it, the event is set after each change."""
        changed = asyncio.Event()
        watcher = (asyncio.get_running_loop(), changed)
        with self._lock:
            self._watchers.append(watcher)
        try:
            yield changed
        finally:
            with self._lock:
                self._watchers.remove(watcher)


class Turns:
    """The turns of all conversations, at most one running per conversation, `max_running` altogether and
    `max_of_address` for one address."""

    def __init__(self, ask: Ask, max_running: int = 64, max_of_address: int = 64) -> None:
        self._ask = ask
        self._max_running = max_running
        self._max_of_address = max_of_address
        self._lock = threading.Lock()
        self._turns: dict[str, Turn] = {}

    def begin(
        self,
        conversation_id: str,
        text: str,
        key: str,
        num_before: int = 0,
        customer: CustomerRef | None = None,
        address: str | None = None,
    ) -> Turn:
        """Starts the answer to `text`. The same `key` again (a page that wasn't sure) gives the turn it has. `address`
        is what the turn is counted under besides; None: nothing.

        Raises StillAnsweringError when this conversation's last answer is still being made, BusyError when too many
        others are.
        """
        with self._lock:
            previous = self._turns.get(conversation_id)
            if previous is not None and previous.key == key:
                return previous
            if previous is not None and previous.running:
                raise StillAnsweringError("the answer before this one is still being made", 2.0)
            self._turns = {name: turn for name, turn in self._turns.items() if not turn.expired}
            running = [turn.address for turn in self._turns.values() if turn.running]
            if len(running) >= self._max_running:
                raise BusyError(f"{self._max_running} answers are being made already", 5.0)
            if address is not None and running.count(address) >= self._max_of_address:
                raise BusyError(f"{self._max_of_address} answers are being made for one address already", 5.0)
            turn = self._turns[conversation_id] = Turn(key, conversation_id, text, num_before, customer, address)
        threading.Thread(target=turn.run, args=(self._ask, previous), name="turn", daemon=True).start()
        return turn

    def get(self, conversation_id: str) -> Turn | None:
        """The conversation's running or lately finished turn."""
        with self._lock:
            return self._turns.get(conversation_id)

    def stop(self, conversation_id: str) -> bool:
        """Stops the running answer; False when there is none."""
        turn = self.get(conversation_id)
        if turn is None or not turn.running:
            return False
        turn.stop()
        return True
