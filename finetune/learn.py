"""Makes examples out of real exchanges: what a person wrote, as far as the shop's data bears it out.

The customer's message is answered by the runtime's own code on the shop as it is; the person's reply is put into that
answer's placeholders and kept sentence by sentence as far as the phrasebook finds each to say one of the notes. The
rest is left out, because a model that learns it would learn to invent. Personal data is masked first. Knows no torch.
"""

from __future__ import annotations

import collections
import re
from collections.abc import Iterable, Iterator

from assistant.act.plan import Plan
from assistant.config import Settings
from assistant.errors import InputError
from assistant.pipeline import Assistant
from assistant.privacy.pii import mask
from assistant.store.database import Database
from assistant.wording.notes import Note, as_prompt, notes, typed
from assistant.wording.pattern import canonical
from assistant.wording.rewording import says
from finetune.build import NoEngine, NoTokenizer, Recorder
from finetune.example import Example
from finetune.importers import Exchange, Refusal

_SENTENCE = re.compile(r"(?<=[.!?])\s+")


def learn(
    db: Database, exchanges: Iterable[Exchange | Refusal], origin: str, licence: str, refused: collections.Counter[str]
) -> Iterator[Example]:
    """Examples from exchanges about the shop in `db`. What gives none is counted in `refused`, by reason."""
    recorder = Recorder()
    assistant = Assistant(db, NoEngine(), NoTokenizer(), Settings(), speaker=recorder)
    for number, each in enumerate(exchanges):
        if isinstance(each, Refusal):
            refused[each.why] += 1
            continue
        question, reply = mask(each.question), mask(each.reply)
        recorder.plans.clear()
        try:
            assistant.reply(f"{origin}-{each.group}", question, introduced=True)
        except InputError:
            refused["a message that the assistant doesn't take"] += 1
            continue
        plan = recorder.plans[-1] if recorder.plans else Plan()
        found = notes(plan)
        said = worded(reply, plan, found)
        if not said:
            refused["the reply says nothing that the shop's data bears out in known words"] += 1
            continue
        kept = [note for note, _ in said]
        yield Example(
            id=f"{origin}-{number}", group=f"{origin}/{each.group}", product=f"{origin}/", question=question,
            notes=as_prompt(kept), reply=" ".join(text for _, text in said), origin=origin, licence=licence,
        )  # fmt: skip


def worded(reply: str, plan: Plan, found: list[Note]) -> list[tuple[Note, str]]:
    """The notes that the reply says, each with the person's words for it in placeholders, in the notes' order."""
    said: dict[int, str] = {}
    for sentence in _SENTENCE.split(delexicalise(reply, plan)):
        form = canonical(typed(sentence, plan))
        place = next((n for n, note in enumerate(found) if n not in said and note.entries and says(form, note)), None)
        if place is not None:
            said[place] = sentence.strip()
    return [(found[place], said[place]) for place in sorted(said)]


def delexicalise(reply: str, plan: Plan) -> str:
    """The reply with the texts of the plan's facts as placeholders, the longest first."""
    known = [
        (field.text, fact.key(name))
        for fact in plan.facts
        for name, field in fact.fields.items()
        if len(field.text) > 1
    ]
    for text, key in sorted(known, key=lambda pair: -len(pair[0])):
        parts = re.split(r"(\{[^}]*\})", reply)
        pattern = re.compile(rf"(?<!\w){re.escape(text)}(?!\w)", re.IGNORECASE)
        for at in range(0, len(parts), 2):
            if key not in reply:
                parts[at] = pattern.sub(key, parts[at], count=1)
        reply = "".join(parts)
    return reply
