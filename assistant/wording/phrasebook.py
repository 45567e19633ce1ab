"""The phrasebook: the sentences that code writes, each with the other ways of saying the very same.

It is read from phrasebook.txt once. What it doesn't know, only code says. The wordings that an adapter is trained on
are made from it, and what a model writes is recognised by it, so that nothing is taught that wouldn't be let through.
Knows no plan and no model.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from assistant.errors import UsageError
from assistant.wording.pattern import Pattern

FILE = Path(__file__).parent / "phrasebook.txt"

Register = Literal["", "c", "f"]
"""To whom a line is said: everybody, customers who write casually, customers who write formally."""

_DROPPED = frozenset({"yes", "no"})
"""Slots that another wording may leave out: "No, it is sold out" and "It is sold out" say the same."""


@dataclass(frozen=True)
class Line:
    """One way of saying it."""

    register: Register
    pattern: Pattern


@dataclass(frozen=True)
class Entry:
    """A sentence of code's and the other ways of saying it."""

    code: Pattern
    lines: tuple[Line, ...]

    def says(self, text: str, bound: Mapping[str, str]) -> bool:
        """Whether canonical `text` says this with the very same facts in the same places."""
        for pattern in (self.code, *(line.pattern for line in self.lines)):
            found = pattern.match(text)
            if found is not None and all(_alike(value, bound[name]) for name, value in found.items()):
                return True
        return False


class Phrasebook:
    """All entries. Immutable."""

    def __init__(self, entries: Iterable[Entry], digest: str) -> None:
        self.entries = tuple(entries)
        self.digest = digest

    def find(self, text: str) -> list[tuple[Entry, dict[str, str]]]:
        """The entries whose code sentence canonical `text` is, with what their slots stand for."""
        return [(entry, bound) for entry in self.entries if (bound := entry.code.match(text)) is not None]


def _alike(value: str, other: str) -> bool:
    """Whether two bound texts are the same; in a list it makes no difference where the "and" stands."""
    return value == other or value.replace(" and ", " ") == other.replace(" and ", " ")


def parse(text: str, source: str = "phrasebook") -> Phrasebook:
    """The phrasebook in `text`. Raises UsageError that names the line of one that doesn't fit its sentence."""
    entries: list[tuple[Pattern, list[Line]]] = []
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("= "):
            entries.append((Pattern(line[2:].strip()), []))
            continue
        if not entries:
            raise UsageError(f"{source}:{number}: a wording before any sentence; begin with a line '= ...'")
        code, lines = entries[-1]
        register: Register = "c" if line.startswith("c: ") else "f" if line.startswith("f: ") else ""
        pattern = Pattern(line[3:].strip() if register else line)
        slots, wanted = set(pattern.slots), set(code.slots)
        if not slots <= wanted or not wanted - slots <= _DROPPED:
            raise UsageError(
                f"{source}:{number}: has the slots {sorted(slots)} where its sentence has {sorted(wanted)}; "
                "a wording states neither more nor less"
            )
        lines.append(Line(register, pattern))
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Phrasebook([Entry(code, tuple(lines)) for code, lines in entries], digest)


@lru_cache(maxsize=1)
def default_phrasebook() -> Phrasebook:
    """The phrasebook that comes with Backroom."""
    return parse(FILE.read_text(encoding="utf-8"), FILE.name)
