"""Which address a customer means: written out, or one that the account already has ("my NYC place", "as on #W1").

Knows the customer's own addresses and no rules.
"""

from __future__ import annotations

import re

from assistant.order_talk import Ask
from assistant.shop.accounts import Account, Address
from assistant.types import Json
from assistant.understand.orders.items import Find
from assistant.understand.orders.refs import address_in, order_ids, place_at, places
from assistant.understand.orders.whose_place import means_it
from assistant.understand.orders.wording import sentences

_HOME = re.compile(
    r"\b(?:(?:default|user|profile|account|home|main|billing|saved|personal|customer|own|usual|standard)(?: and \w+)? "
    r"address|my address (?:on|in) (?:my |the )?(?:account|profile|file)|"
    r"(?:on|in) (?:my|the) (?:account|profile)|my (?:account|profile)\b|account'?s? address|make [^.]{0,40}default|"
    r"my default\b)"
)
_FROM_HOME = re.compile(
    r"\b(?:to|with|as|it's|use|is|in) (?:\w+ ){0,3}(?:default|profile|account|home|own|usual|standard|on file|(?:in|"
    r"on) (?:my|the) "
    r"(?:profile|account))\b|in my profile|on file|my (?:account|profile)\W*$|"
    r"\b(?:send|ship|deliver|bring|redirect|reroute|forward)\w* (?:it|them|that|this|everything|all|the \w+) "
    r"(?:straight |right |back )?(?:home\b|to my (?:home|house|own place)\b)"
)
_BEFORE = re.compile(
    r"\b(?:original|old|previous|former|back to|(?:had|was|were|used|as|like|one|address|it) "
    r"before|before (?:that|this|it))\b"
)
_SAME_AS = re.compile(
    r"\b(?:same (?:address )?(?:as|like)|as (?:on|in|for)|(?:on|in) (?:my |the )?(?:other )?order|"
    r"(?<!order )(?<!one )(?<!parcel )(?<!box )(?<!delivery )where|"
    r"the one (?:that |which )?(?:my|the|our)|address of|"
    r"the address (?:on|in|from))\b"
)
_ORDERS = re.compile(r"\borders?\b|\bdeliver|\bship|\bsend\b|\bsent\b|\beverywhere\b|\bgo to\b")


def source_at(clause: str) -> int:
    """Where a clause begins to tell from which order an address is taken: "as on #W1"; its end when it doesn't."""
    match = None if _CHANGED.search(clause) else _SAME_AS.search(clause)
    return match.start() if match else len(clause)


def speaks_of_orders(text: str) -> bool:
    """Whether words about an address say that something is to be sent there."""
    return bool(_ORDERS.search(text))


def read_address(ask: Ask, clause: str, original: str, account: Account, find: Find) -> None:
    """Fill `ask.address` ({} when it isn't said, {"before": True} for the one before) and whether it is the default
    address ("home"), orders, or both that change."""
    ask.address = address_in(clause, original)
    source = None if _CHANGED.search(clause) else _SAME_AS.search(clause)
    if not ask.address and source:
        ask.address = _of_order(clause[source.start() :], account, find)
        if ask.address:
            ask.source_named = True
            ask.orders, _ = order_ids(clause[: source.start()], account)
    if (
        not ask.address
        and _BEFORE.search(clause)
        and not re.search(
            r"going to (?:the |my )?old|from (?:the |my )?old|old (?:address|home|house|place)\W*$", clause
        )
    ):
        ask.address = {"before": True}
    if not ask.address:
        ask.address = known_address(clause, account)
    if not ask.address and _FROM_HOME.search(clause) and not changes_home(clause):
        ask.address = dict(account.address)
    if not ask.address and changes_home(clause) and _AS_YOU_HAVE.search(clause) and not _SETS.search(clause):
        ask.address = dict(account.address)
    if not ask.address and _ELSEWHERE.search(clause):
        ask.address = _the_other(account)
    home = changes_home(clause) and not on_file(clause, ask.address, account)
    orders = bool(_ORDERS.search(clause) or ask.orders)
    ask.kind = "home" if home and not orders else "both" if home else "address"


_CHANGED = re.compile(
    r"\b(?:chang|updat|modif|correct|switch|amend|edit|fix)\w*\W+(?:[\w-]+\W+){0,3}?"
    r"address(?:es)? (?:of|on|for|in|from)\b"
)
"""Before the order whose address is to be another, not the one whose address is to be taken."""


def on_file(clause: str, address: Json, account: Account) -> bool:
    """Whether a clause names the account's own address as where something is to go, and asks for no other one there."""
    return bool(address) and address == dict(account.address) and not _SETS.search(clause)


_AS_YOU_HAVE = re.compile(
    r"\bthe one (?:that |which )?(?:(?:you|i) have|is|in|on|from|under)\b|\byou have\b|\bon file\b"
)
_SETS = re.compile(r"\b(?:make|chang|updat|correct|set|put|save|store|add(?!ress)|replac|fix)|\bdefault\b")


_ELSEWHERE = re.compile(r"\b(?:other|another|different) order\b|\bin (?:one of )?my (?:other )?orders?\b")


def _the_other(account: Account) -> Json:
    """The one address among the orders that isn't the customer's default, if there is just one."""
    home = tuple(sorted(account.address.items()))
    found = {tuple(sorted(o.address.items())) for o in account.orders} - {home}
    return dict(next(iter(found))) if len(found) == 1 else {}


_APPLIED = re.compile(
    r"\b(?:use|put|set|save|enter|take|keep)\s+(?:that|it|this|the same|the new)(?: one| address)?\s+(?:also |too )?"
    r"(?:for|on|in|as|to|into|with)\s+$"
)


def puts_on_file(clause: str) -> bool:
    """Whether an address that was spoken of is to be the customer's own as well: "also use that for my account"."""
    return changes_home(clause) and bool(_PUTS.search(clause))


_PUTS = re.compile(
    r"\b(?:use|put|set|save|enter|take|make|update|change|store|note)\b"
    r"(?=.*\b(?:it|that|this|the same|too|also|as well)\b)"
    r"|\b(?:also|and) (?:for|in|on|as) my\b"
)


def changes_home(clause: str) -> bool:
    """Whether the default address itself is to change ("and my default address too", not "to my default address")."""
    match = _HOME.search(clause)
    if match is None:
        return False
    before = clause[: match.start()]
    if _APPLIED.search(before):
        return True  # "use that for my account": what is applied to it isn't taken from it
    joined = re.search(r"\b(?:make\b.*|also|and|plus)\s+(?:also |my |the )*$", before)
    if joined or address_in(clause, clause):
        return True
    target = r"\b(?:to|with|as|use|is|in|at|want|have|like)\s+(?:(?!and\b|also\b)[\w']+,? ){0,4}$"
    if re.search(r"\b(?:it|that)'s the (?:\w+ ){0,2}$", before):
        return False  # "to my home office, it's the address on my profile"
    return not re.search(target, before) and not re.search(r"\border\b", before)


def _of_order(text: str, account: Account, find: Find) -> Json:
    """The address of the order named by number or by an item in it."""
    ids, _ = order_ids(text, account)
    for order in account.orders:
        if order.order_id in ids:
            return dict(order.address)
    for mention in find(text):
        for order in account.orders:
            if any(x.name in mention.names for x in order.lines):
                return dict(order.address)
    return {}


_RIGHT = re.compile(r"\b(?:right|correct|proper|good|new|current|valid)\b[^.?!]{0,20}\baddress\b")


def told_address(text: str, account: Account, find: Find) -> Json:
    """The address of the order that is said to have the right one; {} where none is."""
    for sentence in sentences(text):
        if _RIGHT.search(sentence) and not sentence.endswith("?") and (found := _of_order(sentence, account, find)):
            return found
    return {}


def going_elsewhere(clause: str, target: Json, account: Account) -> list[str]:
    """ "Move the order that is going to Columbus to Charlotte": the orders whose town is named beside the one that they
    are to go to; [] where it isn't known where to, or no other town is named."""
    city = str(target.get("city", "")).lower()
    if not city:
        return []
    return [
        o.order_id
        for o in account.orders
        if str(o.address.get("city", "")).lower() not in ("", city) and places(clause, {**o.address, "address1": ""})
    ]


_NOT_THERE = re.compile(r"\b(?:not|instead of|rather than|no longer)\b")


def known_address(clause: str, account: Account) -> Json:
    """One of the customer's own addresses, by a town or state named as where it is to go; {} when there isn't one."""
    fits: list[Address] = []
    home = account.address
    for address in (home, *(o.address for o in account.orders if o.address != home)):
        for match in re.finditer(r"\b(?:to|my|in|at)\s+(?:\w+ ){0,2}", clause):
            rest = _NOT_THERE.split(clause[match.start() :][:60])[0]
            if re.search(
                r"\b(?:going|went|goes|sent|was|shipped|accidentally|ordered|not)\s$", clause[: match.start()]
            ):
                continue  # "the one that was going to Seattle" says which order
            at = place_at(rest, address)
            if at and means_it(clause, match.start() + at[0], match.start() + at[1], address, home=address is home):
                fits.append(address)
                break
    distinct = {tuple(sorted(a.items())): a for a in fits}
    return dict(next(iter(distinct.values()))) if len(distinct) == 1 else {}


def names_town(clause: str, account: Account) -> bool:
    """Whether a clause names a town or state of one of the customer's addresses, whoever lives there."""
    return any(places(clause, address) for address in (account.address, *(o.address for o in account.orders)))
