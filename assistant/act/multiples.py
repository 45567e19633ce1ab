"""Two sides whose prices are told and set against each other: "is the kilo bag cheaper than 4 of the small ones?".

A side is one version, or several of it. Multiplies the shop's own prices and says which comes to less, and by how much;
knows no offers (a sum with offers is a basket's matter).
"""

from __future__ import annotations

from assistant.act.choice import choose
from assistant.act.context import Context
from assistant.act.plan import Field, Plan
from assistant.act.words import distinguishing, only
from assistant.request import Piece, Request
from assistant.types import Money, Product, Variant


def against_many(request: Request, context: Context, plan: Plan) -> bool:
    """Says what both sides come to and which is cheaper; False, and nothing said, where a side isn't one price."""
    sides = [_one(piece, context) for piece in request.extra["sides"]]
    if any(side is None for side in sides):
        return False
    left, right = (side for side in sides if side is not None)
    (first, one, few, _), (second, other, many, _) = left, right
    if one.price.currency != other.price.currency or one.sku == other.sku:
        return False
    totals = [_say(left, context, plan), _say(right, context, plan)]
    plan.focus = list(dict.fromkeys((first.product_id, second.product_id)))
    plan.listed = [{"product": p.product_id, "sku": v.sku} for p, v in ((first, one), (second, other))]
    if totals[0].minor == totals[1].minor:
        plan.say("Both come to the same.")
        return True
    cheaper = 0 if totals[0].minor < totals[1].minor else 1
    fact, number = plan.facts[-2 + cheaper], (few, many)[cheaper]
    receipts = (context.price_receipt(one), context.price_receipt(other))
    be = "are" if fact.plural or number > 1 else "is"
    fact.fields["verdict"] = Field("name", f"{be} cheaper", receipts, "which comes to less")
    gap = Money(abs(totals[0].minor - totals[1].minor), one.price.currency)
    fact.fields["difference"] = Field("price", context.money(gap), receipts, "how much less or more it costs")
    item = f"{number} × the {fact.key('item')}" if number > 1 else f"The {fact.key('item')}"
    plan.say(f"{item} {fact.key('verdict')} by {fact.key('difference')}.", fact.key("difference"))
    return True


_Side = tuple[Product, Variant, int, dict[str, str]]
"""A product, a version of it at the side's price, how many, and the options to name."""


def _one(piece: Piece, context: Context) -> _Side | None:
    """What a side means; None where several prices are left."""
    product = context.catalogue.product(piece.products[0])
    if product is None:
        return None
    choice = choose(product, piece.wanted, piece.skus)
    sold = [v for v in choice.sold if v.available is not False] or list(choice.sold)
    if len({v.price for v in sold}) != 1 or choice.missing:
        return None
    shown = only(sold[0], distinguishing(product.variants)) if len(sold) == 1 else choice.label_options
    return product, sold[0], piece.quantity, shown


def _say(side: _Side, context: Context, plan: Plan) -> Money:
    product, variant, number, shown = side
    fact = context.item(plan, product, shown)
    amount = context.add_price(fact, [variant])
    total = Money(variant.price.minor * number, variant.price.currency)
    if number == 1:
        plan.say(f"The {fact.key('item')} {'cost' if fact.plural else 'costs'} {amount}.", amount)
        return total
    fact.fields["total"] = Field("price", context.money(total), (context.price_receipt(variant),), "what they come to")
    plan.say(f"{number} × the {fact.key('item')} at {amount} each come to {fact.key('total')}.", fact.key("total"))
    return total
