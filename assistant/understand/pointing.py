"""What a clause without names points at in its conversation: which products "the second one", "both", "those" are.

Works on the state and the clause's words; knows no shop.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from assistant.language import STOP_WORDS, Tok, fold
from assistant.understand.quantities import comparative, ordinals
from assistant.understand.state import State

_ALL = re.compile(r"\b(?:which|what) ones\b|\b(?:all|any|each|none) of (?:them|those|these)\b|\bthem all\b")
UNIT = (
    r"(?:litres?|liters?|l|ml|kilos?|kg|g|grams?|inch(?:es)?|cm|mm|m|met(?:er|re)s?|ft|foot|feet|oz|lbs?|pounds?|tog|"
    r"pack|pieces?|season|seater|burner|slices?|slots?|doors?|cups?|person|man|tb|gb)"
)
"""What makes a number a size: "the 2 litre" is one thing."""
_SEVERAL = re.compile(rf"\b(?:them|both|these|those|the (?:two|2)(?!\W?{UNIT}\b)|all of|they|each)\b")


def points_at_one(text: str, state: State) -> bool:
    """Whether a clause points at a place in the list that was shown: "the third looks nice", "number 2", "2"."""
    return any(-len(state.listed) <= p < len(state.listed) for p in _places(text, state))


_ONLY_POINTS = re.compile(
    r"\W*(?:(?:ok(?:ay)?|and|so|well|no|hm+|about|what about|how about|go(?:ing)? back to|back to|for)\W+)*"
    r"(?:(?:the|your|that) )?(?:very )?(?:first|second|third|fourth|fifth|last|[1-5](?:st|nd|rd|th)|former|latter)"
    r"(?: one| item| option)?(?: (?:then|please|you (?:listed|said|named|showed(?: me)?)))*\W*"
)


def only_points(text: str) -> bool:
    """Whether a clause is no more than a place in a list: "the second one", "number 2 please"."""
    return bool(_ONLY_POINTS.fullmatch(fold(text)) or _PLACE.fullmatch(fold(text)))


_TAKES_THE_MORE = re.compile(
    r"\W*(?:[a-z']+ ){0,4}?(?:stay with|stick (?:with|to)|go (?:with|for)|take|have|want|prefer|rather have) "
    r"(?:the|that) [a-z]+er(?: one)?(?: then| please| of the two)*\W*"
)
"""Chosen by what it has more of, and nothing asked yet: "then I'll stay with the heavier"."""
_PLACE = re.compile(r"\W*(?:number|no\.?|nr|option)?\W*([1-9])\W*(?:please|then|pls)?\W*")


def with_what_points(parts: Sequence[str], state: State) -> list[str]:
    """The clauses of a message, one that only points at a place in the list together with the one behind it: "the last
    one, how many left?" asks of the last one."""
    out: list[str] = []
    for part in parts:
        points = out and _ONLY_POINTS.fullmatch(fold(out[-1])) and points_at_one(out[-1], state)
        if points or (out and len(state.listed) > 1 and _TAKES_THE_MORE.fullmatch(fold(out[-1]))):
            out[-1] = f"{out[-1].rstrip(' .;,!?')}, {part}"
        else:
            out.append(part)
    return out


def _places(text: str, state: State) -> list[int]:
    """Places in the list: named, or a bare number as the whole message while a list is talked about."""
    return [int(re.sub(r"\D", "", text)) - 1] if is_place(text, state) else ordinals(text)


def is_place(text: str, state: State) -> bool:
    """Whether the message is no more than a number that stands for a place in the list just shown."""
    said = _PLACE.fullmatch(fold(text))
    return bool(said) and 1 < len(state.listed) >= int(said[1] if said else 0) and len(state.focus) > 1


def from_context(text: str, act: str, state: State) -> tuple[tuple[str, ...], str | None, tuple[str, ...]]:
    """The products that a clause without names is about: (ids, how to pick one of them, the very variants)."""
    listed = state.listed
    places = [p for p in _places(text, state) if -len(listed) <= p < len(listed)]
    if places:
        chosen = [listed[p] for p in places]
        return _ids(chosen), None, tuple(str(c["sku"]) for c in chosen if c["sku"])
    several = len(listed) > 1
    pick = comparative(text)
    if _BEFORE.search(fold(text)) and state.focus and (earlier := _earlier(state)):
        return (earlier,), None, ()
    if _BOTH.search(fold(text)) and (two := the_two(state, text)):
        return _ids(two), None, tuple(str(i["sku"]) for i in two if i["sku"])
    if pick == "other" and len(state.focus) == 1 and (other := _other(state)):
        return (other,), None, ()
    if act == "compare" and (items := the_two(state, text)):
        return _ids(items), None, tuple(str(i["sku"]) for i in items if i["sku"])
    if pick in ("cheaper", "dearer") and not several and state.focus:
        return tuple(state.focus), pick, ()
    if pick and pick != "other" and several:
        return _ids(listed), pick, ()
    if several and _ALL.search(fold(text)):
        return _ids(listed), None, ()
    if _SEVERAL.search(fold(text)) and several and len(state.focus) != 1:
        return _ids(listed), None, ()
    return tuple(state.focus), None, ()


_BOTH = re.compile(
    r"\b(?:both|either|neither)\b(?=\W*$|\W*[,.?!]| (?:of (?:them|those|these)|in stock|available|are|is|have|has|come|"
    r"comes|cost|costs|together|still|there|please)\b)"
    rf"|\b(?:the|them|these|those) (?:two|2)\b(?!\W?(?:one|more|other|of (?:you|us)|{UNIT})\b)"
)
_BEFORE = re.compile(r"\b(?:the )?(?:previous|earlier|prior) (?:one|product|item)\b|\bthe one (?:before|earlier)\b")


def _earlier(state: State) -> str | None:
    """The product that was talked about before the one under discussion."""
    before = [str(t["product"]) for t in state.topics if t["product"] not in state.focus]
    return before[-1] if before else None


def _other(state: State) -> str | None:
    """Beside the product under discussion: the other one of a list, else the one talked about before it."""
    beside = [str(i["product"]) for i in state.listed if i["product"] != state.focus[0]]
    if state.list_turn >= 0 and state.focus[0] in _ids(state.listed) and beside:
        return beside[-1]
    before = [str(t["product"]) for t in state.topics if t["product"] != state.focus[0]]
    return before[-1] if before else beside[-1] if beside else None


def the_two(state: State, text: str) -> list[dict[str, Any]]:
    """What is compared when nothing is named: the list under discussion, else the last two that were talked about."""
    listed, about = state.listed, set(state.focus)
    if state.list_turn >= 0 and len(listed) > 1 and (not about or about & set(_ids(listed))):
        two = len(listed) > 2 and re.search(r"\b(?:two|2|both)\b", fold(text)) and len(about) < 2
        return list(listed[:2]) if two else list(listed)
    last = state.topics[-2:] if len(state.topics) > 1 else []
    return [{"product": t["product"], "sku": t["sku"], "wanted": t["wanted"]} for t in last]


def _ids(listed: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(item["product"]) for item in listed))


def other_listed(tokens: Sequence[Tok], state: State, stems: Callable[[str], Iterable[str]]) -> tuple[str, ...]:
    """The one product listed whose name alone has a word of the clause ("do the max have ..."); empty without one.
    `stems` are those of a product's name. A number that counts something names nothing: "3 months", "3 of us"."""
    names = {product: frozenset(stems(product)) for product in _ids(state.listed)}
    known = frozenset[str]().union(*names.values())
    counts = {
        place
        for place, (number, after) in enumerate(pairwise(tokens))
        if number.text.isdigit() and (after.text == "of" or (after.text not in STOP_WORDS and after.stem not in known))
    }
    words = {t.stem for place, t in enumerate(tokens) if t.text not in STOP_WORDS and place not in counts}
    told = [p for p in names if words & names[p].difference(*(names[o] for o in names if o != p))]
    return (told[0],) if len(told) == 1 and len(names) > 1 else ()
