"""What is to take the place of items: the wish in a clause, with what it says of the customer's other orders.

Reads against the products of the items; prices and stock are act's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from assistant.order_talk import Item, LineKey, Wish, merge_items
from assistant.scales import option_named
from assistant.shop.accounts import Line
from assistant.understand.options import option_values
from assistant.understand.orders import patterns
from assistant.understand.orders.items import described, key
from assistant.understand.orders.refs import statuses
from assistant.understand.orders.scene import Focus, Scene
from assistant.understand.orders.wishes import read_wish


class WishReader:
    """Reads wishes into items of one customer."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def set_wish(self, item: Item, text: str, linked: bool, told: str = "") -> None:
        """Read what `text` wishes for an item; `told` is what was said of it before that ("the lenses" to brown)."""
        lines = [x for k in item.lines if (x := self._scene.account.line(*k))]
        lines = self._which_product(lines, text)
        item.lines = [key(x) for x in lines]
        product = self._scene.shop.product(lines[0].product_id or "") if lines else None
        if product is None:
            return
        current = lines[0].options if len(lines) == 1 else {}
        whole, text = text, _without_orders(text)
        values = option_values([product])
        wish = read_wish(text, values, current=current, skus=[v.sku for v in product.variants])
        _of_told(wish, option_named(told, values), values)
        if not linked:
            for name, chosen in list(wish.want.items()):
                rest = [v for v in chosen if current.get(name) != v]
                if not rest:
                    del wish.want[name]
                    wish.same += [name] if patterns.HOLD.search(text) else []
                    continue
                wish.want[name] = rest
        wish.like = self.like(whole, lines)
        item.wish = wish

    def _which_product(self, lines: list[Line], text: str) -> list[Line]:
        """Of lines of several products ("the watch"), those of the one that has most of the values wished for."""
        products = list(dict.fromkeys(x.product_id for x in lines if x.product_id))
        if len(products) < 2:
            return lines
        named: dict[str, int] = {}
        for p in products:
            if (product := self._scene.shop.product(p)) is not None:
                wish = read_wish(_without_orders(text), option_values([product]))
                best_of = [e for e in wish.extreme if e[0] != "price"]
                named[p] = len(wish.want) + len(wish.relative) + len(best_of) + len(wish.same)
        if not named:
            return lines
        best = [p for p in named if named[p] == max(named.values())]
        return [x for x in lines if x.product_id == best[0]] if len(best) == 1 else lines

    def names_other(self, lines: Sequence[Line], text: str) -> bool:
        """Whether a text names a value of an option that none of these lines has."""
        product = self._scene.shop.product(lines[0].product_id or "") if lines else None
        if product is None:
            return False
        wish = read_wish(text, option_values([product]))
        return any(v not in {x.options.get(n) for x in lines} for n, chosen in wish.want.items() for v in chosen)

    def more(self, items: list[Item], clause: str, focus: Focus) -> None:
        """What a clause without an item wishes: of the items named before it, or else of the one under discussion that
        has such options ("the perfume and the bottle" - "woody, 100ml")."""
        told, wished = self._told_by(clause, focus)
        if wished != clause:
            merge_items(items, [Item([k], text=clause, wish=self._of([k], wished)) for k in told])
            return
        fits = [i for i in items if not self._of(i.lines, clause).missing]
        if fits or not items:
            self.wish_for(fits or items, clause)
            return
        named = {k for i in items for k in i.lines}
        others = [Item([k], text=clause, wish=self._of([k], clause)) for k in focus.lines if k not in named]
        better = [i for i in others if i.wish.want and not i.wish.missing]
        if better:
            items += better
        else:
            self.wish_for(items, clause)

    def _of(self, lines: Sequence[LineKey], clause: str) -> Wish:
        item = Item(list(lines))
        self.set_wish(item, clause, True)
        return item.wish

    def like(self, text: str, lines: Sequence[Line]) -> list[object] | None:
        """ "The type that's in my pending order", "the same kind as the grill I received": another line of the "
        "same product."""
        if lines and THE_OTHER.search(text):
            return self._the_other(lines)
        if not lines or not re.search(
            r"\b(?:same(?! order)|type|kind|style|(?:exactly|just) like|one (?:as|like)|"
            r"(?:one|exactly what|what) (?:that )?(?:i|we)(?:'ve)?(?= ))\b"
            r"[^.;]*\b(?:order|received|got|have|pending|delivered|bought)\b",
            text,
        ):
            return None
        mine = {key(x) for x in lines}
        wanted = statuses(text)
        status = {o.order_id: o.status for o in self._scene.account.orders}
        others = [
            x
            for x in self._scene.lines
            if (x.product_id == lines[0].product_id and key(x) not in mine)
            or (x.product_id == lines[0].product_id and len(mine) > 1)
        ]
        if re.search(r"\b(?:already )?(?:received|got|have)\b", text):
            wanted = ["delivered", "exchange", "return"]
        others = [x for x in others if any(status[x.order_id].startswith(w) for w in wanted)] if wanted else others
        others = described(others, text)
        return [others[0].order_id, others[0].number] if others else None

    def _the_other(self, lines: Sequence[Line]) -> list[object] | None:
        """ "Make the blue chair identical to the other one": the only other line of the product, in the same order
        where there are more; None where it isn't plain which."""
        mine = {key(x) for x in lines}
        others = [x for x in self._scene.lines if x.product_id == lines[0].product_id and key(x) not in mine]
        if len(others) > 1:
            others = [x for x in others if x.order_id == lines[0].order_id]
        return [others[0].order_id, others[0].number] if len(others) == 1 else None

    def wish_for(self, items: Sequence[Item], clause: str) -> None:
        for item in items:
            fresh = Item(item.lines)
            self.set_wish(fresh, clause, bool(re.search(r"\b(?:for|to|want|like|one)\b", clause)))
            if fresh.wish.says:
                item.wish = fresh.wish.over(item.wish)

    def of_focus(self, clause: str, focus: Focus) -> list[Item]:
        """The wishes of a clause that names no item, for the items under discussion that it tells, else for all."""
        told, wished = self._told_by(clause, focus)
        out = [Item([line], text=clause, wish=self._of([line], wished)) for line in told]
        clean = [i for i in out if i.wish.want and not i.wish.missing]
        return [i for i in (clean or out) if i.wish.says]

    def _told_by(self, clause: str, focus: Focus) -> tuple[list[LineKey], str]:
        """ "In place of the green one: red": of several items, the one described, and what is wished for it."""
        lines = [x for k in focus.lines if (x := self._scene.account.line(*k))]
        told, wished = self.in_place(lines, clause)
        return ([key(x) for x in described(lines, told)], wished) if told else (list(focus.lines), clause)

    @staticmethod
    def in_place(lines: Sequence[Line], clause: str) -> tuple[str, str]:
        """ "The 9 bar one should be a 15 bar": what tells one of several items, and what is wished for it; "" and the
        clause where it tells none apart."""
        parts = _IN_PLACE.match(clause)
        if parts is None or len(lines) < 2 or len(described(lines, parts[1])) == len(lines):
            return "", clause
        return parts[1], parts[2]


THE_OTHER = re.compile(
    r"\b(?:identical (?:to|with)|(?:the )?same as|match(?:es|ing)?|(?:just|exactly) like|a copy of) "
    r"(?:the|my) other\b(?! order)"
)
"""Wishes for what the customer has of the same product already."""
_IN_PLACE = re.compile(
    r"\W*(?:(?:in place of|instead of|for|as for|and|replacing) )*(?:the|my) ([^:,]{2,40}?)(?: one| ones)?"
    r"(?::|,| should be| should become| for| to| into| becomes| goes to) (.+)"
)


def _of_told(wish: Wish, told: str | None, values: Mapping[str, Sequence[str]]) -> None:
    """ "The lenses to brown": a value that several options have is of the one that was named."""
    for name, chosen in list(wish.want.items()):
        if told and told not in wish.want and all(v in values[told] for v in chosen):
            wish.want[told] = wish.want.pop(name)


def _without_orders(text: str) -> str:
    return re.sub(r"#\w+|\b(?:in|from|of) (?:my|the|that|this) (?:\w+ )?order\b", " ", text)
