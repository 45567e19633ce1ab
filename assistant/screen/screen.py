"""What happens to a customer's message before anybody reads it: made plain text, bounded, card numbers masked.

Knows no shop and no dialogue. Judging what a text says (safety) is not done here.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from stdnum import luhn

from assistant.errors import InputError

_DIGIT_RUN = re.compile(r"(?<![\w#-])(?:\d[ \-.]?){12,18}\d(?![\w-])")
_SPACES = re.compile(r"[ \t\u00a0\u2000-\u200a\u202f\u205f\u3000]+")


@dataclass(frozen=True)
class Screened:
    """`text` is the message made plain; `kept` the same without card numbers: all that is understood and stored."""

    text: str
    kept: str


def screen(message: str, max_chars: int) -> Screened:
    """The message without control, zero-width and direction characters, NFC, one space between words.

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
    return Screened(text, mask_cards(text))


def _too_long(max_chars: int) -> str:
    return f"That message is too long for me. Please keep it under {max_chars} characters."


def mask_cards(text: str) -> str:
    """`text` with every payment card number (13 to 19 digits, Luhn-valid, also spaced) replaced by "[card number]"."""

    def replace(match: re.Match[str]) -> str:
        digits = re.sub(r"\D", "", match[0])
        return "[card number]" if 13 <= len(digits) <= 19 and luhn.is_valid(digits) else match[0]

    return _DIGIT_RUN.sub(replace, text)
