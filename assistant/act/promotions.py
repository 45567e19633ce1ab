"""Which promotions run now, in the shop's own words. Works out no prices: what one comes to, the checkout says."""

from __future__ import annotations

from datetime import date

from assistant.act.context import Context
from assistant.act.plan import Field, Plan
from assistant.request import Request
from assistant.shop.schema import PromotionRow
from assistant.types import Product, Receipt


def promotions(request: Request, context: Context, plan: Plan) -> None:
    """The promotions that run today, for the products asked about if any are; never those that need a code unasked."""
    today = context.now.date()
    running = [p for p in context.catalogue.promotions() if _runs(p, today) and not p.code]
    products = context.catalogue.products(request.products[:3])
    if products:
        running = [p for p in running if any(applies(p, product) for product in products)]
        fact = context.item(plan, products[0])
        if not running:
            plan.say(f"I don't know of a promotion for the {fact.key('item')} at the moment.", fact.key("item"))
    elif not running:
        plan.say("There is no promotion running at the moment.")
    for promotion in running[:3]:
        fact = plan.fact(promotion.name)
        receipt = Receipt("promotion", promotion.promotion_id, "description", promotion.description, context.as_of)
        text = promotion.description or promotion.name
        fact.fields["offer"] = Field(
            "quote", f"{promotion.name}: {text}" if promotion.description else text, (receipt,), ""
        )
        plan.say(fact.key("offer"), fact.key("offer"))


def _runs(promotion: PromotionRow, today: date) -> bool:
    return (promotion.starts is None or promotion.starts <= today) and (
        promotion.ends is None or today <= promotion.ends
    )


def applies(promotion: PromotionRow, product: Product) -> bool:
    """Whether the promotion's `applies_to` names this product, its category, its brand or one of its variants."""
    for part in promotion.applies_to.replace(" + ", ";").split(";"):
        kind, _, value = part.strip().partition(":")
        value = value.strip().lower()
        fits = {
            "all": True,
            "category": product.category.lower() == value,
            "subcategory": (product.subcategory or "").lower() == value,
            "brand": (product.brand or "").lower() == value,
            "product": value in (product.name.lower(), product.product_id.lower()),
            "sku": any(v.sku.lower() == value for v in product.variants),
        }
        if fits.get(kind.strip(), False):
            return True
    return False
