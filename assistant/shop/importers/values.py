"""Cells to values: money, counts, yes/no, days, moments, lists and name=value pairs, exact or refused.

Every function takes the cell, the column's name (for the message) and raises `BadValue` with a remedy.
Knows no file format: cells may be text (CSV) or JSON values (JSONL with `parse_float=Decimal`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from itertools import chain
from itertools import count as count_from
from typing import Any
from zoneinfo import ZoneInfo

from babel.core import get_global
from babel.numbers import get_currency_precision

from assistant.shop.importers.report import BadValue

MAX_MINOR = 10**15
_DECIMAL = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?\Z")
_WHOLE = re.compile(r"-?[0-9]{1,15}\Z")
_YES = frozenset({"yes", "y", "true", "1"})
_NO = frozenset({"no", "n", "false", "0"})


@lru_cache(maxsize=1)
def currencies() -> frozenset[str]:
    """Every ISO 4217 code that Babel knows."""
    return frozenset(get_global("all_currencies"))


def text(cell: Any) -> str:
    """A cell as stripped text; None is empty, a JSON list is joined by `; `, booleans are yes/no."""
    if isinstance(cell, str):
        return cell.strip()
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, list):
        return "; ".join(text(part) for part in cell)
    if isinstance(cell, dict):
        return "; ".join(f"{name}={text(part)}" for name, part in cell.items())
    return str(cell)


def text_or_none(cell: Any) -> str | None:
    """Stripped text, None for an empty cell."""
    return text(cell) or None


def required(cell: Any, column: str) -> str:
    """Stripped text that must not be empty."""
    found = text(cell)
    if not found:
        raise BadValue(column, "", "is empty", f"every row needs its {column}")
    return found


def currency_code(cell: Any, column: str = "currency") -> str:
    """An ISO 4217 code, "EUR"."""
    found = required(cell, column).upper()
    if found not in currencies():
        raise BadValue(column, found, "is not a currency", "use an ISO 4217 code such as EUR or USD")
    return found


def money(cell: Any, currency: str, column: str) -> int:
    """An amount in major units ("19.99") as minor units (1999), exact. Raises BadValue for negative amounts, for text
    that isn't a plain decimal number and for more decimals than the currency has."""
    found = format(Decimal(repr(cell)), "f") if isinstance(cell, float) else _plain(cell)
    match = _DECIMAL.match(found)
    if match is None:
        if not found:
            raise BadValue(column, "", "is empty", "give an amount such as 19.99")
        raise BadValue(column, found, "is not an amount", "write a plain decimal number such as 19.99")
    sign, whole, decimals = match[1], match[2], match[3] or ""
    precision = _precision(currency)
    if len(decimals) > precision:
        if decimals[precision:].strip("0"):
            raise BadValue(
                column, found, f"has more decimals than {currency} has ({precision})", "round it in the source"
            )
        decimals = decimals[:precision]
    minor = int(whole + decimals.ljust(precision, "0")) if len(whole) <= 15 else MAX_MINOR + 1
    if sign and minor:
        raise BadValue(column, found, "is negative", "amounts are 0 or more")
    if minor > MAX_MINOR:
        raise BadValue(column, found, "is too large", f"amounts end at {MAX_MINOR} minor units")
    return minor


def money_or_none(cell: Any, currency: str, column: str) -> int | None:
    """Like `money`; None for an empty cell."""
    return None if cell is None or cell == "" or text(cell) == "" else money(cell, currency, column)


@lru_cache(maxsize=64)
def _precision(currency: str) -> int:
    return int(get_currency_precision(currency))


def _plain(cell: Any) -> str:
    return format(cell, "f") if isinstance(cell, Decimal) and cell.is_finite() else text(cell)


def count(cell: Any, column: str) -> int:
    """A whole number, 0 or more."""
    found = _plain(cell)
    if not found:
        raise BadValue(column, "", "is empty", "give a whole number such as 12")
    if not _WHOLE.match(found):
        raise BadValue(column, found, "is not a whole number", "write digits only, such as 12")
    if int(found) < 0:
        raise BadValue(column, found, "is negative", "a count is 0 or more")
    return int(found)


def count_or_none(cell: Any, column: str) -> int | None:
    """Like `count`; None for an empty cell (unknown)."""
    return None if cell is None or cell == "" or text(cell) == "" else count(cell, column)


def number_or_none(cell: Any, column: str) -> float | None:
    """A decimal number that isn't money (a rating); None for an empty cell."""
    found = _plain(cell)
    if not found:
        return None
    if not _DECIMAL.match(found):
        raise BadValue(column, found, "is not a number", "write a plain decimal number such as 4.5")
    return float(found)


def yes_no(cell: Any, column: str, default: bool) -> bool:
    """yes/no (also true/false, 1/0, y/n); `default` for an empty cell."""
    found = text(cell).lower()
    if not found:
        return default
    if found in _YES:
        return True
    if found in _NO:
        return False
    raise BadValue(column, text(cell), "is neither yes nor no", "write yes or no")


def day_or_none(cell: Any, column: str) -> date | None:
    """A day, "2026-03-01" (a time behind it is left out); None for an empty cell."""
    found = text(cell)
    if not found:
        return None
    try:
        return date.fromisoformat(found) if len(found) <= 10 else datetime.fromisoformat(found).date()
    except ValueError:
        raise BadValue(column, found, "is not a day", "write it as 2026-03-01") from None


def moment_or_none(cell: Any, zone: ZoneInfo, column: str) -> datetime | None:
    """An ISO 8601 moment, in UTC; one without a zone is in `zone`. None for an empty cell."""
    found = text(cell)
    if not found:
        return None
    try:
        moment = datetime.fromisoformat(found)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadValue(column, found, "is not a time", "write ISO 8601, such as 2026-03-01T14:30:00") from None


def moment(cell: Any, zone: ZoneInfo, column: str) -> datetime:
    """Like `moment_or_none`, but the cell must not be empty."""
    found = moment_or_none(cell, zone, column)
    if found is None:
        raise BadValue(column, "", "is empty", "write ISO 8601, such as 2026-03-01T14:30:00")
    return found


def items(cell: Any) -> list[str]:
    """A cell's list, parts separated by `;`."""
    parts = cell if isinstance(cell, list) else text(cell).split(";")
    return [found for part in parts if (found := text(part))]


def pairs(cell: Any, column: str) -> dict[str, str]:
    """`Name=value; Name=value` (or a JSON object, also as text) as a dict. Raises BadValue.

    A part without `=` that follows a pair belongs to its value: "Colours=red; blue" is one pair.
    """
    if isinstance(cell, str) and cell.lstrip().startswith("{"):
        cell = json_object(cell, column)
    if isinstance(cell, Mapping):
        return {name.strip(): value for name, given in cell.items() if (value := text(given))}
    found: dict[str, str] = {}
    last = ""
    for part in text(cell).split(";"):
        name, equals, value = part.partition("=")
        if equals and name.strip():
            last = name.strip()
            found[last] = value.strip()
        elif part.strip():
            if not last:
                raise BadValue(column, part.strip(), "is not Name=value", "write Name=value; Name=value")
            found[last] += f"; {part.strip()}"
    return {name: value for name, value in found.items() if value}


def file_stem(name: str) -> str:
    """A name as that of a file in the folder at hand: "help/returns" -> "help-returns", "../../evil" -> "evil"."""
    return re.sub(r"[\x00-\x1f/\\:*?\"<>|]+", "-", name).strip("-. ") or "page"


def another(name: str, met: set[str]) -> str:
    """`name`, or where it was met already "name-2", "name-3"; from now on the one given is met."""
    found = next(n for n in chain([name], (f"{name}-{number}" for number in count_from(2))) if n not in met)
    met.add(found)
    return found


def first_heading(page: str) -> str | None:
    """The text of a Markdown page's first heading; None for a page without any."""
    headings = (line.strip().lstrip("#").strip() for line in page.splitlines() if line.lstrip().startswith("#"))
    return next((heading for heading in headings if heading), None)


def json_object(cell: Any, column: str) -> dict[str, Any]:
    """A JSON object, as text or as it is; empty for an empty cell. Raises BadValue."""
    if isinstance(cell, Mapping):
        return dict(cell)
    if not text(cell):
        return {}
    try:
        return dict(json.loads(text(cell)))
    except (ValueError, TypeError):
        raise BadValue(column, cell, "is not a JSON object", 'write it as {"name": "value"}') from None
