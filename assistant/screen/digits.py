"""Reads digits the way people write them to get past a filter: look-alike letters, other scripts, words, separators.

Knows no card and no shop: it says which digits stand where in a text, in runs that belong together.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_UNITS = "zero one two three four five six seven eight nine".split()
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_WORDS = (
    {word: str(n) for n, word in enumerate(_UNITS)}
    | {word: str(n + 10) for n, word in enumerate(_TEENS)}
    | {"oh": "0", "nought": "0", "naught": "0", "nil": "0", "niner": "9", "fourty": "40"}
)
_TEN_WORDS = {word: str(n + 2) for n, word in enumerate(_TENS)} | {"fourty": "4"}
_TIMES = {"double": 2, "triple": 3, "treble": 3, "quadruple": 4}
_FILLERS = frozenset("and then dash hyphen minus space dot point comma slash next followed by again".split())

_SURE = dict.fromkeys("OoОоΟοօ", "0") | dict.fromkeys("lI|ІіӀıǀ│i", "1")
"""Letters that stand for a digit wherever only such letters and digits make up a group."""
_LIKELY = (
    dict.fromkeys("QD", "0")
    | dict.fromkeys("!L", "1")
    | dict.fromkeys("Zz", "2")
    | dict.fromkeys("EeЗзƷ", "3")
    | dict.fromkeys("Aa", "4")
    | dict.fromkeys("Ss$Ѕѕ", "5")
    | dict.fromkeys("bGб", "6")
    | dict.fromkeys("Tt", "7")
    | dict.fromkeys("BВ", "8")
    | dict.fromkeys("gq", "9")
)
"""Letters that stand for a digit only where the group has digits of its own."""

_TOKEN = re.compile(r"[^\W_]+(?:[|!$][^\W_]*)*|[|!$]+(?=[\dOolI])|\s+|[\W_]")
_MAX_GAP = 6
"""Characters other than letters and digits that may stand between two groups of one number."""


@dataclass(frozen=True)
class Group:
    """Digits that are written together: `digits` at [start, end) of the text. `spoken` when written in words."""

    digits: str
    start: int
    end: int
    spoken: bool = False


@dataclass(frozen=True)
class Run:
    """Groups that may make up one number, in order. `prefix` is the word glued to the first ("W" of W1234567)."""

    groups: tuple[Group, ...]
    prefix: str = ""

    @property
    def digits(self) -> str:
        return "".join(g.digits for g in self.groups)


def runs(text: str) -> list[Run]:
    """The numbers of `text`: groups with nothing but separators and filler words between them."""
    found: list[Run] = []
    groups: list[Group] = []
    prefix, gap = "", 0
    for group, size, glued in _groups(text):
        if group is None:
            gap += size
            continue
        if groups and gap > _MAX_GAP:
            found.append(Run(tuple(groups), prefix))
            groups = []
        if not groups:
            prefix = glued
        groups.append(group)
        gap = 0
    if groups:
        found.append(Run(tuple(groups), prefix))
    return found


def _groups(text: str) -> Iterator[tuple[Group | None, int, str]]:
    """Groups as they come, with what lies between: (None, length, "") for a gap; a word is a gap that ends a run."""
    tens: Group | None = None
    times = 1
    for match in _TOKEN.finditer(text):
        token, start, end = match[0], match.start(), match.end()
        word = token.lower()
        if not any(c.isalnum() or c in "|!$" for c in token):
            yield None, 1 if token.isspace() else len(token), ""
            continue
        if tens is not None:  # "forty one" is 41, "forty eleven" 40 and 11
            joined = word in _UNITS[1:]
            yield (
                Group(tens.digits + (_WORDS[word] if joined else "0"), tens.start, end if joined else tens.end, True),
                0,
                "",
            )
            tens = None
            if joined:
                continue
        if word in _TEN_WORDS:
            tens = Group(_TEN_WORDS[word], start, end, True)
        elif word in _WORDS:
            yield Group(_WORDS[word] * times, start, end, True), 0, ""
            times = 1
        elif word in _TIMES:
            times = _TIMES[word]
        elif word in _FILLERS:
            yield None, 1, ""
        else:
            yield from _written(token, start)
    if tens is not None:
        yield Group(tens.digits + "0", tens.start, tens.end, True), 0, ""


def _written(token: str, start: int) -> Iterator[tuple[Group | None, int, str]]:
    """The group that a token is, with the letters glued to it, or a gap as long as any."""
    read = "".join(_digit(c) or _SURE.get(c, " ") for c in token)
    num_digits = sum(1 for c in token if _digit(c))
    if num_digits >= 2 and " " in read:
        read = "".join(r if r != " " else _LIKELY.get(c, " ") for r, c in zip(read, token, strict=True))
    if " " not in read and (num_digits or len(token) > 1 or token in "O|lI"):
        yield Group(read, start, start + len(token)), 0, ""
        return
    core = re.search(r"\d[\d|!$OolI]*", "".join(_digit(c) or c for c in token))
    if core is None:
        yield None, _MAX_GAP + 1, ""
        return
    before, after = token[: core.start()], token[core.end() :]
    digits = "".join(_digit(c) or _SURE.get(c) or _LIKELY.get(c, "0") for c in core[0])
    if before:
        yield None, _MAX_GAP + 1, ""
    yield Group(digits, start + core.start(), start + core.end()), 0, before
    if after:
        yield None, _MAX_GAP + 1, ""


def _digit(char: str) -> str:
    """The decimal digit that a character is in any script or style, "" for every other."""
    if char.isascii():
        return char if char.isdigit() else ""
    value = unicodedata.digit(char, None)
    return "" if value is None else str(value)
