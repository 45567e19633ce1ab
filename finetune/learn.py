"""Makes examples out of real exchanges: what a person wrote, as far as the shop's data bears it out.

The customer's message is answered by the runtime's own code on the shop as it is; the person's reply is put into that
answer's placeholders and kept sentence by sentence as far as the phrasebook finds each to say one of the notes. The
rest is left out, because a model that learns it would learn to invent. Where an exchange brings its own evidence, that
takes the shop's place. Personal data is masked first, the shop's own customers' by its list. Knows no torch.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from assistant.act.plan import Field, Plan
from assistant.config import Settings
from assistant.errors import InputError
from assistant.pipeline import Assistant
from assistant.privacy.pii import Known, mask
from assistant.store.database import Database
from assistant.wording.notes import Note, as_prompt, notes, typed
from assistant.wording.pattern import canonical
from assistant.wording.rewording import says
from finetune.build import NoEngine, NoTokenizer, Recorder
from finetune.example import Example
from finetune.import_turns import Exchange, Refusal

Refused = Callable[[str, str], None]
"""Takes where something was refused, and why."""
_NAMELESS = "product"
"""How people call a product that has no name in the data: "the product"."""
_NUMBER = re.compile(r"|\S*\d\S*")
"""No name of a product at all, or only its number."""
_SENTENCE = re.compile(r"(?<=[.!?])\s+")


def learn(
    db: Database, exchanges: Iterable[Exchange | Refusal], origin: str, licence: str, refused: Refused
) -> Iterator[Example]:
    """Examples from exchanges about the shop in `db`, to which their conversations are written.

    `refused` hears of everything that gives none.
    """
    recorder, known = Recorder(), Known.of(db)
    assistant = Assistant(db, NoEngine(), NoTokenizer(), Settings(), speaker=recorder)
    for number, each in enumerate(exchanges):
        if isinstance(each, Refusal):
            refused(each.where, each.why)
            continue
        question, reply = mask(each.question, known), mask(each.reply, known)
        try:
            plan = (
                plan_of(each) if each.evidence else _answered(assistant, recorder, f"{origin}-{each.group}", question)
            )
        except InputError:
            refused(each.group, "a message that the assistant doesn't take")
            continue
        if not reply:
            continue
        said = worded(reply, plan, notes(plan))
        if not said:
            refused(each.group, "the reply says nothing that the shop's data bears out in known words")
            continue
        yield Example(
            id=f"{origin}-{number}", group=f"{origin}/{each.group}", product=f"{origin}/{each.product}",
            question=question, notes=as_prompt([note for note, _ in said]), reply=" ".join(text for _, text in said),
            origin=origin, licence=licence,
        )  # fmt: skip


def _answered(assistant: Assistant, recorder: Recorder, conversation: str, question: str) -> Plan:
    """The plan of code's answer to the next message of a conversation."""
    recorder.plans.clear()
    assistant.reply(conversation, question, introduced=True)
    return recorder.plans[-1] if recorder.plans else Plan()


def plan_of(exchange: Exchange) -> Plan:
    """What code would say of the evidence: each attribute of the product, a whole sentence as the catalogue's."""
    plan = Plan(phrase=True)
    name = _NAMELESS if _NUMBER.fullmatch(exchange.product) else exchange.product
    fact = plan.fact(name)
    fact.fields["item"] = Field("item", name)
    for known in exchange.evidence:
        key = re.sub(r"[^a-z]+", "_", known.name.lower()).strip("_") or "value"
        if known.name == "about":
            fact.fields["about"] = Field("quote", known.value.rstrip(". "))
            plan.say("About the {1.item} our catalogue says: “{1.about}.”", "{1.about}")
        elif key not in fact.fields:
            fact.fields[key] = Field("value", known.value)
            plan.say(f"The {{1.item}} has this {key.replace('_', ' ')}: {{1.{key}}}.", f"{{1.{key}}}")
    return plan


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
