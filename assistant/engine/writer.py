"""Chooses the tokens of answers from what the model computed: samples, follows the grammar, and keeps right guesses.

Knows no queue, no memory and no backend: sequences, logits and what comes of them.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from assistant.engine.backend import Logits
from assistant.engine.cache import common_length
from assistant.engine.draft import Draft
from assistant.engine.request import EngineCounts
from assistant.engine.sequence import Sequence

Ending = str | None
"""Why an answer has ended ("stop" or "length"); None: it goes on."""


class Writer:
    """Writes answers into memories of `context` tokens. `emit` is told of every token, `counts` is kept up to date.

    Without `jumping`, tokens that the grammar leaves no choice about are taken one by one. `guess_rate` is the share of
    all guesses that were right lately.
    """

    def __init__(
        self, context: int, counts: EngineCounts, emit: Callable[[Sequence, int], None], *, jumping: bool = True
    ) -> None:
        self._context = context
        self._counts = counts
        self._emit = emit
        self._jumping = jumping
        self.guess_rate = 0.5

    def take(self, sequence: Sequence, guessed: Draft, rows: list[Logits]) -> Ending:
        """Choose tokens for as long as the guesses were right. Moves `num_computed` over the guesses that were."""
        start, num_right = len(sequence.tokens), 0
        for row in rows:
            if ending := self._advance(sequence, row):
                return ending
            written = sequence.tokens[start + num_right :]
            expected = guessed.tokens[num_right : num_right + len(written)]
            if not expected:
                break
            num_same = common_length(expected, written)
            self._note_guess(sequence, num_same > 0)
            num_right += num_same
            sequence.num_computed = start + num_right
            if num_same < len(written):
                break
        return None

    def jump(self, sequence: Sequence) -> Ending:
        """Append the tokens that the grammar leaves no choice about."""
        while self._jumping and sequence.state and sequence.state.forced:
            for forced in sequence.state.forced:
                sequence.sampler.note(forced)
                self._counts.forced += 1
                if ending := self._append(sequence, forced):
                    return ending
        if self._jumping and sequence.state and sequence.state.is_final:
            return "stop"
        return None

    def _advance(self, sequence: Sequence, logits: Logits) -> Ending:
        """Choose the next token, and append the ones that it leaves no choice about."""
        state = sequence.state
        if state and state.forced:
            token = state.forced[0]
            sequence.sampler.note(token)
        else:
            if state and state.forbidden.all():  # nothing can be written, not even the end
                return "stop"
            if state:
                np.copyto(logits, -np.inf, where=state.forbidden)
            elif sequence.num_completion < sequence.request.min_tokens:
                logits[list(sequence.stop_tokens)] = -np.inf
            token = sequence.sampler.pick(logits)
        if token in sequence.stop_tokens:
            return "stop"
        return self._append(sequence, token) or self.jump(sequence)

    def _append(self, sequence: Sequence, token: int) -> Ending:
        """Add a token to the answer; "length" when that was the last one that fits."""
        sequence.append(token)
        self._counts.output += 1
        self._emit(sequence, token)
        full = len(sequence.tokens) >= self._context
        return "length" if full or sequence.num_completion >= sequence.request.max_tokens else None

    def _note_guess(self, sequence: Sequence, right: bool) -> None:
        sequence.guess_rate += 0.25 * (right - sequence.guess_rate)
        self.guess_rate += 0.02 * (right - self.guess_rate)
        self._counts.guessed += 1
        self._counts.guessed_right += right
