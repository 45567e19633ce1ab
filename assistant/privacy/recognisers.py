"""Finds personal data that has a form: e-mail, phone, IP, national numbers, postcodes, birth dates, street addresses.

In the manner of Presidio's recognisers: a pattern, a check where there is one, and words nearby where the form alone
says too little. Names and addresses without a form are tagger.py's. Knows no shop.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import phonenumbers

from assistant.screen.digits import runs


@dataclass(frozen=True, order=True)
class Span:
    """Personal data at [start, end) of a text. `kind` is one of pii.KINDS."""

    start: int
    end: int
    kind: str


_EMAIL = re.compile(
    r"[\w.+%'-]+ ?(?:@|\(at\)|\[at\]) ?(?:[\w-]+(?:\.|\[dot\]|\(dot\)))+[^\W\d_]{2,24}\b"
    r"|\b[\w.+-]+ at [\w-]+(?: dot [\w-]+)+\b"
)
_URL = re.compile(r"\b(?:https?://|www\.)[^\s<>\"']+", re.IGNORECASE)
_IPV4 = re.compile(r"(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\d.]*\d)")
_IPV6 = re.compile(r"(?<![\w:])(?:[0-9a-fA-F]{1,4}:){3,7}(?::?[0-9a-fA-F]{1,4})(?![\w:])")
_SSN = re.compile(r"(?<![\d-])(?!000|666)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])")
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*\.?"
_DATE = re.compile(
    rf"(?<![\d/.-])(?:\d{{1,2}}[/.-]\d{{1,2}}[/.-](?:19|20)?\d{{2}}|(?:19|20)\d{{2}}[/.-]\d{{1,2}}[/.-]\d{{1,2}}"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH},? (?:19|20)\d{{2}}|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? (?:19"
    rf"|20)\d{{2}})"
    r"(?:[ T]\d{2}:\d{2}(?::\d{2})?)?(?![\d/])",
    re.IGNORECASE,
)
_OF_BIRTH = re.compile(r"\b(?:born|birth ?day|birth|dob|d\.o\.b|bday)\b", re.IGNORECASE)
_LICENCE = re.compile(
    r"\b(?:licen[cs]e|passport|national id|identity card|id card|personal id|ssn|social security|tax id|tin|nhs"
    r"|medicare)\b"
    r"(?:'s)?(?: ?(?:number|no\.?|nr\.?|#|id))?\W{0,3}(?:is"
    r"|was)?\W{0,4}(?P<id>(?=[A-Za-z0-9-]*\d)[A-Za-z0-9][A-Za-z0-9-]{4,19})",
    re.IGNORECASE,
)
_UK_POSTCODE = re.compile(r"\b(?:GIR ?0AA|[A-Z]{1,2}\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2})\b")
_POSTCODE = re.compile(
    r"\b(?:zip|zip ?code|post ?code|postal code|plz|cap|cp|eircode|pin ?code)\b\W{0,3}(?:is|was|to|=|number"
    r"|should be)?\W{0,3}"
    r"(?P<code>(?=[A-Za-z0-9 -]*\d)[A-Za-z0-9]{2,8}(?:[ -]\d[A-Za-z0-9]{1,3})?)",
    re.IGNORECASE,
)
_STATE_ZIP = re.compile(
    r"(?:,\s*|\s)(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]"
    r"|T[NX]|UT|V[AT]|W[AIVY]),?\s+(\d{5}(?:-\d{4})?)\b"
)
_STREET_WORD = (
    r"(?:street|st|avenue|ave|road|rd|lane|ln|drive|dr|boulevard|blvd|court|ct|place|pl|square|sq|terrace|close"
    r"|crescent|"
    r"gardens|grove|way|parkway|pkwy|circle|cir|highway|hwy|trail|mews|row|hill|walk|quay)"
)
_STREET = re.compile(
    rf"(?<![\w.#])\d{{1,5}}[A-Za-z]?(?:/\d{{1,4}})?,? (?:(?:[NSEW]\.?|North|South|East"
    rf"|West) )?(?:[A-Z][\w'’.-]*\s){{1,4}}{_STREET_WORD}\b\.?"
    r"(?:,? (?:apt|apartment|unit|suite|flat|#)\.? ?[\w-]+)?",
    re.IGNORECASE,
)
_STREET_EU = re.compile(
    r"\b[A-ZÄÖÜÉ][\w-]*(?:stra(?:ß|ss)e|str\.|weg|gasse|platz|allee|ring|straat|laan|gade|vej|gatan"
    r"|vägen)\b ?\d{1,4} ?[a-z]?\b"
    r"|\b(?:rue|avenue|boulevard|via|viale|piazza|calle|avenida|rua|ulica|ul\.) (?:[\w'’.-]+ ){1,4}\d{1,4}\b"
    r"|(?<!\w)\d{1,4},? (?:bis )?(?:rue|avenue|boulevard|place|chemin) (?:[\w'’.-]+ ?){1,4}",
    re.IGNORECASE,
)
_PO_BOX = re.compile(
    r"\bP\.?\s?O\.?\s?Box\s\d+|\b(?:Apt|Suite|Flat)\.? \d{1,5}\b|\b(?:PSC|Unit) \d{3,5}[,]? Box \d+", re.IGNORECASE
)
_PHONE_SHAPE = re.compile(
    r"(?<![\w#.,:/-])(?:\+|\(\+?)?\d(?:[\d ().-]|/(?!(?:19|20)\d\d\b)(?=\d{3})){4,22}\d"
    r"(?:\s?(?:x|ext\.?)\s?\d{1,6})?(?![\w]|[.,:/-]\d)",
    re.IGNORECASE,
)
_OF_PHONE = re.compile(
    r"\b(?:call|phones?|tel|telephone|mobile|cell|cellphone|reach|contact|text|sms|whats ?app|fax|office|ring"
    r"|dial|landline|answering|number is|handy)\b",
    re.IGNORECASE,
)
_OF_NUMBERS = re.compile(
    r"(?:\b(?:orders?|order (?:number|no|id)|tracking|parcel|shipment|sku|skus|item|items|article|model|gtin"
    r"|ean|isbn|barcode|invoice|"
    r"receipt|ref|reference|product|part|serial|coupon|voucher|code|return|rma|ticket|case|size|sizes|page|top"
    r"|version)\b"
    r"(?:\s+(?:number|no\.?|nr\.?|id|#))?(?:\s+(?:is|was|and|of|in))?[\s:#]{0,3}|#\s?|[$€£¥]\s?)$",
    re.IGNORECASE,
)
REGIONS = ("US", "GB", "DE", "FR", "IT", "ES", "NL", "AT", "CH", "SE", "DK", "NO", "FI", "IE", "PL", "BE", "PT", "AU")


def find_formed(text: str, region: str | None = None) -> list[Span]:
    """Every span of personal data with a form of its own. `region`: the country whose phone numbers come first."""
    found: list[Span] = []
    for finder in (_emails, _numbers_of_people, _addresses, _dates_of_birth):
        found += finder(text)
    taken = [(s.start, s.end) for s in found]
    found += [s for s in _phones(text, region) if not any(s.start < end and start < s.end for start, end in taken)]
    return found


def _emails(text: str) -> Iterator[Span]:
    for match in _EMAIL.finditer(text):
        yield Span(match.start(), match.end(), "email")
    for match in _URL.finditer(text):
        yield Span(match.start(), match.start() + len(match[0].rstrip(".,;:!?)")), "link")
    for pattern in (_IPV4, _IPV6):
        for match in pattern.finditer(text):
            yield Span(match.start(), match.end(), "ip")


def _numbers_of_people(text: str) -> Iterator[Span]:
    for match in _SSN.finditer(text):
        yield Span(match.start(), match.end(), "id")
    for match in _LICENCE.finditer(text):
        yield Span(match.start("id"), match.end("id"), "id")


def _addresses(text: str) -> Iterator[Span]:
    for pattern in (_STREET, _STREET_EU, _PO_BOX, _UK_POSTCODE):
        for match in pattern.finditer(text):
            yield Span(match.start(), match.end(), "address")
    for match in _POSTCODE.finditer(text):
        yield Span(match.start("code"), match.end("code"), "address")
    for match in _STATE_ZIP.finditer(text):
        yield Span(match.start(1), match.end(1), "address")


def _dates_of_birth(text: str) -> Iterator[Span]:
    for match in _DATE.finditer(text):
        if _OF_BIRTH.search(text[max(0, match.start() - 50) : match.start()]):
            yield Span(match.start(), match.end(), "birth date")


def find_dates(text: str) -> list[Span]:
    """Full dates of any meaning: personal only where somebody says whose."""
    return [Span(m.start(), m.end(), "date") for m in _DATE.finditer(text)]


def _phones(text: str, region: str | None) -> Iterator[Span]:
    if sum(c.isdigit() for c in text) >= 6:
        yield from _spoken(text)
        for match in _PHONE_SHAPE.finditer(text):
            if _is_phone(match, text, region):
                yield Span(match.start(), match.end(), "phone")


def _spoken(text: str) -> Iterator[Span]:
    """Numbers in words or look-alikes of a phone's length, where a phone is spoken of."""
    for run in runs(text):
        before = text[max(0, run.groups[0].start - 40) : run.groups[0].start]
        if any(g.spoken for g in run.groups) and 7 <= len(run.digits) <= 15 and _OF_PHONE.search(before):
            yield Span(run.groups[0].start, run.groups[-1].end, "phone")


def _is_phone(match: re.Match[str], text: str, region: str | None) -> bool:
    written = re.split(r"\s?(?:x|ext)", match[0], maxsplit=1, flags=re.IGNORECASE)[0]
    digits = re.sub(r"\D", "", written)
    if not 6 <= len(digits) <= 17 or _DATE.fullmatch(written) or re.fullmatch(r"\d{4}-\d{2}-\d{2}.*", written):
        return False
    before, after = text[max(0, match.start() - 40) : match.start()], text[match.end() : match.end() + 16]
    if _OF_NUMBERS.search(before):
        return False
    named = bool(_OF_PHONE.search(before) or _OF_PHONE.search(after))
    groups = re.findall(r"\d+", written)
    if written.startswith(("+", "(")) or (digits.startswith("00") and len(digits) >= 10):
        return len(digits) >= 7
    if digits.startswith("0") and len(digits) >= 8 and (named or len(groups) > 1 or len(digits) in (9, 10, 11)):
        return True
    if len(groups) == 1:
        return named and 7 <= len(digits) <= 13
    if named:
        return True
    return _looks_grouped(groups) and _valid_somewhere(written, region)


def _looks_grouped(groups: list[str]) -> bool:
    """The ways in which phone numbers are grouped, as opposed to lists of sizes or years."""
    sizes = [len(g) for g in groups]
    return (
        7 <= sum(sizes) <= 12
        and max(sizes) >= 3
        and not all(s == 4 and g[:2] in ("19", "20") for s, g in zip(sizes, groups, strict=True))
    )


def _valid_somewhere(written: str, region: str | None) -> bool:
    for country in (region, *REGIONS) if region else REGIONS:
        try:
            if phonenumbers.is_valid_number(phonenumbers.parse(written, country)):
                return True
        except phonenumbers.NumberParseException:
            continue
    return False
