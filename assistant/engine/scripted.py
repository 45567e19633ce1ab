"""An engine without a model, for tests and for trying things out: it says what it is told to say, and fails on demand.

    engine = ScriptedEngine(["Hello."], token_delay_s=0.01)
    engine = ScriptedEngine(lambda request: "{1.price}", deaths=1)

Knows no llama.cpp and no process. `ByteTokenizer` goes with it: one token for each byte.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from assistant.engine.answer import Answer, Pending
from assistant.engine.request import EngineEvent, EngineStatus, Finished, GenerateRequest, Restarted, Token
from assistant.errors import BackroomError, BusyError, DeadlineError, EngineError

_CONTROL = {"<|im_start|>": 256, "<|im_end|>": 257}
_TEXTS = {token: text for text, token in _CONTROL.items()}


class ByteTokenizer:
    """Implements `Tokenizer` with the 256 bytes and two control tokens, in the ChatML form."""

    eos_tokens: tuple[int, ...] = (_CONTROL["<|im_end|>"],)

    def encode(self, text: str, *, special: bool = False) -> list[int]:
        """See `Tokenizer.encode`."""
        if not special:
            return list(text.encode("utf-8", "replace"))
        tokens: list[int] = []
        rest = text
        while rest:
            markers = [(rest.find(marker), marker) for marker in _CONTROL if marker in rest]
            start, marker = min(markers, default=(len(rest), ""))
            tokens += rest[:start].encode("utf-8", "replace")
            tokens += [_CONTROL[marker]] if marker else []
            rest = rest[start + len(marker) :]
        return tokens

    def decode(self, tokens: list[int]) -> str:
        """See `Tokenizer.decode`. Control tokens give no text."""
        data = bytes(token for token in tokens if token < 256)
        for missing in range(4):  # an incomplete character has at most three bytes
            try:
                return data[: len(data) - missing].decode("utf-8")
            except UnicodeDecodeError as error:
                if error.reason != "unexpected end of data":
                    break
        return data.decode("utf-8", "replace")

    def chat(self, messages: list[dict[str, str]], *, generation_prompt: bool = True) -> list[int]:
        """See `Tokenizer.chat`."""
        start, end = _CONTROL["<|im_start|>"], _CONTROL["<|im_end|>"]
        tokens: list[int] = []
        for message in messages:
            tokens += [start, *self.encode(f"{message['role']}\n{message['content']}"), end, *b"\n"]
        return [*tokens, start, *b"assistant\n"] if generation_prompt else tokens


@dataclass
class _Script:
    """What is left of the faults that were ordered. Changed under the engine's lock."""

    replies: Callable[[GenerateRequest], str] | Iterator[str]
    deaths: int

    def reply(self, request: GenerateRequest) -> str:
        if callable(self.replies):
            return self.replies(request)
        try:
            return next(self.replies)
        except StopIteration:
            raise EngineError("the script has no more replies") from None


class ScriptedEngine:
    """Implements `Engine` without a model: `reply` is a function of the request, or the replies in order.

    `token_delay_s` passes before each token. The next `deaths` answers break off in the middle and begin again
    (`Restarted`); with `dies_for_good`, they fail instead. More than `slots` + `queue_limit` answers at once are
    refused with BusyError. `requests` keeps what was asked. `context` limits the prompt, as in the real engine.
    """

    def __init__(
        self,
        reply: Callable[[GenerateRequest], str] | Sequence[str],
        *,
        token_delay_s: float = 0.0,
        deaths: int = 0,
        dies_for_good: bool = False,
        slots: int = 8,
        queue_limit: int = 64,
        context: int = 4096,
        name: str = "scripted",
    ) -> None:
        self.tokenizer = ByteTokenizer()
        self.requests: list[GenerateRequest] = []
        self._script = _Script(reply if callable(reply) else iter(reply), deaths)
        self._token_delay_s = token_delay_s
        self._dies_for_good = dies_for_good
        self._slots, self._queue_limit, self._context, self._name = slots, queue_limit, context, name
        self._lock = threading.Lock()
        self._running: dict[str, Pending] = {}
        self._restarts = 0
        self._closed = False

    def generate(self, request: GenerateRequest) -> Answer:
        """See `Engine.generate`."""
        if len(request.prompt) >= self._context:
            raise EngineError(f"the prompt has {len(request.prompt)} tokens, {self._context - 1} fit")
        with self._lock:
            if self._closed:
                raise EngineError("the engine is closed")
            if len(self._running) >= self._slots + self._queue_limit:
                raise BusyError("the script is busy; try again in a moment", retry_after_s=1.0)
            self.requests.append(request)
            text = self._script.reply(request)
            dies = self._script.deaths > 0
            self._script.deaths -= dies
            pending = Pending(request, time.monotonic() + request.deadline_s)
            self._running[request.request_id] = pending
        threading.Thread(target=self._answer, args=(pending, text, dies), daemon=True).start()
        return Answer(pending, self._abandon)

    def status(self) -> EngineStatus:
        """See `Engine.status`."""
        with self._lock:
            running = min(len(self._running), self._slots)
            return EngineStatus(
                ready=not self._closed,
                model=self._name,
                context=self._context,
                slots=self._slots,
                queued=len(self._running) - running,
                running=running,
                restarts=self._restarts,
            )

    def close(self) -> None:
        """See `Engine.close`."""
        with self._lock:
            self._closed = True
            for pending in self._running.values():
                pending.inbox.put(EngineError("the engine was closed"))
            self._running.clear()

    def _abandon(self, request_id: str) -> None:
        with self._lock:
            self._running.pop(request_id, None)

    def _answer(self, pending: Pending, text: str, dies: bool) -> None:
        """Write the answer into the caller's inbox; runs in a thread of its own."""
        try:
            for event in self._events(pending, text, dies):
                if self._running.get(pending.request.request_id) is not pending:
                    return
                if isinstance(event, Finished):
                    self._abandon(pending.request.request_id)
                pending.inbox.put(event)
        except BackroomError as error:
            self._abandon(pending.request.request_id)
            pending.inbox.put(error)

    def _events(self, pending: Pending, text: str, dies: bool) -> Iterator[EngineEvent]:
        tokens = self.tokenizer.encode(text)
        if dies:
            yield from self._tokens(pending, tokens[: max(1, len(tokens) // 2)])
            self._restarts += 1
            if self._dies_for_good:
                raise EngineError("the engine died twice while writing this answer; try again")
            pending.restarts = 1
            yield Restarted()
        written = tokens[: pending.request.max_tokens]
        yield from self._tokens(pending, written)
        reason = "stop" if len(written) == len(tokens) else "length"
        yield Finished(reason, num_prompt=len(pending.request.prompt), num_completion=len(written))  # type: ignore[arg-type]

    def _tokens(self, pending: Pending, tokens: Sequence[int]) -> Iterator[Token]:
        for token in tokens:
            time.sleep(self._token_delay_s)
            if time.monotonic() >= pending.deadline:
                raise DeadlineError(f"the answer was not ready within {pending.request.deadline_s:g} s")
            yield Token(token)
