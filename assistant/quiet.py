"""An engine that can be told to say nothing, so that a turn is understood and answered without a word being generated.

The pipeline writes the answer from its facts by itself when the engine declines. That is all that is needed of earlier
messages of a conversation that a stateless caller sends along: what they were about, not new words for them.
Knows no pipeline.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from assistant.engine.request import Engine, EngineEvent, EngineStatus, GenerateRequest
from assistant.errors import EngineError


class QuietableEngine:
    """Implements `Engine` over another; inside `quiet()` this thread's requests are declined at once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._here = threading.local()

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """Declines what this thread asks for until the block ends."""
        self._here.quiet = True
        try:
            yield
        finally:
            self._here.quiet = False

    def generate(self, request: GenerateRequest) -> Iterator[EngineEvent]:
        """See `Engine.generate`."""
        if getattr(self._here, "quiet", False):
            raise EngineError("nothing is generated for an earlier message")
        return self._engine.generate(request)

    def status(self) -> EngineStatus:
        """See `Engine.status`."""
        return self._engine.status()

    def close(self) -> None:
        """See `Engine.close`."""
        self._engine.close()
