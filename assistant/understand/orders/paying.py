"""Which ways to pay a customer names: of their own account by kind, brand, digits or id; "as I paid".

Knows English and the customer's own ways to pay. Decides nothing: what may be used is act's.
"""

from __future__ import annotations

import re

from assistant.order_talk import ORIGINAL, OTHER, SPLIT
from assistant.shop.accounts import Account, Method

_ORIGINAL = re.compile(
    r"\b(?:original|same (?:way|method|card|one|account|payment)|(?:what|how|however|way|whatever|method|card|"
    r"account|paypal) (?:that )?(?:i|i've|we)(?: originally)? (?:paid|used)|"
    r"(?:i|i've) paid(?: it)? with|same as i paid|as i paid|like i paid|card on the order|paid with|same as "
    r"(?:always|before)|back to (?:the card|where))\b"
)
_KINDS: tuple[tuple[str, str], ...] = (
    ("gift_card", r"\bgift ?cards?\b"),
    ("paypal", r"\bpay ?pal\b"),
    ("visa", r"\bvisa\b"),
    ("mastercard", r"\bmaster ?card\b"),
    ("amex", r"\bamex\b|\bamerican express\b"),
    (
        "credit_card",
        r"\b(?:credit|debit) ?card\b|(?<!gift )(?<!gift)(?<!sd )(?<!cf )(?<!sim )(?<!memory )"
        r"(?<!graphics )\bcard\b(?! (?:on the order|i paid))",
    ),
    ("bank", r"\bbank (?:transfer|account)\b"),
    ("crypto", r"\b(?:bitcoin|crypto\w*|cheque|check by mail|cash)\b"),
)
_METHOD_ID = re.compile(r"\b(?:gift_card|credit_card|paypal)_\w+\b")


def payments(text: str, account: Account) -> list[str]:
    """Ways to pay in the order in which they are named: method ids of the account, "original", "other_orders", or
    "unknown:amex" for a kind that the customer doesn't have; "split" alone for a part on each of some. Several cards of
    one kind are all named."""
    found = _payments(text, account)
    return [SPLIT] if _SPLIT.search(text) and (len(found) > 1 or _OF_PAYING.search(text)) else found


_SPLIT = re.compile(
    r"\bsplit\w*\b|\b(?:one |a )?half\b[^.?!]{0,60}\b(?:other )?half\b|\bhalf and half\b|\b50 ?[/-] ?50\b|\bevenly\b|"
    r"\bpart(?:ly)?\b[^.?!]{0,40}\b(?:on|with|by|from|to)\b[^.?!]{0,40}\b(?:rest|part(?:ly)?|remainder)\b"
)
"""Money that is to come in parts."""
_OF_PAYING = re.compile(
    r"\bsplit\w*\b[^.?!]{0,30}\b(?:pay\w*|cost|difference|charge|bill|refund)\b|\b(?:pay\w*|cost|difference|"
    r"charge|bill|refund)\b[^.?!]{0,30}\b(?:be )?split\b"
)


def _payments(text: str, account: Account) -> list[str]:
    ids = [m[0] for m in _METHOD_ID.finditer(text)]
    if ids:
        return list(dict.fromkeys(i if account.method(i) else f"unknown:{i.rsplit('_', 1)[0]}" for i in ids))
    if re.search(r"other (?:order|one)'?s? (?:payment|method)|opposite|swap(?:ped)? payment|each other's", text):
        return [OTHER]
    hits: list[tuple[int, list[str]]] = []
    if match := _ORIGINAL.search(text):
        hits.append((match.start(), [ORIGINAL]))
    named: set[str] = set()
    for kind, pattern in _KINDS:
        match = re.search(pattern, text)
        if match is None or (kind == "credit_card" and named & {"visa", "mastercard", "amex"}):
            continue
        if re.search(r"\b(?:not|no|except|isn't|without|instead of|if not) (?:the |my |a )?$", text[: match.start()]):
            continue
        if kind == "gift_card" and _is_item(text[: match.start()], account):
            continue
        named.add(kind)
        own = [m.method_id for m in account.methods if fits(m, kind)]
        hits.append((match.start(), own or [f"unknown:{kind}"]))
    if digits := re.search(r"\bending (?:in |with )?(\d{4})\b", text):
        exact = [m.method_id for m in account.methods if m.last_four == digits[1]]
        return exact or [f"unknown:{digits[1]}"]
    if (
        any(h == [ORIGINAL] for _, h in hits)
        and len(hits) == 2
        and not re.search(r"\bif\b|otherwise|else|\bor\b", text)
    ):
        specific = next(h for _, h in hits if h != [ORIGINAL])
        return (
            [ORIGINAL]
            if specific[0].startswith("unknown:")
            else [*specific, ORIGINAL]
            if len(specific) > 1
            else specific
        )
    return list(dict.fromkeys(i for _, ids in sorted(hits) for i in ids))


def _is_item(before: str, account: Account) -> bool:
    """Whether a gift card is one that was bought, rather than a way to pay: "return my gift card", not "to my gift "
    card"."""
    bought = any(re.search(r"\bgift ?card\b", x.name.lower()) for o in account.orders for x in o.lines)
    return bought and not re.search(r"\b(?:to|onto|with|on|by|from|using|use|into)\s+(?:\w+ ){0,2}$", before)


def fits(method: Method, kind: str) -> bool:
    if kind in ("visa", "mastercard", "amex"):
        return (method.brand or "").lower().startswith(kind[:4])
    return method.source == kind
