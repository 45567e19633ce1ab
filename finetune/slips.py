"""Writes a text as a customer in a hurry types it: lower case, no apostrophes, slips of the fingers, short forms.

Makes the heads read how people type, in harmful and harmless texts alike: a slip must tell nothing. Knows no labels.
"""

from __future__ import annotations

import random
import re

_SHORT = {
    "you": "u",
    "are": "r",
    "your": "ur",
    "please": "pls",
    "thanks": "thx",
    "for": "4",
    "to": "2",
    "because": "cuz",
    "with": "w/",
    "people": "ppl",
    "and": "n",
    "want to": "wanna",
    "going to": "gonna",
}
_NEAR = {
    "a": "sq",
    "b": "vn",
    "c": "xv",
    "d": "sf",
    "e": "wr",
    "f": "dg",
    "g": "fh",
    "h": "gj",
    "i": "uo",
    "j": "hk",
    "k": "jl",
    "l": "k",
    "m": "n",
    "n": "mb",
    "o": "ip",
    "p": "o",
    "q": "w",
    "r": "et",
    "s": "ad",
    "t": "ry",
    "u": "yi",
    "v": "cb",
    "w": "qe",
    "x": "zc",
    "y": "tu",
    "z": "x",
}
_ALIKE = (("ie", "ei"), ("ph", "f"), ("ck", "k"), ("ll", "l"), ("ss", "s"), ("ea", "ee"), ("ough", "uf"), ("wh", "w"))
_WORD = re.compile(r"[A-Za-z]+")
_LONG_ENOUGH = 4
"""Letters from which a word gets slips; shorter ones turn into other words."""


def hurried(text: str, dice: random.Random) -> str:
    """`text` with one or a few of those marks; the same dice give the same text."""
    if dice.random() < 0.75:
        text = text.lower()
    if dice.random() < 0.7:
        text = re.sub(r"(?<=\w)['’](?=\w)", "", text)
    if dice.random() < 0.6:
        text = re.sub(r"[.!?,;]+(?=\s|$)", "", text)
    if dice.random() < 0.3:
        text = _shortened(text, dice)
    share = dice.choice((0.0, 0.0, 0.1, 0.2))
    return _WORD.sub(lambda m: slip(m[0], dice) if dice.random() < share else m[0], text).strip() or text


def slip(word: str, dice: random.Random) -> str:
    """`word` with one slip: two letters the wrong way round, one missing, doubled, beside it, or as it sounds."""
    if len(word) < _LONG_ENOUGH:
        return word
    at = dice.randrange(1, len(word) - 1)
    how = dice.randrange(5)
    if how == 0:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if how == 1:
        return word[:at] + word[at + 1 :]
    if how == 2:
        return word[:at] + word[at] + word[at:]
    if how == 3:
        return word[:at] + dice.choice(_NEAR.get(word[at].lower(), word[at])) + word[at + 1 :]
    said = [(a, b) for a, b in _ALIKE if a in word]
    if not said:
        return word[:at] + word[at + 1 :]
    a, b = dice.choice(said)
    return word.replace(a, b, 1)


def _shortened(text: str, dice: random.Random) -> str:
    for word, short in _SHORT.items():
        if dice.random() < 0.4:
            text = re.sub(rf"\b{word}\b", short, text, flags=re.IGNORECASE)
    return text
