"""Masks personal data in texts that are kept, logged or exported: `mask(text)` -> "my name is [name]".

    mask("I'm Mia Berg, mia@example.com, order #W1234567")       "I'm [name], [email], order #W1234567"
    mask(text, Known.of(db))                                      with the shop's customers, and its own data left alone

Payment cards, security codes, accounts and passwords are masked as the screen step does it (screen/secrets.py); e-mail,
phones and other data with a form by recognisers.py; names and addresses by tagger.py and the customer list. Countries
and towns by themselves, organisations and dates are nobody's personal data: `kinds=EVERYTHING` masks those too.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from assistant.language import fold
from assistant.privacy.recognisers import Span, find_dates, find_formed
from assistant.privacy.spans import completed, whole_address
from assistant.privacy.tagger import LABELS, Word, default_tagger, words_of
from assistant.screen.secrets import Known as KnownNumber
from assistant.screen.secrets import find_secrets
from assistant.shop.schema import CustomerRow, OrderRow, ProductRow, ShopInfo, VariantRow
from assistant.store.database import Database

PERSONAL = frozenset({"name", "email", "phone", "address", "id", "ip", "link", "birth date"})
EVERYTHING = PERSONAL | {"place", "organisation", "date"}

_MASK = re.compile(r"\[(?:card number|security code|bank account|password|" + "|".join(sorted(EVERYTHING)) + r")\]")


@dataclass(frozen=True)
class Known:
    """What a shop knows: who its customers are (always masked), and what is its own (never masked).

    `people`: names as folded words; `contacts`: e-mails, phone digits and streets, folded. `own`: the shop's names for
    things (products, brands, the shop itself). `numbers` tells an order number, SKU or barcode of the shop.
    """

    people: frozenset[tuple[str, ...]] = frozenset()
    contacts: frozenset[str] = frozenset()
    own: frozenset[tuple[str, ...]] = frozenset()
    numbers: KnownNumber | None = None
    longest: int = field(default=1)

    @classmethod
    def of(cls, db: Database) -> Known:
        """What this database knows, as it is now. Numbers are looked up one by one, the rest is read at once."""
        people: set[tuple[str, ...]] = set()
        contacts: set[str] = set()
        own: set[tuple[str, ...]] = set()
        with db.read() as session:
            for row in session.scalars(select(CustomerRow)):
                people |= _names(row.first_name, row.last_name)
                contacts |= {fold(c) for c in (row.email, row.address1) if c}
                contacts |= {re.sub(r"\D", "", row.phone)} if row.phone else set()
            for name, brand in session.execute(select(ProductRow.name, ProductRow.brand)):
                own |= {_words(t) for t in (name, brand) if t}
            info = {row.key: row.value for row in session.scalars(select(ShopInfo))}
        own |= {_words(info[key]) for key in ("name", "address", "email") if info.get(key)}
        longest = max((len(w) for w in people | own), default=1)
        return cls(frozenset(people), frozenset(contacts), frozenset(own), shop_numbers(db), longest)


def shop_numbers(db: Database) -> KnownNumber:
    """Tells whether a number is one that this shop uses: an order, a SKU, a barcode, a tracking number, its phone."""

    def known(number: str) -> bool:
        forms = {number, number.upper(), f"#{number}", f"#{number.upper()}"}
        with db.read() as session:
            if session.scalar(select(OrderRow.order_id).where(OrderRow.order_id.in_(forms)).limit(1)):
                return True
            variant = select(VariantRow.sku).where(VariantRow.sku.in_(forms) | VariantRow.gtin.in_(forms)).limit(1)
            if session.scalar(variant):
                return True
            told = session.scalars(
                select(ShopInfo.value).where(ShopInfo.key.in_(("phone", "fax", "vat", "iban")))
            ).all()
            return any(
                re.sub(r"\W", "", value).upper().endswith(number.upper()[-10:]) for value in told if len(number) >= 7
            )

    return known


def mask(text: str, known: Known | None = None, *, kinds: Collection[str] = PERSONAL, region: str | None = None) -> str:
    """`text` with personal data and secrets replaced by what they are: "[name]", "[email]", "[card number]".

    `kinds` are those of PERSONAL (or EVERYTHING) to mask besides secrets; `region` is where phones are dialled from.
    """
    secrets = find_secrets(text, known.numbers if known else None)
    found = [(s.start, s.end, f"[{s.kind}]") for s in find(text, known, kinds=kinds, region=region)]
    for start, end, put in sorted([*found, *((h.start, h.end, h.mask) for h in secrets)], reverse=True):
        text = text[:start] + put + text[end:]
    return text


def find(
    text: str, known: Known | None = None, *, kinds: Collection[str] = PERSONAL, region: str | None = None
) -> list[Span]:
    """The personal data of `text`, in order and without overlap. Secrets (cards and the like) are not among them."""
    known = known or Known()
    words = words_of(text)
    closed = [(m.start(), m.end()) for m in _MASK.finditer(text)]
    closed += [(h.start, h.end) for h in find_secrets(text, known.numbers)]
    mine = _sequences(text, words, known.own, known.longest)
    found = [_whole(text, span) for span in find_formed(text, region)]
    if "date" in kinds:
        found += [s for s in find_dates(text) if not _overlaps(s, found)]
    found += [Span(*s, "name") for s in _sequences(text, words, known.people, known.longest)]
    found += _contacts(text, known.contacts)
    certain = len(found)
    found += _tagged(text, words)
    kept: list[Span] = []
    for i, span in enumerate(found):
        if span.kind not in kinds or _within(span, closed) or (i >= certain and _within(span, mine)):
            continue
        if (
            span.kind in ("phone", "id")
            and known.numbers
            and known.numbers(re.sub(r"\W", "", text[span.start : span.end]))
        ):
            continue
        kept.append(span)
    return _merged(text, kept)


def _whole(text: str, span: Span) -> Span:
    """What has a form; a street goes on to its town and country."""
    is_street = span.kind == "address" and re.search(r"[^\W\d_]{3,} ", text[span.start : span.end] + " ")
    return whole_address(text, span) if is_street else span


def _tagged(text: str, words: Sequence[Word]) -> list[Span]:
    """Stretches of words that the tagger takes for one kind, commas and line ends within an address included."""
    spans: list[Span] = []
    for word, likely in zip(words, default_tagger().probabilities(text, words), strict=True):
        kind = _kind(dict(zip(LABELS, map(float, likely), strict=True)))
        if not kind or not any(c.isalnum() for c in word.text):
            continue
        if spans and spans[-1].kind == kind and _GAP[kind == "address"].fullmatch(text, spans[-1].end, word.start):
            spans[-1] = Span(spans[-1].start, word.end, kind)
        else:
            spans.append(Span(word.start, word.end, kind))
    sure = [s for s in spans if _stands_alone(s, text) and (s.kind != "address" or _is_address(s, spans, text))]
    return completed(text, sure)


def _stands_alone(span: Span, text: str) -> bool:
    """Whether a span is whole words: not the 1 of W1."""
    return not (text[span.start - 1 : span.start].isalnum() or text[span.end : span.end + 1].isalnum())


def _is_address(span: Span, spans: Sequence[Span], text: str) -> bool:
    """A single word or number is part of an address only beside another part, or where one is spoken of."""
    if len(re.findall(r"\w+", text[span.start : span.end])) > 1:
        return True
    near = [o for o in spans if o is not span and o.start - span.end < 20 and span.start - o.end < 20]
    if any(o.kind in ("address", "place", "name") for o in near):
        return True
    before = text[max(0, span.start - 40) : span.start]
    return bool(_OF_ADDRESS.search(before) or (span.end - span.start >= 4 and _OF_AREA.search(before)))


_OF_ADDRESS = re.compile(
    r"\b(?:address|addresses|live|lives|living|post ?code|postal|zip|ship|send|sent|deliver|delivered|delivery"
    r"|street|road|house|"
    r"at|to|moved|move|neighbour|neighbor)\b",
    re.IGNORECASE,
)


_OF_AREA = re.compile(
    r"\b(?:near|nearest|close|closest|around|in|from|by|of|area|region|code|city|branch|store|stores|shop|shops)\b"
    r"(?:\W+(?:the|to))?\W{0,3}$",
    re.IGNORECASE,
)
"""What stands right before a postcode that nothing calls one."""

_GAP = (re.compile(r"[ .'’-]*"), re.compile(r"[\s,.'’/#>-]*"))
"""What may stand between two words of one name, and of one address."""


def _kind(likely: dict[str, float]) -> str:
    """What a word is. A name that may as well be a street is personal either way, so their shares are added."""
    if likely["name"] + likely["address"] >= _PERSONAL_FROM:
        return "name" if likely["name"] >= likely["address"] else "address"
    return next((k for k in ("place", "organisation") if likely[k] >= 0.4), "")


_PERSONAL_FROM = 0.4
"""Low, for what has a form (recognisers.py) holds the precision up: a missed name is worse than a masked word."""


def _sequences(
    text: str, words: Sequence[Word], among: frozenset[tuple[str, ...]], longest: int
) -> list[tuple[int, int]]:
    """Where a sequence of `among` stands in the text, the longest first; a single word only when it is capitalised."""
    if not among:
        return []
    folded = [fold(w.text) for w in words]
    found, i = [], 0
    while i < len(words):
        for length in range(min(longest, len(words) - i), 0, -1):
            if tuple(folded[i : i + length]) in among and (length > 1 or words[i].text[:1].isupper()):
                found.append((words[i].start, words[i + length - 1].end))
                i += length - 1
                break
        i += 1
    return found


def _contacts(text: str, contacts: frozenset[str]) -> Iterable[Span]:
    """A customer's own e-mail, phone or street, as the shop has it on file."""
    if not contacts:
        return
    for match in re.finditer(r"\+?\d[\d ()./-]{5,20}\d", text):
        if re.sub(r"\D", "", match[0]) in contacts:
            yield Span(match.start(), match.end(), "phone")
    for match in re.finditer(r"\d+[^,\n.!?]{3,60}|[^\W\d_][^,\n.!?]{3,50}\d+", text):
        if fold(match[0]).strip() in contacts:
            yield Span(match.start(), match.end(), "address")


def _names(first: str, last: str) -> set[tuple[str, ...]]:
    full, one, other = _words(f"{first} {last}"), _words(first), _words(last)
    return {n for n in (full, one, other, (*other, *one)) if n and len("".join(n)) > 2}


def _words(text: str) -> tuple[str, ...]:
    return tuple(fold(w.text) for w in words_of(text))


def _overlaps(span: Span, others: Iterable[Span]) -> bool:
    return any(span.start < o.end and o.start < span.end for o in others)


def _within(span: Span, stretches: Iterable[tuple[int, int]]) -> bool:
    return any(span.start < end and start < span.end for start, end in stretches)


_RANK = ("email", "link", "ip", "id", "birth date", "phone", "address", "name", "date", "place", "organisation")


def _merged(text: str, spans: Iterable[Span]) -> list[Span]:
    """Spans without overlap: what has a form wins over what was guessed, and pieces of one address become one."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda s: (_RANK.index(s.kind), s.start - s.end)):
        clash = [o for o in kept if span.start < o.end and o.start < span.end]
        if not clash:
            kept.append(span)
        elif all(o.kind == span.kind or _is_postcode_in(o, span) for o in clash):
            kept = [o for o in kept if o not in clash]
            kept.append(
                Span(min(span.start, *(o.start for o in clash)), max(span.end, *(o.end for o in clash)), span.kind)
            )
        else:
            kept += [rest for rest in _without(span, clash) if any(c.isalnum() for c in text[rest.start : rest.end])]
    kept.sort()
    joined: list[Span] = []
    for span in kept:
        between = text[joined[-1].end : span.start] if joined else "x"
        if joined and joined[-1].kind == span.kind == "address" and _ONE_ADDRESS.fullmatch(between):
            joined[-1] = Span(joined[-1].start, span.end, "address")
        else:
            joined.append(span)
    return joined


_ONE_ADDRESS = re.compile(r"[ ,\n.-]*(?:\d{1,4}[ ,\n.-]+)?")
"""What may stand between two pieces that are one address."""


def _is_postcode_in(other: Span, span: Span) -> bool:
    """Whether what reads as a phone stands within an address, which goes on behind it: a postcode of eight digits."""
    return span.kind == "address" and other.kind == "phone" and span.start < other.start and other.end < span.end


def _without(span: Span, others: Iterable[Span]) -> list[Span]:
    """What is left of a span beside others: the street beside a postcode that was taken for a phone."""
    found, at = [], span.start
    for other in sorted(others):
        if at < other.start:
            found.append(Span(at, other.start, span.kind))
        at = max(at, other.end)
    return [*found, *([Span(at, span.end, span.kind)] if at < span.end else [])]


__all__ = ["EVERYTHING", "PERSONAL", "Known", "Span", "find", "mask", "shop_numbers"]
