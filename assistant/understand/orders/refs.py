"""Which orders, ways to pay, reasons and addresses a customer's words point at, among their own.

"#W1234567", "order 9502127", "my pending orders", "the one that went to Texas", "the card I paid with", "my NYC
address". Knows English, US states and no rules.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

from babel import Locale
from rapidfuzz.distance import OSA

from assistant.language import fold
from assistant.shop.accounts import Account, Order
from assistant.types import Json

STATES = {
    "alabama": "AL", "alaska": "AK", "arizona": "AZ", "arkansas": "AR", "california": "CA", "colorado": "CO",
    "connecticut": "CT", "delaware": "DE", "district of columbia": "DC", "florida": "FL", "georgia": "GA",
    "hawaii": "HI", "idaho": "ID", "illinois": "IL", "indiana": "IN", "iowa": "IA", "kansas": "KS", "kentucky": "KY",
    "louisiana": "LA", "maine": "ME", "maryland": "MD", "massachusetts": "MA", "michigan": "MI", "minnesota": "MN",
    "mississippi": "MS", "missouri": "MO", "montana": "MT", "nebraska": "NE", "nevada": "NV", "new hampshire": "NH",
    "new jersey": "NJ", "new mexico": "NM", "new york": "NY", "north carolina": "NC", "north dakota": "ND",
    "ohio": "OH", "oklahoma": "OK", "oregon": "OR", "pennsylvania": "PA", "rhode island": "RI",
    "south carolina": "SC", "south dakota": "SD", "tennessee": "TN", "texas": "TX", "utah": "UT", "vermont": "VT",
    "virginia": "VA", "washington": "WA", "west virginia": "WV", "wisconsin": "WI", "wyoming": "WY",
}  # fmt: skip
_CITIES = {
    "nyc": "new york", "ny city": "new york", "la": "los angeles", "philly": "philadelphia", "sf": "san francisco",
    "dc": "washington", "vegas": "las vegas",
}  # fmt: skip
_CODES = {code.lower(): name for name, code in STATES.items()}

ORDER_ID = re.compile(
    r"#\s?[a-z]{0,3}-?\d{3,}|\b[a-z]{1,3}-?\d{4,}\b|\border (?:number |no\.? ?|id )?(?:is )?#?\d{4,}\b|^\W*\d{5,8}\W*$"
)
STATUS = {
    "pending": re.compile(
        r"\b(?:pending|not (?:yet )?(?:shipped|delivered|been delivered|arrived)|hasn't (?:shipped|been (?:shipped|"
        r"delivered)|arrived)|unshipped|still open|just (?:placed|ordered|bought)|open orders?|"
        r"still (?:on (?:its|the) way|coming|to come)|hasn't (?:yet )?(?:come|left|turned up)|"
        r"(?:i'm|am|are) (?:still )?waiting for|on order)\b"
    ),
    "delivered": re.compile(
        r"\b(?:(?:last|latest|recent|previous) (?:delivery|parcel|package|shipment)|"
        r"delivered|received|arrived|got (?:from you|in)|(?:that|which|it|they)(?: has| have)? (?:already |just )?"
        r"came(?! to\b)|came already|have got|i've got|i got|you sent)\b"
    ),
    "cancelled": re.compile(r"(?<!\bbe )\bcancell?ed\b"),
    "processed": re.compile(r"\bprocessed\b"),
    "shipped": re.compile(r"\b(?:shipped|on its way|in transit)\b"),
}  # fmt: skip
JUST = re.compile(r"\bjust (?:placed|ordered|bought|purchased)\b")


def squash(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def order_ids(text: str, account: Account) -> tuple[list[str], str | None]:
    """The orders whose numbers stand in `text`, and a number that belongs to none of them."""
    found = [o.order_id for o in account.orders if _stands_in(o.order_id.lower(), text)]
    unknown = None
    for match in ORDER_ID.finditer(text):
        asked = squash(re.sub(r"\border (?:number |no\.? ?|id )?(?:is )?", "", match[0]))
        order = _order(asked, account)
        if order is not None:
            found.append(order.order_id)
        elif not any(asked in squash(m.method_id) for m in account.methods):
            unknown = match[0].strip(" .!?")
    return list(dict.fromkeys(found)), None if found else unknown


def _stands_in(number: str, text: str) -> bool:
    """Whether an order's number stands in `text` as the shop writes it: "2026/0012", "so-17-b"."""
    return len(number) >= 4 and number in text and bool(re.search(rf"(?<![\w#]){re.escape(number)}(?!\w)", text))


def _order(asked: str, account: Account) -> Order | None:
    ids = {squash(o.order_id): o for o in account.orders}
    if asked in ids:
        return ids[asked]
    digits = re.sub(r"\D", "", asked)
    same = [o for key, o in ids.items() if len(digits) >= 4 and re.sub(r"\D", "", key) == digits]
    if same:
        return same[0]
    # A letter before the digits makes a slip likely ("W237156"); digits alone must be right.
    near = [o for key, o in ids.items() if asked != digits and len(asked) >= 7 and _slip(key, asked)]
    return near[0] if len(near) == 1 else None


def _slip(right: str, typed: str) -> bool:
    """One character left out, doubled or swapped with its neighbour; another digit is another order."""
    return OSA.distance(right, typed) == 1 and (len(right) != len(typed) or sorted(right) == sorted(typed))


def places(text: str, address: Mapping[str, str]) -> bool:
    """Whether `text` names the town or state of an address."""
    return place_at(text, address) is not None


def place_at(text: str, address: Mapping[str, str]) -> tuple[int, int] | None:
    """Where `text` first names the town, the street or the state of an address; None where it doesn't."""
    city, state = address.get("city", "").lower(), address.get("state", "").lower()
    street = re.sub(r"^\d+\s+", "", address.get("address1", "").lower())
    words = [city, *([street] if " " in street else [])] + [nick for nick, full in _CITIES.items() if full == city]
    if len(state) == 2:
        words += [w for w in (_CODES.get(state),) if w and (w != city)]
    elif state:
        words.append(state)
    found = [m.span() for w in words if w for m in re.finditer(rf"\b{re.escape(w)}\b", text)]
    if not found and len(state) == 2 and state not in ("in", "or", "me", "ok", "hi", "oh"):
        code = re.search(rf"(?:,|\bin|\bto|\bmy|\b{re.escape(city)}) ({state})\b", text)
        found = [code.span(1)] if code else []
    return min(found, default=None)


def orders_at(text: str, account: Account) -> list[str]:
    """The orders that go to a town or state named after "to", "in", "at" or "my"."""
    low = text.lower()
    if not re.search(r"\b(?:to|in|at|from|my|for|into)\b", low):
        return []
    return [o.order_id for o in account.orders if places(low, o.address)]


def statuses(text: str) -> list[str]:
    """The kinds of orders named by their status: "pending", "delivered", ..."""
    return [name for name, pattern in STATUS.items() if pattern.search(text)]


_MISTAKE = re.compile(
    r"\b(?:mistake\w*|accident\w*|(?:by|in) error|(?:ordered|bought|picked|chose|clicked|selected) "
    r"(?:the |a |an )?wrong|"
    r"wrong(?:ly)? (?:order|item|product)\w*|misclick\w*|"
    r"(?:didn't|did not|never|not) (?:really )?(?:mean|meant|intend(?:ed)?) to)\b"
)
_NOT_NEEDED = re.compile(
    r"\b(?:no longer (?:need|want|require)\w*|"
    r"(?:don't|do not|won't|not|doesn't) (?:really )?(?:need|want|like)\w*(?! to\b)|"
    r"not needed|no need|unneeded|"
    r"changed? (?:my|her|his|our) mind|better deal|can't afford|cheaper elsewhere|too expensive|"
    r"(?:giving|lending|offered) me|"
    r"found (?:another|a better|it cheaper|(?:something|one) (?:better|else|cheaper))|"
    r"financial|have (?:one|it) already|already have|plans changed)\b"
)


_ANY_REASON = ("no longer needed", "ordered by mistake")


def gives_reason(text: str) -> bool:
    """Whether words say why somebody wants to be rid of something."""
    return bool(_MISTAKE.search(text) or _NOT_NEEDED.search(text))


def reason(text: str, allowed: Sequence[str]) -> str | None:
    """Which of the reasons that count is given; where none is asked for, one of tau2-bench's two, for the record."""
    allowed = allowed or _ANY_REASON
    for one in allowed:
        if one.lower() in text:
            return one
    for one in allowed:
        pattern = _MISTAKE if "mistake" in one.lower() else _NOT_NEEDED if "need" in one.lower() else None
        if pattern is not None and pattern.search(text):
            return one
    return None


_POSTCODE = r"(?:[a-z]{1,2}\d[a-z\d]{0,2} ?[a-z\d]{3,4}|\d{5}(?:-\d{4})?|\d{4} ?[a-z]{2}|\d{3} \d{2}|\d{4,6})"
_FREE_FORM = re.compile(
    rf"((?<![\w#])\d+[a-z]?(?: (?!(?:to|sent|goes|is)\b)[a-z0-9.'-]+){{1,5}}?|[a-z][a-z .'-]+ \d+[a-z]?),"
    rf"\s*((?:(?:suite|apt\.?|apartment|unit|floor|flat|#|room|ste\.?) ?[\w-]+),\s*)?"
    rf"([a-z][a-z .'-]+?)(?:,\s*([a-z][a-z ]+?))?,?\s+({_POSTCODE})\b(?:,?\s*(usa|united states|us|uk|united "
    rf"kingdom|[a-z]{{4,}}))?"
)


_NO_COMMAS = re.compile(
    r"(?<![\w#])(\d+[a-z]? (?:[a-z0-9.'-]+ ){1,3}?(?:st|street|rd|road|ave|avenue|ln|lane|dr|drive|blvd|boulevard|ct|"
    r"court|pl|place|way|row|close|crescent|terrace|square|hill|view|gardens?)\b\.?),?\s+"
    r"((?:suite|apt\.?|apartment|unit|floor|flat|#|room|ste\.?) ?[\w-]+,?\s+)?"
    rf"([a-z][a-z .'-]+?)(?:,?\s+([a-z]{{2}}))?,?\s+({_POSTCODE})\b(?:,?\s*(usa|united states|us|uk|united kingdom))?"
)
"""As it is typed in a hurry: "10 Main St apt 4 Houston TX 77002"."""
_CITY_FIRST = re.compile(
    rf"\b(?:in|to|at|is) (?P<city>[a-z](?:(?! (?:in|to|at|is) )[a-z .'-])+),\s*(?P<street>\d+[a-z]? [a-z0-9 .'-]+?),\s*"
    rf"(?:(?P<more>(?:suite|apt\.?|apartment|unit|floor|flat|#|room|ste\.?) ?[\w-]+),\s*)?(?P<code>{_POSTCODE})\b"
)
_CODE_FIRST = re.compile(
    r"(?<![\w#])(?P<street>(?:(?!(?:to|at|is|in|it|my|the|address|live|now|order|send)\b)[a-z][\w.'-]* ){1,4}"
    r"\d+(?: ?[a-z]\b)?),\s*(?:(?P<more>(?:apt\.?|apartment|unit|floor|flat|room) ?[\w-]+),\s*)?"
    r"(?:[a-z]{1,2}-)?(?P<code>\d{4,5}) "
    r"(?P<city>[a-z][a-z'-]+(?: (?:am|an|der|de|la|le|sur|im|in|a\.)? ?[a-z][a-z'-]+){0,2}?)"
    r"(?=\s*(?:[,.;!?]|$| (?:please|instead|now|and|not)\b))(?:,\s*(?P<country>[a-z]{4,}))?"
)
"""As it is written on the continent: "Hauptstr. 5, 10115 Berlin"."""
_CITY_FIRST_PARTS = {1: "street", 2: "more", 3: "city", 5: "code", 6: "country"}
"""Which part of it is which group of _FREE_FORM."""
_CODE_WORD = re.compile(r"\b(?:zip(?: ?code)?|post(?:al)? ?code)(?: is)?:? (?=\w*\d)")


def without_name(low: str, account: Account) -> str:
    """`low` without the customer's own name: "my name is Anya Brown" wishes for nothing brown."""
    first, last = (re.escape(n.lower()) for n in (account.first_name, account.last_name))
    return re.sub(rf"\b(?:{first}\W{{1,2}}{last}|{last}\W{{1,2}}{first})\b", " ", low) if first and last else low


def without_address(text: str) -> str:
    """`text` without the figures of an address written out in it: where something is to go doesn't say who asks."""
    found = _FREE_FORM.search(text.lower()) or _NO_COMMAS.search(text.lower()) or _CODE_FIRST.search(text.lower())
    if found is None or len(text.lower()) != len(text):
        return text
    return text[: found.start()] + re.sub(r"\d", "", found[0]) + text[found.end() :]


@cache
def _countries() -> frozenset[str]:
    """Names and codes of countries in lower case: any other word behind a postcode is no part of the address."""
    names = Locale("en").territories
    return frozenset({"us", "uk", "usa", *(str(n).lower() for n in (*names, *names.values()))})


def _parted(city: str, state: str, postcode: str) -> tuple[str, str]:
    """Town and state, where the code of a state stands behind the town without a comma: "Leadville CO 80461"."""
    town, _, last = city.rpartition(" ")
    if not state and town and last.lower() in _CODES and re.fullmatch(r"\d{5}(?:-\d{4})?", postcode):
        return town, last.upper()
    return city, state


def address_in(text: str, original: str) -> Json:
    """An address written out in the message ("1234 Elm St, Springfield, IL, 62701"), in the customer's own spelling."""
    text = _CODE_WORD.sub("", text)
    match = _FREE_FORM.search(text) or _NO_COMMAS.search(text)
    other = None if match else _CITY_FIRST.search(text) or _CODE_FIRST.search(text)
    if match is None and other is None:
        return {}

    def own(group: int) -> str:
        named = _CITY_FIRST_PARTS.get(group)
        part = match[group] if match else other.groupdict().get(named, "") if other and named else ""
        if not part:
            return ""
        low = fold(original)
        at = (low if len(low) == len(original) else original.lower()).find(part.strip(" ,"))
        return original[at : at + len(part.strip(" ,"))] if at >= 0 else part.strip(" ,").title()

    city, state = _parted(own(3), own(4), own(5))
    country = own(6)
    found = {
        "address1": own(1),
        "address2": own(2),
        "city": city,
        "state": STATES.get(state.lower(), state.upper() if len(state) == 2 else state),
        "postcode": own(5).upper(),
        "country": country if str(country).lower() in _countries() else "",
    }
    return {k: v for k, v in found.items() if v}
