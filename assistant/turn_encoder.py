"""The encoder as one turn uses it: what the turn has worked out with it is kept for that turn, and goes with it.

    encode = TurnEncoder(embedder.encode)
    once(encode, ("asked", question), lambda: head.probabilities(encode([question])[0], question))

A message is taken in several ways and each is answered (readings/): the same texts are embedded and the same lines
weighed again for each of them. What is kept holds a customer's words, so no turn's is seen by another, and nothing of
it outlives the turn. For one thread. Knows no texts' meaning.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from assistant.linear import Encode

Made = TypeVar("Made")


class TurnEncoder:
    """Embeds texts as the encoder beneath does, each once. Make a new one for every turn."""

    def __init__(self, encode: Encode) -> None:
        self._encode = encode
        self._vectors: dict[str, NDArray[np.float32]] = {}
        self.worked_out: dict[Hashable, Any] = {}
        """What `once` has made, by what it was asked with."""

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(num_texts,) -> (num_texts, 384), each of length one."""
        if new := [text for text in dict.fromkeys(texts) if text not in self._vectors]:
            self._vectors |= zip(new, self._encode(new), strict=True)
        return np.array([self._vectors[text] for text in texts]) if texts else self._encode(texts)


def once(encode: Encode, key: Hashable, make: Callable[[], Made]) -> Made:
    """What `make` makes: once for a turn, where `encode` is a turn's own; else every time."""
    if not isinstance(encode, TurnEncoder):
        return make()
    kept = encode.worked_out
    if key not in kept:
        kept[key] = make()
    return cast(Made, kept[key])
