"""Lets a sentence of the model reach the customer only when everything in it is bound to a fact.

A sentence is the model's own words around placeholders. It passes when every word outside the placeholders is plain glue
(words that state nothing), every placeholder belongs to the subject it is said of, and each kind of fact stands where
such a fact can stand ("costs {1.price}", "is {1.in_stock}"). Negations, yes and no, availability and figures are never
glue: they exist only as placeholders, so their polarity is the shop's. What doesn't pass is not shown; code's own
sentences from the same plan say what is still missing. Knows no model and no database.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from assistant.act.plan import PLACEHOLDER, Fact, FieldKind, Plan, render
from assistant.language import fold
from assistant.types import Receipt

GLUE = frozenset(
    """a an the this that these those it they them its their we us our i me my you your yours and or so also too as at by
    for from in into of on to with within about is are be been am was were do does did have has had having can could may
    might will would shall should let lets let's i'm i'd i'll it's we're we've you're you'd they're here there's there
    where which who what when how please thanks thank welcome sure certainly course glad happy sorry hello hi nice well
    like want need know help ask tell say says see find look looking get take choose pick give offer sell comes come costs
    cost costing priced price prices called named made item items product products version versions one ones option
    options shop store range question questions further information details feel interested if while currently moment
    just still following rated rating unfortunately
    """.split()
)
"""Words that state nothing by themselves. No negation, no quantity, no availability, no praise, no promise is among them."""

_BEFORE: dict[FieldKind, frozenset[str]] = {
    "price": frozenset("cost costs costing for at is are price of be priced from was were and".split()),
    "in_stock": frozenset("is are it's they're be currently still and also".split()),
    "sold_out": frozenset("is are it's they're be currently sorry and unfortunately".split()),
    "stock": frozenset("have are is of has there currently".split()),
    "list": frozenset("in are from following of with options is these".split()),
    "value": frozenset("of is in with a an has have are by the from at for this rated it's following to".split()),
    "name": frozenset("the our and".split()),
    "item": frozenset(
        "the a an our of is are have this that and for by called or to your with from about like".split()
    ),
    "yes": frozenset(),
    "no": frozenset(),
    "quote": frozenset("says that is from".split()),
}
"""The words after which a fact of each kind can stand."""

_CUES: dict[str, tuple[FieldKind, ...]] = {
    "cost": ("price",), "costs": ("price",), "costing": ("price",), "price": ("price",), "priced": ("price",),
    "prices": ("price",), "rated": ("value",), "rating": ("value",), "made": ("value",), "come": ("list", "value"),
    "comes": ("list", "value"), "called": ("item",), "named": ("item",),
}  # fmt: skip
"""Words that announce a kind of fact: without one of it in the sentence they'd be about nothing."""

_REGRET = frozenset({"sorry", "unfortunately"})
_CHEER = frozenset({"glad", "happy", "sure", "certainly", "nice"})

_SENTENCE_END = re.compile(r"[.!?]+[\"')]*(?=\s|$)")
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
    The first sentence that doesn't pass ends the model's part: `failed` says why, and `rest` says what is still missing.
    """

    plan: Plan
    covered: set[str] = field(default_factory=set)
    failed: str | None = None
    num_own: int = 0
    num_code: int = 0
    _buffer: str = ""

    def feed(self, text: str) -> Iterator[Released]:
        """Add a piece of the model's text; yields the sentences that it completes."""
        self._buffer += text
        while self.failed is None and (end := _SENTENCE_END.search(self._buffer)):
            if end.end() == len(self._buffer) and not self._buffer.endswith((". ", "! ", "? ")):
                break
            sentence, self._buffer = self._buffer[: end.end()], self._buffer[end.end() :]
            yield from self._take(sentence.strip())

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

    def rest(self) -> Iterator[Released]:
        """Code's sentences for everything that the answer needs and doesn't have yet, then the closing ones."""
        for sentence in self.plan.core:
            keys = {m[0] for m in PLACEHOLDER.finditer(sentence) if m[2] != "item"}
            told = (keys & set(self.plan.needs)) or keys
            if not (told and told <= self.covered):
                yield self._code(sentence)
        for sentence in dict.fromkeys(self.plan.closing):
            yield self._code(sentence)

    def _code(self, sentence: str) -> Released:
        self.num_code += 1
        text, receipts = render(sentence, self.plan)
        return Released(text, tuple(receipts), own=False)

    def _take(self, sentence: str) -> Iterator[Released]:
        keys = {m[0] for m in PLACEHOLDER.finditer(sentence)}
        if self.num_own and keys <= self.covered:
            self.failed = "says nothing new"
            return
        problem = check(sentence, self.plan)
        if problem is not None:
            self.failed = problem
            return
        self.covered |= keys
        self.num_own += 1
        if self.num_own >= _MAX_OWN_SENTENCES:
            self.failed = "long enough"
        text, receipts = render(agree(sentence, self.plan), self.plan)
        yield Released(text, tuple(receipts), own=True)


def check(sentence: str, plan: Plan) -> str | None:
    """Why `sentence` (with placeholders) may not be shown, or None when everything in it is bound."""
    problem = _words(sentence, plan) or _subjects(sentence, plan) or _places(sentence, plan)
    if problem is None and not PLACEHOLDER.search(sentence):
        return "states nothing"
    return problem


def _words(sentence: str, plan: Plan) -> str | None:
    """Only glue outside the placeholders, and no announcing word without its kind of fact."""
    free = PLACEHOLDER.sub(" ", sentence)
    if re.search(r"[\d{}\[\]<>%$€£¥]", free):
        return "a figure or brace in its own words"
    used = [plan.lookup(int(m[1]), m[2]) for m in PLACEHOLDER.finditer(sentence)]
    if None in used:
        return "an unknown placeholder"
    kinds = {f.kind for f in used if f is not None}
    mood = set(_WORD.findall(fold(free)))
    if mood & _REGRET and not kinds & {"sold_out", "no"}:
        return "regret without bad news"
    if mood & _CHEER and kinds & {"sold_out", "no"}:
        return "cheer with bad news"
    names = {w for m in PLACEHOLDER.finditer(sentence) for w in m[2].split("_")}
    for word in _WORD.findall(fold(free)):
        if word in _CUES and not kinds.intersection(_CUES[word]):
            return f"“{word}” without its fact"
        if word == "made" and not names & {"material", "fabric", "origin", "country"}:
            return "“made” without a material"
        if word not in GLUE and word not in names:
            return f"unbound word “{word}”"
    return None


def _subjects(sentence: str, plan: Plan) -> str | None:
    """Every field is said of its own subject: the product named last before it (or next after it)."""
    if len({f.number for f in plan.facts if "item" in f.fields}) < 2:
        return None
    found = [(m.start(), int(m[1]), m[2]) for m in PLACEHOLDER.finditer(sentence)]
    named = [(at, number) for at, number, name in found if name == "item"]
    for at, number, name in found:
        if name == "item" or "item" not in plan.facts[number - 1].fields:
            continue
        before = [n for a, n in named if a < at]
        after = [n for a, n in named if a > at]
        subject = before[-1] if before else after[0] if after else None
        if subject != number:
            return f"{{{number}.{name}}} said of another product"
    return None


def _places(sentence: str, plan: Plan) -> str | None:
    """Each kind of fact after a word that such a fact can follow; yes and no only at the beginning."""
    for match in PLACEHOLDER.finditer(sentence):
        found = plan.lookup(int(match[1]), match[2])
        assert found is not None  # _words has seen to it
        before = sentence[: match.start()].rstrip()
        if found.kind in ("yes", "no"):
            if before:
                return "yes or no in mid-sentence"
            continue
        if not before:
            if found.kind not in ("item", "name", "quote"):
                return f"begins with {match[0]}"
            continue
        words = _WORD.findall(fold(before.rsplit("}", 1)[-1])) or ["}"]
        if words == ["}"] and before.endswith("}") or words[-1] not in _BEFORE[found.kind]:
            return f"{match[0]} after “{words[-1]}”"
    return None


_VERBS = {
    "is": "are",
    "costs": "cost",
    "comes": "come",
    "has": "have",
    "was": "were",
    "it": "they",
    "it's": "they're",
    "its": "their",
}


def agree(sentence: str, plan: Plan) -> str:
    """The sentence with verbs and pronouns in the plural where its one product is a plural ("Hiking Boots are")."""
    numbers = {int(m[1]) for m in PLACEHOLDER.finditer(sentence)}
    facts: list[Fact] = [plan.facts[n - 1] for n in numbers if 1 <= n <= len(plan.facts)]
    if not facts or not all(f.plural for f in facts):
        return sentence

    def plural(match: re.Match[str]) -> str:
        word = _VERBS.get(match[0].lower())
        return match[0] if word is None else (word.capitalize() if match[0][0].isupper() else word)

    parts = re.split(r"(\{[^}]*\})", sentence)
    return "".join(p if p.startswith("{") else _WORD.sub(plural, p) for p in parts)
