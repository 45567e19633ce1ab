"""Every way in which a note may be said: the phrasebook's lines with the note's facts, in their product's number.

Given to the engine, they keep a model to sentences that are true whichever it takes; a model in training learns from
them. Knows no model and no stream.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping

from assistant.act.plan import PLACEHOLDER, Plan
from assistant.verify import agree
from assistant.wording.notes import Note
from assistant.wording.phrasebook import Line

_SPAN_AFTER = re.compile(r"(?:to|at|than|of|up|in|pay|for) (?=\{)|(?:That's|You're|priced|in at|by) (?=\{)")
_BARE_QUOTE = re.compile(r"\{\d+\.[a-z_]+\}")
_MOST = 120
_MOST_OF_A_LINE = 12


def ways(note: Note, plan: Plan) -> tuple[str, ...]:
    """The wordings of a note, code's own the last; at most 120 of them."""
    found: dict[str, None] = {}
    for entry, bound in note.entries:
        spoken = as_spoken(bound, note.text)
        for line in entry.lines:
            for sentence in itertools.islice(line.pattern.all(spoken), _MOST_OF_A_LINE):
                if fits(sentence, plan):
                    found[agree(sentence, plan)] = None
    return (*list(found)[: _MOST - 1], note.text)


def lines(note: Note) -> Iterator[tuple[Line, dict[str, str]]]:
    """The lines that may word a note, each with its slots' values as they are written."""
    for entry, bound in note.entries:
        for line in entry.lines:
            yield line, as_spoken(bound, note.text)


def fits(sentence: str, plan: Plan) -> bool:
    """Whether it reads well: no span of prices behind a word that wants a single one ("comes to from 5 to 9 euros")."""
    for match in PLACEHOLDER.finditer(sentence):
        found = plan.lookup(int(match[1]), match[2])
        spans = found is not None and found.kind == "price" and found.text.startswith(("from ", "for "))
        if spans and _SPAN_AFTER.search(sentence[: match.start()] + "{"):
            return False
    return True


def is_bare_quote(text: str) -> bool:
    """Whether a note is nothing but a quotation."""
    return bool(_BARE_QUOTE.fullmatch(text))


def as_spoken(bound: Mapping[str, str], text: str) -> dict[str, str]:
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
