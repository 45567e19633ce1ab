"""A clause about orders without an action of its own: more about the last request of its message, or an answer.

Says into which request it goes and what of it counts. Reads no verbs (read.py) and decides nothing.
"""

from __future__ import annotations

import re

from assistant.order_talk import Ask, Said, merge_items
from assistant.understand.orders import patterns, wording, words
from assistant.understand.orders.asking import AskReader
from assistant.understand.orders.items import grams, key
from assistant.understand.orders.paying import payments
from assistant.understand.orders.picked import ItemReader
from assistant.understand.orders.places import changes_home, on_file, speaks_of_orders
from assistant.understand.orders.questions import questions, wants_to_know
from assistant.understand.orders.refs import order_ids, reason
from assistant.understand.orders.scene import Focus, Scene
from assistant.understand.orders.wished import WishReader
from assistant.understand.vocabulary import canonical


class MoreReader:
    """Takes clauses that name no action into what a message asks for, or into what answers the last question."""

    def __init__(self, scene: Scene, wishes: WishReader, items: ItemReader, asks: AskReader) -> None:
        self._scene = scene
        self._wishes = wishes
        self._items = items
        self._asks = asks

    def read(self, clause: str, original: str, said: Said, focus: Focus) -> None:
        """Adds to `said` what the clause says; `original` is the message as it was written."""
        if words.IF_NOT.match(clause) and patterns.KEEPING.search(clause):
            return  # "if not, I keep it": so it is anyway
        last = self._about_which(clause, said)
        if self._is_no_more(clause, original, said, focus, last):
            return
        kind = last.kind if last else focus.kind
        more = self._asks.ask(kind, clause, 0, original, focus, answering=last is None)
        if last is not None and self._for_another_reason(last, more):
            said.asks.append(more)
            return
        if last is not None and last.kind == "cancel" and more.items and set(more.orders) - set(last.orders):
            last = None  # what is in another order is no more of what is to be cancelled
        if last is not None:
            self._leave_out_besides(more, last, clause)
        into = last or said.rest
        into.text = f"{into.text} {clause}".strip()
        _keep(into, more, clause)
        if last is None and more.items:
            self._asks.recent.told.append(clause)
        merge_items(into.items, more.items, more.only)
        if not (more.items or more.keep):
            self._wish_more(into, kind, clause, focus, answering=last is None)
        self._items.together(into)
        _fill(into, more)
        of_home = more.kind in ("home", "both") or changes_home(clause)
        of_home = of_home and not on_file(clause, more.address, self._scene.account)
        if last is not None and last.kind in ("address", "home", "both") and of_home:
            last.kind = "home" if more.kind != "both" and self._of_no_order(last, clause) else "both"

    def _is_no_more(self, clause: str, original: str, said: Said, focus: Focus, last: Ask | None) -> bool:
        """Whether a clause is no more of the last request, and is taken for what it is: a question, another request,
        a matter of the shop, or how to pay."""
        if last is not None and (patterns.HAVE.search(clause) or wants_to_know(clause) or self.only_asks(clause)):
            self._asks.remember(self._asks.ask("", clause, 0, original, focus), clause)
        elif last is None and self._of_the_shop(clause, focus):
            said.for_shop = True
        elif last is not None and (besides := self._wished_besides(last, clause, original, focus)) is not None:
            said.asks.append(besides)
        elif self._pays(clause, focus, last):
            into = last or said.rest
            into.text = f"{into.text} {clause}".strip()
        else:
            return False
        return True

    def _leave_out_besides(self, more: Ask, last: Ask, clause: str) -> None:
        """Takes out of `more` the orders and items that are only spoken of beside the last request."""
        cancels = last.kind == "cancel"
        numbered = bool(order_ids(clause, self._scene.account)[0])
        if cancels and last.orders and not (numbered or words.ONE_MORE.search(clause)):
            more.orders = []  # "my little one played with my phone" tells no order beside the one that is meant
        tells = cancels and not last.items and not more.only
        if last.orders and (tells or not self._scene.mentions(clause)):
            more.items = []  # "Cancel #W1. I bought a vacuum too many": what is spoken of besides it isn't meant

    def _wish_more(self, into: Ask, kind: str, clause: str, focus: Focus, *, answering: bool) -> None:
        """A clause without items tells the items apart, wishes more of them, or picks some of those in question."""
        wishing = answering and re.search(r"\binstead\b|\bi(?:'d| would)? (?:want|like|prefer|need)\b", clause)
        if (kind != "swap" or focus.asked == "item") and self._items.told_apart(into.items, clause):
            return
        if into.items and (kind in ("swap", "") or wishing):
            self._wishes.more(into.items, clause, focus)
        elif answering and focus.asked == "item" and (picked := self._items.picked(clause, focus)):
            into.items += picked
        elif answering and kind == "swap" and focus.asked != "item":
            merge_items(into.items, self._wishes.of_focus(clause, focus))

    def _about_which(self, clause: str, said: Said) -> Ask | None:
        """The request of this message that a clause without one says more about: the last one whose orders it names, or
        simply the last one."""
        if said.asks and said.drops and re.match(r"\W*(?:and|or)\b", clause):
            return None
        named, _ = order_ids(clause, self._scene.account)
        fits = [a for a in said.asks if named and set(a.orders) & set(named)]
        return fits[-1] if fits else said.asks[-1] if said.asks else None

    def _of_the_shop(self, clause: str, focus: Focus) -> bool:
        """Whether a clause is a question that changes nothing in what is under way: "how much is the mug?" while an
        order is to be cancelled. What may be had in place of an item is asked of that item, or of none by name."""
        if not focus.kind or not words.ASKS.match(clause) or not clause.endswith("?"):
            return False
        if focus.kind != "swap":
            return True
        named = [x for m in self._scene.mentions(clause, by_meaning=False) for x in self._scene.of(m)]
        return bool(named) and not any(key(x) in focus.lines for x in named)

    def _wished_besides(self, last: Ask, clause: str, original: str, focus: Focus) -> Ask | None:
        """ "Send it to Elm Street. I want a black frame for my bike.": another request, not more of the last one."""
        sure = last.kind in ("address", "home", "both", "payment")
        if last.kind == "swap" or not (sure or words.WISHES.search(clause)):
            return None
        ask = self._asks.ask("swap", clause, 0, original, focus)
        new = [i for i in ask.items if len(i.lines) == 1 and (i.wish.want or i.wish.relative or i.wish.extreme)]
        return ask if new and len(new) == len(ask.items) else None

    def _pays(self, clause: str, focus: Focus, last: Ask | None) -> bool:
        """The answer to how to pay: "the Visa, the same one that order is paid with" wishes for no same item."""
        if not payments(clause, self._scene.account) or self._scene.mentions(clause):
            return False
        runs = grams(clause)
        if last is None and focus.asked == "payment":
            return focus.kind != "swap" or not any(v in runs for v in self._values_of(focus))
        return last is not None and last.kind == "swap" and not any(v in runs for vs in self._scene.values for v in vs)

    def _values_of(self, focus: Focus) -> set[str]:
        """The values that the products under discussion come in: "the HEPA one then, and I pay with the Visa"."""
        lines = [x for k in focus.lines if (x := self._scene.account.line(*k))]
        products = [p for x in lines if (p := self._scene.shop.product(x.product_id or ""))]
        return {canonical(v) for p in products for variant in p.variants for v in variant.options.values()}

    def _for_another_reason(self, last: Ask, more: Ask) -> bool:
        """ "Cancel #W1, I don't need it. And #W2, which was a mistake.": each its own."""
        reasons = [reason(a.text, self._scene.shop.reasons) for a in (last, more)]
        return bool(last.kind == "cancel" and more.orders and all(reasons) and reasons[0] != reasons[1])

    def only_asks(self, clause: str) -> bool:
        """Whether a clause is a question of its own: "tracking # for the chair order?" wants no chair changed."""
        if clause.endswith("?") and words.QUESTION.search(clause) and not wording.actions(clause):
            return True  # "could I know what I was charged for the shirt?" gives no shirt back
        asked = questions(clause, self._scene.account, self._scene.mentions)
        return bool(asked) and (clause.endswith("?") or all(q["ask"] == "tracking" for q in asked))

    @staticmethod
    def _of_no_order(ask: Ask, clause: str) -> bool:
        """ "My new address is ... Make it my default.": nothing was said of orders, so none goes elsewhere."""
        if ask.kind == "home":
            return True
        named = ask.orders or ask.whole or ask.every or patterns.ALSO.search(clause)
        return not named and not speaks_of_orders(f"{ask.text} {clause}")


def _keep(into: Ask, more: Ask, clause: str) -> None:
    """What is to be kept, where the clause says so, is taken out of what something is done with."""
    if patterns.KEEPING.search(clause) and not any(i.wish.says for i in more.items):
        more.keep += [k for i in more.items for k in i.lines]
        more.items = []
        into.items[:] = [i for i in into.items if not set(i.lines) <= set(more.keep)]


def _fill(into: Ask, more: Ask) -> None:
    """Adds to a request all that `more` says beside its items."""
    into.orders = list(dict.fromkeys([*into.orders, *more.orders]))
    into.keep = list(dict.fromkeys([*into.keep, *more.keep]))
    into.unknown = into.unknown or more.unknown
    into.address = into.address or more.address
    for name in ("whole", "every", "only", "also", "maybe"):
        setattr(into, name, getattr(into, name) or getattr(more, name))
    into.pattern = into.pattern or more.pattern
