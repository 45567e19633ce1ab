"""What a customer said of their orders, as understood: plain data between `understand.orders` and `act.orders`.

Everything is JSON-able (`as_json`, `from_json`), because requests wait in the dialogue state until they are settled.
Lines are named by (order id, line number) of the customer's own account. Knows no database and writes no text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from assistant.types import Json

LineKey = tuple[str, int]
STRICT = re.compile(r"(?:but |and )?(?:only|unless|provided|on|as long|so long)\b")
"""Opens a condition that somebody means: without it they don't want the thing."""
ORIGINAL, OTHER, SPLIT = "original", "other_orders", "split"
"""Ways to pay that aren't named by themselves: what an order was paid with, what another order was paid with; part on
one and part on another."""


@dataclass
class Wish:
    """What the replacement of an item should be like.

    `want`: option -> values that will do, the best first; at least one of them is a must. `prefer`: the same, but only
    to choose with. `relative`: option -> (+1 or -1, by how much or None, "a little" or not,
    whether as much will do). `extreme`: options (or
    "price") with +1 (most) or -1 (least), the first counts first. `same`: options that must stay. `free`: options that
    don't matter. `missing`: values that no version of the product has. `under`: a price in minor units that it must
    not reach. `instead`: what will do when this can't be had.
    """

    want: dict[str, list[str]] = field(default_factory=dict)
    prefer: dict[str, list[str]] = field(default_factory=dict)
    exclude: dict[str, list[str]] = field(default_factory=dict)
    relative: dict[str, list[Any]] = field(default_factory=dict)
    extreme: list[list[Any]] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    free: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    under: int | None = None
    sku: str | None = None
    like: list[Any] | None = None
    """Another of the customer's lines that it should be like: [order id, line number]."""
    identical: bool = False
    rest_same: bool = False
    rest_free: bool = False
    show: bool = False
    """The customer wants to see what there is before choosing."""
    any_of: list[str] = field(default_factory=list)
    """Options of `want` whose values are equally good ("i7 or above")."""
    cheaper: bool = False
    """It must cost less than what was paid."""
    no_dearer: bool = False
    """It must not cost more than what was paid."""
    extra: int | None = None
    """What it may cost more than what was paid, in minor units."""
    other_product: str | None = None
    """Words of the customer that name another kind of thing."""
    instead: list[Json] = field(default_factory=list)
    second: bool = False
    """It only counts if what was wished for before can't be had: "if there is none, the blue one"."""

    def __bool__(self) -> bool:
        return bool(
            self.want or self.prefer or self.exclude or self.relative or self.extreme or self.sku or self.like
            or self.identical or self.missing or self.under or self.other_product or self.cheaper or self.no_dearer
        )  # fmt: skip

    @property
    def says(self) -> bool:
        """Whether it says anything, if only what is to stay as it is."""
        return bool(self or self.same or self.free or self.rest_same or self.rest_free)

    def as_json(self) -> Json:
        return {k: v for k, v in asdict(self).items() if v}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Wish:
        return cls(**{k: v for k, v in data.items() if k in cls.__dataclass_fields__})

    def fallbacks(self) -> list[Wish]:
        return [Wish.from_json(w) for w in self.instead]

    def over(self, older: Wish) -> Wish:
        """This wish with what the older one said besides: a newer word on an option replaces the older one."""
        if self.second and older:
            first = Wish.from_json(older.as_json())
            mine = replace(self, second=False).as_json()
            first.instead = [*(w for w in first.instead if w != mine), mine]
            return first
        if self.sku or self.like or self.identical:
            return self
        said = {*self.want, *self.relative, *(e[0] for e in self.extreme), *self.same}
        new = Wish.from_json(self.as_json())
        if not (older.sku or older.like or older.identical):
            for name in ("want", "prefer", "exclude", "relative"):
                mine = getattr(new, name)
                setattr(new, name, {**{k: v for k, v in getattr(older, name).items() if k not in said}, **mine})
            if not self.extreme and not self.want:
                new.extreme = [e for e in older.extreme if e[0] not in said]
            new.same = list(dict.fromkeys([*new.same, *(s for s in older.same if s not in new.want)]))
            new.free = list(dict.fromkeys([*new.free, *older.free]))
            new.under = new.under or older.under
            new.extra = older.extra if new.extra is None else new.extra
            new.cheaper = new.cheaper or older.cheaper
            new.no_dearer = new.no_dearer or older.no_dearer
            new.rest_same = new.rest_same or (older.rest_same and not new.rest_free)
            new.rest_free = new.rest_free or older.rest_free
            new.instead = new.instead or older.instead
        return new


@dataclass
class Item:
    """Items that a request is about. `lines` are all the lines that it may mean; `all`: every one of them is meant,
    else one (or `count`) of them and, where there are more, the customer has to say which."""

    lines: list[LineKey]
    all: bool = False
    count: int | None = None
    wish: Wish = field(default_factory=Wish)
    text: str = ""
    asked: bool = False
    """The customer has been shown the versions that fit, and asked."""
    every: bool = False
    """One of "all my items": where nothing is to be done with it, nothing is said of it."""
    times: int = 0
    """How often a wish for it was said."""
    offer: str = ""
    """The SKU of the only version that was offered for it: a yes takes that."""
    gone: Json = field(default_factory=dict)
    """The wish that was said to be unavailable, and `times` then: who wishes the same again is refused."""

    def as_json(self) -> Json:
        return {
            "lines": [list(x) for x in self.lines], "all": self.all, "count": self.count,
            "wish": self.wish.as_json(), "text": self.text, "asked": self.asked, "every": self.every,
            "times": self.times, "gone": self.gone, "offer": self.offer,
        }  # fmt: skip

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Item:
        lines = [(str(a), int(b)) for a, b in data["lines"]]
        rest = {k: data[k] for k in ("all", "count", "text", "asked", "every", "times", "gone", "offer") if k in data}
        return cls(lines, wish=Wish.from_json(data["wish"]), **rest)


@dataclass
class Ask:
    """One thing asked for. `kind`: cancel, return, swap, address, home (the default address), payment, get_rid
    (return or cancel, whichever can be done), or "" for something that answers or changes a request under way.

    `orders` are the orders named (by number, place, status, contents); `whole` says that whole orders are meant.
    `keep` are lines that must not be touched. `payment` are ways to pay in the order of preference (ids, or words for
    one that the customer doesn't have). `unknown` is an order's number that isn't the customer's.
    """

    kind: str = ""
    text: str = ""
    items: list[Item] = field(default_factory=list)
    orders: list[str] = field(default_factory=list)
    whole: bool = False
    every: bool = False
    """All that can be: "all my pending orders", "everything that is still possible"."""
    keep: list[LineKey] = field(default_factory=list)
    payment: list[str] = field(default_factory=list)
    reason: str | None = None
    address: Json = field(default_factory=dict)
    unknown: str | None = None
    only: bool = False
    also: bool = False
    maybe: bool = False
    """Asked whether it can be done, not to do it."""
    source_named: bool = False
    """The items or orders named only say which address is meant."""
    pointed: bool = False
    """Its items are what was named before: "exchange it"."""
    otherwise: str = ""
    """What to do with the same items when this can't be done."""
    fallback: bool = False
    """It is only wanted if the request before it can't be done: "if that's not possible, cancel it"."""
    guessed: bool = False
    """No verb says what is wanted; the meaning of the whole clause does."""
    pattern: str = ""
    """How the request names its orders by status ("pending", "delivered", ...), if it does."""

    @property
    def says(self) -> bool:
        """Whether it says anything that could change a request."""
        return bool(self.items or self.orders or self.keep or self.payment or self.reason or self.address or self.every)


@dataclass
class Said:
    """A whole message. `asks` in its order; `questions` are what it wants to know (see act.orders.info)."""

    asks: list[Ask] = field(default_factory=list)
    rest: Ask = field(default_factory=Ask)
    """What belongs to no new request: answers to what was asked, changes of what is under way."""
    questions: list[Json] = field(default_factory=list)
    drops: list[Ask] = field(default_factory=list)
    """Requests taken back: "don't cancel the grill"."""
    told: list[LineKey] = field(default_factory=list)
    """What a message speaks of that asks for nothing: "I've had the lamp delivered"; and in which orders."""
    told_orders: list[str] = field(default_factory=list)
    hurt: bool = False
    """What is told is a complaint about what came."""
    for_shop: bool = False
    """It asks the shop something that has nothing to do with what is under way."""
    yes: bool = False
    chosen: list[int] = field(default_factory=list)
    """Which of the things listed for a yes are agreed to, where they are told by their number, counted from 1."""
    no: bool = False
    forget: bool = False
    takes_back: bool = False
    """It says no more than that what was done shall not be: "actually don't", "undo that"."""
    person: bool = False
    if_refused: bool = False
    own: bool = False
    """The message is known to be about the customer's own orders, whatever its words."""
    text: str = ""
    left: list[str] = field(default_factory=list)
    """Parts that want something, or on some condition, and were read as nothing."""

    def content(self) -> object:
        """What was understood so far, to be compared: all but the customer's own words."""
        return [_content(a) for a in (*self.asks, *self.drops, self.rest)], self.for_shop


def _content(ask: Ask) -> str:
    """Written out: that takes a fifth of the time of a deep copy, and every clause of a long message asks for all."""
    return repr(replace(ask, text="", items=[replace(i, text="", times=0) for i in ask.items]))


def merge_items(into: list[Item], more: Sequence[Item], only: bool = False) -> None:
    """Take more items into a request: the same lines get the newer wish, others are added."""
    if only and more:
        into[:] = [i for i in into if any(set(i.lines) & set(m.lines) for m in more)]
    for item in more:
        same = next((i for i in into if set(i.lines) & set(item.lines)), None)
        if same is None:
            into.append(item)
            continue
        narrower = [x for x in same.lines if x in item.lines]
        if narrower and len(narrower) < len(same.lines):
            same.lines, same.all = narrower, item.all
        same.all = item.all if item.count else same.all or item.all  # "two jackets. One has to become an L."
        same.count = item.count or same.count
        same.wish = item.wish.over(same.wish) if item.wish.says else same.wish
        same.times += bool(item.wish.says)
