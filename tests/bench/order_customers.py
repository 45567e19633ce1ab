"""Makes up scripted customers with new goals and wordings out of a tau2 `db.json`, with the writes that are right.

    scripts, tasks = make(db, number=120, seed=7, held=False)

The scripts are in the format of ../shared/customers; what is right is worked out here from the rows alone. Goals of
`HELD_KINDS` and voices with `held` occur only when `held` is asked for. The same seed gives the same customers. Knows
nothing of the assistant; a script whose expected writes the scorer would reject isn't made.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from order_voices import VOICES, Voice, short, wanted

Json = dict[str, Any]
HELD_KINDS = frozenset({"return_but", "two_out", "like", "or_return", "ship_other", "leave_part", "bigger"})
_EASY = frozenset({"count", "home", "price", "total", "track", "ship"})
"""Kinds that nearly every customer has something for: rarer, so that they don't crowd out the others."""
_MORE = {"size": "bigger", "capacity": "bigger", "length": "longer", "frame size": "bigger", "height": "taller",
         "storage": "bigger"}  # fmt: skip
_LESS = {"size": "smaller", "capacity": "smaller", "length": "shorter", "frame size": "smaller", "height": "lower"}
_RANKS = (("XS", "S", "M", "L", "XL", "XXL"), ("small", "medium", "large"))
_STREETS = ("12 Harbour Lane", "4801 Juniper Court", "77 Mill Street", "950 Lakeside Drive", "3 Old Quarry Road")
_TOWNS = (("Austin", "TX", "78704"), ("Portland", "OR", "97205"), ("Boston", "MA", "02116"), ("Reno", "NV", "89501"))


@dataclass
class Made:
    """Goals of one customer with what they come to."""

    goals: list[Json] = field(default_factory=list)
    rules: list[Json] = field(default_factory=list)
    actions: list[Json] = field(default_factory=list)
    tell: list[str] = field(default_factory=list)
    """What must be told in some reply."""


class Maker:
    """One customer's goals, drawn by `rng` and worded by `voice`. `used` orders aren't touched twice."""

    def __init__(self, db: Json, user: str, voice: Voice, rng: random.Random) -> None:
        self.db, self.user, self.voice, self.rng = db, db["users"][user], voice, rng
        self.orders = [db["orders"][o] for o in self.user["orders"]]
        self.used: set[str] = set()
        self.made = Made()

    # -- words
    def say(self, key: str, **words: str) -> str:
        return str(self.rng.choice(self.voice[key])).format(**words)

    def name(self, item: Json) -> str:
        return short(item["name"], [i["name"] for o in self.orders for i in o["items"]])

    def label(self, method: str) -> str:
        mine = self.user["payment_methods"]
        kind = mine[method]["source"]
        if kind == "credit_card" and sum(m["source"] == kind for m in mine.values()) > 1:
            return f"card ending in {mine[method]['last_four']}"
        return {"credit_card": "credit card", "gift_card": "gift card", "paypal": "PayPal account"}[kind]

    def paying(self, order: Json) -> tuple[str, str]:
        """(method id, answer): what was paid with, or another one of the customer's by name."""
        paid = order["payment_history"][0]["payment_method_id"]
        if self.rng.random() < 0.5:
            return paid, self.say("original")
        method = self.rng.choice(list(self.user["payment_methods"]))
        return method, self.say("paywith", **{"with": self.label(method)})

    def number(self, order: Json) -> str:
        return self.say("number", order=order["order_id"]) if self.rng.random() < 0.5 else self.say("no_number")

    # -- rows
    def lines(self, status: str, count: int = 1) -> tuple[Json, list[Json]] | None:
        """An untouched order of a status and some of its items whose names tell them from all others there."""
        of_status = [i for o in self.orders if o["status"] == status for i in o["items"]]
        names = [i["name"] for i in of_status]
        fits = []
        for order in self.orders:
            if order["status"] != status or order["order_id"] in self.used:
                continue
            own = [i for i in order["items"] if names.count(i["name"]) == 1]
            if len(own) >= count:
                fits.append((order, own))
        if not fits:
            return None
        order, own = self.rng.choice(fits)
        self.used.add(order["order_id"])
        return order, self.rng.sample(own, count)

    def variants(self, item: Json) -> list[Json]:
        found = self.db["products"][item["product_id"]]["variants"].values()
        return [v for v in found if v["available"] and v["item_id"] != item["item_id"]]

    def change(self, item: Json, there: bool = True) -> tuple[Json, str, str] | None:
        """(version, what is wanted in words, regex): one or two options changed, the others the same."""
        out = []
        every = list(self.db["products"][item["product_id"]]["variants"].values())
        for v in every if not there else self.variants(item):
            changed = [k for k in v["options"] if v["options"][k] != item["options"].get(k)]
            if 1 <= len(changed) <= 2 and v["available"] == there and v["item_id"] != item["item_id"]:
                out.append((v, changed))
        if not out:
            return None
        version, changed = self.rng.choice(out)
        words = " and ".join(wanted(k, version["options"][k]) for k in changed)
        rest = f", {self.say('rest')}" if len(changed) < len(version["options"]) else ""
        return version, self.say("one", x=words) + rest, re.escape(version["options"][changed[0]])

    # -- writes
    def write(self, name: str, **arguments: Any) -> None:
        self.made.actions.append({"name": name, "arguments": arguments})

    def goal(self, kind: str, say: str, does: list[str], **more: Any) -> Json:
        goal = {"id": f"{kind}{len(self.made.goals)}", "say": say, "does": does, **more}
        self.made.goals.append(goal)
        return goal

    # -- goals: each gives False when this customer has nothing for it
    def cancel(self) -> bool:
        found = self.lines("pending")
        if not found:
            return False
        order, (item,) = found
        by_id = self.rng.random() < 0.3
        key, why = self._why()
        words = self.say("cancel_id", order=order["order_id"]) if by_id else self.say("cancel", item=self.name(item))
        self.goal("can", words, [f"cancel_pending_order:{order['order_id']}"], reason=why, order=self.number(order),
                  about=self.about(item), item=self.say("thing", item=self.name(item)))  # fmt: skip
        self.write("cancel_pending_order", order_id=order["order_id"], reason=key)
        return True

    def _why(self) -> tuple[str, str]:
        if self.rng.random() < 0.6:
            return "no longer needed", self.say("needless")
        return "ordered by mistake", self.say("mistake")

    def about(self, *items: Json) -> str:
        return "|".join(re.escape(i["name"].split()[-1].lower().rstrip("s")) for i in items)

    def cancel_all(self) -> bool:
        pending = [o for o in self.orders if o["status"] == "pending"]
        if len(pending) < 2 or any(o["order_id"] in self.used for o in pending):
            return False
        key, why = self._why()
        self.goal("all", self.say("cancel_all"), [f"cancel_pending_order:{o['order_id']}" for o in pending],
                  reason=why, about="cancel")  # fmt: skip
        for order in pending:
            self.used.add(order["order_id"])
            self.write("cancel_pending_order", order_id=order["order_id"], reason=key)
        return True

    def part(self, leave: bool = False) -> bool:
        """One item of several can't be cancelled: then the whole order, or nothing."""
        found = self.lines("pending", 2)
        if not found:
            return False
        order, (item, _) = found
        key, why = self._why()
        goal = self.goal("part", self.say("cancel_part", item=self.name(item)), ["cancel_pending_order:part"],
                         item=self.say("thing", item=self.name(item)), about=self.about(item), reason=why,
                         order=self.number(order))  # fmt: skip
        rule = {"when": ["refuse", "confirm"], "goal": goal["id"], "drop": [goal["id"]]}
        if leave:
            self.made.rules.append(rule | {"say": self.say("leave_then")})
            return True
        whole = self.goal("whole", self.say("whole_then"), [f"cancel_pending_order:{order['order_id']}"], hidden=True,
                          reason=why, about="cancel")  # fmt: skip
        self.made.rules.append(rule | {"say": whole["say"], "state": [whole["id"]]})
        self.write("cancel_pending_order", order_id=order["order_id"], reason=key)
        return True

    def leave_part(self) -> bool:
        return self.part(leave=True)

    def back(self) -> bool:
        found = self.lines("delivered", self.rng.choice([1, 1, 2]))
        if not found:
            return False
        order, items = found
        names = " and the ".join(self.name(i) for i in items)
        return self._return(order, items, self.say("return", item=names), self.say("thing", item=names))

    def return_but(self) -> bool:
        found = self.lines("delivered", 2)
        if not found:
            return False
        order, (kept, other) = found
        words = self.say("return_but", item=self.name(kept), other=self.name(other))
        return self._return(order, [i for i in order["items"] if i is not kept], words, words)

    def return_whole(self) -> bool:
        found = self.lines("delivered")
        if not found:
            return False
        words = self.say("return_whole", order=found[0]["order_id"])
        return self._return(found[0], found[0]["items"], words, words)

    def _return(self, order: Json, items: list[Json], words: str, what: str) -> bool:
        method, answer = self.paying(order)
        paid = order["payment_history"][0]["payment_method_id"]
        allowed = method == paid or self.user["payment_methods"][method]["source"] == "gift_card"
        more = {} if allowed else {"refused": [self.say("original")]}
        self.goal("ret", words, [f"return_delivered_order_items:{order['order_id']}"], item=what, payment=answer,
                  about=self.about(*items), order=self.number(order), reason=self.say("needless"), **more)  # fmt: skip
        self.write("return_delivered_order_items", order_id=order["order_id"], item_ids=[i["item_id"] for i in items],
                   payment_method_id=method if allowed else paid)  # fmt: skip
        return True

    def swap_in(self) -> bool:
        return self._swap("delivered", 1)

    def swap_out(self) -> bool:
        return self._swap("pending", 1)

    def two_in(self) -> bool:
        return self._swap("delivered", 2)

    def two_out(self) -> bool:
        return self._swap("pending", 2)

    def mind(self) -> bool:
        return self._swap("delivered", 2, mind=True)

    def _swap(self, status: str, count: int, mind: bool = False) -> bool:
        found = self.lines(status, count)
        changes = [self.change(i) for i in found[1]] if found else [None]
        if not found or None in changes:
            return False
        order, items = found
        words = {"item": self.name(items[0]), "want": changes[0][1]}
        side = "in" if status == "delivered" else "out"
        if count == 2:
            words |= {"item2": self.name(items[1]), "want2": changes[1][1]}
        said = self.say(("two_" if count == 2 else "swap_") + side, **words)
        options = ". ".join(f"{self.name(i)}: {c[1]}" for i, c in zip(items, changes, strict=True))
        thing = self.say("thing", item=" and the ".join(self.name(i) for i in items))
        pairs = [(i["item_id"], c[0]["item_id"]) for i, c in zip(items, changes, strict=True)]
        must = [c[2] for c in changes]
        goal = self._exchange(order, status, items, said, options, thing, pairs[:1] if mind else pairs, must)
        if mind:
            only = self.say("mind", item=words["item"], do="exchange")
            one = dict(goal, id=goal["id"] + "one", say=only, hidden=True, must=must[:1],
                       item=self.say("thing", item=words["item"]), option=changes[0][1])  # fmt: skip
            self.made.goals.append(one)
            self.made.rules.append({"when": ["confirm"], "goal": goal["id"], "drop": [goal["id"]],
                                    "state": [one["id"]], "say": only})  # fmt: skip
        return True

    def _exchange(self, order: Json, status: str, items: list[Json], said: str, options: str, thing: str,
                  pairs: list[tuple[str, str]], must: list[str], **more: Any) -> Json:  # fmt: skip
        action = "exchange_delivered_order_items" if status == "delivered" else "modify_pending_order_items"
        method, answer = self.paying(order)
        self.write(action, order_id=order["order_id"], item_ids=[a for a, _ in pairs],
                   new_item_ids=[b for _, b in pairs], payment_method_id=method)  # fmt: skip
        return self.goal("swap", said, [f"{action}:{order['order_id']}"], item=thing, option=options, payment=answer,
                         order=self.number(order), about=self.about(*items), must=must, **more)  # fmt: skip

    def extreme(self) -> bool:
        status = self.rng.choice(["delivered", "pending"])
        found = self.lines(status)
        if not found:
            return False
        order, (item,) = found
        sign, key = self.rng.choice([(1, "cheapest"), (-1, "dearest")])
        ranked = sorted(self.variants(item), key=lambda v: sign * v["price"])
        if not ranked or sign * ranked[0]["price"] >= sign * item["price"] or (
            len(ranked) > 1 and ranked[0]["price"] == ranked[1]["price"]
        ):  # fmt: skip
            return False
        want = self.say(key)
        said = self.say("swap_in" if status == "delivered" else "swap_out", item=self.name(item), want=want)
        self._exchange(order, status, [item], said, want, self.say("thing", item=self.name(item)),
                       [(item["item_id"], ranked[0]["item_id"])], [])  # fmt: skip
        return True

    def bigger(self) -> bool:
        """A comparative that one version alone meets, all else the same."""
        status = self.rng.choice(["delivered", "pending"])
        found = self.lines(status)
        if not found:
            return False
        order, (item,) = found
        for option, own in item["options"].items():
            for words, sign in ((_MORE, 1), (_LESS, -1)):
                fits = [v for v in self.variants(item) if _further(own, v["options"].get(option, ""), sign)
                        and all(v["options"][k] == x for k, x in item["options"].items() if k != option)]  # fmt: skip
                if option in words and len(fits) == 1:
                    want = f"a {words[option]} one, {self.say('rest')}"
                    said = self.say("swap_in" if status == "delivered" else "swap_out", item=self.name(item), want=want)
                    self._exchange(order, status, [item], said, want, self.say("thing", item=self.name(item)),
                                   [(item["item_id"], fits[0]["item_id"])], [])  # fmt: skip
                    return True
        return False

    def like(self) -> bool:
        """The version that another order of theirs has."""
        for order in self.rng.sample(self.orders, len(self.orders)):
            for other in self.orders:
                if order is other or {order["status"], other["status"]} != {"delivered", "pending"}:
                    continue
                for item in order["items"]:
                    twin = [i for i in other["items"] if i["product_id"] == item["product_id"]]
                    alone = sum(i["product_id"] == item["product_id"] for o in self.orders for i in o["items"]) == 2
                    there = {v["item_id"] for v in self.variants(item)}
                    if alone and len(twin) == 1 and twin[0]["item_id"] in there and order["order_id"] not in self.used:
                        self.used.add(order["order_id"])
                        want = self.say("like", item=self.name(item), which=other["status"])
                        side = "swap_in" if order["status"] == "delivered" else "swap_out"
                        self._exchange(order, order["status"], [item], self.say(side, item=self.name(item), want=want),
                                       want, self.say("thing", item=self.name(item)),
                                       [(item["item_id"], twin[0]["item_id"])], [])  # fmt: skip
                        return True
        return False

    def or_want(self, give_back: bool = False) -> bool:
        """What is wanted first can't be had; then another version, or the item goes back."""
        found = self.lines("delivered")
        first = self.change(found[1][0], there=False) if found else None
        second = self.change(found[1][0]) if found else None
        if not found or not first or not second:
            return False
        order, (item,) = found
        said = self.say("swap_in", item=self.name(item), want=first[1])
        if give_back:
            paid = order["payment_history"][0]["payment_method_id"]
            goal = self.goal("swap", f"{said} {self.say('or_return')}",
                             [f"return_delivered_order_items:{order['order_id']}"], option=first[1],
                             item=self.say("thing", item=self.name(item)), payment=self.say("original"),
                             order=self.number(order), about=self.about(item))  # fmt: skip
            goal |= {"reason": self.say("needless"), "refused": [self.say("or_return")]}
            self.write("return_delivered_order_items", order_id=order["order_id"], item_ids=[item["item_id"]],
                       payment_method_id=paid)  # fmt: skip
            return True
        other = self.say("or_want", want=second[1])
        thing = self.say("thing", item=self.name(item))
        self._exchange(order, "delivered", [item], said, f"{first[1]}. {other}", thing,
                       [(item["item_id"], second[0]["item_id"])], [second[2]], refused=[other])  # fmt: skip
        return True

    def or_return(self) -> bool:
        return self.or_want(give_back=True)

    def pay(self) -> bool:
        found = self.lines("pending")
        if not found:
            return False
        order, (item,) = found
        paid = order["payment_history"][0]["payment_method_id"]
        others = [m for m in self.user["payment_methods"] if m != paid]
        if not others:
            return False
        method = self.rng.choice(others)
        label = self.label(method)
        self.goal("pay", self.say("pay", item=self.name(item), **{"with": label}),
                  [f"modify_pending_order_payment:{order['order_id']}"], about="pay|card|paypal",
                  payment=self.say("paywith", **{"with": label}), order=self.number(order),
                  item=self.say("thing", item=self.name(item)))  # fmt: skip
        self.write("modify_pending_order_payment", order_id=order["order_id"], payment_method_id=method)
        return True

    def _new_address(self) -> tuple[Json, str]:
        street, (city, state, code) = self.rng.choice(_STREETS), self.rng.choice(_TOWNS)
        second = self.rng.choice(["", "", "Apt 5B", "Suite 210"])
        address = {"address1": street, "address2": second, "city": city, "state": state, "zip": code, "country": "USA"}
        return address, ", ".join(x for x in (street, second, city, f"{state} {code}") if x)

    def ship(self) -> bool:
        found = self.lines("pending")
        if not found:
            return False
        order, (item,) = found
        address, written = self._new_address()
        self.goal("ship", self.say("ship", item=self.name(item), address=written),
                  [f"modify_pending_order_address:{order['order_id']}"], about="address|deliver|ship",
                  address=f"{written}.", order=self.number(order))  # fmt: skip
        self.write("modify_pending_order_address", order_id=order["order_id"], **address)
        return True

    def ship_home(self) -> bool:
        found = self.lines("pending")
        home = self.user["address"]
        if not found or found[0]["address"] == home:
            return False
        words = self.say("ship_home", item=self.name(found[1][0]))
        self.goal("ship", words, [f"modify_pending_order_address:{found[0]['order_id']}"], address=words,
                  about="address|deliver|ship", order=self.number(found[0]))  # fmt: skip
        self.write("modify_pending_order_address", order_id=found[0]["order_id"], **home)
        return True

    def ship_other(self) -> bool:
        found = self.lines("pending")
        names = [i["name"] for o in self.orders for i in o["items"]]
        others = [(o, i) for o in self.orders for i in o["items"] if found and o is not found[0]
                  and o["address"] != found[0]["address"] and names.count(i["name"]) == 1]  # fmt: skip
        if not found or not others:
            return False
        other, twin = self.rng.choice(others)
        words = self.say("ship_other", item=self.name(found[1][0]), other=self.name(twin))
        self.goal("ship", words, [f"modify_pending_order_address:{found[0]['order_id']}"], address=words,
                  about="address|deliver|ship", order=self.number(found[0]))  # fmt: skip
        self.write("modify_pending_order_address", order_id=found[0]["order_id"], **other["address"])
        return True

    def home(self) -> bool:
        address, written = self._new_address()
        self.goal("home", self.say("home", address=written), ["modify_user_address"], about="address|profile",
                  address=f"{written}.")  # fmt: skip
        self.write("modify_user_address", user_id=self.user["user_id"], **address)
        return True

    # -- questions
    def _ask(self, key: str, value: str, about: str, **words: str) -> bool:
        pattern = re.escape(value)
        if re.fullmatch(r"\d+\.\d\d", value):
            pattern = rf"{int(float(value)):,}".replace(",", ",?") + rf"\.{value[-2:]}"
        elif value.isdigit() and len(value) < 4:
            pattern = rf"(?<![#\d.$])\b{value}\b"
        self.goal("ask", self.say(key, **words), [], about=about, answer_if=pattern, order=self.say("no_number"))
        self.made.tell.append(value)
        return True

    def _some(self, statuses: tuple[str, ...]) -> tuple[Json, Json] | None:
        names = [i["name"] for o in self.orders for i in o["items"]]
        fits = [(o, i) for o in self.orders for i in o["items"] if o["status"] in statuses
                and names.count(i["name"]) == 1 and o["order_id"] not in self.used]  # fmt: skip
        return self.rng.choice(fits) if fits else None

    def total(self) -> bool:
        found = self._some(("pending", "delivered", "processed"))
        if not found or len(found[0]["items"]) < 2:
            return False
        return self._ask("total", f"{found[0]['payment_history'][0]['amount']:.2f}", self.about(found[1]),
                         item=self.name(found[1]))  # fmt: skip

    def track(self) -> bool:
        found = self._some(("delivered", "processed"))
        if not found or not found[0]["fulfillments"]:
            return False
        return self._ask("track", found[0]["fulfillments"][0]["tracking_id"][0], "track", item=self.name(found[1]))

    def price(self) -> bool:
        found = self._some(("pending", "delivered", "processed"))
        if not found:
            return False
        return self._ask("price", f"{found[1]['price']:.2f}", self.about(found[1]), item=self.name(found[1]))

    def count(self) -> bool:
        product = self.rng.choice(list(self.db["products"].values()))
        there = sum(v["available"] for v in product["variants"].values())
        return self._ask("count", str(there), "option|version|available", item=product["name"].lower())

    def refund(self) -> None:
        """Last of all: what comes back for returns and cancelled orders."""
        back = 0.0
        for action in self.made.actions:
            order = self.db["orders"].get(action["arguments"].get("order_id"), {})
            if action["name"].startswith("cancel"):
                back += sum(i["price"] for i in order["items"])
            elif action["name"].startswith("return"):
                ids = list(action["arguments"]["item_ids"])
                back += sum(i["price"] for i in order["items"] if i["item_id"] in ids)
            elif "items" in action["name"]:
                return
        if back:
            self._ask("refund", f"{back:.2f}", "refund|back")


KINDS: dict[str, Callable[[Maker], bool]] = {
    name: getattr(Maker, name)
    for name in (
        "cancel", "cancel_all", "part", "leave_part", "back", "return_but", "return_whole", "swap_in", "swap_out",
        "two_in", "two_out", "mind", "extreme", "bigger", "like", "or_want", "or_return", "pay", "ship", "ship_home",
        "ship_other", "home", "total", "track", "price", "count",
    )
}  # fmt: skip


def _further(old: str, new: str, sign: int) -> bool:
    for ranks in _RANKS:
        if old in ranks and new in ranks:
            return (ranks.index(new) - ranks.index(old)) * sign > 0
    a, b = (re.match(r"\d+(?:\.\d+)?", x) for x in (old, new))
    return bool(a and b) and (float(b[0]) - float(a[0])) * sign > 0


def make(db: Json, number: int, seed: int, held: bool) -> tuple[list[Json], dict[str, Json]]:
    """`number` scripts and their tasks. `held`: voices and goals for measuring, the goals mixed with others."""
    import score

    rng = random.Random(f"{seed}/{held}")
    users = [u for u in db["users"] if (len(u) % 3 == 0) == held and len(db["users"][u]["orders"]) >= 2]
    voices = [v for v in VOICES if v["held"] == held]
    scripts: list[Json] = []
    tasks: dict[str, Json] = {}
    while len(scripts) < number:
        voice, user = rng.choice(voices), rng.choice(users)
        maker = Maker(db, user, voice, rng)
        kinds = [k for k in KINDS if held or k not in HELD_KINDS]
        tried = sorted(rng.sample(kinds, len(kinds)), key=lambda k: k in _EASY and rng.random() < 0.75)
        if held:
            tried.sort(key=lambda k: k not in HELD_KINDS and rng.random() < 0.6)
        aim = rng.choice([1, 1, 2, 2, 3])
        names = []
        for kind in tried:
            if len(names) >= aim:
                break
            before = Made(*(list(x) for x in vars(maker.made).values()))
            if KINDS[kind](maker):
                names.append(kind)
            else:
                maker.made = before
        if rng.random() < 0.3:
            maker.refund()
        actions = maker.made.actions
        if not names or score.apply_all(db, [(a["name"], a["arguments"]) for a in actions])[1]:
            continue
        name = f"{'h' if held else 'd'}{len(scripts)}-{voice['name']}-{'-'.join(names)}"
        scripts.append(_script(name, maker, rng))
        tasks[name] = {"id": name, "evaluation_criteria": {"actions": actions, "communicate_info": maker.made.tell}}
    return scripts, tasks


def _script(name: str, maker: Maker, rng: random.Random) -> Json:
    goals, user = maker.made.goals, maker.user
    plain = [g for g in goals if not g.get("hidden")]
    stated = plain[: 2 if len(plain) > 1 and rng.random() < 0.3 else 1]
    for goal in stated:
        goal["stated"] = True
    script: Json = {
        "id": name, "truth": user["user_id"], "name": [user["name"]["first_name"], user["name"]["last_name"]],
        "open": maker.say("hello") + " ".join(g["say"] for g in stated), "goals": goals, "rules": maker.made.rules,
    }  # fmt: skip
    if rng.random() < 0.5:
        script["email"] = user["email"]
    else:
        script["zip"] = user["address"]["zip"]
    return script
