"""Chooses a token from logits: numpy for the greedy case, a chain of llama.cpp's samplers for all others.

Knows no model and no request; the chain's order is llama.cpp's own (penalties, top-p, min-p, temperature, draw).
"""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np

from assistant.engine.backend import Logits
from assistant.engine.lib import llama
from assistant.engine.request import Sampling

_PENALTY_WINDOW = 64  # tokens of the answer that a repeat penalty looks back on
_CANDIDATE = np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)])  # llama_token_data


class GreedySampler:
    """Always the likeliest token."""

    def pick(self, logits: Logits) -> int:
        return int(logits.argmax())

    def note(self, token: int) -> None:
        pass

    def close(self) -> None:
        pass


class ChainSampler:
    """Draws from what llama.cpp's samplers leave; the same seed gives the same tokens for the same logits."""

    def __init__(self, sampling: Sampling, num_tokens: int) -> None:
        self._chain: Any = llama.llama_sampler_chain_init(llama.llama_sampler_chain_default_params())
        links = []
        if sampling.repeat_penalty != 1.0:
            links.append(
                llama.llama_sampler_init_penalties(num_tokens, _PENALTY_WINDOW, sampling.repeat_penalty, 0.0, 0.0)
            )
        if sampling.temperature > 0:
            if sampling.top_p < 1.0:
                links.append(llama.llama_sampler_init_top_p(sampling.top_p, 1))
            if sampling.min_p > 0.0:
                links.append(llama.llama_sampler_init_min_p(sampling.min_p, 1))
            links.append(llama.llama_sampler_init_temp(sampling.temperature))
            links.append(llama.llama_sampler_init_dist(sampling.seed & 0xFFFFFFFF))
        else:
            links.append(llama.llama_sampler_init_greedy())
        for link in links:
            llama.llama_sampler_chain_add(self._chain, link)

    def pick(self, logits: Logits) -> int:
        possible = np.flatnonzero(logits > -np.inf)
        candidates = np.empty(len(possible), dtype=_CANDIDATE)
        candidates["id"] = possible
        candidates["logit"] = logits[possible]
        candidates["p"] = 0.0
        pointer = candidates.ctypes.data_as(ctypes.POINTER(llama.llama_token_data))
        array = llama.llama_token_data_array(data=pointer, size=len(candidates), selected=-1, sorted=False)
        llama.llama_sampler_apply(self._chain, ctypes.byref(array))
        token = int(array.data[array.selected].id)
        llama.llama_sampler_accept(self._chain, token)
        return token

    def note(self, token: int) -> None:
        llama.llama_sampler_accept(self._chain, token)

    def close(self) -> None:
        if self._chain is not None:
            llama.llama_sampler_free(self._chain)
            self._chain = None


def make_sampler(sampling: Sampling, num_tokens: int) -> GreedySampler | ChainSampler:
    """The cheapest sampler that does what `sampling` says."""
    if sampling.temperature <= 0 and sampling.repeat_penalty == 1.0:
        return GreedySampler()
    return ChainSampler(sampling, num_tokens)
