"""Judges what the shop is about to say: texts of its own that are quoted, and sentences that a model worded freely.

A catalogue or an import may hold what somebody planted there, or what no shop wants to repeat. The words alone tell
for most texts that they are fine; only a suspicious sentence is given to the encoder, and its verdict is remembered.
Knows no plan and no policy: what follows is guard.py's.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict

from assistant.screen.head import SafetyHead, default_head
from assistant.screen.judge import States
from assistant.screen.plain import plain

SUSPICIOUS = -1.0
"""What a sentence's words must add to the log-odds before the encoder is asked; chosen on public texts of shops."""
UNFIT = 7.5
"""Log-odds from which a sentence isn't said: well above a customer's, for a shop's texts are seldom harmful."""
_REMEMBERED = 4096
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")


class Shelf:
    """Judges texts with one head. Thread-safe."""

    def __init__(self, states: States, head: SafetyHead | None = None) -> None:
        self._states = states
        self._head = head or default_head()
        self._found: OrderedDict[str, bool] = OrderedDict()
        self._lock = threading.Lock()

    def fit(self, text: str) -> bool:
        """Whether every sentence of `text` may be said."""
        return all(self._sentence(part) for part in _SENTENCE.split(text) if part.count(" ") >= 2)

    def _sentence(self, text: str) -> bool:
        of_words = self._head.of_pieces(plain(text))
        if of_words[0] < SUSPICIOUS:
            return True
        with self._lock:
            if (known := self._found.get(text)) is not None:
                return known
        fit = bool(self._head.scores(of_words, self._states(text))[0] < UNFIT)
        with self._lock:
            self._found[text] = fit
            if len(self._found) > _REMEMBERED:
                self._found.popitem(last=False)
        return fit
