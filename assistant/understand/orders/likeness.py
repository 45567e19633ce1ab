"""Which of the customer's own items words mean that none of their names has: "the hoover", "the thing I sit on".

A few orders are a small closed set, so nearness of meaning (sentence embeddings) is enough to choose among them; words
of order talk itself (an order, a refund, an address) must be further off than the item. Asked only where no name was
found. Knows no actions and no rules.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.language import STOP_WORDS, Tok, tokenize
from assistant.understand.orders.items import Mention

Encode = Callable[[Sequence[str]], NDArray[np.float32]]
_LEAST = 0.44  # how near (cosine) words must be to an item to mean it
_BESIDE = 0.07  # items that are no further behind the nearest one may be meant as well
_WIDEST = 4
_NO_ITEM = (
    "order orders|my account|payment|payment method|credit card|gift card|paypal|refund|money|price difference|"
    "address|email|name|zip code|house|home|new place|city|number|order number|tracking number|delivery|parcel|"
    "package|shipping|request|change|exchange|return|cancellation|reason|mistake|mind|help|thanks|question|answer|"
    "price|total|cost|discount|balance|colour|size|material|version|option|model|variant|type|cheapest one|"
    "most expensive one|best one|bigger one|smaller one|other one|item|items|product|thing|things|stuff|everything|"
    "rest|both|day|week|month|today|yesterday|time|wife|husband|son|daughter|friend|mother|father|kids|family|birthday|"
    "christmas|gift|present|person|colleague|manager|customer|store|shop|website|availability|stock|quality|problem|"
    "damage|feature|style|apartment|street|state|country|way|same way|usual|note|confirmation|details"
).split("|")
"""What is spoken of in order talk and is no item."""
_OPENS = re.compile(
    r"\b(?:the|my|our|that|this|those|these|an?|both|some|return|cancel|exchange|swap|change|about|and)\s+"
)
_DESCRIBED = re.compile(
    r"(?:thing|things|one|ones|item|stuff|device|gadget|machine|piece|what)\W+(?:that |which |for |i |we |you |to )"
)
_CLOSES = re.compile(r"[.,;:!?()]|\b(?:isn't|is|are|was|were|needs?|has|have|had|should|came|arrived|from|in order)\b")


class Likeness:
    """Finds items of one customer by meaning. `names`: the name of each of their items -> other words for it."""

    def __init__(self, encode: Encode, names: Mapping[str, str]) -> None:
        self._encode = encode
        self._names = list(names)
        texts = [[n.lower(), *([words.lower()] if words else [])] for n, words in names.items()]
        flat = [t for own in texts for t in own]
        self._whose = np.array([n for n, own in enumerate(texts) for _ in own])
        self._items = encode(flat) if flat else np.zeros((0, 1), np.float32)
        self._others = encode(_NO_ITEM)

    def mentions(self, text: str) -> list[Mention]:
        """The phrases of a clause that mean items, in order; several names where the nearest are alike."""
        spans = _spans(text)
        if not spans or not self._names:
            return []
        vectors = self._encode([text[start:end] for start, end in spans])
        near = vectors @ self._items.T
        best = np.stack([near[:, self._whose == n].max(axis=1) for n in range(len(self._names))], axis=1)
        lead = best.max(axis=1)
        item = (lead >= _LEAST) & (lead > (vectors @ self._others.T).max(axis=1))
        out: list[Mention] = []
        for n in sorted(np.flatnonzero(item), key=lambda n: -lead[n]):
            start, end = spans[n]
            if any(start < m.end and m.start < end for m in out):
                continue
            names = tuple(self._names[k] for k in np.flatnonzero(best[n] >= lead[n] - _BESIDE))
            out.append(Mention(start, end, names, plural=False))
        return sorted(out, key=lambda m: m.start)


def _spans(text: str) -> list[tuple[int, int]]:
    """Where phrases of one to four words stand that may name a thing."""
    tokens = tokenize(text)
    spans: list[tuple[int, int]] = []
    for opening in _OPENS.finditer(text):
        close = _CLOSES.search(text, opening.end())
        until = close.start() if close else len(text)
        there = [t for t in tokens if opening.end() <= t.start and t.end <= until]
        if not there or there[0].start > opening.end() + 1:
            continue
        if _DESCRIBED.match(text, there[0].start):
            spans.append((there[0].start, there[min(len(there), 7) - 1].end))
            continue
        spans += _runs(there[:_WIDEST])
    return list(dict.fromkeys(spans))


def _runs(there: Sequence[Tok]) -> list[tuple[int, int]]:
    """Its beginnings that end in a word with a meaning of its own."""
    out = []
    for tok in there:
        if tok.text in STOP_WORDS:
            break
        if not tok.text.isdigit():
            out.append((there[0].start, tok.end))
    return out
