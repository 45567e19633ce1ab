"""A message as its writer put it right in the same breath: "a toaster, no, a kettle" asks for a kettle.

    corrected("i want a laptop. no wait, a tablet")       "i want a tablet"
    corrected("two of them... actually make that three")  "3 of them"

What stands before the correction is replaced by what stands behind it: a thing by a thing that is sold, a number by a
number, a value of an option by another of the same. "Sorry" and "actually" begin much else ("sorry, a question: ..."),
so anything else stays as it was written. Knows English; what the shop has is asked of `Words`.
"""

from __future__ import annotations

import re
from typing import Protocol

_NO = r"(?:no|nope|wait|sorry|actually|rather|i mean(?:t)?|scratch that|correction|er+m?|oops|hang on|hold on)"
_TAKES = r"(?:sorry|i mean(?:t)?|scratch that|correction|make (?:that|it)|oops)"
_MARKS = r"[\s,.;:–-]*"
_TURN = (
    rf"(?:\s*[,.;:–-]+\s*\b(?:no|actually|rather)\b\s*(?:[,.;:–-]\s*|(?<=y )|(?<=r ))"
    rf"(?:\b(?:{_NO}|{_TAKES})\b{_MARKS})*"
    rf"|{_MARKS}(?:\b{_NO}\b{_MARKS})*\b{_TAKES}\b{_MARKS}(?:\b(?:{_NO}|{_TAKES})\b{_MARKS})*"
    rf"|{_MARKS}\b(?:no|nope)\W+wait\b{_MARKS}|{_MARKS}\bwait\W+no\b{_MARKS})"
)
"""Takes back what stands before it: "no" between marks, or a word that does nothing else."""
_SAME = {"a": r"(?:an?|some|any)", "the": r"(?:the|your|that|this)"}
_PART = (
    r"(?!(?:is|are|was|were|be|am|do|does|did|has|have|had|can|could|will|would|shall|should|may|might|must|i|you|we|"
    r"they|he|she|it)\b)[\w'-]+"
)
"""A word of what names a thing: none that begins to tell something of it ("a friend did")."""
_BEHIND = (
    r"(?=\W*$|[.,;?!]| [-–]| (?:for|in|with|without|under|below|over|up|of|from|at|by|on|and|or|that|which|please|"
    r"sorry|instead|then|i mean)\b)"
)
_THINGS = [
    re.compile(
        rf"^(?P<lead>.*\b)?{article} (?:[\w'-]+ ){{0,4}}?[\w'-]+{_TURN}"
        rf"(?P<new>{article} (?P<thing>{_PART}(?: {_PART}){{0,3}}?){_BEHIND}.*)$",
        re.I | re.S,
    )
    for article in _SAME.values()
]
_FIGURE = r"\d{1,3}(?:\.\d+)?(?!\.?\d)"
_NUMBER = re.compile(
    rf"(?<![\w.,])(?P<old>{_FIGURE})\b(?P<what>[^?!]{{0,40}}?){_TURN}[£$€]?(?P<new>{_FIGURE})"
    r"(?P<of> of (?:them|those|these)| [a-z]+)?(?=\W|$)",
    re.I,
)
_CLAUSE_ENDS = re.compile(r"\W*(?:$|[.,;?!]|please\b)")
_VALUE = re.compile(
    rf"\b(?P<before>(?:in|size|colou?r|the) (?:an? )?)(?P<old>[\w-]+){_TURN}(?:(?:in|size|the) (?:an? )?)?"
    r"(?P<new>[\w-]+)(?= one\b|\W|$)",
    re.I,
)


class Words(Protocol):
    """What a shop says of words: a Vocabulary."""

    def sells(self, word: str) -> bool:
        """Whether a word stands in the name of something sold, or of its kind."""

    def of_one_option(self, first: str, second: str) -> bool:
        """Whether both are values of the same option: two colours, two sizes."""


def corrected(text: str, words: Words) -> str:
    """The message with what was put right in it; as it is where nothing was. Numbers are figures."""
    if (match := _NUMBER.search(text)) and _counts_the_same(match, text[match.end() :]):
        return f"{text[: match.start()]}{match['new']}{match['what'].rstrip(' .,;')}{text[match.end() :]}"
    for things in _THINGS:
        if (match := things.match(text)) and any(map(words.sells, match["thing"].lower().split())):
            new = re.sub(r"[\s,]*\b(?:sorry|i mean(?:t)?)\b(?=\W*$)", "", match["new"], flags=re.I)
            return f"{match['lead'] or ''}{new}"
    if (match := _VALUE.search(text)) and words.of_one_option(match["old"], match["new"]):
        return f"{text[: match.start()]}{match['before']}{match['new']}{text[match.end() :]}"
    return text


def _counts_the_same(match: re.Match[str], rest: str) -> bool:
    """Whether the second number stands alone or counts what the first does, and no more is told of it: "my 2 tents.
    actually 1 of them leaks"."""
    again = (match["of"] or "").strip()
    if again.startswith("of "):
        return _CLAUSE_ENDS.match(rest) is not None
    return not again or again in match["what"].split()
