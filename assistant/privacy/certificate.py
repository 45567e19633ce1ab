"""A signed certificate of what was erased: for the person who asked, checkable by anybody with the shop's public key.

It names nobody: the person it was made for can show that it is theirs by the salted hash of the id that they know.
Ed25519 (RFC 8032) over the canonical JSON of the statement. Knows no database.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

Json = dict[str, Any]


def sign(statement: Json, key: Ed25519PrivateKey) -> Json:
    """The certificate: the statement with its signature and the public key, both base64."""
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return {
        "statement": statement,
        "signature": base64.b64encode(key.sign(_canonical(statement))).decode(),
        "public_key": base64.b64encode(public).decode(),
        "algorithm": "Ed25519 over JSON with sorted keys and no spaces",
    }


def is_genuine(certificate: Json, public_key: str | None = None) -> bool:
    """Whether the signature fits: with the key it carries, which must be `public_key` when that is given."""
    try:
        if public_key is not None and certificate["public_key"] != public_key:
            return False
        public = Ed25519PublicKey.from_public_bytes(base64.b64decode(certificate["public_key"]))
        public.verify(base64.b64decode(certificate["signature"]), _canonical(certificate["statement"]))
    except (KeyError, TypeError, ValueError, InvalidSignature):
        return False
    return True


def public_key_of(key: Ed25519PrivateKey) -> str:
    """The public key as certificates carry it."""
    return base64.b64encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


def proof_of(reference: str) -> Json:
    """What lets the person, and nobody who doesn't know the id, recognise the certificate as theirs."""
    salt = secrets.token_hex(16)
    return {"salt": salt, "sha256": hashlib.sha256(f"{salt}:{reference}".encode()).hexdigest()}


def _canonical(statement: Json) -> bytes:
    return json.dumps(statement, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
