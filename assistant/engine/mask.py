"""Keeps a model from writing figures: the token automaton behind `request.Placeholders`.

Outside a placeholder, plain text only. "{" opens one, and then only what can complete one of the allowed ones may come.
Everything is decided by the text of the tokens, so any tokenisation of a placeholder will do; also one whose last
token goes on behind the brace ("},"): that is how a vocabulary writes it in a prompt, and what a model has learnt.
Knows no llama.cpp, no scheduler and no shop: pieces of text and arrays of truth values.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_PUNCTUATION = frozenset(" .,'-!?:;\"()&‘’“”–—…")
_MAX_AUTOMATA = 256


def is_plain(text: str) -> bool:
    """Whether it may stand outside placeholders: Latin letters, ordinary punctuation, single spaces."""
    return bool(text) and "  " not in text and all(map(_is_plain_character, text))


@functools.lru_cache(maxsize=4096)
def _is_plain_character(character: str) -> bool:
    if character in _PUNCTUATION:
        return True
    is_letter = unicodedata.category(character) in ("Lu", "Ll")
    return is_letter and unicodedata.name(character, "").startswith("LATIN")


@dataclass(frozen=True, eq=False)
class State:
    """Where an answer stands. `partial` is the placeholder begun so far ("" outside of one).

    `forbidden` (num_tokens,) is True for the tokens that may not come next. `forced` are the tokens that must come next
    because only one continuation remains; they need no sampling. `is_final` when nothing but the end may come.
    """

    partial: str
    forbidden: NDArray[np.bool_]
    forced: tuple[int, ...]
    is_final: bool = False


class TokenTable:
    """What the automata of one vocabulary share: the text of each token, and the plain-text mask.

    `pieces` are the tokens' bytes, `control` those that are no text, and `encode` splits plain text into tokens.
    """

    def __init__(self, pieces: Sequence[bytes], control: Iterable[int], encode: Callable[[str], list[int]]) -> None:
        self.num_tokens = len(pieces)
        self._encode = encode
        no_text = frozenset(control)
        self.texts: list[str] = [
            "" if token in no_text else piece.decode("utf-8", "ignore") if _is_whole(piece) else ""
            for token, piece in enumerate(pieces)
        ]
        self.not_plain: NDArray[np.bool_] = np.array([not is_plain(text) for text in self.texts], dtype=np.bool_)
        self.longest = 0
        self.ids_by_text: dict[str, list[int]] = {}
        self.openers: list[tuple[int, str]] = []  # (token, its text from the brace on), what stands before being plain
        for token, text in enumerate(self.texts):
            if not text:
                continue
            self.ids_by_text.setdefault(text, []).append(token)
            self.longest = max(self.longest, len(text))
            before, brace, _ = text.partition("{")
            if brace and (not before or is_plain(before)):
                self.openers.append((token, text[len(before) :]))
        self.closers: list[tuple[int, str]] = []  # (token, its text to the brace), plain text following it
        for token, text in enumerate(self.texts):
            start, brace, after = text.partition("}")
            if brace and is_plain(after):
                self.closers.append((token, start + brace))
        self.closes_onward = bool(self.closers)
        self._automata: dict[tuple[tuple[str, ...], tuple[int, ...]], Automaton] = {}

    def encode(self, text: str) -> tuple[int, ...]:
        """Token ids that spell plain text; none where the tokenizer's own spell another: some put a space before
        every text."""
        tokens = tuple(self._encode(text))
        return tokens if "".join(self.texts[token] for token in tokens) == text else ()

    def automaton(self, allowed: tuple[str, ...], stop_tokens: tuple[int, ...]) -> Automaton:
        """The automaton for these placeholders; built once for as long as it is among the last 256 in use."""
        key = (allowed, stop_tokens)
        automaton = self._automata.pop(key, None) or Automaton(self, allowed, stop_tokens)
        self._automata[key] = automaton
        if len(self._automata) > _MAX_AUTOMATA:
            del self._automata[next(iter(self._automata))]
        return automaton


def _is_whole(piece: bytes) -> bool:
    try:
        piece.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


class Automaton:
    """The states that answers with the same `allowed` placeholders go through. Masks are made once per state.

    Raises ValueError when a text of `allowed` isn't of the form "{...}" with no braces within, or has a character that
    is no token by itself (then the model could come to a point where nothing may follow).
    """

    def __init__(self, table: TokenTable, allowed: tuple[str, ...], stop_tokens: tuple[int, ...]) -> None:
        for text in allowed:
            if len(text) < 3 or text[0] != "{" or text[-1] != "}" or "{" in text[1:] or "}" in text[:-1]:
                raise ValueError(f"{text!r} is no placeholder: write it as {{name}} without further braces")
            if any(character not in table.ids_by_text for character in text):
                raise ValueError(f"the placeholder {text!r} can't be written with this model's vocabulary")
        self._table = table
        self._allowed = tuple(dict.fromkeys(allowed))
        self._stop_tokens = frozenset(stop_tokens)
        self._states: dict[str, State] = {}
        self.start = self._state("")

    def next(self, state: State, token: int) -> State:
        """The state after `token`, which must not be one that `state` forbids."""
        if token in self._stop_tokens:
            return self.start
        text = self._table.texts[token]
        if not state.partial:
            _, brace, after = text.partition("{")
            return self._state_after(brace + after)
        return self._state_after(state.partial + text)

    def _state_after(self, partial: str) -> State:
        return self.start if "}" in partial else self._state(partial)

    def _state(self, partial: str) -> State:
        state = self._states.get(partial)
        if state is None:
            state = self._outside() if not partial else self._inside(partial)
            self._states[partial] = state
        return state

    def _outside(self) -> State:
        forbidden = self._table.not_plain.copy()
        for token, text in self._table.openers:
            if any(placeholder.startswith(text) for placeholder in self._allowed):
                forbidden[token] = False
        forbidden[list(self._stop_tokens)] = False
        forbidden.flags.writeable = False
        return State("", forbidden, ())

    def _inside(self, partial: str) -> State:
        rests = [text[len(partial) :] for text in self._allowed if text.startswith(partial)]
        forbidden = np.ones(self._table.num_tokens, dtype=np.bool_)
        for rest in rests:
            for end in range(1, len(rest) + 1):
                forbidden[self._table.ids_by_text.get(rest[:end], [])] = False
        forbidden[[token for token, text in self._table.closers if text in rests]] = False
        forbidden.flags.writeable = False
        return State(partial, forbidden, self._without_brace(common_start([self._table.encode(r) for r in rests])))

    def _without_brace(self, forced: tuple[int, ...]) -> tuple[int, ...]:
        """The forced tokens but for one that closes the placeholder, where what follows may be in the same token."""
        closes = forced and "}" in self._table.texts[forced[-1]]
        return forced[:-1] if closes and self._table.closes_onward else forced


def common_start(token_lists: list[tuple[int, ...]]) -> tuple[int, ...]:
    """The tokens with which all of the lists begin: those may be written without asking the model."""
    if not token_lists:
        return ()
    first, last = min(token_lists), max(token_lists)
    length = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    return first[:length]
