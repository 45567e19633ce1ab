"""What a product comes in: the values of its options, how many there are of them, and which the one talked about has.

Tells rows and chooses nothing; what a version costs is told beside it only where one is left. Knows no model.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.act.choice import choose
from assistant.act.context import Context
from assistant.act.instead import not_offered, remember, shown_options, value_text
from assistant.act.plan import Fact, Field, Plan
from assistant.act.words import distinguishing, join, only
from assistant.language import stems
from assistant.request import Request
from assistant.types import Product, Receipt, Variant


def offered_options(request: Request, product: Product, names: Sequence[str], context: Context, plan: Plan) -> None:
    """What a product comes in: the values of the options `names` (empty: of all in which its variants differ)."""
    request = _as_asked(request, product)
    told = {w.name for w in request.wanted if w.value is not None and not w.pinned}
    names = [n for n in names if n not in told] or list(names)
    if _of_this_one(request, product, names, context, plan):
        return
    low = request.text.lower()
    settled = bool(names) and set(names) <= told and not _COMES_IN.search(low) and not _HOW_MANY.search(low)
    kept = tuple(w for w in request.wanted if (settled or w.name not in names) and not w.pinned)
    choice = choose(product, kept, request.skus if not names else ())
    for number in range(len(kept) - 1, 0, -1):  # nothing has it all: what was said longest ago gives way
        choice = choice if choice.exact else choose(product, kept[:number])
    if not choice.exact:
        choice = choose(product, [w for w in request.extra.get("named", ()) if w.name not in names])
    if not_offered(choice, context, plan):
        return
    sold = choice.sold
    names = list(names) or distinguishing(sold) or list(sold[0].options)
    shown = {n: v for n, v in shown_options(choice).items() if n not in names}
    fact = context.item(plan, product, shown)
    if not names or not any(v.options.get(n) for v in sold for n in names):
        plan.say(f"The {fact.key('item')} {'come' if fact.plural else 'comes'} in one version only.")
        return
    for name in names[:3]:
        _values(name, product, sold, fact, context, plan, shown, first=name == names[0])
    if _HOW_MANY.search(request.text.lower()) and _by_name(names[0], request.text):
        _counted(names[0], product, sold, fact, context, plan)
    plan.phrase = len(names) == 1 and not _HOW_MANY.search(request.text.lower())


def _as_asked(request: Request, product: Product) -> Request:
    """The request with the options that it names of a product that was found only now."""
    if request.wanted or request.match is None or product.product_id in request.products:
        return request
    return replace(request, wanted=tuple(w for w in request.match(product) if w.value is not None and w.name))


def no_choice(name: str, product: Product, context: Context, plan: Plan) -> None:
    """Says that the catalogue gives no choice of this option, and what it does come in."""
    fact = context.item(plan, product)
    label = name.replace("_", " ")
    plan.say(f"Our catalogue gives no choice of {label} for the {fact.key('item')}.", fact.key("item"))
    sold = [v for v in product.variants if v.active]
    for other in distinguishing(sold)[:2]:
        _values(other, product, sold, fact, context, plan, {}, first=False)


_HOW_MANY = re.compile(r"\bhow many\b|\bnumber of\b|\bcount\b")
_CHOICES = re.compile(r"\b(?:colou?rs?|sizes?|options?|versions?|variants?|choices?|kinds?|types?|models?|different)\b")


def _by_name(name: str, text: str) -> bool:
    """Whether it is counted what there is of an option: "how many colours", not "how many cups" of a capacity."""
    return bool(_CHOICES.search(text.lower())) or bool(set(stems(name.replace("_", " "))) & set(stems(text)))


def _counted(name: str, product: Product, sold: Sequence[Variant], fact: Fact, context: Context, plan: Plan) -> None:
    """ "How many colours": the number goes in front of the values ("comes in 8 sizes: ...")."""
    values = list(dict.fromkeys(v.options[name] for v in sold if v.options.get(name)))
    label = name.replace("_", " ")
    receipt = Receipt("product", product.product_id, name, values, context.as_of)
    number = context.add_value(
        fact, "count", f"{len(values)} {label if len(values) == 1 else _plural(label)}", receipt, ""
    )
    come = "come" if fact.plural else "comes"
    plan.core = [s.replace(f"{come} in {_these(label)}: ", f"{come} in {number}: ") for s in plan.core]
    if not any(number in s for s in plan.core):
        plan.say(f"{'They come' if fact.plural else 'It comes'} in {number}.", number)


def _of_this_one(request: Request, product: Product, names: Sequence[str], context: Context, plan: Plan) -> bool:
    """ "Which theme is that one?": the value of the very variant just talked about, not all that there are."""
    pinned = {w.name: w.value for w in request.wanted if w.name and w.value is not None}
    fits = [v for v in product.variants if all(v.options.get(n) == x for n, x in pinned.items())]
    names = [n for n in names if len(fits) == 1 and fits[0].options.get(n)]
    if not names or _HOW_MANY.search(request.text.lower()) or _COMES_IN.search(request.text.lower()):
        return False
    fact = context.item(plan, product, only(fits[0], [n for n in distinguishing(product.variants) if n not in names]))
    for name in names:
        receipt = Receipt("sku", fits[0].sku, name, fits[0].options[name], context.as_of)
        key = context.add_value(fact, name, value_text(name, fits[0].options[name]), receipt, f"its {name}")
        plan.say(
            f"The {fact.key('item')} {'have' if fact.plural else 'has'} this {name.replace('_', ' ')}: {key}.", key
        )
    remember(fits, plan)
    amount, state = context.add_price(fact, fits), context.add_availability(fact, fits)
    cost, be = ("cost", "are") if fact.plural else ("costs", "is")
    plan.say(f"{'They' if fact.plural else 'It'} {cost} {amount}" + (f" and {be} {state}." if state else "."), amount)
    return True


_COMES_IN = re.compile(
    r"\b(?:come|comes|available|are there|other|else|offer|options|do (?:you|u) have|in stock|can i (?:get|choose))\b"
)


def _values(
    name: str,
    product: Product,
    sold: Sequence[Variant],
    fact: Fact,
    context: Context,
    plan: Plan,
    shown: dict[str, str],
    *,
    first: bool,
) -> None:
    values = list(dict.fromkeys(v.options[name] for v in sold if v.options.get(name)))
    there = [x for x in values if any(v.available for v in sold if v.options.get(name) == x)]
    gone = [x for x in values if x not in there and all(v.available is False for v in sold if v.options.get(name) == x)]
    receipts = [Receipt("sku", v.sku, name, v.options[name], context.as_of) for v in sold if v.options.get(name)]
    listed = join([value_text(name, x) for x in values])
    key = context.add_value(fact, name, listed, receipts[0], f"the values of {name}")
    plan.facts[fact.number - 1].fields[key[1:-1].split(".")[1]] = Field("list", listed, tuple(receipts[:24]), name)
    subject = f"The {fact.key('item')}" if first else ("They" if fact.plural else "It")
    plural = fact.plural
    label = name.replace("_", " ")
    if len(values) == 1:
        plan.say(f"{subject} {'have' if plural else 'has'} this {label}: {key}.", key)
    else:
        plan.say(f"{subject} {'come' if plural else 'comes'} in {_these(label)}: {key}.", key)
    if gone and there:
        for value in gone[:3]:
            out = context.item(plan, product, {**shown, name: value})
            state = context.add_availability(out, [v for v in sold if v.options.get(name) == value])
            plan.say(f"The {out.key('item')} {'are' if plural else 'is'} {state}.", str(state))
    elif gone and not there:
        state_key = context.add_availability(fact, sold)
        plan.say(f"{'They are' if plural else 'It is'} {state_key}.", str(state_key))


def _these(label: str) -> str:
    """ "these sizes"; a label that isn't a plain countable word is left as it is."""
    countable = {
        "size",
        "colour",
        "color",
        "material",
        "length",
        "width",
        "style",
        "theme",
        "capacity",
        "thickness",
        "height",
    }
    return f"these {_plural(label)}" if label.split()[-1].lower() in countable else f"these versions ({label})"


def _plural(label: str) -> str:
    if label.endswith(("ss", "x", "ch", "sh")):
        return f"{label}es"
    if label.endswith("s"):
        return label
    return label[:-1] + "ies" if label.endswith("y") and label[-2:-1] not in "aeiou" else label + "s"
