"""Guesses how an answer goes on, from what its own prompt and answer say after the same words: prompt lookup.

A guess is computed in the same batch as the token before it, and kept only where the sampler chooses that very token:
the answer is the one that would have come without. `width` decides how many guesses are worth computing.
Knows no batch, no model and no other request.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from assistant.engine.choices import ChoiceAutomaton
from assistant.engine.mask import Automaton, State
from assistant.engine.phrase import PhraseAutomaton

_LONGEST, _SHORTEST = 4, 2  # tokens that must be the same before a guess is made


class Lookup:
    """Where runs of tokens came last in one request's text, and with that what may follow its end."""

    def __init__(self) -> None:
        self._after: dict[tuple[int, ...], int] = {}
        self._num_known = 0

    def guess(self, tokens: Sequence[int], num: int) -> Sequence[int]:
        """Up to `num` tokens that followed when the end of `tokens` came before; none when it never did.

        `tokens` must go on from those of the call before.
        """
        for end in range(max(self._num_known, _SHORTEST), len(tokens)):
            for length in range(_SHORTEST, min(_LONGEST, end) + 1):
                self._after[tuple(tokens[end - length : end])] = end
        self._num_known = len(tokens)
        for length in range(_LONGEST, _SHORTEST - 1, -1):
            at = self._after.get(tuple(tokens[-length:]))
            if at is not None:
                return tokens[at : at + num]
        return ()


@dataclass(frozen=True)
class Draft:
    """Guessed tokens. `chosen[i]` is False where token i follows from the one before it and needs no sampling."""

    tokens: tuple[int, ...] = ()
    chosen: tuple[bool, ...] = ()

    def cut(self, num: int) -> Draft:
        return Draft(self.tokens[:num], self.chosen[:num])


def draft(
    guesses: Sequence[int],
    automaton: Automaton | PhraseAutomaton | ChoiceAutomaton | None,
    state: State | None,
    stop_tokens: Collection[int],
    limit: int,
) -> Draft:
    """The guesses as far as `automaton` allows them from `state` on, with the tokens that leave it no choice."""
    tokens: list[int] = []
    chosen: list[bool] = []
    position = 0
    while position < len(guesses) and len(tokens) < limit:
        token = guesses[position]
        if token in stop_tokens or (state is not None and (state.forbidden[token] or state.is_final)):
            break
        tokens.append(token)
        chosen.append(True)
        position += 1
        if automaton is None or state is None:
            continue
        state = automaton.next(state, token)
        while state.forced:
            for forced in state.forced:
                tokens.append(forced)
                chosen.append(False)
                state = automaton.next(state, forced)
                position = position + 1 if guesses[position : position + 1] == [forced] else len(guesses)
    return Draft(tuple(tokens[:limit]), tuple(chosen[:limit]))


@dataclass(frozen=True)
class Costs:
    """What a step costs, in units of one more token in it: `step` once, `sequence` for each sequence in it."""

    step: float = 3.0
    sequence: float = 1.5


def width(values: Sequence[Sequence[float]], costs: Costs, widest: int) -> int:
    """How many tokens each sequence should compute in the next step, the same for all.

    `values[i][j]` is what the (j+1)th token of sequence i is worth: 1 for a token that must be computed anyway, the
    chance of being right for a guess. The best width makes the most of the step's time.
    """
    best, best_rate = 1, 0.0
    for num in range(1, widest + 1):
        worth = sum(sum(each[:num]) for each in values)
        rate = worth / (costs.step + len(values) * (costs.sequence + num))
        if rate > best_rate:
            best, best_rate = num, rate
    return best
