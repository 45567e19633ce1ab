"""The gate of the HTTP API: which key a request carries, whether it may do what it asks, and how often.

    gate = Gate(ApiKeys(db), settings.access, exposed=others_reach(settings.server))
    caller = gate.admit(request, "chat")

A server that only this machine can reach needs no key, unless the settings say so; one that others can reach always
does. Knows no route and no conversation.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request

from assistant.access.attempts import Attempts, TooMany
from assistant.access.keys import PREFIX, ApiKey, ApiKeys
from assistant.access.pace import Pace
from assistant.access.roles import SCOPES
from assistant.api_errors import BUSY, ApiError
from assistant.config import AccessSettings, ServerSettings


@dataclass(frozen=True)
class Caller:
    """Who calls: the key, if one was shown, and what to count its calls under."""

    key: ApiKey | None
    name: str

    @property
    def speaks_for_customers(self) -> bool:
        """Whether it is believed when it says which customer is signed in."""
        return self.key is not None and "customers" in self.key.scopes


class Gate:
    """Admits requests. Thread-safe: the keys are read anew each time."""

    def __init__(self, keys: ApiKeys | None, settings: AccessSettings, *, exposed: bool) -> None:
        self._keys = keys
        self.needs_key = exposed if settings.require_key is None else settings.require_key
        self._pace = Pace(settings.requests_per_minute)
        self._attempts = Attempts(settings.failures_per_minute)

    def admit(self, request: Request, scope: str) -> Caller:
        """The caller. Raises ApiError: 401 without a good key, 403 without the scope, 429 when it calls too often."""
        address = address_of(request)
        key = self._key(request, address)
        if key is None and self.needs_key:
            raise ApiError(
                401, "An API key is needed: Authorization: Bearer br_... (backroom users keys add).", "no_key"
            )
        if key is not None and scope not in key.scopes:
            raise ApiError(403, f"This key may not {SCOPES[scope]}; it needs the scope {scope!r}.", "wrong_scope")
        caller = Caller(key, f"key:{key.key_id}" if key else f"address:{address}")
        if (key is not None or not is_this_machine(address)) and not self._pace.may(caller.name):
            raise _too_often(f"More than {self._pace.per_minute} requests in a minute.")
        return caller

    def _key(self, request: Request, address: str) -> ApiKey | None:
        kind, _, text = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not text.startswith(f"{PREFIX}_") or self._keys is None:
            return None
        key = self._keys.find(text.strip())
        try:
            self._attempts.check(address, is_good=key is not None)
        except TooMany:
            raise _too_often("Too many wrong keys from this address.") from None
        if key is None:
            raise ApiError(401, "This API key isn't good: it is unknown, revoked or over.", "bad_key")
        return key


def open_gate() -> Gate:
    """A gate that lets everybody in who gets that far: for a server that only this machine reaches."""
    return Gate(None, AccessSettings(), exposed=False)


def others_reach(server: ServerSettings) -> bool:
    """Whether more than this machine reaches the server: it listens beyond it, or a proxy before it has another name,
    whose calls come from this machine whoever makes them."""
    proxied = bool(server.public_url) and not is_this_machine(urlsplit(server.public_url or "").hostname or "")
    return proxied or not is_this_machine(server.host)


def address_of(request: Any) -> str:
    """The address that a request came from, Starlette's or Gradio's."""
    return request.client.host if request.client else "unknown"


def is_this_machine(address: str) -> bool:
    """Whether an address or host name is this machine's loopback."""
    if address in ("localhost", "testclient"):
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _too_often(what: str) -> ApiError:
    return ApiError(429, f"{what} Please wait a minute.", "too_many_requests", kind=BUSY, retry_after_s=60)
