"""Lets a sentence of the model reach the customer only when everything in it is bound to a fact.

A sentence is the model's own words around placeholders; binding.py says what it may be. What doesn't pass is not shown,
and ends the model's part at the first word that can't be mended: code's own sentences from the same plan say what is
still missing. Knows no model and no database.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from assistant.act.plan import PLACEHOLDER, Fact, Plan, render
from assistant.binding import check, hopeless
from assistant.types import Receipt

__all__ = ["Released", "Verifier", "agree", "check"]

_SENTENCE_END = re.compile(r"[.!?]+[\"')]*(?=\s|$)")
_ANSWER = re.compile(r"\{\d+\.(?:yes|no)\}")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_MAX_OWN_SENTENCES = 4


@dataclass(frozen=True)
class Released:
    """A sentence for the customer. `own` tells the model's words from code's."""

    text: str
    receipts: tuple[Receipt, ...]
    own: bool


@dataclass
class Verifier:
    """Takes the model's text as it comes and releases the sentences that pass. One per answer; mutable.

    `covered` are the placeholders that the model's own sentences have stated.
    The first sentence that can't pass ends the model's part: `failed` says why, `rest` says what is still missing.
    """

    plan: Plan
    covered: set[str] = field(default_factory=set)
    failed: str | None = None
    num_own: int = 0
    num_code: int = 0
    _buffer: str = ""
    _said: list[str] = field(default_factory=list)
    _num_again: int = 0

    def begin(self) -> Iterator[Released]:
        """What code says before the model's first word: nothing."""
        return iter(())

    def feed(self, text: str) -> Iterator[Released]:
        """Add a piece of the model's text; yields the sentences that it completes."""
        self._buffer += text
        while self.failed is None and (end := _SENTENCE_END.search(self._buffer)):
            if end.end() == len(self._buffer) and not self._buffer.endswith((". ", "! ", "? ")):
                break
            sentence, self._buffer = self._buffer[: end.end()], self._buffer[end.end() :]
            yield from self._take(sentence.strip())
        if self.failed is None and self._buffer.strip():
            self.failed = hopeless(self._buffer, self.plan)

    def end(self) -> Iterator[Released]:
        """The model has ended: judge what is left if it is a sentence."""
        left = self._buffer.strip()
        self._buffer = ""
        if left and self.failed is None:
            if left[-1] in ".!?":
                yield from self._take(left)
            else:
                self.failed = "unfinished sentence"

    def restart(self) -> None:
        """The engine begins the answer again: what was not released is void; what was, is not said twice."""
        self._buffer = ""
        self._num_again = len(self._said)

    def rest(self) -> Iterator[Released]:
        """Code's sentences for everything that the answer needs and doesn't have yet, then the closing ones."""
        for sentence in self.plan.core:
            keys = {m[0] for m in PLACEHOLDER.finditer(sentence) if m[2] != "item"}
            told = (keys & set(self.plan.needs)) or keys
            if not (told and told <= self.covered):
                yield self._code(self._without_answer(sentence))
        for sentence in dict.fromkeys(self.plan.closing):
            yield self._code(sentence)

    def _without_answer(self, sentence: str) -> str:
        """Code's sentence without its "Yes, " or "No, " where the model has said that already."""
        answer = _ANSWER.match(sentence)
        return sentence[answer.end() :].lstrip(", ") if answer and answer[0] in self.covered else sentence

    def _code(self, sentence: str) -> Released:
        self.num_code += 1
        text, receipts = render(sentence, self.plan)
        return Released(text, tuple(receipts), own=False)

    def _take(self, sentence: str) -> Iterator[Released]:
        if self._num_again and sentence in self._said:
            self._num_again -= 1
            return
        keys = {m[0] for m in PLACEHOLDER.finditer(sentence)}
        if self.num_own and keys <= self.covered:
            self.failed = "says nothing new"
            return
        problem = check(sentence, self.plan)
        if problem is not None:
            self.failed = problem
            return
        self.covered |= keys
        self._said.append(sentence)
        self.num_own += 1
        if self.num_own >= _MAX_OWN_SENTENCES:
            self.failed = "long enough"
        text, receipts = render(agree(sentence, self.plan), self.plan)
        yield Released(text, tuple(receipts), own=True)


_PLURAL = {"is": "are", "costs": "cost", "comes": "come", "has": "have", "was": "were", "weighs": "weigh", "it": "they",
           "it's": "they're", "its": "their", "goes": "go", "sells": "sell"}  # fmt: skip
_SINGULAR = {
    "are": "is",
    "cost": "costs",
    "come": "comes",
    "have": "has",
    "were": "was",
    "weigh": "weighs",
    "go": "goes",
    "sell": "sells",
}
_DOUBLE_FOR = re.compile(r"\b(?:for|at|of|to) (\{(\d+)\.price\})")


def agree(sentence: str, plan: Plan) -> str:
    """The sentence with verbs and pronouns in its one product's number ("Hiking Boots are"), and no "for for €5"."""
    sentence = _DOUBLE_FOR.sub(lambda m: m[1] if _has_for(plan, int(m[2])) else m[0], sentence)
    numbers = {int(m[1]) for m in PLACEHOLDER.finditer(sentence)}
    facts: list[Fact] = [plan.facts[n - 1] for n in numbers if 1 <= n <= len(plan.facts)]
    if len(facts) == 1 and not facts[0].plural:
        return re.sub(r"(?<=\.item\} )(\w+)", lambda m: _SINGULAR.get(m[0], m[0]), sentence)
    if not facts or not all(f.plural for f in facts):
        return sentence

    def plural(match: re.Match[str]) -> str:
        word = _PLURAL.get(match[0].lower())
        return match[0] if word is None else (word.capitalize() if match[0][0].isupper() else word)

    parts = re.split(r"(\{[^}]*\}|\b(?:price|rating)\b.*? (?:is|was)\b)", sentence)
    return "".join(part if i % 2 else _WORD.sub(plural, part) for i, part in enumerate(parts))


def _has_for(plan: Plan, number: int) -> bool:
    found = plan.lookup(number, "price")
    return found is not None and found.text.startswith(("for ", "from "))
