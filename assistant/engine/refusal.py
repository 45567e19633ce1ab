"""What can't be answered whatever the load, and why. Knows no queue and no backend."""

from __future__ import annotations

from collections.abc import Collection

from assistant.engine.request import GenerateRequest

_LONGEST_S = 86_400


def refusal(request: GenerateRequest, context: int, adapters: Collection[str]) -> str | None:
    """Why a request can't be answered whatever the load; None when it can."""
    if not request.prompt:
        return "the prompt is empty"
    if len(request.prompt) >= context:
        return f"the prompt has {len(request.prompt)} tokens, {context - 1} fit; shorten the conversation"
    if request.max_tokens < 1:
        return f"max_tokens is {request.max_tokens}; ask for at least 1"
    if not 0 <= request.num_public <= len(request.prompt):
        return f"num_public is {request.num_public} of {len(request.prompt)} prompt tokens"
    if request.adapter is not None and request.adapter not in adapters:
        return f"no adapter {request.adapter!r} is loaded"
    if not 0 < request.deadline_s <= _LONGEST_S:
        return f"deadline_s is {request.deadline_s}; allow more than 0 and at most {_LONGEST_S} s"
    how = request.sampling
    if not (
        0 <= how.temperature <= 100 and 0 < how.top_p <= 1 and 0 <= how.min_p <= 1 and 0 < how.repeat_penalty <= 100
    ):
        return f"its sampling is out of bounds: {how}"
    return None
