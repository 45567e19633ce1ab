"""The states of a message's tokens by an encoder that was trained further to hear harm in it.

    messages = Messages()                       # for one turn: a text is computed once, however often it is asked for
    messages("where is my parcel")              # (num_tokens, 384): what the heads for harm and moods read

The upper half of MiniLM was trained on harm, moods and acts at once (finetune/message_train.py); the lower half and the
words' vectors are the packaged model's. Moods are heard in these states as well; clauses and the search have the
packaged model as it is (shop/embed.py). The file holds the screening's first head too. Knows no head.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.encoder import Encoder

LAYERS = Path(__file__).parent / "data" / "messages.safetensors"

States = NDArray[np.float32]


@lru_cache(maxsize=1)
def message_encoder() -> Encoder:
    """The process's one encoder of messages, loaded at the first call (about a third of a second)."""
    return Encoder.open(LAYERS)


class Messages:
    """The states of one turn's texts, each computed once. For one thread."""

    def __init__(self, encoder: Encoder | None = None) -> None:
        """`encoder` None: the one that ships with the package."""
        self._encoder = encoder or message_encoder()
        self._found: dict[str, States] = {}

    def __call__(self, text: str) -> States:
        """The states of a text's tokens, (num_tokens, 384); only the first 126."""
        if text not in self._found:
            states = self._encoder.states(text)[1:-1]
            states.flags.writeable = False
            self._found[text] = states
        return self._found[text]


def states_of(text: str) -> States:
    """The states of a text that nobody else reads, (num_tokens, 384)."""
    return message_encoder().states(text)[1:-1]
