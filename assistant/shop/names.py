"""Whether a text says the name of a customer: first and last next to each other, not somewhere in a list of guesses.

A message holds more than a name ("where is my parcel? Mei Kovacs, 28236"), so a few places of it are looked at: all of
a short one, what stands around the postcode, what follows "my name is". Knows no database and no dialogue.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from assistant.language import STOP_WORDS, fold

_FILLERS = STOP_WORDS | frozenset("name surname first last zip code postcode postal mail email address".split())
_MOST_WORDS = 8
"""So many words may stand where a name is looked for: who says more is trying out a list."""
_BEFORE, _AFTER = 4, 3
"""So many words before and after a postcode may be the name ("Noah Patel, New York, 10108")."""
_CUES = frozenset(("name", "im", "am", "m", "this", "its"))


def words_of(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", fold(text))


def is_named(text: str, first: str, last: str) -> bool:
    """Whether both names stand next to each other anywhere, in either order, at most a middle name between them."""
    own = words_of(first), words_of(last)
    return _together([w for w in words_of(text) if _counts(w, own)], *own)


def names(text: str, first: str, last: str, postcode: str) -> bool:
    """Like `is_named`, in the few words that may be a name. `postcode`: the customer's, as `words_of` joins it."""
    said, own = words_of(text), (words_of(first), words_of(last))
    counted = [i for i, word in enumerate(said) if _counts(word, own)]
    places = [counted]
    if len(counted) > _MOST_WORDS:
        places = [_around(said, counted, postcode), _after_cues(said, counted)]
    return any(len(at) <= _MOST_WORDS and _together([said[i] for i in at], *own) for at in places)


def _counts(word: str, own: Sequence[Sequence[str]]) -> bool:
    """Whether a word may be a name: the customer's own is one, whatever it looks like."""
    return any(word in parts for parts in own) or not (word in _FILLERS or len(word) == 1 or re.search(r"\d", word))


def _around(said: Sequence[str], counted: Sequence[int], postcode: str) -> list[int]:
    found: set[int] = set()
    for start in range(len(said)):
        for end in range(start + 1, min(start + 3, len(said)) + 1):
            if "".join(said[start:end]) == postcode:
                found |= {*[i for i in counted if i < start][-_BEFORE:], *[i for i in counted if i >= end][:_AFTER]}
    return sorted(found)


def _after_cues(said: Sequence[str], counted: Sequence[int]) -> list[int]:
    found: set[int] = set()
    for at in (i for i, word in enumerate(said) if word in _CUES):
        found |= set([i for i in counted if i > at][:_AFTER])
    return sorted(found)


def _together(said: Sequence[str], first: Sequence[str], last: Sequence[str]) -> bool:
    if not first or not last:
        return False
    at_first, at_last = _places(said, first), _places(said, last)
    return any(
        0 <= b - (a + len(one)) <= 1
        for starts, ends, one in ((at_first, at_last, first), (at_last, at_first, last))
        for a in starts
        for b in ends
    )


def _places(said: Sequence[str], parts: Sequence[str]) -> Collection[int]:
    return [i for i in range(len(said) - len(parts) + 1) if list(said[i : i + len(parts)]) == list(parts)]
