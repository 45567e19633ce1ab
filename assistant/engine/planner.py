"""What the next step of the model computes: a token or a few of every answer, and a piece of the prompts that wait.

Answers come first, so that a long prompt, taken in pieces, never stalls them; guesses ride along where they pay.
Decides only; the scheduler runs the step. Knows no queue, no backend and no text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from assistant.engine.backend import Chunk
from assistant.engine.draft import Costs, Draft, draft, width
from assistant.engine.sequence import Sequence

_NO_DRAFT = Draft()
_WIDEST = 16  # tokens of one answer in one step


@dataclass(frozen=True)
class Part:
    """One sequence's share of a step. The chunk is `num_pending` tokens that are certain, then the draft, then padding
    that makes all chunks of equal length where that is quicker."""

    sequence: Sequence
    chunk: Chunk
    num_pending: int
    draft: Draft = _NO_DRAFT


class Pacer:
    """How many prompt tokens fit into a step, so that a step takes about `target_s` seconds on this machine."""

    def __init__(self, max_tokens: int, target_s: float = 0.2) -> None:
        self._max_tokens = max_tokens
        self._target_s = target_s
        self._tokens_per_s = 1000.0

    def num_tokens(self) -> int:
        return int(min(self._max_tokens, max(32, self._tokens_per_s * self._target_s)))

    def record(self, num_tokens: int, seconds: float) -> None:
        """Learn from a step; small ones say nothing about prompts."""
        if num_tokens >= 32 and seconds > 0:
            self._tokens_per_s += 0.3 * (num_tokens / seconds - self._tokens_per_s)


class Planner:
    """Plans steps of at most `max_batch` tokens in memories of `context` tokens.

    With `even`, chunks of one length are quickest. Without `guessing`, nothing is drafted.
    """

    def __init__(
        self, max_batch: int, context: int, *, even: bool = False, guessing: bool = True, costs: Costs | None = None
    ) -> None:
        self._max_batch = max_batch
        self._context = context
        self._even = even
        self._guessing = guessing
        self._costs = costs or Costs()
        self.pacer = Pacer(max_batch)

    def plan(self, ready: Iterable[Sequence], num_wanted: Callable[[Sequence], int]) -> list[Part]:
        """The parts of the next step, in the order of their memories. `num_wanted` is how far a prompt may go."""
        sequences = list(ready)
        answers = self._answers([s for s in sequences if s.is_answering])
        space = self._max_batch - sum(len(part.chunk.tokens) for part in answers)
        space = min(space, self.pacer.num_tokens())
        parts = answers
        for sequence in sequences:
            num = min(num_wanted(sequence), space)
            if sequence.is_answering or num <= 0:
                continue
            start, end = sequence.num_computed, sequence.num_computed + num
            wanted = (num - 1,) if end == len(sequence.tokens) else ()
            parts.append(Part(sequence, Chunk(sequence.memory, sequence.tokens[start:end], start, wanted), num))
            space -= num
        return sorted(parts, key=lambda part: part.chunk.memory)

    def _answers(self, sequences: list[Sequence]) -> list[Part]:
        if not sequences:
            return []
        widest = max(1, min(_WIDEST, self._max_batch // len(sequences)))
        drafts = [self._draft(sequence, widest) for sequence in sequences]
        values = [_values(s, d) for s, d in zip(sequences, drafts, strict=True)]
        num = width(values, self._costs, min(widest, max(map(len, values))))
        return [self._part(sequence, d, num) for sequence, d in zip(sequences, drafts, strict=True)]

    def _draft(self, sequence: Sequence, widest: int) -> Draft:
        room = min(
            widest - sequence.num_pending,
            self._context - len(sequence.tokens) - 1,
            sequence.request.max_tokens - sequence.num_completion - 1,
        )
        if not self._guessing or room <= 0:
            return _NO_DRAFT
        guesses = sequence.lookup.guess(sequence.tokens, room)
        return draft(guesses, sequence.automaton, sequence.state, sequence.stop_tokens, room)

    def _part(self, sequence: Sequence, guessed: Draft, num: int) -> Part:
        start, pending = sequence.num_computed, sequence.num_pending
        certain = sequence.tokens[start : start + num]
        if pending > num:
            return Part(sequence, Chunk(sequence.memory, certain, start), num)
        kept = guessed.cut(num - pending)
        if guessed.tokens and not kept.tokens:
            sequence.guess_rate = min(0.5, sequence.guess_rate + 0.01)  # it may be worth another try some day
        tokens = [*certain, *kept.tokens]
        wanted = [pending - 1 + place for place, chosen in enumerate(kept.chosen) if chosen]
        wanted.append(pending - 1 + len(kept.tokens))
        if self._even and start + num <= self._context:
            tokens += tokens[-1:] * (num - len(tokens))
        return Part(sequence, Chunk(sequence.memory, tokens, start, tuple(wanted)), pending, kept)


def _values(sequence: Sequence, guessed: Draft) -> list[float]:
    """What each token of the sequence's next chunk is worth; see `draft.width`."""
    values = [1.0] * sequence.num_pending
    chance = 1.0
    for chosen in guessed.chosen:
        chance *= sequence.guess_rate if chosen else 1.0
        values.append(chance)
    return values
