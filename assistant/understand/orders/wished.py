"""What is to take the place of items: the wish in a clause, with what it says of the customer's other orders.

Reads against the products of the items; prices and stock are act's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.order_talk import Item
from assistant.shop.accounts import Line
from assistant.understand.options import option_values
from assistant.understand.orders import patterns
from assistant.understand.orders.items import key
from assistant.understand.orders.refs import statuses
from assistant.understand.orders.scene import Focus, Scene
from assistant.understand.orders.wishes import read_wish


class WishReader:
    """Reads wishes into items of one customer."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def set_wish(self, item: Item, text: str, linked: bool) -> None:
        lines = [x for k in item.lines if (x := self._scene.account.line(*k))]
        product = self._scene.shop.product(lines[0].product_id or "") if lines else None
        if product is None:
            return
        current = lines[0].options if len(lines) == 1 else {}
        whole, text = text, _without_orders(text)
        wish = read_wish(text, option_values([product]), current=current, skus=[v.sku for v in product.variants])
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

    def like(self, text: str, lines: Sequence[Line]) -> list[object] | None:
        """ "The type that's in my pending order", "the same kind as the grill I received": another line of the "
        "same product."""
        if not lines or not re.search(
            r"\b(?:same(?! order)|type|kind|style|(?:exactly|just) like|one (?:as|like))\b"
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
        return [others[0].order_id, others[0].number] if others else None

    def wish_for(self, items: Sequence[Item], clause: str) -> None:
        for item in items:
            fresh = Item(item.lines)
            self.set_wish(fresh, clause, bool(re.search(r"\b(?:for|to|want|like|one)\b", clause)))
            if fresh.wish.says:
                item.wish = fresh.wish.over(item.wish)

    def of_focus(self, clause: str, focus: Focus) -> list[Item]:
        out = []
        for line in focus.lines:
            item = Item([line], text=clause)
            self.set_wish(item, clause, True)
            if item.wish.says:
                out.append(item)
        return out


def _without_orders(text: str) -> str:
    return re.sub(r"#\w+|\b(?:in|from|of) (?:my|the|that|this) (?:\w+ )?order\b", " ", text)
