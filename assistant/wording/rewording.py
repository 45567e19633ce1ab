"""Takes what a model makes of an answer's notes, sentence by sentence, and lets through what says a note truly.

A sentence is let through when the phrasebook knows it as another wording of a note that is still to be said, with the
same facts in the same places. Any other is not shown: code says that note. So an answer has all its notes, in
their order, whoever words them. Knows no model and no database.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.act.plan import PLACEHOLDER, Plan, render
from assistant.verify import Released, agree
from assistant.wording.notes import Note, notes, typed
from assistant.wording.pattern import canonical

_END = re.compile(r"[.!?:]+[\"')”]*(?=\s|$)|(?<=\})(?=\s|$)")
_LONGEST = 400
_MAX_REFUSED = 2
_OPENERS = (
    "sure", "of course", "certainly", "okay", "ok", "right", "alright", "well", "so", "let me see", "happy to help",
    "thanks for asking", "good question", "yep", "hi", "hello", "hey", "good news",
)  # fmt: skip
_SOBER = frozenset({"well", "okay", "ok", "right", "alright", "so", "let me see", "hi", "hello", "hey"})
"""Openers that go with bad news too."""


class Rewording:
    """One answer's notes and what has been said of them. Mutable; the same for a stream as `verify.Verifier`.

    `failed` says why the model's part is over before its end. `refused` are its sentences that were not shown.
    `num_quoted` of the notes that count as code's were said by the model: a quotation with no word of anybody's.
    """

    def __init__(self, plan: Plan, found: Sequence[Note] | None = None) -> None:
        self.plan = plan
        self.notes = list(found if found is not None else notes(plan))
        self.failed: str | None = None
        self.num_own = 0
        self.num_code = 0
        self.num_quoted = 0
        self.refused: list[str] = []
        self._next = 0
        self._buffer = ""
        self._again = False

    def begin(self) -> Iterator[Released]:
        """What code says before the model's first note."""
        yield from self._code_until_worded()

    def feed(self, text: str) -> Iterator[Released]:
        """Add a piece of the model's text; yields what it completes, with code's notes that come before and after."""
        self._buffer += text
        while self.failed is None and (end := self._sentence_end()):
            sentence, self._buffer = self._buffer[:end], self._buffer[end:]
            yield from self._take(sentence.strip())
        if self.failed is None and len(self._buffer) > _LONGEST:
            self.failed = "a sentence without an end"

    def end(self) -> Iterator[Released]:
        """The model has ended: judge what is left."""
        left, self._buffer = self._buffer.strip(), ""
        if left and self.failed is None:
            yield from self._take(left)

    def restart(self) -> None:
        """The engine begins the answer again: what was said already is not said twice."""
        self._buffer, self._again = "", self._next > 0

    def rest(self) -> Iterator[Released]:
        """Code's words for every note that is left."""
        while self._next < len(self.notes):
            yield self._code()

    def _sentence_end(self) -> int | None:
        """Where the first whole sentence of the buffer ends. At the buffer's very end, more may still come."""
        for match in _END.finditer(self._buffer):
            if match.end() == len(self._buffer):
                return None
            if not match[0].startswith("."):
                text = self._buffer[: match.end()].strip()
                if not self._ends_so(text):
                    continue
            return match.end()
        return None

    def _ends_so(self, text: str) -> bool:
        """Whether a text that doesn't end with a full stop is a sentence: it says a note, or a quote ends it."""
        if text.endswith("}"):
            last = list(PLACEHOLDER.finditer(text))[-1]
            found = self.plan.lookup(int(last[1]), last[2])
            return found is not None and found.kind == "quote" and found.text.endswith((".", "!", "?", ":"))
        return self._place(text) is not None or self._said(text)

    def _take(self, sentence: str) -> Iterator[Released]:
        place = self._place(sentence)
        if place is None:
            if not (self._again or self._said(sentence)):
                self.refused.append(sentence)
                if len(self.refused) > _MAX_REFUSED:
                    self.failed = "too many sentences that say no note"
                elif self._next < len(self.notes):
                    yield self._code()
                    yield from self._code_until_worded()
            return
        self._again = False
        while self._next < place:
            yield self._code()
        self._next = place + 1
        text, receipts = render(agree(sentence, self.plan), self.plan)
        own = bool(re.search("[A-Za-z]", PLACEHOLDER.sub("", sentence)))
        self.num_own += own
        self.num_code += not own
        self.num_quoted += not own
        yield Released(text, tuple(receipts), own=own)
        yield from self._code_until_worded()

    def _place(self, sentence: str) -> int | None:
        """Which note that is still to be said the sentence says."""
        form = canonical(typed(sentence, self.plan))
        for place in range(self._next, len(self.notes)):
            if says(form, self.notes[place]):
                return place
        return None

    def _said(self, sentence: str) -> bool:
        form = canonical(typed(sentence, self.plan))
        return any(says(form, note) for note in self.notes[: self._next])

    def _code_until_worded(self) -> Iterator[Released]:
        while self._next < len(self.notes) and not self.notes[self._next].entries:
            yield self._code()

    def _code(self) -> Released:
        text, receipts = render(self.notes[self._next].text, self.plan)
        self._next += 1
        self.num_code += 1
        return Released(text, tuple(receipts), own=False)


def says(form: str, note: Note) -> bool:
    """Whether canonical text says a note, after an opener that fits its mood; regret may be put in any usual way."""
    ways = [form, *_without_opener(form, note.bad_news)]
    if note.bad_news:
        ways += [other for way in ways for other in _otherwise_regretted(way)]
    return any(entry.says(way, bound) for way in ways for entry, bound in note.entries)


def _otherwise_regretted(form: str) -> Iterator[str]:
    """Bad news with its regret put otherwise, or left out: "Unfortunately it is gone", "I'm afraid it is gone"."""
    found = _REGRET.match(form)
    assert found is not None
    rest = form[found.end() :]
    for regret in _REGRETS:
        yield f"{found[1] or ''}{regret}{rest}"


_REGRETS = (
    "",
    " i am sorry",
    " i am sorry but",
    " sorry",
    " i am afraid",
    " unfortunately",
    " sadly",
    " i regret that",
)
_REGRET = re.compile(
    r"( \{no:[^}]*\})?(?: i am (?:very |so )?sorry(?: to say)?(?: but| that)?| sorry(?: but| about that)?"
    r"| i am afraid(?: that)?| unfortunately| sadly| (?:i|we) regret(?: to say)?(?: that)?)?(?= |$)"
)


def _without_opener(form: str, bad_news: bool) -> Iterator[str]:
    for opener in _OPENERS:
        if bad_news and opener not in _SOBER:
            continue
        if form.startswith(f" {opener} "):
            rest = form[len(opener) + 1 :]
            yield rest.removeprefix(" :").removeprefix(" .")
