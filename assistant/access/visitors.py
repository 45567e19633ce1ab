"""Customers whom the shop's own site vouches for: a signed token that says who is signed in, and until when.

The site makes a JSON Web Token (RFC 7519; HS256 with the secret that `backroom users site-secret` prints) with the
customer's id as `sub`, an expiry `exp` at most `LONGEST` away, and `aud` "backroom"; it sends the browser to
`/enter?token=...`. Any JWT library makes one. Knows no HTTP; whether the customer exists is asked of the shop.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta

import jwt

from assistant.errors import BackroomError
from assistant.privacy.schema import StateRow
from assistant.shop.schema import CustomerRow
from assistant.store.audit import audit
from assistant.store.database import Database
from assistant.types import CustomerRef

AUDIENCE = "backroom"
LONGEST = timedelta(hours=24)
_STATE = "site_secret"


class TokenError(BackroomError):
    """A customer's token that can't be believed. The text is for the shop's developers."""


def site_secret(db: Database, *, renew: bool = False, by: str = "system:serve") -> str:
    """The secret of this shop's site, 256 random bits as text; made at first use. `renew` ends the old one's tokens."""
    if not renew:
        with db.read() as session:
            row = session.get(StateRow, _STATE)
            if row is not None:
                return row.value
    with db.write() as session:
        row = session.get(StateRow, _STATE)
        if row is None or renew:
            secret = secrets.token_urlsafe(32)
            session.merge(StateRow(name=_STATE, value=secret))
            audit(session, by, "site_secret.renew" if row else "site_secret.make", "shop:site", "administration")
            return secret
        return row.value


def sign(secret: str, customer_id: str, lasts: timedelta = timedelta(hours=1), *, now: datetime | None = None) -> str:
    """A token as the shop's site would make it: for tests and for trying it out."""
    issued = now or datetime.now(UTC)
    return jwt.encode({"sub": customer_id, "aud": AUDIENCE, "iat": issued, "exp": issued + lasts}, secret, "HS256")


def read(db: Database, secret: str, token: str) -> CustomerRef:
    """Who the token says is signed in. Raises TokenError when it is forged, over, for somebody else, or for nobody."""
    try:
        claims = jwt.decode(
            token, secret, algorithms=["HS256"], audience=AUDIENCE, options={"require": ["sub", "exp", "iat"]}
        )
    except jwt.InvalidTokenError as error:
        raise TokenError(f"the customer's token can't be believed: {error}") from None
    times = claims["exp"], claims["iat"]
    if not all(isinstance(time, int | float) for time in times):
        raise TokenError("the customer's token can't be believed: exp and iat are numbers, seconds since 1970")
    if times[0] - times[1] > LONGEST.total_seconds():
        raise TokenError(f"the customer's token lasts too long: at most {LONGEST.total_seconds() / 3600:.0f} hours")
    with db.read() as session:
        if session.get(CustomerRow, claims["sub"]) is None:
            raise TokenError("the customer's token can't be believed: no such customer")
    return CustomerRef(claims["sub"])
