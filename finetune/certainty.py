"""How sure a share of own words is, and a gain on the same answers: standard errors by whole answers.

The notes of an answer stand or fall together, so an answer counts as one draw, not each of its notes. One answer that
passes and one that doesn't are added (Agresti and Caffo), or what happened to pass throughout would seem certain.
Knows no limit.
"""

from __future__ import annotations

from collections.abc import Sequence

Words = tuple[int, int]
"""Of an answer's notes: how many are worded right the first time, and how many there are."""


def share(words: Sequence[Words]) -> float:
    """The share of all notes that are worded right the first time."""
    return sum(own for own, _ in words) / max(1, sum(num for _, num in words))


def error(words: Sequence[Words]) -> float:
    """The standard error of `share`."""
    return _spread(_pulls(_with_two(words, (0.0, 1.0))))


def gain(new: Sequence[Words], old: Sequence[Words]) -> dict[str, float]:
    """What `new` has more than `old` on the same answers, in the same order, and its standard error. Paired: what is
    hard for both says nothing about either."""
    pulls = zip(_pulls(_with_two(new, (0.0, 1.0))), _pulls(_with_two(old, (1.0, 0.0))), strict=True)
    return {
        "gain": round(share(new) - share(old), 4),
        "standard_error": round(_spread([here - there for here, there in pulls]), 4),
    }


def _with_two(words: Sequence[Words], passing: Sequence[float]) -> list[tuple[float, float]]:
    """With two answers of usual size more, of which so much passes."""
    usual = max(1, sum(num for _, num in words)) / max(1, len(words))
    return [*words, *((each * usual, usual) for each in passing)]


def _pulls(words: Sequence[tuple[float, float]]) -> list[float]:
    """How far each answer pulls the share away from where it is."""
    total = sum(num for _, num in words)
    mean = sum(own for own, _ in words) / total
    return [(own - mean * num) / total for own, num in words]


def _spread(pulls: Sequence[float]) -> float:
    return float((len(pulls) / (len(pulls) - 1) * sum(pull**2 for pull in pulls)) ** 0.5)
