"""What several things come to together: the sum, each offer that counts, codes, delivery, what is saved or missing.

Finds which things are meant (basket_items.py) and has it said (basket_told.py). Orders nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from assistant.act import pages
from assistant.act.basket_items import telling_option, the_item, to_be_had
from assistant.act.basket_told import say_all, say_codes, say_shipping, say_steps, say_sum
from assistant.act.choice import Choice, choose
from assistant.act.context import Context
from assistant.act.offer_words import quote
from assistant.act.plan import Plan
from assistant.act.promotions import unknown_code
from assistant.act.till import Item, Till
from assistant.act.words import distinguishing, join, only
from assistant.request import Basket, Request
from assistant.shop.pricing.terms import fold_code
from assistant.types import Money, Variant


def basket(request: Request, context: Context, plan: Plan) -> None:
    """The answer to a question about what the customer's basket comes to."""
    asked: Basket = request.extra["basket"]
    till = Till(context, frozenset(map(fold_code, asked.codes)), asked.member)
    plan.basket = kept(asked)
    items: list[Item] = []
    if asked.asks and all(len(piece.products) > 1 for piece in asked.pieces):
        _without_goods(asked, till, context, plan)  # delivery can be told before it is clear which thing is meant
        return
    if asked.asked_which and _each_version(asked, till, context, plan):
        return
    for at, piece in enumerate(asked.pieces):
        item = the_item(piece, till, context, plan)
        if item is None:
            plan.basket["open"] = at if plan.clarifying else None
            return
        items.append(item)
    items = _merged(items)
    if not items:
        _without_goods(asked, till, context, plan)
        return
    plan.focus = list(dict.fromkeys(i.product.product_id for i in items))
    plan.listed = [{"product": i.product.product_id, "sku": i.variant.sku} for i in items]
    plan.cards += [context.card(i.product, i.variant) for i in items]
    if len(items) == 1:
        plan.chosen = items[0].variant
        plan.wanted = _pinned(items[0].variant)
        plan.listed = None
    say_all(asked, items, till, context, plan)
    if asked.left_out:
        missing = join([f"“{words}”" for words in asked.left_out])
        plan.core.append(f"That is without {missing}: I couldn't tell which of our products you mean.")


def kept(asked: Basket) -> dict[str, Any]:
    """The basket as the dialogue's state keeps it."""
    pieces = [
        {
            "products": list(p.products),
            "quantity": p.quantity,
            "wanted": [vars(w) for w in p.wanted],
            "skus": list(p.skus),
        }
        for p in asked.pieces
    ]
    return {"pieces": pieces, "codes": list(asked.codes), "member": asked.member, "open": None}


def _pinned(variant: Variant) -> list[dict[str, object]]:
    return [{"asked": v, "name": n, "value": v, "pinned": True} for n, v in variant.options.items() if v]


def _merged(items: Sequence[Item]) -> list[Item]:
    """One item per SKU."""
    by_sku: dict[str, Item] = {}
    for item in items:
        before = by_sku.get(item.variant.sku)
        by_sku[item.variant.sku] = replace(item, quantity=item.quantity + (before.quantity if before else 0))
    return list(by_sku.values())


_FEW_VERSIONS = 3


def _each_version(asked: Basket, till: Till, context: Context, plan: Plan) -> bool:
    """Say the sum for each version of the one thing, where they are few: whoever was asked which one they mean and
    asks on isn't asked again."""
    piece = asked.pieces[0]
    products = context.catalogue.products(piece.products[:2])
    choice = choose(products[0], piece.wanted, piece.skus) if len(products) == 1 else None
    versions = {v.price: v for v in reversed(to_be_had(choice))} if choice else {}
    if choice is None or not 1 < len(versions) <= _FEW_VERSIONS:
        return False
    for variant in sorted(versions.values(), key=lambda v: v.price.minor):
        items = [Item(products[0], variant, piece.quantity, only(variant, _telling(choice, versions)))]
        priced = till.price(items)
        say_sum(items, priced, till, plan)
        say_steps(asked, items, priced, till, plan)
        say_codes(asked, priced, till, plan)
        if asked.asks & {"shipping", "free_shipping"}:
            say_shipping(asked, items, priced, till, context, plan)
    assert plan.basket is not None
    plan.basket["open"] = 0
    plan.focus = [products[0].product_id]
    return True


def _telling(choice: Choice, versions: Mapping[Money, Variant]) -> list[str]:
    """The one option that tells the price of each version, else all by which the versions differ."""
    name = telling_option(list(versions.values()))
    prices = {(v.options.get(name), v.price) for v in to_be_had(choice)}
    return [name] if len(prices) == len({value for value, _ in prices}) else distinguishing(choice.sold)


def _without_goods(asked: Basket, till: Till, context: Context, plan: Plan) -> None:
    """Asked about delivery or a code before anything was named."""
    if asked.codes:
        for code in asked.codes[:2]:
            terms = [t for t in till.terms if t.code == fold_code(code)]
            if not terms:
                unknown_code(code, plan)
            for each in terms:
                quote(each, till, plan)
        return
    free = [t for t in till.running() if t.kind == "free_shipping"]
    for each in free[:3]:
        quote(each, till, plan)
    if not pages.quote_if_sure("what does delivery cost", context, plan, pages_only=True) and not free:
        pages.unknown(plan)
