"""Which version of a thing of the basket is meant: the one named, or any where all cost the same; else that is asked.

Asks one question, and never for what was said. Says no sum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.act.choice import Choice, choose
from assistant.act.context import Context
from assistant.act.instead import not_offered
from assistant.act.plan import Plan
from assistant.act.till import Item, Till
from assistant.act.words import distinguishing, join, only, option
from assistant.request import Piece
from assistant.types import Product, Receipt, Variant


def the_item(piece: Piece, till: Till, context: Context, plan: Plan) -> Item | None:
    """The one variant that is meant; None when that was asked back, or why there is none was said."""
    products = context.catalogue.products(piece.products[:6])
    products = [p for p in products if p.active] or products
    if len(products) > 1:
        fitting = [p for p in products if choose(p, piece.wanted).sold and not choose(p, piece.wanted).missing]
        products = fitting if len(fitting) == 1 else products
    if len(products) > 1:
        _which_product(products, context, plan)
        return None
    choice = choose(products[0], piece.wanted, piece.skus)
    if not_offered(choice, context, plan):
        return None
    told = to_be_had(choice)
    if len({v.price for v in told}) > 1:
        _which_version(products[0], told, context, plan)
        return None
    variant = max(told, key=lambda v: till.price([Item(products[0], v)]).goods)  # an offer on one colour is no offer
    return Item(products[0], variant, piece.quantity, _told(choice, told))


def to_be_had(choice: Choice) -> list[Variant]:
    """The versions of a choice that can be had, the cheapest first; all where none can."""
    sold = sorted(choice.sold, key=lambda v: (not v.available, v.price.minor))
    return [v for v in sold if v.available is not False] or sold


def _told(choice: Choice, variants: Sequence[Variant]) -> dict[str, str]:
    """The options to name: those asked for; all that tell it from others where one version is left."""
    active = [v for v in choice.product.variants if v.active]
    return only(variants[0], distinguishing(active)) if len(variants) == 1 else choice.label_options


def _which_product(products: Sequence[Product], context: Context, plan: Plan) -> None:
    """Asks which of several products is meant."""
    names = ["the " + context.item(plan, p).key("item") for p in products[:4]]
    plan.core.append(f"Which one do you mean: {join(names, 'or')}?")
    plan.listed = [{"product": p.product_id, "sku": None} for p in products[:4]]
    plan.clarifying = True


def telling_option(variants: Sequence[Variant]) -> str:
    """The option on which the price of the variants depends."""
    names = distinguishing(variants)
    telling = [
        n for n in names if len({v.price for v in variants}) == len({(v.options.get(n), v.price) for v in variants})
    ]
    return (telling or names)[0]


def _which_version(product: Product, variants: Sequence[Variant], context: Context, plan: Plan) -> None:
    """Asks for the option on which the price depends, with the values that there are."""
    fact = context.item(plan, product)
    name = telling_option(variants)
    values = list(dict.fromkeys(v.options.get(name, "") for v in variants))
    receipts = tuple(Receipt("sku", v.sku, name, v.options.get(name), context.as_of) for v in variants[:12])
    listed = join([option(name, v) for v in values if v], "or")
    fact.fields["versions"] = replace(fact.fields["item"], kind="list", text=listed, receipts=receipts)
    plan.core.append(
        f"The price of the {fact.key('item')} depends on the {name.replace('_', ' ')}: {fact.key('versions')}?"
    )
    plan.focus = [product.product_id]
    plan.clarifying = True
