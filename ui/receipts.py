"""Receipts in words: which product, which field, which value, read when. Answers "why do you say that?".

Knows no database (names come through a function) and no HTML.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal

from assistant.types import Json

KINDS = ("sku", "product", "order", "customer", "promotion", "policy", "shop")
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

MAX_LISTED = 8


@dataclass(frozen=True)
class Name:
    """What a customer knows a receipt's row by. Rows with the same `thing` are told together; `detail` sets them apart:
    `Name("product:p1", "Trail Runner", "Black, 42")`."""

    thing: str
    title: str
    detail: str = ""


Namer = Callable[[str, str], Name | None]
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


class Thing:
    """One product, order or policy in the receipts, with its fields: for each, the values by variant."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._fields: dict[str, dict[str, str]] = {}
        self._as_of: dict[str, str] = {}

    def add(self, field: str, detail: str, value: str, as_of: str) -> None:
        self._fields.setdefault(field, {}).setdefault(detail, value)
        self._as_of[field] = as_of

    def view(self) -> Json:
        details = {detail for values in self._fields.values() for detail in values if detail}
        only = details.pop() if len(details) == 1 else ""
        # That a thing is called what it is called, or that this variant has these options, is in its title already.
        told = {field for field, values in self._fields.items() if field not in ("name", "title", "options")}
        facts = [
            {
                "field": "text" if field == self._title else field,
                "value": _together(values, bool(only)),
                "as_of": self._as_of[field],
            }
            for field, values in self._fields.items()
            if field in told or not told
        ]
        return {"what": f"{self._title} ({only})" if only else self._title, "facts": facts}


def _together(values: Mapping[str, str], named: bool) -> str:
    """The values of one field over its variants (by their options), in few words."""
    if len(set(values.values())) == 1:
        value = next(iter(values.values()))
        return value if len(values) == 1 and (named or "" in values) else f"{value} ({_variants(list(values))})"
    # No-break spaces keep a variant and its value on one line.
    listed = [f"{detail}: {value}".replace(" ", "\u00a0") if detail else value for detail, value in values.items()]
    more = len(listed) - MAX_LISTED
    return " · ".join(listed[:MAX_LISTED]) + (f" · and {more} more" if more > 0 else "")


def _variants(details: list[str]) -> str:
    return details[0] if len(details) == 1 else f"each of {len(details)} variants"


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
        """Receipts (a RECORD's, as JSON) for the page, told thing by thing, in their order.

        `[{"what": "Trail Runner (Black, 42)", "facts": [{"field": "price", "value": "€89.00", "as_of": "..."}]}]`, all
        texts. What is the same for several variants is told once, what differs is listed.
        """
        things: dict[str, Thing] = {}
        for receipt in receipts:
            kind = next((kind for kind in KINDS if kind in receipt), "shop")
            name = self._name(kind, str(receipt.get(kind) or ""))
            thing = things.setdefault(name.thing, Thing(name.title))
            field = str(receipt.get("field") or "")
            value = self.value(field, receipt.get("value"))
            thing.add(field_label(field), name.detail, value, self.moment(receipt.get("as_of")))
        return [thing.view() for thing in things.values()]

    def _name(self, kind: str, key: str) -> Name:
        if kind == "customer":
            return Name("customer", "Your account")
        known = self._namer(kind, key)
        if known is not None:
            return known
        return Name(f"{kind}:{key}", f"{kind.capitalize()} {key}" if kind in ("order", "promotion") else key)

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
