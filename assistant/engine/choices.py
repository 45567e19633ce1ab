"""Keeps an answer to whole sentences that were given: each in its turn one of several wordings.

At every point only the tokens may come that spell the beginning of what is left of a wording; where one way is left no
token is sampled at all. Knows no llama.cpp, no shop and no English: texts, texts of tokens and arrays of truth values.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assistant.engine.mask import State, TokenTable, common_start

_FEW = 6
"""With so few ways left it is worth looking for what they have in common."""


@dataclass(frozen=True, eq=False)
class ChoiceState(State):
    """A State that knows which sentence it is in, and what of it has been typed."""

    place: int = 0
    typed: str = ""


class ChoiceAutomaton:
    """The states of answers whose sentences are each one of `sentences[n]`. Masks are made once per position.

    Raises ValueError for a wording that the vocabulary can't spell, or a sentence without any.
    """

    def __init__(self, table: TokenTable, sentences: tuple[tuple[str, ...], ...], stop_tokens: tuple[int, ...]) -> None:
        self._table = table
        self._ways: list[list[str]] = []
        for number, wordings in enumerate(sentences):
            lead = " " if number else ""
            spelled = [lead + w for w in wordings if all(c in table.ids_by_text for c in lead + w)]
            if not spelled:
                raise ValueError(f"sentence {number + 1} can't be written with this model's vocabulary")
            self._ways.append(spelled)
        self._stop_tokens = list(stop_tokens)
        self._states: dict[tuple[int, str], ChoiceState] = {}
        self.start: State = self._state(0, "")

    def next(self, state: State, token: int) -> State:
        """The state after `token`, which must not be one that `state` forbids."""
        assert isinstance(state, ChoiceState)
        if token in self._stop_tokens:
            return self.start
        typed = state.typed + self._table.texts[token]
        if state.place < len(self._ways) and typed in self._ways[state.place]:
            return self._state(state.place + 1, "")
        return self._state(state.place, typed)

    def _state(self, place: int, typed: str) -> ChoiceState:
        state = self._states.get((place, typed))
        if state is None:
            state = self._states[place, typed] = self._make(place, typed)
            state.forbidden.flags.writeable = False
        return state

    def _make(self, place: int, typed: str) -> ChoiceState:
        forbidden = np.ones(self._table.num_tokens, dtype=np.bool_)
        if place >= len(self._ways):
            forbidden[self._stop_tokens] = False
            return ChoiceState("", forbidden, (), is_final=True, place=place, typed=typed)
        rests = {way[len(typed) :] for way in self._ways[place] if way.startswith(typed)}
        starts = {rest[:end] for rest in rests for end in range(1, min(len(rest), self._table.longest) + 1)}
        for start in starts:
            forbidden[self._table.ids_by_text.get(start, [])] = False
        shared = common_start([self._table.encode(rest) for rest in rests]) if len(rests) <= _FEW else ()
        return ChoiceState("", forbidden, shared, place=place, typed=typed)
