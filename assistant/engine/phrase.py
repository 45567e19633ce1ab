"""Keeps an answer to one sentence of a small grammar: the automaton behind `request.Grammar`.

The grammar is a graph of words, marks and placeholders. At every point only the tokens that spell the beginning of a
node from which the sentence can still be finished, with all that it needs, may come. So the model chooses among whole,
true sentences: it can't loop, wander, stop short or put a fact where it doesn't belong; where one way is left no token
is sampled at all. Knows no llama.cpp, no shop and no English: nodes, texts of tokens and arrays of truth values.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from assistant.engine.choices import ChoiceAutomaton
from assistant.engine.mask import Automaton, State, TokenTable, common_start
from assistant.engine.request import Grammar, Placeholders

END = "."
_MARKS = frozenset({END, ","})


@dataclass(frozen=True)
class Position:
    """Where an answer stands: the last whole node ("" at the beginning), what has been typed of the next one, and the
    placeholders that are used up."""

    node: str = ""
    typed: str = ""
    used: frozenset[str] = frozenset()


@dataclass(frozen=True, eq=False)
class PhraseState(State):
    """A State that knows its position."""

    position: Position = Position()


class Walk:
    """The ways through a grammar: which nodes may follow so that the sentence can still be finished."""

    def __init__(self, grammar: Grammar) -> None:
        self._follow = dict(grammar.follow)
        self._needed = grammar.needed
        self._finishes: dict[tuple[str, frozenset[str]], bool] = {}

    def next_nodes(self, at: Position) -> list[str]:
        """The nodes that may follow so that the sentence can still be finished."""
        return [n for n in self._follow.get(at.node, ()) if self._finish(n, at.used, frozenset())]

    def _finish(self, node: str, used: frozenset[str], trail: frozenset[str]) -> bool:
        """Whether a sentence that goes on with `node` can come to its end with everything needed said once."""
        if node == END:
            return self._needed <= used
        if node in used or node in trail:
            return False
        key = (node, used)
        if key not in self._finishes or trail:
            after = used | {node} if node.startswith("{") else used
            on = frozenset() if node.startswith("{") else trail | {node}
            result = any(self._finish(n, after, on) for n in self._follow.get(node, ()))
            if trail:
                return result
            self._finishes[key] = result
        return self._finishes[key]


class PhraseAutomaton:
    """The states of answers under one grammar. Masks are made once per position.

    Raises ValueError for a grammar under which no sentence can be written.
    """

    def __init__(self, table: TokenTable, grammar: Grammar, stop_tokens: tuple[int, ...]) -> None:
        self._table = table
        self._walk = Walk(grammar)
        self._stop_tokens = list(stop_tokens)
        self._states: dict[Position, PhraseState] = {}
        if not self._walk.next_nodes(Position()):
            raise ValueError("no sentence can be written under this grammar")
        self.start: State = self._state(Position())

    def next(self, state: State, token: int) -> State:
        """The state after `token`, which must not be one that `state` forbids."""
        assert isinstance(state, PhraseState)
        if token in self._stop_tokens:
            return self.start
        at = state.position
        typed = at.typed + self._table.texts[token]
        for node in self._walk.next_nodes(at):
            if typed == spelled(node, at):
                used = at.used | {node} if node.startswith("{") else at.used
                return self._state(Position(node, "", used))
        return self._state(replace(at, typed=typed))

    def _state(self, at: Position) -> PhraseState:
        state = self._states.get(at)
        if state is None:
            state = self._states[at] = self._make(at)
            state.forbidden.flags.writeable = False
        return state

    def _make(self, at: Position) -> PhraseState:
        forbidden = np.ones(self._table.num_tokens, dtype=np.bool_)
        if at.node == END:
            forbidden[self._stop_tokens] = False
            return PhraseState("", forbidden, (), True, at)
        ways = [spelled(node, at) for node in self._walk.next_nodes(at)]
        rests = [way[len(at.typed) :] for way in ways if way.startswith(at.typed)]
        for rest in rests:
            for end in range(1, len(rest) + 1):
                forbidden[self._table.ids_by_text.get(rest[:end], [])] = False
        return PhraseState("", forbidden, common_start([self._table.encode(rest) for rest in rests]), False, at)


def automaton_for(
    table: TokenTable, placeholders: Placeholders, stop_tokens: tuple[int, ...]
) -> Automaton | PhraseAutomaton | ChoiceAutomaton:
    """The automaton that keeps an answer to `placeholders`: by its sentences or grammar, else by plain text.

    Raises ValueError for a placeholder or a grammar that can't be written.
    """
    if placeholders.sentences:
        return ChoiceAutomaton(table, placeholders.sentences, stop_tokens)
    if placeholders.grammar is None:
        return table.automaton(placeholders.allowed, stop_tokens)
    return PhraseAutomaton(table, placeholders.grammar, stop_tokens)


def spelled(node: str, at: Position) -> str:
    """A node as it is written behind `at`: with its space, and a capital at the beginning."""
    node = node.partition("#")[0]
    if at.node == "":
        return node[:1].upper() + node[1:]
    return node if node in _MARKS else f" {node}"
