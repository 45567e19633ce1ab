"""What the server writes to its log: warnings and errors, tracebacks included, without secrets and personal data.

    set_up()     once, before the server starts

Messages are written without customers' words to begin with; this is for what libraries put into theirs. Card numbers,
passwords and the like are masked, and e-mail addresses, phone numbers and national numbers. Knows no shop.
"""

from __future__ import annotations

import logging

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_PERSONAL = frozenset({"email", "phone", "id", "birth date"})
_MOST = 20_000
"""Characters of an entry at most: a message of a megabyte isn't worth the time."""


class Masked(logging.Formatter):
    """A formatter whose entries, with their tracebacks, are masked as a whole."""

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record)[:_MOST])


def masked(text: str) -> str:
    """`text` as it may be logged."""
    from assistant.privacy.recognisers import find_formed
    from assistant.screen.secrets import mask_secrets

    text = mask_secrets(text)
    for span in sorted(find_formed(text), reverse=True):
        if span.kind in _PERSONAL:
            text = f"{text[: span.start]}[{span.kind}]{text[span.end :]}"
    return text


def set_up() -> None:
    """Send every log of this process to standard error through `Masked`."""
    handler = logging.StreamHandler()
    handler.setFormatter(Masked(FORMAT))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
