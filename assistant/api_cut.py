"""Where an answer ends for its caller: after so many tokens, or before a sequence that stops it.

    cut = Cut(stop=["\\n"], max_tokens=60, count=count_tokens)
    for piece in pieces: send(cut.take(piece))
    send(cut.rest())                                  # what could have been the beginning of a stop sequence
    cut.finish                                        # "stop" or "length"

The pieces are an answer's sentences, and a limit in tokens ends it between two of them: half a sentence can say what
the shop doesn't ("it is not" of "it is not waterproof"). A stop sequence ends it wherever it stands, as its caller
asked. The turn itself goes on to its end, so that the conversation is kept whole. Knows no HTTP.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal


class Cut:
    """What of one answer is sent. `max_tokens` None: there is no limit; `count` says how many tokens a text has."""

    def __init__(
        self, *, stop: Sequence[str] = (), max_tokens: int | None = None, count: Callable[[str], int] = len
    ) -> None:
        self._stop = [sequence for sequence in stop if sequence]
        self._max_tokens = max_tokens
        self._count = count
        self._taken = ""
        self._held = ""
        self.is_over = False
        """Whether nothing more is sent, whatever comes."""
        self.finish: Literal["stop", "length"] = "stop"
        self.sent = ""
        """All that was sent so far."""

    def take(self, piece: str) -> str:
        """What is to be sent now that this piece has come; "" where nothing is."""
        if self.is_over:
            return ""
        if self._max_tokens is not None and self._count(self._taken + piece) > self._max_tokens:
            self.is_over, self.finish = True, "length"
            return self._send(self._held)
        self._taken += piece
        text = self._held + piece
        places = [place for sequence in self._stop if (place := text.find(sequence)) >= 0]
        if places:
            self.is_over = True
            return self._send(text[: min(places)])
        kept = max((_overlap(text, sequence) for sequence in self._stop), default=0)
        self._held = text[len(text) - kept :]
        return self._send(text[: len(text) - kept])

    def rest(self) -> str:
        """What is still to be sent at the answer's end."""
        if self.is_over:
            return ""
        self.is_over = True
        return self._send(self._held)

    def _send(self, text: str) -> str:
        self.sent += text
        return text


def _overlap(text: str, sequence: str) -> int:
    """How many characters at the end of `text` could be the beginning of `sequence`."""
    longest = min(len(text), len(sequence) - 1)
    return next((n for n in range(longest, 0, -1) if text.endswith(sequence[:n])), 0)
