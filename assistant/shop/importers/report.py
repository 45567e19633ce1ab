"""What an import did and what was wrong with its input: counts, bad rows, warnings, progress.

Knows no file format and no database.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from assistant.errors import BadRow, ImportFailedError
from assistant.types import Json

MAX_BAD_ROWS_KEPT = 1000
MAX_WARNINGS_KEPT = 100


class Place(NamedTuple):
    """Where a row stands: the file's name, and the line (from 1, header included) or the number of the record."""

    file: str
    line: int


class BadValue(Exception):
    """A value that can't be taken. Importers catch it per row and hand it to `ShopWriter.reject`."""

    def __init__(self, column: str, value: object, problem: str, remedy: str) -> None:
        super().__init__(f"{column}={value!r}: {problem}; {remedy}")
        self.column = column
        self.value = "" if value is None else str(value)
        self.problem = problem
        self.remedy = remedy

    def at(self, place: Place) -> BadRow:
        """The same problem with its place, with characters that a terminal can't show replaced."""
        shown = self.value.encode("utf-8", "replace").decode("utf-8").replace("\0", "\\0")
        return BadRow(place.file, place.line, self.column, shown, self.problem, self.remedy)


class ImportProgress(NamedTuple):
    """How far an import is. `fraction` (0 to 1) is of the current file's bytes; None where nobody knows."""

    file: str
    num_rows: int
    fraction: float | None


ProgressCallback = Callable[[ImportProgress], None]


@dataclass
class Counts:
    """Rows of one table: new ones, ones that differed, ones that were the same already, ones that went away."""

    inserted: int = 0
    changed: int = 0
    unchanged: int = 0
    deleted: int = 0

    @property
    def num_rows(self) -> int:
        """Rows that the input held and that were taken."""
        return self.inserted + self.changed + self.unchanged


@dataclass
class ImportReport:
    """What an import did, by table ("products", "variants", ...). `bad_rows` holds the first 1,000 of `num_bad`."""

    kind: str
    path: str
    dry_run: bool = False
    tables: dict[str, Counts] = field(default_factory=dict)
    bad_rows: list[BadRow] = field(default_factory=list)
    num_bad: int = 0
    warnings: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def counts(self, table: str) -> Counts:
        """The counts of a table, made at first use."""
        return self.tables.setdefault(table, Counts())

    def sort_bad_rows(self) -> None:
        """Bring the bad rows into the order of the input: those that only the database could tell come late."""
        files = {file: no for no, file in enumerate(dict.fromkeys(row.file for row in self.bad_rows))}
        self.bad_rows.sort(key=lambda row: (files[row.file], row.line))

    def reject(self, row: BadRow) -> None:
        """Count a bad row; the first 1,000 are kept."""
        self.num_bad += 1
        if len(self.bad_rows) < MAX_BAD_ROWS_KEPT:
            self.bad_rows.append(row)

    def warn(self, text: str) -> None:
        """Keep a remark that doesn't stop the import. The same remark is kept once."""
        if text not in self.warnings and len(self.warnings) < MAX_WARNINGS_KEPT:
            self.warnings.append(text)

    @property
    def num_rows(self) -> int:
        return sum(counts.num_rows for counts in self.tables.values())

    @property
    def num_written(self) -> int:
        """Rows that the import inserted, changed or deleted."""
        return sum(counts.inserted + counts.changed + counts.deleted for counts in self.tables.values())

    def failure(self) -> ImportFailedError:
        """The error for an import that bad rows stopped: one line with the first of them."""
        more = f" (and {self.num_bad - 1} more)" if self.num_bad > 1 else ""
        rows = "1 bad row" if self.num_bad == 1 else f"{self.num_bad} bad rows"
        return ImportFailedError(
            f"{rows} in {self.path}, nothing was imported: {self.bad_rows[0]}{more}; "
            "mend them, or keep the good rows with --skip-bad",
            self.bad_rows,
        )

    def as_json(self) -> Json:
        return {
            "kind": self.kind,
            "path": self.path,
            "dry_run": self.dry_run,
            "tables": {name: vars(counts) for name, counts in self.tables.items()},
            "num_bad": self.num_bad,
            "bad_rows": [vars(row) for row in self.bad_rows],
            "warnings": list(self.warnings),
            "seconds": round(self.seconds, 3),
        }
