"""Every failure as the API answers it: a status, OpenAI's error object, and when to come back.

    400  not JSON, not UTF-8, nested too deep         413  larger than the limit
    401  a key is needed, or isn't good               429  too often, or too busy, with Retry-After
    403  another site's page, not trusted, no scope   422  a field that doesn't fit, a message that can't be answered
    503  the engine or the database is away, with Retry-After

Knows the tree of `assistant.errors` and no route.
"""

from __future__ import annotations

import logging
import uuid

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from assistant.api_models import error_body
from assistant.errors import BackroomError, BusyError, DatabaseError, EngineError, InputError
from assistant.types import Json

log = logging.getLogger("backroom.api")

INVALID, BUSY, UNAVAILABLE, INTERNAL = "invalid_request_error", "rate_limit_error", "server_error", "server_error"
HTTP_CODES = {401: "no_key", 404: "not_found", 405: "method_not_allowed", 413: "too_large"}
RETRY_AFTER_S = 2


class ApiError(Exception):
    """A failure with its HTTP status. `retry_after_s` is whole seconds, as the header wants them."""

    def __init__(
        self,
        status: int,
        message: str,
        code: str,
        *,
        kind: str = INVALID,
        param: str | None = None,
        retry_after_s: int | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = {} if retry_after_s is None else {"Retry-After": str(retry_after_s)}
        self.body = error_body(message, kind, code, param)

    def response(self) -> JSONResponse:
        return JSONResponse(self.body, self.status, self.headers)


def translate(error: Exception) -> ApiError:
    """The API's form of any failure. What is nobody's fault outside gets a number that the log explains."""
    if isinstance(error, ApiError):
        return error
    if isinstance(error, HTTPException):
        return ApiError(error.status_code, str(error.detail), HTTP_CODES.get(error.status_code, "http_error"))
    if isinstance(error, InputError):
        return ApiError(422, str(error), "invalid_message", param="messages")
    if isinstance(error, BusyError):
        wait = max(1, round(error.retry_after_s))
        return ApiError(429, str(error), "busy", kind=BUSY, retry_after_s=wait)
    if isinstance(error, EngineError | DatabaseError):
        log.warning("unavailable: %s", error)
        text = "The assistant can't answer right now. Please send your message again in a moment."
        if isinstance(error, EngineError):  # the database took it, only its answer failed
            text = "The assistant can't answer right now. Your message is kept; please try again in a moment."
        return ApiError(503, text, "unavailable", kind=UNAVAILABLE, retry_after_s=RETRY_AFTER_S)
    number = uuid.uuid4().hex[:8]
    log.error("internal error %s: %s", number, error, exc_info=None if isinstance(error, BackroomError) else error)
    return ApiError(500, f"Something went wrong here (number {number} in the server's log).", "internal", kind=INTERNAL)


def event(error: Exception) -> Json:
    """A failure in the middle of a stream, where the status is already out."""
    return translate(error).body


def install(app: FastAPI) -> None:
    """Let every failure of the app's own routes leave in this form."""

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> JSONResponse:
        code = HTTP_CODES.get(error.status_code, "http_error")
        headers = dict(error.headers or {})
        return JSONResponse(error_body(str(error.detail), INVALID, code), error.status_code, headers)

    @app.exception_handler(ApiError)
    async def api_error(request: Request, error: ApiError) -> JSONResponse:
        return error.response()

    @app.exception_handler(BackroomError)
    async def backroom_error(request: Request, error: BackroomError) -> JSONResponse:
        return translate(error).response()
