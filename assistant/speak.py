"""Words a turn's plan: the model's sentences that pass, streamed, then what is missing in code's own words.

Owns the prompt, the call to the engine and the verifier of one answer. An engine that can't answer costs words, never
the answer. Knows no shop, no dialogue and no database: the plan says what is true.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field

from assistant.act.plan import Plan
from assistant.config import ModelSettings
from assistant.engine.request import Engine, Finished, GenerateRequest, Placeholders, Restarted, Token, Tokenizer
from assistant.errors import BusyError, EngineError
from assistant.frames import frames
from assistant.prompt import Prompt, PromptBuilder
from assistant.types import Delta, Event, Record
from assistant.verify import Released, Verifier

_PATIENCE_S = 8.0
"""How long a customer waits for the model's first sentence before code's own words are said instead."""


@dataclass
class Turn:
    """Everything mutable about the turn that is running."""

    record: Record
    began: float
    released: list[Released] = field(default_factory=list)
    intro: str = ""

    def clock(self, step: str, since: float) -> float:
        now = time.perf_counter()
        self.record.ms[step] = self.record.ms.get(step, 0.0) + (now - since) * 1e3
        return now

    def say(self, sentence: Released) -> Delta:
        """Take a released sentence into the record, and give the piece to stream."""
        lead = " " if self.record.reply else ""
        self.record.reply += lead + sentence.text
        self.released.append(sentence)
        self.record.receipts += [r for r in sentence.receipts if r not in self.record.receipts]
        if "first_token" not in self.record.ms:
            self.record.ms["first_token"] = (time.perf_counter() - self.began) * 1e3
        return Delta(lead + sentence.text)


class Speaker:
    """Words plans with one engine. Thread-safe: what changes during a turn is on its `Turn` and `Verifier`."""

    def __init__(self, engine: Engine, tokenizer: Tokenizer, model: ModelSettings) -> None:
        self._engine = engine
        self._tokenizer = tokenizer
        self._model = model
        self._prompts = PromptBuilder(tokenizer)

    def warm(self) -> None:
        """Have the engine compute the public prefix, so that no customer waits for it. Slow: call it in a thread."""
        public = self._prompts.public
        prompt = (*public, public[-1])  # the last token of a prompt is never shared
        request = GenerateRequest(uuid.uuid4().hex, "warm-up", prompt, num_public=len(public), max_tokens=1)
        try:
            for _ in self._engine.generate(request):
                pass
        except (EngineError, BusyError):
            return  # the first customer's turn will do it

    def say(self, turn: Turn, conversation_id: str, question: str, plan: Plan) -> Iterator[Event]:
        """Stream the answer: the model's sentences that pass, then what is missing in code's words."""
        if turn.intro:
            yield turn.say(Released(turn.intro, (), own=False))
        verifier = Verifier(plan)
        if plan.phrase:
            yield from self._generated(turn, conversation_id, question, plan, verifier)
        at = time.perf_counter()
        for sentence in verifier.rest():
            yield turn.say(sentence)
        turn.clock("verify", at)
        said = verifier.num_own + verifier.num_code
        turn.record.own_words = round(verifier.num_own / said, 3) if said else 0.0

    def _generated(
        self, turn: Turn, conversation_id: str, question: str, plan: Plan, verifier: Verifier
    ) -> Iterator[Event]:
        """The model's own sentences, as far as they pass. An engine that can't answer costs words, never the answer."""
        at = time.perf_counter()
        placeholders = frames(plan)
        if placeholders is None:
            return
        prompt = self._prompts.build(question, placeholders.allowed)
        at = turn.clock("prompt", at)
        try:
            with closing(
                self._engine.generate(self._generate_request(conversation_id, prompt, placeholders))
            ) as events:  # type: ignore[type-var]
                text = ""
                tokens: list[int] = []
                for event in events:
                    if isinstance(event, Token):
                        turn.record.ms.setdefault("first_token", (time.perf_counter() - turn.began) * 1e3)
                        tokens.append(event.token)
                        decoded = self._tokenizer.decode(tokens)
                        for sentence in verifier.feed(decoded[len(text) :]):
                            yield turn.say(sentence)
                        text = decoded
                        if verifier.failed or (not turn.released and time.perf_counter() - at > _PATIENCE_S):
                            break
                    elif isinstance(event, Restarted):
                        text, tokens = "", []
                        verifier.restart()
                    elif isinstance(event, Finished):
                        turn.record.tokens = {
                            "prompt": event.num_prompt,
                            "cached": event.num_cached,
                            "completion": event.num_completion,
                        }
                        for sentence in verifier.end():
                            yield turn.say(sentence)
        except (EngineError, BusyError) as error:
            turn.record.ms["engine_error"] = 0.0
            verifier.failed = str(error)
        finally:
            turn.clock("generate", at)

    def _generate_request(self, conversation_id: str, prompt: Prompt, placeholders: Placeholders) -> GenerateRequest:
        model = self._model
        return GenerateRequest(
            request_id=uuid.uuid4().hex,
            conversation=conversation_id,
            prompt=prompt.tokens,
            num_public=prompt.num_public,
            max_tokens=model.max_tokens,
            stop_tokens=self._tokenizer.eos_tokens,
            placeholders=placeholders,
            adapter=model.adapter,
            deadline_s=min(model.deadline_s, 1.5 * _PATIENCE_S),
        )
