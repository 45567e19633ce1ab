"""What OpenAI's API offers and this one can't honour: refused by name, rather than silently left out.

Each is allowed where it asks for nothing ("n": 1, "tools": []). What only says how a model would be sampled
(temperature, seed, penalties...) is accepted and changes nothing: see `ChatRequest`. Knows no route.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from assistant.api_errors import ApiError


class _Refusal(NamedTuple):
    harmless: tuple[Any, ...]
    """The values that ask for nothing, beside null."""
    why: str


_TOOLS = "the assistant looks things up in the shop by itself and calls no tools of its callers"
_ODDS = "what is said is code's as much as the model's, so there are no odds to report"
_TEXT = "answers are written text; send it through a program of yours to have another form"
_REFUSED: Mapping[str, _Refusal] = {
    "n": _Refusal((1,), "there is one answer to a question"),
    "tools": _Refusal(([],), _TOOLS),
    "tool_choice": _Refusal(("none", "auto"), _TOOLS),
    "functions": _Refusal(([],), _TOOLS),
    "function_call": _Refusal(("none", "auto"), _TOOLS),
    "response_format": _Refusal(({"type": "text"},), _TEXT),
    "modalities": _Refusal((["text"], []), _TEXT),
    "audio": _Refusal((), _TEXT),
    "logprobs": _Refusal((False,), _ODDS),
    "top_logprobs": _Refusal((0,), _ODDS),
    "logit_bias": _Refusal(({},), "the shop's own facts and rules say what may be said"),
    "web_search_options": _Refusal((), "nothing here leaves the building"),
}


def refuse_unsupported(body: Mapping[str, Any]) -> None:
    """Raises ApiError (400, `unsupported_parameter`) for the first field of a request that can't be honoured."""
    for name, (harmless, why) in _REFUSED.items():
        value = body.get(name)
        if value is not None and not any(type(value) is type(fine) and value == fine for fine in harmless):
            text = f"{name!r} isn't supported here: {why}. Leave it out."
            raise ApiError(400, text, "unsupported_parameter", param=name)
