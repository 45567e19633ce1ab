"""Delimited files and JSON Lines, row by row, never whole in memory, with every defect turned into a bad row.

Rows whose bytes aren't UTF-8, that hold NUL characters, that break RFC 4180 or that have too many or too few fields are
rejected with their line; a file that has no usable header is refused as a whole. Knows nothing of shops.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

from assistant.shop.importers.base import ShopWriter
from assistant.shop.importers.report import BadValue, Place

Cells = Mapping[str, Any]
_EVERY = 5000
_MAX_LINE = 8 * 1024 * 1024
_NOT_UTF8 = ("is not UTF-8", "save the file as UTF-8")
_NUL = ("holds a NUL character", "remove it")


def read_csv(
    path: Path, writer: ShopWriter, required: Sequence[str] = (), delimiter: str = ","
) -> Iterator[tuple[Place, dict[str, str]]]:
    """The rows of a delimited file with a header: place (the line where the row begins) and cells by column.

    Raises ImportFailedError when the header is missing, lacks a `required` column or has one twice.
    """
    with path.open("rb") as file:
        lines = _Lines(file, path, writer)
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        header = _header(reader, lines, writer, required)
        width, rows = len(header), 0
        while True:
            start = lines.num_lines + 1
            try:
                cells = next(reader)
            except StopIteration:
                break
            except csv.Error as error:
                _reject_broken(lines, start, error)
                continue
            defect, lines.defect = lines.defect, False
            rows += 1
            if rows % _EVERY == 0:
                writer.progress(lines.name, rows, lines.fraction)
            if not cells:
                continue
            place = Place(lines.name, start)
            if len(cells) != width:
                _reject_width(writer, place, cells, width)
            elif not defect or _clean(writer, place, zip(header, cells, strict=True)):
                yield place, dict(zip(header, cells, strict=True))
        writer.progress(lines.name, rows, 1.0)


def read_jsonl(path: Path, writer: ShopWriter) -> Iterator[tuple[Place, dict[str, Any]]]:
    """The objects of a JSON Lines file: place and fields. Decimal fractions come as Decimal."""
    rows = 0
    with path.open("rb") as file:
        lines = _Lines(file, path, writer)
        for line in lines:
            defect, lines.defect = lines.defect or "\\u" in line, False
            if not line.strip():
                continue
            place = Place(lines.name, lines.num_lines)
            try:
                fields = json.loads(line, parse_float=Decimal)
            except (ValueError, RecursionError):
                writer.reject(
                    place, BadValue("line", line.strip(), "is not JSON", "write one JSON object on each line")
                )
                continue
            rows += 1
            if rows % _EVERY == 0:
                writer.progress(lines.name, rows, lines.fraction)
            if not isinstance(fields, dict):
                writer.reject(
                    place, BadValue("line", line.strip(), "is not an object", "write one JSON object on each line")
                )
            elif not defect or _clean(writer, place, fields.items()):
                yield place, fields
        writer.progress(lines.name, rows, 1.0)


class _Lines:
    """A binary file's lines as text, counted. Bytes that aren't UTF-8 become lone surrogates and set `defect`."""

    def __init__(self, file: BinaryIO, path: Path, writer: ShopWriter) -> None:
        self._file = file
        self._writer = writer
        self.name = path.name
        self._size = max(1, path.stat().st_size)
        self._num_bytes = 0
        self.num_lines = 0
        self.defect = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        raw = self._file.readline(_MAX_LINE)
        if not raw:
            raise StopIteration
        self.num_lines += 1
        self._num_bytes += len(raw)
        if self.num_lines == 1:
            raw = self._without_mark(raw)
        if len(raw) >= _MAX_LINE:
            raise self._writer.fatal(
                Place(self.name, self.num_lines), "line", raw[:60].decode("utf-8", "replace"),
                f"is longer than {_MAX_LINE} bytes", "check the file's line ends",
            )  # fmt: skip
        if b"\0" in raw:
            self.defect = True
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            self.defect = True
            return raw.decode("utf-8", "surrogateescape")

    def _without_mark(self, raw: bytes) -> bytes:
        if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise self._writer.fatal(Place(self.name, 1), "line", "", "the file is UTF-16", "save it as UTF-8")
        return raw.removeprefix(b"\xef\xbb\xbf")

    @property
    def fraction(self) -> float:
        return min(1.0, self._num_bytes / self._size)

    def reject(self, line: int, problem: BadValue) -> None:
        self._writer.reject(Place(self.name, line), problem)


def _header(reader: Any, lines: _Lines, writer: ShopWriter, required: Sequence[str]) -> list[str]:
    place = Place(lines.name, 1)
    try:
        header = [name.strip() for name in next(reader, [])]
    except csv.Error as error:
        raise writer.fatal(place, "header", "", str(error), "check its quotes and line ends") from None
    shown = ",".join(header)[:60]
    if not any(header):
        raise writer.fatal(place, "header", shown, "is missing", "the first line names the columns")
    if lines.defect:
        raise writer.fatal(place, "header", shown.encode("utf-8", "replace").decode(), *_NOT_UTF8)
    other = next((mark for mark in ";\t|," if len(header) == 1 and mark in shown), None)
    if other is not None:
        named = "tabs" if other == "\t" else other
        raise writer.fatal(
            place,
            "header",
            shown,
            f"is one column: the columns look separated by {named}",
            "save it as CSV with commas",
        )
    for name in header:
        if not name:
            raise writer.fatal(place, "header", shown, "has a column without a name", "name it or remove it")
        if header.count(name) > 1:
            raise writer.fatal(place, "header", name, "is there twice", "keep one of the columns")
    for name in required:
        if name not in header:
            raise writer.fatal(place, name, shown, f"the column {name} is missing", f"add the column {name}")
    return header


def _reject_broken(lines: _Lines, start: int, error: csv.Error) -> None:
    lines.defect = False
    if "field limit" in str(error):
        problem = f"has a cell of more than {csv.field_size_limit():,} characters"
        lines.reject(
            start, BadValue("row", "", problem, "shorten it; if it shouldn't be long, close the quote before it")
        )
        return
    remedy = "double the quotes inside a quoted cell, and close every quote (RFC 4180)"
    lines.reject(start, BadValue("row", "", f"is not well-formed: {error}", remedy))


def _reject_width(writer: ShopWriter, place: Place, cells: Sequence[str], width: int) -> None:
    shown = ",".join(cells)
    remedy = "put cells that contain the separator or a line end into double quotes"
    writer.reject(place, BadValue("row", shown, f"has {len(cells)} cells, the header {width}", remedy))


def _clean(writer: ShopWriter, place: Place, cells: Any) -> bool:
    """Whether no cell holds NUL or lone surrogates; the first that does is rejected."""
    for name, value in cells:
        shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
        if "\0" in shown:
            writer.reject(place, BadValue(name, shown, *_NUL))
            return False
        try:
            shown.encode("utf-8")
        except UnicodeEncodeError:
            writer.reject(place, BadValue(name, shown.encode("utf-8", "replace").decode(), *_NOT_UTF8))
            return False
    return True
