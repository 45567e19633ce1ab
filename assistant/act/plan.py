"""An answer before it has words: numbered facts with receipts, what must be said of them, and code's own wording.

A figure exists only as a field of a fact; texts refer to it by placeholder ("{1.price}"), so whoever words the answer,
model or code, can't state a figure that isn't there. Knows no model and no database.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Literal

from assistant.types import Card, Receipt, Variant

FieldKind = Literal["item", "price", "stock", "in_stock", "sold_out", "value", "quote", "list", "yes", "no", "name"]

PLACEHOLDER = re.compile(r"\{(\d+)\.([a-z_]+)\}")


@dataclass(frozen=True)
class Field:
    """One statable thing: how it reads, where it comes from, and what it means to somebody who only sees its name."""

    kind: FieldKind
    text: str
    receipts: tuple[Receipt, ...] = ()
    gloss: str = ""


@dataclass
class Fact:
    """A numbered fact about one subject (a product, a variant, a policy page). Filled while the plan is made."""

    number: int
    subject: str
    plural: bool = False
    fields: dict[str, Field] = field(default_factory=dict)

    def key(self, name: str) -> str:
        """The placeholder of one of this fact's fields: "{1.price}"."""
        if name not in self.fields:
            raise KeyError(f"fact {self.number} ({self.subject}) has no field {name!r}")
        return f"{{{self.number}.{name}}}"


@dataclass
class Plan:
    """What one turn is going to say.

    `core` are code's sentences that carry the answer, in order, with placeholders; `closing` are those that follow
    whoever words the core (an offer, a question back). `needs` are the placeholders without which the question isn't
    answered. `phrase` says whether the model may word the core.
    """

    facts: list[Fact] = field(default_factory=list)
    core: list[str] = field(default_factory=list)
    closing: list[str] = field(default_factory=list)
    needs: list[str] = field(default_factory=list)
    phrase: bool = False
    answered: bool = True
    clarifying: bool = False
    handoff: bool = False
    reason: str = ""
    """Why a person is called: "asked", "order", "complaint", "unknown"."""
    opening: str = ""
    """One sentence said before everything else: the acknowledgement of how the customer feels."""
    question: str = ""
    """The one question back that the answer ends on (clarify.py); `clarifying` is true with it."""
    choices: list[dict[str, Any]] = field(default_factory=list)
    """What the question names: [{"label", "product", and "option" where the label is a value of it}]."""
    offer: str = ""
    """What a bare "yes" takes up next: "person" or "recommend"."""
    cards: list[Card] = field(default_factory=list)
    chosen: Variant | None = None
    """The one variant that the answer was about, if it was about one: "it" from now on."""
    focus: list[str] | None = None
    wanted: list[dict[str, Any]] | None = None
    listed: list[dict[str, str | None]] | None = None
    search: dict[str, Any] | None = None
    basket: dict[str, Any] | None = None
    """What was priced together, for "and with delivery?"; None leaves the last one."""
    told: list[dict[str, str]] | None = None
    """What the customer told of themselves, as the dialogue keeps it from now on; None: nothing changed."""

    def fact(self, subject: str, *, plural: bool = False) -> Fact:
        """A new numbered fact of this plan."""
        fact = Fact(len(self.facts) + 1, subject, plural)
        self.facts.append(fact)
        return fact

    def lookup(self, number: int, name: str) -> Field | None:
        """The field behind a placeholder, or None when there is no such fact or field."""
        if not 1 <= number <= len(self.facts):
            return None
        return self.facts[number - 1].fields.get(name)

    def say(self, sentence: str, *needs: str) -> None:
        """Add a core sentence; `needs` are the placeholders in it that the answer can't do without."""
        self.core.append(sentence)
        self.needs += [n for n in needs if n not in self.needs]

    def placeholders(self) -> tuple[str, ...]:
        """Every placeholder that may be written."""
        return tuple(fact.key(name) for fact in self.facts for name in fact.fields)


def render(text: str, plan: Plan) -> tuple[str, list[Receipt]]:
    """`text` with its placeholders filled in, and the receipts of everything it states.

    Raises KeyError for a placeholder that the plan doesn't have.
    """
    receipts: list[Receipt] = []

    def fill(match: re.Match[str]) -> str:
        found = plan.lookup(int(match[1]), match[2])
        if found is None:
            raise KeyError(match[0])
        receipts.extend(r for r in found.receipts if r not in receipts)
        return found.text

    filled = PLACEHOLDER.sub(fill, text)
    return (filled[:1].upper() + filled[1:]) if filled else filled, receipts


def in_code_words(plan: Plan) -> str:
    """The whole answer as code words it."""
    return " ".join(render(sentence, plan)[0] for sentence in (*plan.core, *plan.closing))
