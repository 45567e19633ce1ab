"""Judges what the shop is about to say: texts of its own that are quoted, and sentences that a model worded freely.

A catalogue or an import may hold what somebody planted there, or what no shop wants to repeat. The words alone tell
for most texts that they are fine; only a suspicious sentence is given to the encoder, and its verdict is remembered:
by all shelves of the process, and best before a customer asks (`ahead`).
Knows no plan and no policy: what follows is guard.py's.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator

from assistant.screen.opinion import Opinion

SUSPICIOUS = -2.0
"""The log-odds of a sentence's words from which the encoders are asked: about one in fifteen of harmless ones."""
UNFIT = 7.5
"""Log-odds from which a sentence isn't said: well above a customer's, for a shop's texts are seldom harmful."""
_REMEMBERED = 1 << 16
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_VERSION = re.compile(r"([^()]+?) \(([^()]+)\)")
"""A name with the version behind it: "Heron Blanket (Grey)"."""
_MARKS = re.compile(r"\*\*|__|`")
_ENDS = ' \t-*•#|.“”"'


class _Verdicts:
    """Sentence -> whether it may be said, of the last so many. Thread-safe."""

    def __init__(self) -> None:
        self._found: OrderedDict[str, bool] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, sentence: str) -> bool | None:
        with self._lock:
            if sentence in self._found:
                self._found.move_to_end(sentence)
            return self._found.get(sentence)

    def put(self, sentence: str, fit: bool) -> None:
        with self._lock:
            self._found[sentence] = fit
            if len(self._found) > _REMEMBERED:
                self._found.popitem(last=False)


_OF_THE_HEADS_IN_USE = _Verdicts()


class Shelf:
    """Judges texts by what `opinion` says of them. Thread-safe.

    `ours`: the opinion is that of the heads that ship, so what one shelf has judged all know.
    """

    def __init__(self, opinion: Opinion, *, ours: bool = True) -> None:
        self._opinion = opinion
        self._verdicts = _OF_THE_HEADS_IN_USE if ours else _Verdicts()

    def fit(self, text: str) -> bool:
        """Whether every sentence of `text` may be said."""
        return all(self._sentence(part) for part in _parts(text))

    def ahead(self, texts: Iterable[str], is_over: Callable[[], bool], rest: Callable[[], object]) -> int:
        """Judge the texts' suspicious sentences, until `is_over`; `rest` is called after each. Returns how many."""
        num = 0
        for part in (part for text in texts for part in _parts(text)):
            if is_over():
                break
            if self._verdicts.get(part) is None and self._opinion.of_words(part) >= SUSPICIOUS:
                self._sentence(part)
                rest()
                num += 1
        return num

    def _sentence(self, text: str) -> bool:
        if (known := self._verdicts.get(text)) is not None:
            return known
        if self._opinion.of_words(text) < SUSPICIOUS:
            return True
        fit = bool(self._opinion.scores(text)[0] < UNFIT)
        self._verdicts.put(text, fit)
        return fit


def _parts(text: str) -> Iterator[str]:
    """What of a text is judged by itself: its sentences of three words or more, without marks and quotes around them.

    So a sentence is the same one wherever it is quoted. A name's version is a part of its own: there are many.
    """
    for sentence in _SENTENCE.split(text):
        named = _VERSION.fullmatch(sentence)
        for part in (named[1], *named[2].split(", ")) if named else (sentence,):
            bare = _MARKS.sub("", part).strip(_ENDS)
            if bare.count(" ") >= 2:
                yield bare
