"""What happens to a customer's message before anybody reads it: made plain text, bounded, secrets masked.

Knows no shop and no dialogue: the caller says which numbers are the shop's own and what the customer said before.
Judging what a text says (safety) is judge.py's business.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.errors import InputError
from assistant.screen.secrets import Known, mask_secrets

_SPACES = re.compile(r"[ \t\u00a0\u2000-\u200a\u202f\u205f\u3000]+")


@dataclass(frozen=True)
class Screened:
    """`text` is the message made plain; `kept` the same without secrets: all that is understood and stored."""

    text: str
    kept: str


def screen(message: str, max_chars: int, known: Known | None = None, earlier: Sequence[str] = ()) -> Screened:
    """The message without control, zero-width and direction characters, NFC, one space between words.

    `known` and `earlier` as `mask_secrets` takes them.

    Raises InputError, in words for the customer, when nothing is left or more than `max_chars` characters are.
    """
    if len(message) > 4 * max_chars:
        raise InputError(_too_long(max_chars))
    text = unicodedata.normalize("NFC", message.replace("\r\n", "\n").replace("\r", "\n"))
    text = "".join(c for c in text if c in "\n\t" or not unicodedata.category(c).startswith("C"))
    text = "\n".join(_SPACES.sub(" ", line).strip() for line in text.split("\n")).strip()
    if not text or not any(c.isalnum() or c == "?" for c in text):
        raise InputError("Please write your question in words, and I'll answer it.")
    if len(text) > max_chars:
        raise InputError(_too_long(max_chars))
    return Screened(text, mask_secrets(text, known, earlier))


def _too_long(max_chars: int) -> str:
    return f"That message is too long for me. Please keep it under {max_chars} characters."
