"""How harmful a text looks to two heads, each with an encoder of its own, and to its words alone.

The first head's encoder was trained for it (assistant/messages.py), the second reads the search's. They err on other
texts: the mean of both blocks more at the same refusals of harmless texts than either. The second is asked only where
the first isn't clear, for about one harmless message in thirty. Read-only, as thread-safe as its states.
Knows no policy: judge.py and shelf.py decide what follows from a score.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.screen.head import SafetyHead, Words
from assistant.screen.plain import plain

States = Callable[[str], NDArray[np.float32]]
"""An encoder's states of a text's tokens, (num_tokens, 384)."""

CLEAR = -2.0
"""Log-odds by the first head below which a text is harmless, whatever the second would say."""


@dataclass(frozen=True)
class Opinion:
    """`trained` are the states of the encoder that was trained for the first head, `packaged` those of the other."""

    trained: States
    packaged: States
    first: SafetyHead
    second: SafetyHead
    words: Words

    def scores(self, text: str) -> NDArray[np.float32]:
        """The log-odds that `text` is harmful, then a score for each category."""
        simple = plain(text)
        first = self.first.scores(self.first.of_pieces(simple), self.trained(text))
        if first[0] < CLEAR:
            return first
        second = self.second.scores(self.second.of_pieces(simple), self.packaged(text))
        return np.asarray((first + second) / 2, np.float32)

    def of_words(self, text: str) -> float:
        """The log-odds by the words of `text` alone: rough, and cheap."""
        return self.words.of(plain(text))
