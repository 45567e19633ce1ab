"""Which of the customer's lines a clause means, and how many of them.

Decides nothing: where several lines may be meant, all are kept, and act asks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from assistant.order_talk import Ask, Item
from assistant.shop.accounts import Line
from assistant.understand.orders import patterns, wording
from assistant.understand.orders.clauses import chunk
from assistant.understand.orders.items import Mention, described, grams, key, told_apart_by
from assistant.understand.orders.refs import JUST, statuses
from assistant.understand.orders.scene import Focus, Scene
from assistant.understand.orders.wished import THE_OTHER, WishReader
from assistant.understand.vocabulary import canonical

_ORDINALS = (r"\b(?:first|1st)\b", r"\b(?:second|2nd)\b", r"\b(?:third|3rd)\b", r"\b(?:fourth|4th)\b")


def _ordinal(clause: str) -> int | None:
    """Which of a list is meant by its place: 0 for "the first one", -1 for "the last"."""
    if re.search(r"\b(?:the|my) last(?: one)?\W*$", clause):
        return -1
    return next((n for n, pattern in enumerate(_ORDINALS) if re.search(pattern, clause)), None)


class ItemReader:
    """Reads items of one customer out of clauses."""

    def __init__(self, scene: Scene, wishes: WishReader) -> None:
        self._scene = scene
        self._wishes = wishes

    def item(
        self, clause: str, found: Sequence[Mention], n: int, kind: str, ask: Ask, at: int, focus: Focus, begin: int = 0
    ) -> Item:
        """What the n-th of the items `found` in a clause means. What is said of it doesn't begin before `begin`."""
        mention = found[n]
        start, end = chunk(clause, found, n, kind)
        start = max(start, begin)
        before, after = clause[start : mention.start], clause[mention.end : end]
        link = patterns.CONNECT.search(after) if kind == "swap" else None
        if (
            link
            and link[0].strip() == "with"
            and self._wishes.names_other(self._scene.of(mention), after[: link.start()])
        ):
            link = re.match("", after)  # "the helmet in red with low ventilation": all of it is wished
        if link and THE_OTHER.search(after):
            link = re.match("", after)  # "the blue chair identical to the other one"
        if link and link[0].strip() == "with" and focus.asked == "item" and self._tells(mention, after):
            link = None  # asked which one: "the keyboard with the white light" says which, and wishes nothing
        told = clause[start : mention.end] + (after[: link.start()] if link else after)
        lines = self.narrow(
            self._scene.of(mention), told, ask, kind, clause, focus, bool(link) or kind != "swap", before
        )
        many = bool(patterns.BOTH.search(clause[: mention.start])) or mention.plural
        said = patterns.COUNT.search(clause[: mention.start])
        count = 1 if patterns.ONE_OF.search(clause) else int(said[1] or 1) if said else None
        count = patterns.so_many(clause[mention.end :]) or count  # "1 of the 12 flickers, 1 is dead: these 2 go back"
        few = count is not None and count < sum(x.quantity for x in lines)  # "one of the kettles" isn't all of them
        item = Item(
            [key(x) for x in lines],
            all=many and len(lines) > 1 and not few,
            count=count,
            text=clause[start:end].strip(),
        )
        if kind in ("swap", ""):
            wished = after[link.start() :] if link else f"{before} {after}"
            told = clause[start : mention.end] + (after[: link.start()] if link else "")
            self._wishes.set_wish(item, wished, bool(link), told if link else "")
        return item

    def _tells(self, mention: Mention, words: str) -> bool:
        """Whether words tell one of the lines of a name from the others."""
        lines = self._scene.of(mention)
        return len(described(lines, words)) < len(lines)

    def share(self, items: Sequence[Item]) -> None:
        """ "The bed and the chair for their cheapest versions": one wish for all that are named before it."""
        for n, item in enumerate(items[:-1]):
            later = next((i for i in items[n + 1 :] if i.wish.says), None)
            if item.wish.says or later is None:
                continue
            if later.wish.extreme or re.search(r"\b(?:their|both|each|all)\b", later.text):
                self._wishes.set_wish(item, later.text, True)

    def in_wish(self, clause: str, found: Sequence[Mention], n: int, kind: str) -> bool:
        """ "exchange my lamp for a brighter lamp", "the grill for the type of grill I received": named again, not "
        "meant again."""
        mention = found[n]
        before = [m for m in found[:n] if set(m.names) & set(mention.names)]
        between = clause[before[-1].end : mention.start] if before else ""
        return (
            kind == "swap"
            and bool(before)
            and bool(patterns.CONNECT.search(between) or re.search(r"\b(?:as|like|type of|kind)\b", between))
        )

    def narrow(
        self,
        lines: list[Line],
        told: str,
        ask: Ask,
        kind: str,
        clause: str,
        focus: Focus,
        by_options: bool,
        before: str = "",
    ) -> list[Line]:
        """Of all lines with a name, those that fit what is said of them; a hint that fits none is passed over. What is
        under discussion is meant, unless the words `before` the name describe another ("the 9 bar espresso machine").
        """
        allowed = {
            "cancel": self._scene.shop.open_statuses, "return": self._scene.shop.back_statuses,
            "swap": (*self._scene.shop.open_statuses, *self._scene.shop.back_statuses),
        }.get(kind, ())  # fmt: skip
        status = {o.order_id: o.status for o in self._scene.account.orders}
        hints: list[Callable[[Line], bool]] = [lambda x: x.order_id in ask.orders]
        if not ask.orders:
            if near := next(iter(statuses(told)), ask.pattern):
                hints.append(lambda x: status[x.order_id].startswith(near))
            hints.append(lambda x: status[x.order_id] in allowed)
            if kind == "swap" and re.search(r"\bexchang", clause):
                hints.append(lambda x: status[x.order_id] in self._scene.shop.back_statuses)
            elif kind == "swap" and not ask.pattern:
                hints.append(lambda x: status[x.order_id] in self._scene.shop.open_statuses)
        if (
            focus.asked
            and kind == focus.kind
            and not ask.orders
            and not wording.actions(clause)
            and not patterns.ALSO.search(clause)
            and "other" not in clause
        ):
            under_way = [x for x in lines if key(x) in focus.lines]
            if set(map(key, described(lines, before))) & set(map(key, under_way)):
                hints.insert(0, lambda x: key(x) in focus.lines)
        for hint in hints:
            lines = [x for x in lines if hint(x)] or lines
        if JUST.search(clause) and len({x.order_id for x in lines}) > 1:
            newest = [o.order_id for o in self._scene.account.orders if o.order_id in {x.order_id for x in lines}][-1]
            lines = [x for x in lines if x.order_id == newest]
        return described(lines, told) if by_options or len(lines) > 1 else lines

    def picked(self, clause: str, focus: Focus) -> list[Item]:
        """The answer to "which item" without a name: "the 15-inch with 32GB", "both", "the cheaper one"."""
        lines = [x for k in focus.lines if (x := self._scene.account.line(*k))]
        if not lines:
            return self._by_options(clause)
        if re.search(r"\b(?:both|all of them|all|two|2)\b", clause) and lines:
            return [Item([key(x) for x in lines], all=True, text=clause)]
        if (at := _ordinal(clause)) is not None and at < len(shown := told_apart_by(lines)):
            return [Item([key(shown[at])], text=clause)]
        fits = described(lines, clause)
        return [Item([key(x) for x in fits], text=clause)] if 0 < len(fits) < len(lines) else []

    def told_apart(self, items: Sequence[Item], clause: str) -> bool:
        """ "The espresso machine. 19 bar, manual.": which of several that were named; whether that told anything."""
        told = False
        for item in items:
            lines = [x for k in item.lines if (x := self._scene.account.line(*k))]
            fits = described(lines, clause) if not item.all else lines
            told = told or len(fits) < len(lines)
            item.lines = [key(x) for x in fits]
        return told

    def _by_options(self, clause: str) -> list[Item]:
        """ "The upright one, bagless": the one item of all theirs that has most of the values named, two at least."""
        words = grams(clause)
        score = {key(x): sum(canonical(v) in words for v in x.options.values()) for x in self._scene.lines}
        most = max(score.values(), default=0)
        best = [k for k, s in score.items() if s == most]
        return [Item(best, text=clause)] if most > 1 and len(best) == 1 else []

    def by_id(self, clause: str, kind: str) -> list[Item]:
        """Items named by a number of the shop's: of an item or of a product in the customer's orders."""
        out: list[Item] = []
        for match in re.finditer(r"\b\d{6,}\b", clause):
            lines = [x for x in self._scene.lines if match[0] in (x.sku, x.product_id)]
            if lines:
                item = Item([key(x) for x in lines], text=match[0])
                self._wishes.set_wish(item, clause[match.end() :], True)
                out.append(item)
        return out

    def all_items(self, ask: Ask, clause: str) -> None:
        """ "All my items in their dearest version": every line of the orders meant, each with the wish."""
        wanted = self._scene.shop.back_statuses if re.search(r"\bexchang", clause) else self._scene.shop.open_statuses
        for order in self._scene.account.orders:
            if order.order_id in ask.orders or (not ask.orders and order.status in wanted):
                for line in order.lines:
                    if key(line) not in ask.keep:
                        item = Item([key(line)], text=clause, every=True)
                        self._wishes.set_wish(item, clause, True)
                        ask.items.append(item)

    def together(self, ask: Ask) -> None:
        """Items named in one breath are of one order, where there is one that has them all."""
        open_items = [i for i in ask.items if not i.all]
        orders = [{o for o, _ in i.lines} for i in open_items]
        common = set.intersection(*orders) if len(orders) > 1 else set()
        if len(common) == 1 or (common and any(len(o) > len(common) for o in orders)):
            for item in open_items:
                item.lines = [x for x in item.lines if x[0] in common] or item.lines
