"""What an answer has to say, as notes: code's own sentences, and which of them a model may word otherwise.

A note that the phrasebook doesn't know, or that has words that no model may write (a figure outside a placeholder), is
code's to say. Knows no model and no stream.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.act.plan import PLACEHOLDER, Plan
from assistant.engine.mask import is_plain
from assistant.wording.pattern import canonical
from assistant.wording.phrasebook import Entry, Phrasebook, default_phrasebook

_SENTENCES = re.compile(r"(?<=[.!?])[\"')”]*\s+(?=[A-Z“{])")
_MAX_WORDED, _MAX_PLACEHOLDERS = 5, 12
_BAD_NEWS = frozenset({"sold_out", "no"})


@dataclass(frozen=True)
class Note:
    """One sentence that the answer has to say. `entries` are the phrasebook's, with slots; empty: code says it."""

    text: str
    entries: tuple[tuple[Entry, dict[str, str]], ...]
    bad_news: bool


def typed(text: str, plan: Plan) -> str:
    """`text` with the kind of each placeholder's fact in it: "{1.price}" is "{price:1.price}". Unknown ones stay."""

    def kind(match: re.Match[str]) -> str:
        found = plan.lookup(int(match[1]), match[2])
        return match[0] if found is None else f"{{{found.kind}:{match[1]}.{match[2]}}}"

    return PLACEHOLDER.sub(kind, text)


def notes(plan: Plan, book: Phrasebook | None = None) -> list[Note]:
    """The notes of a plan, in the order in which they are to be said. A long answer is code's to say altogether."""
    book = book or default_phrasebook()
    texts = [s for line in (*plan.core, *dict.fromkeys(plan.closing)) for s in _SENTENCES.split(line) if s.strip()]
    found = [_note(text.strip(), plan, book) for text in texts]
    worded = [note for note in found if note.entries]
    num_placeholders = sum(len(PLACEHOLDER.findall(note.text)) for note in worded)
    if len(worded) > _MAX_WORDED or num_placeholders > _MAX_PLACEHOLDERS:
        return [Note(note.text, (), note.bad_news) for note in found]
    return found


def _note(text: str, plan: Plan, book: Phrasebook) -> Note:
    form = typed(text, plan)
    kinds = {found.kind for m in PLACEHOLDER.finditer(text) if (found := plan.lookup(int(m[1]), m[2]))}
    bad_news = bool(kinds & _BAD_NEWS) or "sorry" in text.lower()
    words = PLACEHOLDER.sub("x", text)
    entries = book.find(canonical(form)) if is_plain(words) else []
    return Note(text, tuple(entries), bad_news)


def as_prompt(found: Sequence[Note]) -> str:
    """The notes that a model is to word, as it gets to see them."""
    return " ".join(note.text for note in found if note.entries)


def allowed(found: Sequence[Note]) -> tuple[str, ...]:
    """The placeholders that a model may write."""
    return tuple(dict.fromkeys(m[0] for note in found if note.entries for m in PLACEHOLDER.finditer(note.text)))
