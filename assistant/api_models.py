"""The API's words: what a chat request may hold, and how answers, chunks and errors look on the wire (OpenAI's form).

Pure data; knows no web framework beyond pydantic and nothing of how an answer comes about.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from assistant.types import Json, Record


def _plain_text(text: str) -> str:
    """Text that every later step can store: no NUL, no half of a surrogate pair."""
    if "\x00" in text:
        raise ValueError("text must not hold NUL characters")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise ValueError("text must be valid Unicode (it holds half of a surrogate pair)") from None
    return text


Text = Annotated[str, AfterValidator(_plain_text)]
# The lengths come before the check: behind it they would be those of anything, and told as numbers of "items".
UserName = Annotated[str, StringConstraints(min_length=1, max_length=256), AfterValidator(_plain_text)]
StopSequence = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_plain_text)]


class TextPart(BaseModel):
    """A part of a message's content. Only text is understood."""

    type: Literal["text"]
    text: Text


class ChatMessage(BaseModel):
    """One message of the conversation, oldest first. Only the customer's (`role` "user") are read."""

    role: Literal["user", "assistant", "system", "developer", "tool", "function"]
    content: Text | list[TextPart] | None = None

    def text(self) -> str:
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content)
        return self.content or ""


class CustomerClaim(BaseModel):
    """Who is signed in, as the shop's own backend says: by e-mail address or by the shop's customer id."""

    model_config = ConfigDict(extra="forbid")

    email: Text | None = None
    id: Text | None = None


class BackroomExtension(BaseModel):
    """What a trusted caller may add: see `trust_customer` in the settings."""

    model_config = ConfigDict(extra="forbid")

    customer: CustomerClaim | None = None
    now: datetime | None = Field(default=None, description="the time that counts for this turn, with its zone")


class StreamOptions(BaseModel):
    """OpenAI's stream options."""

    include_usage: bool | None = False


class ChatRequest(BaseModel):
    """A chat completion request.

    `max_tokens` (or `max_completion_tokens`, the smaller counts) ends the answer between two sentences, none of which
    is begun that doesn't fit; `finish_reason` is "length" then. `stop` ends it before any of up to four sequences.
    Sampling parameters (`temperature`, `top_p`, `seed`, penalties...) and fields of other servers are accepted and
    change nothing. Refused by name (400, `unsupported_parameter`) is what can't be honoured: `n` above 1, `tools`,
    `functions`, a `response_format` other than text, `logprobs`, `logit_bias`, `audio`, `web_search_options`.

    `user` names the conversation; the server keeps its history, so only the last message counts. Without `user` the
    earlier user messages are the context of this one answer. `model` is accepted as it is: one model is in service.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "model": "backroom",
                    "user": "visit-42",
                    "messages": [{"role": "user", "content": "Which boots are waterproof?"}],
                }
            ]
        }
    )

    messages: list[ChatMessage] = Field(min_length=1, max_length=2000)
    model: Text | None = "backroom"
    user: UserName | None = None
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    max_tokens: int | None = Field(default=None, ge=1)
    max_completion_tokens: int | None = Field(default=None, ge=1)
    stop: StopSequence | Annotated[list[StopSequence], Field(max_length=4)] | None = None
    backroom: BackroomExtension | None = None

    def stops(self) -> list[str]:
        """The sequences before which the answer ends."""
        return [self.stop] if isinstance(self.stop, str) else list(self.stop or ())

    def limit(self) -> int | None:
        """How many tokens the answer may have; None: as many as it takes."""
        given = [limit for limit in (self.max_tokens, self.max_completion_tokens) if limit is not None]
        return min(given, default=None)

    def question(self) -> str:
        """What is to be answered: the last message."""
        return self.messages[-1].text()

    def earlier(self) -> list[str]:
        """The customer's earlier messages, oldest first."""
        return [message.text() for message in self.messages[:-1] if message.role == "user"]


def usage(record: Record) -> Json:
    """OpenAI's `usage` of a finished turn."""
    prompt, completion = record.tokens.get("prompt", 0), record.tokens.get("completion", 0)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": record.tokens.get("cached", 0)},
    }


def completion(completion_id: str, created: int, model: str, record: Record, finish: str, kept: Json) -> Json:
    """A whole answer. `kept` is what stands under `backroom`: the RECORD, and what colleagues wrote."""
    message = {"role": "assistant", "content": record.reply}
    return {
        "id": completion_id,
        "object": "chat.completion",
        "created": created,
        "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": finish, "logprobs": None}],
        "usage": usage(record),
        "backroom": kept,
    }


def chunk(completion_id: str, created: int, model: str, delta: Json | None, finish: str | None = None) -> Json:
    """A piece of a streamed answer; without `delta`, the piece after the last that carries only `usage`."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
    return {
        "id": completion_id,
        "object": "chat.completion.chunk",
        "created": created,
        "model": model,
        "choices": [] if delta is None else [choice],
    }


def error_body(message: str, kind: str, code: str, param: str | None = None) -> Json:
    """OpenAI's error object."""
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def request_schema() -> dict[str, Any]:
    """The OpenAPI description of the chat request's body."""
    schema = ChatRequest.model_json_schema(ref_template="#/components/schemas/ChatRequest/$defs/{model}")
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}
