"""How much of an option a replacement should have: the most, the least, more or less than now, at least so much.

Reads degrees out of a customer's words in terms of one product's own options and takes them out of the text. Knows no
prices, no stock and no dialogue.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from assistant.language import tokenize
from assistant.order_talk import Wish
from assistant.scales import adjective, number_in, option_named, rank

Values = Mapping[str, Sequence[str]]

_TOO = re.compile(
    r"\btoo (\w+)|(?:\b(?:is|are|was|were|be|being|feels?|looks?|seems?|runs?)|'s|'re) (?:just |all )?so (\w+)"
)
"""A complaint; "the dog grew, so large" is none."""
_NOT_ENOUGH = re.compile(
    r"(?:isn't|not|aren't|n't) (?:\w+ )?(\w+) enough|not (?:as|so) (\w+)|(?:isn't|aren't) (?:as|so) (\w+)"
)
_LESS = re.compile(r"\bless (\w+)")
_MORE = re.compile(r"\bmore (\w+)")
_CHEAPEST = re.compile(
    r"\b(?:cheapest|least (?:expensive|costly|pricey)|most affordable|(?:lowest|smallest|least|minimum)[ -](?:of )?"
    r"(?:\w+[ -])?(?:pric\w+|cost\w*)(?: tag)?|cost(?:s|ing)?(?: me)? (?:the )?least)\b"
)
_DEAREST = re.compile(
    r"\b(?:priciest|dearest|costliest|most (?:expensive|costly|pricey|money)|(?:highest|biggest|largest|greatest|"
    r"steepest|top|maximum)[ -](?:of )?(?:\w+[ -])?(?:pric\w+|cost\w*)(?: tag)?|cost(?:s|ing)?(?: me)? (?:the )?most)\b"
)
_MOST = re.compile(
    r"\b(?:max(?:imum|imal)?|most|best|top|highest|largest|biggest|longest|greatest|strongest)\b (?=([a-z ]{2,25}))"
)
_LEAST = re.compile(r"\b(?:min(?:imum|imal)?|fewest|least|lowest|smallest|shortest|weakest)\b (?=([a-z ]{2,25}))")
_SUPER = re.compile(r"\b(\w+est)\b")
_STEP = re.compile(
    r"\b(\d+(?:[.,]\d+)?) ([a-z]+) (more|less|fewer)\b|\b(?:(\d+(?:[.,]\d+)?) )?(more|less|fewer|lower|higher|"
    r"smaller|larger|bigger|"
    r"greater|additional|extra)(?: the)? ([a-z ]{2,25})"
)
_DENIED = re.compile(r"(?:\b(?:not|no|never|without)|n't)(?: (?:have|has|be|with|any|come|got))*\s*$")
_AS_MANY = re.compile(r"\b(?:at least|no less than) (?:as|the same) (?:[a-z]+ )?(?:of )?([a-z]+)(?: (?:as|of)\b)?")
_DOWN = frozenset("less fewer lower smaller".split())
_LITTLE = re.compile(r"\b(?:slightly|a bit|a little|next|somewhat|one step)\b")


_JOINT = re.compile(r"\b(?:and|with|but|or|on|for|that|the)\b")


def take_extremes(text: str, values: Values, wish: Wish) -> str:
    """Superlatives; returns the text without them."""
    whole, found = text, [("price", "")]
    for pattern, sign in ((_CHEAPEST, -1), (_DEAREST, 1)):
        if pattern.search(text):
            wish.extreme.append(["price", sign])
            text = pattern.sub(" ", text)
    for pattern, sign in ((_MOST, 1), (_LEAST, -1)):
        for match in list(pattern.finditer(text)):
            words = _JOINT.split(match[1])[0].split()[:3]
            option = option_named(" ".join(words), values) if words else None
            if option and rank(values[option]):
                wish.extreme.append([option, sign])
                found.append((option, match[0]))
                end = match.start(1) + len(_JOINT.split(match[1])[0])
                text = text[: match.start()] + " " * (end - match.start()) + text[end:]
    for match in list(_SUPER.finditer(text)):
        named = adjective(match[1], values)
        if named:
            wish.extreme.append([named[0], named[1]])
            found.append((named[0], match[1]))
            text = text.replace(match[0], " ", 1)
    places = {name: whole.find(word) for name, word in found}
    wish.extreme.sort(key=lambda e: places.get(str(e[0]), 0))
    return text


def take_steps(text: str, values: Values, current: Mapping[str, str] | None, wish: Wish) -> str:
    """Comparatives, and complaints that imply one ("too small"); returns the text without them."""
    little = bool(_LITTLE.search(text))
    for match in list(_STEP.finditer(text)):
        if match[3]:
            amount, sign, words = match[1], -1 if match[3] in _DOWN else 1, match[2]
        else:
            amount, sign, words = match[4], -1 if match[5] in _DOWN else 1, match[6]
        option = option_named(words, values)
        if option and rank(values[option]) and _DENIED.search(text[: match.start()]):
            wish.relative[option] = [-sign, None, False, True]  # "not fewer pieces": as many will do
            text = text.replace(match[0], " ", 1)
        elif option and rank(values[option]):
            wish.relative[option] = [sign, number_in(amount.replace(",", "")) if amount else None, little]
            text = text.replace(match[0], " ", 1)
    for match in list(_AS_MANY.finditer(text)):
        option = option_named(match[0], values)
        if option and rank(values[option]):
            wish.relative[option] = [1, None, False, True]
            text = text.replace(match[0], " ", 1)
    for pattern, sign in ((_TOO, -1), (_NOT_ENOUGH, 1), (_LESS, -1), (_MORE, 1)):
        for match in list(pattern.finditer(text)):
            word = next((g for g in match.groups() if g), "")
            found = adjective(word, values)
            if found:
                way = -1 if pattern is _NOT_ENOUGH and re.search(r"not (?:as|so)|n't (?:as|so)", match[0]) else sign
                wish.relative.setdefault(found[0], [way * found[1], None, little])
                text = text.replace(match[0], " ", 1)
    for tok in tokenize(text):
        if tok.text.endswith("er") and len(tok.text) > 4:
            found = adjective(tok.text, values)
            if found and found[0] not in wish.relative:
                wish.relative[found[0]] = [found[1], None, little]
                text = text.replace(tok.text, " ", 1)
    return text


def or_more(text: str, values: Values, wish: Wish) -> None:
    """ "An i7 or above": every value that is more will do as well."""
    match = re.search(r"\bor (?:above|better|higher|more|up|newer|larger|bigger|below|less|lower|smaller)\b", text)
    if match is None:
        return
    sign = -1 if re.search(r"below|less|lower|smaller", match[0]) else 1
    for name, chosen in wish.want.items():
        order = rank(values[name])
        if order and len(chosen) == 1:
            more = [v for v in values[name] if (order[v] - order[chosen[0]]) * sign > 0]
            wish.want[name] = [*chosen, *more]
            wish.any_of = [*wish.any_of, name]
