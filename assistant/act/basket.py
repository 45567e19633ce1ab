"""What several things come to together: the sum, each offer that counts, codes, delivery, what is saved or missing.

Every amount comes from the till with the rows behind it. Asks one question when a product isn't told apart from others
or its versions differ in price; never asks for what was said. Orders nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from assistant.act import pages
from assistant.act.choice import Choice, choose
from assistant.act.context import Context
from assistant.act.instead import not_offered
from assistant.act.offer_words import quote, say_obstacle
from assistant.act.plan import Fact, Plan
from assistant.act.promotions import advertised, unknown_code
from assistant.act.till import Item, Till
from assistant.act.words import distinguishing, join, only, option
from assistant.request import Basket, Piece, Request
from assistant.shop.pricing import Priced, Terms
from assistant.shop.pricing.terms import fold_code
from assistant.types import Product, Receipt, Variant


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
        item = _item(piece, till, context, plan)
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
    _say(asked, items, till, context, plan)


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


def _item(piece: Piece, till: Till, context: Context, plan: Plan) -> Item | None:
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
    told = _to_be_had(choice)
    if len({v.price for v in told}) > 1:
        _which_version(products[0], told, context, plan)
        return None
    variant = max(told, key=lambda v: till.price([Item(products[0], v)]).goods)  # an offer on one colour is no offer
    return Item(products[0], variant, piece.quantity, _told(choice, told))


def _to_be_had(choice: Choice) -> list[Variant]:
    """The versions of a choice that can be had, the cheapest first; all where none can."""
    sold = sorted(choice.sold, key=lambda v: (not v.available, v.price.minor))
    return [v for v in sold if v.available is not False] or sold


_FEW_VERSIONS = 3


def _each_version(asked: Basket, till: Till, context: Context, plan: Plan) -> bool:
    """Say the sum for each version of the one thing, where they are few: whoever was asked which one they mean and
    asks on isn't asked again."""
    piece = asked.pieces[0]
    products = context.catalogue.products(piece.products[:2])
    choice = choose(products[0], piece.wanted, piece.skus) if len(products) == 1 else None
    versions = {v.price: v for v in reversed(_to_be_had(choice))} if choice else {}
    if choice is None or not 1 < len(versions) <= _FEW_VERSIONS:
        return False
    name = _telling(list(versions.values()))
    for variant in sorted(versions.values(), key=lambda v: v.price.minor):
        items = [Item(products[0], variant, piece.quantity, only(variant, [name]))]
        priced = till.price(items)
        _say_sum(items, priced, till, plan)
        _say_steps(asked, items, priced, till, plan)
        _say_codes(asked, priced, till, plan)
        if asked.asks & {"shipping", "free_shipping"}:
            _say_shipping(asked, items, priced, till, context, plan)
    assert plan.basket is not None
    plan.basket["open"] = 0
    plan.focus = [products[0].product_id]
    return True


def _told(choice: Choice, variants: Sequence[Variant]) -> dict[str, str]:
    """The options to name: those asked for; all that tell it from others where one version is left."""
    active = [v for v in choice.product.variants if v.active]
    return only(variants[0], distinguishing(active)) if len(variants) == 1 else choice.label_options


def _which_product(products: Sequence[Product], context: Context, plan: Plan) -> None:
    names = ["the " + context.item(plan, p).key("item") for p in products[:4]]
    plan.core.append(f"Which one do you mean: {join(names, 'or')}?")
    plan.listed = [{"product": p.product_id, "sku": None} for p in products[:4]]
    plan.clarifying = True


def _telling(variants: Sequence[Variant]) -> str:
    """The option on which the price of the variants depends."""
    names = distinguishing(variants)
    telling = [
        n for n in names if len({v.price for v in variants}) == len({(v.options.get(n), v.price) for v in variants})
    ]
    return (telling or names)[0]


def _which_version(product: Product, variants: Sequence[Variant], context: Context, plan: Plan) -> None:
    """Asks for the option on which the price depends, with the values that there are."""
    fact = context.item(plan, product)
    name = _telling(variants)
    values = list(dict.fromkeys(v.options.get(name, "") for v in variants))
    receipts = tuple(Receipt("sku", v.sku, name, v.options.get(name), context.as_of) for v in variants[:12])
    listed = join([option(name, v) for v in values if v], "or")
    fact.fields["versions"] = replace(fact.fields["item"], kind="list", text=listed, receipts=receipts)
    plan.core.append(
        f"The price of the {fact.key('item')} depends on the {name.replace('_', ' ')}: {fact.key('versions')}?"
    )
    plan.focus = [product.product_id]
    plan.clarifying = True


def _say(asked: Basket, items: Sequence[Item], till: Till, context: Context, plan: Plan) -> None:
    priced = till.price(items)
    if asked.again:
        _say_again(items, priced, till, plan)
    else:
        _say_sum(items, priced, till, plan)
    if asked.member and not context.is_member:
        plan.say("As a member you would get the member offers too.")
    _say_steps(asked, items, priced, till, plan)
    _say_codes(asked, priced, till, plan)
    if asked.voucher is not None:
        _say_voucher(asked.voucher, items, till, plan)
    if "save" in asked.asks:
        _say_saved(items, priced, till, context, plan)
    if asked.asks & {"shipping", "free_shipping"}:
        _say_shipping(asked, items, priced, till, context, plan)
    if not asked.again:
        _say_stock(items, context, plan)
        _hint(asked, items, priced, till, plan)


def _say_sum(items: Sequence[Item], priced: Priced, till: Till, plan: Plan) -> None:
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


def _say_steps(asked: Basket, items: Sequence[Item], priced: Priced, till: Till, plan: Plan) -> None:
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


def _say_codes(asked: Basket, priced: Priced, till: Till, plan: Plan) -> None:
    for code in asked.codes[:2]:
        terms = [t for t in till.terms if t.code == fold_code(code)]
        if not terms:
            unknown_code(code, plan)
        for each in terms:
            if each not in priced.used:
                say_obstacle(each, priced, till, plan, code)


def _say_saved(items: Sequence[Item], priced: Priced, till: Till, context: Context, plan: Plan) -> None:
    if not priced.saved and len(items) == 1 and advertised(items[0].product, context, plan):
        return
    if not priced.saved:
        plan.say("No offer takes anything off this at the moment, so you save nothing on it.")
        return
    fact = plan.fact("what is saved")
    saved = till.add(fact, "saved", priced.saved, till.receipts(priced, items), "what is saved in all")
    plan.say(f"That saves you {saved}.", saved)


def _say_shipping(
    asked: Basket, items: Sequence[Item], priced: Priced, till: Till, context: Context, plan: Plan
) -> None:
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
