"""Receipts in words: which product, which field, which value, read when. Answers "why do you say that?".

Knows no database (names come through a function) and no HTML.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal

from assistant.types import Json

KINDS = ("sku", "product", "order", "promotion", "policy", "shop")
MONEY_FIELDS = re.compile(
    r"(^|[_ .])(price|compare_at|total|subtotal|discount|amount|balance|saving|refund|cost)s?($|[_ .])"
)
LABELS = {
    "stock": "in stock",
    "available": "available",
    "compare_at": "price before",
    "compare_at_price": "price before",
    "unit_price": "price paid",
    "eta": "expected",
    "as_of": "as of",
    "url": "page",
}
MAX_VALUE_CHARS = 400

Namer = Callable[[str, str], str | None]
"""A receipt's kind and key give the name that a customer knows it by, or None."""


def field_label(field: str) -> str:
    """A field's name as a person says it: "options.colour" -> "colour", "shipping_cost" -> "shipping cost"."""
    last = field.rsplit(".", 1)[-1]
    return LABELS.get(last, last.replace("_", " ").strip())


def known_locale(name: str) -> str:
    """The shop's locale, or English where Babel doesn't know it."""
    try:
        return str(Locale.parse(name.replace("-", "_")))
    except (ValueError, UnknownLocaleError):
        return "en_US"


class Words:
    """Turns receipts into words in the shop's currency, locale and time zone."""

    def __init__(self, namer: Namer, currency: str, locale: str, timezone: str) -> None:
        self._namer = namer
        self._currency = currency
        self._locale = known_locale(locale)
        try:
            self._zone = ZoneInfo(timezone)
        except (KeyError, ValueError, OSError):
            self._zone = ZoneInfo("UTC")

    def views(self, receipts: Iterable[Mapping[str, Any]]) -> list[Json]:
        """Receipts (a RECORD's, as JSON) for the page, each once, in their order."""
        seen: dict[tuple[str, str, str], Json] = {}
        for receipt in receipts:
            view = self.view(receipt)
            seen.setdefault((view["what"], view["field"], view["value"]), view)
        return list(seen.values())

    def view(self, receipt: Mapping[str, Any]) -> Json:
        """One receipt: `what` (named as the customer knows it), `key`, `field`, `value` and `as_of`, all texts."""
        kind = next((kind for kind in KINDS if kind in receipt), "shop")
        key = str(receipt.get(kind) or "")
        field = str(receipt.get("field") or "")
        name = self._namer(kind, key)
        return {
            "kind": kind,
            "what": name or (f"Order {key}" if kind == "order" else key),
            "key": key,
            "field": field_label(field),
            "value": self.value(field, receipt.get("value")),
            "as_of": self.moment(receipt.get("as_of")),
        }

    def value(self, field: str, value: Any) -> str:
        """A value as a person reads it: money with its currency, yes and no, dates, lists and options."""
        if value is None:
            return "not known"
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, Mapping):
            return ", ".join(f"{field_label(str(name))}: {self.value('', part)}" for name, part in value.items())
        if isinstance(value, (list, tuple)):
            return ", ".join(self.value("", part) for part in value)
        if MONEY_FIELDS.search(field):
            return self._money(value)
        if isinstance(value, (int, float, Decimal)):
            return str(format_decimal(value, locale=self._locale))
        return self._text(str(value))

    def moment(self, as_of: Any) -> str:
        """A time in the shop's zone and locale, or "" when it is none."""
        try:
            when = as_of if isinstance(as_of, datetime) else datetime.fromisoformat(str(as_of))
        except ValueError:
            return ""
        return str(format_datetime(when.astimezone(self._zone), "d MMMM y, HH:mm", locale=self._locale))

    def _money(self, value: Any) -> str:
        try:
            amount = Decimal(str(value))
        except InvalidOperation:
            return self._text(str(value))
        if not amount.is_finite():
            return self._text(str(value))
        return str(format_currency(amount, self._currency, locale=self._locale))

    def _text(self, text: str) -> str:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            try:
                return str(format_date(datetime.fromisoformat(text).date(), "d MMMM y", locale=self._locale))
            except ValueError:
                return text
        if re.fullmatch(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d\S*", text):
            return self.moment(text) or text
        return text if len(text) <= MAX_VALUE_CHARS else text[: MAX_VALUE_CHARS - 1].rstrip() + "…"
