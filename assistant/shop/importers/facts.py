"""The shop's own facts during an import: currency, time zone, locale, clock, and whatever else it says of itself.

Knows no file format.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from babel import Locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.errors import ImportFailedError
from assistant.shop.importers import values
from assistant.shop.importers.report import BadValue, ImportReport, Place
from assistant.shop.schema import ShopInfo, VariantRow


class ShopFacts:
    """Reads and writes `shop_info`. What the import doesn't say stays as the database has it."""

    def __init__(self, session: Session, report: ImportReport) -> None:
        self._session = session
        self._report = report
        self._facts = {row.key: row.value for row in session.scalars(select(ShopInfo))}
        self._zone: ZoneInfo | None = None

    @property
    def currency(self) -> str:
        """The ISO 4217 code. Raises ImportFailedError when nobody has said it."""
        found = self._facts.get("currency")
        if found is None:
            raise ImportFailedError('the shop\'s currency isn\'t known; put it into shop.json as "currency": "EUR"')
        return found

    @property
    def zone(self) -> ZoneInfo:
        """The shop's zone, UTC when nobody has said it."""
        if self._zone is None:
            self._zone = ZoneInfo(self._facts.get("timezone", "UTC"))
        return self._zone

    def missing(self, facts: Mapping[str, str]) -> dict[str, str]:
        """Of these facts, those that the shop doesn't have yet: defaults never replace what the shop has edited."""
        return {key: value for key, value in facts.items() if key not in self._facts}

    def take(self, facts: Mapping[str, str], place: Place) -> None:
        """Check and write facts. Raises BadValue."""
        checked = {key.strip(): _checked(key.strip(), value) for key, value in facts.items()}
        old = self._facts.get("currency")
        new = checked.get("currency", old)
        if old is not None and new != old and self._session.scalar(select(VariantRow.sku).limit(1)) is not None:
            raise BadValue("currency", new, f"the shop's prices are in {old}", "import into a new database (--db)")
        counts = self._report.counts("shop")
        for key, value in checked.items():
            if key not in self._facts:
                counts.inserted += 1
            elif self._facts[key] != value:
                counts.changed += 1
            else:
                counts.unchanged += 1
                continue
            self._session.merge(ShopInfo(key=key, value=value))
        self._session.flush()
        self._facts |= checked
        self._zone = None


def _checked(key: str, value: str) -> str:
    if key == "currency":
        return values.currency_code(value, key)
    if key == "timezone":
        return _zone(value)
    if key == "locale":
        return _locale(value)
    if key == "now":
        try:
            datetime.fromisoformat(value)
        except ValueError:
            raise BadValue(key, value, "is not a time", "write ISO 8601, such as 2026-03-01T14:30:00") from None
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ValueError, OSError, LookupError):
        raise BadValue("timezone", value, "is not a time zone", "use a name such as Europe/Berlin or UTC") from None
    return value


def _locale(value: str) -> str:
    try:
        return str(Locale.parse(value.replace("-", "_")))
    except (ValueError, LookupError, TypeError):
        raise BadValue("locale", value, "is not a locale", "use a name such as en_US or de_DE") from None
