"""What the next step of the model computes: a token or a few of every answer, or a piece of the prompts that wait.

Guesses ride along with answers where they pay. Decides only; the scheduler runs the step. Knows no queue, no backend
and no text.
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
    """How many prompt tokens fit into a step, so that it takes about `target_s` on this machine, and whose turn it is.

    Where prompts and answers compete for steps, prompts get `share` of the time: a customer who sees no first word
    waits harder than one whose text comes slowly, and steps of answers that few share are the dearest.
    Pieces are multiples of `tile` tokens as long as there is more to read than that.
    """

    def __init__(self, max_tokens: int, tile: int = 1, *, target_s: float = 0.13, share: float = 0.85) -> None:
        self._max_tokens = max_tokens
        self._tile = tile
        self._target_s = target_s
        self._share = share
        self._tokens_per_s = 400.0
        self._prompt_s = self._answer_s = 0.0  # of time that was competed for, each by its share

    def num_tokens(self, num_wanted: int | None = None) -> int:
        """Tokens of the next piece; all that is wanted where only a small rest would be left for another step.

        A rest may make a step half as long again as it should be, no longer: who stops waits for the step under way.
        """
        fitting = self._tokens_per_s * self._target_s
        num = int(min(self._max_tokens, max(32, fitting)))
        num = max(self._tile, num // self._tile * self._tile)
        most = min(self._max_tokens, max(num, int(1.5 * fitting)))
        return num_wanted if num_wanted is not None and num_wanted <= most else num

    def seconds(self, num_tokens: int) -> float:
        """About how long so many prompt tokens take here."""
        return num_tokens / self._tokens_per_s

    def is_prompts_turn(self) -> bool:
        return self._prompt_s <= self._answer_s

    def record(self, num_prompt: int, num_answer: int, seconds: float, *, competed: bool) -> None:
        """Learn from a step of so many tokens; short prompts say nothing about longer ones.

        A step that something else has held up counts as an ordinary one, or the other side would have to pay for it.
        """
        counted = min(seconds, 2 * max(self._target_s, self.seconds(num_prompt)))
        if not competed:
            self._prompt_s = self._answer_s = 0.0
        elif num_answer:
            self._answer_s += counted / (1 - self._share)
        else:
            self._prompt_s += counted / self._share
        if num_prompt >= 32 and seconds > 0:
            self._tokens_per_s += 0.3 * ((num_prompt + num_answer) / seconds - self._tokens_per_s)


class Planner:
    """Plans steps of at most `max_batch` tokens in memories of `context` tokens.

    With `even`, chunks of one length are quickest: a step has answers or a piece of one prompt, as each would be a pass
    of its own anyway. Else answers come first, and prompts get what is left of the step. Prompts are read in multiples
    of `tile` tokens. Without `guessing`, nothing is drafted.
    """

    def __init__(
        self,
        max_batch: int,
        context: int,
        *,
        even: bool = False,
        tile: int = 1,
        guessing: bool = True,
        costs: Costs | None = None,
    ) -> None:
        self._max_batch = max_batch
        self._context = context
        self._even = even
        self._guessing = guessing
        self._costs = costs or Costs()
        self._competed = False
        self.pacer = Pacer(max_batch, tile)

    def plan(self, ready: Iterable[Sequence], num_wanted: Callable[[Sequence], int]) -> list[Part]:
        """The parts of the next step, in the order of their memories. `num_wanted` is how far a prompt may go."""
        sequences = list(ready)
        answering = [s for s in sequences if s.is_answering]
        reading = self._in_turn((s for s in sequences if not s.is_answering and num_wanted(s) > 0), num_wanted)
        self._competed = bool(answering and reading)
        if self._even and reading:
            if not answering or self.pacer.is_prompts_turn():
                return self._prompts(reading[:1], num_wanted, self.pacer.num_tokens(num_wanted(reading[0])))
            reading = []
        parts = self._answers(answering)
        space = self._max_batch - sum(len(part.chunk.tokens) for part in parts)
        parts += self._prompts(reading, num_wanted, min(space, self.pacer.num_tokens()))
        return sorted(parts, key=lambda part: part.chunk.memory)

    def _in_turn(self, reading: Iterable[Sequence], num_wanted: Callable[[Sequence], int]) -> list[Sequence]:
        """Prompts by when they would have been read, had they been alone: a short one, or one that is nearly read, goes
        before a long one, but nobody is overtaken by those who come later than that takes."""
        return sorted(reading, key=lambda s: s.arrived + self.pacer.seconds(num_wanted(s)))

    def record(self, parts: list[Part], seconds: float) -> None:
        """Learn from a step that was planned and took `seconds`. Called before the parts' sequences move on."""
        answers = sum(len(part.chunk.tokens) for part in parts if part.sequence.is_answering)
        prompts = sum(len(part.chunk.tokens) for part in parts) - answers
        self.pacer.record(prompts, answers, seconds, competed=self._competed)

    def _prompts(self, sequences: list[Sequence], num_wanted: Callable[[Sequence], int], space: int) -> list[Part]:
        parts = []
        for sequence in sequences:
            num = min(num_wanted(sequence), space)
            if num <= 0:
                break
            start, end = sequence.num_computed, sequence.num_computed + num
            wanted = (num - 1,) if end == len(sequence.tokens) else ()
            parts.append(Part(sequence, Chunk(sequence.memory, sequence.tokens[start:end], start, wanted), num))
            space -= num
        return parts

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
