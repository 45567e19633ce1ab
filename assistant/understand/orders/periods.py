"""Which days words mean: "in october", "since the summer", "last month", "this year", "yesterday", "in 2025".

    phrase = named("how much did I spend in october?")       "in october", or ""
    days = span(phrase, now)                                  (first, last) as dates, or None

Always of the past: "in october" is the last October that has begun. Knows no orders.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_SEASONS = {"spring": (3, 5), "summer": (6, 8), "autumn": (9, 11), "fall": (9, 11), "winter": (12, 2)}
_UNIT = r"(?:day|week|month|year)"
_NAMED = re.compile(
    rf"\b(?:in|during|since|from|for|over|back in|this|last)\b(?: the| early| late| whole)*"
    rf" (?:{_MONTH}|spring|summer|autumn|fall|winter|20\d\d)\b(?: (?:this year|last year|20\d\d))?|"
    rf"\b(?:since|in|over|during|for|within)? ?(?:the )?(?:last|past|this|previous) (?:\d+ )?{_UNIT}s?\b|"
    r"\b(?:today|yesterday)\b"
)


def named(low: str) -> str:
    """The words in `low` (folded, numbers as digits) that name days of the past; "" where there are none."""
    found = _NAMED.search(low)
    return found[0].strip() if found else ""


def span(phrase: str, now: date) -> tuple[date, date] | None:
    """The first and the last day that a phrase of `named` means; None where it can't be told."""
    since = bool(re.search(r"\bsince\b", phrase))
    days = _units(phrase, now) or _calendar(phrase, now)
    if days is None:
        return None
    return days[0], now if since else min(days[1], now)


def _units(phrase: str, now: date) -> tuple[date, date] | None:
    """ "yesterday", "last 3 weeks", "this month"."""
    if "yesterday" in phrase or "today" in phrase:
        day = now - timedelta(days="yesterday" in phrase)
        return day, day
    match = re.search(rf"\b(last|past|this|previous) (\d+ )?({_UNIT})s?\b", phrase)
    if match is None:
        return None
    which, number, unit = match[1], int(match[2] or 0), match[3]
    lengths = {"day": 1, "week": 7, "month": 31, "year": 366}
    if number or which == "past" or (unit == "day" and which != "this"):
        return now - timedelta(days=lengths[unit] * (number or 1)), now
    back = which != "this"
    if unit == "week":
        monday = now - timedelta(days=now.weekday() + 7 * back)
        return monday, monday + timedelta(days=6)
    if unit == "month":
        last = now.replace(day=1) - timedelta(days=1) if back else now
        return _months(last.year, last.month, last.month)
    year = now.year - back
    return (date(year, 1, 1), date(year, 12, 31)) if unit == "year" else (now, now)


def _calendar(phrase: str, now: date) -> tuple[date, date] | None:
    """ "in october", "since summer", "in 2025"; the last one that has begun."""
    year = re.search(r"\b20\d\d\b", phrase)
    month = re.search(rf"\b({_MONTH})\b", phrase)
    season = next((s for s in _SEASONS if re.search(rf"\b{s}\b", phrase)), None)
    if month is None and season is None:
        return (date(int(year[0]), 1, 1), date(int(year[0]), 12, 31)) if year else None
    first, last = _SEASONS[season] if season else (_MONTHS.index(month[1][:3]) + 1,) * 2  # type: ignore[index]
    of = int(year[0]) if year else now.year - ("last year" in phrase or date(now.year, first, 1) > now)
    return _months(of, first, last)


def _months(year: int, first: int, last: int) -> tuple[date, date]:
    """From the first day of a month to the last day of another, which may be in the next year."""
    until = year + (last < first)
    after = date(until + (last == 12), last % 12 + 1, 1)
    return date(year, first, 1), after - timedelta(days=1)
