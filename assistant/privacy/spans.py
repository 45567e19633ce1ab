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
    r"Records|Studios?|Incorporated|TV|Radio|Magazine|News|Systems|Technolog(?:y|ies)|Solutions|Industries|Software|Motors|Airlines)\b"
    r"| (?:&|and) (?:Sons|Co|Daughters|Partners|Associates)\b)"
)
"""What follows a firm's name. Written as firms write it: "anna, group" stays a name."""


_OF = re.compile(
    r"\b(?:University|College|Institute|Bank|Ministry|Department|Museum|City|Port|Republic|Kingdom|Province|State|County"
    r"|Church|Diocese) of (?:the )?$",
    re.IGNORECASE,
)
"""What stands before the place that an institution is named after."""
_NUMBER_BEFORE = re.compile(
    r"(?:^[^\w\n]*|\b(?:at|to|in|on|is|address)\W{1,2}|[,:;] ?)(\d{1,5}[A-Za-z]?(?:[ /]\d{1,5})?,? )$", re.M
)
"""A number of the house or the unit before the rest of the address."""
_NUMBER_AFTER = re.compile(
    r"(?: \d{1,4}[A-Za-z]?|(?<=\d)[A-Za-z]?)(?:/\d{1,4}[A-Za-z]?)?(?![\w%/]|[.,]\d"
    r"| ?(?:min|minutes?|km|k?m|miles?|days?|weeks?|hours?|years?|times|am|pm|people|items?|pieces?)\b)"
)
"""The number of the house behind its street."""
_CROSSING = re.compile(r"\b(?:at|of|between|near|by|on) ((?:[^\W\d_a-z][\w'’.-]* ){1,3}(?:and|&) )$")
_LINE = re.compile(r"[^\S\n]*\n[^\w\n]*([^\n]+)")
_TOWN_LINE = re.compile(r"[^\W\d_][^\d\n,:;!?@]{1,40}")
_CODE = (
    r"(?:[A-Z]{1,3}-)?(?:\d{5}-\d{3,4}|\d{4}-\d{3}|\d{2}-\d{3}|\d{3} \d{2}|\d{4} ?[A-Z]{2}|\d{4,6}"
    r"|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d)(?![\w-])"
)
"""A postcode in the form of many countries."""
_TOWN = (
    r"(?:['’]s-)?[^\W\d_a-z][\w'’.-]*"
    r"(?: (?:[^\W\d_a-z][\w'’.-]*|d[aeio]l?s?|am|an|der|la|nad|pod|sur|of|upon)){0,3}"
)
_REGION = r"(?:,? ?[/(]? ?[A-Z]{2,3}\b\)?)?"
_TOWN_AND_CODE = re.compile(rf"[\s,>|*?-]{{1,6}}(?:{_CODE},? {_TOWN}{_REGION}|{_TOWN}{_REGION},?[- ]{_CODE})(?![\w%])")
"""What goes on with a street: the town with its postcode, in either order, and its region."""
_MOST_LINES = 3
"""Lines behind a street in which its town and country are looked for."""


_LIST = re.compile(r"[^\W\d_a-z][\w'’-]+(?:, [^\W\d_a-z][\w'’-]+)+,? (?:and|or|&) [^\W\d_a-z][\w'’-]+")
_ITEM = re.compile(r"[^\W\d_a-z][\w'’-]+")


def completed(text: str, spans: Sequence[Span]) -> list[Span]:
    """The spans with what belongs to them, in order; a name that begins a firm's name is the firm's."""
    found: list[Span] = []
    for span in spans:
        last = found[-1] if found else None
        if last and last.kind == "address" and _goes_on(text, last, span):
            found[-1] = Span(last.start, max(last.end, span.end), "address")
        elif last and _crosses(text, last, span):
            found[-1] = Span(last.start, whole_address(text, span).end, "address")
        else:
            found.append(_whole(text, span))
    return sorted([*found, *_listed(text, found)])


def _goes_on(text: str, address: Span, span: Span) -> bool:
    """Whether a span is another part of the address before it."""
    if span.start < address.end:
        return span.kind in ("address", "place")
    near = _BETWEEN.fullmatch(text, address.end, span.start)
    return bool(
        ((near or text[address.end : span.start] == " in ") and span.kind in ("address", "place"))
        or (span.kind == "address" and _AND.fullmatch(text, address.end, span.start))
    )


def _crosses(text: str, first: Span, span: Span) -> bool:
    """Whether two streets meet here, of which the first alone reads as a name: "Victoria and Mill Lane 5"."""
    streets = span.kind == "address" and first.kind in ("name", "place")
    return streets and bool(_AND.fullmatch(text, first.end, span.start)) and text[span.start].isupper()


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
        if _FIRM.match(text, span.end) or _OF.search(text, max(0, span.start - 30), span.start):
            return Span(span.start, span.end, "organisation")
        if text[span.start : span.end].casefold() in _countries() and not _TITLE.search(text[: span.start][-20:]):
            return Span(span.start, span.end, "place")
        title, after = _TITLE.search(text, max(0, span.start - 20), span.start), _AFTER.match(text, span.end)
        return Span(title.start() if title else span.start, after.end() if after else span.end, "name")
    return whole_address(text, span) if span.kind == "address" else span


def whole_address(text: str, span: Span) -> Span:
    """An address with the words of its street and its numbers before it, and its town and country after it."""
    start, end = span.start, span.end
    if street := _STREET_BEFORE.search(text, max(0, start - 60), start):
        start = street.start()
    if crossing := _CROSSING.search(text, max(0, start - 60), start):
        start = crossing.start(1)
    if number := _NUMBER_BEFORE.search(text[:start], max(0, start - 30)):
        start = number.start(1)
    if corner := _CORNER.search(text, max(0, start - 40), start):
        start = corner.start()
    if (text[end : end + 1] == "/" or not text[start:end].rstrip(". ")[-1:].isdigit()) and (
        more := _NUMBER_AFTER.match(text, end)
    ):
        end = more.end()
    while more := _after_address().match(text, end) or _TOWN_AND_CODE.match(text, end):
        end = more.end()
    return Span(start, _end_of_block(text, end), "address")


def _end_of_block(text: str, end: int) -> int:
    """Where a block of lines ends that begins with a street and ends with a country or a postcode; else `end`."""
    at = end
    for _ in range(_MOST_LINES):
        line = _LINE.match(text, at)
        if line is None:
            return end
        at, said = line.end(), line[1].strip()
        if _LAST_LINE.fullmatch(said):
            return at
        without_code = re.sub(r"\W*\d{4,6}(?:-\d{3,4})?$", "", said).casefold()
        if without_code in _countries():
            return at
        if not _TOWN_LINE.fullmatch(said) or len(said.split()) > 4:
            return end
    return end


_LAST_LINE = re.compile(
    r"[^\W\d_][^\d\n:;!?@]{1,40},? (?:[A-Z]{2} )?\d{4,6}(?:-\d{3,4})?"
    r"|(?:[A-Z]{1,3}-)?\d{4,6} [^\W\d_][^\d\n:;!?@]{1,40}|\d{4,6}"
)
"""A town with its postcode, or a postcode alone."""


@lru_cache(maxsize=1)
def _countries() -> frozenset[str]:
    """Countries in English by themselves, folded; without those that people are called."""
    names = {*Locale("en").territories.values(), "USA", "UK", "England", "Scotland", "Wales"}
    return frozenset(str(c).casefold() for c in names) - {"chad", "jordan", "georgia", "israel", "world", "jersey"}


@lru_cache(maxsize=1)
def _after_address() -> re.Pattern[str]:
    """What goes on with an address: a country's English name, and a postcode behind it."""
    countries = {*Locale("en").territories.values(), "USA", "U.S.", "UK", "England", "Scotland", "Wales"}
    names = "|".join(sorted((re.escape(c) for c in countries if not c.isdigit()), key=len, reverse=True))
    return re.compile(rf"[\s,.>?|*-]{{1,6}}(?i:{names})(?!\w)(?:[\s,>?]{{1,4}}\d{{4,6}}(?:-\d{{3,4}})?(?![\w.,-]?\d))?")
