"""Completes what the tagger found: a whole address has its town and country, a whole name its title.

Knows the forms in which people write names and addresses, no model and no shop.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from babel import Locale

from assistant.privacy.recognisers import Span

_BETWEEN = re.compile(r"[\s,.'’/#>?|*-]{0,8}")
"""What may stand between the parts of one address, line marks of a quoted message included."""
_CORNER = re.compile(r"\b(?:(?:at )?the )?(?:corner|crossing|junction|intersection) of\s*$", re.IGNORECASE)
_STREET_BEFORE = re.compile(r"(?:[^\W\d_a-z][\w'’.-]*[ ]){1,2}$")
_AND = re.compile(r"\s*(?:and|&)\s*", re.IGNORECASE)
_TITLE = re.compile(r"\b(?:mr|mrs|ms|miss|mx|dr|prof|sir|dame|rev|herr|frau|mme)\b\.?\s*$", re.IGNORECASE)
_AFTER = re.compile(r",?\s(?:ph\.?d|m\.?d|d\.?d\.?s|d\.?v\.?m|esq|jr|sr|ii|iii|iv)\b\.?", re.IGNORECASE)
_FIRM = re.compile(
    r"(?:-\w+)?(?:,? (?:Ltd|Limited|Inc|LLC|PLC|plc|GmbH|Corp|S\.A|SARL|LLP)\b|(?: (?:&|and) \w+)? "
    r"(?:Corporation|Company|Group|Holdings?|Bank|Partners|Associates|Brothers|Bros|Foundation|University|College|Hospital|Institute|Orchestra|"
    r"Records|Studios?)\b| (?:&|and) (?:Sons|Co|Daughters|Partners)\b)"
)
"""What follows a firm's name. Written as firms write it: "anna, group" stays a name."""


_LIST = re.compile(r"[^\W\d_a-z][\w'’-]+(?:, [^\W\d_a-z][\w'’-]+)+,? (?:and|or|&) [^\W\d_a-z][\w'’-]+")
_ITEM = re.compile(r"[^\W\d_a-z][\w'’-]+")


def completed(text: str, spans: Sequence[Span]) -> list[Span]:
    """The spans with what belongs to them, in order; a name that begins a firm's name is the firm's."""
    found: list[Span] = []
    for span in spans:
        last = found[-1] if found else None
        if last and last.kind == "address" and _goes_on(text, last, span):
            found[-1] = Span(last.start, max(last.end, span.end), "address")
        else:
            found.append(_whole(text, span))
    return sorted([*found, *_listed(text, found)])


def _goes_on(text: str, address: Span, span: Span) -> bool:
    """Whether a span is another part of the address before it."""
    if span.start < address.end:
        return span.kind in ("address", "place")
    near = _BETWEEN.fullmatch(text, address.end, span.start)
    return bool(
        (near and span.kind in ("address", "place"))
        or (span.kind == "address" and _AND.fullmatch(text, address.end, span.start))
    )


def _listed(text: str, spans: Sequence[Span]) -> list[Span]:
    """The rest of a list of which two, and half, are names: "Mia, Rogelio, Tom and Ada" are four people."""
    more: list[Span] = []
    for match in _LIST.finditer(text):
        items = [(match.start() + m.start(), match.start() + m.end()) for m in _ITEM.finditer(match[0])]
        kinds = [next((s.kind for s in spans if s.start < end and start < s.end), "") for start, end in items]
        if kinds.count("name") >= max(2, len(items) / 2):
            more += [Span(*item, "name") for item, kind in zip(items, kinds, strict=True) if not kind]
    return more


def _whole(text: str, span: Span) -> Span:
    """One span with its title, degree or "the corner of"; a firm's name is no person's."""
    if span.kind == "name":
        if _FIRM.match(text, span.end):
            return Span(span.start, span.end, "organisation")
        title, after = _TITLE.search(text, max(0, span.start - 20), span.start), _AFTER.match(text, span.end)
        return Span(title.start() if title else span.start, after.end() if after else span.end, "name")
    return _whole_address(text, span) if span.kind == "address" else span


def _whole_address(text: str, span: Span) -> Span:
    """An address with the words of its street before it, and the country after it."""
    start, end = span.start, span.end
    if street := _STREET_BEFORE.search(text, max(0, start - 60), start):
        start = street.start()
    if corner := _CORNER.search(text, max(0, start - 40), start):
        start = corner.start()
    while more := _after_address().match(text, end):
        end = more.end()
    return Span(start, end, "address")


@lru_cache(maxsize=1)
def _after_address() -> re.Pattern[str]:
    """What goes on with an address: a country's English name, and a postcode behind it."""
    countries = {*Locale("en").territories.values(), "USA", "U.S.", "UK", "England", "Scotland", "Wales"}
    names = "|".join(sorted((re.escape(c) for c in countries if not c.isdigit()), key=len, reverse=True))
    return re.compile(rf"[\s,.>?|*-]{{1,6}}(?i:{names})(?!\w)(?:[\s,>?]{{1,4}}\d{{4,6}}(?:-\d{{3,4}})?(?![\w.,-]?\d))?")
