"""Continuous batching: who computes what in the next step of the model.

Two queues: `waiting` has no memory yet, `running` has one. A step is schedule, run, postprocess; requests join and
leave between steps. Long prompts are taken in pieces, between which those who are answering get their turns.
Knows no process, no text and no llama.cpp.
"""

from __future__ import annotations

import time
from collections import deque
from dataclasses import replace
from pathlib import Path

from assistant.engine.alarm import Alarm
from assistant.engine.backend import Backend, Interrupted, Logits
from assistant.engine.cache import KvCache, PublicKey
from assistant.engine.messages import Begun, Output, Refused
from assistant.engine.phrase import automaton_for
from assistant.engine.planner import Part, Planner
from assistant.engine.refusal import refusal
from assistant.engine.request import EngineCounts, GenerateRequest, Token
from assistant.engine.sequence import Sequence
from assistant.engine.writer import Writer
from assistant.errors import ModelError

_MOST_LOST_S = 1.0  # in steps that were given up one after another, before one is carried through


class Scheduler:
    """Answers requests with a backend. Used by one thread; `step` returns what happened.

    Without `jumping`, tokens that the grammar leaves no choice about are computed one by one; without `guessing`, none
    is computed ahead (nor without `jumping`). Both only cost time: the answers are the same.
    """

    def __init__(self, backend: Backend, num_slots: int, *, jumping: bool = True, guessing: bool = True) -> None:
        self._backend = backend
        self._cache = KvCache(backend, num_slots, backend.num_sequences - num_slots, backend.park_bytes)
        self._planner = Planner(
            backend.max_batch,
            backend.context,
            even=backend.even_chunks,
            tile=backend.prompt_tile,
            guessing=guessing and jumping,
        )
        self._counts = EngineCounts()
        self._writer = Writer(backend.context, self._counts, self._emit, jumping=jumping)
        self.waiting: deque[Sequence] = deque()
        self.running: list[Sequence] = []
        self._publishing: dict[PublicKey, Sequence] = {}
        self._turns: dict[str | None, int] = {}
        self._leaving: set[str] = set()  # adapters to be unloaded once nobody uses them
        self._outputs: list[Output] = []
        self.num_steps = 0
        self._lost_s = 0.0  # in steps given up since the last that was not

    @property
    def counts(self) -> EngineCounts:
        """What was done since it was made."""
        return replace(self._counts, parked=self._cache.num_parked, resumed=self._cache.num_resumed)

    @property
    def has_work(self) -> bool:
        return bool(self.waiting or self.running or self._outputs)

    def add(self, request: GenerateRequest, deadline: float) -> None:
        """Queue a request. What can't be answered at all is refused in the next step's outputs."""
        backend = self._backend
        problem = refusal(request, backend.context, set(backend.adapters) - self._leaving)
        automaton = None
        stop_tokens = request.stop_tokens or backend.end_tokens
        known = range(backend.table.num_tokens)
        if not problem and any(token not in known for token in (*request.prompt, *stop_tokens)):
            problem = f"it holds tokens that are not among the model's {len(known)}; it was made for another model"
        if request.placeholders and not problem:
            try:
                automaton = automaton_for(backend.table, request.placeholders, stop_tokens)
            except ValueError as error:
                problem = str(error)
        if problem:
            self._outputs.append((request.request_id, Refused("refused", problem)))
            return
        sampler = backend.sampler(request.sampling)
        stops = frozenset(stop_tokens)
        sequence = Sequence(
            request, backend.model, deadline, sampler, stops, automaton, arrived=time.monotonic(),
            invocation=backend.invocation(request.adapter) if request.adapter else (),
        )  # fmt: skip
        self.waiting.append(sequence)

    def cancel(self, request_id: str) -> None:
        """End a request now; its memory is free for the next step. Unknown ids have already ended."""
        for sequence in [*self.waiting, *self.running]:
            if sequence.request.request_id == request_id:
                self._finish(sequence, "cancelled")

    def load_adapter(self, name: str, path: Path) -> str | None:
        """Load an adapter; what is wrong with it, or None. Free those that are to go first: it may take one's name."""
        try:
            self._backend.load_adapter(name, path)
        except ModelError as error:
            return str(error)
        return None

    def unload_adapter(self, name: str) -> None:
        """Refuse new requests for an adapter from now on; `free_adapters` frees it when the last one has ended."""
        self._leaving.add(name)

    def forget(self, conversation: str | None) -> None:
        """Empty the memories of a conversation; None: of all."""
        self._cache.forget(conversation)

    def free_adapters(self) -> list[str]:
        """Free the adapters that are to go and that nobody uses any more; their names."""
        if not self._leaving:
            return []
        used = {sequence.request.adapter for sequence in [*self.waiting, *self.running]}
        gone = sorted(self._leaving - used)
        for name in gone:
            self._leaving.discard(name)
            self._cache.forget_adapter(name)
            self._backend.unload_adapter(name)
        return gone

    def admit(self) -> list[Output]:
        """Give up what is too late, let in whom there is a memory for, and return what happened since the last call.

        Comes before every `step`, apart from it so that the supervisor knows who runs should the step end the process.
        """
        self._expire(time.monotonic())
        self._admit()
        return self._take_outputs()

    def step(self) -> list[Output]:
        """Compute one batch, if there is anything to compute, and return what happened since the last call."""
        parts = self._plan()
        if parts:
            started = time.monotonic()
            try:
                with Alarm(self._next_deadline(), self.interrupt):
                    rows = self._backend.run([part.chunk for part in parts], parts[0].sequence.adapter)
            except Interrupted:
                self._lost_s += time.monotonic() - started
                return self._take_outputs()
            self._lost_s = 0.0
            self._planner.record(parts, time.monotonic() - started)
            self._postprocess(parts, rows)
            self.num_steps += 1
        return self._take_outputs()

    def interrupt(self) -> None:
        """Give up the step under way, since somebody has left and others may wait; what it was for is planned again.

        The only method for other threads. Once a second was lost with steps given up in a row, the next one is not: who
        comes and goes must not keep others from being read.
        """
        if self._lost_s < _MOST_LOST_S:
            self._backend.interrupt()

    def _next_deadline(self) -> float:
        return min(sequence.deadline for sequence in [*self.waiting, *self.running])

    def _take_outputs(self) -> list[Output]:
        outputs, self._outputs = self._outputs, []
        return outputs

    def _expire(self, now: float) -> None:
        for sequence in [*self.waiting, *self.running]:
            if now >= sequence.deadline:
                allowed = f"{sequence.request.deadline_s:g} s"
                self._leave(sequence)
                message = f"the answer was not ready within {allowed}; try again or allow more time"
                self._outputs.append((sequence.request.request_id, Refused("deadline", message)))

    def _can_admit(self, sequence: Sequence) -> bool:
        """Whether it may start: a memory is free, and nobody is just computing the prefix that it could share."""
        return self._cache.can_acquire() and sequence.public_key not in self._publishing

    def _admit(self) -> None:
        for sequence in list(self.waiting):
            if not self._can_admit(sequence):
                continue
            self.waiting.remove(sequence)
            public = sequence.public_key
            sequence.memory, held = self._cache.acquire(sequence.cache_key, public, sequence.tokens)
            sequence.num_computed = sequence.num_cached = held
            sequence.guess_rate = self._writer.guess_rate
            self._counts.cached += held
            self.running.append(sequence)
            self._outputs.append((sequence.request.request_id, Begun()))
            if ending := self._writer.jump(sequence):
                self._finish(sequence, ending)
            elif public.tokens and held < len(public.tokens) and not self._cache.has_public(public):
                self._publishing[public] = sequence

    def _plan(self) -> list[Part]:
        """The parts of the next batch: one adapter's sequences."""
        adapter = self._next_adapter()
        return self._planner.plan([s for s in self.running if s.adapter == adapter], self._num_wanted)

    def _num_wanted(self, sequence: Sequence) -> int:
        """All that is pending, but a prefix that is to be published is computed to its end first."""
        public = sequence.public_key
        if self._publishing.get(public) is sequence:
            return sequence.num_next(len(public.tokens) - sequence.num_computed)
        return sequence.num_next(sequence.num_pending)

    def _next_adapter(self) -> str | None:
        """The adapter (one per batch) whose sequences have waited longest."""
        adapters = list(dict.fromkeys(sequence.adapter for sequence in self.running))
        chosen = min(adapters, key=lambda adapter: self._turns.get(adapter, 0), default=None)
        self._turns[chosen] = self.num_steps + 1
        return chosen

    def _postprocess(self, parts: list[Part], rows: list[list[Logits]]) -> None:
        for part, logits in zip(parts, rows, strict=True):
            sequence, chunk = part.sequence, part.chunk
            was_answering = sequence.is_answering
            sequence.num_computed += part.num_pending
            self._counts.prompt += 0 if was_answering else part.num_pending
            public = sequence.public_key
            if self._publishing.get(public) is sequence and sequence.num_computed >= len(public.tokens):
                self._cache.publish(sequence.memory, public)
                del self._publishing[public]
            if ending := self._writer.take(sequence, part.draft, logits):
                self._finish(sequence, ending)
            elif chunk.position + len(chunk.tokens) > sequence.num_computed:
                self._backend.truncate(sequence.memory, sequence.num_computed)

    def _emit(self, sequence: Sequence, token: int) -> None:
        self._outputs.append((sequence.request.request_id, Token(token)))

    def _finish(self, sequence: Sequence, reason: str) -> None:
        self._leave(sequence)
        self._outputs.append((sequence.request.request_id, sequence.finished(reason)))

    def _leave(self, sequence: Sequence) -> None:
        """Take a sequence out of its queue and free what it holds; its tokens stay for its conversation's next turn."""
        sequence.sampler.close()
        self._publishing = {key: owner for key, owner in self._publishing.items() if owner is not sequence}
        if sequence in self.waiting:
            self.waiting.remove(sequence)
        if sequence in self.running:
            self.running.remove(sequence)
            keep = sequence.num_computed if sequence.request.conversation else 0
            self._cache.release(sequence.memory, sequence.tokens[:keep])
