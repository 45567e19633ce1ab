"""Says that something can't be had, and what can instead: no such value, a variant sold out, a product gone.

Takes the Choice as the shop's rows make it. Knows no model and no dialogue.
"""

from __future__ import annotations

from collections.abc import Sequence

from assistant.act.choice import Choice, nearest
from assistant.act.context import Context
from assistant.act.plan import Fact, Field, Plan
from assistant.act.words import distinguishing, join, only, option, options
from assistant.types import Receipt, Variant


def not_offered(choice: Choice, context: Context, plan: Plan) -> bool:
    """Says so, and what there is instead, when what was asked for doesn't exist or is no longer sold."""
    product = choice.product
    if not product.variants:  # nothing of it was ever put up for sale
        no_longer(choice, context, plan)
        return True
    if choice.missing:
        _missing(choice, context, plan)
        return True
    if not choice.exact:
        fact = context.item(plan, product)
        no = add_answer(fact, "no")
        asked = context.add_value(
            fact,
            "asked",
            options(choice.label_options),
            Receipt("product", product.product_id, "options", options(choice.label_options), context.as_of),
            "what was asked for",
        )
        plan.say(
            f"{no}, we don't have the {fact.key('item')} in this combination: {asked}.", no, fact.key("item"), asked
        )
        alternatives(choice, context, plan)
        return True
    if not choice.sold:
        no_longer(choice, context, plan)
        return True
    return False


def _missing(choice: Choice, context: Context, plan: Plan) -> None:
    product, wanted = choice.product, choice.missing[0]
    fact = context.item(plan, product, choice.label_options if choice.exact else {})
    no = add_answer(fact, "no")
    values = list(
        dict.fromkeys(
            v.options[wanted.name]
            for v in choice.exact or product.variants
            if wanted.name and v.active and v.options.get(wanted.name)
        )
    )
    shown = (
        f"size {wanted.asked}"
        if wanted.name and "size" in wanted.name.lower() and wanted.asked[:1].isdigit()
        else wanted.asked
    )
    asked = context.add_value(
        fact,
        "asked",
        shown,
        Receipt("product", product.product_id, "options", values, context.as_of),
        "what was asked for",
    )
    do = "don't" if fact.plural else "doesn't"
    if values:
        listed = context.add_value(
            fact,
            wanted.name or "values",
            join([value_text(wanted.name or "", v) for v in values]),
            Receipt("product", product.product_id, wanted.name or "options", values, context.as_of),
            "the values it comes in",
        )
        plan.say(f"{no}, the {fact.key('item')} {do} come in {asked}.", asked)
        plan.say(f"{'They come' if fact.plural else 'It comes'} in {listed}.", listed)
    else:
        plan.say(
            f"I'm sorry, our catalogue doesn't say whether the {fact.key('item')} can be had in {asked}.",
            fact.key("item"),
            asked,
        )
        plan.answered = False


def no_longer(choice: Choice, context: Context, plan: Plan) -> None:
    """Says that it is not sold any more, and what has taken its place."""
    product = choice.product
    fact = context.item(plan, product, shown_options(choice))
    gone = "no longer sold" if not product.active else "not available at the moment"
    receipts = tuple(context.availability_receipt(v) for v in choice.exact[:12]) or (
        Receipt("product", product.product_id, "active", product.active, context.as_of),
    )
    fact.fields["sold_out"] = Field("sold_out", gone, receipts, "says that it can't be bought")
    no = add_answer(fact, "no")
    plan.say(
        f"{no}, the {fact.key('item')} {'are' if fact.plural else 'is'} {fact.key('sold_out')}.",
        no,
        fact.key("item"),
        fact.key("sold_out"),
    )
    successor = context.catalogue.product(product.replaced_by) if product.replaced_by else None
    if successor and successor.active:
        next_fact = context.item(plan, successor)
        amount = context.add_price(next_fact, [v for v in successor.variants if v.active] or list(successor.variants))
        plan.say(f"Its successor is the {next_fact.key('item')}, {amount}.", amount)
        plan.cards.append(context.card(successor))
    elif product.active:
        alternatives(choice, context, plan)


def unavailable(choice: Choice, context: Context, plan: Plan, *, plainly: bool = True) -> None:
    """Says that nothing of what was asked for is there (or that nobody knows), and what is there instead.

    Not `plainly`: more may have been asked than that, so that no "no" is said.
    """
    fact = context.item(plan, choice.product, shown_options(choice))
    state = context.add_availability(fact, choice.sold)
    be = "are" if fact.plural else "is"
    if state is None:
        plan.say(
            f"I'm sorry, our system doesn't say whether the {fact.key('item')} {be} there right now.", fact.key("item")
        )
        plan.closing.append("A colleague in the shop can check it for you.")
        plan.answered = False
        return
    opening = f"{add_answer(fact, 'no')}, the" if plainly else "The"
    plan.say(f"{opening} {fact.key('item')} {be} {state}.", state)
    remember(choice.sold, plan)
    plan.phrase = plainly
    alternatives(choice, context, plan)


def alternatives(choice: Choice, context: Context, plan: Plan) -> None:
    """Up to three variants that can be had instead, as a sentence of their own."""
    others = nearest(choice)
    if not others:
        return
    names = distinguishing(choice.product.variants)
    parts = []
    for variant in others:
        fact = context.item(plan, choice.product, only(variant, names))
        context.add_availability(fact, [variant])
        amount = context.add_price(fact, [variant])
        be = "are" if fact.plural else "is"
        parts.append(f"the {fact.key('item')} {be} {fact.key('in_stock')} for {amount}")
    plan.say(f"{join(parts)}.", plan.facts[-1].key("in_stock"))


def shown_options(choice: Choice, left: Sequence[Variant] = ()) -> dict[str, str]:
    """The options that name the choice: those asked for, or, of one variant, all that tell it from the others."""
    left = left or choice.exact
    if len(left) == 1 and len(choice.product.variants) > 1:
        return only(left[0], distinguishing(choice.product.variants))
    return choice.label_options


def add_answer(fact: Fact, answer: str) -> str:
    """Give `fact` a "yes" or "no"."""
    fact.fields[answer] = Field("yes" if answer == "yes" else "no", answer, (), f"the answer {answer}")
    return fact.key(answer)


def value_text(name: str, value: str) -> str:
    """An option's value beside its name: "waterproof" for yes, else as it is."""
    return option(name, value) if value.lower() in ("yes", "no") else value


def remember(variants: Sequence[Variant], plan: Plan) -> None:
    """Remember the variant that the answer is about, if it is about one."""
    plan.chosen = variants[0] if len(variants) == 1 else None
