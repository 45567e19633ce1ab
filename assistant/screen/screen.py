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
from assistant.screen.secrets import ACCOUNT, CARD, CODE, PASSWORD, Known, mask_secrets

_SPACES = re.compile(r"[ \t\u00a0\u2000-\u200a\u202f\u205f\u3000]+")

MASKS = (CARD, CODE, ACCOUNT, PASSWORD)
_MASK = "|".join(map(re.escape, MASKS))
_GIVEN = re.compile(_MASK)
_MID_CLAUSE = re.compile(
    r"(?<=\w)\n(?=(?:the|an?|of|in|for|with|to|on|at|from|and|or|is|are|does|my|your|this|that)\b[^\n])"
    r"|(?<=\b(?:is|my|of|in|to|an|or))\n(?=\w)|(?<=\b(?:the|are|for|and|you))\n(?=\w)"
    r"|(?<=\b(?:much|with|does|have|from|many))\n(?=\w)"
)
"""A line break in the middle of a clause, as programs send texts in parts: "How much is" / "the camp mug?"."""
_CLAUSE = re.compile(r"(?<=[.!?;,\n])(?=\s)|(?=\s(?:and|but|so)\s)", re.IGNORECASE)
_EXPIRES = re.compile(r"\bexp(?:\.|iry|ires|iration)?\b[^\d?]{0,16}\d{1,2} ?[/.-] ?\d{2,4}", re.IGNORECASE)
_GIVING = re.compile(
    rf"(?:\b(?:(?:here(?:'s| is)|it(?:'s| is)|this is|with|to|on|from|by|my|the|a|credit|debit|bank"
    rf"|visa|master ?card|amex|cards?|account|iban|cvv|cvc|code|password|number|no|is)\W+))*(?:{_MASK})",
    re.IGNORECASE,
)
_ASKING = re.compile(r"\W*(?:can|could|may|do|does|is|are|will|would|how|what|which)\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True)
class Screened:
    """`text` is the message made plain; `kept` the same without secrets: all that is understood and stored.

    `hidden`: the masks that are in `kept` and in no message before it, so that the customer hears of each once.
    """

    text: str
    kept: str
    hidden: tuple[str, ...] = ()

    @property
    def asked(self) -> str:
        """`kept` without what only gave a secret away ("my card is [card number], exp 12/29"); may be empty."""
        if not any(mask in self.kept and mask not in self.text for mask in MASKS):
            return self.kept
        parts = _CLAUSE.split(self.kept)
        rest = "".join(p for p in parts if not (_GIVEN.search(p) or _EXPIRES.search(p)))
        if rest.count(" ") < 2 or not _WORD.search(rest):
            rest = _GIVING.sub(" ", self.kept)
            if len(_WORD.findall(rest)) <= 2:  # "can I pay with my card [card number]" asks whether it can be paid so
                rest = _GIVEN.sub(" ", self.kept) if _ASKING.match(self.kept) else ""
        rest = re.sub(r" (?= |[?.!])", "", rest)
        return re.sub(r"^(?:[\W_]|(?:and|but|so|then)\b)+", "", rest, flags=re.IGNORECASE).strip(" ,;\n")


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
    text = _MID_CLAUSE.sub(" ", text)
    if not text or not any(c.isalnum() or c == "?" for c in text):
        raise InputError("Please write your question in words, and I'll answer it.")
    if len(text) > max_chars:
        raise InputError(_too_long(max_chars))
    kept = mask_secrets(text, known, earlier)
    hidden = tuple(m for m in MASKS if m in kept and m not in text and not any(m in before for before in earlier))
    return Screened(text, kept, hidden)


def _too_long(max_chars: int) -> str:
    return f"That message is too long for me. Please keep it under {max_chars} characters."
