"""What is under way with a customer's orders: requests, what was asked, the proposal that awaits a yes.

Kept as JSON in the dialogue state (`State.task`). What carries over and what resets it:
- who told who they are is known for the conversation, who is signed in as long as they are; failed claims are counted;
- for another customer, or once the sign-in has ended, nothing is under way (`anew`);
- a request stays until it is done, refused or taken back; a newer word on the same items replaces the older one;
- what was asked or proposed is void as soon as the next message has been read;
- what was done stays, for questions about totals.
Knows no rules and writes no text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from assistant.order_talk import Item, LineKey
from assistant.types import Json

OPEN, DONE, REFUSED, DROPPED, WAITING = "open", "done", "refused", "dropped", "waiting"


@dataclass
class Goal:
    """One request. `kind` as in `Ask`; `told` are the refusals that the customer has heard of it."""

    kind: str
    items: list[Item] = field(default_factory=list)
    orders: list[str] = field(default_factory=list)
    whole: bool = False
    every: bool = False
    keep: list[LineKey] = field(default_factory=list)
    payment: list[str] = field(default_factory=list)
    pays: dict[str, list[str]] = field(default_factory=dict)
    """Ways to pay that were named for some of its orders only, by order."""
    reason: str | None = None
    address: Json = field(default_factory=dict)
    pattern: str = ""
    home: bool = False
    """An address request that also (or only) changes the default address."""
    maybe: bool = False
    used: bool = False
    """Whether the customer says that the items were worn, used or opened."""
    state: str = OPEN
    told: list[str] = field(default_factory=list)
    unknown: str = ""
    """A number that was given for its order and is none of the customer's; asked about once."""
    otherwise: str = ""
    """What to do with the same items when this can't be done: "exchange it if you have one, else I return it"."""
    text: str = ""
    after: int | None = None
    """The request that must be refused before this one counts, while `state` is "waiting"."""

    def paying(self, order_id: str) -> Goal:
        """This request as one of its orders is paid."""
        return replace(self, payment=self.pays.get(order_id) or self.payment)

    def as_json(self) -> Json:
        data = dict(vars(self))
        data["items"] = [i.as_json() for i in self.items]
        data["keep"] = [list(k) for k in self.keep]
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Goal:
        known = {k: v for k, v in data.items() if k in cls.__dataclass_fields__}
        known["items"] = [Item.from_json(i) for i in data.get("items", [])]
        known["keep"] = [(str(a), int(b)) for a, b in data.get("keep", [])]
        return cls(**known)


@dataclass
class Task:
    """Everything of order talk that lives from turn to turn."""

    customer: str | None = None
    signed_in: bool = False
    """Whether `customer` is known because they were signed in; else they told what only they can know."""
    known: list[Json] = field(default_factory=list)
    """Who was known here before: [{"customer": id}]. For privacy.subject, which looks for just that in the state."""
    claim: dict[str, str] = field(default_factory=dict)
    unused: bool = False
    """Whether the claim stands from a message that asked nothing of orders, so that it hasn't been looked up."""
    num_failed: int = 0
    heard: list[str] = field(default_factory=list)
    """What was said before we knew who it was: read when we do."""
    goals: list[Goal] = field(default_factory=list)
    asked: str = ""
    """What the last answer asked: identity, order, item, option, payment, reason, address, confirm, left (what a
    part of a message means); "" for nothing."""
    goal: int | None = None
    """Which request the last question or proposal was about."""
    proposal: list[Json] = field(default_factory=list)
    lines: list[list[Any]] = field(default_factory=list)
    """The items last spoken of in an answer: "them" from now on."""
    num_told: int | None = None
    """Of how many pieces of `lines` a complaint was: "one of the lavenders"."""
    order: str | None = None
    """The order last spoken of: "that order"."""
    done: list[Json] = field(default_factory=list)
    """Writes carried out: {"action", arguments..., "money": what it cost (negative: gave back)}."""
    num_proposals: int = 0
    num_lost: int = 0
    """Messages in a row that were not understood."""
    home_before: Json = field(default_factory=dict)
    left: list[str] = field(default_factory=list)
    """Parts of messages that nothing was understood of, to be asked about before anything is proposed."""
    left_asked: list[str] = field(default_factory=list)
    """Those that were asked about."""
    left_out: list[str] = field(default_factory=list)
    """Those asked about last, as long as they haven't come clear."""

    def anew(self) -> Task:
        """What is under way for somebody else: nothing. The conversation stays theirs too who were known before."""
        return Task(known=[*self.known, {"customer": self.customer}] if self.customer else self.known)

    @property
    def open_goals(self) -> list[Goal]:
        return [g for g in self.goals if g.state == OPEN]

    def release(self) -> None:
        """Opens what was waiting for a request that has been refused; what waited for one that is done or taken back
        is off."""
        for goal in self.goals:
            if goal.state == WAITING and goal.after is not None:
                first = self.goals[goal.after].state
                goal.state = {REFUSED: OPEN, DONE: DROPPED, DROPPED: DROPPED}.get(first, WAITING)

    @property
    def current(self) -> Goal | None:
        """The request that the last answer was about, or the last one that isn't over."""
        if self.goal is not None and self.goal < len(self.goals):
            return self.goals[self.goal]
        return next(iter(reversed(self.open_goals)), None)

    @property
    def busy(self) -> bool:
        """Whether the next message is read as order talk in any case."""
        return bool(self.asked or self.open_goals)

    def as_json(self) -> Json:
        data = dict(vars(self)) | {"goals": [g.as_json() for g in self.goals]}
        return {k: v for k, v in data.items() if v or (k == "goal" and v is not None)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Task:
        known = {k: v for k, v in data.items() if k in cls.__dataclass_fields__}
        known["goals"] = [Goal.from_json(g) for g in data.get("goals", [])]
        return cls(**known)
