"""A loaded model's vocabulary: text to token ids and back, and what kind of token each one is.

Knows no chat, no request and no weights: it works on a model that was loaded with its vocabulary alone, too.
"""

from __future__ import annotations

import ctypes
import re
from functools import cached_property
from typing import Any

from assistant.engine.lib import llama
from assistant.errors import EngineError

_UNKNOWN, _UNUSED, _CONTROL, _USER_DEFINED = 1, 2, 8, 16  # llama_token_attr, as bits


class Vocabulary:
    """The vocabulary of a llama.cpp model (a pointer that the caller keeps loaded). Thread-safe: it only reads."""

    def __init__(self, model: Any) -> None:
        self._vocab = llama.llama_model_get_vocab(model)
        self.num_tokens = int(llama.llama_vocab_n_tokens(self._vocab))

    @cached_property
    def pieces(self) -> list[bytes]:
        """The bytes that each token stands for, control tokens included ("<|im_end|>")."""
        buffer = ctypes.create_string_buffer(256)
        pieces = []
        for token in range(self.num_tokens):
            size = llama.llama_token_to_piece(self._vocab, token, buffer, len(buffer), 0, True)
            if size < 0:
                buffer = ctypes.create_string_buffer(-size)
                size = llama.llama_token_to_piece(self._vocab, token, buffer, len(buffer), 0, True)
            pieces.append(buffer.raw[:size])
        return pieces

    @cached_property
    def _attributes(self) -> list[int]:
        return [int(llama.llama_vocab_get_attr(self._vocab, token)) for token in range(self.num_tokens)]

    @cached_property
    def control(self) -> frozenset[int]:
        """Tokens that are no text: control, unknown and unused ones."""
        mask = _CONTROL | _UNKNOWN | _UNUSED
        return frozenset(token for token, bits in enumerate(self._attributes) if bits & mask)

    @cached_property
    def end_tokens(self) -> tuple[int, ...]:
        """The tokens that end an answer."""
        return tuple(t for t in sorted(self.control) if llama.llama_vocab_is_eog(self._vocab, t))

    @cached_property
    def _user_defined(self) -> re.Pattern[str] | None:
        """Finds the texts that llama.cpp takes for one token even where control tokens are switched off."""
        texts = [self.pieces[t].decode("utf-8", "replace") for t, bits in enumerate(self._attributes) if bits & 16]
        markers = sorted((text for text in texts if text.strip()), key=len, reverse=True)
        return re.compile("|".join(map(re.escape, markers))) if markers else None

    @cached_property
    def special_texts(self) -> dict[str, int]:
        """Token ids by text of everything that a chat template may write as one token."""
        wanted = _CONTROL | _USER_DEFINED
        return {
            self.pieces[token].decode("utf-8", "replace"): token
            for token, bits in enumerate(self._attributes)
            if bits & wanted and self.pieces[token].strip()
        }

    def bos_text(self) -> str:
        """Text of the token that begins a document; empty where the model has none."""
        token = int(llama.llama_vocab_bos(self._vocab))
        return self.pieces[token].decode("utf-8", "replace") if token >= 0 else ""

    def eos_text(self) -> str:
        """Text of the token that ends a document; empty where the model has none."""
        token = int(llama.llama_vocab_eos(self._vocab))
        return self.pieces[token].decode("utf-8", "replace") if token >= 0 else ""

    def encode(self, text: str, *, special: bool = False) -> list[int]:
        """Token ids of `text`; see `Tokenizer.encode`. Lone surrogates become "?"."""
        if special or self._user_defined is None:
            return self._encode(text, special)
        tokens: list[int] = []
        start = 0
        for match in self._user_defined.finditer(text):
            # Cut inside the marker, so that neither half is one.
            tokens += self._encode(text[start : match.start() + 1], False)
            start = match.start() + 1
        return tokens + self._encode(text[start:], False)

    def _encode(self, text: str, special: bool) -> list[int]:
        data = text.encode("utf-8", "replace")
        if not data:
            return []
        capacity = len(data) + 8
        tokens = (ctypes.c_int32 * capacity)()
        count = llama.llama_tokenize(self._vocab, data, len(data), tokens, capacity, False, special)
        if count < 0:
            raise EngineError(f"a text of {len(data)} bytes could not be split into tokens")
        return tokens[:count]

    def bytes_of(self, tokens: list[int]) -> bytes:
        """The bytes of the tokens; control tokens have none."""
        control, pieces = self.control, self.pieces
        return b"".join(pieces[token] for token in tokens if token not in control)
