"""Puts together what a message says in several sentences: "I got the reader but need a bigger one. Can I exchange it?"

A request that names nothing is about the items named before it; and what was wished of an item before the request for
it counts as said with it. Knows English sentences only as asks; no account, no rules.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assistant.order_talk import Ask, Item, Said

Read = Callable[[str, str], Ask]
"""Reads a clause as a request of a kind: (kind, clause)."""


def join(said: Said, told: Sequence[str], read: Read) -> None:
    """Give requests without items those of the clauses `told` before them, and their wishes. Changes `said`."""
    if not told or not said.rest.items:
        return
    open_ones = [a for a in said.asks if a.kind in ("swap", "return", "get_rid")]
    named = {k for i in said.rest.items for k in i.lines}
    for ask in open_ones:
        bare = not (ask.items or ask.every or ask.whole or ask.keep)
        again = ask.pointed and any(named & set(i.lines) for i in ask.items)
        if again or (bare and len(open_ones) == 1):
            _fill(ask, said.rest.items, told, read)
            said.rest.items = []
    for ask in open_ones:
        if ask.kind == "swap":
            _wishes(ask, said, told, read)


def wished_besides(said: Said) -> None:
    """ "The vacuum in #W1: a robotic one. Cancel #W2.": what is wished of an item is a request of its own beside
    others, where none of them is about it. Changes `said`."""
    named = {k for a in (*said.asks, *said.drops) for i in a.items for k in i.lines}
    if not said.asks or any(a.kind in ("swap", "return", "get_rid") and not a.items for a in said.asks):
        return
    own = [i for i in said.rest.items if _wishes_plainly(i) and not set(i.lines) & named]
    if own:
        said.asks.append(Ask("swap", said.rest.text, own, list(said.rest.orders)))
        said.rest.items = [i for i in said.rest.items if i not in own]


def _wishes_plainly(item: Item) -> bool:
    wish = item.wish
    return len(item.lines) == 1 and bool(wish.want or wish.relative or wish.extreme) and not wish.missing


def _fill(ask: Ask, before: Sequence[Item], told: Sequence[str], read: Read) -> None:
    """The items told of, as a request of this kind means them; wishes beside the request are the newer ones, and then
    those that stand between (`before`)."""
    found = [i for clause in told for i in read(ask.kind, clause).items]
    mine = {k for i in ask.items for k in i.lines}
    if ask.orders:
        found = [i for i in found if any(k[0] in ask.orders for k in i.lines)]
    found = [i for i in found if mine & set(i.lines)] or found
    for item in found:
        item.lines = [k for k in item.lines if k in mine] or item.lines
        wished = next((i.wish for i in ask.items if i.wish and set(i.lines) & set(item.lines)), None)
        between = next((i.wish for i in before if i.wish.says and set(i.lines) & set(item.lines)), None)
        one = next((i for i in ask.items if i.count and set(i.lines) & set(item.lines)), None)
        if one is not None and one.count != item.count:
            item.count, item.all = one.count, False  # "I got two jackets. One has to become an L."
        for newer in (between if ask.kind == "swap" else None, wished):
            item.wish = newer.over(item.wish) if newer else item.wish
    ask.items = found or ask.items


def _wishes(ask: Ask, said: Said, told: Sequence[str], read: Read) -> None:
    """What was wished before the request, for its items that nothing is wished of yet."""
    before: list[Item] = [i for clause in told for i in read("swap", clause).items if i.wish.says]
    for item in ask.items:
        same = next((b for b in reversed(before) if set(b.lines) & set(item.lines)), None)
        wished = item.wish.want or item.wish.relative or item.wish.extreme or item.wish.sku or item.wish.like
        if same is not None and not wished:
            item.wish = item.wish.over(same.wish) if item.wish else same.wish
            item.lines = [k for k in item.lines if k in same.lines]
    lines = {k for i in ask.items for k in i.lines}
    said.rest.items = [i for i in said.rest.items if not set(i.lines) & lines]
