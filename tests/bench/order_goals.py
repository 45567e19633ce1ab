"""Goals of made-up customers that change whole orders, take items back, or change payment and addresses.

Each method of `Goals` draws one goal and its right writes, or gives False when the customer has nothing for it.
"""

from __future__ import annotations

from typing import Any

from order_rows import Rows

Json = dict[str, Any]
_STREETS = ("12 Harbour Lane", "4801 Juniper Court", "77 Mill Street", "950 Lakeside Drive", "3 Old Quarry Road")
_TOWNS = (("Austin", "TX", "78704"), ("Portland", "OR", "97205"), ("Boston", "MA", "02116"), ("Reno", "NV", "89501"))


class Goals(Rows):
    """Cancelling, returning, paying, sending."""

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
