"""Whether a sentence that a model wrote, before anybody checked it, states something that the notes don't.

A ruler of its own beside the phrasebook, so that "refused" and "wrong" are two figures: a clumsy sentence is refused
without being wrong. Counted as wrong are a fact said of another product than its own, a word of negation, quantity,
availability, price, promise or comparison that is in no note, and a note's negation left out. Words only; no model.
"""

from __future__ import annotations

import re

from assistant.act.plan import PLACEHOLDER, Plan

_CLAIMS = frozenset(
    """not no never none nothing neither nor without cannot only just almost about around approximately over under up
    free discount discounted cheap cheaper cheapest expensive sale offer deal promotion bargain reduced off
    available unavailable stock sold out soon back today tomorrow week days delivery ship shipping shipped
    more less fewer most least many several few one two three four five ten dozen hundred all every each both
    best better worse worst good great excellent popular perfect high quality new latest original
    guarantee guaranteed warranty return refund always if when until unless maybe probably should might
    before after previously former now also too another other different""".split()
)
_NEGATIONS = frozenset({"not", "no", "never", "nothing", "none", "neither", "nor", "without", "unfortunately"})
_WORD = re.compile(r"[a-z]+(?:n't)?")
_HARMLESS = frozenset({"just", "now", "one", "also", "too", "about", "if", "offer", "good", "great", "perfect"})


def _words(text: str) -> set[str]:
    plain = PLACEHOLDER.sub(" ", text.lower().replace("’", "'"))
    plain = re.sub(
        r"\bsold (?=in\b)", "", plain
    )  # "is sold in these sizes" offers; that it sold, or is sold out, is a claim
    plain = re.sub(r"(?:ca|do|does|is|are|wo|could|did|would)n't|cannot", " not ", plain)
    return set(_WORD.findall(plain))


def _steps(sentence: str) -> str:
    """The sentence without a "before" that puts one step before another: "first I need X" says it too. A price that was
    something else before stays a claim."""
    return re.sub(r"\bbefore (?=(?:i|we|you|they)\b)", "", sentence, flags=re.IGNORECASE)


def wrong(sentence: str, notes: str, plan: Plan) -> str | None:
    """What the sentence states beyond the notes, or None. Both hold placeholders."""
    subject: int | None = None
    for match in PLACEHOLDER.finditer(sentence):
        number = int(match[1])
        found = plan.lookup(number, match[2])
        if found is None:
            return f"{match[0]} is no fact"
        if found.kind == "item":
            subject = number
        elif subject is not None and subject != number and "item" in plan.facts[number - 1].fields:
            return f"{match[0]} said of another product"
    told_of = _words(notes)
    added = (_words(_steps(sentence) if "first" in told_of else sentence) & _CLAIMS) - told_of - _HARMLESS
    if added:
        return f"adds {', '.join(sorted(added))}"
    keys = {m[0] for m in PLACEHOLDER.finditer(sentence)}
    for note in re.split(r"(?<=[.!?])\s+", notes):
        told = {m[0] for m in PLACEHOLDER.finditer(note)}
        if told and told <= keys and (_words(note) & {"not", "never", "without"}) - _words(sentence):
            return "leaves a negation out"
    return None
