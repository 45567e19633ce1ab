"""Words the notes of an answer as the model is to learn it: each note in another way of the phrasebook's.

How the customer writes decides which ways are taken. Every reply is judged as the runtime would judge it, so that
nothing is taught that wouldn't be let through. Knows no shop and no torch.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from assistant.act.plan import Plan
from assistant.verify import agree
from assistant.wording.notes import Note
from assistant.wording.rewording import Rewording
from assistant.wording.ways import fits, is_bare_quote, lines

_AS_WRITTEN = 0.06
_OPENERS = {
    "": ("Sure", "Of course", "Certainly", "Happy to help", "Thanks for asking"),
    "c": ("Sure", "Okay", "Yep", "Hey", "Alright"),
    "f": ("Certainly", "Of course", "Thanks for asking"),
}


def word(found: Sequence[Note], plan: Plan, register: str, rng: random.Random, *, opener: bool = True) -> str | None:
    """A reply that says the worded ones of these notes to a customer of this register; None when none is worded.

    `opener` False: never begun with a "Sure" or the like, for where code has spoken to the customer's mood already.
    """
    sentences: list[str] = []
    for note in found:
        if not note.entries:
            continue
        sentence = _one(note, plan, register, rng)
        if is_bare_quote(note.text) and sentences and rng.random() < 0.8:
            sentence = note.text
        if opener and not sentences and not note.bad_news and rng.random() < 0.1 and "{" not in sentence[:2]:
            first = rng.choice(_OPENERS[register])
            sentence = f"{first}{rng.choice((': ', ', ', '! '))}{sentence}"
            if not first.endswith("!"):
                sentence = re.sub(r"(, |: )([A-Z])", lambda m: m[1] + m[2].lower(), sentence, count=1)
        sentences.append(sentence)
    reply = " ".join(sentences)
    return reply if sentences and _passes(reply, plan, found) else None


def _one(note: Note, plan: Plan, register: str, rng: random.Random) -> str:
    """One note in another way, in its product's number."""
    if rng.random() < _AS_WRITTEN:
        return note.text
    every = list(lines(note))
    own = [pair for pair in every if pair[0].register == register] if register else []
    plain = [pair for pair in every if not pair[0].register]
    chosen = own if own and rng.random() < 0.65 else plain or every
    for _ in range(8):
        line, spoken = rng.choice(chosen)
        sentence = line.pattern.make(spoken, rng)
        if fits(sentence, plan):
            return agree(sentence, plan)
    return note.text


def _passes(reply: str, plan: Plan, found: Sequence[Note]) -> bool:
    """Whether the runtime would show every sentence of it."""
    judge = Rewording(plan, found)
    for _ in judge.begin():
        pass
    for _ in (*judge.feed(reply), *judge.end()):
        pass
    return not judge.refused and judge.failed is None
