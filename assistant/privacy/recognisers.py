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
    r"[\w.+%'-]{1,64} ?(?:@|\(at\)|\[at\]) ?(?:[\w-]+(?:\.|\[dot\]|\(dot\)))+[^\W\d_]{2,24}\b"
    r"|\b[\w.+-]{1,64} at [\w-]+(?: dot [\w-]+)+\b"
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
_CODE = (
    r"(?=[A-Za-z0-9 -]{0,24}\d)[A-Za-z0-9]{3,8}"
    r"(?:[ -](?:\d[A-Za-z0-9]{1,3}|(?-i:[A-Z][A-Z0-9]?\d[A-Z0-9]*)|(?-i:[A-Z]{2}))\b)?(?: \d{2}\b)?"
)
"""A postcode of any country, where something says that it is one: "3520", "90210-1234", "1012 LG", "SE-111 34"."""
_CODE_WORD = r"(?:zip ?codes?|zips?|post ?codes?|postal ?codes?|plz|eircode|pin ?code)"
_POSTCODE = re.compile(
    rf"\b(?:{_CODE_WORD}|(?:cap|cp)(?=\W{{1,3}}\d{{5}}\b))\b(?:'s)?\W{{0,3}}"
    r"(?:(?:is|was|to|of|for|the|my|our|billing|shipping|delivery|home|address|card|on|in|has|been|should|be|changed"
    r"|now|from|number|postal|code)\W{1,3}){0,7}"
    rf"(?P<code>{_CODE})",
    re.IGNORECASE,
)
_CODE_FIRST = re.compile(
    rf"(?<![\w-])(?P<code>{_CODE}),? (?:(?:is|was|as|for|the|my|our|new|old|right|correct) ){{0,4}}{_CODE_WORD}\b",
    re.IGNORECASE,
)
_CODE_THERE = re.compile(
    r"\b(?:near|in|around|area code) (?P<code>\d{5})(?=\s*[?.!,]*\s*$)|\bthe (?P<area>\d{5}) (?:area|region)\b",
    re.IGNORECASE | re.MULTILINE,
)
"""Five digits where a place would stand: "which shops are near 90210?"."""
_CODES_BY_FORM = re.compile(
    r"\b(?:[A-CEGHJ-NPR-TVXY]\d[A-Z] ?\d[A-Z]\d|[AC-FHKNPRTV-Y]\d[\dW] [0-9AC-FHKNPRTV-Y]{4})\b"
)
"""Canada's and Ireland's, which look like nothing else."""
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
_BLOCK = re.compile(
    r"(?<![\w#.])\d{1,5}[A-Za-z]?,? (?=[^,\n]{3,60}[,\n])(?:[^\W\d_a-z][\w'’.-]*[\s,]+){2,9}"
    r"(?:[A-Z]{2,3} )?"
    r"(?:[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|\d{5}(?:-\d{3,4})?|\d{3}-\d{4}|[A-Z]\d[A-Z] ?\d[A-Z]\d)(?![\w-])"
)
"""A number, names in parts, and a postcode at the end: an address whatever the street is called."""
_HOUSE = re.compile(
    r"\b(?:[A-Z][\w'’-]+ ){1,3}(?:Cottage|House|Farm|Lodge|Villa|Hall|Manor|Barn|Vicarage|Grange),\s"
    rf"(?:[A-Z][\w'’-]+ ){{1,3}}(?i:{_STREET_WORD})\b(?:, [A-Z][\w'’-]+(?: [A-Z][\w'’-]+){{0,2}}){{0,2}}"
)
"""A house with a name instead of a number."""
_STREET_EU = re.compile(
    r"\b[A-ZÄÖÜÉ][\w-]{0,60}(?:stra(?:ß|ss)e|str\.|weg|gasse|platz|allee|ring|straat|laan|gade|vej|gatan"
    r"|vägen)\b ?\d{1,4} ?[a-z]?\b"
    r"|\b(?:rue|avenue|boulevard|via|viale|piazza|calle|avenida|rua|ulica|ul\.) (?:[\w'’.-]+ ){1,4}\d{1,4}\b"
    r"|(?<!\w)\d{1,4},? (?:bis )?(?:rue|avenue|boulevard|place|chemin) (?:[\w'’.-]+ ?){1,4}",
    re.IGNORECASE,
)
_PO_BOX = re.compile(
    r"\bP\.?\s?O\.?\s?Box\s\d+|\b(?:Apt|Suite|Flat)\.? \d{1,5}\b|\b(?:PSC|Unit) \d{3,5}[,]? Box \d+", re.IGNORECASE
)
_PHONE_SHAPE = re.compile(
    r"(?<![\w#.-])(?<!\d[,:/])(?:\+|\(\+?)?\d(?:[\d ().-]|/(?!(?:19|20)\d\d\b)(?=\d{3})){4,22}\d"
    r"(?:\s?(?:x|ext\.?)\s?\d{1,6})?(?![\w]|[.,:/-]\d)",
    re.IGNORECASE,
)
_OF_PHONE = re.compile(
    r"\b(?:call|phones?|ph|tel|telephone|mobile|cell|cellphone|reach|contact|text|sms|whats ?app|fax|office|ring"
    r"|dial|landline|answering|number is|number's|handy"
    r"|(?<!order )(?<!card )(?<!account )(?<!item )(?:my|his|her|their|new|old|other|wrong|changed) numbers?)\b",
    re.IGNORECASE,
)
_ALONE_BEFORE = re.compile(r"(?:^|\n)[\s>*|#-]*$")
_ALONE_AFTER = re.compile(r"\s*(?:\n|$)")
_NATIONAL = re.compile(r"1?[2-9]\d{2}[2-9]\d{6}")
"""A North American number in one piece, in which the area and the exchange begin with neither 0 nor 1."""
_OF_NUMBERS = re.compile(
    r"(?:\b(?:orders?|order (?:number|no|id)|tracking|parcel|shipment|sku|skus|item|items|article|model|gtin"
    r"|ean|isbn|barcode|invoice|"
    r"receipt|ref|reference|product|part|serial|coupon|voucher|code|return|rma|ticket|case|size|sizes|page|top"
    r"|version)\b"
    r"(?:\s+(?:number|no\.?|nr\.?|id|#))?(?:\s+(?:is|was|and|of|in))?[\s:#]{0,3}|(?<!ph)(?<!phone)(?<!tel)(?<!cell)#\s?|[$€£¥]\s?)$",
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
    for pattern in (_BLOCK, _HOUSE, _STREET, _STREET_EU, _PO_BOX, _UK_POSTCODE):
        for match in pattern.finditer(text):
            yield Span(match.start(), match.end(), "address")
    for pattern in (_POSTCODE, _CODE_FIRST, _CODE_THERE):
        for match in pattern.finditer(text):
            start, end = match.span(1) if match[1] else match.span(2)
            if any(c.isdigit() for c in text[start:end]):
                yield Span(start, end, "address")
    for match in _CODES_BY_FORM.finditer(text):
        yield Span(match.start(), match.end(), "address")
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
            for start, end in _one_by_one(match):
                if _is_phone(text, start, end, region):
                    yield Span(start, end, "phone")


def _one_by_one(match: re.Match[str]) -> list[tuple[int, int]]:
    """Where the numbers of a match lie: it may be two, parted by a slash ("Tel/Fax: 0114 496 0567/0114 496 0568")."""
    parts = match[0].split("/")
    if len(parts) != 2 or any(sum(c.isdigit() for c in p) < 7 for p in parts):
        return [match.span()]
    return [(match.start(), match.start() + len(parts[0])), (match.end() - len(parts[1]), match.end())]


def _spoken(text: str) -> Iterator[Span]:
    """Numbers in words or look-alikes of a phone's length, where a phone is spoken of."""
    for run in runs(text):
        before = text[max(0, run.groups[0].start - 40) : run.groups[0].start]
        if any(g.spoken for g in run.groups) and 7 <= len(run.digits) <= 15 and _OF_PHONE.search(before):
            yield Span(run.groups[0].start, run.groups[-1].end, "phone")


def _is_phone(text: str, start: int, end: int, region: str | None) -> bool:
    written = re.split(r"\s?(?:x|ext)", text[start:end], maxsplit=1, flags=re.IGNORECASE)[0]
    digits = re.sub(r"\D", "", written)
    if not 6 <= len(digits) <= 17 or _DATE.fullmatch(written) or re.fullmatch(r"\d{4}-\d{2}-\d{2}.*", written):
        return False
    before, after = text[max(0, start - 40) : start], text[end : end + 16]
    if _OF_NUMBERS.search(before):
        return False
    named = bool(_OF_PHONE.search(before) or _OF_PHONE.search(after))
    groups = re.findall(r"\d+", written)
    if written.startswith(("+", "(")) or (digits.startswith("00") and len(digits) >= 10):
        return len(digits) >= 7
    if digits.startswith("0") and len(digits) >= 8 and (named or len(groups) > 1 or len(digits) in (9, 10, 11)):
        return True
    if len(groups) == 1:
        alone = _ALONE_BEFORE.search(before) and _ALONE_AFTER.match(after) and len(text) > end - start
        return 7 <= len(digits) <= 13 and (named or bool(alone and _NATIONAL.fullmatch(digits)))
    if named:
        return True
    return _looks_grouped(groups) and _valid_somewhere(written, region)


def _looks_grouped(groups: list[str]) -> bool:
    """The ways in which phone numbers are grouped, as opposed to lists of sizes or years."""
    sizes = [len(g) for g in groups]
    if len(groups) in (4, 5) and set(sizes) == {2}:
        return groups != sorted(groups)  # in pairs, as in France and the north; sizes come in order
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
