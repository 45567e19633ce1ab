"""Whether a town that words name means a known address there: "to my place in Cork" does, "to 5 Main Street in Cork"
doesn't, and "to my sister in Cork" doesn't mean where the customer lives.

What leads to the town has to be a place or an order of theirs, or nothing at all; anything else is somebody or
something else. They may live where an order was sent before. Knows English and one address at a time.
"""

from __future__ import annotations

import re

from assistant.shop.accounts import Address

_LEADS = re.compile(r"\b(?:to|at|for|my|our|his|her|their|your|the|an?)\b")
"""What leads to a town begins behind the last of these: "to my sister in", "the one that is in"."""
_LINKS = re.compile(
    r"(?:(?:^|(?<=\W))(?:in|near|at|of|from|who|which|that|is|are|'s|'re|be|should|must|will|has|have|gets?|going|goes?|"
    r"sent|shipped|delivered|arrives?|arriving|lives?|living|stays?|staying|works|working|located|based|over|down|up|"
    r"out|here|now|currently|also|instead|please)|[\s,:]|'s)+$"
)
"""Between somebody or something and the town where they are."""
_ORDER = re.compile(r"\b(?:order|number|nr|no\.?)\W*\w*\d\w*|#\w*\d\w*")
_ME = re.compile(r"\b(?:i|i'm|i've|i'd|i'll|we|we're|we've|we'll|me|us|myself|ourselves)\b")
_OWN = frozenset(
    "address addresses place home house flat apartment condo residence location destination city town area centre "
    "center account profile order orders one ones parcel package delivery shipment purchase it this that them".split()
)
"""What is the customer's: where they live, or what they ordered."""
_POSSESSED = re.compile(r"\b(?!(?:account|profile|order|parcel|it|that|what|here|there|let)'s)\w+(?:'s|s')\s+\w")
_FIGURES = re.compile(r"(?<![\w#])\d+[a-z]?\b")
_STREET_BEHIND = re.compile(
    r"\s*,?\s*(?:(?:at|on|in)\s+)?(?:(?P<first>\d+[a-z]?)\s+[a-z]{2}|"
    r"(?:[a-z][a-z.'-]+\s+){1,3}(?P<last>\d+[a-z]?)\s*(?:[,.;!?]|$))"
)
"""A house number and its street: "Cork, 5 Main Street", "Berlin, Hauptstr. 5"."""
_SOMEBODY_BEHIND = re.compile(r"\s*,?\s*(?:to|at|with|where)\s+(?:my|our|his|her|their|an?)\s+((?:[\w'-]+\s*){1,3})")


def means_it(clause: str, start: int, end: int, address: Address, *, home: bool) -> bool:
    """Whether the town at `start` to `end` of a (mended) clause is named for `address`, and not for another street in
    it nor, where the customer lives there (`home`), for somebody else."""
    street = address.get("address1", "").lower()
    if street and street in clause:
        return True
    figures = set(_FIGURES.findall(" ".join(address.values()).lower()))
    before, behind = _ORDER.sub("order", clause[:start]), _ORDER.sub("order", clause[end:])
    leads = list(_LEADS.finditer(before))
    led = before[leads[-1].end() :] if leads else ""
    number = _STREET_BEHIND.match(behind)
    others = {number["first"] or number["last"]} if number else set()
    if (others | set(_FIGURES.findall(led))) - figures:
        return False
    return not home or not _of_others(led, behind)


def _of_others(led: str, behind: str) -> bool:
    """Whether the words that lead to a town, or those behind it, name somebody or something that isn't the
    customer's."""
    other = _SOMEBODY_BEHIND.match(behind)
    if other and (_POSSESSED.search(other[1]) or not set(other[1].split()) & _OWN):
        return True
    what = _LINKS.sub("", re.split(r"\b(?:in|near|at)\b", led)[0]).strip()
    if not what or _ME.search(led):
        return False
    return bool(_POSSESSED.search(f"{what} x")) or what.split()[-1].strip(",.;:") not in _OWN
