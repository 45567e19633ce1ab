"""The screening's two heads with the encoders that they read: `screen` itself knows none. Knows no message."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from assistant.encoder import Encoder
from assistant.messages import message_encoder, states_of
from assistant.screen.head import SafetyHead, Words, default_head
from assistant.screen.opinion import Opinion, States
from assistant.shop.embed import default_embedder


def opinion(trained: States | None = None, packaged: States | None = None) -> Opinion:
    """What the heads that ship say of a text. None: an encoder of the process, without a memory; a turn has its own."""
    first, words = _of_the_file()
    return Opinion(trained or states_of, packaged or packaged_states, first, default_head(), words)


def opinion_of(encoder: Encoder, second: SafetyHead | None = None) -> Opinion:
    """What another encoder with the head in its file says, beside the second head in use (or another)."""
    return Opinion(
        lambda text: encoder.states(text)[1:-1],
        packaged_states,
        SafetyHead(encoder.rest),
        second or default_head(),
        Words(encoder.rest),
    )


def packaged_states(text: str) -> NDArray[np.float32]:
    """The packaged encoder's states of a text's tokens."""
    return default_embedder().tokens(text)[0]


@lru_cache(maxsize=1)
def _of_the_file() -> tuple[SafetyHead, Words]:
    rest = message_encoder().rest
    return SafetyHead(rest), Words(rest)
