"""An engine that keeps what the model wrote, undisguised, beside what the product makes of it. Knows no judgement."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.engine.request import Engine, EngineEvent, EngineStatus, GenerateRequest, Restarted, Token


class Listening:
    """Implements `Engine` over another, and keeps the tokens of the last answer. For one thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.tokens: list[int] = []
        self.reason = ""

    def generate(self, request: GenerateRequest) -> Iterator[EngineEvent]:
        self.tokens, self.reason = [], ""
        for event in self._engine.generate(request):
            if isinstance(event, Token):
                self.tokens.append(event.token)
            elif isinstance(event, Restarted):
                self.tokens = []
            else:
                self.reason = getattr(event, "reason", "")
            yield event

    def status(self) -> EngineStatus:
        return self._engine.status()

    def close(self) -> None:
        self._engine.close()
