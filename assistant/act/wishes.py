"""What is known of a customer that a recommendation may use, each item with where it comes from.

Told in this conversation; kept with consent from earlier ones; the account's own columns; purchases; pages looked at.
Without consent only what this conversation told is here. Never reads another customer's data: the context holds one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.act.context import Context
from assistant.language import stems
from assistant.shop.shoppers import Kept
from assistant.types import Receipt

KINDS = {
    "size": {"size"},
    "avoids": {"avoid", "allergi", "allergen", "dislik", "intoler"},
    "likes": {"interest", "hobbi", "like", "love", "prefer", "styl"},
    "budget": {"budget", "maximum"},
    "colour": {"colour", "color"},
    "diet": {"diet"},
}
"""Kinds of preferences and the stems that a shop's column for one has in its name."""


@dataclass(frozen=True)
class Wish:
    """One thing known of the customer. `source`: "told" (in this conversation), "chat" (kept), "account"."""

    name: str
    value: str
    about: str = ""
    source: str = "told"
    column: str = ""

    def words(self) -> str:
        """As it reads to the customer: "shoe size 42", "avoids wool"."""
        about = f"{self.about} " if self.about else ""
        return {
            "size": f"{about}size {self.value}",
            "avoids": f"avoids {self.value}",
            "likes": f"likes {self.value}",
            "budget": f"budget {self.value}",
            "colour": f"favourite colour {self.value}",
            "diet": self.value,
        }.get(self.name, f"{self.name.replace('_', ' ')} {self.value}")

    def kept(self) -> Kept:
        return Kept(self.column or key(self.name, self.about), self.value, self.source)

    def receipt(self, context: Context) -> tuple[Receipt, ...]:
        """Where the shop keeps it; nothing for what was just said."""
        if self.source == "told" or context.shopper is None:
            return ()
        name = self.column or key(self.name, self.about)
        return (Receipt("customer", context.shopper.customer_id, name, self.value, context.as_of),)


def key(name: str, about: str) -> str:
    """A kind with what it is about, as one name: "size_shoe"."""
    return f"{name}_{about.replace(' ', '_')}" if about else name


def wishes(context: Context, told: Iterable[dict[str, Any]]) -> list[Wish]:
    """Everything that may be used, what was told last first; a newer size or budget hides the older one."""
    out = [Wish(t["name"], t["value"], t.get("about", "")) for t in reversed(list(told))]
    if context.shopper is not None:
        out += [from_kept(kept) for kept in sorted(context.shopper.preferences, key=lambda k: k.source != "chat")]
    seen: set[tuple[str, ...]] = set()
    kept: list[Wish] = []
    for wish in out:
        mark = (wish.name, wish.about) if wish.name in ("size", "budget", "colour") else (wish.name, wish.value.lower())
        if mark not in seen:
            seen.add(mark)
            kept.append(wish)
    return kept


def from_kept(kept: Kept) -> Wish:
    """A kept preference or an account's column by its kind: "size_shoe" is a size of shoes."""
    words = kept.name.replace("_", " ").split()
    for name, marks in KINDS.items():
        own = [w for w in words if set(stems(w)) & marks or w == name]
        if own:
            about = " ".join(w for w in words if w not in own and w not in ("favourite", "favorite", "max"))
            return Wish(name, kept.value, about if name == "size" else "", kept.source, kept.name)
    return Wish(kept.name, kept.value, "", kept.source, kept.name)


def values(known: Sequence[Wish], name: str) -> list[Wish]:
    """The wishes of one kind."""
    return [w for w in known if w.name == name]
