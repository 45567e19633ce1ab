"""Every error that Backroom raises on purpose, as one small tree.

    BackroomError            the base; its text is one line that says what is wrong, where, and what to do
    |- UsageError            the operator asked for something that can't be done (exit code 2)
    |  |- ConfigError        a setting is unknown or has a value that doesn't fit
    |  |- DatabaseError      the shop's database can't be opened, read or written
    |  |  `- WrongKeyError   it is there, but the key doesn't open it
    |  |- ImportFailedError  a catalogue file can't be taken in; carries the bad rows
    |  `- ModelError         a model file is missing, broken or not the one that the catalogue names
    |- BusyError             the queue is full; carries when to try again
    |  `- StillAnsweringError  it is the conversation's own last message that is still being answered
    |- EngineError           the engine died, timed out or refused
    |  `- DeadlineError      the time that the request was given is over
    `- InputError            a customer's message that can't be answered as it is (too long, empty, not text)

Foreign exceptions (SQLAlchemy's, llama.cpp's, the operating system's) are translated at the border of the room that
calls the library; nothing above that border names them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class BackroomError(Exception):
    """The base of all errors of ours. `str(error)` is one line fit for an operator's terminal."""


class UsageError(BackroomError):
    """The operator's mistake: the command line ends with exit code 2."""


class ConfigError(UsageError):
    """A setting that is unknown or has a value that doesn't fit."""


class DatabaseError(UsageError):
    """The shop's database can't be opened, read or written (missing, locked, full disk, broken file)."""


class WrongKeyError(DatabaseError):
    """The database is there, but the key given doesn't open it."""


@dataclass(frozen=True)
class BadRow:
    """One row of an input file that can't be taken, in the words of the person who has to mend it.

    `line` counts from 1 and includes the header; for formats without lines it is the number of the record.
    """

    file: str
    line: int
    column: str
    value: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        shown = self.value if len(self.value) <= 60 else self.value[:57] + "..."
        return f"{self.file}:{self.line}: {self.column}={shown!r}: {self.problem}; {self.remedy}"


class ImportFailedError(UsageError):
    """An import that was rolled back. `rows` lists what was wrong, the first 1,000 of them."""

    def __init__(self, message: str, rows: Sequence[BadRow] = ()) -> None:
        super().__init__(message)
        self.rows = tuple(rows)


class ModelError(UsageError):
    """A model file that is missing, broken, or not the one that the catalogue names."""


class BusyError(BackroomError):
    """The queue is full. `retry_after_s` says when it is worth trying again."""

    def __init__(self, message: str, retry_after_s: float) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class StillAnsweringError(BusyError):
    """The conversation's last message is still being answered, however many others there are."""


class EngineError(BackroomError):
    """The engine died, could not start or refused a request."""


class DeadlineError(EngineError):
    """The time that the request was given is over."""


class InputError(BackroomError):
    """A customer's message that can't be answered as it is. The text is written for the customer."""
