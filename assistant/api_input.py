"""What comes in over HTTP, bounded before anything looks at it: bytes, nesting, encoding, fields, and where it is from.

Every way in which a body can be wrong ends in an ApiError that says so. Knows no route and no assistant.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request
from pydantic import ValidationError
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.api_errors import ApiError
from assistant.api_models import ChatRequest
from assistant.api_unsupported import refuse_unsupported

DRAIN_BYTES = 16 * 1024 * 1024
"""How much of a refused body is still read, so that the sender gets to see the refusal."""


class BodyLimit:
    """ASGI middleware: no request body is larger than `max_bytes`, declared or not."""

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self.app = app
        self.max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "0")
        if declared.isdecimal() and int(declared) > self.max_bytes:
            await _drain(receive, min(int(declared), DRAIN_BYTES))
            await self._too_large().response()(scope, receive, send)
            return
        num_bytes = 0

        async def limited() -> Message:
            nonlocal num_bytes
            message = await receive()
            if message["type"] == "http.request":
                num_bytes += len(message.get("body", b""))
                if num_bytes > self.max_bytes:
                    if message.get("more_body"):
                        await _drain(receive, DRAIN_BYTES)
                    raise HTTPException(413, str(self._too_large()))
            return message

        await self.app(scope, limited, send)

    def _too_large(self) -> ApiError:
        return ApiError(413, f"The request is larger than {self.max_bytes:,} bytes. Please send less.", "too_large")


async def _drain(receive: Receive, num_bytes: int) -> None:
    while num_bytes > 0:
        message = await receive()
        if message["type"] != "http.request" or not message.get("more_body"):
            return
        num_bytes -= len(message.get("body", b""))


async def read_chat_request(request: Request, max_depth: int, max_chars: int) -> ChatRequest:
    """The request's body, checked. Raises ApiError: 400 for what is no JSON or isn't supported, 422 for fields that
    don't fit."""
    data = parse_json(await request.body(), max_depth)
    if not isinstance(data, dict):
        raise ApiError(400, f"The body must be a JSON object, not {_json_name(data)}.", "not_an_object")
    refuse_unsupported(data)
    try:
        chat = ChatRequest.model_validate(data)
    except ValidationError as error:
        raise _misfit(error) from None
    if chat.messages[-1].role != "user":
        raise ApiError(422, "The last message must be the customer's (role 'user').", "last_role", param="messages")
    question = chat.question()
    if not question.strip():
        raise ApiError(422, "The last message is empty.", "empty_message", param="messages")
    if len(question) > max_chars:
        text = (
            f"The message has {len(question):,} characters; at most {max_chars:,} can be answered. Please shorten it."
        )
        raise ApiError(422, text, "message_too_long", param="messages")
    return chat


def _misfit(error: ValidationError) -> ApiError:
    """The first field that doesn't fit, as the caller knows it: `messages.0.content.1.type`.

    pydantic reports every reading that a field may have (text or parts), each under a name of its own with brackets in
    it: the reading that came furthest is the one that was meant, or the one that fits but for its length.
    """
    errors = error.errors(include_url=False, include_input=False)
    found = [(_place(e["loc"]), e["type"].endswith(("too_long", "too_short")), e["msg"]) for e in errors]
    field = found[0][0][:3]
    same = [reading for reading in found if reading[0][: len(field)] == field]
    place, _, text = max(same, key=lambda reading: (len(reading[0]), reading[1]))
    param = ".".join(place)
    return ApiError(422, f"{param}: {text.removeprefix('Value error, ')}", "invalid_field", param=param)


def _place(loc: tuple[int | str, ...]) -> list[str]:
    return [str(part) for part in loc if "[" not in str(part)]


def parse_json(body: bytes, max_depth: int) -> Any:
    """The body as JSON, nested no deeper than `max_depth`. Raises ApiError (400)."""
    if not body.strip():
        raise ApiError(400, "The body is empty; send a JSON object.", "empty_body")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ApiError(400, f"The body is not UTF-8 (byte {error.start}).", "not_utf8") from None
    try:
        data = json.loads(text)
    except RecursionError:
        raise ApiError(400, f"The JSON is nested deeper than {max_depth} levels.", "too_deep") from None
    except json.JSONDecodeError as error:
        raise ApiError(400, f"The body is not JSON: {error}.", "not_json") from None
    except ValueError:  # Python reads no number of more than 4,300 digits
        raise ApiError(400, "The body holds a number that is too long.", "not_json") from None
    if _deeper_than(data, max_depth):
        raise ApiError(400, f"The JSON is nested deeper than {max_depth} levels.", "too_deep")
    return data


def _deeper_than(data: Any, max_depth: int) -> bool:
    level = [data]
    for _ in range(max_depth + 1):
        inner = [list(x.values()) if isinstance(x, dict) else x for x in level if isinstance(x, dict | list)]
        if not inner:
            return False
        level = [value for values in inner for value in values]
    return True


def _json_name(data: Any) -> str:
    return {list: "an array", str: "a string", bool: "a boolean", type(None): "null"}.get(type(data), "a number")


def refuse_other_sites(request: Request, public_url: str | None) -> None:
    """Refuse what another site's page sends through a visitor's browser. Programs send no Origin and pass.

    Raises ApiError (403).
    """
    foreign = ApiError(403, "This API doesn't take requests from other sites' pages.", "foreign_origin")
    if request.method not in ("GET", "HEAD") and request.headers.get("sec-fetch-site") == "cross-site":
        raise foreign
    origin = request.headers.get("origin")
    if origin is None:
        return
    own = {request.headers.get("host", "").lower()}
    if public_url:
        own.add(urlsplit(public_url).netloc.lower())
    try:
        site = urlsplit(origin).netloc.lower()
    except ValueError:  # "http://[" is nobody's address
        site = ""
    if site not in own:
        raise foreign
