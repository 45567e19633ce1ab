"""Words a turn's plan: the model's sentences that pass, streamed, then what is missing in code's own words.

Owns the prompt, the call to the engine and the verifier of one answer. An engine that can't answer costs words, never
the answer. Knows no shop, no dialogue and no database: the plan says what is true.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Protocol

from assistant.act.plan import Plan
from assistant.adapters import Adapter, InUse
from assistant.config import ModelSettings
from assistant.engine.request import (
    Engine,
    Finished,
    GenerateRequest,
    Placeholders,
    Restarted,
    Token,
    Tokenizer,
    Waiting,
)
from assistant.errors import BackroomError, BusyError, DeadlineError, EngineError
from assistant.frames import frames
from assistant.prompt import Prompt, PromptBuilder, ask_notes, notes_messages
from assistant.types import Delta, Event, Record
from assistant.verify import Released, Verifier
from assistant.wording.notes import allowed, as_prompt
from assistant.wording.phrasebook import default_phrasebook
from assistant.wording.rewording import Rewording
from assistant.wording.ways import ways

MaySay = Callable[[str, bool], bool]
"""The last look at a sentence before it is released: its text, and whether a model worded it."""

_NOTES_TOKENS = 224
"""The longest answer of an adapter that words whole answers from notes, in tokens."""


@dataclass
class Turn:
    """Everything mutable about the turn that is running."""

    record: Record
    began: float
    released: list[Released] = field(default_factory=list)
    intro: str = ""
    may_say: MaySay = field(default=lambda sentence, own: True)
    silent: bool = False
    """No word is generated: code says all of it."""

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

    def release(self, sentences: Iterable[Released]) -> Iterator[Delta]:
        """Say the sentences that pass the last look; what doesn't pass is left out."""
        for sentence in sentences:
            at = time.perf_counter()
            fine = self.may_say(sentence.text, sentence.own)
            self.clock("release", at)
            if fine:
                yield self.say(sentence)


class Checker(Protocol):
    """Judges what the model writes, sentence by sentence, and has the answer completed in code's words."""

    failed: str | None
    num_own: int
    num_code: int

    def begin(self) -> Iterator[Released]:
        """What code says before the model's first word."""

    def feed(self, text: str) -> Iterator[Released]:
        """Take a piece of the model's text; yields the sentences that it completes and that pass."""

    def end(self) -> Iterator[Released]:
        """The model has ended."""

    def restart(self) -> None:
        """The engine begins the answer again."""

    def rest(self) -> Iterator[Released]:
        """What is missing, in code's words."""


@dataclass(frozen=True)
class Task:
    """What the model is asked for."""

    prompt: Prompt
    placeholders: Placeholders | None
    adapter: Adapter | None
    max_tokens: int


class Speaker:
    """Words plans with one engine. Thread-safe: what changes during a turn is on its `Turn` and `Verifier`."""

    def __init__(
        self,
        engine: Engine,
        tokenizer: Tokenizer,
        model: ModelSettings,
        in_use: InUse,
        *,
        guided: bool = True,
    ) -> None:
        self._engine = engine
        self._tokenizer = tokenizer
        self._model = model
        self._in_use = in_use
        self._patience_s = model.patience_s
        self._guided = guided
        self._prompts = PromptBuilder(tokenizer)
        self._notes_prompts = PromptBuilder(tokenizer, notes_messages())

    def warm(self) -> None:
        """Have the engine compute the public prefix, so that no customer waits for it. Slow: call it in a thread."""
        adapter = self._in_use.current
        public = (self._notes_prompts if adapter and adapter.form == "notes" else self._prompts).public
        prompt = Prompt((*public, public[-1]), len(public))  # the last token of a prompt is never shared
        default_phrasebook().find("")  # every prompt's notes are worded from it; finding compiles its sentences
        try:
            for _ in self._engine.generate(self._request("warm-up", Task(prompt, None, adapter, 1))):
                pass
        except BackroomError:
            return  # the first customer's turn will do it, or the one who waits for the model says what is wrong

    def say(self, turn: Turn, conversation_id: str, question: str, plan: Plan) -> Iterator[Event]:
        """Stream the answer: the model's sentences that pass, and what is missing in code's words."""
        if turn.intro:
            yield from turn.release([Released(turn.intro, (), own=False)])
        at = time.perf_counter()
        checker, task = self._task(question, plan, self._in_use.of(conversation_id))
        yield from turn.release(checker.begin())
        if task is not None and not turn.silent:
            at = turn.clock("prompt", at)
            yield from self._generated(turn, self._request(conversation_id, task), checker)
        at = time.perf_counter()
        yield from turn.release(checker.rest())
        turn.clock("verify", at)
        said = checker.num_own + checker.num_code
        turn.record.own_words = round(checker.num_own / said, 3) if said else 0.0

    def _task(self, question: str, plan: Plan, adapter: Adapter | None) -> tuple[Checker, Task | None]:
        """What the model is asked for, in the form that it was trained for, and who judges it. None: code says it all.

        With an adapter for notes it words the whole answer, kept to the phrasebook's wordings of each note unless it
        isn't `guided` (then any plain words); without one, the first sentence under a grammar.
        """
        if adapter is not None and adapter.form == "notes":
            rewording = Rewording(plan)
            content = as_prompt(rewording.notes)
            if not content:
                return rewording, None
            prompt = self._notes_prompts.asked(ask_notes(question, content))
            guide = tuple(ways(note, plan) for note in rewording.notes if note.entries) if self._guided else ()
            return rewording, Task(
                prompt, Placeholders(allowed(rewording.notes), sentences=guide), adapter, _NOTES_TOKENS
            )
        placeholders = frames(plan) if plan.phrase else None
        if placeholders is None:
            return Verifier(plan), None
        prompt = self._prompts.build(question, placeholders.allowed)
        return Verifier(plan), Task(prompt, placeholders, adapter, self._model.max_tokens)

    def _generated(self, turn: Turn, request: GenerateRequest, checker: Checker) -> Iterator[Event]:
        """The model's own sentences, as far as they pass. An engine that can't answer costs words, never the answer."""
        at, num_before = time.perf_counter(), len(turn.released)
        try:
            with closing(self._engine.generate(request)) as events:  # type: ignore[type-var]
                text = ""
                tokens: list[int] = []
                for event in events:
                    if isinstance(event, Token):
                        turn.record.ms.setdefault("first_token", (time.perf_counter() - turn.began) * 1e3)
                        tokens.append(event.token)
                        decoded = self._tokenizer.decode(tokens)
                        yield from turn.release(checker.feed(decoded[len(text) :]))
                        text = decoded
                    elif isinstance(event, Restarted):
                        text, tokens = "", []
                        checker.restart()
                    elif isinstance(event, Finished):
                        turn.record.tokens = {
                            "prompt": event.num_prompt,
                            "cached": event.num_cached,
                            "completion": event.num_completion,
                        }
                        yield from turn.release(checker.end())
                    late = isinstance(event, Waiting) or time.perf_counter() - at > self._patience_s
                    if checker.failed:
                        break
                    if late and len(turn.released) == num_before:
                        raise DeadlineError(f"the model had no sentence within {self._patience_s:g} s")
        except (EngineError, BusyError) as error:
            turn.record.ms["engine_error"] = 0.0
            checker.failed = str(error)
        finally:
            turn.clock("generate", at)

    def _request(self, conversation_id: str, task: Task) -> GenerateRequest:
        return GenerateRequest(
            request_id=uuid.uuid4().hex,
            conversation=conversation_id,
            prompt=task.prompt.tokens,
            num_public=task.prompt.num_public,
            max_tokens=task.max_tokens,
            stop_tokens=self._tokenizer.eos_tokens,
            placeholders=task.placeholders,
            adapter=(task.adapter.name or None) if task.adapter else None,
            deadline_s=min(self._model.deadline_s, 1.5 * self._patience_s),
            patience_s=self._patience_s,
        )
