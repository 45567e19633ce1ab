"""A telephone number however it is written: with or without its country, other spaces, 00 for +.

Knows no database; `mentions.py` says in which texts it is looked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

LEAST = 7
"""The last digits that are always told, and by which a number is known."""
_MARK = "tel:"
_GAP = r" ()./\u00a0-"
_BETWEEN = rf"(?:\(0\)|[{_GAP}]){{0,3}}"


def as_word(phone: str) -> str:
    """A number as one of a person's words (see mentions.py): "tel:353215550199"; "" for what is too short for one."""
    digits = re.sub(r"\D", "", phone.replace("(0)", "")).lstrip("0")
    return f"{_MARK}{digits}" if len(digits) >= LEAST else ""


def ends(words: Iterable[str]) -> list[bytes]:
    """The last digits of the numbers among a person's words."""
    return sorted({word[-LEAST:].encode() for word in words if word.startswith(_MARK)})


def pattern(word: str) -> str | None:
    """The regular expression of a number among a person's words, None for another word. As many of its last digits as
    are there, at least LEAST, where no other digits stand before them but what dials it from elsewhere."""
    if not word.startswith(_MARK):
        return None
    digits = word.removeprefix(_MARK)
    told = "|".join(_BETWEEN.join(digits[-num:]) for num in range(len(digits), LEAST - 1, -1))
    dialled = rf"(?<!\d)(?:(?:\+|00) ?\d{{0,3}}{_BETWEEN}|\(?0\)?{_BETWEEN})"
    alone = rf"(?<![\d+])(?<!\d[{_GAP}])(?<!\d[{_GAP}]{{2}})"
    return rf"(?:{dialled}|{alone})(?:{told})(?!\d)"
