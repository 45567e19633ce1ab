"""How each engine is asked for an answer, token by token: ours over its pipe, the others over HTTP.

Knows no load and measures nothing.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any, Protocol

import httpx

from assistant.engine.process import EngineProcess
from assistant.engine.request import Finished, GenerateRequest, Token
from assistant.engine.tokenizer import LlamaTokenizer

_TIMEOUT_S = 1800.0
_NO_REUSE = httpx.Limits(max_keepalive_connections=0)  # a server may close an idle connection just as it is used


class Client(Protocol):
    """Asks one engine. Thread-safe."""

    num_cached: int

    def answer(self, customer: int, prompt: tuple[int, ...], num_public: int, num_tokens: int) -> Iterator[list[int]]:
        """The answer's tokens as they come: exactly `num_tokens`, greedy, whatever would end it earlier."""


class OurClient:
    """Our engine. `num_cached` counts prompt tokens that were not computed again."""

    def __init__(self, engine: EngineProcess, end_tokens: tuple[int, ...]) -> None:
        self._engine = engine
        self._end_tokens = end_tokens
        self.num_cached = 0

    def answer(self, customer: int, prompt: tuple[int, ...], num_public: int, num_tokens: int) -> Iterator[list[int]]:
        """See `Client.answer`."""
        request = GenerateRequest(
            uuid.uuid4().hex,
            f"customer-{customer}",
            prompt,
            num_public=num_public,
            max_tokens=num_tokens,
            min_tokens=num_tokens,
            stop_tokens=self._end_tokens,
            deadline_s=_TIMEOUT_S,
        )
        for event in self._engine.generate(request):
            if isinstance(event, Token):
                yield [event.token]
            elif isinstance(event, Finished):
                self.num_cached += event.num_cached


class LlamaServerClient:
    """llama-server's own /completion, which takes and gives token ids; xllamacpp serves the same. `slot` pins each
    customer to the slot that holds its conversation, the best case for its cache."""

    def __init__(self, address: str, num_slots: int) -> None:
        self._http = httpx.Client(base_url=address, timeout=_TIMEOUT_S, limits=_NO_REUSE)
        self._num_slots = num_slots
        self.num_cached = 0

    def answer(self, customer: int, prompt: tuple[int, ...], num_public: int, num_tokens: int) -> Iterator[list[int]]:
        """See `Client.answer`."""
        body = {
            "prompt": list(prompt),
            "n_predict": num_tokens,
            "ignore_eos": True,
            "temperature": 0.0,
            "samplers": ["temperature"],
            "cache_prompt": True,
            "id_slot": customer % self._num_slots,
            "return_tokens": True,
            "stream": True,
        }
        for data in _events(self._http, "/completion", body):
            if data.get("stop"):
                self.num_cached += int(data.get("timings", {}).get("cache_n", 0))
            elif data.get("tokens"):
                yield data["tokens"]


class PythonServerClient:
    """llama-cpp-python's own server, over OpenAI's completions in text: it takes no token ids."""

    def __init__(self, address: str, tokenizer: LlamaTokenizer) -> None:
        self._http = httpx.Client(base_url=address, timeout=_TIMEOUT_S, limits=_NO_REUSE)
        self._pieces = tokenizer.vocabulary.pieces
        self._encode = tokenizer.encode
        self._bias = {str(token): -100.0 for token in tokenizer.eos_tokens}
        self.num_cached = 0

    def answer(self, customer: int, prompt: tuple[int, ...], num_public: int, num_tokens: int) -> Iterator[list[int]]:
        """See `Client.answer`. A piece of text counts as one token; its ids are those of the text."""
        body = {
            "prompt": b"".join(self._pieces[token] for token in prompt).decode("utf-8", "replace"),
            "max_tokens": num_tokens,
            "temperature": 0.0,
            "logit_bias": self._bias,
            "stream": True,
        }
        for data in _events(self._http, "/v1/completions", body):
            text = data["choices"][0]["text"] if data.get("choices") else ""
            if text:
                yield self._encode(text)[:1]


def _events(http: httpx.Client, path: str, body: dict[str, object]) -> Iterator[dict[str, Any]]:
    with http.stream("POST", path, json=body) as response:
        response.raise_for_status()
        for line in response.iter_lines():
            if line.startswith("data: ") and line != "data: [DONE]":
                yield json.loads(line[6:])
