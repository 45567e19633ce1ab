"""Reads one clause as a request: which items of which orders it is about, where it points, what is left alone.

What the clauses before it named is kept in `recent`, for "it" and "that order". Decides no kind of request.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from assistant.order_talk import Ask, Item, LineKey
from assistant.shop.accounts import Line
from assistant.understand.orders import patterns, wording, words
from assistant.understand.orders.clauses import chunk
from assistant.understand.orders.items import Mention, described, key
from assistant.understand.orders.named_for import means_whole, named_again, numbered_whole, only_tell_orders
from assistant.understand.orders.ones import with_ones
from assistant.understand.orders.picked import ItemReader
from assistant.understand.orders.places import going_elsewhere, read_address, source_at
from assistant.understand.orders.refs import order_ids, statuses
from assistant.understand.orders.scene import Focus, Recent, Scene
from assistant.understand.orders.wished import WishReader

_SENDS = ("address", "home")
"""The kinds of request that tell where something is sent to."""


class _Named(NamedTuple):
    """The mentions of a clause: what something is to be done with, and what only tells which order is meant."""

    found: list[Mention]
    context: list[Mention]


class AskReader:
    """Reads requests against one account."""

    def __init__(self, scene: Scene, wishes: WishReader, items: ItemReader) -> None:
        self._scene, self._wishes, self._items = scene, wishes, items
        self.recent = Recent()

    def ask(self, kind: str, clause: str, at: int, original: str, focus: Focus, answering: bool = False) -> Ask:
        """What a clause asks for: of which items, where to. `answering`: it may answer what was asked."""
        ask = self._opened(kind, clause)
        if answering and focus.asked == "order" and kind in _SENDS:
            kind = ""  # "the one that goes to Chicago" says which order, not where to
        if kind in _SENDS or (answering and focus.asked == "address"):
            read_address(ask, clause, original, self._scene.account, self._scene.mentions)
        named = self._named(ask, kind, clause, focus)
        near = self._scene.orders_with(named.context)
        if kind not in _SENDS:
            there = self._scene.at_places(clause)
            ask.orders = ask.orders or [o for o in there if o in near] or (there if not near else [])
        if near and words.NOT_THAT.search(clause[: named.context[0].start]):
            ask.keep = [key(x) for o in self._scene.account.orders if o.order_id in near for x in o.lines]
            return ask
        if not ask.source_named:
            ask.orders = ask.orders or self._scene.where_it_can(near, kind)
        ask.whole = means_whole(clause) or bool(patterns.ENTIRE.search(clause))
        ask.whole = ask.whole or (kind == "cancel" and bool(ask.orders) and not named.found and numbered_whole(clause))
        if kind in _SENDS:
            to_send = [*named.context, *named.found] if ask.source_named else named.found
            self._orders_to_send(ask, to_send, clause, focus)
        else:
            self._take_items(ask, kind, clause, at, focus, named)
            self._point(ask, kind, clause, focus, answering)
        self.remember(ask, clause)
        return ask

    def _opened(self, kind: str, clause: str) -> Ask:
        """A request with what its words alone tell: which orders by number, whether it is one at all."""
        ask = Ask(kind, clause)
        ask.orders, ask.unknown = order_ids(clause, self._scene.account)
        ask.only, ask.also = bool(patterns.ONLY.search(clause)), bool(patterns.ALSO.search(clause))
        ask.maybe, ask.fallback = bool(patterns.MAYBE.search(clause)), bool(patterns.FALLBACK.match(clause))
        ask.pattern = next((s for s in statuses(clause) if (kind, s) != ("cancel", "cancelled")), "")
        ask.every = bool(patterns.EVERY.search(clause))
        return ask

    def _named(self, ask: Ask, kind: str, clause: str, focus: Focus) -> _Named:
        """What the clause names: items that something is to be done with, and those that only tell an order."""
        bare = bool(self.recent.lines and kind and patterns.BARE.search(clause))
        found = self._mentions(clause, not (bare or _OF_IT.search(clause)), kind, focus)
        if kind == "swap" or focus.kind == "swap":
            found = [m for m in found if not self._is_value(m, found, clause, focus)]
        if not ask.orders and words.IN_THAT.search(clause):
            ask.orders = self.recent.orders[-1:] or [o for o in (focus.order,) if o]
        context = only_tell_orders(found, clause, kind)
        self.recent.context = [x for m in context for x in self._scene.of(m)] or self.recent.context
        return _Named([m for m in found if m not in context], context)

    def _take_items(self, ask: Ask, kind: str, clause: str, at: int, focus: Focus, named: _Named) -> None:
        """The items that something is to be done with, and those that are to stay as they are."""
        found, context = named.found, named.context
        spans = [(m.start, m.end) for m in found]
        alone = patterns.kept(clause, spans)
        if focus.asked in ("", "help", "item"):  # asked which version, "the black one is fine" takes it
            alone |= patterns.is_fine(clause, spans)
        if kind in ("return", "cancel") and (only := patterns.only_these(clause, spans) - alone):
            found = [m for m in found if (m.start, m.end) in only | alone]
        kept = [m for m in found if (m.start, m.end) in alone]
        found = [m for m in found if not patterns.REFERENCE.search(clause[: m.start])]
        found = [m for m in found if not named_again(m, found, at)]
        ask.keep = self._kept(kept, clause, ask, focus)
        if not found and focus.asked == "confirm" and _LEAVE_IT.search(clause):
            ask.keep += [key(x) for x in self.recent.lines]
        if kept and kind == "return" and (ask.every or ask.whole) and not (ask.orders or _SEVERAL.search(clause)):
            near = self._scene.where_it_can(self._scene.orders_with(kept), kind)
            ask.orders = near if len(near) == 1 else []  # "all of it but the lamp": of what the lamp is among
        found = [m for n, m in enumerate(found) if not self._items.in_wish(clause, found, n, kind)]
        for n, mention in enumerate(found):
            if mention not in kept:
                begin = max((m.end for m in context if m.end <= mention.start), default=0)
                ask.items.append(self._items.item(clause, found, n, kind, ask, at, focus, begin))

    def _point(self, ask: Ask, kind: str, clause: str, focus: Focus, answering: bool) -> None:
        """The items that are pointed at, by an id or a word for what was named before."""
        if kind == "swap":
            self._items.share(ask.items)
        ask.items += self._items.by_id(clause, kind)
        if not answering:
            self._pointed(ask, clause, focus)
        elif focus.asked == "confirm":
            self._pointed(ask, words.DO_IT.sub(" ", clause), focus)
        if kind == "swap" and ask.every and not ask.items:
            self._items.all_items(ask, clause)
        self._items.together(ask)

    def _kept(self, kept: Sequence[Mention], clause: str, ask: Ask, focus: Focus) -> list[LineKey]:
        """The lines that are to be left alone: those that are described ("the manual machine stays"), of the order that
        is named or under way where it has any."""
        out: list[LineKey] = []
        near = {*ask.orders, *(k[0] for k in focus.lines)}
        for n, mention in enumerate(kept):
            start, end = chunk(clause, kept, n, "")
            lines = self._scene.of(mention)
            lines = [x for x in lines if x.order_id in near] or lines
            told = described(lines, clause[start:end])
            named = self.recent.lines if len(told) > 1 else []  # "the white keyboard; the small one is fine"
            out += [key(x) for x in told if x not in named]
        return out

    def _of_ones(self, kind: str, focus: Focus) -> list[Line]:
        """What "the electric one" may be one of besides what its clause names. Where another version is wished for,
        "the black one" may be that."""
        if kind == "swap" or focus.kind == "swap":
            return []
        under_way = [x for k in (*focus.lines, *focus.told) if (x := self._scene.account.line(*k))]
        return self.recent.lines or under_way or self.recent.context

    def _mentions(self, clause: str, by_meaning: bool, kind: str, focus: Focus) -> list[Mention]:
        """The items that a clause names. What is only near in meaning to an item named just before names no other:
        "the dog bed. The dog grew, so a large one"."""
        named = self._scene.mentions(clause, by_meaning=False)
        named = with_ones(named, clause, self._of_ones(kind, focus), self._scene)
        if named or not by_meaning:
            return named
        if wording.actions(clause):
            return self._scene.mentions(clause)
        if self._wishes.names_other(self.recent.lines or self._asked_about(focus), clause):
            return []  # "same look but with the LCD thingy" wishes of the watch that was named just now
        before = {x.name for x in self.recent.lines}
        return [m for m in self._scene.mentions(clause) if not set(m.names) <= before]

    def _asked_about(self, focus: Focus) -> list[Line]:
        """The one kind of thing that the customer was asked what to do with: what answers that is about it."""
        told = [x for k in focus.told if focus.asked == "help" and (x := self._scene.account.line(*k))]
        return told if len({x.product_id for x in told}) == 1 else []

    def _is_value(self, mention: Mention, found: Sequence[Mention], clause: str, focus: Focus) -> bool:
        """A laptop bag's "laptop" compartment is no laptop, for somebody who has both."""
        if re.search(r"\b(?:the|my|this|that|these|those|both)\s+$", clause[: mention.start]):
            return False
        others = [x for m in found if m is not mention for x in self._scene.of(m)]
        others += [x for k in (*focus.lines, *focus.told) if (x := self._scene.account.line(*k))]
        products = {x.product_id for x in others if x.product_id and x.name not in mention.names}
        word = clause[mention.start : mention.end]
        return any(
            word == value.lower()
            for p in products
            if (product := self._scene.shop.product(p))
            for variant in product.variants
            for value in variant.options.values()
        )

    def _pointed(self, ask: Ask, clause: str, focus: Focus) -> None:
        """ "It", "them", "just that", "the more expensive one", "that order": what was named last."""
        rest_stays = re.search(r"\b(?:everything|all|anything) else\b|\bthe (?:rest|others)\b", clause)
        that = re.search(r"\b(?:that|this|the same|same|whole|entire) order\b", clause)
        if not ask.orders and that and not rest_stays:
            spoken = list(dict.fromkeys(x.order_id for x in self.recent.lines))
            ask.orders = (
                self.recent.orders
                or (spoken if len(spoken) == 1 else [])
                or list(dict.fromkeys(k[0] for k in focus.lines))
                or [o for o in (focus.order,) if o]
            )
            ask.orders = ask.orders if len(ask.orders) == 1 or not ask.every else ask.orders[-1:]
        bare = bool(self.recent.lines and ask.kind and patterns.BARE.search(clause))
        bare = bare or (focus.asked == "help" and bool(focus.told) and ask.kind in ("return", "swap"))
        if (
            ask.items
            or ask.orders
            or ask.every
            or (
                not bare
                and not re.search(r"\b(?:it|its|them|they|that|those|these|this|ones?|both|two|2|items?)\b", clause)
            )
        ):
            return
        pieces = None
        if not self.recent.lines and (not focus.lines or focus.asked == "help"):
            self.recent.lines = [x for k in focus.told if (x := self._scene.account.line(*k))]
            pieces = focus.num_told
        if self.recent.lines and not re.search(r"\border\b", clause):
            among = self._among(clause)
            told, wished = self._wishes.in_place(among, clause) if ask.kind == "swap" else ("", clause)
            lines = self._items.narrow(list(among), told or clause, ask, ask.kind, clause, focus, True)
            ask.items = [
                Item(
                    [key(x) for x in lines],
                    all=bool(re.search(r"\b(?:them|both|those|these|they)\b", clause)),
                    count=1 if patterns.ONE_OF.search(clause) else patterns.so_many(clause) or pieces,
                    text=clause,
                )
            ]
            ask.pointed = True
            if ask.kind in ("swap", ""):
                self._wishes.set_wish(ask.items[0], wished, True)
        elif ask.pattern and ask.kind == "swap" and re.search(r"\b(?:it|item|items|one)\b", clause):
            lines = [x for o in self._scene.account.orders if o.status.startswith(ask.pattern) for x in o.lines]
            if len(lines) == 1:
                ask.items = [Item([key(lines[0])], text=clause)]
                self._wishes.set_wish(ask.items[0], clause, True)
        elif self.recent.orders:
            ask.orders = self.recent.orders[-1:]

    def _among(self, clause: str) -> list[Line]:
        """What "it" or "the wooden one" may be: what was named last, or of all that was named one that is described."""
        last, product = self.recent.lines, {x.product_id for x in self.recent.lines}
        wider = [x for x in self.recent.spoken if x.product_id in product]
        one = re.search(r"\b(?:the|my) ([\w-]+) ones?\b", clause)
        told = described(wider, one[1]) if one and len(wider) > len(last) else wider
        return told if one and len(told) < len(wider) else last

    def remember(self, ask: Ask, clause: str) -> None:
        """Keeps what a clause named for the clauses behind it."""
        if ask.items:
            self.recent.lines = [x for i in ask.items for k in i.lines if (x := self._scene.account.line(*k))]
            self.recent.spoken += [x for x in self.recent.lines if x not in self.recent.spoken]
        elif re.search(r"\bmost expensive (?:item|thing|one|product)\b", clause):
            self.recent.lines = self._scene.dearest(ask, self.recent)
        if ask.orders:
            self.recent.orders = list(ask.orders)

    def _orders_to_send(self, ask: Ask, found: Sequence[Mention], clause: str, focus: Focus) -> None:
        """Which orders an address is for: those named, or the ones with the items named, unless these only say which
        address is meant; "that order" is the one spoken of."""
        if ask.kind == "address":
            ask.orders = ask.orders or going_elsewhere(clause, ask.address, self._scene.account)
        if not ask.orders and re.search(r"\b(?:that|this) order\b", clause):
            ask.orders = self.recent.orders or [o for o in (focus.order,) if o]
        spoken = list(dict.fromkeys(x.order_id for x in self.recent.lines))
        if not ask.orders and re.search(r"\b(?:its|it)\b(?!'s)", clause):
            ask.orders = spoken if len(spoken) == 1 else self.recent.orders[-1:]
        if not ask.orders:
            told = [m for m in found if not ask.source_named or m.start < source_at(clause)]
            ask.orders = self._scene.orders_of_items(told, clause)


_LEAVE_IT = re.compile(r"\b(?:leave|keep|skip) (?:it|that|this|that one|them)(?: (?:alone|out|be|in|there|off))?\W*$")
"""Of a proposal, what was spoken of just before stays out: "her plants are on that bookshelf. Leave it"."""
_SEVERAL = re.compile(r"\b(?:orders|deliveries|parcels|packages|boxes)\b")
_OF_IT = re.compile(
    r"\b(?:exchang|swap|chang|return|cancel|replac|switch|send)\w* (?:it|them|that|this|these|those)\b"
    r"(?! (?:one|order|item))"
)
"""What is to be done is done with what was spoken of: "exchange it for one with a bag" is of no backpack."""
