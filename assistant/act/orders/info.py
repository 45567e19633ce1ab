"""Answers what customers want to know of their orders, from the rows: one sentence or two for every question.

Every figure is on the sheet with its receipt; sums are of minor units. Knows no rules and changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from assistant.act.orders import paid, phrases, whereabouts
from assistant.act.orders.asked_of import MANY, NONE_THEN, each, items_of, orders_of
from assistant.act.orders.phrases import Sheet
from assistant.act.orders.reckoned import reckoned
from assistant.act.orders.settle import Desk
from assistant.act.words import join, options
from assistant.shop.accounts import Order
from assistant.types import Json, Product


def answer(question: Json, desk: Desk) -> str | None:
    """The answer to a question that understand.orders.questions found; None when there is nothing to say."""
    if question.get("unknown") and not question.get("orders"):
        return no_such_order(str(question["unknown"]), desk)
    found = _ANSWERS.get(str(question.get("ask")))
    return found(question, desk) if found else None


def no_such_order(number: str, desk: Desk) -> str:
    """The same words for a number that nobody has and for one that somebody else has."""
    return f"I couldn't find order {_asked(number, desk)} among your orders."


def not_one_of_theirs(number: str, desk: Desk) -> str:
    """When such a number is given again; no word on whether anybody has it."""
    return f"Order {_asked(number, desk)} isn't one of your orders, and I can only look after those."


def _asked(number: str, desk: Desk) -> str:
    """A number as the customer gave it."""
    number = re.sub(r"^order (?:number |no\.? ?|id )?(?:is )?", "", number).upper()
    return desk.sheet.put("customer", desk.account.customer_id, "order_asked", number, number)


def email(question: Json, desk: Desk) -> str | None:
    """The address that the account's mail goes to."""
    own = desk.sheet.put("customer", desk.account.customer_id, "email", desk.account.email, desk.account.email)
    return f"The e-mail address in your account is {own}." if desk.account.email else None


def contents(question: Json, desk: Desk) -> str | None:
    """What is in the orders named, or in which of them the items named are."""
    lines = items_of(question, desk)
    if lines:
        return " ".join(
            f"In order {x.order_id} you have the {x.name}: {phrases.facts(x)}, for "
            f"{desk.sheet.money('order', x.order_id, f'price_{chr(96 + x.number)}', x.price)}."
            for x in lines[:MANY]
        )

    def say(order: Order) -> str:
        state = desk.sheet.text(order, "status", phrases.status(order))
        parts = [f"{phrases.item(x)}{f' × {x.quantity}' if x.quantity > 1 else ''}" for x in order.lines]
        return f"Order {desk.sheet.order(order)} ({state}): {join(parts)}."

    return each(orders_of(question, desk), say) or (NONE_THEN if desk.account.orders else "You have no orders with us.")


def made_of(question: Json, desk: Desk) -> str | None:
    """The options of the items named."""
    lines = items_of(question, desk)
    return " ".join(f"The {x.name} ({options(x.options)}): {phrases.facts(x)}." for x in lines[:MANY]) or None


def count(question: Json, desk: Desk) -> str | None:
    """How many versions of a product can be had."""
    product = desk.product(str(question.get("product")))
    if product is None:
        return None
    return versions(product, desk.sheet)


def versions(product: Product, sheet: Sheet) -> str:
    """The number of versions that can be had now, of how many there are."""
    active = [v for v in product.variants if v.active]
    there = [v for v in active if v.available]
    number = sheet.put("product", product.product_id, "versions_available", str(len(there)), len(there))
    if len(there) == len(active):
        return f"There are {number} versions of the {product.name}, all of them available right now."
    every = sheet.put("product", product.product_id, "versions", str(len(active)), len(active))
    return f"There are {number} versions of the {product.name} available right now, of {every} that we have in all."


_ANSWERS: dict[str, Callable[[Json, Desk], str | None]] = {
    "tracking": whereabouts.tracking,
    "when": whereabouts.when,
    "waiting": whereabouts.waiting,
    "carrier": whereabouts.carrier,
    "why": whereabouts.why,
    "ordered": whereabouts.ordered,
    "email": email,
    "total": paid.total,
    "item_price": paid.item_price,
    "dearest": paid.dearest,
    "refund": reckoned,
    "save": reckoned,
    "pay": reckoned,
    "reckoned": reckoned,
    "rest": paid.rest,
    "balance": paid.balance,
    "address": whereabouts.address,
    "paid_with": paid.paid_with,
    "contents": contents,
    "made_of": made_of,
    "guarantee": whereabouts.guarantee,
    "count": count,
}
