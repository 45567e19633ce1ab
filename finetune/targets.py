"""Words the notes of an answer as the model is to learn it: each note in another way of the phrasebook's.

How the customer writes decides which ways are taken. Every reply is judged as the runtime would judge it, so that
nothing is taught that wouldn't be let through. Knows no shop and no torch.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from assistant.act.plan import PLACEHOLDER, Plan
from assistant.verify import agree
from assistant.wording.notes import Note
from assistant.wording.phrasebook import Line
from assistant.wording.rewording import Rewording

_AS_WRITTEN = 0.06
_OPENERS = {
    "": ("Sure", "Of course", "Certainly", "Happy to help", "Thanks for asking"),
    "c": ("Sure", "Okay", "Yep", "Hey", "Alright"),
    "f": ("Certainly", "Of course", "Thanks for asking"),
}
_SPAN_AFTER = re.compile(r"(?:to|at|than|of|up) (?=\{)|(?:That's|You're|priced|in at) (?=\{)")
_BARE_QUOTE = re.compile(r"\{\d+\.[a-z_]+\}")


def word(found: Sequence[Note], plan: Plan, register: str, rng: random.Random) -> str | None:
    """A reply that says the worded ones of these notes to a customer of this register; None when none is worded."""
    sentences: list[str] = []
    for note in found:
        if not note.entries:
            continue
        sentence = _one(note, plan, register, rng)
        if _BARE_QUOTE.fullmatch(note.text) and sentences and rng.random() < 0.8:
            sentence = note.text
        if not sentences and not note.bad_news and rng.random() < 0.1 and "{" not in sentence[:2]:
            opener = rng.choice(_OPENERS[register])
            sentence = f"{opener}{rng.choice((': ', ', ', '! '))}{sentence}"
            if not opener.endswith("!"):
                sentence = re.sub(r"(, |: )([A-Z])", lambda m: m[1] + m[2].lower(), sentence, count=1)
        sentences.append(sentence)
    reply = " ".join(sentences)
    return reply if sentences and _passes(reply, plan, found) else None


def _one(note: Note, plan: Plan, register: str, rng: random.Random) -> str:
    """One note in another way, in its product's number."""
    if rng.random() < _AS_WRITTEN:
        return note.text
    entry, bound = rng.choice(note.entries)
    own = [line for line in entry.lines if line.register == register] if register else []
    plain = [line for line in entry.lines if not line.register]
    lines: Sequence[Line] = own if own and rng.random() < 0.65 else plain or entry.lines
    for _ in range(8):
        sentence = rng.choice(lines).pattern.make(_spoken(bound, note.text), rng)
        if not _awkward(sentence, plan):
            return agree(sentence, plan)
    return note.text


def _awkward(sentence: str, plan: Plan) -> bool:
    """ "comes to from 5 to 9 euros": a span of prices behind a word that wants a single one."""
    for match in PLACEHOLDER.finditer(sentence):
        found = plan.lookup(int(match[1]), match[2])
        spans = found is not None and found.kind == "price" and found.text.startswith(("from ", "for "))
        if spans and _SPAN_AFTER.search(sentence[: match.start()] + "{"):
            return True
    return False


def _spoken(bound: dict[str, str], text: str) -> dict[str, str]:
    """The slots' values as they are written: placeholders without their kinds, words and lists as in the note."""
    spoken = {}
    for name, value in bound.items():
        plain = re.sub(r"\{[a-z_]+:", "{", value)
        if PLACEHOLDER.fullmatch(plain):
            spoken[name] = plain
            continue
        words = [re.escape(token) for token in plain.split()]
        found = re.search(r"[\s,]*".join(words), text, re.IGNORECASE)
        spoken[name] = found[0] if found else plain
    return spoken


def _passes(reply: str, plan: Plan, found: Sequence[Note]) -> bool:
    """Whether the runtime would show every sentence of it."""
    judge = Rewording(plan, found)
    for _ in judge.begin():
        pass
    for _ in (*judge.feed(reply), *judge.end()):
        pass
    return not judge.refused and judge.failed is None
