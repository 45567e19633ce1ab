"""Reads a message about orders: what is to become of which items, how, and what the customer wants to know.

    OrderReader(account, shop).read("Return the lamp and change the boots to size 8", focus) -> Said

Looks only at the customer's own account and at the products in it. Decides nothing: rules and prices are act's.
"""

from __future__ import annotations

import re

from assistant.order_talk import Ask, Said, merge_items
from assistant.shop.accounts import Account
from assistant.understand.orders import patterns, wording, words
from assistant.understand.orders.asking import AskReader
from assistant.understand.orders.clauses import clauses
from assistant.understand.orders.deeds import DEEDS, deed
from assistant.understand.orders.items import Mention, grams, key
from assistant.understand.orders.joined import join, wished_besides
from assistant.understand.orders.kinds import kinds
from assistant.understand.orders.left import Heard, left_over
from assistant.understand.orders.picked import ItemReader
from assistant.understand.orders.places import (
    changes_home,
    known_address,
    speaks_of_orders,
    told_address,
)
from assistant.understand.orders.questions import questions, wants_to_know
from assistant.understand.orders.refs import ORDER_ID, order_ids, payments, reason, without_name
from assistant.understand.orders.repair import repaired
from assistant.understand.orders.scene import Focus, Recent, Scene, Shop
from assistant.understand.orders.signals import PERSON_IF, only_tells, wants_person
from assistant.understand.orders.wished import WishReader
from assistant.understand.orders.wishes import SHOW
from assistant.understand.vocabulary import canonical


class OrderReader:
    """Reads messages of one customer, against their account as it is now."""

    def __init__(self, account: Account, shop: Shop) -> None:
        self._scene = Scene(account, shop)
        self._wishes = WishReader(self._scene)
        self._items = ItemReader(self._scene, self._wishes)
        self._asks = AskReader(self._scene, self._wishes, self._items)

    def read(self, text: str, focus: Focus) -> Said:
        """The whole message; what it asks for in its order."""
        mended = wording.complete(without_name(wording.mend(text), self._scene.account))
        low = repaired(mended, self._scene.values, self._scene.mentions)
        self._asks.recent = Recent()
        said = Said(
            text=low, yes=wording.says_yes(low), no=wording.says_no(low), forget=bool(wording.FORGET.search(low))
        )
        said.takes_back = wording.takes_back(low)
        said.person = wants_person(text)
        said.if_refused = bool(PERSON_IF.search(low))
        heard: list[Heard] = []
        for clause in (c for s in wording.sentences(low) for c in clauses(s)):
            before = said.content()
            self._clause(clause, text, said, focus)
            heard.append(Heard(clause, said.content() != before))
        if focus.asked in ("", "help", "confirm"):
            join(said, self._asks.recent.told, lambda kind, clause: self._asks.ask(kind, clause, 0, text, focus))
        if not focus.kind:
            wished_besides(said)
        said.yes = said.yes and not (said.asks and wording.barely_yes(low))
        if len(said.asks) == 1 and said.rest.unknown and not (said.asks[0].items or said.asks[0].orders):
            said.asks[0].unknown = said.asks[0].unknown or said.rest.unknown
        self._common(low, said)
        for ask in (*said.asks, said.rest):
            for item in ask.items if ask.orders else ():
                item.lines = [k for k in item.lines if k[0] in ask.orders] or item.lines
        said.questions = questions(low, self._scene.account, self._asked_of)
        if not (said.asks or said.drops or said.questions) and self._only_tells(low, said, focus):
            said.told = [k for i in said.rest.items for k in i.lines] if len(said.rest.items) < 4 else []
            said.told_orders = list(said.rest.orders)
        idle = not (said.questions or said.asks or focus.asked or focus.kind)
        if idle and ORDER_ID.fullmatch(low.strip(" .!?")):
            said.questions = [{"ask": "when", "orders": order_ids(low, self._scene.account)[0]}]
        said.left = left_over(said, heard, self._scene, focus)
        return said

    def _asked_of(self, sentence: str) -> list[Mention]:
        """The items that a question names; "its tracking number" is of what was spoken of."""
        return self._scene.mentions(sentence, by_meaning=not re.search(r"\b(?:it|its|it's)\b", sentence))

    @staticmethod
    def _only_tells(low: str, said: Said, focus: Focus) -> bool:
        """Whether a message says which item or order it is about, and not yet what is wanted."""
        if focus.asked == "help" and not low.rstrip().endswith("?") and not any(i.wish.says for i in said.rest.items):
            short = len(low.split()) <= _SHORT and not said.rest.keep
            return short and bool(said.rest.items or said.rest.orders) and not ORDER_ID.fullmatch(low.strip(" .!?"))
        return focus.asked in ("", "help") and only_tells(low)

    def _clause(self, clause: str, original: str, said: Said, focus: Focus) -> None:
        found = kinds(clause, said, focus)
        if not found:
            made = self._for_another(clause, original, focus) or self._unsaid(clause, original, said, focus)
            if made is not None:
                said.asks.append(made)
            else:
                self._continue(clause, original, said, focus)
            return
        kind, at, wanted = found[0]
        if words.FIGURE.match(clause) and clause.endswith("?"):
            self._asks.remember(self._asks.ask("", clause, 0, original, focus), clause)
            return
        if kind == "swap" and self._puts_on_file(clause, said):
            self._continue(clause, original, said, focus)
            return
        if not wanted:
            said.drops.append(self._asks.ask(kind, clause, at, original, focus))
            return
        ask = self._asks.ask(kind, clause, at, original, focus)
        if len(found) > 1 and {k for k, _, _ in found} >= {"cancel", "return"}:
            ask.kind = "get_rid"
        said.asks.append(ask)

    def _puts_on_file(self, clause: str, said: Said) -> bool:
        """ "I live at ... now. Please change this in my account.": the address that was said, and no item."""
        before = said.asks[-1].kind if said.asks else ""
        return before in ("address", "home", "both") and changes_home(clause) and not self._scene.mentions(clause)

    def _unsaid(self, clause: str, original: str, said: Said, focus: Focus) -> Ask | None:
        """A request without a verb for it: "make it black", "the boots need to go", "undo that order"."""
        if (made := self._made(clause, original, focus) or self._goes_to(clause, original, focus)) is not None:
            return made
        if focus.asked not in ("", "help") or self._scene.shop.encode is None or patterns.KEEPING.search(clause):
            return None
        items = self._scene.mentions(clause)
        kind, share = deed(clause, self._scene.shop.encode, items)
        if kind == "cancel" and self._only_asks(clause):
            return None
        if kind == "payment" and (said.asks or said.rest.items or focus.kind):
            return None  # "PayPal, though the order was on a gift card" pays what is being asked for
        if kind not in DEEDS or share < (words.SURE if said.asks or kind == "cancel" else words.LIKELY):
            return None
        ask = self._asks.ask(kind, clause, 0, original, focus)
        return ask if _complete(ask) else None

    def _for_another(self, clause: str, original: str, focus: Focus) -> Ask | None:
        """ "My order with the notebook has the right address. Could it be used for the lamp's too?" """
        told = told_address(clause, self._scene.account, self._scene.mentions)
        address, self._asks.recent.address = self._asks.recent.address, told or self._asks.recent.address
        if not address or told or not words.USED.search(clause):
            return None
        ask = self._asks.ask("", clause, 0, original, focus)
        wrong = {o.order_id for o in self._scene.account.orders if o.address != address}
        named = [o for o in ask.orders if o in wrong]
        ask.kind, ask.items, ask.address = "address", [], address
        ask.orders = named if len(named) == 1 or "orders" in clause else []  # which of several is asked
        return ask if named else None

    def _made(self, clause: str, original: str, focus: Focus) -> Ask | None:
        """ "The pending lamp: make it black": a request for another version by what is wished alone."""
        asks = clause.endswith("?") and not words.REQUEST.match(clause)
        if not patterns.MAKE.search(clause) or asks or (focus.asked and focus.kind == "swap"):
            return None
        ask = self._asks.ask("swap", clause, 0, original, focus)
        return ask if ask.items and all(i.wish and i.lines for i in ask.items) else None

    def _goes_to(self, clause: str, original: str, focus: Focus) -> Ask | None:
        """ "The order with the kettle should go to San Diego": where they, or an order of theirs, have an address."""
        if focus.asked in ("address", "order") or not words.GOES.search(clause) or clause.endswith("?"):
            return None
        if not known_address(clause[words.GOES.search(clause).start() :], self._scene.account):  # type: ignore[union-attr]
            return None
        ask = self._asks.ask("address", clause, 0, original, focus)
        return ask if ask.address and (ask.orders or ask.kind != "address") else None

    def _wished_besides(self, last: Ask, clause: str, original: str, focus: Focus) -> Ask | None:
        """ "Send it to Elm Street. I want a black frame for my bike.": another request, not more of the last one."""
        sure = last.kind in ("address", "home", "both", "payment")
        if last.kind == "swap" or not (sure or words.WISHES.search(clause)):
            return None
        ask = self._asks.ask("swap", clause, 0, original, focus)
        new = [i for i in ask.items if len(i.lines) == 1 and (i.wish.want or i.wish.relative or i.wish.extreme)]
        return ask if new and len(new) == len(ask.items) else None

    def _continue(self, clause: str, original: str, said: Said, focus: Focus) -> None:
        """A clause without an action of its own: more about the last request of this message, or an answer."""
        if words.IF_NOT.match(clause) and patterns.KEEPING.search(clause):
            return  # "if not, I keep it": so it is anyway
        last = self._about_which(clause, said)
        if said.asks and said.drops and re.match(r"\W*(?:and|or)\b", clause):
            last = None
        into = last or said.rest
        kind = last.kind if last else focus.kind
        if last is not None and (patterns.HAVE.search(clause) or wants_to_know(clause) or self._only_asks(clause)):
            self._asks.remember(self._asks.ask("", clause, 0, original, focus), clause)
            return
        if last is None and self._of_the_shop(clause, focus):
            said.for_shop = True
            return
        if last is not None and (besides := self._wished_besides(last, clause, original, focus)) is not None:
            said.asks.append(besides)
            return
        if self._pays(clause, focus, last):
            into.text = f"{into.text} {clause}".strip()
            return
        more = self._asks.ask(kind, clause, 0, original, focus, answering=last is None)
        if last is not None and self._for_another_reason(last, more):
            said.asks.append(more)
            return
        if last is not None and last.kind == "cancel" and more.items and set(more.orders) - set(last.orders):
            last, into = None, said.rest  # what is in another order is no more of what is to be cancelled
        numbered = bool(order_ids(clause, self._scene.account)[0])
        if (
            last is not None
            and last.kind == "cancel"
            and last.orders
            and not (numbered or words.ONE_MORE.search(clause))
        ):
            more.orders = []  # "my little one played with my phone" tells no order beside the one that is meant
        tells = last is not None and last.kind == "cancel" and not last.items and not more.only
        if last is not None and last.orders and (tells or not self._scene.mentions(clause)):
            more.items = []  # "Cancel #W1. I bought a vacuum too many": what is spoken of besides it isn't meant
        into.text = f"{into.text} {clause}".strip()
        if patterns.KEEPING.search(clause) and not any(i.wish.says for i in more.items):
            more.keep += [k for i in more.items for k in i.lines]
            more.items = []
            into.items[:] = [i for i in into.items if not set(i.lines) <= set(more.keep)]
        if last is None and more.items:
            self._asks.recent.told.append(clause)
        merge_items(into.items, more.items, more.only)
        wishing = last is None and re.search(r"\binstead\b|\bi(?:'d| would)? (?:want|like|prefer|need)\b", clause)
        if not more.items and (kind != "swap" or focus.asked == "item") and self._items.told_apart(into.items, clause):
            pass
        elif not more.items and into.items and (kind in ("swap", "") or wishing):
            self._wishes.more(into.items, clause, focus)
        elif (
            not more.items and last is None and focus.asked == "item" and (picked := self._items.picked(clause, focus))
        ):
            into.items += picked
        elif not more.items and last is None and kind == "swap" and focus.asked != "item":
            merge_items(into.items, self._wishes.of_focus(clause, focus))
        self._items.together(into)
        into.orders = list(dict.fromkeys([*into.orders, *more.orders]))
        into.keep = list(dict.fromkeys([*into.keep, *more.keep]))
        into.unknown = into.unknown or more.unknown
        into.address = into.address or more.address
        for name in ("whole", "every", "only", "also", "maybe"):
            setattr(into, name, getattr(into, name) or getattr(more, name))
        into.pattern = into.pattern or more.pattern
        of_home = more.kind in ("home", "both") or changes_home(clause)
        if last is not None and last.kind in ("address", "home", "both") and of_home:
            last.kind = "home" if more.kind != "both" and self._of_no_order(last, clause) else "both"

    def _of_the_shop(self, clause: str, focus: Focus) -> bool:
        """Whether a clause is a question that changes nothing in what is under way: "how much is the mug?" while an
        order is to be cancelled. What may be had in place of an item is asked of that item, or of none by name."""
        if not focus.kind or not words.ASKS.match(clause) or not clause.endswith("?"):
            return False
        if focus.kind != "swap":
            return True
        named = [x for m in self._scene.mentions(clause, by_meaning=False) for x in self._scene.of(m)]
        return bool(named) and not any(key(x) in focus.lines for x in named)

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

    def _about_which(self, clause: str, said: Said) -> Ask | None:
        """The request of this message that a clause without one says more about: the last one whose orders it names, or
        simply the last one."""
        named, _ = order_ids(clause, self._scene.account)
        fits = [a for a in said.asks if named and set(a.orders) & set(named)]
        return fits[-1] if fits else said.asks[-1] if said.asks else None

    def _for_another_reason(self, last: Ask, more: Ask) -> bool:
        """ "Cancel #W1, I don't need it. And #W2, which was a mistake.": each its own."""
        reasons = [reason(a.text, self._scene.shop.reasons) for a in (last, more)]
        return bool(last.kind == "cancel" and more.orders and all(reasons) and reasons[0] != reasons[1])

    def _only_asks(self, clause: str) -> bool:
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

    def _to_a_place(self, ask: Ask, low: str) -> None:
        """ "I'm staying in New York. Can it be sent there?": one of their addresses, by a town named anywhere."""
        if ask.kind == "address" and not ask.address and re.search(r"\bthere\b", ask.text):
            ask.address = known_address(low, self._scene.account)

    def _to_one_told(self, ask: Ask, low: str) -> None:
        """ "My order with the notebook has the right address. Could it be used for the lamp's too?" """
        if ask.kind != "address" or ask.address:
            return
        found = told_address(low, self._scene.account, self._scene.mentions)
        if found:
            ask.address = found
            wrong = {o.order_id for o in self._scene.account.orders if o.address != found}
            ask.orders = [o for o in ask.orders if o in wrong]

    def _common(self, low: str, said: Said) -> None:
        """What a message says once for all of its requests: how to pay, why."""
        if SHOW.search(low):
            for item in (i for a in (*said.asks, said.rest) for i in a.items if i.wish):
                item.wish.show = True
        for ask in (*said.asks, said.rest):
            ask.payment = payments(ask.text, self._scene.account)
            ask.reason = reason(ask.text, self._scene.shop.reasons)
        ways, why = payments(low, self._scene.account), reason(low, self._scene.shop.reasons)
        for ask in (*said.asks, said.rest):
            ask.payment = ask.payment or ([] if any(a.payment for a in said.asks) else ways)
            self._to_a_place(ask, low)
            self._to_one_told(ask, low)
            ask.reason = ask.reason or (None if any(a.reason for a in said.asks) else why)
        vague = patterns.TOPIC.search(low) or (
            patterns.EXCEPT_SOME.search(low) and not any(a.keep for a in (*said.asks, said.rest))
        )
        if vague:  # "everything that isn't for gaming": which that is, only the customer knows
            for ask in (*said.asks, said.rest):
                ask.every = False
        if patterns.NO_ACTION.search(low):
            for ask in said.asks:
                ask.maybe = True


_SHORT = 8
"""Words of a message that names what it is about and nothing else."""


def _complete(ask: Ask) -> bool:
    """Whether a request that no verb tells says enough: what it is about, and what is wanted."""
    if ask.kind == "swap":
        return bool(ask.items) and all(i.wish for i in ask.items)
    if ask.kind in ("address", "home", "both"):
        return bool(ask.address)
    return bool(ask.items or ask.orders or ask.every or ask.whole)
