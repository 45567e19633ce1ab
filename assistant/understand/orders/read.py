"""Reads a message about orders: what is to become of which items, how, and what the customer wants to know.

    OrderReader(account, shop).read("Return the lamp and change the boots to size 8", focus) -> Said

Looks only at the customer's own account and at the products in it. Decides nothing: rules and prices are act's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from assistant.order_talk import Ask, Item, LineKey, Said, merge_items
from assistant.shop.accounts import Account, Line
from assistant.types import Product
from assistant.understand.options import option_values
from assistant.understand.orders import wording
from assistant.understand.orders.items import Mention, described, key, mentions, option_words
from assistant.understand.orders.places import read_address
from assistant.understand.orders.questions import questions
from assistant.understand.orders.refs import (
    JUST,
    ORDER_ID,
    address_in,
    order_ids,
    orders_at,
    payments,
    reason,
    statuses,
)
from assistant.understand.orders.signals import PERSON_IF, wants_person
from assistant.understand.orders.wishes import SHOW, read_wish

_EVERY = re.compile(
    r"\b(?:everything(?! else| stays| the same)|every (?:single )?(?:item|thing)|all (?:of )?(?:it|them|that|"
    r"the (?:items|things|stuff)|my "
    r"(?:items|stuff|things|orders)|(?:the )?(?:pending|delivered|open) orders|i (?:ordered|bought|received|got)|"
    r"orders|items|possible orders)|all\W*$|all the pending ones|(?:whole|entire|complete|full) (?:thing|order)|all "
    r"(?:\w+ ){0,2}orders|any (?:of my )?orders?|"
    r"(?:both|all|every) (?:of )?(?:my )?orders?|whatever is possible)\b"
)
_WHOLE = re.compile(
    r"\b(?:(?:whole|entire|complete|full|all of the) order|the order|(?:my|these|those|all|both|pending) (?:\w+ "
    r"){0,2}orders?|that order|this order|order #?\w*\d{4,})\b"
)
_KEEP = re.compile(
    r"\b(?:except(?:ing)?(?: for)?|excluding|apart from|other than|besides|but not|everything but|all but|but|"
    r"keep(?:ing)?|leave(?: out)?|not including|"
    r"without|not|don't want(?: to)? (?:return|cancel|exchange)|save for)\s+(?:the |my |those |these |that |any |"
    r"for )*(?:\w+ ){0,2}$"
)
_KEEP_AFTER = re.compile(
    r"^[^.,;]{0,20}\b(?:stays?(?! (?:the same|in|a|as))|(?:should |must |can )?(?:stay|be kept|remain)(?! (?:the "
    r"same|in|a|as|size))|out of it|as (?:it is|they are)|is lovely|'ll keep)\b"
)
_NEAR = re.compile(
    r"\b(?:(?:came|come|ordered|bought|received|got|together|arrived|was|is|were|"
    r"delivered|sent|order|orders|purchase|one|that) "
    r"(?:\w+ ){0,3}?(?:with|as|containing|had|has)|"
    r"order (?:of|for)|where) (?:the|my|a|an|both|two|it)? ?(?:\w+ ){0,1}$"
)
_HOLD = re.compile(r"\b(?:stays?|keep|same|must|remain|like mine|(?:has|have|need|needs) to be)\b")
_TOPIC = re.compile(
    r"\b(?:everything|all)\b[^.?!]*\b(?:nothing to do with|(?:not|n't|unrelated) "
    r"(?:\w+ ){0,3}?(?:related|for|about|to do)|related to|to do with)\b"
)
_EXCEPT_SOME = re.compile(
    r"\b(?:except|but|apart from|other than|besides)(?: for)? (?:a (?:couple|few)|some|2|3|one|two)\b"
)
_REFERENCE = re.compile(
    r"\b(?:(?:same|type|kind|style)\b[^,.;]{0,20}\b(?:as|of|like)|like) (?:the|my|that)? ?(?:other |pending )?$"
)
_CONNECT = re.compile(
    r"\s(?:for|to|into|with|->|→|instead(?! of)|changed to|be)\s"
    r"(?!(?:me|it|the order|my (?:order|address|card|gift|paypal|"
    r"credit|kid|mother|child|account|collection)|be|return|exchange|have|get|see|cancel|do|change|make|keep)\b)|"
    r"\bi(?:'d)? (?:want|like|need)\b|\bwould like\b|\bin exchange for\b|^\s*:\s"
)
_BOTH = re.compile(
    r"\b(?:both|all|every|each|two|three|2|3|4|all of)\W+(?:of )?(?:the |my |those |these )?(?:\w+ ){0,2}$"
)
_COUNT = re.compile(
    r"\b([2-9]|[1-9]\d)\W+(?:x\s|of (?:the |my |those |these )?)?(?:\w+ ){0,1}$|"
    r"\b(one|1) (?:(?:of (?:the |my |those |these )?)(?:\w+ ){0,1})?$"
)
_ONE_OF = re.compile(r"\b(?:one|1) of (?:them|those|these|the two|the 2)\b")
_ONLY = re.compile(
    r"\b(?:only|just|nothing else)\b(?! (?:ordered|bought|placed|received|got|arrived|wondering|created|want(?:ed)? "
    r"to (?:know|ask)|to be sure|use|make|like))"
)
_ALSO = re.compile(
    r"\b(?:also|too|as well|one more|in addition|another thing|and then|next|additionally|before (?:you|that))\b"
)
_MAYBE = re.compile(
    r"\b(?:would i be able to|could i still|am i able to|(?:is|would) it (?:be )?possible to|i only want to know|"
    r"just checking|not sure yet|"
    r"don't process|do not process|whether i could)\b"
)
_NO_ACTION = re.compile(
    r"\bdon't (?:process|do) (?:anything|it)|\bnot sure yet\b|\bonly want to know\b|\bjust checking\b"
)


@dataclass(frozen=True)
class Shop:
    """What the reader may look up of the shop: a product by id; and what its rules say."""

    product: Callable[[str], Product | None]
    reasons: Sequence[str] = ()
    open_statuses: Sequence[str] = ("pending",)
    back_statuses: Sequence[str] = ("delivered",)


@dataclass
class Focus:
    """What the conversation is about just now: the kind of request, its lines, the last order spoken of."""

    kind: str = ""
    lines: list[LineKey] = field(default_factory=list)
    order: str | None = None
    asked: str = ""
    told: list[LineKey] = field(default_factory=list)
    """The items that the last answer told of."""


@dataclass
class _Recent:
    """What a message has named so far: "it", "them", "that one" in a later clause."""

    lines: list[Line] = field(default_factory=list)
    orders: list[str] = field(default_factory=list)


class OrderReader:
    """Reads messages of one customer, against their account as it is now."""

    def __init__(self, account: Account, shop: Shop) -> None:
        self._account = account
        self._shop = shop
        self._lines = [x for o in account.orders for x in o.lines]
        self._names = list(dict.fromkeys(x.name for x in self._lines))
        self._options = option_words(account)
        self._recent = _Recent()

    def read(self, text: str, focus: Focus) -> Said:
        """The whole message; what it asks for in its order."""
        low = wording.mend(text)
        self._recent = _Recent()
        said = Said(
            text=low, yes=wording.says_yes(low), no=wording.says_no(low), forget=bool(wording.FORGET.search(low))
        )
        said.person = wants_person(text)
        said.if_refused = bool(PERSON_IF.search(low))
        for sentence in wording.sentences(low):
            for clause in clauses(sentence):
                self._clause(clause, text, said, focus)
        said.yes = said.yes and not (said.asks and wording.barely_yes(low))
        self._common(low, said)
        said.questions = questions(low, self._account, self._names, self._options)
        idle = not (said.questions or said.asks or focus.asked or focus.kind)
        if idle and ORDER_ID.fullmatch(low.strip(" .!?")):
            said.questions = [{"ask": "when", "orders": order_ids(low, self._account)[0]}]
        return said

    # -- clauses
    def _clause(self, clause: str, original: str, said: Said, focus: Focus) -> None:
        kinds = self._kinds(clause, said, focus)
        if not kinds:
            self._continue(clause, original, said, focus)
            return
        kind, at, wanted = kinds[0]
        if not wanted:
            said.drops.append(self._ask(kind, clause, at, original, focus))
            return
        ask = self._ask(kind, clause, at, original, focus)
        if len(kinds) > 1 and {k for k, _, _ in kinds} >= {"cancel", "return"}:
            ask.kind = "get_rid"
        said.asks.append(ask)

    def _kinds(self, clause: str, said: Said, focus: Focus) -> list[tuple[str, int, bool]]:
        if wording.about_paying(clause) and focus.asked != "payment":
            return [("payment", 0, True)]
        if address_in(clause, clause) and not re.search(r"\b(?:return|cancel|exchange)\b", clause):
            return [("address", 0, True)] if focus.asked != "address" else []
        if wording.about_address(clause):
            return [("address", 0, True)] if self._address_wanted(clause, said) else []
        return wording.actions(clause)

    def _address_wanted(self, clause: str, said: Said) -> bool:
        """A clause about an address asks for a change, unless it only tells or answers ("it's the address on ...")."""
        if re.match(
            r"\W*(?:it's|it is|that's|the one|same|my \w+ (?:place|address|home)\W*$|i'd rather not|i won't|i don't "
            r"want to type)",
            clause,
        ):
            return False
        if re.search(r"\b(?:which|what|where)\b[^.?!]*\b(?:did|does|do|is|was|has)\b", clause):
            return False
        if re.search(
            r"\bcheck\b|\bi had\b[^.]*\bsent\b|\b(?:is|was|are|were|that's|order's) going to\b", clause
        ) and not re.search(r"\b(?:chang|updat|modif|correct)", clause):
            return False
        return bool(
            re.search(
                r"\b(?:chang|updat|modif|correct|send|sent|ship|deliver|go|going|make|set|switch|get|put|moved|"
                r"should be|wrong|fix|use)",
                clause,
            )
        )

    def _continue(self, clause: str, original: str, said: Said, focus: Focus) -> None:
        """A clause without an action of its own: more about the last request of this message, or an answer."""
        last = said.asks[-1] if said.asks else None
        if said.asks and said.drops and re.match(r"\W*(?:and|or)\b", clause):
            last = None
        into = last or said.rest
        kind = last.kind if last else focus.kind
        more = self._ask(kind, clause, 0, original, focus, answering=last is None)
        into.text = f"{into.text} {clause}".strip()
        merge_items(into.items, more.items, more.only)
        wishing = last is None and re.search(r"\binstead\b|\bi(?:'d| would)? (?:want|like|prefer)\b", clause)
        if not more.items and into.items and (kind == "swap" or wishing):
            self._wish_for(into.items, clause)
        elif not more.items and last is None and focus.asked == "item" and (picked := self._picked(clause, focus)):
            into.items += picked
        elif not more.items and last is None and kind == "swap" and focus.asked != "item":
            merge_items(into.items, self._wishes_of_focus(clause, focus))
        self._together(into)
        into.orders = list(dict.fromkeys([*into.orders, *more.orders]))
        into.keep = list(dict.fromkeys([*into.keep, *more.keep]))
        into.unknown = into.unknown or more.unknown
        into.address = into.address or more.address
        for name in ("whole", "every", "only", "also", "maybe"):
            setattr(into, name, getattr(into, name) or getattr(more, name))
        into.pattern = into.pattern or more.pattern
        if last is not None and last.kind in ("address", "home", "both") and more.kind in ("home", "both"):
            last.kind = "home" if last.kind == more.kind == "home" else "both"

    def _ask(self, kind: str, clause: str, at: int, original: str, focus: Focus, answering: bool = False) -> Ask:
        ask = Ask(kind, clause)
        ask.orders, ask.unknown = order_ids(clause, self._account)
        ask.only, ask.also = bool(_ONLY.search(clause)), bool(_ALSO.search(clause))
        ask.maybe = bool(_MAYBE.search(clause))
        ask.pattern = next(iter(statuses(clause)), "")
        if kind in ("address", "home") or (answering and focus.asked == "address"):
            read_address(ask, clause, original, self._account, focus.order)
        found = mentions(clause, self._names, self._options)
        context = [m for m in found if _NEAR.search(clause[: m.start])]
        found = [m for m in found if m not in context]
        near = self._orders_with(context)
        if kind not in ("address", "home"):
            ask.orders = ask.orders or self._at_places(clause)
        if not ask.source_named:
            ask.orders = ask.orders or self._where_it_can(near, kind)
        ask.every, ask.whole = bool(_EVERY.search(clause)), _means_whole(clause)
        if kind in ("address", "home"):
            self._orders_to_send(ask, found, clause, focus)
            return ask
        kept = [m for m in found if _KEEP.search(clause[: m.start]) or _KEEP_AFTER.search(clause[m.end :])]
        found = [m for m in found if not _REFERENCE.search(clause[: m.start])]
        ask.keep = [key(x) for m in kept for x in self._of(m)]
        for n, mention in enumerate(found):
            if mention not in kept and not self._in_wish(clause, found, n, kind):
                ask.items.append(self._item(clause, found, n, kind, ask, at, focus))
        ask.items += self._by_id(clause, kind)
        if not answering or focus.asked == "confirm":
            self._pointed(ask, clause, focus)
        if kind == "swap" and ask.every and not ask.items:
            self._all_items(ask, clause)
        self._together(ask)
        self._remember(ask, clause)
        return ask

    def _pointed(self, ask: Ask, clause: str, focus: Focus) -> None:
        """ "It", "them", "just that", "the more expensive one", "that order": what was named last."""
        if not ask.orders and re.search(r"\b(?:that|this|the same|same|whole|entire) order\b", clause):
            ask.orders = (
                self._recent.orders
                or list(dict.fromkeys(k[0] for k in focus.lines))
                or [o for o in (focus.order,) if o]
            )
            ask.orders = ask.orders if len(ask.orders) == 1 or not ask.every else ask.orders[-1:]
        if (
            ask.items
            or ask.orders
            or ask.every
            or not re.search(r"\b(?:it|its|them|they|that|those|these|this|ones?|both|two|2|items?)\b", clause)
        ):
            return
        if not self._recent.lines and not focus.lines:
            self._recent.lines = [x for k in focus.told if (x := self._account.line(*k))]
        if self._recent.lines and not re.search(r"\border\b", clause):
            lines = self._narrow(list(self._recent.lines), clause, ask, ask.kind, clause, focus, True)
            ask.items = [
                Item(
                    [key(x) for x in lines],
                    all=bool(re.search(r"\b(?:them|both|those|these|they)\b", clause)),
                    count=1 if _ONE_OF.search(clause) else None,
                    text=clause,
                )
            ]
            if ask.kind == "swap":
                self._set_wish(ask.items[0], clause, True)
        elif ask.pattern and ask.kind == "swap" and re.search(r"\b(?:it|item|items|one)\b", clause):
            lines = [x for o in self._account.orders if o.status.startswith(ask.pattern) for x in o.lines]
            if len(lines) == 1:
                ask.items = [Item([key(lines[0])], text=clause)]
                self._set_wish(ask.items[0], clause, True)
        elif self._recent.orders:
            ask.orders = self._recent.orders[-1:]

    def _all_items(self, ask: Ask, clause: str) -> None:
        """ "All my items in their dearest version": every line of the orders meant, each with the wish."""
        wanted = self._shop.back_statuses if re.search(r"\bexchang", clause) else self._shop.open_statuses
        for order in self._account.orders:
            if order.order_id in ask.orders or (not ask.orders and order.status in wanted):
                for line in order.lines:
                    if key(line) not in ask.keep:
                        item = Item([key(line)], text=clause, every=True)
                        self._set_wish(item, clause, True)
                        ask.items.append(item)

    def _remember(self, ask: Ask, clause: str) -> None:
        if ask.items:
            self._recent.lines = [x for i in ask.items for k in i.lines if (x := self._account.line(*k))]
        elif re.search(r"\bmost expensive (?:item|thing|one|product)\b", clause):
            self._recent.lines = self._dearest(ask, clause)
        if ask.orders:
            self._recent.orders = list(ask.orders)

    def _dearest(self, ask: Ask, clause: str) -> list[Line]:
        orders = (
            ask.orders
            or self._recent.orders
            or [o.order_id for o in self._account.orders if o.status in self._shop.open_statuses][-1:]
        )
        lines = [x for x in self._lines if x.order_id in orders]
        return [max(lines, key=lambda x: x.price)] if lines else []

    def _orders_to_send(self, ask: Ask, found: Sequence[Mention], clause: str, focus: Focus) -> None:
        """Which orders an address is for: those named, or the ones with the items named, unless these only say which
        address is meant; "that order" is the one spoken of."""
        if not ask.orders and re.search(r"\b(?:that|this) order\b", clause):
            ask.orders = self._recent.orders or [o for o in (focus.order,) if o]
        if not ask.orders and not ask.source_named:
            ask.orders = self._orders_of_items(found, clause, focus)

    def _common(self, low: str, said: Said) -> None:
        """What a message says once for all of its requests: how to pay, why."""
        if SHOW.search(low):
            for item in (i for a in (*said.asks, said.rest) for i in a.items if i.wish):
                item.wish.show = True
        for ask in (*said.asks, said.rest):
            ask.payment = payments(ask.text, self._account)
            ask.reason = reason(ask.text, self._shop.reasons)
        ways, why = payments(low, self._account), reason(low, self._shop.reasons)
        for ask in (*said.asks, said.rest):
            ask.payment = ask.payment or ([] if any(a.payment for a in said.asks) else ways)
            ask.reason = ask.reason or (None if any(a.reason for a in said.asks) else why)
        vague = _TOPIC.search(low) or (_EXCEPT_SOME.search(low) and not any(a.keep for a in (*said.asks, said.rest)))
        if vague:  # "everything that isn't for gaming": which that is, only the customer knows
            for ask in (*said.asks, said.rest):
                ask.every = False
        if _NO_ACTION.search(low):
            for ask in said.asks:
                ask.maybe = True

    # -- items
    def _of(self, mention: Mention) -> list[Line]:
        return [x for x in self._lines if x.name in mention.names]

    def _orders_with(self, context: Sequence[Mention]) -> list[str]:
        sets = [{x.order_id for x in self._of(m)} for m in context]
        both = set.intersection(*sets) if sets else set()
        return [o.order_id for o in self._account.orders if o.order_id in both]

    def _where_it_can(self, orders: list[str], kind: str) -> list[str]:
        """Of several orders that fit a hint, those on which the action is possible, if there are any."""
        wanted = {"cancel": self._shop.open_statuses, "return": self._shop.back_statuses}.get(kind)
        fits = [o.order_id for o in self._account.orders if o.order_id in orders and wanted and o.status in wanted]
        return fits or orders

    def _at_places(self, clause: str) -> list[str]:
        if not re.search(
            r"\b(?:order(?:s|ed)?|one|ones|it|things|items?|stuff|sent|went|going|shipped|delivered)\b", clause
        ):
            return []
        return orders_at(clause, self._account)

    def _orders_of_items(self, found: Sequence[Mention], clause: str, focus: Focus) -> list[str]:
        lines = [x for m in found for x in described(self._of(m), clause)]
        return list(dict.fromkeys(x.order_id for x in lines))

    def _in_wish(self, clause: str, found: Sequence[Mention], n: int, kind: str) -> bool:
        """ "exchange my lamp for a brighter lamp", "the grill for the type of grill I received": named again, not "
        "meant again."""
        mention = found[n]
        before = [m for m in found[:n] if set(m.names) & set(mention.names)]
        between = clause[before[-1].end : mention.start] if before else ""
        return (
            kind == "swap"
            and bool(before)
            and bool(_CONNECT.search(between) or re.search(r"\b(?:as|like|type of|kind)\b", between))
        )

    def _item(self, clause: str, found: Sequence[Mention], n: int, kind: str, ask: Ask, at: int, focus: Focus) -> Item:
        mention = found[n]
        start, end = _chunk(clause, found, n, kind)
        before, after = clause[start : mention.start], clause[mention.end : end]
        link = _CONNECT.search(after) if kind == "swap" else None
        told = before + " " + (after[: link.start()] if link else after)
        lines = self._narrow(self._of(mention), told, ask, kind, clause, focus, bool(link) or kind != "swap")
        many = bool(_BOTH.search(clause[: mention.start])) or mention.plural
        count = _COUNT.search(clause[: mention.start])
        item = Item(
            [key(x) for x in lines],
            all=many and len(lines) > 1,
            count=1 if _ONE_OF.search(clause) else int(count[1] or 1) if count else None,
            text=clause[start:end].strip(),
        )
        if kind in ("swap", ""):
            self._set_wish(item, after[link.start() :] if link else f"{before} {after}", bool(link))
        return item

    def _narrow(
        self, lines: list[Line], told: str, ask: Ask, kind: str, clause: str, focus: Focus, by_options: bool
    ) -> list[Line]:
        """Of all lines with a name, those that fit what is said of them; a hint that fits none is passed over."""
        allowed = {
            "cancel": self._shop.open_statuses, "return": self._shop.back_statuses,
            "swap": (*self._shop.open_statuses, *self._shop.back_statuses),
        }.get(kind, ())  # fmt: skip
        status = {o.order_id: o.status for o in self._account.orders}
        hints: list[Callable[[Line], bool]] = [lambda x: x.order_id in ask.orders]
        if not ask.orders:
            if near := next(iter(statuses(told)), ask.pattern):
                hints.append(lambda x: status[x.order_id].startswith(near))
            hints.append(lambda x: status[x.order_id] in allowed)
            if kind == "swap" and re.search(r"\bexchang", clause):
                hints.append(lambda x: status[x.order_id] in self._shop.back_statuses)
            elif kind == "swap" and not ask.pattern:
                hints.append(lambda x: status[x.order_id] in self._shop.open_statuses)
        for hint in hints:
            lines = [x for x in lines if hint(x)] or lines
        if JUST.search(clause) and len({x.order_id for x in lines}) > 1:
            newest = [o.order_id for o in self._account.orders if o.order_id in {x.order_id for x in lines}][-1]
            lines = [x for x in lines if x.order_id == newest]
        return described(lines, told) if by_options or len(lines) > 1 else lines

    def _together(self, ask: Ask) -> None:
        """Items named in one breath are of one order, where there is one that has them all."""
        open_items = [i for i in ask.items if not i.all]
        orders = [{o for o, _ in i.lines} for i in open_items]
        common = set.intersection(*orders) if len(orders) > 1 else set()
        if len(common) == 1 or (common and any(len(o) > len(common) for o in orders)):
            for item in open_items:
                item.lines = [x for x in item.lines if x[0] in common] or item.lines

    def _by_id(self, clause: str, kind: str) -> list[Item]:
        """Items named by a number of the shop's: of an item or of a product in the customer's orders."""
        out: list[Item] = []
        for match in re.finditer(r"\b\d{6,}\b", clause):
            lines = [x for x in self._lines if match[0] in (x.sku, x.product_id)]
            if lines:
                item = Item([key(x) for x in lines], text=match[0])
                self._set_wish(item, clause[match.end() :], True)
                out.append(item)
        return out

    # -- wishes
    def _set_wish(self, item: Item, text: str, linked: bool) -> None:
        lines = [x for k in item.lines if (x := self._account.line(*k))]
        product = self._shop.product(lines[0].product_id or "") if lines else None
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
                    wish.same += [name] if _HOLD.search(text) else []
                    continue
                wish.want[name] = rest
        wish.like = self._like(whole, lines)
        item.wish = wish

    def _like(self, text: str, lines: Sequence[Line]) -> list[object] | None:
        """ "The type that's in my pending order", "the same kind as the grill I received": another line of the "
        "same product."""
        if not lines or not re.search(
            r"\b(?:same|type|kind|style|(?:exactly|just) like|one (?:as|like))\b"
            r"[^.;]*\b(?:order|received|got|have|pending|delivered|bought)\b",
            text,
        ):
            return None
        mine = {key(x) for x in lines}
        wanted = statuses(text)
        status = {o.order_id: o.status for o in self._account.orders}
        others = [
            x
            for x in self._lines
            if (x.product_id == lines[0].product_id and key(x) not in mine)
            or (x.product_id == lines[0].product_id and len(mine) > 1)
        ]
        if re.search(r"\b(?:already )?(?:received|got|have)\b", text):
            wanted = ["delivered", "exchange", "return"]
        others = [x for x in others if any(status[x.order_id].startswith(w) for w in wanted)] if wanted else others
        return [others[0].order_id, others[0].number] if others else None

    def _wish_for(self, items: Sequence[Item], clause: str) -> None:
        for item in items:
            fresh = Item(item.lines)
            self._set_wish(fresh, clause, bool(re.search(r"\b(?:for|to|want|like|one)\b", clause)))
            if fresh.wish.says:
                item.wish = fresh.wish.over(item.wish)

    def _picked(self, clause: str, focus: Focus) -> list[Item]:
        """The answer to "which item" without a name: "the 15-inch with 32GB", "both", "the cheaper one"."""
        lines = [x for k in focus.lines if (x := self._account.line(*k))]
        if re.search(r"\b(?:both|all of them|all|two|2)\b", clause) and lines:
            return [Item([key(x) for x in lines], all=True, text=clause)]
        fits = described(lines, clause)
        return [Item([key(x) for x in fits], text=clause)] if 0 < len(fits) < len(lines) else []

    def _wishes_of_focus(self, clause: str, focus: Focus) -> list[Item]:
        out = []
        for line in focus.lines:
            item = Item([line], text=clause)
            self._set_wish(item, clause, True)
            if item.wish.says:
                out.append(item)
        return out


def _means_whole(clause: str) -> bool:
    """Whether a clause means whole orders; "the boots in my order" doesn't."""
    return any(
        not re.search(r"\b(?:in|from|of|on|with)\s+$", clause[: m.start()]) or re.match(r"whole|entire|complete", m[0])
        for m in _WHOLE.finditer(clause)
    )


def _without_orders(text: str) -> str:
    return re.sub(r"#\w+|\b(?:in|from|of) (?:my|the|that|this) (?:\w+ )?order\b", " ", text)


def _chunk(clause: str, found: Sequence[Mention], n: int, kind: str) -> tuple[int, int]:
    """What is said of one of several items: from the joint before it to the joint before the next."""
    start = _joint(clause, found[n - 1].end, found[n].start) if n else 0
    end = _joint(clause, found[n].end, found[n + 1].start) if n + 1 < len(found) else len(clause)
    return start, end


def _joint(clause: str, after: int, before: int) -> int:
    """Where between two mentions the second one begins: at the last comma or "and" before it."""
    joints = [
        m.end() for m in re.finditer(r",\s*(?:and\s+)?|;\s*|\.\s*|\band\s+|\bbut\s+|\bor\s+", clause[after:before])
    ]
    return after + joints[-1] if joints else after


_CUT = re.compile(r"(?:,\s*|\s+)(?:and|but|then|also|plus|or)\s+(?:then\s+|also\s+|please\s+)*|[,;:]\s*|\s-\s")


def clauses(sentence: str) -> list[str]:
    """A sentence cut so that every piece asks for one kind of thing."""
    cuts: list[int] = []
    places = [at for _, at, _ in wording.actions(sentence)]
    for first, second in pairwise(places):
        between = list(_CUT.finditer(sentence, first, second))
        if between and not re.fullmatch(r"\W*(?:\w+ing|\w+)\W*(?:or|and|/)\W*", sentence[first:second]):
            cuts.append(between[-1].start())
    out, start = [], 0
    for cut in cuts:
        out.append(sentence[start:cut])
        start = cut
    return [c.strip(" ,;") for c in [*out, sentence[start:]] if c.strip(" ,;.")]
