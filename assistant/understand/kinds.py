"""Which kind of shopping question a clause is: a sum, money off, advice, a gift, or something about the customer.

A linear head on sentence embeddings says so; a kind is believed only where the clause has a word of it. Knows no
dialogue and no prices.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from assistant.language import fold
from assistant.understand.acts import ActHead, Encode
from assistant.understand.clause import Clause
from assistant.understand.clauses import mask
from assistant.understand.mentions import Mention
from assistant.understand.state import State

Linked = Callable[[str, State], tuple[Clause, list[Mention]]]
_HEAD = Path(__file__).parent / "data" / "shopping.json"
_SURE, _LEAST = 0.4, 0.15
OF_BASKET = frozenset({"basket", "after", "shipping", "free_shipping", "save"})
OF_OFFERS = frozenset({"offers", "offer_when"})
TOGETHER = re.compile(
    r"\b(?:together|along with|altogether|in total|total|all in|combined|sum|in all|come to|comes to|both|everything|"
    r"basket|cart|bundle|as a set)\b"
)
COSTS = re.compile(
    r"\b(?:how much|how expensive|price|cost|costs|cheaper|total|pay|paying|come to|comes to|set me back|spend|"
    r"add up|worth|sum|charge|bill)\b|[$€£]"
)
OFF = re.compile(
    r"\b(?:discount\w*|offers?|sale|promo\w*|reduced|reduction|off|codes?|coupon|voucher|deal|deals|saving|saved?)\b"
)
SAVE = re.compile(r"\b(?:save|saving|savings|saved)\b")
SHIPPING = re.compile(r"\b(?:shipping|delivery|postage|delivered|shipped|shipment)\b")
MORE = re.compile(r"\b(?:add|another|also|plus|more|as well|too|extra|throw in|include)\b")
LESS = re.compile(r"\b(?:without|remove|drop|leave out|take out|take off|minus|except|skip|not the|no longer)\b")
_GET_THEM = (
    r"\bwh(?:at|ich)\b[^?]{0,20}\b(?:can|could|should|shall|do|would|to)\b[^?]{0,12}\b(?:get|buy|give)\b (?:for )?"
    r"(?:my|a|an|him|her|them|his|someone|somebody)\b"
)
_THEM = re.compile(rf"{_GET_THEM}|\bsuits? (?:my|him|her|them|his|a|an)\b")
"""What is asked is what somebody else might like: "what could I get my mum", "what would suit her"."""
ADVICE = re.compile(
    r"\b(?:recommend\w*|suggest\w*|advi[sc]e|gifts?|presents?|ideas?|something|which .* (?:should|for)|best for|"
    r"birthday|christmas|surprise|treat|what should i|good for|right for|suit|suitable|need .* for|looking for)\b|"
    rf"{_GET_THEM}"
)

_EVIDENCE: dict[str, re.Pattern[str]] = {
    "free_shipping": SHIPPING,
    "shipping": SHIPPING,
    "save": re.compile(r"\b(?:sav(?:e|es|ed|ing|ings)|cheaper|off|discount\w*|less)\b"),
    "after": re.compile(rf"{OFF.pattern}|\b(?:members?\w*|club|applied|final)\b"),
    "basket": re.compile(rf"{COSTS.pattern}|{TOGETHER.pattern}|{MORE.pattern}|{LESS.pattern}|\d|\b(?:take|make it)\b"),
    "offers": re.compile(rf"{OFF.pattern}|\b(?:special\w*|bundles?|multi-?buy|bogo|cheaper|free|black friday|save)\b"),
    "recommend": ADVICE,
    "gift": re.compile(
        r"\b(?:gifts?|presents?|birthday|christmas|xmas|wedding|anniversary|santa|surpris\w*|for (?:my|a|his|her))\b|"
        rf"{_THEM.pattern}"
    ),
}
"""Words without one of which a clause is not of that kind, whatever the head says."""

_STRONG: dict[str, re.Pattern[str]] = {
    "prefer": re.compile(
        r"^\W*(?:(?:please )?(?:and )?(?:remember|note|add|save|keep in mind) (?:that )?)?"
        r"(?:i|we) (?:really |also |absolutely |just )?"
        r"(?:love|adore|enjoy|hate|like)\b(?! (?:the|this|that|it|them|those|these|your|to|how|what)\b)"
    ),
    "recommend": re.compile(
        r"\b(?:recommend\w*|suggest\w*|advi[sc]e)\b|"
        r"\bwh(?:at|ich)\b[^?]{0,30}\b(?:would|will|might|could|should)\b[^?]{0,12}\b"
        r"(?:suit|be (?:right|good|best) for)\b"
    ),
    "gift": re.compile(
        r"\b(?:gifts?|presents?) (?:ideas?|for)\b|\bideas? for (?:a )?(?:gifts?|presents?)\b|"
        r"\b(?:a|an|nice|good|some|small|little) (?:gift|present)s?\b"
        rf"(?! (?:cards?|vouchers?|wrap\w*|box\w*|sets?|bags?))|{_GET_THEM}"
    ),
}
"""Words with which a clause may be of that kind even where the head would rather have it otherwise."""


@dataclass(frozen=True)
class Seen:
    """A clause as this module sees it."""

    text: str
    clause: Clause
    mentions: list[Mention]
    label: str
    sure: float


@lru_cache(maxsize=1)
def shopping_head() -> ActHead:
    """The head that ships with the package, loaded once."""
    return ActHead.load(_HEAD)


def see(part: str, state: State, linked: Linked, encode: Encode) -> Seen:
    clause, mentions = linked(part, state)
    said = fold(part)
    masked = mask(part, clause.links)
    scores = shopping_head().probabilities(encode([masked])[0], masked)
    label = max(scores, key=lambda name: scores[name])
    strong = [name for name, pattern in _STRONG.items() if pattern.search(said)]
    if strong and masked != part and label not in strong:  # a shelf of gifts hides no gift, a rain suit not what suits
        scores = shopping_head().probabilities(encode([part])[0], part)
        label = max(scores, key=lambda name: scores[name])
    for name in strong:
        if not _believed(label, scores, said) and scores[name] > _LEAST:
            label = name
    if not _believed(label, scores, said):
        label = "other"
    elif label == "recommend" and _THEM.search(said):
        label = "gift"
    return Seen(part, clause, mentions, label, scores[label])


def gift_asked(text: str) -> bool:
    """Whether a text plainly asks for a gift."""
    return bool(_STRONG["gift"].search(fold(text)))


def _believed(label: str, scores: dict[str, float], said: str) -> bool:
    """Whether a kind counts: the head is sure of it or has it first beside strong words, and a word bears it out."""
    sure = label != "other" and (scores[label] >= _SURE or label in _STRONG)
    return sure and (label not in _EVIDENCE or bool(_EVIDENCE[label].search(said)))
