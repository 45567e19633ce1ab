"""What a conversation is about, carried from turn to turn as plain JSON.

What carries over, and what resets it:
- `focus` (the products under discussion) and `wanted` (the options named for them) stay until other products are named;
  a named option replaces the one of the same name and leaves the others; a new product drops all options.
- `listed` (what the last answer listed, in order) is what "the second one", "the cheaper one", "them" point at; every
  answer that lists products replaces it.
- `act` is what was last asked, so that "and in blue?" asks the same of blue; small talk doesn't touch it.
- `offer` is what the last answer offered ("person"): a bare yes takes it up; every turn replaces it.
- `choices` are what the last answer's question named: the next message may just pick one; every turn replaces them.
- `mood` is the customer's strain and what was acknowledged of it (act/tone.py); it fades from turn to turn. The switch
  in it ("off") stays for the conversation. `log` holds the last few messages in short, which is all that a long
  conversation leaves behind: for the summary a colleague gets, and to notice that somebody has to ask again.
- `basket` (what was priced together, with codes) stays until another one is asked about; "and a kettle", "with
  delivery?", "how much do I save?" are about it. `told` are preferences said in this conversation, until they are
  forgotten.
- `search` (query and filters) is refined by a message that only adds limits ("under 50?"), replaced by a new search.
Knows no prices and no stock: those are read anew at every turn.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from assistant.types import Json


@dataclass
class State:
    """The dialogue state of one conversation. Mutable; owned by the turn that is running."""

    focus: list[str] = field(default_factory=list)
    wanted: list[dict[str, Any]] = field(default_factory=list)
    """Options named for the focus: [{"asked": "blue", "name": "color" or None, "pairs": [["color", "blue"]]}]."""
    listed: list[dict[str, str | None]] = field(default_factory=list)
    """What the last answer listed: [{"product": id, "sku": sku or None}]."""
    act: str = ""
    question: str = ""
    search: dict[str, Any] = field(default_factory=dict)
    basket: dict[str, Any] = field(default_factory=dict)
    told: list[dict[str, str]] = field(default_factory=list)
    """Preferences: [{"name": "avoids", "value": "wool", "about": ""}]; `about` is what a size is of ("shoes")."""
    num_turns: int = 0
    task: dict[str, Any] = field(default_factory=dict)
    """What is under way with the customer's orders: see act.orders.task."""
    offer: str = ""
    choices: list[dict[str, Any]] = field(default_factory=list)
    mood: dict[str, Any] = field(default_factory=dict)
    log: list[dict[str, Any]] = field(default_factory=list)
    """The last turns, latest last: [{"said": text, "acts": [act], "answered": bool, "emotion": label}]."""
    called: str = ""
    """Why a person was called, once one was."""

    @property
    def at_work(self) -> bool:
        """Whether something is being done about the customer's orders: a question or a request of theirs is open."""
        goals = self.task.get("goals", ())
        return bool(self.task.get("asked")) or any(goal.get("state", "open") == "open" for goal in goals)

    def as_json(self) -> Json:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Json) -> State:
        """A state as `as_json` gave it; unknown keys of newer versions are ignored."""
        return cls(**{k: v for k, v in data.items() if k in cls.__dataclass_fields__})
