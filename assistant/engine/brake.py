"""Stops llama.cpp in the middle of a batch, from another thread.

llama.cpp asks a function after every operation whether to give up. It is the C library's `strlen` here, asked about a
text of one byte: it costs nothing, where a function of Python would wait for the interpreter a thousand times a batch.
Knows no batch and no request.
"""

from __future__ import annotations

import ctypes
from typing import Any

from assistant.engine.lib import llama

_is_pulled: Any = ctypes.cast(ctypes.CDLL(None).strlen, llama.ggml_abort_callback)


class Brake:
    """A byte, 0 unless the batch under way, or else the next one, is to be given up. For any thread."""

    def __init__(self) -> None:
        self._byte = ctypes.create_string_buffer(2)

    def attach(self, params: Any) -> None:
        """Let a context that is made with `params` (llama_context_params) look at it. It must outlive the context."""
        params.abort_callback = _is_pulled
        params.abort_callback_data = ctypes.cast(self._byte, ctypes.c_void_p)

    def pull(self) -> None:
        self._byte[0] = b"\1"

    def release(self) -> None:
        self._byte[0] = b"\0"
