"""Patterns that say by themselves what a text is: few, sure ones. What they don't catch is the head's to judge.

They lie in data/rules.txt: what a customer says (`harmful`), what a text of the shop must not say when it
is quoted (`planted`), and what an answer must never claim (`forbidden`). Knows no shop.
"""

from __future__ import annotations

import re
from pathlib import Path

_FILE = Path(__file__).parent / "data" / "rules.txt"


def _read(path: Path) -> dict[str, re.Pattern[str]]:
    """Section -> one pattern of all its lines."""
    sections: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in path.read_text("utf-8").splitlines():
        if re.fullmatch(r"\[\w+\]", line):
            lines = sections.setdefault(line[1:-1], [])
        elif line.strip() and not line.startswith("# "):
            lines.append(line)
    return {name: re.compile("|".join(found), re.IGNORECASE | re.MULTILINE) for name, found in sections.items()}


_RULES = _read(_FILE)
_TO_A_MACHINE, _MONEY, _CLAIMS_HUMAN, _IDENTITY = (
    _RULES.pop(name) for name in ("planted", "money", "human", "identity")
)


def harmful(text: str) -> str | None:
    """The category of a customer's plain text that a pattern is sure of, or None."""
    return next((category for category, pattern in _RULES.items() if pattern.search(text)), None)


def asks_what_it_is(text: str) -> bool:
    """Whether a short plain text asks what the assistant is: that is always answered."""
    return text.count(" ") < 14 and bool(_IDENTITY.search(text))


def planted(text: str, *, of_product: bool) -> bool:
    """Whether a text of the shop speaks to a machine or in its name, or (about a product) states money.

    Prices and discounts are said from rows; a description or review that names one may be old, or planted.
    """
    return bool(_TO_A_MACHINE.search(text)) or (of_product and bool(_MONEY.search(text)))


def forbidden(text: str) -> bool:
    """Whether a sentence about to be released claims that the assistant is human."""
    return bool(_CLAIMS_HUMAN.search(text))
