"""What an erased person's data looks like in bytes, without keeping the data: enough to recognise what is left of it.

Of ids, names and addresses every run of 8 bytes is noted, of what was said every run of 24 (shorter ones are said by
everybody), each as two bits of a table. So now and then something else is recognised too, which does no harm to who
only overwrites what nobody needs. Short values are kept whole: a piece of "order-1017" is a piece of a thousand others.
Lives in memory while an erasure runs, and is never written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text
from sqlalchemy.orm import Session

from assistant.privacy.rules import OWNERS, OwnedTable
from assistant.privacy.subject import theirs

_WORD = 8
_SHORTEST, _SHORTEST_SAID, _WHOLE = 4, 12, 12
_BITS = 24
_FACTORS = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F))
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d[\d:.+-]*)?Z?")
_TELLS = re.compile(r"[^a-z _-]")
"""A short value that points to somebody has more than small letters: not "done", but "Okonkwo" and "QX9 4ZZ"."""
_SAID = ("conversations", "hand-overs", "feedback", "outbox")
"""Kinds of tables that hold what was said, beside the ids of whose it is."""


class Traces:
    """Grows by `add`; `held_in` says whether bytes hold a piece of what was added."""

    def __init__(self) -> None:
        self._marked = {run: np.zeros((len(_FACTORS), 1 << _BITS), np.bool_) for run in (1, 3)}
        self._short: set[bytes] = set()

    def add(self, value: object, *, said: bool = False) -> None:
        """Note a value of a row, of JSON the strings in it. `said`: words of a talk, that others may have used too."""
        if isinstance(value, bytes):
            self._add(value, said)
        elif isinstance(value, str):
            if value[:1] in ("{", "["):
                try:
                    return self._within(json.loads(value), said)
                except ValueError:
                    pass
            if not _DATE.fullmatch(value):
                self._add(value.encode(), said)
        return None

    def _within(self, value: Any, said: bool) -> None:
        if isinstance(value, str):
            self.add(value, said=said)
        elif isinstance(value, dict | list):
            for part in value.values() if isinstance(value, dict) else value:
                self._within(part, said)

    def _add(self, data: bytes, said: bool) -> None:
        run = 3 if said else 1
        if len(data) >= run * _WORD and (said or len(data) > _WHOLE):
            for bits, places in zip(self._marked[run], _places(data, run), strict=True):
                bits[places] = True
        elif len(data) >= (_SHORTEST_SAID if said else _SHORTEST) and _TELLS.search(data.decode(errors="replace")):
            self._short.add(data)

    def held_in(self, data: bytes) -> bool:
        """Whether a piece of what was added, or a whole short value, is in `data`."""
        data = data.strip(b"\0")
        if any(short in data for short in self._short):
            return True
        for run, marked in self._marked.items():
            if len(data) >= run * _WORD:
                found = [bits[places] for bits, places in zip(marked, _places(data, run), strict=True)]
                if np.logical_and.reduce(found).any():
                    return True
        return False


def traces_of(session: Session, tables: Iterable[OwnedTable], words: Iterable[str]) -> Traces:
    """The traces of every row that is the subject's, and of the words that point to them (see `gather`)."""
    found = Traces()
    for word in words:
        found.add(word)
    for table in tables:
        said = [table.rule.kind in _SAID and column not in OWNERS for column in table.columns]
        for row in session.execute(text(f'SELECT * FROM "{table.name}" WHERE {theirs(table)}')):
            for value, is_said in zip(row, said, strict=True):
                found.add(value, said=is_said)
    return found


def _places(data: bytes, run: int) -> list[NDArray[np.uint64]]:
    """Where each run of so many words of 8 bytes stands in each table. Runs of nothing but zeros are left out."""
    ends = len(data) - (run - 1) * _WORD
    starts = [
        np.concatenate(
            [
                np.frombuffer(data, "<u8", (ends - at) // _WORD, offset=at + part * _WORD)
                for at in range(min(_WORD, max(ends - _WORD + 1, 0)))
            ]
        )
        for part in range(run)
    ]
    mixed = starts[0]
    for part in starts[1:]:
        mixed = (mixed * _FACTORS[1]) ^ (mixed >> np.uint64(29)) ^ part
    mixed = mixed[mixed != 0]
    return [(mixed * factor) >> np.uint64(64 - _BITS) for factor in _FACTORS]
