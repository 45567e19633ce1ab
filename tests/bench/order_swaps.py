"""Goals of made-up customers that exchange delivered items, or change pending ones, for other versions.

Each method of `Swaps` draws one goal and its right writes, or gives False when the customer has nothing for it.
"""

from __future__ import annotations

import re
from typing import Any

from order_rows import Rows
from order_voices import wanted

Json = dict[str, Any]
_MORE = {"size": "bigger", "capacity": "bigger", "length": "longer", "frame size": "bigger", "height": "taller",
         "storage": "bigger"}  # fmt: skip
_LESS = {"size": "smaller", "capacity": "smaller", "length": "shorter", "frame size": "smaller", "height": "lower"}
_RANKS = (("XS", "S", "M", "L", "XL", "XXL"), ("small", "medium", "large"))


class Swaps(Rows):
    """One or two items for other versions, with changes of mind and second choices."""

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

    def rethink(self) -> bool:
        """At the yes another version is wanted, by the same options as the first one."""
        status = self.rng.choice(["delivered", "pending"])
        found = self.lines(status)
        first = self.change(found[1][0]) if found else None
        if not found or not first:
            return False
        order, (item,) = found
        differ = {k for k, v in first[0]["options"].items() if v != item["options"].get(k)}
        others = [v for v in self.variants(item) if _anew(v["options"], first[0]["options"], item["options"], differ)]
        if not others:
            return False
        second = self.rng.choice(others)
        want = " and ".join(wanted(k, second["options"][k]) for k in sorted(differ))
        said = self.say("swap_in" if status == "delivered" else "swap_out", item=self.name(item), want=first[1])
        thing = self.say("thing", item=self.name(item))
        goal = self._exchange(order, status, [item], said, first[1], thing, [(item["item_id"], second["item_id"])],
                              [first[2]])  # fmt: skip
        then = dict(goal, id=goal["id"] + "then", say=self.say("rethink", want=want), hidden=True, option=want,
                    must=[re.escape(second["options"][k]) for k in differ])  # fmt: skip
        self.made.goals.append(then)
        self.made.rules.append({"when": ["confirm"], "goal": goal["id"], "drop": [goal["id"]], "state": [then["id"]],
                                "say": then["say"]})  # fmt: skip
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


def _further(old: str, new: str, sign: int) -> bool:
    for ranks in _RANKS:
        if old in ranks and new in ranks:
            return (ranks.index(new) - ranks.index(old)) * sign > 0
    a, b = (re.match(r"\d+(?:\.\d+)?", x) for x in (old, new))
    return bool(a and b) and (float(b[0]) - float(a[0])) * sign > 0


def _anew(version: Json, first: Json, own: Json, differ: set[str]) -> bool:
    """Whether a version differs from the item in just the options `differ`, and in each from the first choice too."""
    return all((v != own.get(k)) == (k in differ) and (k not in differ or v != first[k]) for k, v in version.items())
