"""Says what the things of a basket come to: the sum, each offer that counts, codes, delivery, what is saved or missing.

Every amount comes from the till with the rows behind it. Knows which things are meant; asks nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.act import pages
from assistant.act.context import Context
from assistant.act.offer_words import quote, say_obstacle
from assistant.act.plan import Fact, Plan
from assistant.act.promotions import advertised, unknown_code
from assistant.act.till import Item, Till
from assistant.act.words import join
from assistant.request import Basket
from assistant.shop.pricing import Priced, Terms
from assistant.shop.pricing.terms import fold_code
from assistant.types import Variant


def say_all(asked: Basket, items: Sequence[Item], till: Till, context: Context, plan: Plan) -> None:
    """All that is asked of the things, and what else matters to who would buy them."""
    priced = till.price(items)
    if asked.again:
        _say_again(items, priced, till, plan)
    else:
        say_sum(items, priced, till, plan)
    if asked.member and not context.is_member:
        plan.say("As a member you would get the member offers too.")
    say_steps(asked, items, priced, till, plan)
    say_codes(asked, priced, till, plan)
    if asked.voucher is not None:
        _say_voucher(asked.voucher, items, till, plan)
    if "save" in asked.asks:
        _say_saved(items, priced, till, context, plan)
    if asked.asks & {"shipping", "free_shipping"}:
        say_shipping(asked, items, priced, till, context, plan)
    if not asked.again:
        _say_stock(items, context, plan)
        _hint(asked, items, priced, till, plan)


def say_sum(items: Sequence[Item], priced: Priced, till: Till, plan: Plan) -> None:
    """ "2 x the Ember Mug at £14.00 each and the Ember Kettle at £59.00 come to £87.00 together." """
    parts = []
    for item in items:
        fact = till.context.item(plan, item.product, dict(item.told))
        amount = till.context.add_price(fact, [item.variant])
        each = " each" if item.quantity > 1 else ""
        times = f"{item.quantity} × " if item.quantity > 1 else ""
        parts.append(f"{times}the {fact.key('item')} at {amount}{each}")
        plan.needs.append(amount)
    if len(items) == 1 and items[0].quantity == 1:
        fact = plan.facts[-1]
        plan.say(f"The {fact.key('item')} {'cost' if fact.plural else 'costs'} {fact.key('price')}.")
        return
    whole = plan.fact("all of it together")
    prices = [till.context.price_receipt(i.variant) for i in items]
    total = till.add(whole, "subtotal", priced.subtotal, prices, "what it comes to before offers")
    comes = "comes" if len(items) == 1 and items[0].quantity == 1 else "come"
    plan.say(f"{join(parts)} {comes} to {total} in total.", total)


def _say_again(items: Sequence[Item], priced: Priced, till: Till, plan: Plan) -> None:
    """What was priced a moment ago, in short: its total after offers."""
    whole = plan.fact("all of it together")
    total = till.add(whole, "subtotal", priced.goods, till.receipts(priced, items), "what it comes to")
    plan.say(f"What you asked about comes to {total}{' after offers' if priced.saved else ''}.", total)


def say_steps(asked: Basket, items: Sequence[Item], priced: Priced, till: Till, plan: Plan) -> None:
    """What each offer takes off, and what is left to pay."""
    if not priced.steps or (asked.again and not asked.codes and asked.member is None and "save" not in asked.asks):
        return
    fact = plan.fact("the offers")
    offers = []
    for number, step in enumerate(priced.steps):
        offer = till.add_offer(fact, step.terms, "offer" + "_also" * number)
        of_it = [till.context.price_receipt(i.variant) for i, off in zip(items, step.by_line, strict=True) if off]
        saved = till.add(
            fact, "off" + "_also" * number, step.saved, [till.receipt(step.terms), *of_it], "what it saves"
        )
        offers.append(f"{offer} takes off {saved}")
        plan.needs += [offer, saved]
    goods = till.add(fact, "goods", priced.goods, till.receipts(priced, items), "what is left to pay for the goods")
    plan.say(f"{join(offers)}, so you pay {goods}.", goods)


def _say_voucher(voucher: Terms, items: Sequence[Item], till: Till, plan: Plan) -> None:
    """What a voucher that the shop doesn't know would come to, if it is as the customer says; never as a promise."""
    plan.say("I can't check that voucher here: a colleague or the checkout can.")
    priced = till.price(items, [voucher])
    if voucher not in priced.used:
        plan.say("As you describe it, it would take nothing off this.")
        return
    fact = plan.fact("the voucher as described")
    prices = [till.context.price_receipt(i.variant) for i in items]
    left = till.add(fact, "hypothetical", priced.goods, prices, "what would be left to pay")
    plan.say(f"If it works as you describe it, {left} would be left to pay.", left)


def say_codes(asked: Basket, priced: Priced, till: Till, plan: Plan) -> None:
    """Why a code that was given doesn't count."""
    for code in asked.codes[:2]:
        terms = [t for t in till.terms if t.code == fold_code(code)]
        if not terms:
            unknown_code(code, plan)
        for each in terms:
            if each not in priced.used:
                say_obstacle(each, priced, till, plan, code)


def _say_saved(items: Sequence[Item], priced: Priced, till: Till, context: Context, plan: Plan) -> None:
    """What is saved in all; that nothing is, where no offer counts."""
    if not priced.saved and len(items) == 1 and advertised(items[0].product, context, plan):
        return
    if not priced.saved:
        plan.say("No offer takes anything off this at the moment, so you save nothing on it.")
        return
    fact = plan.fact("what is saved")
    saved = till.add(fact, "saved", priced.saved, till.receipts(priced, items), "what is saved in all")
    plan.say(f"That saves you {saved}.", saved)


def say_shipping(
    asked: Basket, items: Sequence[Item], priced: Priced, till: Till, context: Context, plan: Plan
) -> None:
    """What delivery costs, or by what it is free, or what is missing for that."""
    fact = plan.fact("delivery")
    if priced.free_by is not None:
        offer = till.add_offer(fact, priced.free_by)
        goods = till.add(fact, "to_pay", priced.goods, till.receipts(priced, items), "what is to pay")
        plan.say(f"Delivery is free with {offer}, so you pay {goods} in all.", offer, goods)
        return
    if till.shipping is not None:
        cost = till.add(fact, "cost", till.shipping, [till.shipping_receipt()], "what delivery costs")
        receipts = (*till.receipts(priced, items), till.shipping_receipt())
        whole = till.add(fact, "to_pay", priced.to_pay, receipts, "what is to pay with delivery")
        plan.say(f"Standard delivery costs {cost}, so you pay {whole} in all.", cost, whole)
    elif "shipping" in asked.asks:
        plan.say("That is without delivery.")
        pages.quote_if_sure("what does delivery cost", context, plan)
    _say_gap(priced, till, plan, asked="free_shipping" in asked.asks)


def _say_gap(priced: Priced, till: Till, plan: Plan, *, asked: bool) -> None:
    """What has to be added for free delivery."""
    offers = [t for t in till.open() if t.kind == "free_shipping" and till.obstacle(t, priced) == "minimum"]
    if not offers:
        if asked:
            plan.say("I don't know of an offer that would make delivery free.")
        return
    nearest = min(offers, key=lambda t: (t.minimum, t.promotion_id))
    fact = plan.fact(nearest.name)
    offer, receipt = till.add_offer(fact, nearest), till.receipt(nearest, "min_subtotal")
    minimum = till.add(fact, "minimum", nearest.minimum, [receipt], "from which delivery is free")
    missing = till.add(fact, "missing", nearest.minimum - priced.goods, [receipt], "what is missing for it")
    plan.say(f"Delivery is free from {minimum} ({offer}); add {missing} more to get it.", minimum, missing)


def _say_stock(items: Sequence[Item], context: Context, plan: Plan) -> None:
    """What can't be had, or not in that number."""
    for item in items:
        variant = item.variant
        if variant.available is False:
            fact = context.item(plan, item.product, dict(item.told))
            state = context.add_availability(fact, [variant])
            plan.say(f"The {fact.key('item')} {'are' if fact.plural else 'is'} {state}.", str(state))
        elif variant.stock is not None and item.quantity > variant.stock:
            fact = context.item(plan, item.product, dict(item.told))
            _only(fact, variant, context, plan)


def _only(fact: Fact, variant: Variant, context: Context, plan: Plan) -> None:
    """How many there are."""
    receipt = context.availability_receipt(variant)
    fact.fields["stock"] = replace(
        fact.fields["item"], kind="stock", text=f"{variant.stock} in stock", receipts=(receipt,)
    )
    plan.say(f"Of the {fact.key('item')} we have {fact.key('stock')}.", fact.key("stock"))


def _hint(asked: Basket, items: Sequence[Item], priced: Priced, till: Till, plan: Plan) -> None:
    """One offer on these very things that isn't reached yet, in the shop's words."""
    own = [t for t in till.running() if not any(x.kind == "all" for part in t.parts for x in part)]
    for terms in own:
        found = till.obstacle(terms, priced)
        near = found in ("short", "minimum", "members") and any(i.line().is_of(p) for i in items for p in terms.parts)
        if near and terms.kind != "free_shipping":
            quote(terms, till, plan, closing=True)
            return
