"""One made-up customer's rows of a tau2 shop, and the words of their voice for them: what goals are drawn from.

`Rows` gives untouched orders, versions that can be had and ways to pay, each with what the customer says of it, and
keeps what has been drawn so far in `made`. Knows no goals and nothing of the assistant.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from typing import Any

from order_voices import Voice, short, wanted

Json = dict[str, Any]


@dataclass
class Made:
    """Goals of one customer with what they come to."""

    goals: list[Json] = field(default_factory=list)
    rules: list[Json] = field(default_factory=list)
    actions: list[Json] = field(default_factory=list)
    tell: list[str] = field(default_factory=list)
    """What must be told in some reply."""


class Rows:
    """What one customer has, drawn by `rng` and worded by `voice`. `used` orders aren't touched twice."""

    def __init__(self, db: Json, user: str, voice: Voice, rng: random.Random) -> None:
        self.db, self.user, self.voice, self.rng = db, db["users"][user], voice, rng
        self.orders = [db["orders"][o] for o in self.user["orders"]]
        self.used: set[str] = set()
        self.made = Made()

    # -- words
    def say(self, key: str, **words: str) -> str:
        return str(self.rng.choice(self.voice[key])).format(**words)

    def name(self, item: Json) -> str:
        called = short(item["name"], [i["name"] for o in self.orders for i in o["items"]])
        told = [item["options"].get(o) for o in ("color", "material")] if self.voice.get("option_first") else []
        return " ".join([*(t for t in told[:1] if t and len(t.split()) == 1), called])

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
        if "slip" in self.voice:
            words = self._slip(every, item, version, changed[0]) or words
        rest = f", {self.say('rest')}" if len(changed) < len(version["options"]) else ""
        return version, self.say("one", x=words) + rest, re.escape(version["options"][changed[0]])

    def _slip(self, every: list[Json], item: Json, version: Json, option: str) -> str:
        """A wish with a wrong value said first and put right at once; "" where there is no other value."""
        right, own = version["options"], item["options"].get(option)
        other = sorted({v["options"][option] for v in every} - {right[option], own})
        if not other or any(right[k] != item["options"].get(k) for k in right if k != option):
            return ""
        wrong = wanted(option, self.rng.choice(other))
        return str(self.voice["slip"].format(wrong=wrong, x=wanted(option, right[option])))

    # -- writes
    def write(self, name: str, **arguments: Any) -> None:
        self.made.actions.append({"name": name, "arguments": arguments})

    def goal(self, kind: str, say: str, does: list[str], **more: Any) -> Json:
        ahead = [] if more.get("hidden") else [more[k] for k in self.voice.get("front", ()) if k in more]
        ahead = [a for a in ahead if a not in self.voice["no_number"]]  # answers given before anybody asks
        goal = {"id": f"{kind}{len(self.made.goals)}", "say": " ".join([say, *ahead]), "does": does, **more}
        self.made.goals.append(goal)
        return goal

    def _why(self) -> tuple[str, str]:
        if self.rng.random() < 0.6:
            return "no longer needed", self.say("needless")
        return "ordered by mistake", self.say("mistake")

    def about(self, *items: Json) -> str:
        return "|".join(re.escape(i["name"].split()[-1].lower().rstrip("s")) for i in items)
