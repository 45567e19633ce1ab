"""An engine on another machine: any OpenAI-compatible server that the operator configured. Off unless it is.

Prompts go as token ids to /v1/completions (llama-server and vLLM take them), so no text can become a control token on
the way. A sentence grammar goes along as GBNF where the server understands it (llama-server); whatever comes back is
verified like every answer. After failures in a row the circuit opens: requests are turned away at once for a while.
Knows no llama.cpp and no shop.
"""

from __future__ import annotations

import contextlib
import json
import logging
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx

from assistant.engine.gbnf import gbnf
from assistant.engine.request import (
    EngineCounts,
    EngineEvent,
    EngineStatus,
    Finished,
    GenerateRequest,
    Restarted,
    Token,
    Tokenizer,
)
from assistant.errors import BusyError, DeadlineError, EngineError

_log = logging.getLogger("backroom.engine")


@dataclass(frozen=True)
class RemoteOptions:
    """Where the server is and how it is dealt with. `url` ends before "/completions", as in "http://host:8080/v1".

    `grammar` is whether it takes GBNF (llama-server does). After `failures` failed requests in a row the circuit is
    open for `pause_s` seconds, and then one request tries it again.
    """

    url: str
    model: str = ""
    key: str = ""
    context: int = 2048
    num_slots: int = 8
    connect_s: float = 3.0
    grammar: bool = True
    failures: int = 3
    pause_s: float = 15.0


class Circuit:
    """Counts failures in a row, and says when a request may be tried. Thread-safe."""

    def __init__(self, failures: int, pause_s: float) -> None:
        self._limit, self._pause_s = failures, pause_s
        self._lock = threading.Lock()
        self._failures, self._open_until = 0, 0.0

    def check(self) -> None:
        """Raise BusyError while the circuit is open; the first request after it closes it again or opens it anew."""
        with self._lock:
            wait_s = self._open_until - time.monotonic()
            if wait_s > 0:
                raise BusyError(
                    "the engine's server doesn't answer; it is tried again soon", round(max(1.0, wait_s), 1)
                )
            if self._failures >= self._limit:
                self._open_until = time.monotonic() + self._pause_s  # only this one goes through

    def note(self, *, ok: bool) -> None:
        """Take note of how a request went."""
        with self._lock:
            self._failures = 0 if ok else self._failures + 1
            self._open_until = 0.0
            if self._failures >= self._limit:
                self._open_until = time.monotonic() + self._pause_s

    @property
    def is_open(self) -> bool:
        with self._lock:
            return time.monotonic() < self._open_until


class RemoteEngine:
    """Implements `Engine` over HTTP. A request that fails before its first token is tried once more."""

    def __init__(
        self, options: RemoteOptions, tokenizer: Tokenizer, *, transport: httpx.BaseTransport | None = None
    ) -> None:
        self.options = options
        self._tokenizer = tokenizer
        self._circuit = Circuit(options.failures, options.pause_s)
        self._counts = EngineCounts()
        self._lock = threading.Lock()
        self._running = 0
        headers = {"Authorization": f"Bearer {options.key}"} if options.key else {}
        timeout = httpx.Timeout(30.0, connect=options.connect_s)
        self._http = httpx.Client(headers=headers, timeout=timeout, transport=transport, trust_env=False)

    def generate(self, request: GenerateRequest) -> Iterator[EngineEvent]:
        """See `Engine.generate`. Raises BusyError while the circuit is open or the server says that it is busy."""
        if len(request.prompt) >= self.options.context:
            raise EngineError(f"the prompt has {len(request.prompt)} tokens, {self.options.context - 1} fit")
        self._circuit.check()
        return self._answer(request)

    def _answer(self, request: GenerateRequest) -> Iterator[EngineEvent]:
        began = time.monotonic()
        deadline = began + request.deadline_s
        first_by = began + min(request.deadline_s, request.patience_s or request.deadline_s)
        with self._lock:
            self._running += 1
        try:
            for attempt in (0, 1):
                num = 0
                try:
                    for event in self._stream(request, deadline, first_by):
                        num += isinstance(event, Token)
                        yield replace(event, restarts=attempt) if isinstance(event, Finished) else event
                    self._circuit.note(ok=True)
                    return
                except GeneratorExit:  # who listens has heard enough
                    if num:
                        self._circuit.note(ok=True)
                    raise
                except (httpx.HTTPError, ValueError, KeyError) as error:
                    self._circuit.note(ok=False)
                    if attempt or time.monotonic() >= (deadline if num else first_by):
                        raise EngineError(f"the engine's server at {self.options.url} failed: {error}") from None
                    _log.warning("the engine's server failed (%s); the request is tried once more", error)
                    if num:
                        yield Restarted()
        finally:
            with self._lock:
                self._running -= 1

    def _stream(self, request: GenerateRequest, deadline: float, first_by: float) -> Iterator[EngineEvent]:
        """One try: tokens of the text as it comes, then the end. Leaving it closes the connection, which cancels.

        It may be silent for as long as the first token may take.
        """
        text, tokens, reason = "", 0, "stop"
        began = time.monotonic()
        left_s = max(0.1, first_by - began)
        timeout = httpx.Timeout(left_s, connect=min(left_s, self.options.connect_s))
        with self._http.stream(
            "POST", f"{self.options.url}/completions", json=self._body(request), timeout=timeout
        ) as response:
            if response.status_code in (429, 503):
                raise BusyError("the engine's server is busy", _retry_after(response))
            response.raise_for_status()
            for line in response.iter_lines():
                if time.monotonic() >= deadline:
                    raise DeadlineError(f"the answer was not ready within {request.deadline_s:g} s")
                if not line.startswith("data: ") or line == "data: [DONE]":
                    continue
                choice = (json.loads(line[6:]).get("choices") or [{}])[0]
                reason = choice.get("finish_reason") or reason
                text += choice.get("text") or ""
                whole, text = _whole_words(text)
                for token in self._tokenizer.encode(whole):
                    self._note_token(began, first=not tokens)
                    tokens += 1
                    yield Token(token)
        for token in self._tokenizer.encode(text):
            tokens += 1
            yield Token(token)
        ended = "length" if reason == "length" else "stop"
        yield Finished(ended, num_prompt=len(request.prompt), num_completion=tokens)  # type: ignore[arg-type]

    def _body(self, request: GenerateRequest) -> dict[str, Any]:
        sampling = request.sampling
        body: dict[str, Any] = {
            "model": request.adapter or self.options.model,
            "prompt": list(request.prompt),
            "max_tokens": request.max_tokens,
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "min_p": sampling.min_p,
            "repetition_penalty": sampling.repeat_penalty,
            "repeat_penalty": sampling.repeat_penalty,
            "seed": sampling.seed,
            "stream": True,
        }
        if self.options.grammar and request.placeholders and request.placeholders.grammar:
            body["grammar"] = gbnf(request.placeholders.grammar)
        return {key: value for key, value in body.items() if value != ""}

    def _note_token(self, began: float, *, first: bool) -> None:
        with self._lock:
            self._counts.output += 1
            if first:
                self._counts.first_tokens += 1
                self._counts.first_token_s += time.monotonic() - began

    @property
    def adapters(self) -> Mapping[str, Path]:
        """None: the server has its own, under names that requests may use."""
        return {}

    def load_adapter(self, name: str, path: Path, *, timeout_s: float = 30.0) -> None:
        """Not here: raises EngineError."""
        raise EngineError(f"adapter {name!r} must be loaded on the server at {self.options.url}")

    def unload_adapter(self, name: str, *, timeout_s: float = 120.0) -> None:
        """Not here: raises EngineError."""
        raise EngineError(f"adapter {name!r} must be unloaded on the server at {self.options.url}")

    def give_up(self, conversation: str) -> None:
        """See `EngineProcess.give_up`. Here nothing can be done before the next sentence: closing ends it then."""

    def forget(self, conversation: str | None = None) -> None:
        """Nothing of a conversation is kept here; what the server keeps is its own affair."""

    def wait_ready(self) -> None:
        """There is nothing to wait for: a server that isn't there shows at the first request."""

    def status(self) -> EngineStatus:
        """See `Engine.status`. Ready for as long as the circuit is closed."""
        with self._lock:
            return EngineStatus(
                ready=not self._circuit.is_open,
                model=self.options.model or self.options.url,
                context=self.options.context,
                slots=self.options.num_slots,
                running=self._running,
                summary=f"on the server at {self.options.url}",
                counts=replace(self._counts),
            )

    def close(self) -> None:
        """See `Engine.close`."""
        self._http.close()


def _whole_words(text: str) -> tuple[str, str]:
    """The part that can be split into tokens now, and the last word, which may still grow."""
    at = text.rfind(" ")
    return ("", text) if at <= 0 else (text[:at], text[at:])


def _retry_after(response: httpx.Response) -> float:
    with contextlib.suppress(ValueError):
        return max(1.0, min(600.0, float(response.headers.get("Retry-After", "2"))))
    return 2.0
