"""Reads a message about orders: what is to become of which items, how, and what the customer wants to know.

    OrderReader(account, shop).read("Return the lamp and change the boots to size 8", focus) -> Said

Looks only at the customer's own account and at the products in it. Decides nothing: rules and prices are act's.
"""

from __future__ import annotations

import re

from assistant.order_talk import Ask, Said
from assistant.shop.accounts import Account
from assistant.understand.orders import patterns, wording, words
from assistant.understand.orders.answer import news, read_answer
from assistant.understand.orders.asking import AskReader
from assistant.understand.orders.called_off import is_order
from assistant.understand.orders.clauses import clauses
from assistant.understand.orders.consent import Part, tells_which
from assistant.understand.orders.deeds import DEEDS, deed
from assistant.understand.orders.items import Mention
from assistant.understand.orders.joined import join, wished_besides
from assistant.understand.orders.kinds import kinds
from assistant.understand.orders.left import Heard, left_over
from assistant.understand.orders.more import MoreReader
from assistant.understand.orders.paying import payments
from assistant.understand.orders.picked import ItemReader
from assistant.understand.orders.places import changes_home, known_address, names_town, told_address
from assistant.understand.orders.questions import asks_figure, questions, wants_to_know
from assistant.understand.orders.refs import ORDER_ID, order_ids, places, reason, without_name
from assistant.understand.orders.repair import repaired
from assistant.understand.orders.scene import Focus, Recent, Scene, Shop
from assistant.understand.orders.signals import PERSON_IF, only_tells, wants_person
from assistant.understand.orders.wished import WishReader
from assistant.understand.orders.wishes import SHOW


class OrderReader:
    """Reads messages of one customer, against their account as it is now."""

    def __init__(self, account: Account, shop: Shop) -> None:
        self._scene = Scene(account, shop)
        self._wishes = WishReader(self._scene)
        self._items = ItemReader(self._scene, self._wishes)
        self._asks = AskReader(self._scene, self._wishes, self._items)
        self._more = MoreReader(self._scene, self._wishes, self._items, self._asks)

    def read(self, text: str, focus: Focus) -> Said:
        """The whole message; what it asks for in its order."""
        mended = wording.complete(without_name(wording.mend(text), self._scene.account))
        low = repaired(mended, self._scene.values, self._scene.mentions)
        self._asks.recent = Recent()
        said = Said(text=low, forget=bool(wording.FORGET.search(low)))
        said.takes_back = wording.takes_back(low)
        said.person = wants_person(text)
        said.if_refused = bool(PERSON_IF.search(low))
        heard: list[Heard] = []
        parts: list[Part] = []
        for sentence in wording.sentences(low):
            clauses_of = self._sentence(sentence, text, said, focus)
            heard += clauses_of
            parts += [Part(h.text, h.new, "?" in sentence, self._tells(sentence, focus)) for h in clauses_of]
        if focus.asked in ("", "help", "confirm"):
            join(said, self._asks.recent.told, lambda kind, clause: self._asks.ask(kind, clause, 0, text, focus))
        if not focus.kind:
            wished_besides(said)
        _drop_guessed(said)
        read_answer(said, parts, mended, self._scene, focus)
        if len(said.asks) == 1 and said.rest.unknown and not (said.asks[0].items or said.asks[0].orders):
            said.asks[0].unknown = said.asks[0].unknown or said.rest.unknown
        self._common(low, " ".join(h.text for h in heard if not wants_to_know(h.text)), said)
        if focus.asked == "confirm" and focus.kind in ("address", "home"):
            self._drop_present_address(said, focus)
        for ask in (*said.asks, said.rest):
            for item in ask.items if ask.orders else ():
                item.lines = [k for k in item.lines if k[0] in ask.orders] or item.lines
        said.questions = questions(low, self._scene.account, self._asked_of, counts=focus.counts)
        if not (said.asks or said.drops or said.questions) and self._only_tells(low, said, focus):
            said.told = [k for i in said.rest.items for k in i.lines] if len(said.rest.items) < 4 else []
            said.told_orders = list(said.rest.orders)
        idle = not (said.questions or said.asks or focus.asked or focus.kind)
        if idle and ORDER_ID.fullmatch(low.strip(" .!?")):
            said.questions = [{"ask": "when", "orders": order_ids(low, self._scene.account)[0]}]
        said.left = left_over(said, heard, self._scene, focus)
        return said

    def _sentence(self, sentence: str, original: str, said: Said, focus: Focus) -> list[Heard]:
        """Reads a sentence clause by clause. "If you don't take it back, exchange it": a condition that stands alone is
        that of the request behind it."""
        heard: list[Heard] = []
        parts, held, content = clauses(sentence), False, said.content()
        for number, clause in enumerate(parts):
            wanted = any(wanted for _, _, wanted in wording.actions(clause))
            if patterns.FALLBACK.match(clause) and not wanted and number + 1 < len(parts):
                held = True
                heard.append(Heard(clause, True))
                continue
            before, num_asks = content, len(said.asks)
            known = news(said, focus)
            self._clause(clause, original, said, focus)
            for ask in said.asks[num_asks:]:
                ask.fallback = ask.fallback or held
            content = said.content()
            heard.append(Heard(clause, content != before, news(said, focus) != known))
        return heard

    def _tells(self, sentence: str, focus: Focus) -> bool:
        """Whether a sentence of an answer only says which things, order or payment are meant."""
        scene = self._scene
        named = focus.asked and (scene.mentions(sentence, by_meaning=False) or payments(sentence, scene.account))
        return tells_which(sentence, bool(named))

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
                self._more.read(clause, original, said, focus)
            return
        kind, at, wanted = found[0]
        if asks_figure(clause):
            self._asks.remember(self._asks.ask("", clause, 0, original, focus), clause)
            return
        if kind == "cancel" and not is_order(clause, at, self._scene.mentions(clause), self._scene.options):
            said.left.append(clause)  # "cancel my newsletter"
            return
        if kind == "swap" and self._puts_on_file(clause, said):
            self._more.read(clause, original, said, focus)
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
        if words.ASKS_WHAT.match(clause):
            return None  # "what am I getting back on the two?" gives nothing back
        items = self._scene.mentions(clause)
        kind, share = deed(clause, self._scene.shop.encode, items)
        if kind == "cancel" and self._more.only_asks(clause):
            return None
        if kind == "cancel" and words.GOES_ON.search(clause):
            return None  # "the laptop order that's still coming goes there too" goes nowhere else
        if kind == "payment" and (said.asks or said.rest.items or focus.kind):
            return None  # "PayPal, though the order was on a gift card" pays what is being asked for
        if kind not in DEEDS or share < (words.SURE if said.asks else words.LIKELY):
            return None
        ask = self._asks.ask(kind, clause, 0, original, focus)
        if kind == "cancel" and share < words.SURE and not self._open(ask):
            return None
        ask.guessed = True
        return ask if _complete(ask) else None

    def _open(self, ask: Ask) -> bool:
        """Whether all that a request names is in orders that haven't left."""
        named = {*ask.orders, *(k[0] for i in ask.items for k in i.lines)}
        status = {o.order_id: o.status for o in self._scene.account.orders}
        return bool(named) and all(status[o] in self._scene.shop.open_statuses for o in named)

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
        """ "The order with the kettle should go to San Diego": where they, or an order of theirs, have an address;
        where somebody else lives there, or "there" was said before, it remains to be asked for."""
        there = words.GOES_THERE.search(clause)
        goes = words.GOES.search(clause) or words.SENDS_TO.search(clause) or there
        if focus.asked in ("address", "order") or goes is None or clause.endswith("?"):
            return None
        if not (there or names_town(clause[goes.start() :], self._scene.account)):
            return None
        ask = self._asks.ask("address", clause, 0, original, focus)
        if words.NOT_SENT.search(clause[: goes.start()]):
            ask.kind, ask.address = "address", {}
            return ask if ask.orders else None
        return ask if ask.orders or (ask.address and ask.kind != "address") else None

    def _to_a_place(self, ask: Ask, low: str) -> None:
        """ "I'm staying in New York. Can it be sent there?", "Don't send it to Rome. I live in Bern.": one of their
        addresses, by a town named anywhere but where it shall not go."""
        refused = words.NOT_SENT.search(ask.text)
        if ask.kind == "address" and not ask.address and (refused or re.search(r"\bthere\b", ask.text)):
            other = " ".join(s for s in wording.sentences(low) if not (refused and words.NOT_SENT.search(s)))
            ask.address = known_address(other, self._scene.account)

    def _drop_present_address(self, said: Said, focus: Focus) -> None:
        """ "The one bound for Denver, yes, go ahead": beside a proposal, where an order goes now tells which it is."""
        for ask in (*said.asks, said.rest):
            mine: set[str | None] = {*ask.orders} or {focus.order}
            there = [dict(o.address) for o in self._scene.account.orders if o.order_id in mine]
            as_before = said.yes and ask.address == {"before": True}
            if as_before or (ask.address in there and places(said.text, ask.address)):
                ask.address = {}
                said.asks = [a for a in said.asks if a is not ask]

    def _to_one_told(self, ask: Ask, low: str) -> None:
        """ "My order with the notebook has the right address. Could it be used for the lamp's too?" """
        if ask.kind != "address" or ask.address:
            return
        found = told_address(low, self._scene.account, self._scene.mentions)
        if found:
            ask.address = found
            wrong = {o.order_id for o in self._scene.account.orders if o.address != found}
            ask.orders = [o for o in ask.orders if o in wrong]

    def _common(self, low: str, told: str, said: Said) -> None:
        """What a message says once for all of its requests: how to pay, why. `told`: it, without what only asks."""
        if SHOW.search(low):
            for item in (i for a in (*said.asks, said.rest) for i in a.items if i.wish):
                item.wish.show = True
        for ask in (*said.asks, said.rest):
            ask.payment = payments(ask.text, self._scene.account)
            ask.reason = reason(ask.text, self._scene.shop.reasons)
        ways, why = payments(told, self._scene.account), reason(low, self._scene.shop.reasons)
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


def _drop_guessed(said: Said) -> None:
    """ "Next, a pending order with two lamps. The small one should be white": that an order is to be cancelled is no
    guess beside what is plainly wanted of it. Changes `said`."""
    plain = {o for a in said.asks if not (a.guessed and a.kind == "cancel") for o in _orders_of(a)}
    said.asks = [a for a in said.asks if not (a.guessed and a.kind == "cancel" and _orders_of(a) & plain)]


def _orders_of(ask: Ask) -> set[str]:
    return {*ask.orders, *(k[0] for i in ask.items for k in i.lines)}


def _complete(ask: Ask) -> bool:
    """Whether a request that no verb tells says enough: what it is about, and what is wanted."""
    if ask.kind == "swap":
        return bool(ask.items) and all(i.wish for i in ask.items)
    if ask.kind in ("address", "home", "both"):
        return bool(ask.address)
    return bool(ask.items or ask.orders or ask.every or ask.whole)
