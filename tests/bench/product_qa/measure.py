"""Whether an answer is faithful to its evidence and says what a person said from it. Words only; no model.

Faithful: it has text, each of its content words and figures stands in the evidence or in the question (by its stem),
and it denies what the clause of the evidence that is nearest to it, or the person, denies, and nothing else. Complete:
of the content words that the person's answer took from the evidence at least half are in it, and all of the person's
figures that the evidence has, with the words behind them (units). Number words count as figures.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|\d+(?:[.,]\d+)*")
_EMPTY = frozenset(
    """a an the this that these those it its it's is are was were be been being am do does did has have had will would
    can could may might shall should must of in on at to for from by with and or but if as so than then there here
    what which who how when where why you your yours we our us i my me they them their he she his her product item
    one also just very yes please about any some all sure thanks thank hi hello customer our catalogue says say said
    according described description specified listed following note notes answer question sentence based provided
    shows show indicates indicate given weighs weigh measures measure holds hold provided provides actually
    information found evidence include includes included comes come made use used get gets feature features""".split()
)
_NOT = frozenset("no not never none nor neither without cannot".split())
_CLAUSE = re.compile(r"[.;,!?]\s+|\s+but\s+")
_LEAST = 0.5
_NUMBERS = {w: str(n) for n, w in enumerate(
    "zero one two three four five six seven eight nine ten eleven twelve".split()
)}  # fmt: skip
_SAME = ((re.compile(r'(?<=\d)\s*(?:"|”|″|in\b)'), " inches "), (re.compile(r"(?<=\d)\s*(?:'|ft\b|foot\b)"), " feet "),
         (re.compile(r"(?<=\d),(?=\d{3}\b)"), ""), (re.compile(r"[’']s\b"), ""))  # fmt: skip
_UNREADABLE = re.compile(r"[{}\[\]]")


@dataclass(frozen=True)
class Verdict:
    """Both halves of the judgement, and the words that decided the first."""

    faithful: bool
    complete: bool
    foreign: tuple[str, ...]

    @property
    def good(self) -> bool:
        return self.faithful and self.complete


def judge(answer: str, evidence: str, question: str, human: str) -> Verdict:
    """The verdict on an answer, beside what a person answered from the same evidence."""
    said, known, asked, wanted = (_words(t) for t in (answer, evidence, question, human))
    stems = {_stem(w) for w in known}
    foreign = tuple(w for w in said if _is_content(w) and not _stands(w, stems | _stems_of(asked, figures=False)))
    mine = {_stem(w) for w in said}
    denies = _denied(said) != _denied(_nearest(evidence, mine)) and _denied(said) != _denied(wanted)
    took = [w for w in dict.fromkeys(wanted) if _is_content(w) and _stem(w) in stems]
    found = [w for w in took if _stem(w) in mine]
    measured = [w for before, w in itertools.pairwise(["", *wanted]) if w[0].isdigit() or before[:1].isdigit()]
    complete = len(found) >= _LEAST * len(took) and all(_stem(w) in mine for w in measured if w in took)
    readable = bool(said) and not _UNREADABLE.search(answer)
    return Verdict(readable and not foreign and not denies, bool(said) and complete, foreign)


def _denied(words: list[str]) -> bool:
    return any(w in _NOT or w.endswith("n't") for w in words)


def _nearest(evidence: str, stems: set[str]) -> list[str]:
    """The clause of the evidence that shares the most content words with an answer."""
    clauses = [_words(clause) for clause in _CLAUSE.split(evidence)]
    return max(clauses, key=lambda c: len({_stem(w) for w in c if _is_content(w)} & stems))


def _words(text: str) -> list[str]:
    text = text.lower()
    for pattern, instead in _SAME:
        text = pattern.sub(instead, text)
    return [_NUMBERS.get(w, w) for w in _WORD.findall(text.replace("’", "'"))]


def _is_content(word: str) -> bool:
    return word not in _EMPTY and word not in _NOT and (len(word) > 1 or word.isdigit())


def _stems_of(words: list[str], *, figures: bool) -> set[str]:
    return {_stem(w) for w in words if figures or not w[0].isdigit()}


def _stands(word: str, stems: set[str]) -> bool:
    return _stem(word) in stems


def _stem(word: str) -> str:
    """The word without a common ending; a figure without an empty fraction."""
    if word[0].isdigit():
        return re.sub(r"[.,]0+$", "", word)
    for ending in ("ings", "ing", "edly", "ied", "ies", "ed", "es", "ly", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word
