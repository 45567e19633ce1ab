"""Whether a sentence that a model wrote, before anybody checked it, states something that the notes don't.

A ruler of its own beside the phrasebook, so that "refused" and "wrong" are two figures: a clumsy sentence is refused
without being wrong. Counted as wrong are a fact said of another product than its own, a word of negation, quantity,
availability, price, promise or comparison that no note about the same facts has, and a note's negation left out. Words
only; no model.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.act.plan import PLACEHOLDER, Plan

_CLAIMS = frozenset(
    """not no never none nothing neither nor without cannot only just almost about around approximately over under up
    free discount discounted cheap cheaper cheapest expensive sale offer deal promotion bargain reduced off
    available unavailable stock sold out soon back today tomorrow week days delivery ship shipping shipped
    more less fewer most least many several few one two three four five ten dozen hundred all every each both
    best better worse worst good great excellent popular perfect high quality new latest original
    guarantee guaranteed warranty return refund always if when until unless maybe probably should might
    before after previously former now also too another other different twice double half triple""".split()
)
_NEGATIONS = frozenset({"not", "no", "never", "nothing", "none", "neither", "nor", "without"})
_WORD = re.compile(r"[a-z]+(?:n't)?")
_HARMLESS = frozenset({"just", "now", "one", "also", "too", "about", "if", "offer", "good", "great", "perfect"})


def _words(text: str) -> set[str]:
    plain = PLACEHOLDER.sub(" ", text.lower().replace("’", "'"))
    plain = re.sub(
        r"\bsold (?=in\b)", "", plain
    )  # "is sold in these sizes" offers; that it sold, or is sold out, is a claim
    plain = re.sub(r"\b[a-z]+n't\b|\bcannot\b", " not ", plain)
    return set(_WORD.findall(plain))


def _steps(sentence: str) -> str:
    """The sentence without a "before" that puts one step before another: "first I need X" says it too. A price that was
    something else before stays a claim."""
    return re.sub(r"\bbefore (?=(?:i|we|you|they)\b)", "", sentence, flags=re.IGNORECASE)


def wrong(sentence: str, notes: str, plan: Plan) -> str | None:
    """What the sentence states beyond the notes, or None. Both hold placeholders."""
    misplaced = _misplaced(sentence, plan)
    if misplaced:
        return misplaced
    each = re.split(r"(?<=[.!?])\s+", notes)
    told_of = _told_of(sentence, each)
    added = (_words(_steps(sentence) if "first" in told_of else sentence) & _CLAIMS) - told_of - _HARMLESS
    for clause in _clauses(sentence, plan):
        added |= (_words(clause) & _NEGATIONS) - _told_of(clause, each)
    if added:
        return f"adds {', '.join(sorted(added))}"
    keys = _keys(sentence)
    for note in each:
        if _keys(note) and _keys(note) <= keys and _words(note) & _NEGATIONS and not _words(sentence) & _NEGATIONS:
            return "leaves a negation out"
    return None


def _misplaced(sentence: str, plan: Plan) -> str | None:
    """The first placeholder that is no fact, or is said of another product than its own: the one named last before it,
    or the only one that the sentence names. A quotation in front stands for itself."""
    named = {int(m[1]) for m in PLACEHOLDER.finditer(sentence) if _is_item(m, plan)}
    only = named.pop() if len(named) == 1 else None
    subject: int | None = None
    for match in PLACEHOLDER.finditer(sentence):
        number, found = int(match[1]), plan.lookup(int(match[1]), match[2])
        if found is None:
            return f"{match[0]} is no fact"
        if found.kind == "item":
            subject = number
            continue
        whose = subject or (None if found.kind == "quote" else only)
        if whose not in (None, number) and "item" in plan.facts[number - 1].fields:
            return f"{match[0]} said of another product"
    return None


def _is_item(match: re.Match[str], plan: Plan) -> bool:
    found = plan.lookup(int(match[1]), match[2])
    return found is not None and found.kind == "item"


def _keys(text: str) -> set[str]:
    return {m[0] for m in PLACEHOLDER.finditer(text)}


def _told_of(said: str, notes: Sequence[str]) -> set[str]:
    """The words of the notes about the same facts, and of those about none; of all when no note shares a fact."""
    keys = _keys(said)
    if not any(keys & _keys(note) for note in notes):
        return _words(" ".join(notes))
    return _words(" ".join(note for note in notes if not _keys(note) or keys & _keys(note)))


def _clauses(sentence: str, plan: Plan) -> list[str]:
    """The parts of a sentence that name a product of their own: "the one is, and the other isn't" denies the other."""
    parts = re.split(r"[,;:]\s|\b(?:and|but|while|whereas|though)\b", sentence)
    return [part for part in parts if any(_is_item(m, plan) for m in PLACEHOLDER.finditer(part))]
