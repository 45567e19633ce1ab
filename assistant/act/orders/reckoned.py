"""What the changes made in this conversation come to: each with its amount, and all of them together.

One answer for whatever is asked of their money: refunds, surcharges, what is saved, what goes to which card. From what
was written here; of what is only proposed it says so. Knows no rules and changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.act.orders import phrases
from assistant.act.orders.asked_of import MANY, items_of
from assistant.act.orders.paid import sent_back
from assistant.act.orders.settle import Desk, goes_back
from assistant.act.words import join
from assistant.shop.shares import costs_more, refund_of
from assistant.types import Json


def reckoned(question: Json, desk: Desk) -> str | None:
    """The amounts of what was done with the orders named, of all where none is; None when nothing cost or gave back."""
    done, planned = _of(question, desk.task.done), _of(question, desk.task.proposal)
    said = [_one(w, desk, "you get {} back", "you pay {}", question) for w in done[-MANY:]]
    said += [_one(w, desk, "you would get {} back", "you would pay {}", question) for w in planned[-MANY:]]
    if not said:
        return sent_back(question, desk) if question.get("ask") == "refund" else None
    if len(done) > 1 and not planned:
        said.append(_sum(done, desk))
    return " ".join(said)


def _of(question: Json, writes: Sequence[Json]) -> list[Json]:
    """The writes with money, of the orders that a question names if it names any."""
    named = {*question.get("orders", []), *(k[0] for k in question.get("lines", []))}
    return [w for w in writes if w.get("money") and (not named or w.get("order_id") in named)]


def _part(write: Json, desk: Desk, question: Json) -> tuple[int, str] | None:
    """What comes back for, or is paid more for, the items that a question names, where more is done with their order;
    and their names."""
    order = desk.account.order(str(write.get("order_id")))
    if order is None:
        return None
    if "new_item_ids" in write:
        return _part_of_swap(write, desk, question)
    if not str(write.get("action")).startswith("return"):
        return None
    gone = list(write.get("item_ids", []))
    lines = [x for x in items_of(question, desk) if x.order_id == order.order_id and x.sku in gone]
    if not lines or {x.sku for x in lines} == set(gone):
        return None
    back = [replace(x, quantity=min(x.quantity, gone.count(x.sku))) for x in lines]
    return -refund_of(order, back), join([f"the {x.name}" for x in lines])


def _part_of_swap(write: Json, desk: Desk, question: Json) -> tuple[int, str] | None:
    """Of a proposed swap. None where the items are new already, or it was reckoned with other prices than today's."""
    old, new = list(write.get("item_ids", [])), list(write.get("new_item_ids", []))
    order = desk.account.order(str(write.get("order_id")))
    own = {x.sku: x for x in order.lines} if order else {}
    if order is None or not set(old) <= set(own):
        return None
    more: dict[str, int] = {}
    for was, becomes in zip(old, new, strict=True):
        product = desk.product(own[was].product_id or "")
        variant = next((v for v in product.variants if v.sku == becomes), None) if product else None
        if variant is None:
            return None
        more[was] = more.get(was, 0) + costs_more(order, own[was], variant.price.minor)
    named = {x.sku: x.name for x in items_of(question, desk) if x.sku in more and x.order_id == order.order_id}
    if not named or set(named) == set(more) or sum(more.values()) != int(write["money"]):
        return None
    return sum(more[s] for s in named), join([f"the {n}" for n in named.values()])


def _one(write: Json, desk: Desk, back: str, pay: str, question: Json) -> str:
    """What one change comes to, and where the money goes."""
    if (part := _part(write, desk, question)) is not None:
        figure = desk.sheet.money("order", str(write.get("order_id")), "part", abs(part[0]))
        return f"For {part[1]} {(back if part[0] < 0 else pay).format(figure)}."
    amount, order = int(write["money"]), desk.account.order(str(write.get("order_id")))
    figure = desk.sheet.money("order", str(write.get("order_id")), "amount", abs(amount))
    what = (back if amount < 0 else pay).format(figure)
    number = desk.sheet.order(order) if order else str(write.get("order_id"))
    if order and write.get("action") == "cancel_pending_order" and len(order.ways) > 1:
        return f"For order {number} {what}: {goes_back(order, desk, 'refund')}."
    method = desk.account.method(str(write.get("payment_method_id"))) if write.get("payment_method_id") else None
    method = method or (order.method if order else None)
    way = f" {'to' if amount < 0 else 'with'} {phrases.method(method)}" if method else ""
    return f"For order {number} {what}{way}."


def _sum(done: Sequence[Json], desk: Desk) -> str:
    """All of them together; what is paid and what comes back is told apart."""

    def figure(name: str, minor: int) -> str:
        return desk.sheet.money("customer", desk.account.customer_id, name, minor)

    back = -sum(int(w["money"]) for w in done if int(w["money"]) < 0)
    pay = sum(int(w["money"]) for w in done if int(w["money"]) > 0)
    if not (back and pay):
        way = "get back" if back else "pay"
        return f"In total you {way} {figure('refund_in_total' if back else 'paid_in_total', back or pay)}."
    net = "which leaves nothing" if back == pay else (
        f"which leaves {figure('net', abs(back - pay))} {'for you' if back > pay else 'to pay'}"
    )  # fmt: skip
    return f"In total you get back {figure('refund_in_total', back)} and pay {figure('paid_in_total', pay)}, {net}."
