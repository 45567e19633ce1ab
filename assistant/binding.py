"""What a sentence of the model may say: plain glue between facts, each fact in its own place and of its own subject.

A sentence is words around placeholders. Words that state something by themselves (figures, negations, availability, an
attribute's name without its value, a hedge, a condition) are never glue: they exist only as placeholders, so their
polarity is the shop's. `check` judges a whole sentence, `hopeless` a beginning that can't become a good one any more.
Knows no model, no database and no stream.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.act.plan import Field, Plan
from assistant.glue import (
    AFTER,
    BAD_NEWS,
    BEFORE,
    BETWEEN_ITEMS,
    CHEER,
    CLAIMS,
    CUES,
    DETERMINERS,
    GLUE,
    LEADS,
    REGRET,
    UNNAMED_LIST,
)

_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'’-"
_TOKEN = re.compile(r"\{(\d+)\.([a-z_]+)\}|([A-Za-z]+(?:['’-][A-Za-z]+)*)|([,.!?;:])| ")


@dataclass(frozen=True)
class _Spot:
    """A placeholder in its sentence: the token's place, and the fact behind it."""

    at: int
    number: int
    name: str
    field: Field


@dataclass
class _Reading:
    """A sentence as tokens (lower-case words, marks, placeholders as written) with what was made of them."""

    tokens: list[str]
    spots: list[_Spot]
    plan: Plan
    whole: bool

    def before(self, at: int, back: int = 1) -> str:
        return self.tokens[at - back] if at >= back else ""

    def next_fact(self, at: int) -> _Spot | None:
        """The next placeholder behind `at` that is no product's name."""
        return next((s for s in self.spots if s.at > at and s.field.kind != "item"), None)


def check(sentence: str, plan: Plan) -> str | None:
    """Why `sentence` (with placeholders) may not be shown, or None when everything in it is bound."""
    reading = _read(sentence, plan, whole=True)
    return reading if isinstance(reading, str) else _problem(reading) or _sense(reading)


def hopeless(beginning: str, plan: Plan) -> str | None:
    """Why no sentence that begins so could ever be shown, or None. A word or placeholder half written is left out."""
    opened = beginning.rfind("{")
    half = opened if opened > beginning.rfind("}") else len(beginning.rstrip(_LETTERS))
    reading = _read(beginning[:half].strip(), plan, whole=False)
    return reading if isinstance(reading, str) else _problem(reading)


def _read(text: str, plan: Plan, *, whole: bool) -> _Reading | str:
    """The tokens of `text`, or what in it can be in no sentence."""
    reading = _Reading([], [], plan, whole)
    at = 0
    for match in _TOKEN.finditer(text):
        if match.start() != at:
            break
        at = match.end()
        if match[2]:
            found = plan.lookup(int(match[1]), match[2])
            if found is None or match[0] not in plan.placeholders():
                return "an unknown placeholder"
            if match[0] in reading.tokens:
                return f"says {match[0]} twice"
            reading.spots.append(_Spot(len(reading.tokens), int(match[1]), match[2], found))
        if match[0] != " ":
            reading.tokens.append(match[0] if match[2] else match[0].lower().replace("’", "'"))
    if at != len(text):
        return "a figure, brace or mark in its own words"
    if re.search(r"[^ ]\{|\}[A-Za-z]", text):
        return "a placeholder inside a word"
    last = max((at for at, token in enumerate(reading.tokens) if token not in ".!"), default=-1)
    if "?" in reading.tokens or {".", "!"} & set(reading.tokens[:last]):
        return "a question, or a stop in mid-sentence"
    return reading


def _problem(reading: _Reading) -> str | None:
    names, bound = _names(reading)
    return _words(reading, names) or _places(reading, bound) or _subjects(reading)


def _names(reading: _Reading) -> tuple[set[int], set[int]]:
    """Where the names of values stand in words ("a warranty of {1.warranty}"), and which placeholders have theirs."""
    names: set[int] = set()
    bound: set[int] = set()
    for spot in reading.spots:
        if spot.field.kind not in ("value", "list"):
            continue
        start = max((s.at + 1 for s in reading.spots if s.at < spot.at and s.field.kind != "item"), default=0)
        place = _name_place(reading.tokens, start, spot)
        if place:
            names |= place
            bound.add(spot.at)
    return names, bound


def _name_place(tokens: Sequence[str], start: int, spot: _Spot) -> set[int]:
    """Where the words of the spot's name stand: before it, or the last ones right behind ("warranty of 2 years")."""
    words = spot.name.split("_")
    for split in range(len(words), 0, -1):
        first, rest = words[:split], words[split:]
        if list(tokens[spot.at + 1 : spot.at + 1 + len(rest)]) != rest:
            continue
        for at in range(start, spot.at - split + 1):
            stands = [*tokens[at : at + split]]
            plural = [*first[:-1], f"{first[-1]}s"]
            adjacent = at + split == spot.at
            if (stands in (first, plural)) and (adjacent or (at and tokens[at - 1] in DETERMINERS)):
                return {*range(at, at + split), *range(spot.at + 1, spot.at + 1 + len(rest))}
    return set()


def _words(reading: _Reading, names: set[int]) -> str | None:
    """Only glue outside the placeholders, announcing words before what they announce."""
    tokens = reading.tokens
    spots = {s.at: s for s in reading.spots}
    pending = _name_words(reading.plan) if not reading.whole else frozenset()
    for at, word in enumerate(tokens):
        if at in spots or at in names or not word[0].isalpha():
            continue
        last = at == len(tokens) - 1 and not reading.whole
        if word not in GLUE:
            if word in pending:
                continue
            return f"unbound word “{word}”"
        if word in AFTER and reading.before(at) not in AFTER[word]:
            return f"“{word}” by itself"
        if word == "there" and at:
            return "“there” in mid-sentence"
        if word in ("was", "were") and not last and not (at + 1 in spots and spots[at + 1].name == "was"):
            return f"“{word}” without a former price"
        if problem := _announced(reading, at, word, last=last):
            return problem
    return None


def _announced(reading: _Reading, at: int, word: str, *, last: bool) -> str | None:
    """Whether what an announcing word promises comes next."""
    if word in LEADS:
        following = reading.next_fact(at)
        if following is None and not reading.whole:
            return None
        if following is None or following.field.kind not in LEADS[word]:
            return f"“{word}” without its fact"
    if word in ("rated", "weigh", "weighs", "made", "called", "named") and not last:
        behind = at + (2 if word == "made" else 1)
        if behind >= len(reading.tokens) and not reading.whole:
            return None
        spot = next((s for s in reading.spots if s.at == behind), None)
        if spot is None or not _is_told_by(reading, word, spot):
            return f"“{word}” without its fact"
    return None


def _is_told_by(reading: _Reading, word: str, spot: _Spot) -> bool:
    """Whether an announcing word fits the fact right behind it: "made of" a material, "called" an item."""
    if word in ("called", "named"):
        return spot.field.kind == "item"
    cue = f"made {reading.before(spot.at)}" if word == "made" else word
    return spot.field.kind == "value" and bool(CUES.get(cue, frozenset()) & set(spot.name.split("_")))


def _name_words(plan: Plan) -> frozenset[str]:
    """Every word that may yet turn out to be the name of a value."""
    fields = [(name, f) for fact in plan.facts for name, f in fact.fields.items() if f.kind in ("value", "list")]
    words = {word for name, _ in fields for word in name.split("_")}
    return frozenset(words | {f"{word}s" for word in words})


def _places(reading: _Reading, bound: set[int]) -> str | None:
    """Each kind of fact behind a word that such a fact can follow; yes and no only at the beginning."""
    for spot in reading.spots:
        key, kind, before = reading.tokens[spot.at], spot.field.kind, reading.before(spot.at)
        if kind in ("yes", "no"):
            behind = reading.tokens[spot.at + 1 : spot.at + 2]
            if spot.at or (behind and behind[0] not in (",", ".", "!")) or (reading.whole and not behind):
                return f"{key} in mid-sentence"
        elif _codes_own(spot):
            return f"{key} is for code to say"
        elif spot.at == 0:
            if kind not in ("item", "name", "quote"):
                return f"begins with {key}"
        elif kind == "item" and before == ",":
            continue
        elif not _follows(reading, spot, before, bound):
            return f"{key} after “{before}”"
    return None


def _codes_own(spot: _Spot) -> bool:
    """What the shop doesn't have, differences, whole predicates: true only in the sentence that code made for them."""
    if spot.field.kind == "price":
        return spot.name not in ("price", "was")
    if spot.field.kind == "name":
        return spot.name != "rank"
    return spot.field.kind == "value" and re.sub("(_also)+$", "", spot.name) in ("asked", "statement")


def _follows(reading: _Reading, spot: _Spot, before: str, bound: set[int]) -> bool:
    """Whether the word before a fact is one that it can follow, and, for a value, says which value it is."""
    kind = spot.field.kind
    if spot.name == "was" and kind == "price":
        return before in ("was", "were")
    if kind == "price" and spot.field.text.startswith("for "):
        return before in ("for", "at")
    if before not in BEFORE.get(kind, frozenset()):
        return False
    if kind == "list":
        return before in UNNAMED_LIST or spot.at in bound
    if kind == "value":
        cue = f"{reading.before(spot.at, 2)} {before}"
        named = set(spot.name.split("_"))
        return spot.at in bound or _tail(reading, spot) or bool(named & (CUES.get(cue) or CUES.get(before) or set()))
    return True


def _tail(reading: _Reading, spot: _Spot) -> bool:
    """In a beginning: whether the rest of the value's name may still follow ("a warranty of {1.warranty_years}")."""
    if reading.whole or spot.at + 1 < len(reading.tokens):
        return False
    return spot.name.split("_")[0] in reading.tokens[: spot.at]


def _subjects(reading: _Reading) -> str | None:
    """Every field is said of its own product: the one named last before it, at the beginning the first one named."""
    facts = reading.plan.facts
    if len([f for f in facts if "item" in f.fields]) < 2:
        return None
    first = next((s.number for s in reading.spots if s.field.kind == "item"), None)
    subject, told, shared = first, False, False
    previous = -1
    for spot in reading.spots:
        if spot.field.kind == "item":
            between = {t for t in reading.tokens[previous + 1 : spot.at] if t[0].isalpha()}
            if spot.number != subject:
                if not between <= BETWEEN_ITEMS:
                    return "one product said to be of another"
                shared = shared or not told
                subject, told = spot.number, False
        elif "item" in facts[spot.number - 1].fields:
            if subject is None and not reading.whole:
                return None
            if spot.number != subject:
                return f"{reading.tokens[spot.at]} said of another product"
            if shared:
                return f"{reading.tokens[spot.at]} said of several products"
            told = True
        previous = spot.at
    return None


def _sense(reading: _Reading) -> str | None:
    """What only a whole sentence shows: that it says something, in a fitting mood, and hides no bad news."""
    if not reading.spots:
        return "states nothing"
    kinds = {s.field.kind for s in reading.spots}
    words = set(reading.tokens)
    if words & REGRET and not kinds & BAD_NEWS:
        return "regret without bad news"
    if words & CHEER and kinds & BAD_NEWS:
        return "cheer with bad news"
    if words & CLAIMS:
        for number in {s.number for s in reading.spots}:
            fields = reading.plan.facts[number - 1].fields
            telling = {n for n, f in fields.items() if f.kind in ("sold_out", "stock")}
            telling = telling or {n for n, f in fields.items() if f.kind == "no"}
            if telling and not telling & {s.name for s in reading.spots if s.number == number}:
                return "a product offered without its bad news"
    return None
