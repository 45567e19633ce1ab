"""What of an item is to stay as it is in its replacement, and what doesn't matter.

Reads against one product's own options and takes what it read out of the text. Knows no prices, no stock, no dialogue.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from assistant.order_talk import Wish
from assistant.scales import number_in, option_named
from assistant.understand.options import match_options

Values = Mapping[str, Sequence[str]]

_SAME = re.compile(
    r"\b(?:same|keep(?:ing)?|stay(?:s)?|unchanged|as (?:mine|before|it is))\b(?: (?:the|my|its|a|as|in|with))*"
)
_STAYS = re.compile(
    r"\b(?:the |my |its |that )?((?:[a-z]+ ){1,3})(?:(?:should|must|can|could|has to|have to|needs to|is to|to|will|"
    r"just) )*(?:stays?|remains?|be kept|(?:is|are|be)(?: still)? (?:right|correct|perfect|unchanged|the same|fine|"
    r"good|ok(?:ay)?)|as (?:now|before|it is))\b(?! (?:too|as well|with)\b)"
)
"""What an option is said to stay: "as long as the weight stays", "the size is right"."""
_REST = re.compile(
    r"\b(?:everything|all|the rest|rest|otherwise|else|other(?: (?:specs?|options?|things?|features?|details?))?)\b"
    r"[^,;.]{0,30}\b(?:same|unchanged|alone|untouched|as (?:it is|is|close|similar|before|they are)|stays?|equal|"
    r"identical|like (?:mine|before|it (?:is|was)|they (?:are|were)|now|what i have|the (?:old|current) one))\b|"
    r"\bsame otherwise\b|without (?:chang|touch)ing|"
    r"\b(?:keep|keeping|leave|leaving) (?:\w+ ){0,2}(?:other(?! (?:one|two|item|order|thing)s?\b)|rest|remaining|"
    r"everything else|all else)\b|"
    r"otherwise(?: the)? same|"
    r"nothing else (?:is |should |must |to |may |need |needs to )?(?:be )?(?:different|chang\w+|alter\w*)|"
    r"(?:don't|do not|not) (?:change|touch|alter) (?:anything|any thing) else|"
    r"\bother options unchanged|same in every"
)
_IDENTICAL = re.compile(
    r"\b(?:(?:exact(?:ly)?|very|for the) (?:the )?same(?! order)(?: one| item| thing)?|"
    r"same (?:one|item|thing)|same specs?|"
    r"identical)\b"
)
_FREE = re.compile(r"(?:don't|do not|doesn't|not) (?:care|mind|matter)|\bany\b|whatever|no preference")
_WILL_DO = re.compile(
    r"(?:\b(?:is|are|would be|will be)|'s)(?: (?:also|totally|perfectly|just|then))* (?:fine|ok|okay|acceptable|"
    r"alright|all right|good enough)\b(?: (?:too|as well|with me|by me|for me|then))*|"
    r"\b(?:would|will) (?:also )?(?:do|work)\b(?: (?:too|as well|for me))*"
)
"""Behind a value that isn't the one wished for first: "a plastic frame is ok"."""


def without_consent(text: str) -> str:
    """What will do instead, without saying so: "memory foam is ok" -> "memory foam"."""
    return _WILL_DO.sub(" ", text)


def take_kept(text: str, values: Values, wish: Wish) -> str:
    """What stays and what doesn't matter; returns the text without it."""
    if _REST.search(text):
        wish.rest_same = True
        text = _REST.sub(" ", text)
    if re.search(r"(?:nothing else|rest|else)\W+(?:\w+ ){0,3}(?:matters?|care)|don't care about the rest", text):
        wish.rest_free = True
    text = _take_free(text, values, wish)
    if _IDENTICAL.search(text):
        wish.identical = True
    return _take_same(text, values, wish)


def _take_free(text: str, values: Values, wish: Wish) -> str:
    """ "Any material", "the colour doesn't matter"; the text without them."""
    for match in list(_FREE.finditer(text)):
        clause = _ENDS.split(text[match.start() :])[0]
        before = re.split(r"[,;.]|\band\b", text[: match.start()])[-1]
        option = (
            option_named(clause[len(match[0]) :], values) or option_named(before, values) or _of_value(before, values)
        )
        if option:
            wish.free.append(option)
            text = text.replace(before + clause if before.strip() else clause, " ", 1)
    return text


_ENDS = re.compile(r"[,;.]|\b(?:as long as|so long as|provided|if|but)\b")


def will_do(text: str, values: Values) -> tuple[str, list[tuple[str, str]]]:
    """Values that are said to do as well ("plastic is fine too"), as (option, value); and the text without them."""
    found: list[tuple[str, str]] = []
    for match in list(_WILL_DO.finditer(text)):
        before = re.split(r"[,;.]|\b(?:and|but)\b", text[: match.start()])[-1]
        named = [(str(w.name), str(w.value)) for w in match_options(before, values) if w.name and w.value]
        if named:
            found += named
            text = text.replace(before + match[0], " ", 1)
    return text, found


def _take_same(text: str, values: Values, wish: Wish) -> str:
    """ "Same height and colour", "the weight stays"; the text without them."""
    for match in list(_SAME.finditer(text)):
        names, end = _names_behind(text, match.end(), values)
        if names:
            wish.same += names
            wish.identical = False
            text = text[: match.start()] + " " * (end - match.start()) + text[end:]
    for match in list(_STAYS.finditer(text)):
        option = None if match_options(match[1], values) else option_named(match[1], values)
        if option and option not in wish.free:
            wish.same.append(option)
            text = text.replace(match[0], " ", 1)
    return text


def _names_behind(text: str, start: int, values: Values) -> tuple[list[str], int]:
    """The options named one after another from `start` on, and where that ends; a value or anything else ends it."""
    names: list[str] = []
    end = start
    for part in re.finditer(
        r"(?:\s*(?:,|&|\band\b|\bor\b)\s*)*((?:(?!\band\b|\bor\b|\bbut\b|\bwith\b)[^,;.&])+)", text[start:]
    ):
        option = option_named(part[1], values) or _measured(part[1], values)
        if part.start() + start != end or option is None or (names and match_options(part[1], values)):
            break
        names.append(option)
        end = start + part.end()
    return names, end


def _measured(words: str, values: Values) -> str | None:
    """The "size" of what has no option of that name: the one option of which all values are measured."""
    if not re.fullmatch(r"\W*(?:sizes?|dimensions?|measurements?)\W*", words):
        return None
    found = [n for n, vs in values.items() if vs and all(number_in(v) is not None for v in vs)]
    return found[0] if len(found) == 1 else None


_WITHOUT = re.compile(r"(?:no|none|without)$|not |non-")
_NEEDLESS = re.compile(
    r"\b(?:(?:needn't|need not|(?:doesn't|don't|does not|do not|didn't) (?:have|need) to) (?:be|have)|"
    r"no need (?:for|of)(?: it (?:to be|being))?|(?:don't|do not) need(?= (?!to\b)))\b([^,;.]*)"
)


def take_needless(text: str, values: Values, wish: Wish) -> str:
    """ "It needn't be water resistant": without it is the better one, and with it will do; the text without that."""
    for match in list(_NEEDLESS.finditer(text)):
        for named in match_options(match[1], values):
            name = str(named.name)
            plain = next((v for v in values.get(name, ()) if _WITHOUT.match(v.lower())), None)
            if named.value is not None and plain:
                wish.prefer[name] = [plain]
            elif named.value is not None:
                wish.free.append(name)
        if wish.prefer or wish.free:
            text = text.replace(match[0], " ", 1)
    return text


def _of_value(words: str, values: Values) -> str | None:
    """ "A mountain bike would be okay too": the option whose value is named."""
    found = match_options(words, values)
    return found[-1].name if found else None
