"""Answers about one product's variants: what it costs, whether it can be had, how many there are, what it comes in.

Code decides what is true and what must be said; nothing here guesses. Knows no model.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.act.aspects import is_yes_no
from assistant.act.choice import Choice, choose, nearest
from assistant.act.context import Context
from assistant.act.plan import Fact, Field, Plan
from assistant.act.words import distinguishing, join, only, option, options
from assistant.request import Request
from assistant.types import Product, Receipt, Variant

_LISTED = 3  # variants named one by one; more are told as values


def price(request: Request, product: Product, context: Context, plan: Plan) -> None:
    """What the asked variants cost, and whether they can be had."""
    choice = choose(product, request.wanted, request.skus)
    if _not_offered(choice, context, plan):
        return
    if len(choice.sold) > 1 and len({v.price for v in choice.sold}) > 1 and len(choice.sold) <= _LISTED:
        _each(choice, choice.sold, context, plan)
        return
    fact = context.item(plan, product, _shown(choice))
    amount = context.add_price(fact, choice.sold)
    state = context.add_availability(fact, choice.sold)
    be, cost = ("are", "cost") if fact.plural else ("is", "costs")
    if state:
        plan.say(f"The {fact.key('item')} {cost} {amount} and {be} {state}.", amount)
    else:
        plan.say(f"The {fact.key('item')} {cost} {amount}.", amount)
    _chosen(choice.sold, plan)
    plan.phrase = True
    if len({v.price for v in choice.sold}) > 1:
        _depends(choice, context, plan)
    _reduced(choice.sold, fact, context, plan)


def availability(request: Request, product: Product, context: Context, plan: Plan) -> None:
    """Whether the asked variants can be had; if not, what can."""
    choice = choose(product, request.wanted, request.skus)
    if _not_offered(choice, context, plan):
        return
    if not choice.available:
        _unavailable(choice, context, plan)
        return
    if _contradicts(request, choice, context, plan):
        return
    fact = context.item(plan, product, _shown(choice, choice.available))
    state = context.add_availability(fact, choice.available)
    _chosen(choice.available, plan)
    yes = _yes(fact, "yes")
    be = "are" if fact.plural else "is"
    if len(choice.available) == 1 or len({v.price for v in choice.available}) == 1:
        amount = context.add_price(fact, choice.available)
        cost = "cost" if fact.plural else "costs"
        plan.say(f"{yes}, the {fact.key('item')} {be} {state} and {cost} {amount}.", str(state))
    else:
        plan.say(f"{yes}, the {fact.key('item')} {be} {state}.", str(state))
    plan.phrase = True
    if len(choice.available) > 1 and distinguishing(choice.available):
        _offered(choice.available, fact, context, plan)


def stock(request: Request, product: Product, context: Context, plan: Plan) -> None:
    """How many there are, for each asked variant; where the shop doesn't count, that it doesn't."""
    choice = choose(product, request.wanted, request.skus)
    if _not_offered(choice, context, plan):
        return
    counted = [v for v in choice.sold if v.stock is not None]
    if not counted:
        _uncounted(choice, context, plan)
        return
    if len(counted) == 1:
        fact = context.item(plan, product, _shown(choice))
        amount = _count(fact, counted[0], context)
        _chosen(counted, plan)
        plan.say(f"Of the {fact.key('item')} we have {amount}.", amount)
        plan.phrase = True
        if request.quantity and counted[0].stock is not None:
            _enough(request.quantity, counted[0].stock, plan)
        return
    names = distinguishing(counted)
    parts = []
    for variant in counted[:6]:
        fact = context.item(plan, product, only(variant, names))
        parts.append(f"the {fact.key('item')}: {_count(fact, variant, context)}")
    plan.say(f"{join(parts)}.")
    if len(counted) > 6:
        plan.say("There are more versions; tell me which one you mean and I'll look it up.")


def offered_options(request: Request, product: Product, names: Sequence[str], context: Context, plan: Plan) -> None:
    """What a product comes in: the values of the options `names` (empty: of all in which its variants differ)."""
    told = {w.name for w in request.wanted if w.value is not None and not w.pinned}
    names = [n for n in names if n not in told] or list(names)
    if _of_this_one(request, product, names, context, plan):
        return
    kept = tuple(w for w in request.wanted if w.name not in names and not w.pinned)
    choice = choose(product, kept, request.skus if not names else ())
    if _not_offered(choice, context, plan):
        return
    sold = choice.sold
    names = list(names) or distinguishing(sold) or list(sold[0].options)
    fact = context.item(plan, product, {n: v for n, v in _shown(choice).items() if n not in names})
    if not names or not any(v.options.get(n) for v in sold for n in names):
        plan.say(f"The {fact.key('item')} {'come' if fact.plural else 'comes'} in one version only.")
        return
    for name in names[:3]:
        _values(name, product, sold, fact, context, plan, first=name == names[0])
    plan.phrase = len(names) == 1


def _of_this_one(request: Request, product: Product, names: Sequence[str], context: Context, plan: Plan) -> bool:
    """ "Which theme is that one?": the value of the very variant just talked about, not all that there are."""
    pinned = {w.name: w.value for w in request.wanted if w.name and w.value is not None}
    fits = [v for v in product.variants if all(v.options.get(n) == x for n, x in pinned.items())]
    names = [n for n in names if len(fits) == 1 and fits[0].options.get(n)]
    if not names or _COMES_IN.search(request.text.lower()):
        return False
    fact = context.item(plan, product, only(fits[0], [n for n in distinguishing(product.variants) if n not in names]))
    for name in names:
        receipt = Receipt("sku", fits[0].sku, name, fits[0].options[name], context.as_of)
        key = context.add_value(fact, name, _value(name, fits[0].options[name]), receipt, f"its {name}")
        plan.say(
            f"The {fact.key('item')} {'have' if fact.plural else 'has'} this {name.replace('_', ' ')}: {key}.", key
        )
    _chosen(fits, plan)
    return True


_COMES_IN = re.compile(
    r"\b(?:come|comes|available|are there|other|else|offer|options|do (?:you|u) have|in stock|can i (?:get|choose))\b"
)


def _values(
    name: str, product: Product, sold: Sequence[Variant], fact: Fact, context: Context, plan: Plan, *, first: bool
) -> None:
    values = list(dict.fromkeys(v.options[name] for v in sold if v.options.get(name)))
    there = [x for x in values if any(v.available for v in sold if v.options.get(name) == x)]
    gone = [x for x in values if x not in there and all(v.available is False for v in sold if v.options.get(name) == x)]
    receipts = [Receipt("sku", v.sku, name, v.options[name], context.as_of) for v in sold if v.options.get(name)]
    shown = join([_value(name, x) for x in values])
    key = context.add_value(fact, name, shown, receipts[0], f"the values of {name}")
    plan.facts[fact.number - 1].fields[key[1:-1].split(".")[1]] = Field("list", shown, tuple(receipts[:24]), name)
    subject = f"The {fact.key('item')}" if first else ("They" if fact.plural else "It")
    plural = fact.plural
    label = name.replace("_", " ")
    if len(values) == 1:
        plan.say(f"{subject} {'have' if plural else 'has'} this {label}: {key}.", key)
    else:
        plan.say(f"{subject} {'come' if plural else 'comes'} in these {_plural(label)}: {key}.", key)
    if gone and there:
        for value in gone[:3]:
            out = context.item(plan, product, {name: value})
            state = context.add_availability(out, [v for v in sold if v.options.get(name) == value])
            plan.say(f"The {out.key('item')} {'are' if plural else 'is'} {state}.", str(state))
    elif gone and not there:
        state_key = context.add_availability(fact, sold)
        plan.say(f"{'They are' if plural else 'It is'} {state_key}.", str(state_key))


def _plural(label: str) -> str:
    if label.endswith("s"):
        return label
    return label[:-1] + "ies" if label.endswith("y") and label[-2:-1] not in "aeiou" else label + "s"


def _value(name: str, value: str) -> str:
    return option(name, value) if value.lower() in ("yes", "no") else value


def _shown(choice: Choice, left: Sequence[Variant] = ()) -> dict[str, str]:
    """The options that name the choice: those asked for, or, of one variant, all that tell it from the others."""
    left = left or choice.exact
    if len(left) == 1 and len(choice.product.variants) > 1:
        return only(left[0], distinguishing(choice.product.variants))
    return choice.label_options


def _not_offered(choice: Choice, context: Context, plan: Plan) -> bool:
    """Says so, and what there is instead, when what was asked for doesn't exist or is no longer sold."""
    product = choice.product
    if choice.missing:
        _missing(choice, context, plan)
        return True
    if not choice.exact:
        fact = context.item(plan, product)
        no = _yes(fact, "no")
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
        _alternatives(choice, context, plan)
        return True
    if not choice.sold:
        no_longer(choice, context, plan)
        return True
    return False


def _missing(choice: Choice, context: Context, plan: Plan) -> None:
    product, wanted = choice.product, choice.missing[0]
    fact = context.item(plan, product, choice.label_options if choice.exact else {})
    no = _yes(fact, "no")
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
            join([_value(wanted.name or "", v) for v in values]),
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
    product = choice.product
    fact = context.item(plan, product, _shown(choice))
    gone = "no longer sold" if not product.active else "not available at the moment"
    receipts = tuple(context.availability_receipt(v) for v in choice.exact[:12]) or (
        Receipt("product", product.product_id, "active", False, context.as_of),
    )
    fact.fields["sold_out"] = Field("sold_out", gone, receipts, "says that it can't be bought")
    no = _yes(fact, "no")
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
        _alternatives(choice, context, plan)


def _unavailable(choice: Choice, context: Context, plan: Plan) -> None:
    fact = context.item(plan, choice.product, _shown(choice))
    state = context.add_availability(fact, choice.sold)
    be = "are" if fact.plural else "is"
    if state is None:
        plan.say(
            f"I'm sorry, our system doesn't say whether the {fact.key('item')} {be} there right now.", fact.key("item")
        )
        plan.closing.append("A colleague in the shop can check it for you.")
        plan.answered = False
        return
    no = _yes(fact, "no")
    plan.say(f"{no}, the {fact.key('item')} {be} {state}.", state)
    _chosen(choice.sold, plan)
    plan.phrase = True
    _alternatives(choice, context, plan)


def _alternatives(choice: Choice, context: Context, plan: Plan) -> None:
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


def _offered(available: Sequence[Variant], fact: Fact, context: Context, plan: Plan) -> None:
    """Which of several variants can be had: one by one when there are few, by their values when there are many."""
    names = distinguishing(available)
    receipts = tuple(context.availability_receipt(v) for v in available[:24])
    if len(available) <= 4:
        text = join([f"{options(only(v, names))} ({context.money(v.price)})" for v in available])
        receipts += tuple(context.price_receipt(v) for v in available)
    elif len(names) == 1:
        text = join([_value(names[0], x) for x in dict.fromkeys(v.options.get(names[0], "") for v in available) if x])
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


def _depends(choice: Choice, context: Context, plan: Plan) -> None:
    names = [n.replace("_", " ") for n in distinguishing(choice.sold)]
    if names:
        plan.closing.append(
            f"The price depends on the {join(names)}; tell me which you'd like and I'll give you the exact one."
        )


def _reduced(variants: Sequence[Variant], fact: Fact, context: Context, plan: Plan) -> None:
    variant = variants[0]
    if len(variants) == 1 and variant.compare_at and variant.compare_at > variant.price:
        receipt = Receipt("sku", variant.sku, "compare_at", float(variant.compare_at.decimal), context.as_of)
        fact.fields["was"] = Field("price", context.money(variant.compare_at), (receipt,), "its former price")
        plan.say(f"It was {fact.key('was')} before." if not fact.plural else f"They were {fact.key('was')} before.")


def _uncounted(choice: Choice, context: Context, plan: Plan) -> None:
    fact = context.item(plan, choice.product, _shown(choice))
    state = context.add_availability(fact, choice.sold)
    be = "are" if fact.plural else "is"
    if state is None:
        plan.say(f"I'm sorry, I don't know how many of the {fact.key('item')} there are.")
    else:
        plan.say(f"The {fact.key('item')} {be} {state}, but I don't have a count of how many.", state)
    plan.answered = state is not None


def _chosen(variants: Sequence[Variant], plan: Plan) -> None:
    """Remember the variant that the answer is about, if it is about one."""
    plan.chosen = variants[0] if len(variants) == 1 else None


def _contradicts(request: Request, choice: Choice, context: Context, plan: Plan) -> bool:
    """ "Is it bagless?" of the very variant just talked about: says what that one is, and what there is instead."""
    pinned = request.extra.get("pinned", {})
    other = next((w for w in request.extra.get("named", ()) if w.name in pinned and pinned[w.name] != w.value), None)
    if other is None or not is_yes_no(request.text) or not _IT.search(request.text.lower()):
        return False
    before = [v for v in choice.product.variants if all(v.options.get(n) == x for n, x in pinned.items())]
    if len(before) != 1:
        return False
    fact = context.item(
        plan, choice.product, only(before[0], [n for n in distinguishing(choice.product.variants) if n != other.name])
    )
    no = _yes(fact, "no")
    receipt = Receipt("sku", before[0].sku, str(other.name), pinned[other.name], context.as_of)
    key = context.add_value(
        fact, str(other.name), option(str(other.name), pinned[other.name]), receipt, "what it is instead"
    )
    plan.say(f"{no}, the {fact.key('item')} {'are' if fact.plural else 'is'} {key}.", key)
    _alternatives(choice, context, plan)
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


def _yes(fact: Fact, answer: str) -> str:
    fact.fields[answer] = Field("yes" if answer == "yes" else "no", answer, (), f"the answer {answer}")
    return fact.key(answer)
