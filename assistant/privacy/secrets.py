"""The keys of this room, made at first use and kept in the encrypted database: they outlive a change of its key.

Knows nothing of what is digested or signed.
"""

from __future__ import annotations

import hmac
import secrets

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from assistant.privacy.schema import StateRow


def digest(session: Session, reference: str) -> str:
    """The keyed digest of a reference: the same here every time, and meaningless elsewhere."""
    return hmac.new(_key(session, "erasure"), reference.encode(), "sha256").hexdigest()


def signing_key(session: Session) -> Ed25519PrivateKey:
    """The key that signs certificates. Call it in a write transaction: the first call makes it."""
    return Ed25519PrivateKey.from_private_bytes(_key(session, "certificate"))


def _key(session: Session, name: str) -> bytes:
    row = session.get(StateRow, name)
    if row is None:
        row = StateRow(name=name, value=secrets.token_hex(32))
        session.add(row)
        session.flush()
    return bytes.fromhex(row.value)
