"""A message as its writer put it right in the same breath: "a toaster, no, a kettle" asks for a kettle.

    corrected("i want a laptop. no wait, a tablet")       "i want a tablet"
    corrected("two of them... actually make that three")  "3 of them"

What stands before the correction is replaced by what stands behind it: a thing by a thing, a number by a number, a
value by a value. Knows English and no shop.
"""

from __future__ import annotations

import re

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
_THINGS = [
    re.compile(
        rf"^(?P<lead>.*\b)?{article} (?:[\w'-]+ ){{0,4}}?[\w'-]+{_TURN}(?P<new>{article} [\w'-]+.*)$", re.I | re.S
    )
    for article in _SAME.values()
]
_NUMBER = re.compile(
    rf"\b(?P<old>\d{{1,3}})\b(?P<what>[^?!]{{0,40}}?){_TURN}(?P<new>\d{{1,3}})(?P<of> of (?:them|those|these)| [a-z]+)?"
    r"(?=\W|$)",
    re.I,
)
_VALUE = re.compile(
    rf"\b(?P<before>(?:in|size|colou?r|the) (?:an? )?)(?P<old>[\w-]+){_TURN}(?:(?:in|size|the) (?:an? )?)?"
    r"(?P<new>(?!(?:it|that|this|they|is|are|do|does|can|could|i|you|not|no|thanks?|problem|rush|hurry|worries|idea|a|an|"
    r"the|any|some|how|what|which|when|where|why|my|your|if|but|and)\b)[\w-]+)(?= one\b|\W|$)",
    re.I,
)


def corrected(text: str) -> str:
    """The message with what was put right in it; as it is where nothing was. Numbers are figures."""
    if match := _NUMBER.search(text):
        again = (match["of"] or "").strip()
        if not again or again.startswith("of ") or again in match["what"].split():
            return f"{text[: match.start()]}{match['new']}{match['what'].rstrip(' .,;')}{text[match.end() :]}"
    for things in _THINGS:
        if match := things.match(text):
            new = re.sub(r"[\s,]*\b(?:sorry|i mean(?:t)?)\b(?=\W*$)", "", match["new"], flags=re.I)
            return f"{match['lead'] or ''}{new}"
    if match := _VALUE.search(text):
        return f"{text[: match.start()]}{match['before']}{match['new']}{text[match.end() :]}"
    return text
