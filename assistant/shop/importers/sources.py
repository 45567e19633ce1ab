"""What the importers of other systems' files share: the currency, JSON files, ids out of names, effective prices.

Knows the writer, no particular format.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from assistant.errors import ImportFailedError
from assistant.shop.importers.base import ShopWriter
from assistant.shop.importers.report import BadValue, Place

ASSUMED_CURRENCY = "USD"
_AMERICAN_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{2}|\d{4})(?:,? .*)?\Z")
_NOT_IN_IDS = re.compile(r"[^a-z0-9]+")


def state_facts(writer: ShopWriter, facts: Mapping[str, str], place: Place) -> None:
    """Write facts of the shop that the whole file stands for. Raises ImportFailedError where they can't be taken."""
    try:
        writer.shop(facts, place)
    except BadValue as bad:
        raise writer.fatal(place, bad.column, bad.value, bad.problem, bad.remedy) from None


def settle_currency(writer: ShopWriter, place: Place) -> None:
    """For formats that never say their currency: the shop's own, or US dollars with a warning in an empty shop."""
    try:
        _ = writer.currency
    except ImportFailedError:
        state_facts(writer, {"currency": ASSUMED_CURRENCY}, place)
        writer.warn(
            f"{place.file} doesn't say its currency: {ASSUMED_CURRENCY} is assumed; "
            "if that is wrong, import into a new database with --currency"
        )


def read_json(path: Path, writer: ShopWriter) -> Any:
    """A JSON file as a whole, decimal fractions as Decimal. Raises ImportFailedError with the place of a defect."""
    place = Place(path.name, 1)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise writer.fatal(place, "file", "", f"is not UTF-8 at byte {error.start}", "save it as UTF-8") from None
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        shown = text[max(0, error.pos - 20) : error.pos + 20]
        problem = f"is not JSON at column {error.colno}: {error.msg}"
        raise writer.fatal(Place(path.name, error.lineno), "file", shown, problem, "export the file again") from None
    except (ValueError, RecursionError) as error:
        raise writer.fatal(place, "file", text[:40], f"is not JSON: {error}", "export the file again") from None


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


def records(found: Any, writer: ShopWriter, file: str) -> Iterable[tuple[Place, dict[str, Any]]]:
    """The objects of a JSON list with their number (from 1); what isn't an object, or holds characters that no
    database takes (NUL, lone surrogates), is rejected."""
    for number, record in enumerate(found, 1):
        place = Place(file, number)
        if not isinstance(record, dict):
            writer.reject(place, BadValue("record", record, "is not an object", "export the file again"))
        elif (bad := _unstorable(record)) is not None:
            writer.reject(place, bad)
        else:
            yield place, record


def _unstorable(record: Mapping[str, Any]) -> BadValue | None:
    for name, value in record.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
        if "\0" in text or "\\u0000" in text:
            return BadValue(name, text, "holds a NUL character", "remove it")
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            return BadValue(name, text, "holds half a character (a lone surrogate)", "correct it in the source")
    return None


def mapping(record: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A field that is an object; missing or null is empty. Raises BadValue for anything else."""
    found = record.get(name)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise BadValue(name, found, "is not an object", "export the file again")
    return found


def objects(record: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """A field that is a list of objects; missing or null is empty. Raises BadValue for anything else."""
    found = record.get(name)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(part, dict) for part in found):
        raise BadValue(name, found, "is not a list of objects", "export the file again")
    return found


def slug(*parts: str) -> str:
    """A stable id out of names: "Café Table", "Blue" -> "cafe-table-blue". Empty when nothing is left of them."""
    plain = unicodedata.normalize("NFKD", " ".join(parts).casefold()).encode("ascii", "ignore").decode()
    return _NOT_IN_IDS.sub("-", plain).strip("-")


def id_of_name(made: str, *names: str) -> str:
    """`made`, an id out of names, told apart from others by a short hash where letters of another script got lost on
    the way: "tee" of "Tee" and "红色" -> "tee-3fd1c0a2"."""
    letters = unicodedata.normalize("NFKD", "".join(names))
    lost = [c for c in letters if c.isalnum() and not c.isascii() and not unicodedata.name(c, "").startswith("LATIN")]
    if not lost:
        return made
    mark = hashlib.blake2b("\0".join(names).encode(), digest_size=4).hexdigest()
    return f"{made}-{mark}" if made else mark


def without_empty(fields: Mapping[str, str | None]) -> dict[str, str]:
    """Only the fields that say something."""
    return {name: value for name, value in fields.items() if value}


def web_address(cell: str) -> str | None:
    """An http(s) address; None for anything else (a path inside the source's media folder leads nowhere here)."""
    return cell.strip() if cell.strip().lower().startswith(("http://", "https://")) else None


def limit(cell: str, writer: ShopWriter, column: str, *, end: bool = False) -> datetime | None:
    """The beginning or end of a price: an ISO 8601 moment or day, or a day as Magento exports it ("12/31/26").
    A day alone begins at its first moment and ends with its last, in the shop's zone. None for an empty cell."""
    found = cell.strip()
    if match := _AMERICAN_DAY.match(found):
        month, day, year = (int(part) for part in match.groups())
        found = f"{year + 2000 if year < 100 else year:04}-{month:02}-{day:02}"
    moment = writer.moment_or_none(found, column)
    return moment + timedelta(days=1, microseconds=-1) if moment and end and len(found) <= 10 else moment


def in_force(starts: datetime | None, ends: datetime | None) -> bool:
    """Whether a price with these limits holds at the moment of the import. None is no limit."""
    now = datetime.now(UTC)
    return (starts is None or starts <= now) and (ends is None or now <= ends)


def changes_later(starts: datetime | None, ends: datetime | None) -> bool:
    """Whether a price with these limits will begin or end after the moment of the import."""
    now = datetime.now(UTC)
    return any(moment is not None and moment > now for moment in (starts, ends))


def timed_prices(file: str, what: str, number: int) -> str:
    """The warning about prices that begin or end later: nobody but another import changes them."""
    return (
        f"{file}: {what} that begin or end later: {number}; "
        "prices are those of now: import the file again when one begins or ends"
    )


def effective_price(price: int, sale: int | None) -> tuple[int, int | None]:
    """What it costs now and what to compare it with: (sale, price) when the sale price is lower, else (price, None)."""
    return (sale, price) if sale is not None and sale < price else (price, None)


class SilentWriter(ShopWriter):
    """For a further pass over a file: what is wrong with it is reported by the one pass that has the real writer."""

    def __init__(self, writer: ShopWriter) -> None:
        self._inner = writer

    def reject(self, place: Place, problem: BadValue) -> None:
        """Not reported here."""

    def progress(self, file: str, num_rows: int, fraction: float | None) -> None:
        self._inner.progress(file, num_rows, fraction)
