"""Masks what must never be kept: payment card numbers, security codes, bank accounts, passwords and keys.

A card number is found however it is written (see digits.py) and when it is spread over several messages. Numbers that
the shop itself uses (orders, SKUs, barcodes, its phone) are left alone: the caller says which those are. Knows no
database. Other personal data (names, addresses) is `assistant.privacy.pii`'s business.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from stdnum import iban, luhn

from assistant.screen.digits import Group, Run, runs

CARD, CODE, ACCOUNT, PASSWORD = "[card number]", "[security code]", "[bank account]", "[password]"

_PAINT = "\x00"
_SHORTEST = 13
"""Digits of the shortest card number that is looked for over several messages."""
_LONGEST = 19
"""Digits of the longest card number."""

Known = Callable[[str], bool]
"""Whether the shop itself uses this number (letters and digits only): an order, a SKU, a barcode, its phone."""

_ISSUERS: tuple[tuple[range, int, frozenset[int]], ...] = (
    (range(4, 5), 1, frozenset({13, 16, 19})),  # Visa
    (range(51, 56), 2, frozenset({16})),  # Mastercard
    (range(2221, 2721), 4, frozenset({16})),
    (range(34, 35), 2, frozenset({15})),  # American Express
    (range(37, 38), 2, frozenset({15})),
    (range(300, 306), 3, frozenset({14, 16, 19})),  # Diners
    (range(36, 37), 2, frozenset({14, 16, 19})),
    (range(38, 40), 2, frozenset({14, 16, 19})),
    (range(6011, 6012), 4, frozenset({16, 19})),  # Discover, UnionPay
    (range(644, 650), 3, frozenset({16, 19})),
    (range(65, 66), 2, frozenset({16, 19})),
    (range(62, 63), 2, frozenset({16, 17, 18, 19})),
    (range(3528, 3590), 4, frozenset({16, 17, 18, 19})),  # JCB
    (range(1800, 1801), 4, frozenset({15})),
    (range(2131, 2132), 4, frozenset({15})),
    (range(2200, 2205), 4, frozenset({16, 17, 18, 19})),  # Mir
    (range(9792, 9793), 4, frozenset({16})),  # Troy
    *(
        (range(n, n + 1), len(str(n)), frozenset({12, 13, 14, 15, 16, 18, 19}))  # Maestro
        for n in (5018, 5020, 5038, 5893, 6304, 6390, 6759, 6761, 6762, 6763)
    ),
)
_OF_CARD = re.compile(
    r"\b(?:card|cards|cc|visa|master ?card|amex|american express|maestro|discover|diners|debit|credit|pan|cvv|cvc)\b",
    re.IGNORECASE,
)
_OF_ORDER = re.compile(
    r"\b(?:orders?|purchases?|tracking|parcel|shipment|package|reference|ref|invoice|receipt|sku|item|article"
    r"|gtin|ean|isbn|barcode|"
    r"serial|imei|model|ticket|case|rma|return|voucher|gift card|account)\b[^\d.!?\n]{0,24}$",
    re.IGNORECASE,
)
_CARD_PREFIX = re.compile(
    r"(?:card|cc|visa|mastercard|amex|maestro|discover|number|num|no|nr|pan|is|mc|c)$", re.IGNORECASE
)
_CODE_NAME = r"(?:cvv2?|cvc2?|cv2|cvn|csc|cid|security (?:code|number)|verification (?:code|number|value)|card code)"
_CODE = re.compile(
    rf"\b{_CODE_NAME}\b[^\d\n]{{0,24}}?(?<!\d)(\d[ .-]?\d[ .-]?\d(?:[ .-]?\d)?)(?![\d-])"
    rf"|(?<!\d)(\d{{3,4}})(?!\d)(?=[^\d\n]{{0,12}}\b{_CODE_NAME}\b)"
    r"|\b(?:three|four|3|4|last) digits? (?:on|at|from) the (?:back|front)\b[^\d\n]{0,24}?(\d{3,4})(?!\d)",
    re.IGNORECASE,
)
_AFTER_CARD = re.compile(
    r"\x00+(?:[^\d\n]{1,12}\d{1,2} ?[/.-] ?\d{2,4})?[^\d\n]{1,12}(\d{3,4})(?![\d/.-])(?! ?[/.-] ?\d)"
)
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}[ -]?\d{2}(?:[ -]?[A-Za-z0-9]){11,30}(?![A-Za-z0-9])")
_KEYS = re.compile(
    r"\b(?:sk|pk|rk)[-_](?:live|test|proj)?[-_]?[A-Za-z0-9]{16,}\b|\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*"
    r"|\bAKIA[0-9A-Z]{16}\b"
    r"|\bgh[pousr]_[A-Za-z0-9]{20,}\b|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*-----|$)"
)
_PASSWORD = re.compile(
    r"\b(?:pass ?words?|passwort|passcodes?|pass ?phrases?|pwd|pw|passwd|pin(?: code| number)?|log-?in code|otp"
    r"|one[- ]time code|api[ -]?key|secret(?: key)?|access token)\b"
    r"(?P<by>\s*[:=]+\s*|\s*(?:->|→)\s*|(?:'s|\s+(?:is|was|are|to|should be|will be))\s*:?\s+|\s+)"
    r"(?P<open>[\"'“‘`«(]?)(?P<value>[^\s\"'”’`»]{3,128})(?P<close>[\"'”’`»)]?)",
    re.IGNORECASE,
)
_SENT_CODE = re.compile(
    r"\b(?:code|otp|number)\b[^\d.!?\n]{0,24}"
    r"\b(?:text(?:ed)?(?: message)?|sms|phone|authenticator|app|bank|e-?mail(?:ed)?)\b"
    r"[^\d.!?\n]{0,24}?(?<![\w#-])(\d{4,8}|\d{3}[ -]\d{3})(?![\w-])",
    re.IGNORECASE,
)
"""A code that somebody was sent to prove who they are: "the code from the text message is 482913"."""
_CODE_OF_SHOP = re.compile(
    r"\b(?:orders?|vouchers?|discount|promo|coupon|gift|offer|post|zip|product|item|tracking|parcel|phone number)\b",
    re.IGNORECASE,
)
_NOT_SECRET = frozenset(
    """the a an my your our it its is was be been being not no and or but for with when how what why where who that
    this these those to from on in at of as so if i you he she we they can can't cannot could would will won't do
    does doesn't did didn't don't has have had isn't wasn't wrong incorrect correct right working work works broken
    lost forgotten forgot reset resets resetting change changed changing expired expire invalid valid required
    needed protected protection please anymore again too still never always ok okay fine good bad old new same
    different hidden secure safe weak strong long short page link email mail field form manager policy reminder
    recovery request requests hint locked unlocked blocked gone missing empty blank unknown set sent code number
    entry pad lock locks badge badges board something anything nothing everything stuck rejected denied accepted
    account login keeps asking""".split()
)


@dataclass(frozen=True)
class Hidden:
    """Where something was masked: [start, end) of the original text, and the mask put there."""

    start: int
    end: int
    mask: str


def mask_secrets(text: str, known: Known | None = None, earlier: Sequence[str] = ()) -> str:
    """`text` with every secret replaced by its mask. `earlier` are the customer's last messages, oldest first.

    Secrets are replaced whole; what stands around them stays. Masking again changes nothing.
    """
    for part in sorted(find_secrets(text, known, earlier), key=lambda h: h.start, reverse=True):
        text = text[: part.start] + part.mask + text[part.end :]
    return text


def find_secrets(text: str, known: Known | None = None, earlier: Sequence[str] = ()) -> list[Hidden]:
    """Every secret of `text`, without overlap; see `mask_secrets`."""
    found = find_cards(text, known, context=" ".join(earlier[-2:]))
    found += _completing(text, earlier, known, found)
    rest = _covered(text, found)
    for finder in (_accounts, _keys, _passwords, _codes, _codes_after_cards):
        more = list(finder(rest, known))
        found += more
        rest = _covered(rest, more)
    if _awaits_code(rest, earlier):
        found += [Hidden(m.start(), m.end(), CODE) for m in re.finditer(r"(?<!\d)\d{3,4}(?!\d)", rest)]
    return found


def _covered(text: str, hidden: Sequence[Hidden]) -> str:
    """`text` with what was found painted over, as long as before."""
    for part in hidden:
        text = text[: part.start] + _PAINT * (part.end - part.start) + text[part.end :]
    return text


def find_cards(text: str, known: Known | None = None, context: str = "") -> list[Hidden]:
    """Every card number of `text`. `context` is what was said just before it."""
    found: list[Hidden] = []
    for run in runs(text):
        if len(run.digits) < 12 or (known is not None and known(run.prefix + run.digits)):
            continue
        if run.prefix and not _CARD_PREFIX.search(run.prefix) and len(run.groups) == 1:
            continue
        before = text[max(0, run.groups[0].start - 60) : run.groups[0].start]
        named = bool(_OF_CARD.search(f"{before} {context[-80:]}"))
        if not named and _OF_ORDER.search(before) and not _in_fours(run):
            continue
        found += _cards_of(run, named, known)
    return found


def _in_fours(run: Run) -> bool:
    """Whether a number is written like a card's: in one piece, by fours, by single digits, or as 4-6-5."""
    sizes = [len(g.digits) for g in run.groups]
    return len(sizes) == 1 or set(sizes[:-1]) <= {4} or set(sizes) == {1} or sizes == [4, 6, 5] or run.groups[0].spoken


def _cards_of(run: Run, named: bool, known: Known | None) -> list[Hidden]:
    """The card numbers in one run: stretches of whole groups, then stretches within an unbroken number."""
    groups, found, at = run.groups, [], 0
    while at < len(groups):
        for end in range(min(len(groups), at + _LONGEST), at, -1):  # every group has a digit or more
            part = groups[at:end]
            digits = "".join(g.digits for g in part)
            if 12 <= len(digits) <= _LONGEST and _is_card(digits, part, named) and not (known and known(digits)):
                found.append(Hidden(part[0].start, part[-1].end, CARD))
                at = end
                break
        else:
            found += _within(groups[at], known)
            at += 1
    return found


def _within(group: Group, known: Known | None) -> list[Hidden]:
    """A card number inside a longer unbroken number: what was typed straight after it (a date, a code) goes too."""
    digits = group.digits
    if len(digits) < 16 or len(digits) > 26 or (known and known(digits)):
        return []
    for length in (16, 15, 19, 14):
        if length < len(digits) and issued(digits[:length]) and luhn.is_valid(digits[:length]):
            return [Hidden(group.start, group.end, CARD)]
    return []


def _is_card(digits: str, groups: Sequence[Group], named: bool) -> bool:
    if named and luhn.is_valid(digits) and len(set(digits)) > 1:
        return True
    if named and len(digits) in (15, 16) and issued(digits):
        return True  # a slip of the finger is a card number still
    if not issued(digits) or not luhn.is_valid(digits):
        return False
    sizes = [len(g.digits) for g in groups if not g.spoken]
    return named or len(sizes) < len(groups) or max(sizes) > 2 or set(sizes) == {1}


def issued(digits: str) -> bool:
    """Whether a number begins, and is as long, as one of the known issuers' cards."""
    return any(len(digits) in lengths and int(digits[:width]) in numbers for numbers, width, lengths in _ISSUERS) or (
        len(digits) == 12 and digits.startswith("0604")
    )


def _completing(text: str, earlier: Sequence[str], known: Known | None, found: Sequence[Hidden]) -> list[Hidden]:
    """The part of a card number that this message adds to those that came before it."""
    if found or not earlier:
        return []
    parts = split_card([*earlier, text], known)
    return [Hidden(parts[-1][0], parts[-1][1], CARD)] if parts and parts[-1] is not None else []


def split_card(messages: Sequence[str], known: Known | None = None) -> list[tuple[int, int] | None]:
    """Where a card number that the last message completes lies in each of `messages`; empty when there is none.

    A message that brings no part of it has None.
    """
    all_of_them = [_fragments(m) for m in messages]
    if not all_of_them[-1] or sum(len(r.digits) for runs_of in all_of_them for r in runs_of) < _SHORTEST:
        return []  # the usual case, without a look into the shop's numbers
    fragments = [[r for r in runs_of if not (known and known(r.digits))] for runs_of in all_of_them]
    if not fragments[-1]:
        return []
    named = any(_OF_CARD.search(m) for m in messages)
    for first in range(len(messages) - 2, max(-1, len(messages) - 6), -1):
        involved = [i for i in range(first, len(messages)) if fragments[i]]
        if not fragments[first] or len(involved) < 2:
            continue
        for whole in (True, False):
            picked = {i: _picked(fragments[i], i == first, i == len(messages) - 1, whole) for i in involved}
            digits = "".join(d for i in involved for d in (picked[i][2],))
            if _SHORTEST <= len(digits) <= _LONGEST and issued(digits) and luhn.is_valid(digits):
                bare = all(_is_bare(messages[i], picked[i]) for i in involved)
                if bare or named:
                    return [picked[i][:2] if i in picked else None for i in range(len(messages))]
    return []


def _fragments(text: str) -> list[Run]:
    return [r for r in runs(text) if 1 <= len(r.digits) <= 18 and not r.prefix]


def _picked(found: list[Run], is_first: bool, is_last: bool, whole: bool) -> tuple[int, int, str]:
    """A message's share: all of its digits, or the number nearest to the messages beside it."""
    chosen = found if whole else [found[-1]] if is_first else [found[0]] if is_last else found
    return chosen[0].groups[0].start, chosen[-1].groups[-1].end, "".join(r.digits for r in chosen)


def _is_bare(text: str, part: tuple[int, int, str]) -> bool:
    """Whether a message is little else than the digits."""
    rest = text[: part[0]] + " " + text[part[1] :]
    return len(re.findall(r"[^\W\d_]+", rest)) <= 6


def _accounts(text: str, known: Known | None) -> Iterator[Hidden]:
    """International account numbers: valid ones, and any that is called one."""
    for match in _IBAN.finditer(text):
        end = _valid_account(match[0], known)
        if not end and re.search(r"\biban\W*(?:\w+\W+){0,2}$", text[: match.start()], re.IGNORECASE):
            end = max(i for i, c in enumerate(match[0]) if c.isdigit()) + 1
        if end:
            yield Hidden(match.start(), match.start() + end, ACCOUNT)


def _valid_account(text: str, known: Known | None) -> int:
    """How much of the beginning of `text` is a valid IBAN; 0 for none."""
    for end in range(len(text), 14, -1):
        compact = re.sub(r"[ -]", "", text[:end])
        if text[end - 1] in " -" or not 15 <= len(compact) <= 34:
            continue
        if iban.is_valid(compact, check_country=False) and not (known and known(compact)):
            return end
    return 0


def _codes(text: str, known: Known | None) -> Iterator[Hidden]:
    for match in _CODE.finditer(text):
        group = next(i for i in (1, 2, 3) if match[i])
        yield Hidden(match.start(group), match.end(group), CODE)


def _codes_after_cards(text: str, known: Known | None) -> Iterator[Hidden]:
    for match in _AFTER_CARD.finditer(text):
        yield Hidden(match.start(1), match.end(1), CODE)


def _keys(text: str, known: Known | None) -> Iterator[Hidden]:
    for match in _KEYS.finditer(text):
        yield Hidden(match.start(), match.end(), PASSWORD)


def _awaits_code(text: str, earlier: Sequence[str]) -> bool:
    """Whether a message of three or four digits answers one that was about a card ("and the code is 123")."""
    rest = re.sub(r"[\d\W_]+", " ", text).split()
    if not earlier or len(rest) > 4 or not re.search(r"(?<!\d)\d{3,4}(?!\d)", text) or _PAINT in text:
        return False
    last = earlier[-1]
    return CARD in last or bool(re.search(rf"\b{_CODE_NAME}\b", last, re.IGNORECASE))


def _passwords(text: str, known: Known | None) -> Iterator[Hidden]:
    """What follows "password is" and the like, where it looks like one or is given as one; codes that were sent."""
    for match in _SENT_CODE.finditer(text):
        if not _CODE_OF_SHOP.search(text, max(0, match.start() - 24), match.end()):
            yield Hidden(match.start(1), match.end(1), PASSWORD)
    for match in _PASSWORD.finditer(text):
        value, by = match["value"], match["by"].strip().lower()
        bare = value.rstrip(".,;:!?)")
        if not bare or bare.lower() in _NOT_SECRET or value.startswith(("[", "{", _PAINT)):
            continue
        if match[0][:3].lower() == "pin" and not re.fullmatch(r"\d{4,5}", bare):
            continue  # six digits are an Indian postcode
        strange = any(c.isdigit() for c in bare) or not bare.isalnum() or not bare[1:].islower()
        assigned = by in (":", "=", "->", "→", "==") or bool(match["open"])
        ends = match.end() == len(text) or text[match.end()] in ".,;!?\n"
        if strange or assigned or (by.split(" ")[0] in ("is", "was") and ends):
            yield Hidden(match.start("value"), match.start("value") + len(bare), PASSWORD)
