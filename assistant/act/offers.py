"""Answers about one product's variants: what it costs, whether it can be had, how many there are.

Code decides what is true and what must be said; nothing here guesses. Knows no model.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.act import clarify, promotions
from assistant.act.choice import Choice, choose
from assistant.act.context import Context
from assistant.act.evidence import is_yes_no
from assistant.act.finding import fits
from assistant.act.instead import (
    add_answer,
    alternatives,
    not_offered,
    remember,
    shown_options,
    unavailable,
    value_text,
)
from assistant.act.listing import say_one
from assistant.act.plan import Fact, Field, Plan
from assistant.act.side_by_side import each_version
from assistant.act.words import distinguishing, join, only, option, options
from assistant.request import Request
from assistant.types import Product, Receipt, Variant

_COUNTED = 6  # variants whose stock is told one by one
_LISTED = 3  # variants named one by one; more are told as values


def price(request: Request, product: Product, context: Context, plan: Plan) -> None:
    """What the asked variants cost, and whether they can be had."""
    choice = choose(product, request.wanted, request.skus)
    if not_offered(choice, context, plan):
        return
    if len(choice.sold) > 1 and len({v.price for v in choice.sold}) > 1 and len(choice.sold) <= _LISTED:
        _each(choice, choice.sold, context, plan)
        clarify.which_option(choice.sold, context, plan)
        promotions.after(product, choice.sold, context, plan)
        return
    fact = context.item(plan, product, shown_options(choice))
    amount = context.add_price(fact, choice.sold)
    state = context.add_availability(fact, choice.sold)
    be, cost = ("are", "cost") if fact.plural else ("is", "costs")
    if state:
        plan.say(f"The {fact.key('item')} {cost} {amount} and {be} {state}.", amount)
    else:
        plan.say(f"The {fact.key('item')} {cost} {amount}.", amount)
    remember(choice.sold, plan)
    plan.phrase = True
    if len({v.price for v in choice.sold}) > 1:
        clarify.which_option(choice.sold, context, plan)
    _reduced(choice.sold, fact, context, plan)
    promotions.after(product, choice.sold, context, plan)


def availability(request: Request, product: Product, context: Context, plan: Plan) -> None:
    """Whether the asked variants can be had; if not, what can."""
    if not request.skus and each_version(request, product, context, plan):
        return
    choice = choose(product, request.wanted, request.skus)
    if _too_few(request, choice):
        stock(request, product, context, plan)
        return
    if not_offered(choice, context, plan) or _over_budget(request, choice, context, plan):
        return
    if request.limits.price:
        within = [v.sku for v in choice.available if fits(v, request.limits)]
        choice = choose(product, request.wanted, within or request.skus)
    if not choice.available:
        plainly = not _left_over(request) and not request.extra.get("of_several")
        unavailable(choice, context, plan, plainly=plainly)
        return
    if _contradicts(request, choice, context, plan):
        return
    fact = context.item(plan, product, shown_options(choice, choice.available))
    named = len(choice.available) == 1 or request.limits.price  # then only those that are there are spoken of
    state = context.add_availability(fact, choice.available if named else choice.sold)
    remember(choice.available, plan)
    plain = not _left_over(request) and not request.extra.get("of_several")
    opening = f"{add_answer(fact, 'yes')}, the" if plain else "The"
    be = "are" if fact.plural else "is"
    if len(choice.available) == 1 or len({v.price for v in choice.available}) == 1:
        amount = context.add_price(fact, choice.available)
        cost = "cost" if fact.plural else "costs"
        plan.say(f"{opening} {fact.key('item')} {be} {state} and {cost} {amount}.", str(state))
        promotions.after(product, choice.available, context, plan, hints=False)
    else:
        plan.say(f"{opening} {fact.key('item')} {be} {state}.", str(state))
    plan.phrase = plain
    if len(choice.available) > 1 and distinguishing(choice.available):
        _offered(choice.available, fact, context, plan)


def _too_few(request: Request, choice: Choice) -> bool:
    """Whether so many are asked for as no version has, and all are counted: no yes is said to that."""
    sizes = {w.asked.lower() for w in request.wanted} | {str(w.value).lower() for w in request.wanted}
    wanted = 0 if str(request.quantity) in sizes else request.quantity or 0
    counts = [v.stock for v in choice.available]
    return wanted > 1 and bool(counts) and all(n is not None and n < wanted for n in counts)


def _left_over(request: Request) -> bool:
    """Whether the question has a word that was understood as nothing: what is there is told then, but no "yes" is said
    to more than that ("is that thickness available in pink")."""
    searched = request.query.split()
    if _DOES_ELSE.search(request.text.lower()):
        return True
    return any(w in searched and w.isalpha() for w in request.extra.get("unlinked", ()))


_DOES_ELSE = re.compile(
    r"\b(?:does|do|can|could|will|would) (?:it|they|this|that|these|those|he|she|my|our|a|an|the) (?:\w+ ){0,2}?"
    r"(?!\w+ly\b|come|comes|be\b|get delivered|ship|have\b|exist|still|also|actually|really)[a-z]+\b"
    r"(?!.*\b(?:in stock|available|left|sell|sold)\b)"
)
"""What a thing, or somebody with it, does or can do is asked then: whether it is there answers something else."""


def _over_budget(request: Request, choice: Choice, context: Context, plan: Plan) -> bool:
    """Says what comes closest when a limit on the price was named and nothing that is there keeps it."""
    if not request.limits.price or any(fits(v, request.limits) for v in choice.available):
        return False
    plan.say("I'm sorry, nothing of that kind fits these limits.")
    say_one(
        choice.product, min(choice.available or choice.sold, key=lambda v: v.price), "The closest is", context, plan
    )
    return True


def stock(request: Request, product: Product, context: Context, plan: Plan) -> None:
    """How many there are, for each asked variant; where the shop doesn't count, that it doesn't."""
    choice = choose(product, request.wanted, request.skus)
    if not_offered(choice, context, plan):
        return
    counted = [v for v in choice.sold if v.stock is not None]
    if not counted:
        _uncounted(choice, context, plan)
        return
    if len(counted) == 1:
        fact = context.item(plan, product, shown_options(choice))
        amount = _count(fact, counted[0], context)
        remember(counted, plan)
        plan.say(f"Of the {fact.key('item')} we have {amount}.", amount)
        plan.phrase = True
        if request.quantity and counted[0].stock is not None:
            _enough(request.quantity, counted[0].stock, plan)
        return
    names = distinguishing(counted)
    if len(counted) > _COUNTED and names:
        fact = context.item(plan, product, shown_options(choice))
        plan.say(
            f"How many of the {fact.key('item')} there are depends on the {join([n.replace('_', ' ') for n in names])}."
        )
        clarify.which_option(counted, context, plan)
        return
    parts = []
    for variant in counted:
        fact = context.item(plan, product, choice.label_options | only(variant, names))
        parts.append(f"the {fact.key('item')}: {_count(fact, variant, context)}")
    plan.say(f"{join(parts)}.")


def _offered(available: Sequence[Variant], fact: Fact, context: Context, plan: Plan) -> None:
    """Which of several variants can be had: one by one when there are few, by their values when there are many."""
    names = distinguishing(available)
    receipts = tuple(context.availability_receipt(v) for v in available[:24])
    if len(available) <= 4:
        text = join([f"{options(only(v, names))} ({context.money(v.price)})" for v in available])
        receipts += tuple(context.price_receipt(v) for v in available)
    elif len(names) == 1:
        text = join(
            [value_text(names[0], x) for x in dict.fromkeys(v.options.get(names[0], "") for v in available) if x]
        )
    else:
        first = sorted(available, key=lambda v: v.price)[:3]
        text = join([f"{options(only(v, names))} ({context.money(v.price)})" for v in first]) + ", among others"
        receipts += tuple(context.price_receipt(v) for v in first)
    fact.fields["choices"] = Field("list", text, receipts, "the versions that can be bought now")
    plan.say(f"You can choose from: {fact.key('choices')}.", fact.key("choices"))


def _each(choice: Choice, variants: Sequence[Variant], context: Context, plan: Plan) -> None:
    names = distinguishing(variants)
    shown = choice.label_options
    for variant in variants:
        fact = context.item(plan, choice.product, shown | only(variant, names))
        amount = context.add_price(fact, [variant])
        state = context.add_availability(fact, [variant])
        be, cost = ("are", "cost") if fact.plural else ("is", "costs")
        tail = f" and {be} {state}" if state else ""
        plan.say(f"The {fact.key('item')} {cost} {amount}{tail}.", amount)


def _reduced(variants: Sequence[Variant], fact: Fact, context: Context, plan: Plan) -> None:
    variant = variants[0]
    if len(variants) == 1 and variant.compare_at and variant.compare_at > variant.price:
        receipt = Receipt("sku", variant.sku, "compare_at", float(variant.compare_at.decimal), context.as_of)
        fact.fields["was"] = Field("price", context.money(variant.compare_at), (receipt,), "its former price")
        plan.say(f"It was {fact.key('was')} before." if not fact.plural else f"They were {fact.key('was')} before.")


def _uncounted(choice: Choice, context: Context, plan: Plan) -> None:
    fact = context.item(plan, choice.product, shown_options(choice))
    state = context.add_availability(fact, choice.sold)
    be = "are" if fact.plural else "is"
    if state is None or {v.available for v in choice.sold} >= {True, False}:  # "is available" is untrue of some
        plan.say(f"I'm sorry, I don't know how many of the {fact.key('item')} there are.")
    else:
        plan.say(f"The {fact.key('item')} {be} {state}, but I don't have a count of how many.", state)
    plan.answered = state is not None


def _contradicts(request: Request, choice: Choice, context: Context, plan: Plan) -> bool:
    """ "Is it bagless?" of the very variant just talked about: says what that one is, and what there is instead."""
    pinned = request.extra.get("pinned", {})
    other = next((w for w in request.extra.get("named", ()) if w.name in pinned and pinned[w.name] != w.value), None)
    if other is None or not is_yes_no(request.text) or not _IT.search(request.text.lower()):
        return False
    before = [
        v
        for v in choice.product.variants
        if all(v.options.get(n) == x for n, x in request.extra.get("before", {}).items())
    ]
    if len(before) != 1:
        return False
    fact = context.item(
        plan, choice.product, only(before[0], [n for n in distinguishing(choice.product.variants) if n != other.name])
    )
    no = add_answer(fact, "no")
    receipt = Receipt("sku", before[0].sku, str(other.name), pinned[other.name], context.as_of)
    key = context.add_value(
        fact, str(other.name), option(str(other.name), pinned[other.name]), receipt, "what it is instead"
    )
    plan.say(f"{no}, the {fact.key('item')} {'are' if fact.plural else 'is'} {key}.", key)
    alternatives(choice, context, plan)
    return True


_IT = re.compile(r"\b(?:it|that one|this one|they|that|this)\b")


def _count(fact: Fact, variant: Variant, context: Context) -> str:
    text = f"{variant.stock} in stock" if variant.stock else "none left in stock"
    fact.fields["stock"] = Field("stock", text, (context.availability_receipt(variant),), "how many there are")
    return fact.key("stock")


def _enough(quantity: int, stock_count: int, plan: Plan) -> None:
    plan.closing.append(
        "That is enough for what you need." if stock_count >= quantity else "That is fewer than you need."
    )
