"""What made-up customers want to know of their orders, and the figure that must be in some reply.

Each method of `Asks` draws one question, or gives False when the customer has nothing for it.
"""

from __future__ import annotations

import re
from typing import Any

from order_rows import Rows

Json = dict[str, Any]


class Asks(Rows):
    """Totals, prices, tracking, counts, refunds."""

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
