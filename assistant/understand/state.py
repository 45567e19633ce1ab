"""What a conversation is about, carried from turn to turn as plain JSON.

What carries over, and what resets it:
- `focus` (the products under discussion) and `wanted` (the options named for them) stay until other products are named;
  a named option replaces the one of the same name and leaves the others; a new product drops all options.
- `listed` (what the last answer listed, in order) is what "the second one", "the cheaper one", "them" point at; an
  answer that lists products replaces it, products talked about one after the other only once there are two new ones.
- `topics` are the last products talked about, the latest at the end, each with the options named for it: what "the
  other one", "the two" and a return to an earlier product go by.
- `act` is what was last asked, so that "and in blue?" asks the same of blue; small talk doesn't touch it.
- `offer` is what the last answer offered ("person", "recommend"): a bare yes takes it up; every turn replaces it.
- `choices` are what the last answer's question named: the next message may just pick one; every turn replaces them.
- `mood` is the customer's strain and what was acknowledged of it (act/tone.py); it fades from turn to turn. The switch
  in it ("off") stays for the conversation. `log` holds the last few messages in short, which is all that a long
  conversation leaves behind: for the summary a colleague gets, and to notice that somebody has to ask again.
- `basket` (what was priced together, with codes) stays until another one is asked about; "and a kettle", "with
  delivery?", "how much do I save?" are about it. `told` are preferences said in this conversation, until they are
  forgotten.
- Who goes back to something by its name ("back to the mouse") means the version that was talked of then (wanted.py).
- `search` (query, filters, and what was `shown` of it) is the topic: it stays until something else is looked for, or a
  product of another search is talked about, whose kind is the topic then. A message that has no subject of its own is
  about the topic (topic.py): "under 50?" limits it, "anything cheaper", "a bigger one" are measured against what was
  shown, "what else" leaves out what was shown, "60 litres?" keeps what has that. Without a topic it is asked for; the
  whole shop is never listed.
Knows no prices and no stock: those are read anew at every turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from assistant.types import Json

_TOPICS = 8


@dataclass
class State:
    """The dialogue state of one conversation. Mutable; owned by the turn that is running."""

    focus: list[str] = field(default_factory=list)
    wanted: list[dict[str, Any]] = field(default_factory=list)
    """Options named for the focus: [{"asked": "blue", "name": "color" or None, "pairs": [["color", "blue"]]}]."""
    listed: list[dict[str, str | None]] = field(default_factory=list)
    """What the last answer listed: [{"product": id, "sku": sku or None}]."""
    topics: list[dict[str, Any]] = field(default_factory=list)
    """[{"product": id, "sku": sku or None, "wanted": as above, "turn": number}], each product (or variant) once."""
    list_turn: int = -1
    """The turn whose answer listed `listed`; -1 while that is only what was talked about, one after the other."""
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
    """Latest last: [{"said": text, "told": answer, "acts": [act], "answered": bool, "emotion": label}]. The answer is
    kept of the last only, for the next message is read beside it."""
    called: str = ""
    """Why a person was called, once one was."""

    @property
    def at_work(self) -> bool:
        """Whether something is being done about the customer's orders: a question or a request of theirs is open."""
        goals = self.task.get("goals", ())
        return bool(self.task.get("asked")) or any(goal.get("state", "open") == "open" for goal in goals)

    def show(self, product: str, sku: str | None, wanted: list[dict[str, Any]]) -> None:
        """One product (or variant) was talked about: it becomes the latest topic, and perhaps what is pointed at."""
        last = self.topics[-1] if self.topics else None
        same = last is not None and last["product"] == product and (not last["sku"] or not sku)
        if same and last is not None and _differ(last["wanted"], wanted):
            same = False  # another version of it: "one each" speaks of both
        elif same and last is not None and not sku and wanted:
            sku = last["sku"]
        kept = [t for t in self.topics if (t["product"], t["sku"]) != (product, sku) and not (same and t is last)]
        self.topics = [*kept, {"product": product, "sku": sku, "wanted": wanted, "turn": self.num_turns}][-_TOPICS:]
        since = [t for t in self.topics if t["turn"] > self.list_turn]
        among = {item["product"] for item in self.listed}
        news = {t["product"] for t in since} - among
        if self.list_turn < 0 or len(news) > 1 or len(among) < 2:
            self.listed = [{"product": t["product"], "sku": t["sku"]} for t in since][-3:]
            self.list_turn = -1

    def show_list(self, items: Sequence[dict[str, str | None]]) -> None:
        """Several products (or variants) were shown in this order: what "the first one" points at from now on."""
        for item in items[::-1]:
            known = next((t for t in self.topics if t["product"] == item["product"]), None)
            wanted = known["wanted"] if known and known["sku"] == item["sku"] else []
            self.topics = [t for t in self.topics if t is not known]
            self.topics.append({**item, "wanted": wanted, "turn": self.num_turns})
        self.topics = self.topics[-_TOPICS:]
        self.listed, self.list_turn = list(items), self.num_turns

    def look_for(self, search: dict[str, Any], shown_before: Sequence[str] = ()) -> None:
        """A search was answered: it is the topic from now on. `shown_before` stays shown where it goes on."""
        shown = dict.fromkeys((*shown_before, *self.focus, *(str(item["product"]) for item in self.listed)))
        self.search = {**search, "shown": list(shown)}

    def earlier(self, product: str) -> list[dict[str, Any]]:
        """The options that were last named for a product that was talked about before."""
        return next((list(t["wanted"]) for t in reversed(self.topics) if t["product"] == product), [])

    def as_json(self) -> Json:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Json) -> State:
        """A state as `as_json` gave it; unknown keys of newer versions are ignored."""
        return cls(**{k: v for k, v in data.items() if k in cls.__dataclass_fields__})


def _differ(before: Sequence[dict[str, Any]], now: Sequence[dict[str, Any]]) -> bool:
    """Whether two choices of options can't be the same version."""
    values = {w["name"]: w["value"] for w in before if w["value"] is not None}
    return any(w["value"] is not None and values.get(w["name"], w["value"]) != w["value"] for w in now)
